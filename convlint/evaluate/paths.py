"""Decisions, paths and choices: how both arms of an unknown condition are followed without mixing them up.

An unknown condition is a *decision*. A *path* says which decisions are taken on the way to the code that runs now. A
value written on a path is kept as a ``Choice`` beside what was there before, so what was decided together stays
together: after ``if flag: k, s = 1, 1`` / ``else: k, s = 3, 2`` the pair (1, 2) does not exist. This is faceted
evaluation (Austin and Flanagan, "Multiple facets for dynamic information flow", POPL 2012), with conditions in place
of principals.
"""

from __future__ import annotations

from typing import Any

from convlint.evaluate.budget import MAX_CHOICES
from convlint.evaluate.graph.nodes import decided, joined
from convlint.evaluate.values import UNBOUND, Choice, Const, Tensor, Tuple, Unknown


class Decision:
    """A condition that is not known: the unknown value that was tested."""

    __slots__ = ("number", "unknown")

    def __init__(self, unknown: Unknown, number: int) -> None:
        self.unknown = unknown
        self.number = number

    def __repr__(self) -> str:
        return f"d{self.number}"


class Path:
    """Which decisions are taken here. ``doubts`` counts those that were not forced (an arm that raises forces the
    other)."""

    __slots__ = ("_key", "doubts", "taken")

    def __init__(self, taken: dict[Decision, bool], doubts: int) -> None:
        self.taken = taken
        """How each decision is taken; never changed."""
        self.doubts = doubts
        self._key: frozenset[tuple[Decision, bool]] | None = None

    @property
    def key(self) -> frozenset[tuple[Decision, bool]]:
        """The decisions and how they are taken, in any order, as a key."""
        if self._key is None:
            self._key = frozenset(self.taken.items())
        return self._key

    def also(self, decision: Decision, yes: bool, assumed: bool = False) -> Path:
        """This path with one more decision."""
        return Path({**self.taken, decision: yes}, self.doubts + (not assumed))


ROOT = Path({}, 0)


class Undecided(Exception):
    """Raised where an operation needs one value and has a Choice: whoever drives it splits on ``decision``."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision)
        self.decision = decision


def resolve(value: Any, path: Path) -> Any:
    """``value`` as it is on ``path``: Choices that the path decides are replaced by their arm."""
    taken = path.taken
    while value.__class__ is Choice:
        arm = taken.get(value.decision)
        if arm is None:
            if taken and value.size > 2:
                return _restrict_all(value, taken)
            return value
        value = value.yes if arm else value.no
    return value


def _restrict_all(value: Any, taken: dict[Decision, bool]) -> Any:
    """A Choice whose top decision is open, with what the path knows applied further down."""
    if value.__class__ is not Choice:
        return value
    arm = taken.get(value.decision)
    if arm is not None:
        return _restrict_all(value.yes if arm else value.no, taken)
    yes, no = _restrict_all(value.yes, taken), _restrict_all(value.no, taken)
    if yes is value.yes and no is value.no:
        return value
    return choose(value.decision, yes, no)


def force(value: Any, path: Path) -> Any:
    """``value`` as it is on ``path``; raises Undecided where that is still a Choice."""
    if value.__class__ is Choice:
        value = resolve(value, path)
        if value.__class__ is Choice:
            raise Undecided(value.decision)
    return value


def choose(decision: Decision, yes: Any, no: Any) -> Any:
    """The value that is ``yes`` if ``decision`` is taken, else ``no``; one of them where they are the same."""
    if yes.__class__ is Choice:
        yes = _restrict_all(yes, {decision: True})
    elif yes.__class__ is Tensor and yes.node is not None:
        yes = _tensor_where(yes, decision, True)
    if no.__class__ is Choice:
        no = _restrict_all(no, {decision: False})
    elif no.__class__ is Tensor and no.node is not None:
        no = _tensor_where(no, decision, False)
    if yes is no:
        return yes
    if _same(yes, no):
        return _merged(decision, yes, no)
    if yes is UNBOUND and no.__class__ is not Choice and isinstance(no, Unknown):
        return no
    size = (yes.size if yes.__class__ is Choice else 1) + (no.size if no.__class__ is Choice else 1)
    if size > MAX_CHOICES:
        _forgotten(yes, no)
        unknown = decision.unknown
        return Unknown("choices", f"more than {MAX_CHOICES} values after joining", unknown.span)
    return Choice(decision, yes, no, size)


def _tensor_where(tensor: Tensor, decision: Decision, yes: bool) -> Tensor:
    """A tensor that may be one or the other, where it is decided which."""
    node = decided(tensor.node, {decision: yes})
    return tensor if node is tensor.node else Tensor(tensor.shape, tensor.values, node)


def _common(one: tuple[Any, ...] | None, other: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
    """A shape that two tensors share."""
    if one is None or other is None or len(one) != len(other):
        return None
    same = all(a.__class__ is b.__class__ is Const and a.value == b.value for a, b in zip(one, other, strict=True))
    return one if same else None


def _merged(decision: Decision, yes: Any, no: Any) -> Any:
    """One of two values that are the same. Of two tensors, what is done with one is not done with the other."""
    if yes.__class__ is Tensor:
        node = joined(decision, yes.node, no.node) if yes.node or no.node else None
        made = Tensor(_common(yes.shape, no.shape), None, node)
        made.kept = yes.kept or no.kept
        return made
    if yes.__class__ is Tuple:
        return Tuple(tuple([_merged(decision, a, b) for a, b in zip(yes.items, no.items, strict=True)]), yes.cls)
    return yes


def _forgotten(*values: Any) -> None:
    """Values are no longer told apart: who reads the tensors in them cannot be followed."""
    from convlint.evaluate.graph.contents import tensors_in  # which joins values itself

    for value in values:
        for tensor in tensors_in(value):
            tensor.node.graph.lose("too many alternatives")


def _same(a: Any, b: Any) -> bool:
    """Whether two values are equal and of one type, so that a choice between them is none."""
    if a.__class__ is not b.__class__:
        return False
    if a.__class__ is Const:
        return a.value.__class__ is b.value.__class__ and bool(a.value == b.value)
    if a.__class__ is Tensor:
        return a.shape is None and b.shape is None and a.values is None and b.values is None
    if a.__class__ is Tuple:
        return a.cls is b.cls and len(a.items) == len(b.items) and all(map(_same, a.items, b.items))
    return a is b


def guarded(value: Any, old: Any, path: Path, birth: Path) -> Any:
    """What a place made on path ``birth`` holds after ``value`` is written to it on ``path``, where ``old`` was
    before."""
    if path is birth:
        return value
    known = birth.taken
    for decision, yes in reversed(path.taken.items()):
        if decision not in known:
            value = choose(decision, value, old) if yes else choose(decision, old, value)
    return value


def without_unbound(value: Any) -> Any:
    """A Choice without the arms in which nothing was written (they cannot be what is read)."""
    if value.__class__ is not Choice:
        return value
    yes, no = without_unbound(value.yes), without_unbound(value.no)
    if yes is UNBOUND:
        return no
    if no is UNBOUND:
        return yes
    return value if yes is value.yes and no is value.no else choose(value.decision, yes, no)


def with_default(value: Any, default: Any) -> Any:
    """A Choice with ``default`` in the arms in which nothing was written."""
    if value is UNBOUND:
        return default
    if value.__class__ is not Choice:
        return value
    return choose(value.decision, with_default(value.yes, default), with_default(value.no, default))


def leaves(value: Any) -> list[Any]:
    """All alternatives of a value, in order."""
    if value.__class__ is not Choice:
        return [value]
    return leaves(value.yes) + leaves(value.no)

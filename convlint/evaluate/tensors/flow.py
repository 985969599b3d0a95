"""What happens to tensors: told to the tracer while ``forward`` is followed as a graph, else noted as reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from convlint.evaluate.environment import Arguments
from convlint.evaluate.sizes.arguments import values_of
from convlint.evaluate.sizes.results import combined, settle
from convlint.evaluate.tensors.constructions import forward_is_torchs, is_transparent
from convlint.evaluate.tensors.readers import ACTIVATIONS, Known
from convlint.evaluate.tensors.reads import TensorReads
from convlint.evaluate.values import Builtin, Function, Instance, List, Span, Tensor, Tuple, Value

if TYPE_CHECKING:
    from convlint.evaluate.machine import Machine

NOT_READING = frozenset(
    """size dim ndimension numel element_size is_floating_point is_contiguous data_ptr isinstance hasattr getattr len
    type id print str repr register_hook stride forward""".split()
)
"""Functions that look at a tensor from outside; ``forward`` is called by ``__call__``, which counts."""
GROWING = frozenset({"append", "insert", "extend"})
"""Methods of lists: what is put in is out of sight from then on, what is there already has been since it was put in."""
FILTERS = frozenset({"conv1d", "conv2d", "conv3d"})
"""Functions that make a slice of their result an ordinary way to subsample: first filtered, then thinned out."""
REARRANGING = frozenset({"reshape", "view", "permute", "transpose", "movedim", "contiguous"})
"""Functions whose result has the same values."""


class TensorFlow:
    """What the evaluator says of every operation on tensors arrives here."""

    def __init__(self) -> None:
        self.reads = TensorReads()
        self._alone: Instance | None = None
        self.tracer: Any = None
        """Makes the graph of what is computed, while ``forward`` is followed for it (``convlint.evaluate.graph``)."""
        self.traced_since = 0
        """The machine's clock when it began."""
        self.decided_before = 0
        """How many conditions were open before: what is built hangs on them, and not what happens in ``forward``."""
        self.whole = False
        """Whether calls are followed as if their bodies stood in the caller: what is seen inside is used outside."""
        self.hooked = -1
        """The beginning (the machine's clock) of the last entry point in which a hook of the user's was registered."""

    @contextmanager
    def within(self, target: Instance | None) -> Iterator[bool]:
        """While ``forward`` of ``target`` runs for itself alone: what other modules do is not followed.

        Gives whether that is worth it; it is wherever ``target`` is None, and all is followed.
        """
        outer = self._alone
        self._alone = target
        try:
            yield target is None or target.cls.span is not None
        finally:
            self._alone = outer

    @contextmanager
    def in_one_piece(self) -> Iterator[None]:
        """While what functions compute may be used outside of them."""
        outer, self.whole = self.whole, True
        try:
            yield
        finally:
            self.whole = outer

    def stays_outside(self, target: Any) -> bool:
        """Whether the module ``target`` of the user's is not to be followed."""
        return self._alone is not None and target.__class__ is Instance and not forward_is_torchs(target.cls)

    # --- called by the evaluator --------------------------------------------------------------------------------------

    def passed(self, machine: Machine, args: Arguments, followed: bool = False) -> None:
        """A function of the user's gets ``args``, or something that is not ``followed``."""
        if self.tracer is not None:
            if not followed:
                self.unseen("a call that is not followed", *args.positional, *args.keywords.values())
            return
        for tensor in _tensors(args):
            self.reads.unseen(machine, tensor)

    def held(self, machine: Machine, args: Arguments, made: Any) -> None:
        """A class gets ``args`` and gives ``made``: a list, a tuple or a dict holds its tensors, and reads none."""
        if self.tracer is not None:
            if made.__class__ is Instance and self._is_own(made):
                self.tracer.hold(made, *made.attrs.values())
            self.tracer.held(args, made)
        else:
            self.passed(machine, args)

    def stored(self, machine: Machine, target: Value, value: Any) -> None:
        """``target.name = value``: an object that was made on the way holds tensors as a list does.

        What a module keeps may be read in a later call, such as the buffer of a convolution that runs step by step.
        """
        if self.tracer is None:
            value.kept = True
            self.reads.unseen(machine, value)
        elif target.__class__ is Instance and self._is_own(target):
            self.tracer.hold(target, value)
        else:
            self.unseen("an attribute", value)

    def _is_own(self, target: Any) -> bool:
        """Whether an object was made while ``forward`` is followed, and is no module."""
        return target.born > self.traced_since and not target.cls.derives_from_module

    def follows(self, args: Arguments) -> bool:
        """Whether a call gets tensors that are followed: each is itself, and no other of its shape."""
        return self.tracer is not None and self.tracer.concerns(args)

    def combined(self, machine: Machine, op: str, *values: Any, span: Span | None = None) -> Tensor:
        """An operator reads its operands."""
        if self.tracer is not None:
            made: Tensor = self.tracer.combined(machine, op, values, span)
            if made.shape is None and made.node is None:
                made.shape = _of_operator(op, values).shape
            return made
        for value in values:
            if value.__class__ is Tensor:
                self.reads.unseen(machine, value)
        made = _of_operator(op, values)
        self.reads.ends.computed(made)
        return made

    def called(self, machine: Machine, callee: Builtin, args: Arguments, result: Any, site: Span) -> None:
        """A modelled function or method gets ``args`` and gives ``result``."""
        name = callee.name
        target = args.positional[0] if args.positional else None
        # What is made of a tensor of known shape (a parameter, a table of positions) has one, too; a tracer that sizes
        # all tensors sees to that itself.
        settles = self.tracer is None or not self.tracer.sized
        if settles and target.__class__ is Tensor and target.shape is not None and result.__class__ is Tensor:
            settle(machine, name, args, result)
        if self.tracer is not None:
            self.tracer.called(machine, callee, args, result, site)
            return
        if name in NOT_READING:
            return
        if name == "__call__" and target.__class__ is Instance:
            if is_transparent(target):
                return
            known = target.payload if target.payload.__class__ is Known else None
        else:
            known = Known(f"torch.nn.functional.{name}", site, ()) if name in ACTIVATIONS else None
        if name in GROWING and target.__class__ is List:
            args = Arguments(args.positional[1:], args.keywords)
        tensors = _tensors(args)
        if tensors or known is not None:
            self.reads.called(machine, known, tensors, result, site)
        if known is None and name == "__call__" and target.__class__ is Instance and not forward_is_torchs(target.cls):
            self.reads.ends.received(result)
        elif known is None:
            self.reads.ends.computed(result)
        if result.__class__ is Tensor and (name in FILTERS or (name in REARRANGING and self.reads.is_filtered(target))):
            self.reads.note_filtered(result)

    def returned(self, machine: Machine, function: Function, result: Any) -> None:
        """A function of the user's gave ``result``."""
        if self.tracer is None:
            self.reads.returned(machine, function, result)

    def sliced(self, machine: Machine, tensor: Tensor, key: Value, site: Span) -> Tensor:
        """``tensor[key]``."""
        if self.tracer is not None:
            taken: Tensor = self.tracer.sliced(machine, tensor, key, site)
            return taken
        return self.reads.sliced(machine, tensor, key, site)

    def unary(self, machine: Machine, op: str, tensor: Tensor, made: Tensor | None = None) -> Tensor:
        """``-tensor``, ``tensor.data``: one tensor gives another, of the same shape unless that is ``made``."""
        made = made or Tensor(tensor.shape)
        if self.tracer is not None:
            given = self.tracer.combined(machine, op, (tensor,))
            made.node, made.shape = given.node, made.shape or given.shape
        else:
            self.reads.ends.computed(made)
        return made

    def gives_several(self, tensor: Tensor) -> bool:
        """Whether a tensor stands for a tuple of tensors whose shapes are known."""
        return self.tracer is not None and tensor.node is not None and tensor.node.several is not None

    def rank_of(self, tensor: Tensor) -> int | None:
        """How many axes a tensor has, where that is known while ``forward`` is followed."""
        found: int | None = self.tracer.rank_of(tensor) if self.tracer is not None else None
        return found

    def unpacked(self, tensor: Value, parts: list[Any]) -> list[Any]:
        """The parts of a tensor, in order."""
        if self.tracer is not None and tensor.__class__ is Tensor:
            self.tracer.unpacked(tensor, parts)
        return parts

    def unseen(self, reason: str, *values: Any) -> None:
        """Something that is not followed may read the tensors in ``values``."""
        if self.tracer is not None:
            self.tracer.unseen(*values, reason=reason)

    def dropped(self, value: Any) -> None:
        """A result that is known to be read by nobody but those that were seen."""
        if self.tracer is not None:
            self.tracer.dropped(value)

    def lost(self, reason: str) -> None:
        """Code was left out that may read tensors."""
        if self.tracer is not None:
            self.tracer.graph.lose(reason)


def _tensors(args: Arguments) -> list[Tensor]:
    """The tensors among the arguments and in tuples and lists among them."""
    found: list[Tensor] = []
    for value in args.positional:
        if value.__class__ in _HOLDING:
            _add_tensors(found, value)
    for value in args.keywords.values():
        if value.__class__ in _HOLDING:
            _add_tensors(found, value)
    return found


def _add_tensors(found: list[Tensor], value: Any) -> None:
    if value.__class__ is Tensor:
        found.append(value)
    elif value.__class__ is Tuple or value.items.__class__ is list:
        found += [item for item in value.items if item.__class__ is Tensor]


_HOLDING = frozenset({Tensor, Tuple, List})


def _of_operator(op: str, values: tuple[Any, ...]) -> Tensor:
    """The result of an operator; its shape is known where those of the operands are."""
    if not any(value.__class__ is Tensor and value.shape is not None for value in values):
        return Tensor()
    return Tensor(values_of(combined(op, values)[0]))

"""The machine: the state of one evaluation, how what it makes is changed, and how it forks on undecided values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from convlint.evaluate import restoring
from convlint.evaluate.budget import MAX_DECISIONS, MAX_STEPS
from convlint.evaluate.built.records import NOWHERE, Record
from convlint.evaluate.entry_points.trials import Trial
from convlint.evaluate.environment import Exhausted, Frame, NotIterable, Raised
from convlint.evaluate.module_level import ModuleLevel
from convlint.evaluate.paths import ROOT, Decision, Path, Undecided, choose, force, guarded, resolve, without_unbound
from convlint.evaluate.sources.documents import Documents
from convlint.evaluate.tensors.constructions import Constructions
from convlint.evaluate.tensors.flow import TensorFlow
from convlint.evaluate.values import (
    UNBOUND,
    Choice,
    Class,
    Code,
    Const,
    Dict,
    Function,
    Heap,
    Instance,
    List,
    Span,
    Tensor,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from convlint.evaluate.reuse.forwards import Forwards
    from convlint.evaluate.reuse.inert import Inertness
    from convlint.evaluate.sources.modules import Modules

EXPECTED = frozenset({"AssertionError", "NotImplementedError", "Exception"})
"""Exceptions that code raises by itself where a condition is not as it wants."""


class Purity:
    """One memoised call that is running: it stays pure as long as it changes nothing older than itself."""

    __slots__ = ("pure", "start")

    def __init__(self, start: int) -> None:
        self.start = start
        self.pure = True


Items = list[Value]
Entries = list[tuple[Any, Value, Any]]


class Machine:
    """The state of one evaluation. Everything that runs takes it as its first argument; there is no other state."""

    def __init__(self, modules: Modules) -> None:
        self.modules = modules
        self.module_level = ModuleLevel()
        self.inert, self.forwards = _judgements(self)
        self.constructions = Constructions()
        self.documents = Documents()
        self.flow = TensorFlow()
        self.verdicts: Any = None
        """What becomes of the values that layers skip (``convlint.evaluate.graph.follow``); None: nobody asks."""
        self.gaps: dict[tuple[str, str, Span, str], int] = {}
        """Calls that may build layers and could not be followed: (reason, detail, place, what) -> count."""

        # Where it is.
        self.path: Path = ROOT
        self.record = Record(NOWHERE, ROOT)
        """The activation that runs: what is built goes there."""
        self.frames: list[Frame] = []
        """Those of the running functions, the innermost last."""
        self.depth = 0
        """How many functions of the user's are running."""
        self.active: dict[Code, int] = {}
        """How many activations of each are."""
        self.trying = 0
        """How many ``try`` statements with handlers are running."""
        self.decorating = 0
        """How many decorators are being applied: they fill registries, so a look-up there that fails is no surprise."""
        self.forked: list[Decision] = []
        """The decisions of which both outcomes are being tried because a value hangs on them."""
        self.narrow = False
        """Whether the first arm of a condition too many is running, so that the next such one takes only one arm."""
        self.growing: list[List] | None = None
        """The lists that are changed in a loop over something unknown while it runs."""

        # The present entry point.
        self.trial = Trial()
        self.steps = 0
        self.entry_start = 0
        """The clock when it began; changes to older objects are undone after it."""
        self.piece_start = -(10**13)
        """The clock when the present statement at module level began."""
        self.undo: list[Callable[[], None]] = []
        """What undoes them, in the order of the changes."""
        self.saved: dict[int, Heap] = {}
        """The older objects that it has changed, by identity: what undoes that is there already."""

        # Since the beginning.
        self.clock = 1
        """Counts heap objects: what was made earlier has the smaller number."""
        self.made = 0
        """Counts results that are remembered: what is equal to one of them has its number."""
        self.modules_made = 0
        """Objects of torch's modules made so far: a turn of a loop that adds none builds no part of a network."""
        self.decisions = 0
        """Counts the decisions opened so far."""
        self.activated: set[Code] = set()
        """The user's functions that have been run."""
        self.memo: dict[Any, Any] = {}
        """What calls gave, by their keys (``convlint.evaluate.reuse.memo``)."""
        self.candidates: list[Purity] = []
        """The running calls that will be remembered if they turn out pure, the innermost last."""
        self.twins: dict[Any, Const] = {}
        """One constant for all that are equal, in type and origin too: it is the key of each."""
        self.number_of_tensor = Unknown("tensor", "a number taken from a tensor")
        """One object, so that equal blocks with different such numbers stay equal."""

    # --- budget -------------------------------------------------------------------------------------------------------

    def step(self, count: int = 1) -> None:
        """Count work against the entry point's budget; raises Exhausted where it is used up."""
        self.steps += count
        if self.steps > MAX_STEPS:
            raise Exhausted("MAX_STEPS")

    def running(self) -> Iterator[Function]:
        """The functions of the user's that are running, the outermost first."""
        return (frame.function for frame in self.frames if frame.function is not None)

    def note_gap(self, reason: str, detail: str, span: Span, what: str) -> None:
        """Note that ``what`` was given up."""
        key = (reason, detail, span, what)
        self.gaps[key] = self.gaps.get(key, 0) + 1

    # --- heap ---------------------------------------------------------------------------------------------------------

    def list(self, items: list[Value]) -> List:
        """A new list."""
        self.clock += 1
        return List(items, self.path, self.clock)

    def dict(self, entries: dict[Any, tuple[Value, Any]] | None = None, is_set: bool = False) -> Dict:
        """A new dict or set."""
        self.clock += 1
        return Dict({} if entries is None else entries, self.path, self.clock, is_set)

    def instance(self, cls: Class) -> Instance:
        """A new object of ``cls``, without attributes."""
        self.clock += 1
        if cls.is_module or (cls.is_module is None and cls.derives_from_module):
            self.modules_made += 1
        return Instance(cls, self.path, self.clock)

    def touch(self, target: Heap) -> None:
        """Must be called before ``target`` is changed: keeps memoising and the isolation of entry points honest."""
        born = target.born
        if self.flow.tracer is not None and born <= self.flow.traced_since and target.__class__ is not Instance:
            self.flow.lost("a change of something older")
        candidates = self.candidates
        if candidates and candidates[-1].start >= born:
            for candidate in reversed(candidates):
                if candidate.start < born:
                    break
                candidate.pure = False
        if target.__class__ is Instance:
            target.made = None
            if target.borrowing:
                target.own_attributes()
        if self.entry_start:
            if born < self.entry_start:
                if id(target) not in self.saved:
                    self.saved[id(target)] = target
                    self.undo.append(restoring.object_of_heap(target))
                self.forget()
        elif born <= self.piece_start and not self.decorating:
            self.forget()
        if target.holders:
            self._touch_holders(target)

    def forget(self) -> None:
        """What was remembered may have read what changes now: the rest of the entry point uses nothing of it."""
        if self.memo:
            self.memo = {}

    def _touch_holders(self, target: Heap) -> None:
        """What holds something that is changed is no longer what it was either."""
        seen: dict[int, Heap] = {id(target): target}
        queue = list(target.holders)
        for holder in queue:
            if id(holder) not in seen:
                seen[id(holder)] = holder
                queue += holder.holders
                holders, holder.holders = holder.holders, ()
                self.touch(holder)
                holder.holders = holders

    def items(self, target: List) -> Items:
        """The items of a list, to read. Raises Undecided, and NotIterable where its content is unknown."""
        items = target.items
        if items.__class__ is not list:
            items = force(items, self.path)
            if items.__class__ is not list:
                raise NotIterable(items)
        return items

    def own_items(self, target: List) -> Items:
        """The items of a list, to change in place on the present path."""
        self.touch(target)
        if self.growing is not None:
            self.growing.append(target)
        path = self.path
        own = path is target.birth or all(decision in target.birth.taken for decision in path.taken)
        if own and target.items.__class__ is list:
            return target.items
        items = list(self.items(target))
        target.items = guarded(items, target.items, path, target.birth)
        return items

    def write_attribute(self, target: Instance | Class, name: str, value: Any) -> None:
        """Set an attribute on the present path."""
        self.touch(target)
        if self.flow.tracer is not None or value.__class__ is Tensor:
            self.flow.stored(self, target, value)
        if target.__class__ is Instance and target.original is not None:
            target.owns(value)
        attrs = target.attrs
        if self.path is not target.birth:
            value = guarded(value, attrs.get(name, UNBOUND), self.path, target.birth)
        attrs[name] = value

    def write_attributes(self, target: Instance, values: Mapping[str, Any]) -> None:
        """Set several attributes on the present path."""
        if self.path is target.birth and target.original is None:
            self.touch(target)
            target.attrs.update(values)
        else:
            for name, value in values.items():
                self.write_attribute(target, name, value)

    def write_entry(self, target: Dict, key: Any, key_value: Value, value: Any) -> None:
        """Set an entry of a dict on the present path."""
        self.touch(target)
        if target.owner is not None and key.__class__ is str:
            self.write_attribute(target.owner, key, value)
        if self.path is not target.birth:
            old = target.entries.get(key)
            value = guarded(value, old[1] if old else UNBOUND, self.path, target.birth)
        if value is UNBOUND:
            target.entries.pop(key, None)
        else:
            target.entries[key] = (key_value, value)

    def read_entry(self, target: Dict, key: Any) -> Any:
        """The value of an entry on the present path, UNBOUND where there is none. Raises Undecided if that is open."""
        entry = target.entries.get(key)
        if entry is None:
            return UNBOUND
        value = entry[1]
        if value.__class__ is Choice:
            value = resolve(value, self.path)
            if value.__class__ is Choice and without_unbound(value) is not value:
                raise Undecided(value.decision)
        return value

    def entries(self, target: Dict) -> Entries:
        """All (key, key value, value) of a dict on the present path, in order."""
        found = []
        for key, (key_value, value) in target.entries.items():
            if value.__class__ is Choice:
                value = self.read_entry(target, key)
            if value is not UNBOUND:
                found.append((key, key_value, value))
        return found

    # --- decisions ----------------------------------------------------------------------------------------------------

    def decide(self, unknown: Unknown) -> tuple[Decision, bool]:
        """The decision that the truth of ``unknown`` is, and which way round."""
        positive = True
        while unknown.negates is not None:
            unknown, positive = unknown.negates, not positive
        if unknown.decision is None:
            self.decisions += 1
            unknown.decision = Decision(unknown, self.decisions)
        return unknown.decision, positive

    def full(self) -> bool:
        """Whether no further decision may be opened here."""
        if len(self.path.taken) < MAX_DECISIONS:
            return False
        self.flow.lost("MAX_DECISIONS")
        return True

    def given_up(self, error: Raised) -> None:
        """An arm of a decision ended by ``error``: unless the user's code raised it, it may be that it was misread."""
        if error.value is None and error.kind not in EXPECTED:
            self.flow.lost(f"{error.kind} in an arm of a condition")

    def fork(self, decision: Decision, operation: Callable[..., Any], *args: Any) -> Any:
        """``operation(*args)`` under both outcomes of ``decision``, joined. An outcome that raises leaves the other."""
        outer = self.path
        results: list[Any] = []
        failure: Raised | None = None
        self.forked.append(decision)
        try:
            for yes in (True, False):
                if not yes and len(outer.taken) >= MAX_DECISIONS:
                    self.flow.lost("MAX_DECISIONS")
                    break
                self.path = outer.also(decision, yes)
                try:
                    results.append(self.apply(operation, *args))
                except Raised as error:
                    self.given_up(error)
                    failure = failure or error.kept()
                    results.append(UNBOUND)
        finally:
            self.path = outer
            self.forked.pop()
        if failure is not None and all(result is UNBOUND for result in results):
            raise failure
        if len(results) == 1:
            return results[0]
        return without_unbound(choose(decision, *results))

    def apply(self, operation: Callable[..., Any], *args: Any) -> Any:
        """``operation(*args)``, forked as often as it is undecided."""
        try:
            return operation(*args)
        except Undecided as undecided:
            return self.fork(undecided.decision, operation, *args)


def _judgements(machine: Machine) -> tuple[Inertness, Forwards]:
    from convlint.evaluate.reuse.forwards import Forwards  # both know torch and classes, and those know the machine
    from convlint.evaluate.reuse.inert import Inertness

    return Inertness(machine), Forwards(machine)

"""Trials: one entry point is run apart from all others, and again with what it may want in place of its defaults."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from convlint.evaluate.budget import MAX_KEYS_REFUSED, MAX_TRIAL_STEPS
from convlint.evaluate.built.records import NOWHERE, Record
from convlint.evaluate.environment import Exhausted, NotIterable, Raised
from convlint.evaluate.paths import ROOT, Undecided
from convlint.evaluate.values import Const, Span, Unknown

if TYPE_CHECKING:
    from convlint.evaluate.machine import Machine
    from convlint.evaluate.sources.source_module import SourceModule

ENTRY = "the whole entry point"
REFUSALS = frozenset({"AssertionError", "AttributeError", "IndexError", "KeyError", "TypeError", "ValueError"})
"""How code ends that was given None for a value it needs: ``blocks=None``, and then ``assert blocks is not None``."""

Operation = Callable[[], None]
"""The call that an entry point is."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What one evaluation of an entry point gives its parameters, and which tables it looks them up in."""

    given: dict[Span, Const] = field(default_factory=dict)
    """The value of a parameter that has no default, by its place."""
    open: dict[Span, str] = field(default_factory=dict)
    """The places of the parameters that have no value, and how their unknowns are described."""
    asked: dict[Span, list[list[Const]]] = field(default_factory=dict)
    """The keys of each table too large to follow, by the parameter that is the key."""
    optional: dict[Span, str] = field(default_factory=dict)
    """The places and names of the parameters whose default is None."""
    refused: bool = False
    """Whether the code has refused those defaults: they are unknown, as if there were none."""


class Outcome(NamedTuple):
    """What came of one trial."""

    trial: Trial
    root: Record
    """What was built."""
    raised: str | None
    """The name of the exception that it ends with for certain."""


def run_definition(machine: Machine, source: SourceModule, span: Span, operation: Operation) -> Record:
    """Run a function or a class; again where it refuses its own defaults of None, or does without a package that may
    be installed elsewhere, and with each key of a table in which it looks up a parameter that has no default."""
    kept = last = _run(machine, span, operation, Trial())
    if last.raised in REFUSALS and last.trial.optional:
        last = _run(machine, span, operation, Trial(refused=True))
        kept = kept if last.raised is not None else last
    if last.raised is not None and source.optional:
        last = _run(machine, span, partial(_with_packages, machine, source, operation), Trial())
        kept = kept if last.raised is not None else last
    if machine.verdicts is not None and kept.trial.open:
        machine.verdicts.outcomes.partial.add(id(kept.root))
    _with_each_key(machine, kept, span, operation)
    return kept.root


def run_method(machine: Machine, span: Span, operation: Operation) -> Record:
    """Run a method by itself, and with each key as above: a part of something, whatever it is called with."""
    outcome = _run(machine, span, operation, Trial())
    if machine.verdicts is not None:
        machine.verdicts.outcomes.partial.add(id(outcome.root))
    _with_each_key(machine, outcome, span, operation)
    return outcome.root


def run_once(machine: Machine, span: Span, operation: Operation) -> Record:
    """Run an entry point that no Python file defines; ``span`` is where it stands."""
    return _run(machine, span, operation, Trial()).root


def _run(machine: Machine, span: Span, operation: Operation, trial: Trial) -> Outcome:
    """Run one trial in isolation: whatever it changes outside of itself is put back afterwards."""
    root = Record(NOWHERE, ROOT)
    raised: str | None = None
    machine.trial = trial
    machine.record, machine.path, machine.steps, machine.depth = root, ROOT, 0, 0
    machine.active = {}
    memo = machine.memo
    machine.clock += 1
    machine.entry_start = machine.clock
    try:
        operation()
    except Raised as error:
        raised = error.kind
    except (Undecided, NotIterable):
        pass
    except Exhausted as error:
        machine.note_gap("limit", error.limit, span, ENTRY)
    except Exception as error:  # a mistake of convlint's own costs this entry point, not the run
        machine.note_gap("internal", type(error).__name__, span, ENTRY)
    finally:
        machine.candidates.clear()
        for restore in reversed(machine.undo):
            restore()
        machine.undo.clear()
        machine.saved.clear()
        machine.entry_start, machine.memo = 0, memo
        machine.record, machine.path = Record(NOWHERE, ROOT), ROOT
    return Outcome(trial, root, raised)


def _with_packages(machine: Machine, source: SourceModule, operation: Operation) -> None:
    """Run an entry point as where the packages are installed that its file does without where they are not.

    What it means there by the names that it has from them is unknown; nothing of that is remembered.
    """
    kept, machine.memo = machine.memo, {}
    try:
        for name in sorted(source.optional):
            unknown = Unknown("module-not-found", f"'{name}', of an optional package")
            machine.modules.write_attribute(source.module, name, unknown)
        operation()
    finally:
        machine.memo = kept


# --- with each key of a table -----------------------------------------------------------------------------------------


def _with_each_key(machine: Machine, outcome: Outcome, span: Span, operation: Operation) -> None:
    """Run an entry point again with each key of the tables in which it looks up a parameter that has no default."""
    runs = _RunsWithKeys(machine, outcome.root, span, operation)
    try:
        for parameter, tables in outcome.trial.asked.items():
            tried: set[Any] = set()
            for keys in tables:
                runs.with_keys_of(keys, parameter, tried)
    except Exhausted as error:
        machine.note_gap("limit", error.limit, span, ENTRY)


class _RunsWithKeys:
    """The runs of one entry point with keys; what they build is added to ``root``, as what may be built."""

    def __init__(self, machine: Machine, root: Record, span: Span, operation: Operation) -> None:
        self.machine = machine
        self.root = root
        self.span = span
        self.operation = operation
        self.spent = 0
        """The steps of all of them."""

    def with_keys_of(self, keys: Iterable[Const], parameter: Span, tried: set[Any]) -> None:
        """Try the keys of one table that are not in ``tried``. Raises Exhausted where all of it takes too long."""
        refused: int | None = 0
        for key in keys:
            if key.value in tried:
                continue
            if refused == MAX_KEYS_REFUSED:
                return  # what is looked up is not the parameter itself: an item of a configuration, say
            if self.spent > MAX_TRIAL_STEPS:
                raise Exhausted("MAX_TRIAL_STEPS")
            tried.add(key.value)
            taken = self._takes(parameter, key.value)
            refused = None if taken or refused is None else refused + 1

    def _takes(self, parameter: Span, key: Any) -> bool:
        """Run the entry point with one key. Whether it goes on to its end with that, or builds something."""
        _, root, raised = _run(self.machine, self.span, self.operation, Trial({parameter: Const(key, parameter)}))
        self.spent += self.machine.steps
        for (site, child, _), count in root.calls.items():
            self.root.calls.setdefault((site, child, False), count)
        return raised is None or _builds(root)


def _builds(root: Record) -> bool:
    """Whether anything is built in an activation or below it."""
    stack: list[Any] = [root]
    seen: set[int] = set()
    while stack:
        record = stack.pop()
        for _, child, _ in record.calls:
            if not isinstance(child, Record):
                return True
            if id(child) not in seen:
                seen.add(id(child))
                stack.append(child)
    return False

"""Module level: nothing of the entry point that asked for a name shows where the statement runs that binds it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from convlint.evaluate.budget import MAX_MODULE_DEPTH
from convlint.evaluate.built.records import NOWHERE, Record
from convlint.evaluate.environment import Exhausted
from convlint.evaluate.paths import ROOT

if TYPE_CHECKING:
    from convlint.evaluate.machine import Machine


class ModuleLevel:
    """The statements at module level: which of them run now, and when those ran that have ended."""

    def __init__(self) -> None:
        self.clock = -(10**12)
        """The machine's clock there: what modules make is older than what any entry point makes."""
        self.depth = 0
        """How many statements run, each asked for by the one before."""
        self.importing = False
        """Whether the innermost stands in a library."""
        self.ran: list[tuple[int, int]] = []
        """The clock before and after statements that have ended, in order and joined."""

    @contextmanager
    def running(self, machine: Machine, linted: bool) -> Iterator[bool]:
        """While a statement of a (linted) module runs: nothing of the entry point that asked for it shows.

        Yields whether it may run.
        """
        if self.depth >= MAX_MODULE_DEPTH:
            yield False
            return
        kept = (
            machine.path,
            machine.record,
            machine.steps,
            machine.clock,
            machine.entry_start,
            machine.undo,
            machine.saved,
            machine.candidates,
            machine.depth,
            machine.trying,
            self.importing,
            machine.piece_start,
        )
        machine.path, machine.record = ROOT, Record(NOWHERE, ROOT)
        machine.steps = machine.depth = machine.trying = 0
        start = max(self.clock, machine.clock) if machine.clock < 0 else self.clock
        machine.clock, machine.entry_start, machine.undo, machine.saved, machine.candidates = start, 0, [], {}, []
        self.importing, machine.piece_start = not linted, start
        self.depth += 1
        try:
            yield True
        except Exhausted:
            pass
        finally:
            self.depth -= 1
            self.clock = max(self.clock, machine.clock)
            self._has_run(start)
            (
                machine.path,
                machine.record,
                machine.steps,
                clock,
                machine.entry_start,
                machine.undo,
                machine.saved,
                machine.candidates,
                machine.depth,
                machine.trying,
                self.importing,
                machine.piece_start,
            ) = kept
            if clock < 0:
                clock = max(clock, self.clock)
                for call in machine.candidates:
                    call.start = clock  # what other statements have made meanwhile is not the call's
            machine.clock = clock

    def _has_run(self, start: int) -> None:
        """Note the time from ``start`` until now as that of statements at module level that have ended."""
        while self.ran and self.ran[-1][1] >= start:
            start = min(start, self.ran.pop()[0])
        self.ran.append((start, self.clock))

    def outlives(self, born: int) -> bool:
        """Whether something was made by a statement at module level that has ended, and is still there."""
        before = bisect_left(self.ran, (born, born)) - 1
        return before >= 0 and born <= self.ran[before][1]

"""The verdicts of single blocks, for layers that no network's ``forward`` was seen to call.

The network's depth is a parameter, or a trainer holds it and calls it elsewhere. What a block shows by itself holds
wherever it stands: that another layer in it uses what one skips.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from convlint.evaluate.built.records import Fact, Record
from convlint.evaluate.entry_points.entries import Entry
from convlint.evaluate.entry_points.trials import run_once
from convlint.evaluate.graph.backward import Backward
from convlint.evaluate.graph.follow import Verdicts, skips
from convlint.evaluate.graph.levels import GATE, LIVE
from convlint.evaluate.graph.nodes import Key
from convlint.evaluate.graph.outcomes import Outcome, add_worst
from convlint.evaluate.graph.within import given_modules
from convlint.evaluate.machine import Machine
from convlint.evaluate.reuse import copies
from convlint.evaluate.tensors.readers import Note
from convlint.evaluate.values import Instance, Span

MAX_BLOCKS = 2_000
"""Blocks that are followed by themselves in one run; a library whose networks all take a config has some hundreds."""


class Told(NamedTuple):
    """What blocks show of the layers below a record."""

    outcomes: dict[Key, Outcome]
    left: frozenset[Key]
    """The layers of which some were not seen used like that."""


def follow_parts(machine: Machine, verdicts: Verdicts, entries: Iterable[Entry]) -> None:
    """Add to the outcomes of entry points what blocks say of the layers that were not followed in a whole network."""
    search = _Search(machine, verdicts)
    missing = {id(entry.root): search.layers_below(entry.root) for entry in entries}
    for number, layers in missing.items():
        missing[number] = layers - verdicts.outcomes.of.get(number, {}).keys()
    search.wanted = frozenset[Key]().union(*missing.values())
    if not search.wanted:
        return
    search.given = given_modules(machine) | verdicts.bound_by
    for entry in entries:
        layers = missing[id(entry.root)]
        told = search.told_of(entry.root) if layers else None
        found = (
            {key: told.outcomes[key] for key in told.outcomes.keys() & layers - told.left} if told is not None else {}
        )
        if found:
            verdicts.outcomes.of.setdefault(id(entry.root), {}).update(found)


class _Search:
    def __init__(self, machine: Machine, verdicts: Verdicts) -> None:
        self.machine = machine
        self.verdicts = verdicts
        self.wanted: frozenset[Key] = frozenset()
        self.given: dict[int, tuple[Instance, ...]] = {}
        self._backward = Backward()
        self._below: dict[int, frozenset[Key]] = {}
        self._told: dict[int, Told] = {}
        self._followed = 0

    def layers_below(self, record: Record) -> frozenset[Key]:
        """The layers below a record that skip positions."""
        found = self._below.get(id(record))
        if found is None:
            self._below[id(record)] = frozenset()  # a record in itself adds nothing
            own = {_key(child) for _, child, _ in record.calls if isinstance(child, Fact) and _counts(child)}
            inner = [child for _, child, _ in record.calls if isinstance(child, Record)]
            below = [self.layers_below(child) for child in inner if self.verdicts.leads_to_skip(child)]
            found = self._below[id(record)] = frozenset(own).union(*below)
        return found

    def told_of(self, record: Record) -> Told:
        """What the innermost blocks below a record say, and those around them of what these leave open."""
        known = self._told.get(id(record))
        if known is not None:
            return known
        self._told[id(record)] = Told({}, frozenset())
        outcomes: dict[Key, Outcome] = {}
        left: set[Key] = set()
        for site, child, _ in record.calls:
            if isinstance(child, Fact):
                left |= {_key(child)} & self.wanted if _counts(child) else set()
            elif not self.wanted.isdisjoint(self.layers_below(child)):
                inner = self._of_call(site, child)
                left |= inner.left
                add_worst(outcomes, inner.outcomes.items())
        found = self._told[id(record)] = Told(outcomes, frozenset(left))
        return found

    def _of_call(self, site: Span, child: Record) -> Told:
        """What is said below a call, and by the modules that it gives."""
        told = self.told_of(child)
        modules = self.given.get(id(child), ()) if told.left else ()
        if not modules or self._followed >= MAX_BLOCKS:
            return told
        self._followed += 1
        found: dict[Key, Outcome] = {}
        seen: list[set[Key]] = []
        for module in modules:
            own = self._follow(site, module)
            seen.append({key for key, outcome in own.items() if outcome.level in (GATE, LIVE)})
            add_worst(found, own.items())
        shown = told.left.intersection(*seen)
        outcomes = dict(told.outcomes)
        add_worst(outcomes, ((key, found[key]) for key in shown))
        return Told(outcomes, told.left - shown)

    def _follow(self, site: Span, module: Instance) -> dict[Key, Outcome]:
        found: list[dict[Key, Outcome]] = []

        def follow() -> None:
            graph = self.verdicts.traces.graph_of(self.machine, copies.copy(self.machine, module, None), site)
            if graph is not None:
                found.append(self.verdicts.outcomes_in(graph, self._backward))

        run_once(self.machine, site, follow)
        return found[0] if found else {}


def _counts(fact: Fact) -> bool:
    """Whether a fact is a layer that skips positions, named by its own call."""
    return fact.__class__ is not Note and not fact.lifts and skips(fact)


def _key(fact: Fact) -> Key:
    return fact.site, fact.kernel_size, fact.stride, fact.dilation  # type: ignore[return-value]  # all are known

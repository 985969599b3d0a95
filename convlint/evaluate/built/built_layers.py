"""The layers that activations build, read off the tree of records: those below each, the calls that lead to each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from convlint.evaluate.built.records import Fact, Record
from convlint.evaluate.entry_points.entries import Entry
from convlint.evaluate.tensors.notes import is_note, summary_of
from convlint.evaluate.values import Span

Key = tuple[Any, ...]


def layer_key(fact: Fact) -> Key:
    """What makes two facts the same layer: all but where the numbers come from."""
    if is_note(fact):
        return fact.op, fact.site, summary_of(fact)
    return fact[:10]


class Edge(NamedTuple):
    """One call that leads down: the activation it stands in, its place, and how often it happens there."""

    record: Record
    site: Span
    certain: bool
    times: int


class Built(NamedTuple):
    """A layer that one call builds. ``inner`` are the calls inside a subclass's ``__init__`` on to torch, innermost
    first."""

    fact: Fact
    inner: tuple[Edge, ...]
    certain: bool


class BuiltLayers:
    """What all entry points build."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries
        self.facts: dict[Key, Fact] = {}
        """One fact for each layer that was met below an activation so far."""
        self._below: dict[int, dict[Key, bool]] = {}
        self._pending: dict[int, list[Built]] = {}
        self._above: dict[Any, list[Edge]] | None = None
        self.roots: dict[int, list[str]] = {}
        """The entry points whose root an activation is. Filled by ``edges``, as is the next."""
        self.built_at: dict[Any, Built] = {}
        """What a call in an activation builds, by the activation, the call and the layer."""

    def below(self, record: Record) -> dict[Key, bool]:
        """The layers below an activation, and whether one is certainly built."""
        found = self._below.get(id(record))
        if found is not None:
            return found
        found = self._below[id(record)] = {}
        for (site, child, certain), _ in record.calls.items():
            for built in self.built_by(record, site, child):
                key = layer_key(built.fact)
                self.facts.setdefault(key, built.fact)
                found[key] = found.get(key, False) or (certain and built.certain)
            if isinstance(child, Record):
                for key, sure in self.below(child).items():
                    found[key] = found.get(key, False) or (certain and sure)
        return found

    def built_by(self, record: Record, site: Span, child: Record | Fact) -> list[Built]:
        """The layers that the call at ``site`` itself builds: torch's class, or a subclass through its ``__init__``."""
        if isinstance(child, Fact):
            return [] if child.lifts or (is_note(child) and summary_of(child) is None) else [Built(child, (), True)]
        rising = self._rising(child)
        if not rising:
            return []
        return [
            Built(built.fact._replace(site=site, lifts=0), built.inner, built.certain)
            for built in rising
            if built.fact.lifts == 1
        ]

    def _rising(self, record: Record) -> list[Built]:
        """Layers below an ``__init__`` that belong to a call further up; ``lifts`` says how far."""
        found = self._pending.get(id(record))
        if found is None:
            found = self._pending[id(record)] = []
            if not record.scope.name.endswith(".__init__"):
                return found
            for (site, child, certain), count in record.calls.items():
                edge = Edge(record, site, certain, count)
                if isinstance(child, Fact):
                    if child.lifts:
                        found.append(Built(child, (edge,), certain))
                else:
                    for built in self._rising(child):
                        if built.fact.lifts > 1:
                            fact = built.fact._replace(lifts=built.fact.lifts - 1)
                            found.append(Built(fact, (*built.inner, edge), built.certain and certain))
        return found

    def edges(self) -> dict[Any, list[Edge]]:
        """For each layer key and each activation (by identity), the calls that lead to it."""
        if self._above is None:
            above: dict[Any, list[Edge]] = {}
            seen: set[int] = set()
            for entry in self._entries:
                self.roots.setdefault(id(entry.root), []).append(entry.name)
                stack = [entry.root]
                while stack:
                    record = stack.pop()
                    if id(record) in seen:
                        continue
                    seen.add(id(record))
                    for (site, child, certain), count in record.calls.items():
                        edge = Edge(record, site, certain, count)
                        for built in self.built_by(record, site, child):
                            above.setdefault(layer_key(built.fact), []).append(edge)
                            self.built_at[(id(record), site, layer_key(built.fact))] = built
                        if isinstance(child, Record):
                            above.setdefault(id(child), []).append(edge)
                            stack.append(child)
            self._above = above
        return self._above

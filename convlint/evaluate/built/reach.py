"""The network that rules ask: which layers there are, who builds them, and what becomes of what they skip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property, reduce
from typing import Any

from convlint.evaluate.built.built_layers import BuiltLayers, Key
from convlint.evaluate.built.layer_facts import layer_of, order_of
from convlint.evaluate.built.records import Record
from convlint.evaluate.built.sites import Sites
from convlint.evaluate.built.sized_layers import SizedEntry, sized_layers, sized_modules, works
from convlint.evaluate.entry_points.entries import Entry
from convlint.evaluate.graph.follow import Verdicts as Following
from convlint.evaluate.graph.nodes import slice_key
from convlint.evaluate.graph.outcomes import Outcomes
from convlint.evaluate.graph.sized import Followed
from convlint.evaluate.sources.documents import FIRST
from convlint.evaluate.tensors.notes import ALONE, Around, is_note, operation_of, slices_in, who_follows
from convlint.network.layers import Confidence, Layer, Use
from convlint.network.operations import Operation
from convlint.network.sizes import SizedLayer, SizedModule, Work, fact_of
from convlint.network.verdicts import BRANCH, GATE_ONLY, UNKNOWN, Origins, Verdict, Verdicts, worse
from convlint.source import Place


class EvaluatedNetwork:
    """The layers that all entry points build. Ways to a layer are worked out when a rule asks for them."""

    def __init__(
        self,
        entries: Sequence[Entry],
        sites: Sites,
        linted: frozenset[str],
        around: Around = ALONE,
        verdicts: Following | None = None,
    ) -> None:
        self._outcomes = verdicts.outcomes if verdicts is not None else Outcomes()
        self._sized = verdicts.sized if verdicts is not None else {}
        self._runs = verdicts is not None and bool(verdicts.runs)
        self._said = verdicts is not None and verdicts.input_size is not None
        self._around = around
        self._entries = sorted(entries, key=lambda entry: entry.name)
        self.sites = sites
        self.linted = linted
        self.built = BuiltLayers(self._entries)
        self._facts = self.built.facts
        self._reached: dict[Key, tuple[list[str], bool]] = {}
        self._called: frozenset[str] | None = None
        self._written_for: dict[Any, frozenset[Origins]] = {}
        self.climbs: dict[int, Any] = {}
        """What ``convlint.evaluate.built.ways`` found on the way up from each activation."""
        for entry in self._entries:
            for key, certain in self.built.below(entry.root).items():
                names, sure = self._reached.get(key, ([], False))
                if not names or names[-1] != entry.name:
                    names.append(entry.name)
                self._reached[key] = (names, sure or certain)
        pairs = sorted(
            ((layer_of(fact, sites), key) for key, fact in self._facts.items() if not is_note(fact)),
            key=lambda pair: order_of(pair[0]),
        )
        self._keys: dict[Any, Key] = dict(pairs)
        self.layers: tuple[Layer, ...] = tuple(self._keys)
        self.operations = self._operations()

    def _operations(self) -> tuple[Operation, ...]:
        """The facts beside layers, in the order of their calls."""
        notes = {key: fact for key, fact in self._facts.items() if is_note(fact)}
        followed = who_follows(notes.values(), self._around)
        made = [(operation_of(fact, self.sites, followed), key) for key, fact in notes.items()]
        found: dict[Operation, Key] = {}
        for operation, key in made:
            if operation is not None:
                found.setdefault(operation, key)
        self._keys |= found
        return tuple(sorted(found, key=lambda operation: (operation.call, operation.op, str(operation))))

    def read(self) -> frozenset[Place]:
        """The places in files that are not Python from which code reads sizes of layers."""
        origins = (origin for fact in self._facts.values() for _, origin in fact.origins)
        return frozenset(self.sites.place(origin) for origin in origins if origin.file >= FIRST)

    def reached_from(self, layer: Layer | Operation) -> tuple[tuple[str, ...], Confidence]:
        """The entry points that build a layer."""
        names, certain = self._reached[self._keys[layer]]
        return tuple(names), Confidence.CERTAIN if certain else Confidence.POSSIBLE

    def verdicts(self, layer: Layer | Operation) -> Verdicts:
        """What becomes of the values that ``layer`` skips, or that strided slices do, for each entry point that builds
        it.
        """
        fact = self._facts[self._keys[layer]]
        keys: tuple[Any, ...] = ((fact.site, fact.kernel_size, fact.stride, fact.dilation),)
        if is_note(fact):
            keys = tuple([slice_key(site) for site in slices_in(fact)])
        names = set(self.reached_from(layer)[0])
        found = {
            entry.name: self._outcomes.verdict(entry.root, keys, self.sites)
            for entry in self._entries
            if entry.name in names and keys
        }
        if any(verdict.apart for verdict in found.values()):
            reached = self._written(keys[0])
            for name, verdict in found.items():
                if not reached.issuperset(origins for origins, _ in verdict.apart):
                    found[name] = replace(verdict, apart=())  # of one of them it is not known where it is met
        unknown = {name for name, verdict in found.items() if verdict.name == UNKNOWN}
        parts = unknown & self._parts() if unknown else unknown
        around = self._around_part(keys) if parts else None
        for name in parts:
            outside = found[name].outside or len(unknown) < len(found)
            found[name] = replace(found[name], outside=outside, around=around)
        return found

    def _written(self, key: Any) -> frozenset[Origins]:
        """Where the numbers of all layers that one call builds with these numbers are written."""
        found = self._written_for.get(key)
        if found is None:
            alike = [
                layer
                for layer, of_layer in self._keys.items()
                if isinstance(layer, Layer) and (of_layer[1], of_layer[2], of_layer[3], of_layer[4]) == key
            ]
            written = (use.written for layer in alike for use in self.uses(layer))
            found = self._written_for[key] = frozenset[Origins]().union(*written)
        return found

    def _around_part(self, keys: tuple[Any, ...]) -> Verdict | None:
        """What becomes of the values that a block's layer skips, by the networks that hold the block.

        A block is an entry point too, with its own defaults. None where one of the networks in which it was followed
        does not say that somebody uses them.
        """
        found = [
            self._outcomes.verdict(entry.root, keys, self.sites)
            for entry in self._entries
            if self._outcomes.knows(entry.root, keys) and entry.name not in self._parts()
        ]
        worst = reduce(worse, found) if found else None
        return worst if worst is not None and worst.name in (BRANCH, GATE_ONLY) else None

    @cached_property
    def sized_layers(self) -> tuple[SizedLayer, ...]:
        """The layers on maps of known size."""
        layers = {key: layer for layer, key in self._keys.items() if isinstance(layer, Layer)} if self._followed else {}
        return sized_layers(self._followed, {key: self._facts[key] for key in layers}, layers, self.sites)

    @cached_property
    def sized_modules(self) -> tuple[SizedModule, ...]:
        """Modules that are no windows on maps of known size."""
        return sized_modules(self._followed, self.operations, self.sites)

    @cached_property
    def _works(self) -> dict[str, Work]:
        return works(self._followed, self.sites)

    def works(self) -> dict[str, Work]:
        """What networks multiply, by the names of the entry points that build them."""
        return self._works

    @cached_property
    def _followed(self) -> list[SizedEntry]:
        """The entry points that were followed for an input of known size.

        A size that the user says is that of whole networks, so it is none of an entry point that others call.
        """
        parts = self._parts() if self._said else frozenset()
        known: dict[int, tuple[Followed, ...]] = {}
        found: list[SizedEntry] = []
        for entry in self._entries:
            if entry.name not in parts:
                own = tuple(self._sized.get(id(entry.root), ()))
                followed = self._sized_below(entry.root, known) if self._runs else own
                if followed:
                    found.append(SizedEntry(entry.name, followed, self.built.below(entry.root)))
        return found

    def _sized_below(self, record: Record, known: dict[int, tuple[Followed, ...]]) -> tuple[Followed, ...]:
        """What was followed in an activation and in all that it calls."""
        found = known.get(id(record))
        if found is None:
            known[id(record)] = ()
            inner = [child for _, child, _ in record.calls if isinstance(child, Record)]
            gathered = [
                *self._sized.get(id(record), ()),
                *(each for child in inner for each in self._sized_below(child, known)),
            ]
            found = known[id(record)] = tuple({id(each): each for each in gathered}.values())
        return found

    def _parts(self) -> frozenset[str]:
        """The entry points that others call: parts of networks."""
        if self._called is None:
            names = {entry.name: entry.name for entry in self._entries}
            names |= {f"{entry.name}.__init__": entry.name for entry in self._entries}
            found: set[str] = set()
            seen: set[int] = set()
            for entry in self._entries:
                stack = [entry.root]
                while stack:
                    record = stack.pop()
                    if id(record) not in seen:
                        seen.add(id(record))
                        inner = [child for _, child, _ in record.calls if isinstance(child, Record)]
                        # What the root calls is the entry point itself, also if decorators stand between.
                        called = {names.get(child.scope.name, "") for child in inner if record is not entry.root}
                        found |= called - {entry.name}
                        stack += inner
            self._called = frozenset(found - {""})
        return self._called

    def uses(self, layer: Layer | Operation | SizedLayer | SizedModule) -> Sequence[Use]:
        """The distinct ways to reach ``layer``: one for each meeting place and innermost linted call."""
        from convlint.evaluate.built.ways import ways_to

        if not isinstance(layer, (SizedLayer, SizedModule)):
            return ways_to(self, self._keys[layer])
        names = set(layer.entry_points)
        shared = ((use, tuple(name for name in use.entry_points if name in names)) for use in self.uses(fact_of(layer)))
        return [replace(use, entry_points=of_these) for use, of_these in shared if of_these]

"""Facts for inputs of known size: which layer works on maps of which size in which networks, and what networks cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from convlint.evaluate.built.records import Fact
from convlint.evaluate.built.sites import Sites
from convlint.evaluate.graph.sized import OTHERS, Followed, Place, SizedWindow
from convlint.evaluate.tensors.notes import module_of
from convlint.network.layers import Layer
from convlint.network.operations import Module, Operation
from convlint.network.sizes import InputSize, SizedLayer, SizedModule, Work

Key = tuple[Any, ...]


class SizedEntry(NamedTuple):
    """An entry point with what was followed in it, and the layers that it builds, by their keys."""

    name: str
    followed: tuple[Followed, ...]
    layers: Mapping[Key, bool]


class Index:
    """Finds the layer that a window at work is."""

    def __init__(self, facts: Mapping[Key, Fact]) -> None:
        self._by_numbers: dict[Any, list[Key]] = defaultdict(list)
        self._facts = facts
        self._ranked: dict[Any, list[Key]] = {}
        for key, fact in facts.items():
            self._by_numbers[fact.site, fact.kernel_size, fact.stride, fact.dilation].append(key)

    def layer_of(self, window: SizedWindow, built: Mapping[Key, bool]) -> Key | None:
        """The layer of those that an entry point has built; of several, one that agrees in padding and channels."""
        asked = window.key, window.padding, window.channels
        ranked = self._ranked.get(asked)
        if ranked is None:
            ranked = self._ranked[asked] = self._best_first(window)
        return next((key for key in ranked if key in built), None)

    def _best_first(self, window: SizedWindow) -> list[Key]:
        """The layers of a window's numbers: those that agree in padding come first, among them those in channels."""

        def agrees(key: Key) -> tuple[bool, bool]:
            fact = self._facts[key]
            return fact.padding == window.padding, window.channels is None or fact.out_channels == window.channels

        return sorted(self._by_numbers.get(window.key, ()), key=agrees, reverse=True)


def sized_layers(
    entries: Sequence[SizedEntry], facts: Mapping[Key, Fact], layers: Mapping[Key, Layer], sites: Sites
) -> tuple[SizedLayer, ...]:
    """One fact for each layer, size of its map and size of the input, with all entry points in which it is so."""
    index = Index(facts)
    found: dict[tuple[Any, ...], tuple[list[str], list[Place]]] = {}
    for entry in entries:
        for network in entry.followed:
            given = _input_size(network, sites)
            for window, place in network.windows:
                key = index.layer_of(window, entry.layers)
                if key is not None:
                    names, seen = found.setdefault((key, given, window), ([], []))
                    names.append(entry.name)
                    seen.append(place)
    made = [_fact(layers[key], given, window, found[key, given, window]) for key, given, window in found]
    return tuple(sorted(made, key=lambda each: (each.layer.call, str(each))))


def _fact(layer: Layer, given: InputSize, window: SizedWindow, told: tuple[list[str], list[Place]]) -> SizedLayer:
    names, places = told
    return SizedLayer(
        layer,
        window.size,
        window.before,
        window.outputs,
        window.padded_size,
        window.padding,
        window.zero_padded,
        all(place.others == OTHERS for place in places),
        any(place.certain for place in places),
        given,
        tuple(sorted(dict.fromkeys(names))),
    )


def sized_modules(
    entries: Sequence[SizedEntry], operations: Sequence[Operation], sites: Sites
) -> tuple[SizedModule, ...]:
    """The same for modules that are facts by themselves."""
    modules = {(each.op, each.call, _arguments(each)): each for each in operations if isinstance(each, Module)}
    found: dict[tuple[Module, tuple[int, ...], bool, InputSize], tuple[list[str], list[bool]]] = {}
    for entry in entries:
        for network in entry.followed:
            given = _input_size(network, sites)
            for call, certain in network.modules:
                told = module_of(call.known, sites)
                module = modules.get((told.op, told.call, _arguments(told)))
                if module is not None:
                    names, seen = found.setdefault((module, call.shape, call.reduced, given), ([], []))
                    names.append(entry.name)
                    seen.append(certain)
    made = [
        SizedModule(module, shape, reduced, any(seen), given, tuple(sorted(dict.fromkeys(names))))
        for (module, shape, reduced, given), (names, seen) in found.items()
    ]
    return tuple(sorted(made, key=lambda each: (each.call, str(each))))


def _arguments(module: Module) -> str:
    return str(sorted(module.arguments.items(), key=lambda pair: pair[0]))


def works(entries: Sequence[SizedEntry], sites: Sites) -> dict[str, Work]:
    """What each network multiplies; of several in one entry point, the first."""
    found: dict[str, Work] = {}
    for entry in entries:
        for network in entry.followed:
            cost = network.cost
            if cost.macs:
                sure = not network.lost
                dead, gate = (int(cost.dead), int(cost.gate_only)) if sure else (0, 0)
                found.setdefault(entry.name, Work(_input_size(network, sites), cost.macs, dead, gate, cost.partial))
    return found


def _input_size(network: Followed, sites: Sites) -> InputSize:
    given = network.given
    return InputSize(given.size, given.said_by, sites.place(given.site) if given.site is not None else None)

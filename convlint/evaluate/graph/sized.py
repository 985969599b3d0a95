"""What a network does with an input of known size: the maps on which windows and other modules work."""

from __future__ import annotations

from typing import NamedTuple

from convlint.evaluate.graph.backward import Activation
from convlint.evaluate.graph.costs import Cost, cost_of_one
from convlint.evaluate.graph.nodes import CALL, PASSING, PORT, RESULT, SHIFT, WINDOW, Key, Node
from convlint.evaluate.sizes.inputs import Given
from convlint.evaluate.sizes.shapes import sides
from convlint.evaluate.tensors.constructions import TOLD
from convlint.evaluate.tensors.readers import Known
from convlint.network.geometry import pool_output_size

OTHERS = -1
"""Instead of the number of a port: something else may read the map."""
NOBODY = -2
"""Nothing else does."""


class SizedWindow(NamedTuple):
    """One window at work. Sizes hold one number for each spatial axis."""

    key: Key
    channels: int | None
    padding: tuple[int, ...]
    size: tuple[int, ...]
    """The map, without padding."""
    before: tuple[int, ...]
    padded_size: tuple[int, ...]
    outputs: tuple[int, ...]
    zero_padded: bool


class ModuleCall(NamedTuple):
    """A module of torch at work on a tensor of known shape."""

    known: Known
    shape: tuple[int, ...]
    reduced: bool
    """Whether the map has one position whatever the size of the input."""


class Place(NamedTuple):
    """Where a window stands in a network."""

    others: int
    """Whether something else may read its map: OTHERS, NOBODY, or the port that the map comes from."""
    certain: bool
    """Whether every condition on the way to it is known."""


class Followed(NamedTuple):
    """One network with an input of known size."""

    given: Given
    windows: tuple[tuple[SizedWindow, Place], ...]
    modules: tuple[tuple[ModuleCall, bool], ...]
    """Modules that are no windows, each with whether it runs so for certain."""
    cost: Cost
    lost: bool
    """Whether some reader may have been missed, so that nothing can be said to be used by nobody."""


def followed(given: Given, whole: Activation) -> Followed:
    """All that is known of one network."""
    found: dict[SizedWindow, Place] = {}
    for node, place in _windows(whole, {}).items():
        window = sized_window(node)
        if window is not None:
            # What the network itself gets, nobody else reads.
            known = Place(OTHERS if place.others == OTHERS else NOBODY, place.certain)
            found[window] = _both(found.get(window, known), known)
    modules = tuple(_modules(whole, {}).items())
    return Followed(given, tuple(found.items()), modules, cost_of_one(whole, given.batch), bool(whole.lost))


def sized_window(node: Node) -> SizedWindow | None:
    """The sizes with which a window works; None where any of them is not known."""
    work, window, source = node.work, node.info, node.inputs[0]
    rank = len(window.stride)
    got = sides(source.shape, rank)
    if work is None or window.padding is None or got is None or work.ceil_mode is None or not node.keys:
        return None
    axes = zip(got, window.kernel_size, window.stride, window.dilation, window.padding, strict=True)
    gives = tuple(pool_output_size(n, k, s, d, p, work.ceil_mode) for n, k, s, d, p in axes)
    size, before = got, window.padding
    source = _made_by(source)
    if source.kind == SHIFT and len(source.info) <= rank and min(source.info) >= 0:
        inner = sides(source.inputs[0].shape, rank)
        if inner is not None:
            shift = (0,) * (rank - len(source.info)) + tuple(source.info)
            size, before = inner, tuple(a + b for a, b in zip(before, shift, strict=True))
    return SizedWindow(node.keys[-1], node.channels, window.padding, size, before, got, gives, work.zero_padded)


def _made_by(node: Node) -> Node:
    """The operation that gives a tensor, also where a function of the user's hands on what it gives."""
    shape = node.shape
    while node.kind == RESULT:
        outputs = node.inputs[0].info.outputs
        if node.info >= len(outputs) or outputs[node.info].shape != shape:
            return node
        node = outputs[node.info]
    return node


def _modules(activation: Activation, memo: dict[Activation, dict[ModuleCall, bool]]) -> dict[ModuleCall, bool]:
    """The modules below an activation that are facts by themselves, and whether each one certainly runs so."""
    found = memo.get(activation)
    if found is None:
        found = memo[activation] = {}
        for node in activation.graph.nodes:
            inner = activation.calls.get(node) if node.kind == CALL else None
            if inner is not None:
                for call, certain in _modules(inner, memo).items():
                    found[call] = found.get(call, False) or (certain and not node.arms)
            elif node.known is not None and node.inputs and node.known.op.rpartition(".")[2] in TOLD:
                shape = node.inputs[0].shape
                if shape is not None and None not in shape:
                    call = ModuleCall(node.known, shape, node.inputs[0].pooled)  # type: ignore[arg-type]
                    found[call] = found.get(call, False) or node.sure
    return found


def _windows(activation: Activation, memo: dict[Activation, dict[Node, Place]]) -> dict[Node, Place]:
    """All windows below an activation, and where they stand."""
    found = memo.get(activation)
    if found is not None:
        return found
    found = memo[activation] = {}
    for node in activation.graph.nodes:
        if node.kind == WINDOW:
            place = Place(_others(activation, node.inputs[0], node), not node.arms)
            found[node] = _both(found.get(node, place), place)
        elif node.kind == CALL:
            inner = activation.calls.get(node)
            for window, (others, certain) in (_windows(inner, memo) if inner is not None else {}).items():
                others = others if others < 0 else _others(activation, node.inputs[others], window)
                place = Place(others, certain and not node.arms)
                found[window] = _both(found.get(window, place), place)
    return found


def _both(one: Place, other: Place) -> Place:
    """A window that stands in two places: nobody, where it is so in one; else a port that is still to be asked."""
    others = NOBODY if NOBODY in (one.others, other.others) else max(one.others, other.others)
    return Place(others, one.certain or other.certain)


def _others(activation: Activation, node: Node, window: Node) -> int:
    """Whether anything but ``window`` may use values of ``node``, or of what it was made from."""
    while True:
        demands = activation.demands[node.number]
        if any(each.reader is None or each.reader.node is not window for each in demands):
            return OTHERS
        if node.kind == PORT:
            return int(node.info)
        if node.kind not in PASSING or len(node.inputs) != 1:
            return NOBODY
        node = node.inputs[0]

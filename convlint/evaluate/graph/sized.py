"""What a network does with an input of known size: the maps that windows work on, and the multiply-accumulates."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import prod
from typing import NamedTuple

from convlint.evaluate.constructions import TOLD
from convlint.evaluate.graph.backward import Activation
from convlint.evaluate.graph.demands import Demand, View
from convlint.evaluate.graph.levels import DEAD, GATE, Grid, Levels, most
from convlint.evaluate.graph.nodes import CALL, CAT, PASSING, PORT, RESULT, SHIFT, WINDOW, Arms, Key, Node, Step
from convlint.evaluate.sizes.inputs import Given
from convlint.evaluate.sizes.shapes import Shape, elements
from convlint.evaluate.tensor_readers import Known
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


class Cost(NamedTuple):
    """Multiply-accumulates: all, those for values that nobody uses, and those for what only a gate uses."""

    macs: int = 0
    dead: Fraction = Fraction(0)
    gate_only: Fraction = Fraction(0)
    partial: bool = False
    """Whether some are not known."""
    misfit: bool = False
    """Whether the network cannot take this input."""


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
    return Followed(given, tuple(found.items()), modules, _of_one(cost_of(whole, {}), given.batch), bool(whole.lost))


# --- maps -------------------------------------------------------------------------------------------------------------


def sized_window(node: Node) -> SizedWindow | None:
    """The sizes with which a window works; None where any of them is not known."""
    work, window, source = node.work, node.info, node.inputs[0]
    rank = len(window.stride)
    got = _sides(source.shape, rank)
    if work is None or window.padding is None or got is None or work.ceil_mode is None or not node.keys:
        return None
    axes = zip(got, window.kernel_size, window.stride, window.dilation, window.padding, strict=True)
    gives = tuple(pool_output_size(n, k, s, d, p, work.ceil_mode) for n, k, s, d, p in axes)
    size, before = got, window.padding
    source = _made_by(source)
    if source.kind == SHIFT and len(source.info) <= rank and min(source.info) >= 0:
        inner = _sides(source.inputs[0].shape, rank)
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


def _sides(shape: Shape | None, rank: int) -> tuple[int, ...] | None:
    sides = shape[-rank:] if shape is not None and len(shape) > rank else None
    return None if sides is None or None in sides else sides  # type: ignore[return-value]


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


# --- multiply-accumulates ---------------------------------------------------------------------------------------------


def _of_one(cost: Cost, batch: int) -> Cost:
    """The cost of one input of several at once."""
    return cost._replace(macs=cost.macs // batch, dead=cost.dead / batch, gate_only=cost.gate_only / batch)


def cost_of(activation: Activation, memo: dict[Activation, Cost]) -> Cost:
    """What an activation multiplies, calls included."""
    found = memo.get(activation)
    if found is None:
        costs: list[tuple[Arms, Cost]] = [((), Cost(misfit=activation.graph.misfit))]
        for node in activation.graph.nodes:
            inner = activation.calls.get(node) if node.kind == CALL else None
            if inner is not None:
                costs.append((node.arms, cost_of(inner, memo)))
            elif node.macs is None:
                costs.append((node.arms, Cost(partial=True)))
            elif node.macs:
                shares: dict[int, Fraction] = {}
                for level, share in _shares(activation.demands[node.number], node.shape):
                    shares[level] = shares.get(level, Fraction(0)) + share
                dead, gate = (node.macs * shares.get(level, Fraction(0)) for level in (DEAD, GATE))
                costs.append((node.arms, Cost(node.macs, dead, gate)))
        found = memo[activation] = _total(costs)
    return found


def _total(costs: list[tuple[Arms, Cost]]) -> Cost:
    """The sum; of the two arms of a condition that is not known, the cheaper one."""
    found = Cost()
    for arms, cost in costs:
        found = found if arms else _sum(found, cost)
    doubtful = [(arms, cost) for arms, cost in costs if arms]
    while doubtful:
        decision = doubtful[0][0][0][0]
        ways: dict[bool, list[tuple[Arms, Cost]]] = {True: [], False: []}
        rest: list[tuple[Arms, Cost]] = []
        for arms, cost in doubtful:
            taken = dict(arms).get(decision)
            if taken is None:
                rest.append((arms, cost))
            else:
                ways[taken].append((tuple(arm for arm in arms if arm[0] is not decision), cost))
        one, other = _total(ways[True]), _total(ways[False])
        cheaper = min(one, other, key=lambda each: each.macs)._replace(misfit=False)
        found = _sum(found, cheaper._replace(
            dead=min(one.dead, other.dead), gate_only=min(one.gate_only, other.gate_only),
            partial=one.partial or other.partial or one.macs != other.macs,
        ))  # fmt: skip
        doubtful = rest
    return found


def _sum(one: Cost, other: Cost) -> Cost:
    return Cost(
        one.macs + other.macs,
        one.dead + other.dead,
        one.gate_only + other.gate_only,
        one.partial or other.partial,
        one.misfit or other.misfit,
    )


def _shares(demands: tuple[Demand, ...], shape: Shape | None) -> Iterator[tuple[int, Fraction]]:
    """Which part of a tensor's values is used by nobody, and by a gate only, because readers skip positions.

    What is used by nobody as a whole, or as a whole by a gate, is another matter.
    """
    by_view: dict[View, Levels] = {}
    for view, levels, _ in demands:
        by_view[view] = most(by_view.get(view, DEAD), levels)
    yield from _of_views(by_view, shape)


def _of_views(by_view: dict[View, Levels], shape: Shape | None) -> Iterator[tuple[int, Fraction]]:
    """The same for the levels that readers see, by the way in which they see the tensor."""
    while len({view[:1] for view in by_view}) == 1 and (step := next(iter(by_view))[:1]) and step[0].group is None:
        by_view = {view[1:]: levels for view, levels in by_view.items()}
        if step[0].node.kind == CAT:
            if not step[0].spatial or any(by_view):
                return  # where in the whole it lies is not known
        elif shape is None or elements(shape) != elements(step[0].node.shape):
            return
        else:
            # All of them look at the same values in another order.
            shape = step[0].node.shape
    parts = [view[0] for view in by_view if view and view[0].group is not None]
    if parts:
        yield from _of_parts(parts[0], by_view, shape)
    elif len(by_view) == 1 and () in by_view:
        yield from _of_positions(by_view[()], shape)


def _of_parts(first: Step, by_view: dict[View, Levels], shape: Shape | None) -> Iterator[tuple[int, Fraction]]:
    """The same where readers get different parts of one thing, and perhaps all of it."""
    of_part: dict[Step, dict[View, Levels]] = {}
    whole: Levels = DEAD
    for view, levels in by_view.items():
        if not view and first.spatial:
            whole = levels
        elif not view or view[0].group != first.group or view[0].node is not first.node:
            return  # positions cannot be compared
        else:
            of_part.setdefault(view[0], {})[view[1:]] = levels
    total = elements(shape)
    for step, views in of_part.items():
        part = _part_of(step, shape)
        size = elements(part)
        if whole != DEAD:
            views[()] = most(views.get((), DEAD), whole)
        if size and total and size <= total:
            yield from ((level, share * Fraction(size, total)) for level, share in _of_views(views, part))


def _part_of(step: Step, whole: Shape | None) -> Shape | None:
    """The shape of a part of something."""
    shape, several = step.node.shape, step.node.several
    if step.group == "pieces":
        if several is not None:
            return several[step.which] if step.which < len(several) else None
        return shape[1:] if shape and step.which < (shape[0] or 0) else None
    axis, bound = step.group if isinstance(step.group, tuple) else (0, 0)
    size = whole[axis] if whole is not None and axis < len(whole) else None
    if whole is None or not size or not 0 < bound < size:
        return None
    return (*whole[:axis], size - bound if step.which else bound, *whole[axis + 1 :])


def _of_positions(levels: Levels, shape: Shape | None) -> Iterator[tuple[int, Fraction]]:
    """The share of each level among positions; counted exactly where the shape says how many positions there are."""
    if isinstance(levels, int):
        return
    rank = len(levels.periods)
    sides = _sides(shape, rank) if shape is not None else None
    found: dict[int, Fraction] = {}
    for cell, level in _cells(levels):
        if sides is None:
            share = Fraction(1, prod(levels.periods))
        else:
            counts = ((n - x + p - 1) // p for n, x, p in zip(sides, cell, levels.periods, strict=True))
            share = Fraction(prod(counts), prod(sides) or 1)
        found[level] = found.get(level, Fraction(0)) + share
    yield from found.items()


def _cells(levels: Grid) -> Iterator[tuple[tuple[int, ...], int]]:
    from itertools import product

    yield from zip(product(*map(range, levels.periods)), levels.levels, strict=True)

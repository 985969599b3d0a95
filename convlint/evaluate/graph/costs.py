"""Multiply-accumulates of a network with an input of known size, and the share of them that is for nobody."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from math import prod
from typing import NamedTuple

from convlint.evaluate.graph.backward import Activation
from convlint.evaluate.graph.demands import Demand, View
from convlint.evaluate.graph.levels import DEAD, GATE, Grid, Levels, most
from convlint.evaluate.graph.nodes import CALL, CAT, Arms, Step
from convlint.evaluate.sizes.shapes import Shape, elements, sides


class Cost(NamedTuple):
    """Multiply-accumulates: all, those for values that nobody uses, and those for what only a gate uses."""

    macs: int = 0
    dead: Fraction = Fraction(0)
    gate_only: Fraction = Fraction(0)
    partial: bool = False
    """Whether some are not known."""
    misfit: bool = False
    """Whether the network cannot take this input."""


def cost_of_one(whole: Activation, batch: int) -> Cost:
    """What a network multiplies for one of ``batch`` inputs that it was given at once."""
    cost = _cost_of(whole, {})
    return cost._replace(macs=cost.macs // batch, dead=cost.dead / batch, gate_only=cost.gate_only / batch)


def _cost_of(activation: Activation, memo: dict[Activation, Cost]) -> Cost:
    """What an activation multiplies, calls included."""
    found = memo.get(activation)
    if found is None:
        costs: list[tuple[Arms, Cost]] = [((), Cost(misfit=activation.graph.misfit))]
        for node in activation.graph.nodes:
            inner = activation.calls.get(node) if node.kind == CALL else None
            if inner is not None:
                costs.append((node.arms, _cost_of(inner, memo)))
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
    size = sides(shape, rank)
    found: dict[int, Fraction] = {}
    for cell, level in _cells(levels):
        if size is None:
            share = Fraction(1, prod(levels.periods))
        else:
            counts = ((n - x + p - 1) // p for n, x, p in zip(size, cell, levels.periods, strict=True))
            share = Fraction(prod(counts), prod(size) or 1)
        found[level] = found.get(level, Fraction(0)) + share
    yield from found.items()


def _cells(levels: Grid) -> Iterator[tuple[tuple[int, ...], int]]:
    yield from zip(product(*map(range, levels.periods)), levels.levels, strict=True)

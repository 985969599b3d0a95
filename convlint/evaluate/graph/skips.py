"""The verdict on each layer that skips positions: whether anybody else uses the values that it leaves out.

A value that nobody uses may be a mere copy, activation or sum of values that others do use: then only that copy is
wasted. So it is followed back, through such operations and through calls, to where it was computed by a convolution, a
product or a pool, or where it enters the network; what turns out to be used on the way is let go.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

from convlint.evaluate.graph.backward import Activation, Demands
from convlint.evaluate.graph.demands import Demand, Reader, View, level_at, parts_of, through, view_of_operand
from convlint.evaluate.graph.levels import DEAD, LIVE, MAX_CELLS, MAYBE, Cell, Grid, cells
from convlint.evaluate.graph.nodes import (
    CAT,
    JOIN,
    MOVE,
    OPAQUE,
    PART,
    PASSING,
    PORT,
    RESULT,
    SHIFT,
    SLICE,
    WINDOW,
    Node,
    Step,
    Window,
)  # fmt: skip
from convlint.evaluate.graph.operations import RECURRENT
from convlint.network.geometry import residues_read

CONDITION = "a condition that could not be decided"
BESIDE = "tensors that are put side by side and then moved"
CHANGED = "the layer itself, whose numbers are changed afterwards,"
MAX_FOLLOWED = 400
"""Operations that the values skipped by one layer are followed back through; real ones end after about 10."""


class Skipped(NamedTuple):
    """Positions that a layer skips, of what ``view`` shows of a tensor; they repeat every ``periods``."""

    view: View
    periods: tuple[int, ...]
    cells: tuple[Cell, ...]
    partly: bool = False
    """Whether the layer skips others, too, that somebody uses."""


class Found(NamedTuple):
    """What became of the skipped values of one layer: how far they are used at most, and by whom."""

    level: int
    outside: bool
    """Whether they enter the network from outside, where others may use them."""
    readers: tuple[Reader, ...]
    """Where they are used, who does; else who reads the tensor beside the layer."""
    source: Reader | None
    """What computed them."""
    why: str
    """Why it is not known, where it is not."""
    partly: bool = False
    """Whether that is so of some of the values only, and somebody uses the others."""


class Open(NamedTuple):
    """Skipped values of a layer that come from an operand of the function."""

    port: int
    skipped: Skipped


class Case(NamedTuple):
    """One layer in one activation: what is found, and what is left open."""

    layer: Node
    found: tuple[Found, ...]
    open: tuple[Open, ...]
    in_vain: bool
    """Whether nobody uses the layer's own result."""
    built_as: bool = False
    """Whether it is told of the numbers that the layer was built with, and does not have any more."""


def cases_of(activation: Activation) -> tuple[Case, ...]:
    """All layers in an activation and below it that skip positions."""
    if activation.settled is None:
        activation.settled = tuple(_cases(activation))
    return activation.settled  # type: ignore[return-value]


def _cases(activation: Activation) -> Iterator[Case]:
    for node in activation.graph.nodes:
        if node.keys:
            skipped = _skipped_by(node.info if node.kind == WINDOW else window_of(node.info))
            if skipped is not None:
                in_vain = not any(each.levels != DEAD for each in activation.demands[node.number])
                yield _case(activation, Case(node, (), (), in_vain), [(node.inputs[0], skipped)])
        if node.built_as is not None and _skipped_by(node.info) is None:
            changed = Found(LIVE, False, (Reader(CHANGED),), None, "")
            yield Case(node, (changed,), (), False, True)
        inner = activation.calls.get(node)
        if inner is not None:
            for case in cases_of(inner):
                if case.open:
                    yield _case(activation, case, [(node.inputs[each.port], each.skipped) for each in case.open])
                else:
                    yield case


def _case(activation: Activation, known: Case, starts: list[tuple[Node, Skipped]]) -> Case:
    search = _Search(known.layer)
    found: list[Found] = list(known.found)
    left: list[Open] = []
    for node, skipped in starts:
        for each in search.follow(activation, node, skipped):
            if isinstance(each, Open):
                left.append(each)
            else:
                found.append(each)
    return known._replace(found=tuple(dict.fromkeys(found)), open=tuple(dict.fromkeys(left)))


def window_of(axes: tuple[tuple[int, int], ...]) -> Window:
    """A strided slice, (start, step) for each axis, as the window that reads the same."""
    ones, steps = (1,) * len(axes), tuple(step for _, step in axes)
    return Window(ones, steps, ones, tuple(-start for start, _ in axes))


def _skipped_by(window: Window) -> Skipped | None:
    """What a window does not read, as if it had no padding where that is not known."""
    axes = zip(*window[:3], window.padding or (0,) * len(window.stride), strict=True)
    read = [set(residues_read(k, s, d, p)) for k, s, d, p in axes]
    left = tuple(
        cell for cell in cells(window.stride) if any(x not in each for x, each in zip(cell, read, strict=True))
    )
    return Skipped((), window.stride, left) if left else None


class _Search:
    """The way back from one layer."""

    def __init__(self, layer: Node) -> None:
        self.layer = layer
        self.steps = 0
        self.readers: dict[Reader, None] = {}
        """Who reads the tensors on the way."""

    def follow(self, activation: Activation, node: Node, skipped: Skipped) -> list[Found | Open]:
        """What becomes of values of ``node``; the least used ones decide."""
        self.steps += 1
        if self.steps > MAX_FOLLOWED:
            return [self._found(MAYBE, None, "MAX_FOLLOWED")]
        demands = activation.demands[node.number]
        found: list[Found | Open] = []
        for view in parts_of(demands, skipped.view):
            found += self._followed(activation, node, skipped._replace(view=view), demands)
        return found

    def _followed(self, activation: Activation, node: Node, skipped: Skipped, demands: Demands) -> list[Found | Open]:
        wide = _widened(skipped, demands)
        rivals = [each for each in demands if each.reader and _excludes(each.reader.node, self.layer)]
        levels = {cell: _most_used(demands, rivals, wide.view, cell) for cell in wide.cells}
        kept = tuple(cell for cell, level in levels.items() if level < LIVE)
        if not kept:
            users = [
                reader
                for each in demands
                if (reader := each.reader)
                and each not in rivals
                and any(level_at(each, wide.view, cell) == LIVE for cell in wide.cells)
            ]
            return [Found(LIVE, False, tuple(self._others(users)), None, "")]
        beside = (each.reader for each in demands if each.reader and each.view == skipped.view)
        self.readers.update(dict.fromkeys(reader for reader in beside if reader.window))
        left = wide._replace(cells=kept, partly=wide.partly or len(kept) < len(wide.cells))
        if node.kind == PORT:
            return [Open(node.info, left)]
        if node.kind == RESULT:
            return self._into_call(activation, node, left)
        if node.kind in PASSING:
            return self._back(activation, node, left)
        if node.info in RECURRENT:
            return [Found(LIVE, False, (Reader(node.words, node),), None, "")]
        level = min(levels[cell] for cell in kept)
        if node.kind == OPAQUE:
            level = max(level, MAYBE)  # it may hand on values of others
        why = "" if level != MAYBE else CONDITION if rivals else _reason(demands, node)
        return [self._found(level, Reader(node.words, node), why, left.partly)]

    def _into_call(self, activation: Activation, node: Node, skipped: Skipped) -> list[Found | Open]:
        call = node.inputs[0]
        inner = activation.calls[call]
        found: list[Found | Open] = []
        for each in self.follow(inner, inner.graph.outputs[node.info], skipped):
            if isinstance(each, Open):
                found += self.follow(activation, call.inputs[each.port], each.skipped)
            else:
                found.append(each)
        return found

    def _back(self, activation: Activation, node: Node, skipped: Skipped) -> list[Found | Open]:
        """On to what an operation took the values from."""
        ways: list[list[Found | Open]] = []
        for source, before in _before(node, skipped):
            if (source.pooled and not node.pooled) or (node.mixed and source.channels == 1):
                continue  # repeated: a gate
            seen = view_of_operand(node, source, before.view)
            if seen is None:
                ways.append([self._found(MAYBE, None, "a value that may be repeated")])
            else:
                ways.append(self.follow(activation, source, before._replace(view=seen)))
        if not ways:
            return [self._found(MAYBE, None, "a value that is broadcast")]
        if len(ways) > 1 and (node.kind == JOIN or (node.kind == CAT and skipped.view)):
            return self._on_every_way(ways, CONDITION if node.kind == JOIN else BESIDE)
        return [each for way in ways for each in way]

    def _on_every_way(self, ways: list[list[Found | Open]], why: str) -> list[Found | Open]:
        """Where one way or the other was taken, or where the values lie in one of several: wasted only if in all."""
        if all(way == ways[0] for way in ways):
            return ways[0]
        worst: list[Found] = []
        for way in ways:
            known = [each for each in way if isinstance(each, Found)]
            if len(known) < len(way):
                return [self._found(MAYBE, None, why)]
            worst.append(min(known, key=lambda each: each.level))
        return [max(worst, key=lambda each: each.level)]

    def _found(self, level: int, source: Reader | None, why: str = "", partly: bool = False) -> Found:
        return Found(level, False, tuple(self._others(self.readers)), source, why, partly)

    def _is_layer(self, node: Node) -> bool:
        """Whether a node is the layer, or the same call of it."""
        same = node.keys == self.layer.keys and node.called == self.layer.called and node.under != self.layer.under
        return node is self.layer or (bool(node.keys) and same)

    def _others(self, readers: Iterator[Reader] | dict[Reader, None] | list[Reader]) -> list[Reader]:
        """Readers other than the layer itself, layers first. One layer stands on each way of a condition."""
        found = (each for each in dict.fromkeys(readers) if each.node is None or not self._is_layer(each.node))
        return sorted(found, key=lambda each: not each.window)


def _excludes(reader: Node | None, layer: Node) -> bool:
    """Whether a reader is there only where the layer is not: they belong to networks that are built differently."""
    return reader is not None and any((decision, not yes) in layer.under for decision, yes in reader.under)


def _most_used(demands: Demands, rivals: list[Demand], view: View, cell: Cell) -> int:
    """How far anybody uses the values at one position. What reads them on the other way of a condition is no use."""
    others = (level_at(each, view, cell) for each in demands if each not in rivals)
    instead = (min(level_at(each, view, cell), MAYBE) for each in rivals)
    return max((*others, *instead), default=DEAD)


def _reason(demands: Demands, node: Node) -> str:
    if node.kind == OPAQUE:
        return node.words
    named = (each.reader.words for each in demands if each.reader and each.levels == MAYBE)
    # A call's results do not say who reads them, and of more than MAX_DEMANDS readers nobody is named.
    other = f"not all that reads the result of `{node.graph.name}` could be followed"
    return next(named, other if node.read else "nothing was seen to read it")


def _widened(skipped: Skipped, demands: Demands) -> Skipped:
    """The same positions, with periods that every reader's levels fit."""
    from math import lcm, prod

    periods = skipped.periods
    for _, levels, _ in demands:
        if isinstance(levels, Grid) and len(levels.periods) == len(periods):
            longer = tuple(map(lcm, periods, levels.periods))
            if prod(longer) <= MAX_CELLS:
                periods = longer
    return _repeated(skipped, periods)


def _repeated(skipped: Skipped, periods: tuple[int, ...]) -> Skipped:
    if periods == skipped.periods:
        return skipped
    times = [range(long // short) for long, short in zip(periods, skipped.periods, strict=True)]
    found = tuple(
        tuple(x + turn * period for x, turn, period in zip(cell, turns, skipped.periods, strict=True))
        for cell in skipped.cells
        for turns in product(*times)
    )
    return skipped._replace(periods=periods, cells=found)


def _before(node: Node, skipped: Skipped) -> Iterator[tuple[Node, Skipped]]:
    """The same values in the operands that a passing operation took them from."""
    view = skipped.view
    if node.kind in (MOVE, PART):
        yield node.inputs[0], skipped._replace(view=through(node.info, view))
    elif node.kind == SHIFT:
        yield node.inputs[0], _shifted(skipped, node.info) or skipped._replace(view=(Step(node), *view))
    elif node.kind == SLICE:
        yield node.inputs[0], _unsliced(skipped, node.info) or skipped._replace(view=(Step(node, 0, "slice"), *view))
    elif node.kind == CAT and (view or not node.info):
        for index, source in enumerate(node.inputs):
            yield source, skipped._replace(view=(Step(node, index, None, bool(node.info)), *view))
    else:
        for source in node.inputs:
            yield source, skipped


def _shifted(skipped: Skipped, shift: tuple[int, ...]) -> Skipped | None:
    """Positions before they were moved by ``shift``."""
    missing = len(skipped.periods) - len(shift)
    if skipped.view or missing < 0:
        return None
    full = (0,) * missing + shift
    found = tuple(
        tuple((x - by) % period for x, by, period in zip(cell, full, skipped.periods, strict=True))
        for cell in skipped.cells
    )
    return skipped._replace(cells=found)


def _unsliced(skipped: Skipped, axes: tuple[tuple[int, int], ...]) -> Skipped | None:
    """Positions before a strided slice."""
    if skipped.view or len(axes) != len(skipped.periods):
        return None
    periods = tuple(period * step for period, (_, step) in zip(skipped.periods, axes, strict=True))
    found = tuple(
        tuple((x * step + start) % period for x, (start, step), period in zip(cell, axes, periods, strict=True))
        for cell in skipped.cells
    )
    return skipped._replace(periods=periods, cells=found)

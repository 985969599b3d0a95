"""How far the positions of a tensor are used, on a grid that repeats; pure functions over plain numbers.

A level is a number: DEAD nobody uses the value, GATE only a gate or a statistic does, MAYBE somebody does who could
not be followed, LIVE it is used. Levels of a whole tensor are one number where all positions agree, else a Grid.
"""

from __future__ import annotations

from itertools import product
from math import lcm, prod
from typing import NamedTuple

DEAD, GATE, MAYBE, LIVE = 0, 1, 2, 3
MAX_CELLS = 4096
"""Cells of a grid; a patch embedding behind a stride of 4 has 64 x 64. Where it takes more, all get the greatest."""

Cell = tuple[int, ...]


class Grid(NamedTuple):
    """Levels that repeat every ``periods`` positions, axis by axis, the last axis last."""

    periods: tuple[int, ...]
    levels: tuple[int, ...]
    """One for each cell of a period, the last axis running fastest."""

    def at(self, cell: Cell) -> int:
        """The level at a position."""
        index = 0
        for position, period in zip(cell, self.periods, strict=True):
            index = index * period + position % period
        return self.levels[index]


Levels = int | Grid


def grid(periods: tuple[int, ...], levels: tuple[int, ...]) -> Levels:
    """The levels, as one number where all agree."""
    first = levels[0]
    return first if all(level == first for level in levels) else Grid(periods, levels)


def greatest(levels: Levels) -> int:
    """The greatest level anywhere."""
    return levels if isinstance(levels, int) else max(levels.levels)


def at_most(levels: Levels, limit: int) -> Levels:
    """The same, but nothing above ``limit``."""
    if isinstance(levels, int):
        return min(levels, limit)
    return grid(levels.periods, tuple(min(level, limit) for level in levels.levels))


def known_use(levels: Levels) -> Levels:
    """The same, with LIVE for MAYBE."""
    if isinstance(levels, int):
        return LIVE if levels == MAYBE else levels
    return grid(levels.periods, tuple(LIVE if level == MAYBE else level for level in levels.levels))


def most(a: Levels, b: Levels) -> Levels:
    """The greater level of each position. Grids of different rank do not speak of the same axes: all may be used."""
    if isinstance(a, int) and isinstance(b, int):
        return max(a, b)
    if isinstance(a, int):
        a, b = b, a
    assert isinstance(a, Grid)
    if isinstance(b, int):
        return b if b >= max(a.levels) else grid(a.periods, tuple(max(level, b) for level in a.levels))
    if len(a.periods) != len(b.periods):
        return max(MAYBE, *a.levels, *b.levels)
    if a.periods == b.periods:
        return grid(a.periods, tuple(map(max, a.levels, b.levels)))
    periods = tuple(map(lcm, a.periods, b.periods))
    if prod(periods) > MAX_CELLS:
        return max(MAYBE, *a.levels, *b.levels)
    return grid(periods, tuple(max(a.at(cell), b.at(cell)) for cell in cells(periods)))


def cells(periods: tuple[int, ...]) -> list[Cell]:
    """All positions of one period."""
    return list(product(*map(range, periods)))


def read_by(levels: Levels, window: tuple[tuple[int, int, int, int], ...]) -> Levels:
    """The levels of a window's input from those of its output; (kernel size, stride, dilation, padding) for each axis.

    Output o reads the positions o * s - p + t * d. Outputs that agree modulo their period q read positions that agree
    modulo q * s.
    """
    if levels == DEAD:
        return DEAD
    if isinstance(levels, int):
        levels = Grid((1,) * len(window), (levels,))
    if len(levels.periods) != len(window):
        return max(levels.levels)
    periods = tuple(period * axis[1] for period, axis in zip(levels.periods, window, strict=True))
    if prod(periods) > MAX_CELLS:
        return max(levels.levels)
    found = dict.fromkeys(cells(periods), DEAD)
    reached = [
        [{(output * s - p + tap * d) % period for tap in range(min(k, period))} for output in range(period // s)]
        for (k, s, d, p), period in zip(window, periods, strict=True)
    ]
    for output in cells(levels.periods):
        level = levels.at(output)
        if level:
            for cell in product(*(axis[place] for axis, place in zip(reached, output, strict=True))):
                found[cell] = max(found[cell], level)
    return grid(periods, tuple(found.values()))


def moved(levels: Levels, shift: tuple[int, ...]) -> Levels:
    """The levels of a tensor whose position x + shift was looked at as position x."""
    if isinstance(levels, int):
        return levels
    if len(shift) > len(levels.periods):
        return max(levels.levels)
    full = (0,) * (len(levels.periods) - len(shift)) + shift
    places = (tuple(x - by for x, by in zip(cell, full, strict=True)) for cell in cells(levels.periods))
    return Grid(levels.periods, tuple(levels.at(place) for place in places))

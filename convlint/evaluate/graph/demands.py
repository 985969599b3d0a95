"""What readers want of one tensor: for each reader, which of its values it looks at, and how far these are used."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from convlint.evaluate.graph.levels import DEAD, LIVE, MAYBE, Cell, Levels, greatest, most
from convlint.evaluate.graph.nodes import WINDOW, Node, Step

MAX_DEMANDS = 16
"""Readers of one tensor that are told apart; more count as one that cannot be followed where they do not read all."""

View = tuple[Step, ...]
"""The movements from a tensor to what a reader gets of it, nearest first; empty where it gets the tensor itself."""


class Reader(NamedTuple):
    """Who reads, for a message: an operation, or something else in words."""

    words: str
    node: Node | None = None

    @property
    def window(self) -> bool:
        """Whether it is a layer: the name that says most."""
        return self.node is not None and self.node.kind == WINDOW


class Demand(NamedTuple):
    """One reader's."""

    view: View
    levels: Levels
    reader: Reader | None = None


def through(step: Step, view: View) -> View:
    """``view`` seen from before one more movement; two that undo each other are none."""
    if view and step.order is not None and view[0].order is not None and len(step.order) == len(view[0].order):
        order = tuple(step.order[axis] for axis in view[0].order)
        if order == tuple(range(len(order))):
            return view[1:]
    return (step, *view)


def is_spatial(view: View) -> bool:
    """Whether positions are the same as the tensor's own."""
    return all(step.spatial for step in view)


def view_of_operand(node: Node, source: Node, view: View) -> View | None:
    """How a reader of a sum or product sees one of its operands, which may be smaller than the result.

    Without parts where it may have one channel for all; None where nothing can be said.
    """
    if not node.mixed:
        return view
    if not source.solid:
        return None
    if source.channels is not None and source.channels > 1:
        return view
    return () if is_spatial(view) else None


def collected(demands: Iterable[Demand]) -> tuple[Demand, ...]:
    """Each reader and view once, with the greatest levels."""
    found: dict[tuple[View, Reader | None], Levels] = {}
    for view, levels, reader in demands:
        if levels == DEAD:
            continue
        key = view, reader
        found[key] = most(found[key], levels) if key in found else levels
    if len(found) > MAX_DEMANDS:
        return _shortened(found)
    return tuple(Demand(view, levels, reader) for (view, reader), levels in found.items())


def _shortened(found: dict[tuple[View, Reader | None], Levels]) -> tuple[Demand, ...]:
    whole = [(reader, levels) for (view, reader), levels in found.items() if not view and isinstance(levels, int)]
    if whole:
        reader, level = max(whole, key=lambda each: (each[1], not _hangs_on_a_condition(each[0])))
        if level == LIVE:
            # It stands for all of them, and some may be there where this one is not.
            return (Demand((), LIVE, None if _hangs_on_a_condition(reader) else reader),)
    return (Demand((), MAYBE, None),)


def _hangs_on_a_condition(reader: Reader | None) -> bool:
    return reader is not None and reader.node is not None and bool(reader.node.under)


def overall(demands: Iterable[Demand]) -> int:
    """The greatest level of any value."""
    return max((greatest(levels) for _, levels, _ in demands), default=DEAD)


def same_place(demands: Iterable[Demand]) -> Levels | None:
    """The levels of positions, over all channels; None where the positions of some reader cannot be compared."""
    found: Levels = DEAD
    for view, levels, _ in demands:
        if not isinstance(levels, int) and not is_spatial(view):
            return None
        found = most(found, levels)
    return found


def parts_of(demands: Iterable[Demand], view: View) -> list[View]:
    """The view; or, where it is of everything and some readers get parts, all parts that such a reader gets."""
    if view:
        return [view]
    parts = [each.view[0] for each in demands if each.view and each.view[0].group is not None and each.view[0].spatial]
    return list(dict.fromkeys((part,) for part in parts if _siblings(part, parts[0]))) or [()]


def _siblings(a: Step, b: Step) -> bool:
    return a.group is not None and a.group == b.group and a.node is b.node


def level_at(demand: Demand, view: View, cell: Cell) -> int:
    """How far a reader uses the values at one position of what ``view`` shows; never less than it may."""
    mine, theirs = view, demand.view
    while mine and theirs and mine[0] == theirs[0]:
        mine, theirs = mine[1:], theirs[1:]
    if mine and theirs and _siblings(mine[0], theirs[0]):
        return DEAD  # different parts of one thing
    levels = demand.levels
    sees_all = all(step.group is None for step in theirs)
    comparable = all(step.spatial for step in (*mine, *theirs))
    if isinstance(levels, int):
        level, sure = levels, sees_all or (comparable and not mine)
    elif comparable and len(levels.periods) == len(cell):
        level = levels.at(cell)
        sure = level == DEAD or sees_all or not mine
    else:
        level, sure = max(levels.levels), False
    return level if sure else MAYBE

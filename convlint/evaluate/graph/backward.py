"""The backward walk: from what is wanted of a function's results to what is wanted of every tensor in it.

A function's graph is walked once for each different demand on its results: a thousand equal blocks cost one.
"""

from __future__ import annotations

from collections.abc import Iterator

from convlint.evaluate.graph.demands import (
    Demand,
    Reader,
    View,
    collected,
    overall,
    same_place,
    through,
    view_of_operand,
)
from convlint.evaluate.graph.levels import GATE, LIVE, MAYBE, Levels, at_most, greatest, known_use, moved, read_by
from convlint.evaluate.graph.nodes import (
    CALL,
    CAT,
    JOIN,
    MOVE,
    NORM,
    OPAQUE,
    PART,
    PORT,
    REDUCE,
    RESULT,
    SAME,
    SHIFT,
    SLICE,
    WINDOW,
    Graph,
    Node,
    Step,
)  # fmt: skip

Demands = tuple[Demand, ...]


class Activation:
    """One graph under one demand on its results. Compared by identity."""

    __slots__ = ("calls", "demands", "graph", "lost", "settled")

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.demands: list[Demands] = [()] * len(graph.nodes)
        """What is wanted of each node, by its number."""
        self.calls: dict[Node, Activation] = {}
        self.lost = graph.lost
        self.settled: object = None
        """What the layers in it skip, once it has been asked for."""


class Backward:
    """All walks so far."""

    def __init__(self) -> None:
        self._known: dict[object, Activation] = {}

    def activation(self, graph: Graph, wanted: tuple[Demands, ...]) -> Activation:
        """``graph`` with ``wanted`` of each of its results."""
        key = graph, tuple(frozenset((view, levels) for view, levels, _ in demands) for demands in wanted)
        found = self._known.get(key)
        if found is None:
            # Who reads results differs from call to call, and one walk serves them all.
            anonymous = tuple(tuple(Demand(view, levels) for view, levels, _ in demands) for demands in wanted)
            found = self._known[key] = self.walk(graph, anonymous)
        return found

    def walk(self, graph: Graph, wanted: tuple[Demands, ...]) -> Activation:
        """The same, made anew."""
        made = Activation(graph)
        gathered: list[list[Demand]] = [[] for _ in graph.nodes]
        for node, demands in zip(graph.outputs, wanted, strict=True):
            gathered[node.number] += demands
        for node, reason in graph.escaped.items():
            gathered[node.number].append(Demand((), MAYBE, Reader(reason)))
        results: dict[Node, list[Node]] = {}
        for node in reversed(graph.nodes):
            demands = collected(gathered[node.number])
            if not node.read and node.kind != CALL:
                # Nobody was seen to read it: rather somebody was not seen than that it is computed for nothing.
                demands = collected([*demands, Demand((), MAYBE, None)])
            made.demands[node.number] = demands
            if node.kind == RESULT:
                results.setdefault(node.inputs[0], []).append(node)
            elif node.kind == CALL:
                self._enter(made, node, results.get(node, []), gathered)
            elif demands:
                for source, demand in _passed(node, demands):
                    gathered[source.number].append(demand)
        return made

    def _enter(self, made: Activation, call: Node, results: list[Node], gathered: list[list[Demand]]) -> None:
        graph: Graph = call.info
        wanted: list[Demands] = [()] * len(graph.outputs)
        for result in results:
            wanted[result.info] = made.demands[result.number]
        inner = made.calls[call] = self.activation(graph, tuple(wanted))
        made.lost = made.lost or inner.lost
        for port, source in zip(graph.ports, call.inputs, strict=True):
            gathered[source.number] += inner.demands[port.number]


def _passed(node: Node, demands: Demands) -> Iterator[tuple[Node, Demand]]:
    """What the readers of a node's result make it want of its operands."""
    kind = node.kind
    if kind in (SAME, NORM, JOIN):
        yield from _same(node, demands)
    elif kind in (MOVE, PART):
        step: Step = node.info
        for view, levels, reader in demands:
            yield node.inputs[0], Demand(through(step, view), levels, reader)
    elif kind == SHIFT:
        for view, levels, reader in demands:
            shifted = moved(levels, tuple(-by for by in node.info)) if not view else levels
            before = view if not view or isinstance(levels, int) else (Step(node), *view)
            yield node.inputs[0], Demand(before, shifted, reader)
    elif kind == CAT:
        for index, source in enumerate(node.inputs):
            for view, levels, reader in demands:
                plain = not view and (node.info or isinstance(levels, int))
                step = Step(node, index, None, bool(node.info))
                yield source, Demand(view if plain else (step, *view), levels, reader)
    elif kind != PORT and node.inputs:
        yield from _computed(node, demands)


def _same(node: Node, demands: Demands) -> Iterator[tuple[Node, Demand]]:
    for source in node.inputs:
        gate = source.pooled and not node.pooled
        for view, levels, reader in demands:
            if gate:
                yield source, Demand((), min(GATE, overall(demands)), reader)
                continue
            seen = view_of_operand(node, source, view)
            yield source, Demand(view, levels, reader) if seen == view else Demand((), most_of(seen, levels), reader)
    if node.kind == NORM:
        reader = Reader(node.words, node)
        yield node.inputs[0], Demand((), min(GATE, overall(demands)), reader)


def most_of(seen: View | None, levels: Levels) -> Levels:
    """Where an operand may be repeated along channels, positions still count; else all of it may be used."""
    return greatest(levels) if seen is None else levels


def _computed(node: Node, demands: Demands) -> Iterator[tuple[Node, Demand]]:
    """Operations that compute new values: they are the readers that messages name."""
    reader = Reader(node.words, node)
    if node.kind != OPAQUE:
        # It reads for sure; that its own result is read by something unknown makes that no less a use.
        demands = tuple([each._replace(levels=known_use(each.levels)) for each in demands])
    levels: Levels = overall(demands)
    place = same_place(demands) if node.kind in (WINDOW, SLICE, REDUCE) else None
    first = node.inputs[0]
    if node.kind == OPAQUE:
        levels = at_most(levels, MAYBE) if levels != GATE else MAYBE
    elif place is not None:
        levels = place
    if node.kind == SLICE:
        axes = tuple((1, step, 1, -start) for start, step in node.info)
        yield first, Demand((), read_by(levels, axes), reader)
        return
    if node.kind == WINDOW:
        window = node.info
        if window.padding is None:
            covered = read_by(overall(demands), tuple(zip(*window[:3], (0,) * len(window.stride), strict=True)))
            levels = covered if isinstance(covered, int) else min(MAYBE, overall(demands))
        else:
            levels = read_by(levels, tuple(zip(*window, strict=True)))
        yield first, Demand((), levels, reader)
        yield from ((other, Demand((), overall(demands), reader)) for other in node.inputs[1:])
        return
    yield from ((source, Demand((), levels, reader)) for source in node.inputs)


def root(graph: Graph, backward: Backward) -> Activation:
    """The whole network: everything that leaves it is used."""
    output = (Demand((), LIVE, Reader("the output of the model")),)
    return backward.walk(graph, tuple(output for _ in graph.outputs))

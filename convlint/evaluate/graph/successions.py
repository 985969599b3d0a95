"""Which module directly follows which, across functions: read off finished graphs, each function's only once.

A function's summary says who reads the tensors that it is given, and what its results came out of and who has read them
by then; the caller adds its own readers. Only pairs that matter to somebody are kept: see ``worth``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from convlint.evaluate.graph.nodes import CALL, PORT, RESULT, Graph, Node
from convlint.evaluate.tensors.ends import ACTIVATION, gives, takes
from convlint.evaluate.tensors.readers import Known
from convlint.evaluate.values import Span


class Reading(NamedTuple):
    """One reader of a tensor."""

    known: Known | None
    """None where it is anything but a module or function that facts are told of, or not known."""
    sure: bool = True
    """Whether it reads whenever the function that the tensor belongs to runs."""


OTHER = Reading(None)


class Made(NamedTuple):
    """A tensor, with everything that reads it."""

    known: Known | None
    """What it came out of."""
    sure: bool
    readings: tuple[Reading, ...]


class Given(NamedTuple):
    """What a function gives: one of the tensors that it was given, else one that was made in it."""

    port: int | None
    made: Made


class Summary(NamedTuple):
    """What a function does with tensors, as far as pairs go."""

    ports: tuple[tuple[Reading, ...], ...]
    """Who reads what the function is given."""
    gives: tuple[Given, ...]
    settled: tuple[Made, ...]
    """The tensors that do not leave the function."""
    calls: tuple[tuple[Graph, bool], ...]
    """What it calls, and whether surely."""


class Found(NamedTuple):
    """The pairs in one network."""

    pairs: dict[tuple[Known, Known], bool]
    """Those that surely follow each other, and whether the second is always the only reader."""
    crowded: frozenset[tuple[Span, Span]]
    """Pairs of calls that build modules, of which the second surely is not always the only reader."""
    read_otherwise: frozenset[Span]
    """The calls whose module's result is ever read by anything but one such second, or leaves the network."""
    shared: frozenset[Span]
    """Those of them of which it is sure who reads them: where conditions decide, that is told function by function."""
    fed_otherwise: frozenset[Span]
    """The calls whose activation ever gets anything but what such a first one gives."""
    fed_from_outside: frozenset[Span]
    """Those whose activation gets what the network itself is given: of a part of a network that says nothing."""
    lost: bool
    """Whether a reader may have been missed."""


def worth(first: Known | None, second: Known | None) -> bool:
    """Whether anybody asks for a pair: a bias before normalisation, an activation before another one."""
    if first is None or second is None:
        return False
    kind = gives(first)
    return kind is not None and kind == takes(second)


class Successions:
    """Summaries of all graphs so far."""

    def __init__(self) -> None:
        self._known: dict[Graph, Summary] = {}

    def of(self, graph: Graph) -> Summary:
        """The summary of one function."""
        found = self._known.get(graph)
        if found is None:
            found = self._known[graph] = self._summary(graph)
        return found

    def found(self, root: Graph) -> Found:
        """The pairs in a whole network; what leaves it is read by somebody else."""
        pairs: dict[tuple[Known, Known], bool] = {}
        unsure: set[tuple[Known, Known]] = set()
        crowded: set[tuple[Span, Span]] = set()
        read_otherwise: set[Span] = set()
        shared: set[Span] = set()
        fed_otherwise: set[Span] = set()
        outside = {each.known.site for port in self.of(root).ports for each in port if each.known is not None}
        for made in self._all(root):
            alone = len(made.readings) == 1
            for second, sure in made.readings:
                if made.known is not None and second is not None and worth(made.known, second):
                    pair = made.known, second
                    pairs[pair] = pairs.get(pair, True) and alone
                    if not (made.sure and sure):
                        unsure.add(pair)
                    elif not alone:
                        crowded.add((made.known.site, second.site))
                elif second is not None and takes(second) == ACTIVATION:
                    fed_otherwise.add(second.site)
            if made.known is not None and not (alone and worth(made.known, made.readings[0].known)):
                read_otherwise.add(made.known.site)
                if all(sure for _, sure in made.readings):
                    shared.add(made.known.site)
        certain = {pair: alone for pair, alone in pairs.items() if pair not in unsure}
        lost = any(graph.lost for graph, _ in self._reached(root))
        return Found(
            certain,
            frozenset(crowded),
            frozenset(read_otherwise),
            frozenset(shared),
            frozenset(fed_otherwise),
            frozenset(outside),
            lost,
        )

    def _all(self, root: Graph) -> Iterator[Made]:
        """Every tensor that matters in a network."""
        for graph, sure in self._reached(root):
            for made in self.of(graph).settled:
                yield made if sure else made._replace(sure=False)
        for given in self.of(root).gives:
            yield given.made._replace(readings=(*given.made.readings, OTHER))

    def _reached(self, root: Graph) -> Iterable[tuple[Graph, bool]]:
        """All functions that a network calls, each once, and whether one of the calls surely happens."""
        found = {root: True}
        for wanted in (True, False):
            pending = list(found)
            while pending:
                for graph, sure in self.of(pending.pop()).calls:
                    if sure >= wanted and graph not in found:
                        found[graph] = wanted
                        pending.append(graph)
        return found.items()

    def _summary(self, graph: Graph) -> Summary:
        readings: list[list[Reading]] = [[] for _ in graph.nodes]
        for node in graph.escaped:
            readings[node.number].append(OTHER)
        origins = [self._origin(node) for node in graph.outputs]
        for node in origins:
            if origins.count(node) > 1:  # whoever gets one of its names does not see the readers of the other
                readings[node.number].append(OTHER)
        leaving = set(origins)
        left: dict[Node, Made] = {}
        settled: dict[Made, None] = {}
        for node in reversed(graph.nodes):
            made = self._made(node, readings[node.number])
            if node in leaving:
                left[node] = made
            elif node.kind not in (PORT, CALL) and self._origin(node) is node and _matters(made):
                settled[made] = None
            self._spread(node, readings)
        ports = tuple([tuple(readings[port.number]) for port in graph.ports])
        given = tuple([Given(node.info if node.kind == PORT else None, left[node]) for node in origins])
        calls = dict.fromkeys((node.info, node.sure) for node in graph.nodes if node.kind == CALL)
        return Summary(ports, given, tuple(settled), tuple(calls))

    def _origin(self, node: Node) -> Node:
        """The same tensor before it was handed through calls that only give it back."""
        while node.kind == RESULT:
            call = node.inputs[0]
            port = self.of(call.info).gives[node.info].port
            if port is None:
                return node
            node = call.inputs[port]
        return node

    def _made(self, node: Node, readings: list[Reading]) -> Made:
        """What a node gives, and who reads it here and where it came from."""
        if node.kind == RESULT:
            call = node.inputs[0]
            inner = self.of(call.info).gives[node.info].made
            return Made(inner.known, inner.sure and call.sure, (*inner.readings, *readings))
        return Made(node.known, node.sure, tuple(readings))

    def _spread(self, node: Node, readings: list[list[Reading]]) -> None:
        """Tell the operands of a node that it reads them."""
        if node.kind == CALL:
            inside = self.of(node.info).ports
            for source, found in zip(node.inputs, inside, strict=True):
                readings[source.number] += found if node.sure else [each._replace(sure=False) for each in found]
        elif node.kind == RESULT:
            origin = self._origin(node)
            if origin is not node:
                readings[origin.number] += readings[node.number]
        else:
            reading = Reading(node.known, node.sure) if node.known is not None else OTHER
            for source in node.inputs:
                readings[source.number].append(reading)


def _matters(made: Made) -> bool:
    """Whether a tensor says anything of a pair that is worth it."""
    if made.known is not None and gives(made.known) is not None:
        return True
    return any(each.known is not None and takes(each.known) == ACTIVATION for each in made.readings)

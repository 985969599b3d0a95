"""Ways to a layer: walking up from it through the calls until both numbers are found, then on to an entry point."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from convlint.evaluate.budget import MAX_TRACES
from convlint.evaluate.built.built_layers import Edge, layer_key
from convlint.evaluate.built.reach import EvaluatedNetwork
from convlint.evaluate.built.records import Fact
from convlint.evaluate.graph.outcomes import origins_of
from convlint.evaluate.sources import documents
from convlint.evaluate.values import Span
from convlint.network.layers import Confidence, Step, Use


class Way(NamedTuple):
    """Part of a chain of calls, innermost first, from the layer's own call up to where all that matters is known."""

    fact: Fact
    edges: tuple[Edge, ...]
    inner: tuple[Edge, ...] = ()
    """The calls inside a subclass's ``__init__``, innermost first."""


def ways_to(network: EvaluatedNetwork, key: Any) -> Sequence[Use]:
    """The distinct ways to the layer ``key``."""
    groups: dict[tuple[Any, ...], list[Way]] = defaultdict(list)
    for number, way in enumerate(_walk(network, key)):
        if number >= MAX_TRACES:
            break
        meeting = _written(network, way, _meeting(network, way))
        place = network.sites.place(meeting)
        call = () if place.path in network.linted else _innermost_linted(network, way)
        groups[(place, call)].append(way)
    uses = [_use(network, meeting, ways) for (meeting, _), ways in groups.items()]
    return sorted(uses, key=lambda use: (use.meeting, [step.place for step in use.trace]))


def _walk(network: EvaluatedNetwork, key: Any) -> Iterator[Way]:
    """Chains from the layer upwards, each as short as it can be."""
    above = network.built.edges()
    queue: list[Way] = []
    for edge in above.get(key, ()):
        built = network.built.built_at[(id(edge.record), edge.site, key)]
        queue.append(Way(built.fact, (edge,), built.inner))
    position = 0
    while position < len(queue):
        way = queue[position]
        position += 1
        if _complete(network, way):
            yield way
            continue
        parents = [edge for edge in above.get(id(way.edges[-1].record), ()) if not _cyclic(way, edge)]
        if not parents or all(edge.record.scope.span.file < 0 for edge in parents):
            yield way
            continue
        for edge in parents:
            if edge.record.scope.span.file >= 0 and len(queue) < MAX_TRACES * 20:
                queue.append(way._replace(edges=(*way.edges, edge)))


def _cyclic(way: Way, edge: Edge) -> bool:
    return any(edge.record is other.record for other in way.edges)


def _origin(way: Way, parameter: str) -> Span | None:
    return next((span for name, span in way.fact.origins if name == parameter), None)


def _supplier(network: EvaluatedNetwork, way: Way, parameter: str) -> int | None:
    """The innermost activation of the chain that supplies a parameter, negative inside a subclass; None where none
    does."""
    origin = _origin(way, parameter)
    if origin is None:
        return -len(way.inner)
    for index, edge in enumerate(way.inner):
        if network.sites.supplies(edge.record.scope, origin):
            return index - len(way.inner)
    for index, edge in enumerate(way.edges):
        if network.sites.supplies(edge.record.scope, origin):
            return index
    return None


def _complete(network: EvaluatedNetwork, way: Way) -> bool:
    """Whether the chain shows where the numbers meet, and a call in the linted files."""
    kernel, stride = _supplier(network, way, "kernel_size"), _supplier(network, way, "stride")
    if kernel is None or stride is None:
        return False
    meeting = network.sites.place(_meeting_at(way, kernel, stride))
    return meeting.path in network.linted or bool(_innermost_linted(network, way))


def _meeting_at(way: Way, kernel: int, stride: int) -> Span:
    """The call at which numbers supplied by the activations ``kernel`` and ``stride`` of the chain come together.

    Supplied by one activation, they leave it together: by the call in it. Otherwise they meet where the call into the
    inner one hands it the number that it does not supply itself.
    """
    chain, skip = (*way.inner, *way.edges), len(way.inner)
    if kernel == stride:
        return chain[kernel + skip].site
    return chain[min(min(kernel, stride) + skip + 1, len(chain) - 1)].site


def _meeting(network: EvaluatedNetwork, way: Way) -> Span:
    outermost = len(way.edges) - 1
    kernel, stride = _supplier(network, way, "kernel_size"), _supplier(network, way, "stride")
    if kernel is None and stride is None:
        return way.edges[0].site
    return _meeting_at(way, outermost if kernel is None else kernel, outermost if stride is None else stride)


def _written(network: EvaluatedNetwork, way: Way, meeting: Span) -> Span:
    """Numbers that come from a config, by its own call or through code that reads it, are met where one stands there.

    That is the place to act. Of a call, the config that asks for it comes before one that it takes in, in which the
    call's target may stand; of code that reads both numbers, the config has to be linted too.
    """
    origins = [origin for name in ("kernel_size", "stride") if (origin := _origin(way, name)) is not None]
    written = [origin for origin in origins if origin.file >= documents.FIRST]
    if meeting.file >= documents.FIRST:
        asking = way.edges[-1].record.scope.span.file
        return min(written, key=lambda origin: (origin.file != asking, origin.file != meeting.file), default=meeting)
    read = written if len(written) == 2 else []
    return next((origin for origin in read if network.sites.place(origin).path in network.linted), meeting)


def _innermost_linted(network: EvaluatedNetwork, way: Way) -> tuple[Any, ...]:
    """The place of the innermost call of the chain that stands in the linted files."""
    for edge in way.edges:
        place = network.sites.place(edge.site)
        if place.path in network.linted:
            return (place,)
    return ()


def _use(network: EvaluatedNetwork, meeting: Any, ways: list[Way]) -> Use:
    """One use from all chains that share a meeting place."""
    rising = [_rise(network, way.edges[-1].record) for way in ways]
    names = sorted({name for climb in rising for name in climb.names})
    first = min(range(len(ways)), key=lambda index: (rising[index].names[:1], _sort_key(ways[index])))
    way, climb = ways[first], rising[first]
    entry = climb.names[0] if climb.names else ""
    count = sum(_built(network, other, rising[index].times.get(entry, 0)) for index, other in enumerate(ways))
    certain = any(
        rising[index].certain and all(edge.certain for edge in other.edges) for index, other in enumerate(ways)
    )
    edges = [*climb.edges, *reversed(way.edges)]
    origins = {name: network.sites.place(span) for name, span in way.fact.origins}
    written = frozenset(
        origins_of((_origin(each, "kernel_size"), _origin(each, "stride")), network.sites) for each in ways
    )
    for name in ("kernel_size", "stride", "dilation", "padding"):
        origins.setdefault(name, network.sites.place(way.fact.site))
    return Use(
        meeting, origins, _trace(network, edges, way), tuple(names), max(1, count),
        Confidence.CERTAIN if certain else Confidence.POSSIBLE, written=written,
    )  # fmt: skip


def _trace(network: EvaluatedNetwork, edges: list[Edge], way: Way) -> tuple[Step, ...]:
    """The chain as steps. Other calls of the function in which the layer's own call stands come just before that."""
    steps = [Step(network.sites.place(edge.site), edge.record.scope.name) for edge in edges]
    if len(way.edges) > 1:
        return tuple(steps)
    others = {
        Step(network.sites.place(edge.site), edge.record.scope.name)
        for record in _twins(network, way)
        for edge in network.built.edges().get(id(record), ())
        if edge.record.scope.span.file >= 0
    }
    extra = sorted(others - set(steps), key=lambda step: step.place)
    return (*steps[:-1], *extra, steps[-1])


def _twins(network: EvaluatedNetwork, way: Way) -> list[Any]:
    """All activations in which the layer of a one-call chain is built at the same place."""
    key = layer_key(way.fact)
    return [edge.record for edge in network.built.edges().get(key, ()) if edge.site == way.edges[0].site]


def _built(network: EvaluatedNetwork, way: Way, times: int) -> int:
    count = times
    for edge in way.edges:
        count *= edge.times
    return count


def _sort_key(way: Way) -> tuple[Any, ...]:
    return tuple(edge.site for edge in way.edges), way.fact.origins


class _Climb(NamedTuple):
    """From an activation up to entry points: their names, one chain (outermost first), and how often each makes it."""

    names: tuple[str, ...]
    edges: tuple[Edge, ...]
    times: dict[str, int]
    certain: bool


def _rise(network: EvaluatedNetwork, record: Any) -> _Climb:
    """All entry points above ``record``, and the chain from the first of them."""
    cache: dict[int, _Climb] = network.climbs
    found = cache.get(id(record))
    if found is not None:
        return found
    cache[id(record)] = _Climb((), (), {}, True)
    roots = network.built.roots.get(id(record))
    if roots is not None:
        found = _Climb(tuple(sorted(roots)), (), dict.fromkeys(roots, 1), True)
    else:
        found = _through(network, network.built.edges().get(id(record), ()))
    cache[id(record)] = found
    return found


def _through(network: EvaluatedNetwork, edges: Sequence[Edge]) -> _Climb:
    best: tuple[Any, ...] | None = None
    chain: tuple[Edge, ...] = ()
    times: dict[str, int] = {}
    certain = False
    for edge in edges:
        climb = _rise(network, edge.record)
        for name, count in climb.times.items():
            times[name] = times.get(name, 0) + count * edge.times
        certain = certain or (climb.certain and edge.certain)
        key = (climb.names[:1] or ("\uffff",), len(climb.edges), edge.site)
        if best is None or key < best:
            best = key
            own = () if edge.record.scope.span.file < 0 else (edge,)
            chain = (*climb.edges, *own)
    return _Climb(tuple(sorted(times)), chain, times, certain)

"""A graph as plain values, for ``convlint layers --graph``."""

from __future__ import annotations

from convlint.evaluate.built.sites import Sites
from convlint.evaluate.graph.nodes import CALL, JOIN, OPAQUE, PART, PORT, RESULT, SHIFT, WINDOW, Graph, Node, Window
from convlint.network.graphs import FunctionGraph, GraphOperation, ModelGraph
from convlint.network.sizes import Work

_WORDS = {JOIN: "one or the other", PART: "part", SHIFT: "moved"}


def drawn(entry_point: str, graph: Graph, sites: Sites, work: Work | None = None) -> ModelGraph:
    """The graph and all that it calls, each function once, in the order in which they are first called."""
    if len(graph.nodes) == len(graph.ports) + 1 + len(graph.outputs) and graph.nodes[len(graph.ports)].kind == CALL:
        graph = graph.nodes[len(graph.ports)].info  # the call of ``forward`` itself
    numbers: dict[Graph, int] = {graph: 0}
    found: list[FunctionGraph] = []
    pending = [graph]
    while pending:
        present = pending.pop(0)
        for node in present.nodes:
            if node.kind == CALL and node.info not in numbers:
                numbers[node.info] = len(numbers)
                pending.append(node.info)
        found.append(_function(present, numbers, sites))
    return ModelGraph(entry_point, tuple(found), work)


def _function(graph: Graph, numbers: dict[Graph, int], sites: Sites) -> FunctionGraph:
    operations = tuple(_operation(node, numbers, sites) for node in graph.nodes if not _is_only_result(node))
    gives = tuple(_shown(node).number for node in graph.outputs)
    return FunctionGraph(graph.name, operations, gives, graph.lost)


def _operation(node: Node, numbers: dict[Graph, int], sites: Sites) -> GraphOperation:
    span = node.called or node.site
    return GraphOperation(
        node.number,
        _words(node),
        sites.place(span) if span is not None else None,
        tuple(_shown(each).number for each in node.inputs),
        numbers[node.info] if node.kind == CALL else None,
        node.kind != OPAQUE and node not in node.graph.escaped,
        _only_result(node).shape,
    )


def _words(node: Node) -> str:
    if node.kind == PORT:
        return f"operand {node.info + 1}"
    if node.kind == CALL:
        return str(node.info.name)
    if node.kind == RESULT:
        return f"result {node.info + 1}"
    if node.kind == WINDOW:
        return node.words.removeprefix("the ") + _steps(node.info)
    return node.words.removeprefix("the ").strip("`") or _WORDS.get(node.kind, node.kind)


def _steps(window: Window) -> str:
    """Stride and dilation, where they are not 1: `` stride 2``."""
    sizes = (("stride", window.stride), ("dilation", window.dilation))
    return "".join(f" {name} {_by(size)}" for name, size in sizes if max(size) > 1)


def _by(size: tuple[int, ...]) -> str:
    return str(size[0]) if len(set(size)) == 1 else "x".join(map(str, size))


def _is_only_result(node: Node) -> bool:
    """Whether a node is the one thing that a call gives, so that the call itself stands for it."""
    return node.kind == RESULT and len(node.inputs[0].info.outputs) == 1


def _only_result(node: Node) -> Node:
    """What a call gives, where that is one thing; else the node itself."""
    return node.info.outputs[0] if node.kind == CALL and len(node.info.outputs) == 1 else node


def _shown(node: Node) -> Node:
    return node.inputs[0] if _is_only_result(node) else node

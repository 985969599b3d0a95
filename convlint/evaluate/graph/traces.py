"""The graph of one ``forward``: it is called with tensors without values, aside from all that is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from convlint.evaluate.built.records import NOWHERE, Record
from convlint.evaluate.environment import Arguments, Exhausted, NotIterable, Raised
from convlint.evaluate.graph.backward import Backward
from convlint.evaluate.graph.contents import tensors_in
from convlint.evaluate.graph.nodes import PORT, Graph, Node
from convlint.evaluate.graph.templates import Following, Template
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import calls, classes
from convlint.evaluate.paths import ROOT, Undecided, leaves, resolve
from convlint.evaluate.sizes.arguments import shape_of, values_of
from convlint.evaluate.sizes.inputs import Given
from convlint.evaluate.sizes.shapes import Shape
from convlint.evaluate.values import FALSE, TRUE, Descriptor, Function, Instance, Span, Tensor, Unknown

NUMBERING = "0123456789_"
"""What tells parameters apart that are of one kind."""


class Traces:
    """Makes graphs, and keeps what they share. ``keep``: somebody wants the sized ones when all has run."""

    def __init__(self, keep: bool) -> None:
        self._keep = keep
        self._known: dict[bool, tuple[dict[Any, Template], dict[Any, Any]]] = {False: ({}, {}), True: ({}, {})}
        """Templates and remembered calls, in evaluation mode and in training."""
        self._sized_templates: dict[Any, Template] = {}
        self._sized_graphs: list[Graph] = []
        self._sized_file = -1
        """The file whose networks these are made for."""
        self.sized_backward = Backward()
        """The walk through the graphs of inputs of known size."""

    def graph_of(
        self,
        machine: Machine,
        target: Instance,
        site: Span,
        given: Given | None = None,
        called: Arguments | None = None,
        training: bool = False,
    ) -> Graph | None:
        """The graph of ``forward`` on tensors without values, as it is ``called`` or on as many as it needs; None where
        it does not come to an end.
        """
        if given is not None:
            self._begin(site.file)
        templates = self._known[training][0] if given is None else self._sized_templates
        tracer = Following(target.cls.name, templates, given is not None)
        tracer.graph.doubts = machine.path.doubts
        tracer.machine = machine
        if given is not None:
            tracer.made = self._sized_graphs
            tracer.made.append(tracer.graph)
        shape = (given.batch, given.channels, *given.size) if given is not None else None
        args = _operands(target, tracer.graph, shape) if called is None else _ports_for(machine, called, tracer.graph)
        with self._aside(machine, tracer, target, training):
            try:
                result = machine.apply(calls.call, machine, target, args, site)
            except (Raised, Undecided, NotIterable, Exhausted):
                return None
        graph = tracer.graph
        graph.outputs = tuple(dict.fromkeys(tensor.node for tensor in _outputs(result) if tensor.node.graph is graph))
        if any(leaf.__class__ is Unknown for leaf in leaves(result)):
            graph.lose("an output that is not known")
        for node in graph.outputs:
            node.read = True
        return graph

    @contextmanager
    def _aside(self, machine: Machine, tracer: Following, target: Instance, in_training: bool) -> Iterator[None]:
        """While ``forward`` is followed nothing is recorded, and it is known in which mode modules are."""
        kept = machine.record, machine.path, machine.steps, machine.memo, machine.candidates, machine.depth
        module = next((base for base in target.cls.mro if base.name == "Module" and base.span is None), None)
        training = module.attrs["training"] if module is not None else None
        machine.record, machine.steps, machine.candidates = Record(NOWHERE, ROOT), 0, []
        machine.memo = self._known[in_training][1]
        machine.flow.tracer, machine.flow.traced_since = tracer, machine.clock
        machine.flow.decided_before = machine.decisions
        if module is not None:
            module.attrs["training"] = TRUE if in_training else FALSE
        try:
            yield
        finally:
            machine.flow.tracer = None
            if module is not None:
                module.attrs["training"] = training
            machine.record, machine.path, machine.steps, machine.memo, machine.candidates, machine.depth = kept

    def _begin(self, file: int) -> None:
        """What is shared between the networks of one file is of little use to those of another, and takes memory."""
        if file == self._sized_file:
            return
        if not self._keep:
            for graph in self._sized_graphs:
                graph.release()
        self._sized_file, self.sized_backward = file, Backward()
        self._sized_templates, self._sized_graphs = {}, []

    def forget(self) -> None:
        """Let go of all of it."""
        self._known = {False: ({}, {}), True: ({}, {})}
        self._begin(-1)


def _port(graph: Graph, shape: Shape | None) -> Tensor:
    """One more tensor that the network is given."""
    node = Node(graph, PORT, (), len(graph.ports))
    node.solid = True
    node.shape, node.rank = shape, len(shape) if shape is not None else None
    graph.ports.append(node)
    return Tensor(values_of(shape), None, node)


def _ports_for(machine: Machine, args: Arguments, graph: Graph) -> Arguments:
    """The arguments of a call, with a tensor of the graph's for each one that is a tensor."""
    ports: dict[int, Tensor] = {}

    def of(value: Any) -> Any:
        tensor = resolve(value, machine.path)
        if tensor.__class__ is not Tensor:
            return value
        if id(tensor) not in ports:
            ports[id(tensor)] = _port(graph, shape_of(tensor))
        return ports[id(tensor)]

    keywords = {name: of(value) for name, value in args.keywords.items()}
    return Arguments([of(value) for value in args.positional], keywords, args.unknown)


def _operands(target: Instance, graph: Graph, shape: Shape | None) -> Arguments:
    """A tensor for each parameter of ``forward`` that has no default: the first of ``shape``, and so those that are
    called like it but for a number (``image1, image2``). The others may be anything: a mask, a number of steps.
    """
    forward = classes.lookup(target.cls, "forward")
    if isinstance(forward, Descriptor):
        forward = forward.function
    if not isinstance(forward, Function):
        return Arguments([_port(graph, shape)])
    params = forward.code.node.params
    needed = [param.name for param in (*params.posonly, *params.args)[1:] if param.default is None]
    named = [param.name for param in params.kwonly if param.default is None]
    if not needed and not named:
        return Arguments([_port(graph, shape)])
    like = (*needed, *named)[0].strip(NUMBERING)

    def operand(name: str) -> Tensor:
        return _port(graph, shape if name.strip(NUMBERING) == like else None)

    return Arguments([operand(name) for name in needed], {name: operand(name) for name in named})


def _outputs(result: Any) -> Iterator[Tensor]:
    """The tensors that a model gives, those in objects included."""
    for leaf in leaves(result):
        yield from tensors_in(leaf)
        if leaf.__class__ is Instance:
            for value in leaf.attrs.values():
                yield from tensors_in(value)

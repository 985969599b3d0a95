"""One entry point's ``forward``, followed for the verdicts on the layers in it that skip positions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from convlint.evaluate import calls, classes
from convlint.evaluate.environment import Arguments, Exhausted, NotIterable, Raised
from convlint.evaluate.graph.backward import Backward, root
from convlint.evaluate.graph.contents import tensors_in
from convlint.evaluate.graph.nodes import PORT, Graph, Node
from convlint.evaluate.graph.outcomes import Outcomes, outcome_of, rank
from convlint.evaluate.graph.skips import cases_of
from convlint.evaluate.graph.templates import Following
from convlint.evaluate.machine import NOWHERE, Machine
from convlint.evaluate.paths import ROOT, Undecided, leaves
from convlint.evaluate.records import Fact, Record
from convlint.evaluate.tensor_readers import Note
from convlint.evaluate.values import FALSE, TRUE, Descriptor, Function, Instance, Span, Tensor, Unknown, Value
from convlint.network.geometry import residues_reached


class Seen(NamedTuple):
    """A network that an entry point gives."""

    record: Record
    target: Instance
    site: Span
    graph: Graph | None
    """None where it was not followed, or not to its end."""
    put_off: bool = False
    """Whether it was not tried yet."""


class Verdicts:
    """The outcomes of all entry points, and what is shared between them."""

    def __init__(self, keep: bool = False) -> None:
        self.outcomes = Outcomes()
        self.graphs: dict[int, Graph] | None = {} if keep else None
        """The graph of each entry point, by its record, where they are asked for: all are followed then."""
        self.seen: list[Seen] = []
        """All networks, in the order in which they were built."""
        self._known: dict[bool, tuple[dict[Any, Any], dict[Any, Any]]] = {False: ({}, {}), True: ({}, {})}
        """Templates and remembered calls, in evaluation mode and in training."""
        self._backward = Backward()
        self._skips: dict[int, bool] = {}

    def wanted(self, record: Record) -> bool:
        """Whether an entry point that has built this is worth following."""
        return self.graphs is not None or any(self.leads_to_skip(child) for _, child, _ in record.calls)

    def put_off(self, machine: Machine, target: Instance, site: Span) -> None:
        """A network need not be followed for the layers in it; whether for its pairs is known when all has run."""
        self.seen.append(Seen(machine.record, target, site, None, put_off=True))

    def leads_to_skip(self, child: Record | Fact) -> bool:
        """Whether a layer, or any layer below an activation, skips positions."""
        if child.__class__ is Note:
            return False
        if isinstance(child, Fact):
            return _skips(child)
        found = self._skips.get(id(child))
        if found is None:
            found = self._skips[id(child)] = any(self.leads_to_skip(inner) for _, inner, _ in child.calls)
        return found

    def follow(self, machine: Machine, target: Instance, site: Span, entry: Record | None = None) -> None:
        """Follow ``forward`` of what an entry point gives, and note the outcomes under its record: ``entry``, or the
        present one.
        """
        record = entry if entry is not None else machine.record
        outcomes = self.outcomes.of.setdefault(id(record), {})
        graph = self.traced(machine, target, site)
        self.seen.append(Seen(record, target, site, graph))
        if graph is None:
            return
        if self.graphs is not None:
            self.graphs[id(record)] = graph
        whole = root(graph, self._backward)
        for case in cases_of(whole):
            outcome = outcome_of(case, whole.lost)
            for key in case.layer.keys:
                known = outcomes.get(key)
                outcomes[key] = outcome if known is None else min(known, outcome, key=rank)

    def traced(self, machine: Machine, target: Instance, site: Span, training: bool = False) -> Graph | None:
        """The graph of ``forward`` on tensors without values; None where it does not come to an end."""
        tracer = Following(target.cls.name, self._known[training][0])
        tracer.graph.doubts = machine.path.doubts
        args = _operands(machine, target, tracer.graph)
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
        if module is not None:
            module.attrs["training"] = TRUE if in_training else FALSE
        try:
            yield
        finally:
            machine.flow.tracer = None
            if module is not None:
                module.attrs["training"] = training
            machine.record, machine.path, machine.steps, machine.memo, machine.candidates, machine.depth = kept


def _skips(fact: Fact) -> bool:
    """Whether a layer leaves positions of its input unread."""
    if "onv_transpose" in fact.op or "ConvTranspose" in fact.op:
        return False
    axes = [
        (k, s, d)
        for k, s, d in zip(fact.kernel_size, fact.stride, fact.dilation, strict=False)
        if k is not None and s is not None and d is not None and min(k, s, d) > 0
    ]
    return len(axes) == len(fact.kernel_size) and any(residues_reached(k, s, d) < s for k, s, d in axes)


def _operands(machine: Machine, target: Instance, graph: Graph) -> Arguments:
    """A tensor for each parameter of ``forward`` that has no default."""
    forward = classes.lookup(target.cls, "forward")
    if isinstance(forward, Descriptor):
        forward = forward.function

    def operand() -> Tensor:
        node = Node(graph, PORT, (), len(graph.ports))
        node.solid = True
        graph.ports.append(node)
        return Tensor(None, None, node)

    if not isinstance(forward, Function):
        return Arguments([operand()])
    params = forward.code.node.params
    needed = [param for param in (*params.posonly, *params.args)[1:] if param.default is None]
    keywords: dict[str, Value] = {param.name: operand() for param in params.kwonly if param.default is None}
    if not needed and not keywords:
        return Arguments([operand()])
    return Arguments([operand() for _ in needed], keywords)


def _outputs(result: Any) -> Iterator[Tensor]:
    """The tensors that a model gives, those in objects included."""
    for leaf in leaves(result):
        yield from tensors_in(leaf)
        if leaf.__class__ is Instance:
            for value in leaf.attrs.values():
                yield from tensors_in(value)

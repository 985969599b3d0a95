"""Calls of the user's functions while ``forward`` is followed: a function's graph is made once for equal arguments."""

from __future__ import annotations

from typing import Any, NamedTuple

from convlint.evaluate.environment import Arguments
from convlint.evaluate.graph.contents import Mutable, given_out, replaced, tensors_in
from convlint.evaluate.graph.layers import LayerCall, owner_of
from convlint.evaluate.graph.nodes import CALL, PORT, RESULT, Form, Graph, Node, arms_of, form_of, take_form
from convlint.evaluate.graph.tracer import Tracer
from convlint.evaluate.machine import Machine, Purity
from convlint.evaluate.objects import calls
from convlint.evaluate.paths import leaves
from convlint.evaluate.reuse import call_keys, memo
from convlint.evaluate.sizes.arguments import values_of
from convlint.evaluate.tensors.readers import BuiltAt
from convlint.evaluate.values import Function, Instance, Span, Tensor, Unknown


class Template(NamedTuple):
    """What one call gave: its graph and its result, with the graph's own tensors in it."""

    graph: Graph
    result: Any


class Following(Tracer):
    """A Tracer that knows functions that were followed before, for this model or another."""

    def __init__(self, name: str, templates: dict[Any, Template], sized: bool = False) -> None:
        super().__init__(name, sized)
        self.templates = templates
        self.made: list[Graph] = []
        """All graphs of functions, in order."""

    def concerns(self, args: Arguments) -> bool:
        """Whether a call gets anything that the network's input decides, or may decide."""
        values = (*args.positional, *args.keywords.values())
        return any(value.__class__ is Unknown for value in values) or any(
            next(tensors_in(value), None) is not None for value in values
        )

    def invoke(self, machine: Machine, function: Function, args: Arguments, site: Span) -> Any:
        """Run a function of the user's, or use what is known of the same call."""
        owner = _owner(machine, function, args) or (self.owners[-1] if self.owners else None)
        self.owners.append(owner)
        try:
            given = list(dict.fromkeys(_tensors(args)))
            if not given or machine.flow.whole or machine.flow.hooked == machine.entry_start:
                return self._inside(machine, function, args, site)
            key = self._key(machine, function, args, given) if calls.closes_over_nothing_new(function) else None
            if key is None:
                return self._inside(machine, function, args, site)
            found = self.templates.get(key)
            if found is None:
                return self._first(machine, key, function, args, given, site)
            return self._used(machine, found, given)
        finally:
            self.owners.pop()

    def _inside(self, machine: Machine, function: Function, args: Arguments, site: Span) -> Any:
        """A call that is followed as if its body stood in the caller."""
        result = calls.run_function(machine, function, args, site)
        if any(leaf.__class__ is Unknown for leaf in leaves(result)):
            self.unseen(*args.positional, *args.keywords.values(), reason=function.name)
        return result

    def _key(self, machine: Machine, function: Function, args: Arguments, given: list[Tensor]) -> Any:
        """What makes two calls the same: everything but which tensors these are."""
        stand_in = Tensor()
        places = {id(tensor): (number, self._form(tensor)) for number, tensor in enumerate(given)}
        try:
            key = call_keys.call_key(machine, function, _with(args, lambda tensor: stand_in))
        except Mutable:
            return None
        return None if key is None else (key, self.owners[-1], tuple([places[id(tensor)] for tensor in _tensors(args)]))

    def _form(self, tensor: Tensor) -> Form:
        node = self.node_of(tensor)
        return form_of(node) if node is not None else (False, None, None, False, None)

    def _first(
        self, machine: Machine, key: Any, function: Function, args: Arguments, given: list[Tensor], site: Span
    ) -> Any:
        outer = self.graph
        graph = Graph(function.qualname, frozenset(machine.path.taken), machine.path.doubts)
        self.made.append(graph)
        ports: dict[int, Tensor] = {}
        for number, tensor in enumerate(given):
            node = Node(graph, PORT, (), number)
            take_form(node, self._form(tensor))
            graph.ports.append(node)
            ports[id(tensor)] = Tensor(tensor.shape, tensor.values, node)
        purity = Purity(machine.clock)
        machine.candidates.append(purity)
        self.graph = graph
        try:
            result = calls.run_function(machine, function, _with(args, lambda tensor: ports[id(tensor)]), site)
        finally:
            self.graph = outer
            machine.candidates.pop()
        graph.outputs = tuple(dict.fromkeys(node for t in tensors_in(result) if (node := t.node).graph is graph))
        if any(leaf.__class__ is Unknown for leaf in leaves(result)):
            for node in graph.ports:
                graph.escape(node, function.name)
        template = Template(graph, result)
        if purity.pure and not memo.is_older(result, purity.start):
            self.templates[key] = template
        return self._used(machine, template, given)

    def _used(self, machine: Machine, template: Template, given: list[Tensor]) -> Any:
        """The result of a call, with tensors of the caller's."""
        graph = template.graph
        inputs = [self.node_of(tensor) for tensor in given]
        call = Node(self.graph, CALL, tuple(node for node in inputs if node is not None), graph)
        call.sure = machine.path.doubts <= self.graph.doubts
        if self.sized:
            call.arms = arms_of(self.graph, machine.path.taken)
        fresh: dict[Node, Tensor] = {}
        for number, output in enumerate(graph.outputs):
            output.read = True
            node = Node(self.graph, RESULT, (call,), number)
            take_form(node, form_of(output))
            fresh[output] = Tensor(values_of(output.shape), None, node)
        try:
            return given_out(machine, template.result, lambda tensor: fresh.get(tensor.node, tensor))
        except Mutable:
            return template.result  # whoever uses its tensors is noted as not followed


def _owner(machine: Machine, function: Function, args: Arguments) -> LayerCall | None:
    """The layer whose ``forward`` a function is."""
    if function.name != "forward" or not args.positional:
        return None
    target = args.positional[0]
    if target.__class__ is not Instance or target.payload.__class__ is not BuiltAt:
        return None
    return owner_of(machine, target)


def _tensors(args: Arguments) -> list[Tensor]:
    return [tensor for value in (*args.positional, *args.keywords.values()) for tensor in tensors_in(value)]


def _with(args: Arguments, by: Any) -> Arguments:
    return Arguments(
        [replaced(value, by) for value in args.positional],
        {name: replaced(value, by) for name, value in args.keywords.items()},
        args.unknown,
    )

"""One entry point's ``forward``, followed for the verdicts on the layers in it that skip positions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from convlint.evaluate.built.records import Fact, Record
from convlint.evaluate.environment import Arguments
from convlint.evaluate.graph.backward import Backward, root
from convlint.evaluate.graph.levels import DEAD, GATE
from convlint.evaluate.graph.nodes import Graph, Key, Origins
from convlint.evaluate.graph.outcomes import Outcome, Outcomes, add_worst, outcome_of
from convlint.evaluate.graph.sized import Followed, followed
from convlint.evaluate.graph.skips import cases_of
from convlint.evaluate.graph.traces import Traces
from convlint.evaluate.library.torch_modules import is_module
from convlint.evaluate.machine import Machine
from convlint.evaluate.paths import resolve
from convlint.evaluate.sizes.arguments import shape_of, values_of
from convlint.evaluate.sizes.candidates import Candidates
from convlint.evaluate.sizes.inputs import Given, Wanted, example_among, first_convolution, input_of
from convlint.evaluate.tensors.readers import Note
from convlint.evaluate.values import Instance, Span, Tensor
from convlint.network.geometry import residues_reached

MAX_RUNS = 1000
"""Calls of modules with tensors of known size that are followed in one run; a folder of tests has some hundreds."""


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

    def __init__(self, keep: bool = False, wanted: Wanted | None = None) -> None:
        self.outcomes = Outcomes()
        self.input_size = wanted
        """The size of the input that the user says, and how it was said."""
        self.sized: dict[int, list[Followed]] = {}
        """What is known for an input of known size, by the identity of the record of an entry point, or of the function
        that calls the network with it."""
        self.runs: set[int] = set()
        """The latter."""
        self.graphs: dict[int, Graph] | None = {} if keep else None
        """The graph of each entry point, by its record, where they are asked for: all are followed then."""
        self.seen: list[Seen] = []
        """All networks, in the order in which they were built."""
        self.bound_by: dict[int, tuple[Instance, ...]] = {}
        """The modules that statements at module level bind, by the identity of their records."""
        self.given: dict[int, tuple[Instance, ...]] = {}
        """The outermost modules that are built of what is not remembered, by the identity of their records."""
        self._of_modules: dict[int, list[Followed]] = {}
        self._followed_runs = 0
        self._inside = False
        """Whether the code runs a module on a tensor of known size."""
        self._sizes = Candidates()
        self.traces = Traces(keep)
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
            return skips(child)
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
        graph = self.traces.graph_of(machine, target, site)
        self.seen.append(Seen(record, target, site, graph))
        if graph is None:
            return
        if self.graphs is not None:
            self.graphs[id(record)] = graph
        apart = self.outcomes.apart.setdefault(id(record), {})
        add_worst(outcomes, self.outcomes_in(graph, self._backward, apart).items())

    def outcomes_in(
        self, graph: Graph, backward: Backward, apart: dict[Key, dict[Origins, Outcome]] | None = None
    ) -> dict[Key, Outcome]:
        """What is found in one graph about the layers that skip positions.

        Where nobody uses the result of one, it says nothing beside others that the same call builds. ``apart`` gets
        the outcomes of those whose numbers are written at one place.
        """
        outcomes: dict[Key, Outcome] = {}
        in_vain: dict[Key, Outcome] = {}
        whole = root(graph, backward)
        for case in cases_of(whole):
            outcome = outcome_of(case, whole.lost)
            keys, written = case.layer.keys, case.layer.origins
            if case.built_as and case.layer.built_as is not None:
                keys, written = (case.layer.built_as[0],), (case.layer.built_as[1],)
            add_worst(in_vain if case.in_vain else outcomes, ((key, outcome) for key in keys))
            if apart is not None and not case.in_vain:
                for key, origins in zip(keys, written, strict=False):
                    add_worst(apart.setdefault(key, {}), ((origins, outcome),))
        return in_vain | outcomes

    def measure(self, machine: Machine, target: Instance, site: Span, entry: Record | None = None) -> None:
        """Follow ``forward`` for an input of known size, where the user or the network says one."""
        record = entry if entry is not None else machine.record
        first = first_convolution(record)
        given = input_of(machine, target, first, self.input_size) if first is not None else None
        if given is None or first is None:
            return
        wanted = self.input_size is not None or self.graphs is not None or self._loses(record)
        if wanted or self._sizes.worth_following(record, first, given.size):
            graph = self.traces.graph_of(machine, target, site, given)
            if graph is not None:
                if self.graphs is not None:
                    self.graphs[id(record)] = graph
                found = followed(given, root(graph, self.traces.sized_backward))
                if not found.cost.misfit:
                    self.sized.setdefault(id(record), []).append(found)

    def running(self, machine: Machine, target: Instance, args: Arguments, site: Span, run: Callable[[], Any]) -> Any:
        """The code itself calls a module. With a tensor of known size, ``model(torch.zeros(1, 3, 224, 224))``, it is
        followed for that size, and what comes out has a known shape; what it calls in turn is a part of it.
        """
        given = _given_by(machine, args, site)
        if given is None or self._inside or machine.trial.given or self._followed_runs >= MAX_RUNS:
            return run()
        self._inside = True
        self._followed_runs += 1
        try:
            result = run()
        finally:
            self._inside = False
        self._ran(machine, target, args, given, result)
        return result

    def _ran(self, machine: Machine, target: Instance, args: Arguments, given: Given, result: Any) -> None:
        site = given.site
        assert site is not None
        graph = self.traces.graph_of(machine, target, site, given, args)
        if graph is None:
            return
        found = followed(given, root(graph, self.traces.sized_backward))
        if machine.entry_start:
            self.runs.add(id(machine.record))
            self.sized.setdefault(id(machine.record), []).append(found)
        else:
            self._of_modules.setdefault(site.file, []).append(found)
        if result.__class__ is Tensor and result.shape is None and len(graph.outputs) == 1:
            result.shape = values_of(graph.outputs[0].shape)

    def handed_on(self, machine: Machine, args: Arguments, site: Span) -> None:
        """Something that is not known gets a module and what to call it with: an export, a trace, a summary."""
        target = args.positional[0] if args.positional else None
        if isinstance(target, Instance) and is_module(target):
            example = example_among(machine, [*args.positional[1:], *args.keywords.values()])
            called = Arguments([example]) if example is not None else None
            given = _given_by(machine, called, site) if called is not None else None
            if called is not None and given is not None and not machine.trial.given and len(self.runs) < MAX_RUNS:
                self._ran(machine, target, called, given, None)

    def module_ran(self, file: int, entry: Record) -> None:
        """What the code of a file itself calls, outside of all functions, belongs to the file's own entry point."""
        found = self._of_modules.pop(file, [])
        if found:
            self.runs.add(id(entry))
            self.sized.setdefault(id(entry), []).extend(found)

    def forget(self) -> None:
        """Let go of what only helps to follow more networks."""
        self.seen = []
        self.bound_by, self.given = {}, {}
        self.traces.forget()

    def _loses(self, record: Record) -> bool:
        """Whether an entry point was seen to compute something in vain, so that people will ask how much."""
        found = self.outcomes.of.get(id(record), {})
        return any(outcome.level in (DEAD, GATE) for outcome in found.values())


def skips(fact: Fact) -> bool:
    """Whether a layer leaves positions of its input unread."""
    if "onv_transpose" in fact.op or "ConvTranspose" in fact.op:
        return False
    axes = [
        (k, s, d)
        for k, s, d in zip(fact.kernel_size, fact.stride, fact.dilation, strict=False)
        if k is not None and s is not None and d is not None and min(k, s, d) > 0
    ]
    return len(axes) == len(fact.kernel_size) and any(residues_reached(k, s, d) < s for k, s, d in axes)


def _given_by(machine: Machine, args: Arguments, site: Span) -> Given | None:
    """The size of what a module is called with, where all of it is known."""
    first = next(iter((*args.positional, *args.keywords.values())), None)
    first = resolve(first, machine.path) if first is not None else None
    shape = shape_of(first) if first.__class__ is Tensor else None
    if shape is None or len(shape) < 3 or None in shape:
        return None
    batch, channels, *size = shape
    return Given(channels, tuple(size), "the tensor that it is called with", site, batch or 1)  # type: ignore[arg-type]

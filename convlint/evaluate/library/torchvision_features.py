"""torchvision's feature extractors: a model whose results are those of modules inside it, by their names."""

from __future__ import annotations

from typing import Any

from convlint.evaluate.environment import Arguments, NotIterable, Raised
from convlint.evaluate.library.torch_modules import AFTER, is_module, target_of
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import attributes, calls, classes
from convlint.evaluate.objects.iteration import iterate
from convlint.evaluate.paths import force
from convlint.evaluate.values import NONE, Builtin, Class, Const, Dict, Instance, Module, Span, Unknown, Value

NODES = ("return_nodes", "eval_return_nodes", "train_return_nodes")
"""Parameters that say which results are wanted."""


def contents(machine: Machine) -> dict[str, Any]:
    """``torchvision.models.feature_extraction``."""
    from convlint.evaluate.library.models import load

    nn = load(machine, "torch.nn")
    assert isinstance(nn, Module)
    module: Class = nn.attrs["Module"]

    def create(machine: Machine, args: Arguments, site: Span) -> Value:
        return _extractor(machine, module, args, site)

    return {"create_feature_extractor": Builtin("create_feature_extractor", create)}


def _extractor(machine: Machine, module: Class, args: Arguments, site: Span) -> Value:
    given = {**dict(zip(("model", "return_nodes"), args.positional, strict=False)), **args.keywords}
    model = force(given.get("model", NONE), machine.path)
    wanted = _wanted(machine, next((given[name] for name in NODES if name in given), NONE), site)
    if not isinstance(model, Instance) or not is_module(model) or wanted is None:
        return Unknown("not-modelled", "create_feature_extractor", site)
    seen: dict[str, list[Value]] = {}
    calls_of = {name: _watched(machine, model, node, seen, site) for name, node in wanted.items()}

    def forward(machine: Machine, args: Arguments, site: Span) -> Value:
        seen.clear()
        rest = Arguments(args.positional[1:], args.keywords, args.unknown)
        held = attributes.get(machine, target_of(machine, args), "model", site)
        with machine.flow.in_one_piece():
            machine.flow.dropped(machine.apply(calls.call, machine, held, rest, site))
        return machine.dict({name: (Const(name), _result(seen, at, site)) for name, at in calls_of.items()})

    made = machine.instance(classes.make_class("FeatureExtractor", (module,), {"forward": Builtin("forward", forward)}))
    machine.write_attribute(made, "model", model)
    return made


def _wanted(machine: Machine, nodes: Value, site: Span) -> dict[str, str] | None:
    """The nodes by the names of their results; None where they are not known."""
    nodes = force(nodes, machine.path)
    try:
        if isinstance(nodes, Dict):
            found = {name: force(key, machine.path) for key, name in _entries(machine, nodes)}
        else:
            found = {item: item for item in iterate(machine, nodes, site)}
    except (NotIterable, Raised):
        return None
    pairs = [(force(name, machine.path), node) for name, node in found.items()]
    if not all(isinstance(part, Const) and isinstance(part.value, (str, int)) for pair in pairs for part in pair):
        return None
    return {str(name.value): str(node.value) for name, node in pairs}


def _entries(machine: Machine, nodes: Dict) -> list[tuple[Value, Value]]:
    if nodes.unknown is not None:
        raise NotIterable(nodes.unknown)
    return [(key, value) for _, key, value in machine.entries(nodes)]


def _watched(
    machine: Machine, model: Instance, node: str, seen: dict[str, list[Value]], site: Span
) -> tuple[str, int] | None:
    """The module that a node is in, and which of its calls is meant; None where the node is no result of a module.

    ``layer2`` is the last node of that module; ``layer2.0.relu_1`` the second call of ``layer2.0.relu``.
    """
    target: Value = model
    parts = node.split(".")
    turn = -1
    for place, part in enumerate(parts):
        found = attributes.find(machine, target, part, site)
        stem, _, number = part.rpartition("_")
        if not is_module(found) and place == len(parts) - 1 and number.isdigit():
            found, turn = attributes.find(machine, target, stem, site), int(number)
        if not is_module(found):
            return None
        target = found

    def keep(machine: Machine, args: Arguments, site: Span) -> Value:
        seen.setdefault(node, []).append(args.positional[2])
        return NONE

    hook = Builtin("__call__", keep)
    calls.call(machine, attributes.get(machine, target, AFTER, site), Arguments([hook]), site)
    return node, turn


def _result(seen: dict[str, list[Value]], at: tuple[str, int] | None, site: Span) -> Value:
    found = seen.get(at[0], []) if at is not None else []
    turn = at[1] if at is not None else -1
    return found[turn] if -1 <= turn < len(found) and found else Unknown("not-modelled", "a node of a graph", site)

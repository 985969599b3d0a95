"""How a model's operations become a tape: by torch.export, else by torch.fx, else by watching the model itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import fx, nn

from convlint.runtime.construction import running_calls
from convlint.runtime.proof import SEED
from convlint.runtime.recorder import Position, Recorder
from convlint.runtime.tape import Tape


def exported(model: nn.Module, inputs: Sequence[torch.Tensor]) -> fx.GraphModule:
    """The graph that torch.export makes. Raises whatever torch.export raises."""
    module = torch.export.export(model, tuple(inputs), strict=False).module()
    assert isinstance(module, fx.GraphModule)
    return module


def traced(model: nn.Module, inputs: Sequence[torch.Tensor]) -> fx.GraphModule:
    """The graph that torch.fx traces symbolically. Raises whatever torch.fx raises."""
    del inputs
    return fx.symbolic_trace(model)


METHODS = (("export", exported), ("fx", traced))


def record_graph(graph: fx.GraphModule, inputs: Sequence[torch.Tensor]) -> Tape:
    """The tape of one pass through a graph."""
    position = Position()
    recorder = Recorder(inputs, position)
    torch.manual_seed(SEED)
    with torch.no_grad(), recorder:
        outputs = _Placed(graph, position).run(*inputs)
    return recorder.finish(outputs)


class _Placed(fx.Interpreter):
    """Runs a graph, and says which of the model's modules each node belongs to."""

    def __init__(self, graph: fx.GraphModule, position: Position) -> None:
        super().__init__(graph)
        self.position = position

    def run_node(self, n: fx.Node) -> Any:
        stack = n.meta.get("nn_module_stack") or {}
        path, call = "", "0"
        if stack:
            key, (path, _) = list(stack.items())[-1]
            call = str(key).rpartition("@")[2] if "@" in str(key) else "0"
        elif n.op == "call_module":
            path = str(n.target)
        self.position.stack = [(path.removeprefix("L['self']").lstrip("."), int(call) if call.isdigit() else 0)]
        return super().run_node(n)


def record_model(model: nn.Module, inputs: Sequence[torch.Tensor]) -> tuple[Tape, Any]:
    """The tape of one pass through the model itself, and what it returned."""
    position = Position()
    recorder = Recorder(inputs, position, running_calls)
    torch.manual_seed(SEED)
    with torch.no_grad(), _watched(model, position), recorder:
        outputs = model(*inputs)
    return recorder.finish(outputs), outputs


@contextmanager
def _watched(model: nn.Module, position: Position) -> Iterator[None]:
    """Hooks on every module that tell when it begins and ends."""
    handles = []
    for name, module in model.named_modules():
        handles.append(module.register_forward_pre_hook(_enter(position, name)))
        handles.append(module.register_forward_hook(_leave(position), always_call=True))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _enter(position: Position, name: str) -> Any:
    def hook(module: nn.Module, args: Any) -> None:
        del module, args
        position.enter(name)

    return hook


def _leave(position: Position) -> Any:
    def hook(module: nn.Module, args: Any, output: Any) -> None:
        del module, args, output
        position.leave()

    return hook

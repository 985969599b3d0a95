"""torch.nn.functional: layers record themselves; everything else gives a tensor."""

from __future__ import annotations

from typing import Any

from convlint.evaluate.library.torch_layers import build_function
from convlint.evaluate.library.torch_operations import resizing
from convlint.evaluate.library.torch_signatures import FUNCTIONS
from convlint.evaluate.machine import Machine
from convlint.evaluate.values import Builtin, Tensor, Value


def contents(machine: Machine) -> dict[str, Any]:
    """The names of ``torch.nn.functional``."""
    found: dict[str, Any] = {name: build_function(spec) for name, spec in FUNCTIONS.items()}
    found |= {name: resizing(name) for name in ("interpolate", "upsample")}
    for name in ("pad", "relu"):
        found[name] = gives_tensor(name)

    def other(name: str) -> Value | None:
        return None if name.startswith("__") else gives_tensor(name)

    found["*"] = other
    return found


def gives_tensor(name: str) -> Builtin:
    """A function whose result is a tensor of unknown shape."""
    return Builtin(name, lambda machine, args, site: Tensor())

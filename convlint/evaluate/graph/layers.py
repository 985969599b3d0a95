"""The sliding-window layer that a call of a module or function is, and what to call an operation in a message."""

from __future__ import annotations

from typing import Any, NamedTuple

from convlint.evaluate import memo
from convlint.evaluate.environment import Arguments
from convlint.evaluate.graph.nodes import Key, Window
from convlint.evaluate.library import torch_layers
from convlint.evaluate.library.torch_layers import FUNCTIONS, MODULES, Spec
from convlint.evaluate.paths import resolve
from convlint.evaluate.values import NONE, UNBOUND, Const, Instance, Span, Tensor


class LayerCall(NamedTuple):
    """A sliding window at work. ``window`` is None where its numbers are not known."""

    key: Key
    window: Window | None
    site: Span
    words: str
    gives_map: bool
    """Whether its result has the axes of its input."""
    numbers: tuple[tuple[int, ...] | None, ...]
    """Kernel size, stride and dilation, as far as they are known."""
    channels: int | None
    """Of a convolution's result, where that is known."""
    keeps_channels: bool


def layer_of(machine: Any, callee: Instance | str, args: Arguments, site: Span) -> LayerCall | None:
    """The layer that a call is; None for other modules and functions. Raises Undecided."""
    if isinstance(callee, str):
        spec = FUNCTIONS.get(callee)
        if spec is None or spec.family == "transposed":
            return None
        names = torch_layers.bound(spec, args, 0)
    else:
        spec = spec_of(callee)
        if spec is None:
            return None
        names = _attributes(machine, callee, spec)
        site = getattr(callee.payload, "site", site)
    sizes = torch_layers.window(machine, spec, names)
    numbers = [_numbers(values) for values in sizes]
    kernel, stride, dilation, padding = numbers
    channels, pools = _channels(machine, callee, names), spec.family == "pool"
    words, grid = _words(spec, kernel), spec.family != "unfold"
    if kernel is None or stride is None or dilation is None or min(*kernel, *stride, *dilation) < 1:
        return LayerCall((site, (), (), ()), None, site, words, grid, (kernel, stride, dilation), channels, pools)
    if padding is None and isinstance(sizes.padding[0], Const) and sizes.padding[0].value == "valid":
        padding = (0,) * spec.rank
    window = Window(kernel, stride, dilation, padding)
    return LayerCall(
        (site, kernel, stride, dilation), window, site, words, grid, (kernel, stride, dilation), channels, pools
    )


def contradicts(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    """Whether two layers cannot be the same: both know a number, and not the same one."""
    return any(a is not None and b is not None and a != b for a, b in zip(one, other, strict=True))


def spec_of(target: Instance) -> Spec | None:
    """The layer of torch that an object is, by its class or one that this is derived from."""
    for base in target.cls.mro:
        if base.span is None and base.name in MODULES:
            spec = MODULES[base.name]
            return spec if spec.family != "transposed" else None
    return None


def owner_of(machine: Any, target: Instance) -> LayerCall | None:
    """The layer that an object of a class of the user's is."""
    site = getattr(target.payload, "site", None)
    if spec_of(target) is None or not isinstance(site, Span):
        return None
    layer = layer_of(machine, target, Arguments([]), site)
    return layer if layer is not None and layer.window is not None else None


def _attributes(machine: Any, target: Instance, spec: Spec) -> dict[str, Any]:
    names: dict[str, Any] = {}
    for name in spec.names:
        value = memo.read_attribute(machine, target, name)
        names[name] = value if value is not UNBOUND else Const(spec.defaults[name]) if name in spec.defaults else NONE
    return names


def _numbers(values: tuple[Any, ...]) -> tuple[int, ...] | None:
    found = tuple(value.value for value in values if isinstance(value, Const) and isinstance(value.value, int))
    return found if len(found) == len(values) else None


def _channels(machine: Any, callee: Instance | str, names: dict[str, Any]) -> int | None:
    """How many channels a convolution gives."""
    found = names.get("out_channels")
    if isinstance(callee, str):
        weight = resolve(names.get("weight"), machine.path)
        found = weight.shape[0] if isinstance(weight, Tensor) and weight.shape else None
    found = resolve(found, machine.path)
    return found.value if isinstance(found, Const) and isinstance(found.value, int) else None


def _words(spec: Spec, kernel: tuple[int, ...] | None) -> str:
    """``the 3x3 convolution``."""
    what = {"conv": "convolution", "pool": "pool", "unfold": "unfold"}.get(spec.family, "layer")
    if kernel is None:
        return f"the {what}"
    return f"the {'x'.join(map(str, kernel))} {what}" if len(kernel) > 1 else f"the {what} of size {kernel[0]}"


def described(name: str) -> str:
    """A module of torch in words."""
    return f"the {name}"

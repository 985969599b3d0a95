"""The sliding-window layer that a call of a module or function is, and what to call an operation in a message."""

from __future__ import annotations

from math import prod
from typing import Any, NamedTuple

from convlint.evaluate.environment import Arguments
from convlint.evaluate.graph.arguments import plain
from convlint.evaluate.graph.nodes import Key, Origins, Window, Work
from convlint.evaluate.library import torch_signatures, torch_windows
from convlint.evaluate.library.torch_signatures import FUNCTIONS, MODULES, Spec
from convlint.evaluate.paths import resolve
from convlint.evaluate.reuse import copies
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
    work: Work
    gives_two: bool
    """Whether it gives the places of its values as well."""
    origins: Origins
    built_as: tuple[Key, Origins] | None = None
    """What its numbers were when it was built, where they have been changed."""


def layer_of(machine: Any, callee: Instance | str, args: Arguments, site: Span) -> LayerCall | None:
    """The layer that a call is; None for other modules and functions. Raises Undecided."""
    if isinstance(callee, str):
        spec = FUNCTIONS.get(callee)
        if spec is None or spec.family == "transposed":
            return None
        names = torch_signatures.bound(spec, args, 0)
    else:
        spec = spec_of(callee)
        if spec is None:
            return None
        names = _attributes(machine, callee, spec)
        site = getattr(callee.payload, "site", site)
    sizes = torch_windows.window(machine, spec, names)
    numbers = [_numbers(values) for values in sizes]
    kernel, stride, dilation, padding = numbers
    channels, pools = _channels(machine, callee, names), spec.family == "pool"
    words, grid = _words(spec, kernel), spec.family != "unfold"
    first = sizes.padding[0]
    named = first.value if isinstance(first, Const) and isinstance(first.value, str) else ""
    work = _work(machine, names, spec, kernel, channels, named == "same")
    known = (kernel, stride, dilation)
    written = torch_windows.origin_of(sizes.kernel_size, smallest=True), torch_windows.origin_of(sizes.stride)
    two = "return_indices" in names and plain(machine, names["return_indices"]) is not False
    if kernel is None or stride is None or dilation is None or min(*kernel, *stride, *dilation) < 1:
        return LayerCall((site, (), (), ()), None, site, words, grid, known, channels, pools, work, two, written)
    if named:
        padding = _named_padding(named, kernel, dilation)
    window = Window(kernel, stride, dilation, padding)
    key = site, kernel, stride, dilation
    built = callee.attrs.get(BUILT_AS) if isinstance(callee, Instance) else None
    before = built.value if isinstance(built, Const) and built.value[0] != key else None
    return LayerCall(key, window, site, words, grid, known, channels, pools, work, two, written, before)


BUILT_AS = "<built as>"
"""The attribute of a layer whose numbers have been changed that holds what they were."""


def as_built(machine: Any, target: Instance, site: Span) -> tuple[Key, Origins] | None:
    """A layer of torch's as findings name it now."""
    if spec_of(target) is None:
        return None
    layer = layer_of(machine, target, Arguments([]), site)
    return (layer.key, layer.origins) if layer is not None and layer.window is not None else None


def _named_padding(name: str, kernel: tuple[int, ...], dilation: tuple[int, ...]) -> tuple[int, ...] | None:
    """``valid`` is none; ``same`` is as much on both sides, unless d(k - 1) is odd (torch.nn.Conv2d)."""
    if name == "valid":
        return (0,) * len(kernel)
    whole = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
    return None if name != "same" or any(each % 2 for each in whole) else tuple(each // 2 for each in whole)


def _work(
    machine: Any, names: dict[str, Any], spec: Spec, kernel: tuple[int, ...] | None, out: int | None, same: bool
) -> Work:
    """What a window at work is beside its taps."""
    if spec.family != "conv":
        ceil_mode = plain(machine, names["ceil_mode"]) if "ceil_mode" in names else False
        return Work(0, None, 0, ceil_mode if isinstance(ceil_mode, bool) else None, same, True)
    weight = resolve(names.get("weight"), machine.path)
    groups = plain(machine, names["groups"])
    into = plain(machine, names["in_channels"]) if "in_channels" in names else None
    if isinstance(weight, Tensor) and weight.shape and isinstance(groups, int):
        each = plain(machine, weight.shape[1])
        into = each * groups if isinstance(each, int) else None
    mode = plain(machine, names["padding_mode"]) if "padding_mode" in names else "zeros"
    if kernel is None or not isinstance(into, int) or not isinstance(groups, int) or groups < 1:
        return Work(None, None, None, False, same, mode == "zeros")
    per_value = into // groups * prod(kernel)
    return Work(per_value, into, None if out is None else per_value * out, False, same, mode == "zeros")


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
        value = copies.read_attribute(machine, target, name)
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

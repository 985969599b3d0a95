"""Sliding-window layers of torch as classes and functions: what a call gives, and sets on a module."""

from __future__ import annotations

from typing import Any

from convlint.evaluate.environment import Arguments
from convlint.evaluate.library.torch_signatures import MODULES, Spec, bound
from convlint.evaluate.library.torch_windows import Window, absent, axes, number, record, window
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import classes
from convlint.evaluate.paths import force, resolve
from convlint.evaluate.values import NONE, Builtin, Class, Const, Instance, Span, Tensor, Tuple, Unknown, Value


def build_module(spec: Spec) -> Builtin:
    """The ``__init__`` of a sliding-window layer."""

    def init(machine: Machine, args: Arguments, site: Span) -> Value:
        target = force(args.positional[0], machine.path) if args.positional else NONE
        names = bound(spec, args, 1)
        sizes = window(machine, spec, names)
        record(machine, spec, names, sizes, site, target)
        if isinstance(target, Instance):
            _set_attributes(machine, target, spec, names, sizes)
        return NONE

    return Builtin("__init__", init)


def _set_attributes(machine: Machine, target: Instance, spec: Spec, names: dict[str, Value], sizes: Window) -> None:
    """The attributes that torch sets: a convolution's sizes as tuples, a pool's as they were given."""
    if spec.family in ("pool", "unfold"):
        as_kernel = spec.family == "pool" and absent(machine, force(names["stride"], machine.path))
        machine.write_attributes(target, {**names, "stride": names["kernel_size"]} if as_kernel else names)
        return
    found: dict[str, Value] = {}
    for name in ("in_channels", "out_channels", "groups", "padding_mode"):
        value = names.get(name)
        found[name] = Unknown("tensor", f"{name} of a lazy layer") if value is None else value
    for name, values in zip(Window._fields, sizes, strict=True):
        first = values[0]
        text = name == "padding" and isinstance(first, Const) and isinstance(first.value, str)
        found[name] = first if text else Tuple(values)
    if "output_padding" in names:
        found["output_padding"] = Tuple(axes(machine, names["output_padding"], spec.rank))
    found["transposed"] = Const(spec.family == "transposed")
    found["weight"] = Tensor(_weight_shape(machine, spec, names, sizes))
    bias = force(names["bias"], machine.path)
    found["bias"] = NONE if isinstance(bias, Const) and not bias.value else Tensor((names["out_channels"],))
    machine.write_attributes(target, found)


def _weight_shape(machine: Machine, spec: Spec, names: dict[str, Value], sizes: Window) -> tuple[Value, ...]:
    into, out = names.get("in_channels", Unknown("tensor", "in_channels of a lazy layer")), names["out_channels"]
    groups = resolve(names["groups"], machine.path)
    whole, per_group = (into, out) if spec.family == "transposed" else (out, into)
    count, shared = number(groups), number(resolve(per_group, machine.path))
    divided: Value = (
        Const(shared // count) if count and shared is not None else Unknown("unknown-operand", "channels per group")
    )
    return (whole, divided, *sizes.kernel_size)


def build_function(spec: Spec) -> Builtin:
    """A functional layer: records itself and gives a tensor."""

    def call(machine: Machine, args: Arguments, site: Span) -> Value:
        names = bound(spec, args, 0)
        sizes = window(machine, spec, names)
        record(machine, spec, names, sizes, site)
        return Tensor()

    return Builtin(spec.op.rpartition(".")[2], call)


def layer_classes(module: Class) -> dict[str, Class]:
    """The classes of all sliding-window layers, derived from ``torch.nn.Module``."""
    bases: dict[str, Class] = {}
    for family in ("_ConvNd", "_ConvTransposeNd", "_MaxPoolNd", "_AvgPoolNd", "_LPPoolNd", "LazyModuleMixin"):
        parent = bases["_ConvNd"] if family == "_ConvTransposeNd" else module
        bases[family] = classes.make_class(family, (parent,), {})
    found: dict[str, Class] = dict(bases)
    for name, spec in MODULES.items():
        base = next(
            (bases[f"_{kind}Nd"] for kind in ("ConvTranspose", "MaxPool", "AvgPool", "LPPool") if kind in name), module
        )
        if spec.family == "conv":
            base = found[name.removeprefix("Lazy")] if name.startswith("Lazy") else bases["_ConvNd"]
        elif name.startswith("Lazy"):
            base = found[name.removeprefix("Lazy")]
        attrs: dict[str, Any] = {"__init__": build_module(spec)}
        found[name] = classes.make_class(name, (base,), attrs)
    return found

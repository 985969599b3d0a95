"""Sliding-window layers of torch: their parameters and defaults, and the fact that each call records.

Signatures follow torch 2.13 (https://pytorch.org/docs/stable/nn.html).
"""

from __future__ import annotations

from typing import Any, NamedTuple

from convlint.evaluate import classes
from convlint.evaluate.environment import Arguments, Raised, follows
from convlint.evaluate.machine import Machine
from convlint.evaluate.paths import force, resolve
from convlint.evaluate.records import Fact, Gap
from convlint.evaluate.values import (
    NONE,
    Builtin,
    Choice,
    Class,
    Const,
    Instance,
    List,
    Span,
    Tensor,
    Tuple,
    Unknown,
    Value,
)  # fmt: skip

_CONV = (
    "in_channels out_channels kernel_size stride=1 padding=0 dilation=1 groups=1 bias=True padding_mode='zeros' "
    "device=None dtype=None"
)
_TRANSPOSED = (
    "in_channels out_channels kernel_size stride=1 padding=0 output_padding=0 groups=1 bias=True dilation=1 "
    "padding_mode='zeros' device=None dtype=None"
)
_MAX_POOL = "kernel_size stride=None padding=0 dilation=1 return_indices=False ceil_mode=False"
_AVG_POOL_1D = "kernel_size stride=None padding=0 ceil_mode=False count_include_pad=True"
_AVG_POOL = _AVG_POOL_1D + " divisor_override=None"
_LP_POOL = "norm_type kernel_size stride=None ceil_mode=False"
_UNFOLD = "kernel_size dilation=1 padding=0 stride=1"
_F_CONV = "input weight bias=None stride=1 padding=0 dilation=1 groups=1"
_F_TRANSPOSED = "input weight bias=None stride=1 padding=0 output_padding=0 groups=1 dilation=1"
_F_MAX_POOL = "input kernel_size stride=None padding=0 dilation=1 ceil_mode=False return_indices=False"
_DEFAULTS: dict[str, Any] = {"1": 1, "0": 0, "None": None, "True": True, "False": False, "'zeros'": "zeros"}


class Spec(NamedTuple):
    """One operation: its torch name, spatial rank, parameters in order, and their defaults."""

    op: str
    rank: int
    names: tuple[str, ...]
    defaults: dict[str, Any]
    family: str
    """``conv``, ``transposed``, ``pool`` or ``unfold``."""


def _spec(op: str, rank: int, parameters: str, family: str) -> Spec:
    names, defaults = [], {}
    for part in parameters.split():
        name, _, default = part.partition("=")
        names.append(name)
        if default:
            defaults[name] = _DEFAULTS[default]
    return Spec(op, rank, tuple(names), defaults, family)


def _modules() -> dict[str, Spec]:
    found: dict[str, Spec] = {}
    for rank in (1, 2, 3):
        lazy = {"Conv": _CONV, "ConvTranspose": _TRANSPOSED}
        table = {
            f"Conv{rank}d": (_CONV, "conv"),
            f"ConvTranspose{rank}d": (_TRANSPOSED, "transposed"),
            f"LazyConv{rank}d": (lazy["Conv"].partition(" ")[2], "conv"),
            f"LazyConvTranspose{rank}d": (lazy["ConvTranspose"].partition(" ")[2], "transposed"),
            f"MaxPool{rank}d": (_MAX_POOL, "pool"),
            f"AvgPool{rank}d": (_AVG_POOL_1D if rank == 1 else _AVG_POOL, "pool"),
            f"LPPool{rank}d": (_LP_POOL, "pool"),
        }
        found.update({name: _spec(f"torch.nn.{name}", rank, names, family) for name, (names, family) in table.items()})
    found["Unfold"] = _spec("torch.nn.Unfold", 2, _UNFOLD, "unfold")
    return found


def _functions() -> dict[str, Spec]:
    found: dict[str, Spec] = {}
    for rank in (1, 2, 3):
        table = {
            f"conv{rank}d": (_F_CONV, "conv"),
            f"conv_transpose{rank}d": (_F_TRANSPOSED, "transposed"),
            f"max_pool{rank}d": (_F_MAX_POOL, "pool"),
            f"avg_pool{rank}d": ("input " + (_AVG_POOL_1D if rank == 1 else _AVG_POOL), "pool"),
            f"lp_pool{rank}d": ("input " + _LP_POOL, "pool"),
        }
        found.update(
            {name: _spec(f"torch.nn.functional.{name}", rank, names, family) for name, (names, family) in table.items()}
        )
    found["unfold"] = _spec("torch.nn.functional.unfold", 2, "input " + _UNFOLD, "unfold")
    return found


MODULES = _modules()
FUNCTIONS = _functions()
OPTIONS = (
    "bias",
    "ceil_mode",
    "count_include_pad",
    "padding_mode",
    "output_padding",
    "return_indices",
    "divisor_override",
)


def bound(spec: Spec, args: Arguments, skip: int) -> dict[str, Value]:
    """Arguments bound to the parameters of ``spec``; the first ``skip`` positional ones are the receiver."""
    given = args.positional[skip:]
    if len(given) > len(spec.names):
        raise Raised("TypeError", f"{spec.op} takes {len(spec.names)} arguments")
    names: dict[str, Value] = dict(zip(spec.names, given, strict=False))
    for name, value in args.keywords.items():
        if name not in spec.names or name in names:
            raise Raised("TypeError", f"{spec.op} got an unexpected argument '{name}'")
        names[name] = value
    for name in spec.names:
        if name in names:
            continue
        if args.unknown is not None:
            names[name] = follows(args.unknown)
        elif name in spec.defaults:
            names[name] = Const(spec.defaults[name])
        else:
            raise Raised("TypeError", f"{spec.op} missing argument '{name}'")
    return names


def axes(machine: Machine, value: Value, rank: int) -> tuple[Value, ...]:
    """A size as one value for each axis. Raises Undecided where it, or a part of it, is a choice."""
    value = force(value, machine.path)
    if isinstance(value, (Tuple, List)):
        items = list(value.items) if isinstance(value, Tuple) else machine.items(value)
        items = [force(item, machine.path) for item in items]
        if len(items) == rank:
            return tuple(items)
        if len(items) == 1:
            return tuple(items * rank)
        return (Unknown("raises", f"{len(items)} sizes for {rank} axes"),) * rank
    if isinstance(value, Instance) and isinstance(value.payload, Value):
        return axes(machine, value.payload, rank)
    return (value,) * rank


def _number(value: Value) -> int | None:
    if isinstance(value, Const) and isinstance(value.value, int):
        return int(value.value)
    return None


class Window(NamedTuple):
    """The sizes of one layer, one value for each axis."""

    kernel_size: tuple[Value, ...]
    stride: tuple[Value, ...]
    dilation: tuple[Value, ...]
    padding: tuple[Value, ...]


def window(machine: Machine, spec: Spec, names: dict[str, Value]) -> Window:
    """The sizes that a call gives. A pool's stride is its kernel size unless it is given."""
    rank = spec.rank
    if "kernel_size" in names:
        kernel = axes(machine, names["kernel_size"], rank)
    else:
        weight = force(names["weight"], machine.path)
        kernel = _kernel_of(weight, rank)
    stride_value = force(names["stride"], machine.path)
    as_kernel = spec.family == "pool" and _absent(machine, stride_value)
    stride = kernel if as_kernel else axes(machine, stride_value, rank)
    dilation = axes(machine, names["dilation"], rank) if "dilation" in names else (Const(1),) * rank
    padding = axes(machine, names["padding"], rank) if "padding" in names else (Const(0),) * rank
    return Window(kernel, stride, dilation, padding)


def _absent(machine: Machine, value: Value) -> bool:
    """Whether a pool's stride is not given: None, or an empty sequence."""
    if isinstance(value, Const):
        return value.value is None
    return isinstance(value, (Tuple, List)) and not (value.items if isinstance(value, Tuple) else machine.items(value))


def _kernel_of(weight: Value, rank: int) -> tuple[Value, ...]:
    """The kernel size that the weight of a functional convolution has."""
    if isinstance(weight, Tensor) and weight.shape is not None and len(weight.shape) == rank + 2:
        return weight.shape[2:]
    cause = weight if isinstance(weight, Unknown) else Unknown("tensor", "the shape of a weight")
    return (cause,) * rank


def record(
    machine: Machine, spec: Spec, names: dict[str, Value], sizes: Window, site: Span, target: Value | None = None
) -> None:
    """Note the layer that a call builds."""
    gaps: list[Gap] = []
    origins: list[tuple[str, Span]] = []
    numbers: dict[str, Any] = {}
    for parameter, values in zip(Window._fields, sizes, strict=True):
        first = values[0]
        if parameter == "padding" and isinstance(first, Const) and isinstance(first.value, str):
            numbers[parameter] = first.value
        else:
            numbers[parameter] = tuple(map(_number, values))
        unknown = next((value for value in values if _number(value) is None), None)
        if unknown is not None and numbers[parameter].__class__ is tuple:
            gaps.append(_gap(parameter, unknown))
        origin = origin_of(values, smallest=parameter == "kernel_size")
        if origin is not None:
            origins.append((parameter, origin))
    channels: dict[str, int | None] = {
        name: _channels(machine, names.get(name)) for name in ("in_channels", "out_channels", "groups") if name in names
    }
    if spec.op.startswith("torch.nn.functional.conv"):
        channels |= _weight_channels(names, spec)
    options = tuple(
        (name, value.value)
        for name in OPTIONS
        for value in [constant(resolve(names.get(name, NONE), machine.path))]
        if name in names and value is not None
    )
    fact = Fact(
        spec.op, site, numbers["kernel_size"], numbers["stride"], numbers["dilation"], numbers["padding"],
        channels.get("in_channels"), channels.get("out_channels"), channels.get("groups"), options, tuple(origins),
        tuple(gaps), _lifts(machine, target),
    )  # fmt: skip
    machine.record.add(site, fact, machine.path)


def constant(value: Any) -> Const | None:
    """A value as one constant, a tuple of constants included; None where it is not known."""
    if isinstance(value, Tuple) and all(isinstance(item, Const) for item in value.items):
        return Const(tuple(item.value for item in value.items if isinstance(item, Const)))
    return value if isinstance(value, Const) else None


def _lifts(machine: Machine, target: Value | None) -> int:
    """How many running ``__init__`` of subclasses build ``target``."""
    count = 0
    for frame in reversed(machine.frames):
        builds = frame.function is not None and frame.function.code.name == "__init__"
        if not builds or frame.receiver is None or frame.receiver is not target:
            break
        count += 1
    return count


def _gap(parameter: str, value: Value) -> Gap:
    if isinstance(value, Unknown):
        return Gap(parameter, value.reason, value.detail, value.span)
    return Gap(parameter, "raises", "not a whole number", value.origin if isinstance(value, Const) else None)


def origin_of(values: tuple[Value, ...], smallest: bool = False) -> Span | None:
    """Where a size is written: the axis with the smallest kernel, the largest of anything else."""
    known = [value for value in values if isinstance(value, Const) and value.origin is not None]
    numbers = [value for value in known if isinstance(value.value, int)]
    if numbers:
        chosen = (min if smallest else max)(numbers, key=lambda value: value.value)
        return chosen.origin
    return known[0].origin if known else None


def _channels(machine: Machine, value: Value | None) -> int | None:
    value = resolve(value, machine.path)
    return None if value is None or value.__class__ is Choice else _number(value)


def _weight_channels(names: dict[str, Value], spec: Spec) -> dict[str, int | None]:
    weight = names["weight"]
    if not isinstance(weight, Tensor) or weight.shape is None or len(weight.shape) < 2:
        return {}
    out, per_group = _number(weight.shape[0]), _number(weight.shape[1])
    groups = _number(names["groups"])
    into = per_group * groups if per_group is not None and groups is not None else None
    return {"in_channels": into, "out_channels": out}


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
        as_kernel = spec.family == "pool" and _absent(machine, force(names["stride"], machine.path))
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
    count, shared = _number(groups), _number(resolve(per_group, machine.path))
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

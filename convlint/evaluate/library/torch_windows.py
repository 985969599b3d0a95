"""What one call of a sliding window says: its sizes, axis by axis, and the fact that is recorded of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from convlint.evaluate.built.records import Fact, Gap
from convlint.evaluate.library.torch_signatures import Spec
from convlint.evaluate.paths import force, resolve
from convlint.evaluate.values import NONE, Choice, Const, Instance, List, Span, Tensor, Tuple, Unknown, Value

if TYPE_CHECKING:
    from convlint.evaluate.machine import Machine

OPTIONS = (
    "bias",
    "ceil_mode",
    "count_include_pad",
    "padding_mode",
    "output_padding",
    "return_indices",
    "divisor_override",
)


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


def number(value: Value) -> int | None:
    """A value as a whole number; None where it is none, or not known."""
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
    as_kernel = spec.family == "pool" and absent(machine, stride_value)
    stride = kernel if as_kernel else axes(machine, stride_value, rank)
    dilation = axes(machine, names["dilation"], rank) if "dilation" in names else (Const(1),) * rank
    padding = axes(machine, names["padding"], rank) if "padding" in names else (Const(0),) * rank
    return Window(kernel, stride, dilation, padding)


def absent(machine: Machine, value: Value) -> bool:
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
            numbers[parameter] = tuple(map(number, values))
        unknown = next((value for value in values if number(value) is None), None)
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
    return None if value is None or value.__class__ is Choice else number(value)


def _weight_channels(names: dict[str, Value], spec: Spec) -> dict[str, int | None]:
    weight = names["weight"]
    if not isinstance(weight, Tensor) or weight.shape is None or len(weight.shape) < 2:
        return {}
    out, per_group = number(weight.shape[0]), number(weight.shape[1])
    groups = number(names["groups"])
    into = per_group * groups if per_group is not None and groups is not None else None
    return {"in_channels": into, "out_channels": out}

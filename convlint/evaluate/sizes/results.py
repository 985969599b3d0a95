"""Gives tensors their shapes as operations make them, and says how much each operation multiplies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from convlint.evaluate.environment import Arguments
from convlint.evaluate.graph.nodes import PART, Node, arms_of
from convlint.evaluate.library import torch_signatures, torch_windows
from convlint.evaluate.library.torch_signatures import FUNCTIONS, MODULES, Spec
from convlint.evaluate.paths import resolve
from convlint.evaluate.sizes import functions, modules, products, shapes
from convlint.evaluate.sizes.arguments import Call, is_tensor, shape_of, values_of
from convlint.evaluate.sizes.shapes import Axis, Shape
from convlint.evaluate.values import Const, Instance, Iterator, List, Slice, Tensor, Tuple, Unknown, Value


def settle(machine: Any, name: str, args: Arguments, result: Any) -> tuple[int | None, Any]:
    """Note on what a modelled call gives which shape it has.

    Gives its multiply-accumulates, None if they are not known; and, where one tensor stands for a tuple that is not
    unpacked yet, the shapes in it.

    Sliding windows are not asked for here: their shapes follow from the window (``convlint.evaluate.graph.layers``).
    """
    try:
        return _settled(machine, name, args, result)
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return None, None  # arguments that torch refuses: too few axes, groups of none, a factor without end


def _settled(machine: Any, name: str, args: Arguments, result: Any) -> tuple[int | None, Any]:
    target = args.positional[0] if args.positional else None
    if name in ("forward", "_conv_forward") and isinstance(target, Instance):
        return _of_module(machine, target, args, result)
    if result.__class__ not in (Tensor, Tuple, List, Iterator):
        return 0, None
    if name in FUNCTIONS:
        spec = FUNCTIONS[name]
        if spec.family == "transposed" and result.__class__ is Tensor:
            names = torch_signatures.bound(spec, args, 0)
            return _transposed(machine, spec, names, shape_of(names["input"]), result), None
        return 0, None
    call = Call(machine, args)
    known = shape_of(result) if result.__class__ is Tensor and result.shape is not None else None
    found = known if known is not None else functions.result_of(name, call)
    _put(result, found)
    several = found if isinstance(found, list) else None
    return products.of_function(name, call, found if isinstance(found, tuple) else None), several


def _of_module(machine: Any, target: Instance, args: Arguments, result: Any) -> tuple[int | None, Any]:
    name = next((base.name for base in target.cls.mro if base.span is None), target.cls.name)
    if result.__class__ is not Tensor and result.__class__ is not Tuple:
        return 0, None
    module = modules.Module(machine, target, Call(machine, args))
    if name in MODULES:
        spec = MODULES[name]
        if spec.family != "transposed" or result.__class__ is not Tensor:
            return 0, None
        names = {each: module.value(each) for each in spec.names}
        return _transposed(machine, spec, names, module.shape, result), None
    found = modules.result_of(name, module)
    if result.__class__ is Tensor and result.shape is None and isinstance(found, tuple):
        result.shape = values_of(found)
    several = found if isinstance(found, list) else None
    return products.of_module(name, module.shape, found if isinstance(found, tuple) else module.shape), several


def _transposed(machine: Any, spec: Spec, names: dict[str, Any], shape: Shape | None, result: Tensor) -> int | None:
    """A transposed convolution: every value of the input is multiplied with all weights of its channel."""
    if shape is None or any(names.get(name) is None for name in ("stride", "padding", "dilation", "output_padding")):
        return None
    sizes = [_numbers(values) for values in torch_windows.window(machine, spec, names)]
    extra = _numbers(torch_windows.axes(machine, names["output_padding"], spec.rank))
    weight = resolve(names.get("weight"), machine.path)
    per_group = _number(weight.shape[1]) if isinstance(weight, Tensor) and weight.shape else None
    groups, out = (
        _number(resolve(names["groups"], machine.path)),
        _number(resolve(names.get("out_channels"), machine.path)),
    )
    if out is None and per_group is not None and groups is not None:
        out = per_group * groups
    if any(each is None for each in (*sizes, extra)):
        return None
    kernel, stride, dilation, padding = sizes
    found = shapes.transposed(shape, kernel, stride, dilation, padding, extra, out)  # type: ignore[arg-type]
    result.shape = values_of(found)
    total = shapes.elements(shape)
    if total is None or out is None or groups is None or groups < 1:
        return None
    return total * (out // groups) * (shapes.elements(kernel) or 0)


def _put(result: Any, found: Any) -> None:
    """Note shapes on one tensor, or on those of a tuple; pieces that are seen as one tensor have one more axis."""
    if result.__class__ is Tensor:
        if result.shape is None and isinstance(found, tuple):
            result.shape = values_of(found)
        elif result.shape is None and isinstance(found, list) and found:
            merged = found[0]
            for each in found[1:]:
                merged = shapes.same(merged, each)
            result.shape = values_of(shapes.with_axis(merged, 0, len(found)))
        return
    items = result.items
    if isinstance(items, (tuple, list)) and isinstance(found, list) and len(found) == len(items):
        for item, shape in zip(items, found, strict=True):
            if isinstance(item, Tensor) and item.shape is None:
                item.shape = values_of(shape)


def combined(op: str, values: tuple[Any, ...]) -> tuple[Shape | None, int | None]:
    """The shape that an operator gives, and what it multiplies."""
    tensors = [shape_of(value) for value in values if is_tensor(value)]
    if op == "@":
        given = shapes.product(*tensors) if len(tensors) == 2 else None
        return given, products.matrices(tensors[0], given) if given is not None else None
    if op in ("T", "mT", "H", "mH") and tensors and tensors[0] is not None:
        first = tensors[0]
        return (first[::-1] if op in ("T", "H") and len(first) == 2 else shapes.swapped(first, -1, -2)), 0
    found = shapes.broadcast(tensors) if tensors else None
    return shapes.beside_unknown(found) if any(value.__class__ is Unknown for value in values) else found, 0


def subscripted(machine: Any, tensor: Tensor, key: Value) -> Shape | None:
    """The shape of ``tensor[key]``; None where a part of the key is not known."""
    shape = shape_of(tensor)
    items = list(key.items) if isinstance(key, Tuple) else [key]
    if shape is None:
        return None
    items = [resolve(item, machine.path) for item in items]
    dots = [index for index, item in enumerate(items) if isinstance(item, Const) and item.value is ...]
    taking = sum(not (isinstance(item, Const) and item.value in (None, ...)) for item in items)
    if len(dots) > 1 or taking > len(shape):
        return None
    if not dots:
        dots, items = [len(items)], [*items, Const(...)]
    skipped = len(shape) - taking
    found: list[Axis] = []
    rest = list(shape)
    for item in items:
        if isinstance(item, Const) and item.value is ...:
            found += [rest.pop(0) for _ in range(skipped)]
        elif isinstance(item, Const) and item.value is None:
            found.append(1)
        elif isinstance(item, Slice):
            found.append(_slice(machine, item, rest.pop(0)))
        elif isinstance(item, Const) and isinstance(item.value, int) and not isinstance(item.value, bool):
            rest.pop(0)
        elif (places := _places(item)) is not None and sum(_picks(each) for each in items) == 1:
            rest.pop(0)
            found += places
        else:
            return None
    return tuple(found)


def _picks(item: Any) -> bool:
    """Whether a part of a key takes single positions, one or a list of them."""
    return not isinstance(item, Slice) and not (isinstance(item, Const) and item.value in (None, ...))


def _places(item: Any) -> Shape | None:
    """The shape of a list or tensor of positions; a mask of truths takes as many as are true."""
    if isinstance(item, List) and isinstance(item.items, list):
        plain = all(isinstance(each, Const) and each.value.__class__ is int for each in item.items)
        return (len(item.items),) if plain else None
    return shape_of(item) if is_tensor(item) and isinstance(item, Tensor) and isinstance(item.values, tuple) else None


def _slice(machine: Any, item: Slice, size: Axis) -> Axis:
    bounds = []
    for bound in (item.lower, item.upper, item.step):
        value = resolve(bound, machine.path)
        if not isinstance(value, Const) or not (value.value is None or isinstance(value.value, int)):
            return None
        bounds.append(value.value)
    return shapes.sliced(size, *bounds)


def _number(value: Any) -> int | None:
    found = value.value if isinstance(value, Const) else None
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _numbers(values: tuple[Any, ...]) -> tuple[int, ...] | None:
    found = tuple(_number(value) for value in values)
    return None if None in found else found  # type: ignore[return-value]


def measure(
    result: Any, macs: int | None, several: list[Shape | None] | None = None, taken: Mapping[Any, bool] | None = None
) -> None:
    """Note what is known of tensors on the nodes that gave them, and the other way round."""
    if result.__class__ is Tensor:
        node = result.node
        if node is None:
            return
        if result.shape is not None and (node.shape is None or None in node.shape):
            node.shape = shape_of(result)
        elif node.shape is not None and None in (shape_of(result) or (None,)):
            result.shape = values_of(node.shape)
        if node.rank is None and node.shape is not None:
            node.rank = len(node.shape)
        if macs != 0 and node.macs == 0:
            node.macs = macs
            node.arms = arms_of(node.graph, taken or {})
        if several is not None and node.several is None:
            node.several = several
    elif result.__class__ in (Tuple, List, Iterator) and isinstance(result.items, (tuple, list)):
        for item in result.items:
            if item.__class__ is Tensor:
                measure(item, 0)
                if several is not None and item.node is not None and item.node.kind == PART:
                    item.node.inputs[0].several = several


def _fits(shape: Shape, rank: int, into: int | None) -> bool:
    """Whether a tensor has a batch, the channels that a convolution takes, and as many other axes."""
    return len(shape) == rank + 2 and (into is None or shape[1] is None or shape[1] == into)


def measure_window(node: Node, layer: Any, taken: Mapping[Any, bool]) -> None:
    """The shape and the cost of a sliding window's result."""
    window, work, shape = layer.window, layer.work, node.inputs[0].shape
    node.work, node.arms = work, arms_of(node.graph, taken)
    if shape is not None and not node.arms and not _fits(shape, len(window.stride), work.into):
        node.graph.misfit = True
    if window.padding is None and not work.keeps_size:
        node.macs = None if work.per_value != 0 else 0
        return
    kernel, stride, dilation, padding = window
    if not layer.gives_map:
        node.shape = shapes.unfolded(shape, kernel, stride, dilation, padding)
    elif work.ceil_mode is not None:
        channels = () if layer.keeps_channels else (node.channels,)
        padding = None if work.keeps_size else padding
        node.shape = shapes.window(shape, kernel, stride, dilation, padding, channels, work.ceil_mode)
    if layer.gives_two:
        node.several, node.shape = [node.shape, node.shape], shapes.with_axis(node.shape, 0, 2)
        return
    total = shapes.elements(node.shape)
    node.macs = (
        0 if work.per_value == 0 else None if total is None or work.per_value is None else total * work.per_value
    )

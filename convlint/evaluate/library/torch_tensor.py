"""Tensors: attributes and methods, as far as code that builds or runs models asks for them."""

from __future__ import annotations

from typing import Any

from convlint.evaluate.environment import Arguments
from convlint.evaluate.library import torch_vectors
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import calls
from convlint.evaluate.paths import force
from convlint.evaluate.values import FALSE, NONE, Builtin, Const, Method, Span, Tensor, Tuple, Unknown, Value

UNKNOWN_PROPERTIES = frozenset(
    {"dtype", "device", "layout", "is_cuda", "is_mps", "is_xpu", "is_leaf", "is_meta", "requires_grad", "grad",
     "grad_fn", "names", "itemsize", "nbytes"}
)  # fmt: skip
"""Attributes that are no tensors and that nothing here knows."""
UNUSUAL = frozenset({"is_quantized", "is_sparse", "is_sparse_csr", "is_nested", "is_mkldnn"})
"""What no tensor is that a network is given."""
SAME_SHAPE = frozenset(
    {"contiguous", "to", "cuda", "cpu", "float", "half", "double", "detach", "clone", "type", "type_as",
     "requires_grad_", "normal_", "uniform_", "zero_", "fill_", "data", "trunc_normal_", "copy_", "bfloat16", "relu",
     "sigmoid", "tanh"}
)  # fmt: skip

NAMED_RESULTS = ("values", "indices")
"""What ``max`` and its like give along an axis."""
UNLIKE_FUNCTIONS = {"unfold": "unfold_axis"}
"""Methods that do something else than the function of the same name, and what they are called here."""


def attribute(machine: Machine, target: Tensor, name: str, span: Span) -> Any:
    """``tensor.name``."""
    if name == "shape":
        return _shape(target, span)
    if name in ("data", "T", "mT", "H", "mH", "real", "imag"):
        return machine.flow.unary(machine, name, target, None if name == "data" else Tensor())
    if name == "ndim":
        return _rank(machine, target, span)
    if name in UNUSUAL:
        return FALSE
    if name in UNKNOWN_PROPERTIES:
        return Unknown("tensor", f"{name} of a tensor", span)
    if name.startswith("__") and name.endswith("__"):
        return Unknown("tensor", f"{name} of a tensor", span)
    if name in NAMED_RESULTS and machine.flow.gives_several(target):
        return machine.flow.sliced(machine, target, Const(NAMED_RESULTS.index(name)), span)
    if name in NAMED_RESULTS:
        return machine.flow.unary(machine, name, target, Tensor())
    model = _METHODS.get(name, _same_shape if name in SAME_SHAPE else _tensor)
    name = UNLIKE_FUNCTIONS.get(name, name)
    if target.values is not None and name in torch_vectors.METHODS:
        return Method(torch_vectors.knowing(name, model), target)
    return Method(Builtin(name, model), target)


def _shape(target: Tensor, span: Span) -> Value:
    return Tuple(target.shape) if target.shape is not None else Unknown("tensor", "the shape of a tensor", span)


def _tensor(machine: Machine, args: Arguments, site: Span) -> Value:
    return Tensor()


def _same_shape(machine: Machine, args: Arguments, site: Span) -> Value:
    target = force(args.positional[0], machine.path)
    return Tensor(target.shape, target.values) if isinstance(target, Tensor) else Tensor()


def _shape_of_other(machine: Machine, args: Arguments, site: Span) -> Value:
    """``reshape_as(other)`` and its like."""
    other = force(args.positional[1], machine.path) if len(args.positional) > 1 else args.keywords.get("other")
    return Tensor(other.shape) if isinstance(other, Tensor) else Tensor()


def _size(machine: Machine, args: Arguments, site: Span) -> Value:
    target = force(args.positional[0], machine.path)
    axis = force(args.positional[1], machine.path) if len(args.positional) > 1 else None
    if not isinstance(target, Tensor) or target.shape is None:
        return Unknown("tensor", "the shape of a tensor", site)
    if axis is None:
        return Tuple(target.shape)
    if isinstance(axis, Const) and isinstance(axis.value, int) and -len(target.shape) <= axis.value < len(target.shape):
        return target.shape[axis.value]
    return Unknown("tensor", "the shape of a tensor", site)


def _dim(machine: Machine, args: Arguments, site: Span) -> Value:
    target = force(args.positional[0], machine.path)
    return _rank(machine, target, site)


def _rank(machine: Machine, target: Value, site: Span) -> Value:
    if isinstance(target, Tensor):
        rank = len(target.shape) if target.shape is not None else machine.flow.rank_of(target)
        if rank is not None:
            return Const(rank)
    return Unknown("tensor", "the rank of a tensor", site)


def _item(machine: Machine, args: Arguments, site: Span) -> Value:
    target = force(args.positional[0], machine.path)
    if isinstance(target, Tensor) and isinstance(target.values, Const):
        return target.values
    return machine.number_of_tensor


def _tolist(machine: Machine, args: Arguments, site: Span) -> Value:
    target = force(args.positional[0], machine.path)
    if isinstance(target, Tensor) and isinstance(target.values, tuple):
        return machine.list(list(target.values))
    return _item(machine, args, site)


def _split(machine: Machine, args: Arguments, site: Span) -> Value:
    """``split`` of a vector of known numbers into parts of known sizes; of any other tensor, tensors."""
    from convlint.evaluate.equality import plain

    target = force(args.positional[0], machine.path)
    sizes = plain(machine, args.positional[1]) if len(args.positional) > 1 else None
    if isinstance(target, Tensor) and isinstance(target.values, tuple) and isinstance(sizes, (list, tuple)):
        parts, start = [], 0
        for size in sizes:
            part = target.values[start : start + size]
            parts.append(Tensor((Const(len(part)),), part))
            start += size
        return Tuple(tuple(parts))
    if isinstance(sizes, (list, tuple)):
        return Tuple(tuple(Tensor() for _ in sizes))
    return Tensor()


def _unknown(machine: Machine, args: Arguments, site: Span) -> Value:
    return Unknown("tensor", "a value of a tensor", site)


def _apply(machine: Machine, args: Arguments, site: Span) -> Value:
    if len(args.positional) > 1:
        calls.call(machine, args.positional[1], Arguments([Tensor()]), site)
    return NONE


_METHODS: dict[str, Any] = {
    "size": _size,
    "dim": _dim,
    "ndimension": _dim,
    "item": _item,
    "tolist": _tolist,
    "numpy": _tensor,
    "split": _split,
    "reshape_as": _shape_of_other,
    "view_as": _shape_of_other,
    "expand_as": _shape_of_other,
    "numel": _unknown,
    "element_size": _unknown,
    "is_floating_point": _unknown,
    "is_contiguous": _unknown,
    "data_ptr": _unknown,
    "register_hook": _apply,
}

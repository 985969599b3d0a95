"""Data movement: operations whose outputs are elements of their input, or weighted sums along one axis at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch

from convlint.runtime.axes import adaptive_reads, relation_back
from convlint.runtime.backward.contribution import Contribution, Rule
from convlint.runtime.masks import DEAD, GATE, LIVE, Levels, compact, full, most
from convlint.runtime.tape import Op, Ref

BESIDE = 4
"""How long the other axes are while one axis of a resizing operation is probed."""


def moved(op: Op, out: Sequence[Levels]) -> Iterator[Contribution]:
    """Elements keep their values: the operation itself, run on the numbers of the places, says where each one went."""
    ref = next(ref for ref in op.reads)
    levels = compact(out[0])
    if isinstance(levels, int) and op.name in _PERMUTING:
        yield ref, levels
        return
    places = origin_of(op, ref)
    if places is None:
        # Where to look is decided by the input: anything may be looked at, and the index itself matters.
        for each in op.reads:
            yield each, levels if isinstance(levels, int) else int(levels.max())
        return
    result = torch.zeros(ref.numel + 1, dtype=torch.uint8)
    wide = full(levels, tuple(places.shape))
    for level in (GATE, LIVE):
        result[places[wide == level]] = level
    # Place 0 stands for what came from no element, such as padding.
    yield ref, compact(result[1:].reshape(ref.size))


def origin_of(op: Op, ref: Ref) -> torch.Tensor | None:
    """For each element of the output the number of the element of ``ref`` that it is, from 1; 0 where it is none.

    None where the operation looks up by an index that the input decides.
    """
    if any(value is None for value in op.constants.values()) or len(op.reads) != 1:
        return None
    numbers = torch.arange(1, ref.numel + 1)
    arguments: dict[str, Any] = {}
    for name, value in op.arguments.items():
        if isinstance(value, Ref) and value == ref:
            value = numbers.reshape(ref.size)
        elif name in op.constants:
            value = op.constants[name]
        elif isinstance(value, Ref):
            return None
        arguments[name] = value
    if "value" in arguments:
        arguments["value"] = 0
    try:
        places = op.function(**arguments)
    except (RuntimeError, NotImplementedError):
        # Some kernels know no integers; doubles hold them exactly up to 2**53.
        doubles = {name: numbers.reshape(ref.size).double() if _is_tensor(value) and value.dtype == torch.int64
                   and name not in op.constants else value for name, value in arguments.items()}  # fmt: skip
        try:
            places = op.function(**doubles).long()
        except (RuntimeError, NotImplementedError):
            return None
    return places if isinstance(places, torch.Tensor) else None


def _is_tensor(value: object) -> bool:
    return isinstance(value, torch.Tensor)


def concatenation(op: Op, out: Sequence[Levels]) -> Iterator[Contribution]:
    """Each part reads its own stretch of the result."""
    levels = compact(out[0])
    for ref, part in parts_of(op):
        if isinstance(levels, int):
            yield ref, levels
        else:
            yield ref, part(levels).clone()


def parts_of(op: Op) -> Iterator[tuple[Ref, Any]]:
    """Each part of a ``cat`` or ``stack``, and a function that cuts its stretch out of a tensor like the result."""
    axis = int(op.arguments["dim"])
    begin = 0
    for ref in op.arguments["tensors"]:
        if op.name == "aten.stack":
            yield ref, (lambda whole, at=begin: whole.select(axis, at))
            begin += 1
        elif ref.numel or len(ref.size) > 1:
            count = ref.size[axis]
            yield ref, (lambda whole, at=begin, count=count: whole.narrow(axis, at, count))
            begin += count


def padding(op: Op, out: Sequence[Levels]) -> Iterator[Contribution]:
    """The input lies in the middle of the result; negative padding cuts it."""
    ref = op.tensor("self")
    levels = compact(out[0])
    yield ref, unpadded(full(levels, _size(op)), ref, op.arguments["pad"])


def _size(op: Op) -> tuple[int, ...]:
    output = op.outputs[0]
    assert output is not None
    return output.size


def unpadded(whole: torch.Tensor, ref: Ref, pad: Sequence[int]) -> Levels:
    """The part of a padded tensor that the input ``ref`` became, with zeros for what was cut off."""
    result = torch.zeros(ref.size, dtype=whole.dtype)
    inner = result
    for place in range(len(pad) // 2):
        axis, before = -1 - place, pad[2 * place]
        count = min(whole.shape[axis] - max(before, 0), ref.size[axis] - max(-before, 0))
        whole = whole.narrow(axis, max(before, 0), count)
        inner = inner.narrow(axis, max(-before, 0), count)
    inner.copy_(whole)
    return compact(result)


def folded(op: Op, out: Sequence[Levels]) -> Iterator[Contribution]:
    """``col2im`` adds columns up: a column's element reads the place that ``im2col`` would take it from."""
    output = op.outputs[0]
    ref = op.tensor("self")
    assert output is not None
    levels = full(compact(out[0]), output.size)
    numbers = torch.arange(1, output.numel + 1, dtype=torch.float64).reshape(output.size)
    keys = ("kernel_size", "dilation", "padding", "stride")
    columns = torch.ops.aten.im2col(numbers, *(op.arguments[key] for key in keys)).long()
    yield ref, torch.cat((torch.zeros(1, dtype=torch.uint8), levels.reshape(-1)))[columns].reshape(ref.size)


def resized(op: Op, out: Sequence[Levels]) -> Iterator[Contribution]:
    """Resizing and adaptive pooling weigh each axis by itself."""
    ref = next(ref for ref in op.reads)
    output = op.outputs[0]
    assert output is not None
    levels = compact(most(*out))
    spatial = len(ref.size) - 2 if "upsample" in op.name else int(op.name.partition("pool")[2][0])
    if isinstance(levels, int):
        lead = len(ref.size) - spatial
        levels = torch.full((*(1,) * lead, *output.size[lead:]), levels, dtype=torch.uint8)
    for axis in range(spatial):
        size, outputs = ref.size[axis - spatial], output.size[axis - spatial]
        if "upsample" in op.name:
            reads = _resize_reads(op, axis, spatial, size, outputs)
        else:
            reads = adaptive_reads(size, outputs)
        levels = relation_back(levels, axis - spatial, reads)
    yield ref, compact(levels)


def _resize_reads(op: Op, axis: int, spatial: int, size: int, outputs: int) -> torch.Tensor:
    """What the operation reads along one axis: it is run with NaN at each place of that axis in turn.

    The other axes are short and keep their size, as antialiasing goes wrong on an axis of size 1 (torch 2.13).
    """
    shape = [size, 1, *(BESIDE,) * spatial]
    shape[2 + axis] = size
    view = [size, 1, *(1,) * spatial]
    view[2 + axis] = size
    probe = torch.zeros(size, size).fill_diagonal_(float("nan")).reshape(view).expand(shape).contiguous()
    target = [BESIDE] * spatial
    target[axis] = outputs
    arguments: dict[str, Any] = {}
    for place, (name, value) in enumerate(op.arguments.items()):
        if place == 0:
            value = probe
        elif name == "output_size" and value is not None:
            value = target
        elif name.startswith("scales") and name != "scale_factors":
            own = ("scales_d", "scales_h", "scales_w")[3 - spatial :][axis] if spatial > 1 else "scales"
            value = value if name == own else None
        elif name == "scale_factors" and value is not None:
            value = [value[axis] if number == axis else 1.0 for number in range(spatial)]
        arguments[name] = value
    found = op.function(**arguments)
    others = [2 + other for other in range(spatial) if other != axis]
    hit = torch.isnan(found)
    return (hit.any(others) if others else hit).reshape(size, outputs).T


def constant(op: Op, out: Sequence[Levels]) -> Iterator[Contribution]:
    """What is written does not come from what was there."""
    yield from ()


def unread(levels: Levels) -> bool:
    """Whether nothing of it has any level."""
    return levels == DEAD if isinstance(levels, int) else not bool(levels.any())


_PERMUTING = frozenset({"aten.roll", "aten.flip", "aten.pixel_shuffle", "aten.pixel_unshuffle", "aten.channel_shuffle"})
_RESIZING = ("upsample_linear1d", "upsample_bilinear2d", "upsample_trilinear3d", "upsample_bicubic2d",
             "upsample_nearest1d", "upsample_nearest2d", "upsample_nearest3d", "_upsample_nearest_exact1d",
             "_upsample_nearest_exact2d", "_upsample_nearest_exact3d", "_upsample_bilinear2d_aa",
             "_upsample_bicubic2d_aa", "_upsample_lanczos2d_aa")  # fmt: skip
RULES: dict[str, Rule] = {
    **dict.fromkeys(
        (
            *_PERMUTING,
            *(f"aten.{name}_pad{axes}d" for name in ("reflection", "replication") for axes in (1, 2, 3)),
            "aten.repeat",
            "aten.im2col",
            "aten.index.Tensor",
            "aten.index_select",
            "aten.gather",
            "aten.take",
            "aten.tril",
            "aten.triu",
            "aten.rot90",
            "aten.diag_embed",
            "aten.repeat_interleave.self_int",
            "aten.embedding",
        ),
        moved,
    ),
    "aten.cat": concatenation,
    "aten.stack": concatenation,
    "aten.constant_pad_nd": padding,
    "aten.col2im": folded,
    **{f"aten.{name}{overload}": resized for name in _RESIZING for overload in ("", ".vec")},
    **{f"aten.{name}": resized for name in (
        "_adaptive_avg_pool2d", "_adaptive_avg_pool3d", "adaptive_max_pool2d", "adaptive_max_pool3d")},
    **dict.fromkeys(
        (
            "aten.fill_.Scalar",
            "aten.zero_",
            "aten.bernoulli_.float",
            "aten.uniform_",
            "aten.normal_",
            "aten.exponential_",
            "aten.random_",
            "aten.zeros_like",
            "aten.ones_like",
            "aten.empty_like",
            "aten.full_like",
            "aten.rand_like",
            "aten.randn_like",
            "aten.new_zeros",
            "aten.new_ones",
            "aten.new_empty",
            "aten.new_full",
            "aten.new_empty_strided",
        ),
        constant,
    ),
}  # fmt: skip

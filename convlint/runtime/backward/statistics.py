"""Norms, softmax and reductions: what takes a sum over some axes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch

from convlint.runtime.backward.contribution import Contribution, Rule
from convlint.runtime.masks import Levels, any_over, at_most_gate, compact, full, most
from convlint.runtime.tape import Op


def batch_norm(op: Op, out: Sequence[Levels]) -> Iterator[Contribution]:
    """With running statistics an element reads itself; without, also its channel's statistic, over all positions."""
    name = "input" if "input" in op.arguments else "self"
    ref = op.tensor(name)
    levels = compact(out[0])
    running = op.arguments.get("running_mean") is not None
    trains = op.arguments.get("training", op.arguments.get("train", "no_training" not in op.name))
    if trains or not running:
        axes = [axis for axis in range(len(ref.size)) if axis != 1]
        levels = most(levels, at_most_gate(any_over(most(levels, *_side(out)), axes)))
    yield ref, levels
    yield from _scales(op, levels)


def group_norm(op: Op, out: Sequence[Levels]) -> Iterator[Contribution]:
    """An element reads itself, and its group's statistic."""
    ref = op.tensor("input")
    levels = compact(out[0])
    if not isinstance(levels, int):
        wide = full(levels, ref.size)
        groups = wide.reshape(ref.size[0], int(op.arguments["group"]), -1).amax(2, keepdim=True)
        spread = groups.repeat_interleave(ref.size[1] // int(op.arguments["group"]), 1)
        levels = torch.maximum(wide, spread.reshape(*ref.size[:2], *(1,) * (len(ref.size) - 2)).clamp(max=1))
    yield ref, most(levels, int(any(_positive(side) for side in out[1:])))
    yield from _scales(op, levels)


def layer_norm(op: Op, out: Sequence[Levels]) -> Iterator[Contribution]:
    """Over one axis, the channels, it mixes them as a linear layer does; over more axes it is a statistic."""
    ref = op.tensor("input")
    levels = compact(out[0])
    axes = range(-len(op.arguments["normalized_shape"]), 0)
    reached = any_over(levels, axes)
    levels = reached if len(axes) == 1 else most(levels, at_most_gate(reached))
    yield ref, most(levels, int(any(_positive(side) for side in out[1:])))
    yield from _scales(op, levels)


def _scales(op: Op, levels: Levels) -> Iterator[Contribution]:
    """Scales and shifts that depend on the input (conditional norms) are a gate to all that they touch."""
    for name in ("weight", "bias"):
        if op.arguments.get(name) is not None:
            yield op.tensor(name), at_most_gate(levels if isinstance(levels, int) else int(levels.max()))


def _side(out: Sequence[Levels]) -> list[Levels]:
    """The levels of the statistics that were returned as well, as one number."""
    return [int(any(_positive(side) for side in out[1:]))]


def _positive(levels: Levels) -> bool:
    return levels > 0 if isinstance(levels, int) else bool(levels.numel() and levels.max() > 0)


def along_axis(op: Op, out: Sequence[Levels]) -> Iterator[Contribution]:
    """Softmax, sorting and running sums: an output reads everything along one axis."""
    ref = op.tensor("self")
    levels = compact(most(*(same_size(each, ref.size) for each in out)))
    yield ref, any_over(levels, (_axis(op.arguments.get("dim")),))


def running(op: Op, out: Sequence[Levels]) -> Iterator[Contribution]:
    """A running sum at i reads everything up to i."""
    levels = compact(most(*out))
    axis = _axis(op.arguments["dim"])
    yield op.tensor("self"), levels if isinstance(levels, int) else levels.flip(axis).cummax(axis).values.flip(axis)


def reduction(op: Op, out: Sequence[Levels]) -> Iterator[Contribution]:
    """An output reads everything along the axes that are reduced."""
    ref = op.tensor("self")
    axes = op.arguments.get("dim")
    if axes is None or axes == []:
        axes = list(range(len(ref.size)))
    axes = [axes] if isinstance(axes, int) else axes
    places = sorted(axis % len(ref.size) for axis in axes) if ref.size else []
    levels: Levels = 0
    for each in out:
        if not isinstance(each, int) and each.dim() != len(ref.size):
            for axis in places:
                each = each.unsqueeze(axis)
        levels = most(levels, each)
    yield ref, compact(levels)


def same_size(levels: Levels, size: Sequence[int]) -> Levels:
    """The levels where they are as large as ``size``; else their greatest, for all of it."""
    if isinstance(levels, int) or tuple(levels.shape) == tuple(size):
        return levels
    return int(levels.max()) if levels.numel() else 0


def _axis(axis: object) -> int:
    return axis if isinstance(axis, int) else -1


RULES: dict[str, Rule] = {
    **dict.fromkeys(
        (
            "aten.native_batch_norm",
            "aten._native_batch_norm_legit",
            "aten._native_batch_norm_legit.no_stats",
            "aten._native_batch_norm_legit_no_training",
            "aten._batch_norm_no_update",
            "aten._batch_norm_with_update",
            "aten.cudnn_batch_norm",
            "aten.miopen_batch_norm",
        ),
        batch_norm,
    ),
    "aten.native_group_norm": group_norm,
    "aten.native_layer_norm": layer_norm,
    "aten._fused_rms_norm": layer_norm,
    **dict.fromkeys(
        ("aten._softmax", "aten._safe_softmax", "aten._log_softmax", "aten.sort", "aten.sort.stable", "aten.topk"),
        along_axis,
    ),
    **dict.fromkeys(("aten.cumsum", "aten.cumprod", "aten.cummax", "aten.cummin", "aten.logcumsumexp"), running),
    **dict.fromkeys(
        (
            "aten.mean",
            "aten.mean.dim",
            "aten.sum",
            "aten.sum.dim_IntList",
            "aten.prod",
            "aten.prod.dim_int",
            "aten.amax",
            "aten.amin",
            "aten.aminmax",
            "aten.max",
            "aten.max.dim",
            "aten.min",
            "aten.min.dim",
            "aten.argmax",
            "aten.argmin",
            "aten.var.correction",
            "aten.std.correction",
            "aten.var_mean.correction",
            "aten.std_mean.correction",
            "aten.linalg_vector_norm",
            "aten.norm.ScalarOpt_dim",
            "aten.logsumexp",
            "aten.any",
            "aten.any.dim",
            "aten.any.dims",
            "aten.all",
            "aten.all.dim",
            "aten.all.dims",
            "aten.count_nonzero.dim_IntList",
        ),
        reduction,
    ),
}

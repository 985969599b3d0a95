"""Sliding windows: convolutions, transposed convolutions, pools with a kernel, and what each of them skips."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch

from convlint.runtime.axes import transposed_back, window_back, window_reads
from convlint.runtime.backward.contribution import Contribution, Rule
from convlint.runtime.masks import Levels, compact, full, most
from convlint.runtime.tape import Op, Ref


@dataclass(frozen=True, slots=True)
class Window:
    """A sliding-window operation's numbers, one of each for every spatial axis."""

    kind: str
    """``Conv``, ``ConvTranspose``, ``MaxPool``, ``AvgPool`` or ``Unfold``."""
    input: Ref
    output: Ref
    weight: Ref | None
    groups: int
    kernel_size: tuple[int, ...]
    stride: tuple[int, ...]
    dilation: tuple[int, ...]
    padding: tuple[int, ...]
    output_size: tuple[int, ...]

    @property
    def input_size(self) -> tuple[int, ...]:
        """The spatial part of the input's size."""
        return self.input.size[-len(self.kernel_size) :]

    def axes(self) -> Iterator[tuple[int, int, int, int, int, int, int]]:
        """For each axis: its number from the end, input size, output size, k, s, d, p."""
        count = len(self.kernel_size)
        numbers = zip(
            self.input_size, self.output_size, self.kernel_size, self.stride, self.dilation, self.padding, strict=True
        )
        for axis, (n, outputs, k, s, d, p) in enumerate(numbers):
            yield axis - count, n, outputs, k, s, d, p

    def skipped(self) -> torch.Tensor:
        """Which positions of the input no window reads: booleans of the input's spatial size."""
        read = torch.ones((), dtype=torch.bool)
        for _, n, outputs, k, s, d, p in self.axes():
            read = read.unsqueeze(-1) & window_reads(n, outputs, k, s, d, p)
        return ~read


def window_of(op: Op) -> Window | None:
    """The numbers of a sliding-window operation; None for any other."""
    name = op.name.partition(".")[2]
    if name == "convolution":
        return _convolution(op)
    if name.startswith(("max_pool", "avg_pool")):
        return _pool(op, "MaxPool" if name.startswith("max") else "AvgPool")
    return _unfold(op) if name == "im2col" else None


def _convolution(op: Op) -> Window | None:
    output = op.outputs[0]
    weight = op.tensor("weight")
    count = len(weight.size) - 2
    assert output is not None
    return Window(
        kind="ConvTranspose" if op.arguments["transposed"] else "Conv",
        input=op.tensor("input"),
        output=output,
        weight=weight,
        groups=int(op.arguments["groups"]),
        kernel_size=weight.size[2:],
        stride=spread(op.arguments["stride"], count),
        dilation=spread(op.arguments["dilation"], count),
        padding=spread(op.arguments["padding"], count),
        output_size=output.size[2:],
    )


def _pool(op: Op, kind: str) -> Window | None:
    output = op.outputs[0]
    assert output is not None
    kernel = op.arguments["kernel_size"]
    count = int(op.name.partition("pool")[2][0])
    kernel_size = spread(kernel, count)
    return Window(
        kind=kind,
        input=op.tensor("self"),
        output=output,
        weight=None,
        groups=1,
        kernel_size=kernel_size,
        stride=spread(op.arguments["stride"] or kernel_size, count),
        dilation=spread(op.arguments.get("dilation") or 1, count),
        padding=spread(op.arguments["padding"], count),
        output_size=output.size[-count:],
    )


def _unfold(op: Op) -> Window | None:
    output = op.outputs[0]
    assert output is not None
    k, s, d, p = (spread(op.arguments[name], 2) for name in ("kernel_size", "stride", "dilation", "padding"))
    tensor = op.tensor("self")
    sizes = tuple(
        (n + 2 * pad - dilation * (kernel - 1) - 1) // stride + 1
        for n, kernel, stride, dilation, pad in zip(tensor.size[-2:], k, s, d, p, strict=True)
    )
    return Window("Unfold", tensor, output, None, 1, k, s, d, p, sizes)


def spread(value: int | Sequence[int], count: int) -> tuple[int, ...]:
    """One number for each axis."""
    numbers = (value,) if isinstance(value, int) else tuple(value)
    return numbers if len(numbers) == count else numbers[:1] * count


def convolution(op: Op, out: Sequence[Levels]) -> Iterator[Contribution]:
    """Each output reads all input channels of its group under its taps, and the weights of its own channel."""
    window = _convolution(op)
    assert window is not None
    levels = compact(out[0])
    yield window.input, _input_levels(window, levels)
    for name in ("weight", "bias"):
        # A weight that is computed from the input (dynamic convolution) counts as read in whole.
        if isinstance(op.arguments[name], Ref):
            yield op.tensor(name), levels if isinstance(levels, int) else int(levels.max())


def _input_levels(window: Window, levels: Levels) -> Levels:
    channels, groups = window.input.size[1], window.groups
    if isinstance(levels, int):
        levels = torch.full((1, 1, *window.output_size), levels, dtype=torch.uint8)
    else:
        count = levels.shape[0]
        levels = full(levels, window.output.size)
        levels = levels.reshape(count, groups, -1, *window.output_size).amax(2)
    back = transposed_back if window.kind == "ConvTranspose" else window_back
    for axis, n, _, k, s, d, p in window.axes():
        levels = back(levels, axis, n, k, s, d, p)
    if levels.shape[1] not in (1, channels):
        levels = levels.repeat_interleave(channels // groups, 1)
    return compact(levels)


def pool(op: Op, out: Sequence[Levels]) -> Iterator[Contribution]:
    """Each output reads its own channel under its taps."""
    window = window_of(op)
    assert window is not None
    levels = compact(most(*out))
    if isinstance(levels, int):
        lead = len(window.input.size) - len(window.output_size)
        levels = torch.full((*(1,) * lead, *window.output_size), levels, dtype=torch.uint8)
    for axis, n, _, k, s, d, p in window.axes():
        levels = window_back(levels, axis, n, k, s, d, p)
    yield window.input, compact(levels)


RULES: dict[str, Rule] = {
    "aten.convolution": convolution,
    "aten.max_pool2d_with_indices": pool,
    "aten.max_pool3d_with_indices": pool,
    "aten.avg_pool2d": pool,
    "aten.avg_pool3d": pool,
}

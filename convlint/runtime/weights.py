"""Weights that can never touch a pixel: taps of a convolution that only ever lie on padding."""

from __future__ import annotations

from math import prod

from convlint.runtime.backward.windows import Window, window_of
from convlint.runtime.tape import Op, Ref, Tape


def untouched_weights(tape: Tape) -> dict[str, int]:
    """For each module how many weights of its convolution no call puts on a real position of an input, exactly.

    Per axis, tap t of size-k is alive where some output o has 0 <= o*s - p + t*d < n; a weight is alive where its tap
    is on every axis, in any call that uses the same weight. Zeros that ``F.pad`` put around the input count as padding.
    """
    alive: dict[tuple[int, int, tuple[int, ...]], tuple[Op, Window, set[tuple[int, ...]]]] = {}
    pads = {op.outputs[0].storage: op for op in tape.ops if op.name == "aten.constant_pad_nd" and op.outputs[0]}
    for op in tape.ops:
        window = window_of(op)
        if window is None or window.kind != "Conv" or window.weight is None:
            continue
        weight = window.weight
        _, _, taps = alive.setdefault((weight.storage, weight.offset, weight.size), (op, window, set()))
        taps.add(_product_key(window, _zeros(window.input, pads.get(window.input.storage))))
    untouched: dict[str, int] = {}
    for op, window, boxes in alive.values():
        assert window.weight is not None
        count = prod(window.weight.size[:2]) * (prod(window.kernel_size) - _union_size(boxes, window.kernel_size))
        if count:
            untouched[op.module] = untouched.get(op.module, 0) + count
    return untouched


def _zeros(tensor: Ref, pad: Op | None) -> list[tuple[int, int]]:
    """How many zeros lie before and behind the real positions, for each spatial axis from the first on."""
    axes = len(tensor.size) - 2
    if pad is None or pad.outputs[0] != tensor or pad.arguments["value"] not in (0, None):
        return [(0, 0)] * axes
    amounts = list(pad.arguments["pad"]) + [0] * (2 * axes)
    return [(max(0, amounts[2 * at]), max(0, amounts[2 * at + 1])) for at in reversed(range(axes))]


def _product_key(window: Window, zeros: list[tuple[int, int]]) -> tuple[int, ...]:
    """The taps that are alive on each axis, as one bit pattern for each."""
    patterns = []
    for (axis, n, outputs, k, s, d, p), (before, behind) in zip(window.axes(), zeros, strict=True):
        del axis
        reach = range(0, outputs * s, s)
        patterns.append(sum(1 << t for t in range(k) if any(before <= o - p + t * d < n - behind for o in reach)))
    return tuple(patterns)


def _union_size(boxes: set[tuple[int, ...]], kernel_size: tuple[int, ...]) -> int:
    """How many taps are alive in at least one call."""
    if len(boxes) == 1:
        return prod(pattern.bit_count() for pattern in next(iter(boxes)))
    taps: list[tuple[int, ...]] = [()]
    for k in kernel_size:
        taps = [(*tap, t) for tap in taps for t in range(k)]
    return sum(any(all(p >> t & 1 for p, t in zip(box, tap, strict=True)) for box in boxes) for tap in taps)

"""Which input positions a sliding window reads, and how large its output is: pure functions over plain numbers.

Each function works on one spatial axis unless its name or docstring says otherwise. Sizes, strides and dilations are
positive; paddings are not negative. The symbols are torch's: kernel size k, stride s, dilation d, padding p, input
size n; output ``o`` reads the input positions ``o * s - p + t * d`` for the taps ``t`` in ``range(k)``
(torch.nn.Conv2d and torch.nn.MaxPool2d, "Shape", with torch's link to the dilation animation).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd, prod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction

PICTURE_COLUMNS = 16
"""A picture is at most so many positions wide: with the blanks between, it fits beside a margin in 40 characters."""
PICTURE_ROWS = 8
"""A picture is at most so many lines high, so that a finding stays readable as a whole."""
PICTURE_PERIODS = 2
"""How often a picture repeats the pattern along each axis: twice shows that it goes on."""
PICTURE_LEAST = 4
"""A picture shows at least so many positions of an axis, also where the stride is 1."""

MAX_TAPS = 4096
"""A kernel with more taps along one axis is not looked at tap by tap; those of networks have some tens."""

AXIS_WORDS = {1: "positions", 2: "pixels", 3: "voxels"}
"""What the points of an input are called, by the number of its spatial axes."""


def residues_reached(kernel_size: int, stride: int, dilation: int) -> int:
    """How many of the ``stride`` residues (positions modulo the stride) the taps of one window reach.

    With g = gcd(d, s), the taps t * d cycle through the s / g multiples of g modulo s, so k taps reach
    min(k, s / g) of them.
    """
    _require_positive(kernel_size, stride, dilation)
    return min(kernel_size, stride // gcd(dilation, stride))


def reads_residue(residue: int, kernel_size: int, stride: int, dilation: int) -> bool:
    """Whether a tap meets the positions ``residue`` modulo ``stride``, counted from the first window's first tap.

    Solves t * d = residue (mod s) for the least t >= 0 and asks whether it is a tap (t < k).
    """
    _require_positive(kernel_size, stride, dilation)
    step = gcd(dilation, stride)
    if residue % step:
        return False
    cycle = stride // step
    return residue // step * pow(dilation // step, -1, cycle) % cycle < kernel_size


def residues_read(kernel_size: int, stride: int, dilation: int, padding: int = 0) -> tuple[int, ...]:
    """The residues of input positions modulo ``stride`` that are read far from the borders, sorted.

    A window begins at -p, so tap t meets the residue (t * d - p) mod s.
    """
    taps = range(residues_reached(kernel_size, stride, dilation))
    return tuple(sorted((tap * dilation - padding) % stride for tap in taps))


def read_fraction(kernel_size: Sequence[int], stride: Sequence[int], dilation: Sequence[int]) -> Fraction:
    """The part of the interior of an input of any number of axes that is read, exactly.

    The product over the axes of min(k, s / gcd(d, s)) / s. The interior is every position x with
    d * (k - 1) <= x + p <= (O - 1) * s for an output of size O: what no border cuts.
    """
    from fractions import Fraction

    axes = tuple(zip(kernel_size, stride, dilation, strict=True))
    return Fraction(prod(residues_reached(k, s, d) for k, s, d in axes), prod(s for _, s, _ in axes))


def dead_fraction(kernel_size: Sequence[int], stride: Sequence[int], dilation: Sequence[int]) -> float:
    """The part of the interior of an input that is never read, from 0.0 (all is read) to below 1.0."""
    return float(1 - read_fraction(kernel_size, stride, dilation))


def output_size(size: int, kernel_size: int, stride: int = 1, dilation: int = 1, padding: int = 0) -> int:
    """How many outputs a convolution gives: floor((n + 2p - d(k - 1) - 1) / s) + 1 (torch.nn.Conv2d, "Shape").

    0 where the window does not fit into the padded input; torch raises there.
    """
    _require_positive(kernel_size, stride, dilation)
    return max(0, (size + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1)


def pool_output_size(
    size: int, kernel_size: int, stride: int, dilation: int = 1, padding: int = 0, ceil_mode: bool = False
) -> int:
    """How many outputs a pool gives (torch.nn.MaxPool2d, "Shape", and its note on ``ceil_mode``).

    As a convolution; with ``ceil_mode`` the division rounds up, and a last window that would begin in the far padding
    is dropped. 0 where the window does not fit; torch raises there.
    """
    if not ceil_mode:
        return output_size(size, kernel_size, stride, dilation, padding)
    _require_positive(kernel_size, stride, dilation)
    room = size + 2 * padding - dilation * (kernel_size - 1) - 1
    outputs = -(-room // stride) + 1
    if (outputs - 1) * stride >= size + padding:
        outputs -= 1
    return max(0, outputs)


def read_positions(size: int, outputs: int, kernel_size: int, stride: int, dilation: int = 1, padding: int = 0) -> int:
    """How many of the ``size`` input positions of one axis are read by at least one of ``outputs`` windows.

    Exact, borders included: |{o * s - p + t * d : o < outputs, t < k}  and  [0, n)|. Takes n bytes and at most
    k * outputs steps; there is no closed form worth having, since small inputs leave gaps of their own
    (n=7, k=2, d=5, s=1 leaves 3 positions unread).
    """
    _require_positive(kernel_size, stride, dilation)
    reached = bytearray(size)
    for tap in range(kernel_size):
        shift = tap * dilation - padding
        first = max(0, -(shift // stride))
        last = min(outputs - 1, (size - 1 - shift) // stride)
        if first <= last:
            start, stop = first * stride + shift, last * stride + shift + 1
            reached[start:stop:stride] = b"\x01" * (last - first + 1)
    return reached.count(1)


def trailing_unread(size: int, outputs: int, kernel_size: int, stride: int, dilation: int = 1, padding: int = 0) -> int:
    """How many positions at the far end of one axis of ``size`` lie behind the last one that any window reads.

    The last window begins at (O - 1)s - p, so its last tap reads (O - 1)s - p + d(k - 1). ``padding`` is what lies
    before the first position; what lies behind the last one matters only through the number of ``outputs``. With the
    padding p on both sides this is max(0, L - p), L = (n + 2p - d(k - 1) - 1) mod s being what the division leaves.
    """
    _require_positive(kernel_size, stride, dilation)
    if outputs < 1:
        return size
    last = (outputs - 1) * stride - padding + dilation * (kernel_size - 1)
    return max(0, min(size, size - 1 - last))


def dead_taps(
    size: int, outputs: int, kernel_size: int, stride: int, dilation: int = 1, padding: int = 0
) -> tuple[int, ...]:
    """The taps of one axis that never meet a position of the input, for an axis of ``size``.

    Tap t is dead when no output o has 0 <= o * s - p + t * d < n: it only ever multiplies padding. Of a kernel with
    more than MAX_TAPS taps nothing is said.
    """
    _require_positive(kernel_size, stride, dilation)
    if kernel_size > MAX_TAPS:
        return ()
    found: list[int] = []
    for tap in range(kernel_size):
        shift = tap * dilation - padding
        first = max(0, -(shift // stride))  # the first window in which the tap is not before the input
        if first >= outputs or first * stride + shift >= size:
            found.append(tap)
    return tuple(found)


def unread_count(
    size: Sequence[int],
    kernel_size: Sequence[int],
    stride: Sequence[int],
    dilation: Sequence[int],
    padding: Sequence[int],
    ceil_mode: bool = False,
) -> int:
    """How many positions of a whole input of ``size`` (one number for each axis) no window reads, exactly.

    A position is read when each of its coordinates is, so this is prod(n) less the product of the axes' read counts.
    """
    read = 1
    for n, k, s, d, p in zip(size, kernel_size, stride, dilation, padding, strict=True):
        read *= read_positions(n, pool_output_size(n, k, s, d, p, ceil_mode), k, s, d, p)
    return prod(size) - read


def picture(
    kernel_size: Sequence[int], stride: Sequence[int], dilation: Sequence[int], *, done: str = "read"
) -> tuple[str, ...]:
    """The pattern of read (``x``) and unread (``o``) positions, a line for each row; one line for one axis.

    Of three or more axes the last two are drawn, and a last line says how many of the planes are read where it is
    not all of them; a transposed layer's are ``done="written"``. ``...`` marks an axis whose pattern is longer than the
    picture.
    """
    axes = tuple(zip(kernel_size, stride, dilation, strict=True))
    columns, more_columns = _pattern(*axes[-1], PICTURE_COLUMNS)
    rows, more_rows = _pattern(*axes[-2], PICTURE_ROWS) if len(axes) > 1 else ((True,), False)
    tail = " ..." if more_columns else ""
    lines = [" ".join("x" if row and column else "o" for column in columns) + tail for row in rows]
    if more_rows:
        lines.append("...")
    planes = read_fraction(*zip(*axes[:-2], strict=True)) if len(axes) > 2 else 1
    if planes != 1:
        lines.append(f"in {planes.numerator} of every {planes.denominator} planes; the others are not {done} at all")
    return tuple(lines)


def _pattern(kernel_size: int, stride: int, dilation: int, limit: int) -> tuple[tuple[bool, ...], bool]:
    """Which positions of one axis are read, over the length of a picture; and whether one period is longer."""
    length = min(max(PICTURE_PERIODS * stride, PICTURE_LEAST), limit)
    return tuple(reads_residue(x % stride, kernel_size, stride, dilation) for x in range(length)), stride > limit


def _require_positive(kernel_size: int, stride: int, dilation: int) -> None:
    if kernel_size < 1 or stride < 1 or dilation < 1:
        raise ValueError(f"kernel size {kernel_size}, stride {stride} and dilation {dilation} must be positive")

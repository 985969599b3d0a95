"""Geometry against brute force: windows are laid down one by one and what they touch is counted."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from convlint.network import geometry

KERNELS = st.integers(1, 7)
STRIDES = st.integers(1, 9)
DILATIONS = st.integers(1, 6)
PADDINGS = st.integers(0, 6)
SIZES = st.integers(1, 40)
AXIS = st.tuples(KERNELS, STRIDES, DILATIONS)


def windows(size: int, k: int, s: int, d: int, p: int) -> list[list[int]]:
    """Every window of a convolution in the padded input, tap by tap, as input positions (negative in the padding)."""
    found = []
    start = -p
    while start + d * (k - 1) <= size + p - 1:
        found.append([start + tap * d for tap in range(k)])
        start += s
    return found


def touched(size: int, windows: list[list[int]]) -> set[int]:
    return {x for window in windows for x in window if 0 <= x < size}


@given(SIZES, KERNELS, STRIDES, DILATIONS, PADDINGS)
def test_convolution_output_size_counts_windows(size: int, k: int, s: int, d: int, p: int) -> None:
    assert geometry.output_size(size, k, s, d, p) == len(windows(size, k, s, d, p))
    assert geometry.pool_output_size(size, k, s, d, p) == len(windows(size, k, s, d, p))


@given(SIZES, KERNELS, STRIDES, DILATIONS, PADDINGS)
def test_ceil_mode_adds_the_last_window_only_where_it_begins_before_the_far_padding(
    size: int, k: int, s: int, d: int, p: int
) -> None:
    whole = len(windows(size, k, s, d, p))
    assume(whole > 0)  # torch refuses the rest
    assume(p <= (d * (k - 1) + 1) // 2)
    left_over = (size + 2 * p - d * (k - 1) - 1) % s
    begins = whole * s - p
    expected = whole + (1 if left_over and begins < size else 0)
    # A window that begins in the far padding is dropped even where it fits whole.
    if (whole - 1) * s - p >= size:
        expected = whole - 1
    assert geometry.pool_output_size(size, k, s, d, p, ceil_mode=True) == expected


@pytest.mark.parametrize(
    ("size", "k", "s", "p", "ceil_mode", "expected"),
    [
        (7, 3, 2, 1, False, 4),
        (6, 2, 2, 0, False, 3),
        (7, 2, 2, 0, False, 3),
        (7, 2, 2, 0, True, 4),
        (4, 3, 2, 1, True, 3),
        (3, 1, 2, 0, True, 2),
        (4, 2, 3, 1, True, 2),
        (2, 5, 1, 0, False, 0),
    ],
)
def test_known_pool_output_sizes(size: int, k: int, s: int, p: int, ceil_mode: bool, expected: int) -> None:
    assert geometry.pool_output_size(size, k, s, 1, p, ceil_mode) == expected


@given(SIZES, KERNELS, STRIDES, DILATIONS, PADDINGS)
def test_read_positions_of_one_axis(size: int, k: int, s: int, d: int, p: int) -> None:
    laid = windows(size, k, s, d, p)
    assert geometry.read_positions(size, len(laid), k, s, d, p) == len(touched(size, laid))
    assert geometry.unread_count((size,), (k,), (s,), (d,), (p,)) == size - len(touched(size, laid))


def test_a_small_input_leaves_gaps_of_its_own() -> None:
    assert geometry.unread_count((7,), (2,), (1,), (5,), (0,)) == 3


@given(st.tuples(st.integers(1, 12), st.integers(1, 12)), st.tuples(AXIS, AXIS), st.tuples(PADDINGS, PADDINGS))
def test_unread_count_of_an_image(
    size: tuple[int, int], axes: tuple[tuple[int, int, int], ...], padding: tuple[int, int]
) -> None:
    rows, columns = (windows(n, *axis, p) for n, axis, p in zip(size, axes, padding, strict=True))
    pixels = {
        (y, x)
        for row, column in product(rows, columns)
        for y, x in product(row, column)
        if 0 <= y < size[0] and 0 <= x < size[1]
    }
    kernel_size, stride, dilation = zip(*axes, strict=True)
    assert geometry.unread_count(size, kernel_size, stride, dilation, padding) == size[0] * size[1] - len(pixels)


@given(KERNELS, STRIDES, DILATIONS, PADDINGS)
def test_residues_are_those_of_the_interior(k: int, s: int, d: int, p: int) -> None:
    reach = d * (k - 1)
    size = 2 * (reach + s) + 10 * s
    laid = windows(size, k, s, d, p)
    interior = [x for x in range(size) if reach <= x + p <= (len(laid) - 1) * s]
    assert len(interior) >= s
    read = {x % s for x in touched(size, laid) if x in interior}
    assert geometry.residues_read(k, s, d, p) == tuple(sorted(read))
    assert geometry.residues_reached(k, s, d) == len(read)
    shown = [r for r in range(s) if geometry.reads_residue((r + p) % s, k, s, d)]
    assert shown == sorted(read)
    period = interior[:s]
    assert geometry.read_fraction((k,), (s,), (d,)) == Fraction(sum(x in touched(size, laid) for x in period), s)


@given(st.lists(AXIS, min_size=1, max_size=3))
def test_fractions_multiply_over_axes(axes: list[tuple[int, int, int]]) -> None:
    kernel_size, stride, dilation = zip(*axes, strict=True)
    cell = list(product(*(range(s) for s in stride)))
    read = [all((geometry.reads_residue(x, *axis)) for x, axis in zip(point, axes, strict=True)) for point in cell]
    assert geometry.read_fraction(kernel_size, stride, dilation) == Fraction(sum(read), len(cell))
    assert geometry.dead_fraction(kernel_size, stride, dilation) == pytest.approx(1 - sum(read) / len(cell))


@pytest.mark.parametrize(
    ("kernel_size", "stride", "dilation", "dead"),
    [
        ((1, 1), (2, 2), (1, 1), 0.75),
        ((3, 3), (2, 2), (2, 2), 0.75),
        ((3, 3), (2, 2), (3, 3), 0.0),
        ((3, 3, 3), (1, 8, 8), (1, 1, 1), 1 - 9 / 64),
        ((2,), (3,), (1,), 1 / 3),
        ((4, 4), (4, 4), (1, 1), 0.0),
    ],
)
def test_known_dead_fractions(
    kernel_size: tuple[int, ...], stride: tuple[int, ...], dilation: tuple[int, ...], dead: float
) -> None:
    assert geometry.dead_fraction(kernel_size, stride, dilation) == pytest.approx(dead)


@pytest.mark.parametrize(
    ("kernel_size", "stride", "dilation", "lines"),
    [
        ((1, 1), (2, 2), (1, 1), ("x o x o", "o o o o", "x o x o", "o o o o")),
        ((3, 3), (2, 2), (2, 2), ("x o x o", "o o o o", "x o x o", "o o o o")),
        ((1, 1), (1, 2), (1, 1), ("x o x o",) * 4),
        ((2,), (3,), (1,), ("x x o x x o",)),
        ((2,), (3,), (2,), ("x o x x o x",)),
        ((1,), (1,), (1,), ("x x x x",)),
        ((3, 1, 1), (2, 2, 2), (1, 1, 1), ("x o x o", "o o o o", "x o x o", "o o o o")),
        (
            (1, 3, 3),
            (2, 2, 2),
            (1, 1, 1),
            ("x x x x",) * 4 + ("in 1 of every 2 planes; the others are not read at all",),
        ),
    ],
)
def test_pictures(
    kernel_size: tuple[int, ...], stride: tuple[int, ...], dilation: tuple[int, ...], lines: tuple[str, ...]
) -> None:
    assert geometry.picture(kernel_size, stride, dilation) == lines


def test_a_transposed_layer_writes() -> None:
    said = "in 1 of every 2 planes; the others are not written at all"
    assert geometry.picture((1, 2, 2), (2, 2, 2), (1, 1, 1), done="written")[-1] == said


@given(
    st.lists(st.tuples(st.integers(1, 10**12), st.integers(1, 10**12), st.integers(1, 10**12)), min_size=1, max_size=3)
)
def test_a_picture_stays_small_whatever_the_numbers(axes: list[tuple[int, int, int]]) -> None:
    lines = geometry.picture(*zip(*axes, strict=True))
    drawn = [line for line in lines if line[0] in "xo"]
    assert 1 <= len(drawn) <= geometry.PICTURE_ROWS
    assert all(line.count("x") + line.count("o") <= geometry.PICTURE_COLUMNS for line in drawn)
    assert ("..." in drawn[0]) == (axes[-1][1] > geometry.PICTURE_COLUMNS)
    assert ("..." in lines) == (len(axes) > 1 and axes[-2][1] > geometry.PICTURE_ROWS)


@pytest.mark.parametrize(("k", "s", "d"), [(0, 1, 1), (1, 0, 1), (1, 1, 0), (3, -2, 1)])
def test_numbers_that_torch_refuses_raise(k: int, s: int, d: int) -> None:
    with pytest.raises(ValueError, match="must be positive"):
        geometry.residues_reached(k, s, d)
    with pytest.raises(ValueError, match="must be positive"):
        geometry.output_size(8, k, s, d)


@given(SIZES, st.integers(0, 12), KERNELS, STRIDES, DILATIONS, PADDINGS)
def test_what_lies_behind_the_last_window(size: int, outputs: int, k: int, s: int, d: int, before: int) -> None:
    """For any number of outputs, so for any padding behind the map."""
    read = {o * s - before + t * d for o in range(outputs) for t in range(k)}
    behind = next((n for n in range(size) if any(x >= size - 1 - n for x in read)), size)
    assert geometry.trailing_unread(size, outputs, k, s, d, before) == behind


@given(SIZES, KERNELS, STRIDES, DILATIONS, PADDINGS, PADDINGS)
def test_what_is_left_with_padding_of_different_sizes(
    size: int, k: int, s: int, d: int, before: int, after: int
) -> None:
    starts = range(-before, size + after - d * (k - 1), s)
    assume(starts)
    last = starts[-1] + d * (k - 1)
    assert geometry.trailing_unread(size, len(starts), k, s, d, before) == max(0, min(size, size - 1 - last))


@given(SIZES, KERNELS, STRIDES, DILATIONS, PADDINGS)
def test_with_the_same_padding_it_is_the_rest_of_the_division(size: int, k: int, s: int, d: int, p: int) -> None:
    outputs = geometry.output_size(size, k, s, d, p)
    assume(outputs)
    left = (size + 2 * p - d * (k - 1) - 1) % s
    assert geometry.trailing_unread(size, outputs, k, s, d, p) == min(size, max(0, left - p))


@given(SIZES, st.integers(0, 12), KERNELS, STRIDES, DILATIONS, st.integers(0, 30))
def test_taps_that_never_meet_a_position(size: int, outputs: int, k: int, s: int, d: int, p: int) -> None:
    meet = {t for o in range(outputs) for t in range(k) if 0 <= o * s - p + t * d < size}
    assert sorted(geometry.dead_taps(size, outputs, k, s, d, p)) == [t for t in range(k) if t not in meet]


def test_known_sizes() -> None:
    assert geometry.trailing_unread(224, geometry.output_size(224, 7, 2), 7, 2) == 1  # SqueezeNet
    assert geometry.trailing_unread(256, geometry.output_size(256, 16, 16, 1, 2), 16, 16, 1, 2) == 2  # ViTPose
    assert geometry.trailing_unread(224, geometry.output_size(224, 3, 2, 1, 1), 3, 2, 1, 1) == 0
    assert tuple(geometry.dead_taps(33, 33, 3, 1, 36, 36)) == (0, 2)  # DeepLab
    assert tuple(geometry.dead_taps(2, 2, 3, 1, 1, 1)) == ()

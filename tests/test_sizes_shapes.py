"""Shapes of results against torch's own, on the meta device: the same or not known, and never different."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shape_cases import Case, Sizes, differences, read, said_of, true_of

from convlint.evaluate.sizes import shapes
from convlint.evaluate.sizes.einsum import einsum

FILE = Path(__file__).with_name("shape_cases.txt")
KNOWN, OPEN = read(FILE)
FEW = settings(max_examples=60, deadline=None)
SIDES = st.integers(1, 7)
SHAPES = st.lists(SIDES, min_size=1, max_size=5).map(tuple)
IMAGE = (2, 6, 8, 10)


@pytest.mark.parametrize("shape", KNOWN)
def test_the_shapes_of_results_are_known_and_right(shape: Sizes, monkeypatch: pytest.MonkeyPatch) -> None:
    assert differences(KNOWN[shape], monkeypatch) == ([], [])


@pytest.mark.parametrize("shape", KNOWN)
def test_code_may_ask_for_the_shapes_of_results(shape: Sizes, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    for case in KNOWN[shape]:
        *before, last = case.body.split("; ")
        if ", " not in last.partition("(")[0] and not last.startswith("["):
            asked.append(case._replace(body="; ".join([*before, f"y = {last}", "torch.zeros(y.shape) * x.mean() + y"])))
    assert len(asked) > len(KNOWN[shape]) / 2
    assert differences(asked, monkeypatch) == ([], [])


@pytest.mark.parametrize("shape", OPEN)
def test_nothing_false_is_said_of_what_is_not_known(shape: Sizes, monkeypatch: pytest.MonkeyPatch) -> None:
    assert differences(OPEN[shape], monkeypatch)[0] == []


@pytest.mark.parametrize(
    "body",
    [
        "torch.where(x > 0)[0]", "x[x > 0]", "x[x[:, 0, 0, 0] > 0]", "x.nonzero()", "torch.unique(x)",
        "x[[True, False]]", "torch.masked_select(x, x > 0)", "F.one_hot(x[:, 0].long())",
        "x[:, torch.nonzero(x)[:, 0]]", "torch.no_such(x)", "F.conv2d(x, torch.zeros(4, 6, 9, 9))",
        "F.max_pool2d(x, 20)", "x.no_such()", "x.mean((2, 3), keepdim=True) * torch.no_such(x)", "x[:, :, ::0]",
        "F.conv_transpose2d(x, torch.zeros(6, 4, 1, 1), padding=9)",
    ],
)  # fmt: skip
def test_what_depends_on_values_or_does_not_run_has_no_shape(body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (found,) = said_of([Case(IMAGE, body)], monkeypatch)
    assert all(shape is None or None in shape for shape in found)


CHAINED = (
    "{x}.flatten(1)", "{x}.flatten({a}, -1)", "{x}.transpose(0, -1)", "{x}.unsqueeze({a})", "{x}.mean({a})",
    "{x}.sum(-1, keepdim=True)", "{x}.permute(*reversed(range({x}.dim())))", "torch.cat([{x}, {x}], {a})",
    "torch.stack([{x}, {y}] if {x}.shape == {y}.shape else [{x}] * 2, {a})", "{x}[..., ::2]", "{x}[:, -1:]",
    "{x}[None].expand(2, *[-1] * {x}.dim())", "{x}.chunk(2, {a})[0]", "{x}.split(2, -1)[0]",
    "{x} * {x}.amax(-1, True)", "{x}.reshape({x}.shape[0], -1)", "{x} @ {x}.transpose(-2, -1)",
    "{x}.repeat_interleave(2, dim=-1)", "F.pad({x}, (1, 0))", "{x}.squeeze()", "{x}.unbind({a})[0]",
    "{x}.topk(1, {a})[1]", "{x}.movedim(0, {a})", "{x}.softmax({a}) + {x}", "both({x}, {y})",
    "torch.einsum('...a,...b->...ab', {x}, {x}).flatten(-2)", "{x}.max({a}).values", "{x}.flatten().view(1, -1)",
)  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_operations_one_after_another(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What torch runs of 40 sequences of operations, each with the results of those before it."""
    draw = random.Random(seed)
    cases = []
    for _ in range(40):
        rank = draw.randint(3, 5)
        lines, rank_of = [], {"x": rank}
        for number in range(draw.randint(2, 6)):
            x, y = draw.choice(list(rank_of)), draw.choice(list(rank_of))
            text = draw.choice(CHAINED).format(x=x, y=y, a=draw.randint(-2, 1)).replace(f"both({x}, {y})", f"{x} + {y}")
            lines.append(f"v{number} = {text}")
            rank_of[f"v{number}"] = rank
        case = Case(tuple(draw.randint(1, 5) for _ in range(rank)), "; ".join([*lines, lines[-1].partition(" ")[0]]))
        if runs(case):
            cases.append(case)
    assert len(cases) > 5
    wrong, unknown = differences(cases, monkeypatch)
    assert wrong == []
    assert len(unknown) < len(cases) / 4


def runs(case: Case) -> bool:
    try:
        return bool(true_of([case]))
    except AssertionError:
        return False


# --- the functions behind it ------------------------------------------------------------------------------------------


def meta(shape: Sizes) -> Any:
    return torch.zeros(shape, device="meta")


def truth(of: object) -> Sizes | None:
    """The shape that torch gives; None where it refuses."""
    try:
        return tuple(of().shape)  # type: ignore[operator]
    except (RuntimeError, IndexError, ValueError):
        return None


@FEW
@given(SHAPES, st.lists(st.sampled_from([-1, 1, 2, 3, 4, 6]), min_size=1, max_size=4))
def test_reshaped(shape: Sizes, sizes: list[int]) -> None:
    expected = truth(lambda: meta(shape).reshape(sizes))
    assume(expected is not None)
    assert shapes.reshaped(shape, sizes) == expected


@FEW
@given(SHAPES, st.integers(-6, 6), st.integers(-6, 6), st.booleans())
def test_axes(shape: Sizes, a: int, b: int, keep: bool) -> None:
    x = meta(shape)
    assert shapes.flattened(shape, a, b) == truth(lambda: x.flatten(a, b))
    assert shapes.swapped(shape, a, b) == truth(lambda: x.transpose(a, b))
    assert shapes.moved(shape, (a,), (b,)) == truth(lambda: x.movedim(a, b))
    assert shapes.with_axis(shape, a) == truth(lambda: x.unsqueeze(a))
    assert shapes.squeezed(shape, (a,)) == truth(lambda: x.squeeze(a))
    assert shapes.squeezed(shape, None) == truth(lambda: x.squeeze())
    assert shapes.without(shape, (a,), keep) == truth(lambda: x.amax(a, keep))


@FEW
@given(SHAPES, st.lists(st.integers(0, 3), min_size=1, max_size=5), st.lists(st.integers(-2, 3), max_size=8))
def test_sizes(shape: Sizes, times: list[int], padding: list[int]) -> None:
    x = meta(shape)
    if len(times) >= len(shape):
        assert shapes.repeated(shape, times) == truth(lambda: x.repeat(times))
    expected = truth(lambda: torch.nn.functional.pad(x, padding)) if padding else None
    if expected is not None and len(padding) % 2 == 0:
        assert shapes.padded(shape, padding) == expected


@FEW
@given(st.integers(1, 12), st.integers(1, 9))
def test_pieces(size: int, count: int) -> None:
    x = meta((size,))
    assert shapes.pieces(size, count) == tuple(len(piece) for piece in x.chunk(count))
    assert shapes.portions(size, count) == tuple(len(piece) for piece in x.split(count))


@FEW
@given(st.integers(0, 9), st.none() | st.integers(-12, 12), st.none() | st.integers(-12, 12), st.integers(1, 4))
def test_sliced(size: int, start: int | None, stop: int | None, step: int) -> None:
    assert shapes.sliced(size, start, stop, step) == len(meta((size,))[start:stop:step])


@FEW
@given(SHAPES, SHAPES)
def test_two_together(one: Sizes, other: Sizes) -> None:
    a, b = meta(one), meta(other)
    assert shapes.broadcast([one, other]) == truth(lambda: a + b)
    expected = truth(lambda: a @ b)
    if expected is not None:
        assert shapes.product(one, other) == expected
    if len(one) == len(other):
        for place in range(-len(one), len(one)):
            expected = truth(lambda: torch.cat([a, b], place))  # noqa: B023
            if expected is not None:
                assert shapes.joined([one, other], place) == expected


@FEW
@given(st.tuples(st.integers(1, 3), st.integers(1, 36), SIDES, SIDES), st.integers(1, 3), st.floats(0.15, 4))
def test_images(shape: Sizes, factor: int, scale: float) -> None:
    x, functional = meta(shape), torch.nn.functional
    assert shapes.shuffled(shape, factor, True) == truth(lambda: functional.pixel_shuffle(x, factor))
    assert shapes.shuffled(shape, factor, False) == truth(lambda: functional.pixel_unshuffle(x, factor))
    expected = truth(lambda: functional.interpolate(x, scale_factor=scale))
    if expected is not None:
        assert shapes.resized(shape, None, (scale,)) == expected
    assert shapes.adaptive(shape, (factor, None), 2) == truth(lambda: functional.adaptive_avg_pool2d(x, (factor, None)))


WINDOW = st.tuples(st.integers(1, 5), st.integers(1, 4), st.integers(1, 3), st.integers(0, 4))


@FEW
@given(st.integers(1, 12), st.integers(1, 12), WINDOW, WINDOW, st.booleans(), st.integers(0, 3))
def test_windows(h: int, w: int, rows: Sizes, columns: Sizes, ceil_mode: bool, extra: int) -> None:
    functional, shape = torch.nn.functional, (2, 3, h, w)
    x, (kernel, stride, dilation, padding) = meta(shape), tuple(zip(rows, columns, strict=True))
    weight = meta((4, 3, *kernel))
    expected = truth(lambda: functional.conv2d(x, weight, None, stride, padding, dilation))
    assert shapes.window(shape, kernel, stride, dilation, padding, (4,)) == expected
    expected = truth(lambda: functional.max_pool2d(x, kernel, stride, padding, dilation, ceil_mode))
    if expected is not None:
        assert shapes.window(shape, kernel, stride, dilation, padding, ceil_mode=ceil_mode) == expected
    expected = truth(lambda: functional.unfold(x, kernel, dilation, padding, stride))
    if expected is not None:
        assert shapes.unfolded(shape, kernel, stride, dilation, padding) == expected
    added, weight = (extra, extra), weight.transpose(0, 1)
    expected = truth(lambda: functional.conv_transpose2d(x, weight, None, stride, padding, added, 1, dilation))
    if expected is not None:
        assert shapes.transposed(shape, kernel, stride, dilation, padding, added, 4) == expected


@FEW
@given(st.lists(st.text("abc", min_size=1, max_size=3), min_size=1, max_size=3), st.text("abc", max_size=3))
def test_einsum(terms: list[str], right: str) -> None:
    sides = {"a": 2, "b": 3, "c": 5}
    operands = [tuple(sides[name] for name in term) for term in terms]
    for equation in (",".join(terms), f"{','.join(terms)}->{right}", f"...{',...'.join(terms)}->...{right}"):
        expected = truth(lambda: torch.einsum(equation, *map(meta, operands)))  # noqa: B023
        if expected is not None:
            assert einsum(equation, operands)[0] == expected

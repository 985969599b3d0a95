"""The conditions of the rules against brute force: every tap of every window is enumerated."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from fixing import RULES

from convlint.network.changes import SetArguments
from convlint.network.layers import Kind, Layer, Unknown
from convlint.source import Place

SMALL = tuple(product(range(1, 6), range(1, 5), range(1, 4), range(4)))
"""Kernel size, stride, dilation and padding."""


def layer(kind: Kind, k: int, s: int, d: int, p: int, **options: object) -> Layer:
    names = {Kind.TRANSPOSED: "ConvTranspose1d", Kind.AVERAGE_POOL: "AvgPool1d", Kind.MAX_POOL: "MaxPool1d"}
    op = f"torch.nn.{names.get(kind, 'Conv1d')}"
    return Layer(op, kind, Place("m.py", 1, 1, 1, 9), (k,), (s,), (d,), (p,), 4, 4, 1, options)


def fires(rule: str, built: Layer) -> bool:
    return bool(list(RULES[rule].check(built)))


def windows(n: int, k: int, s: int, d: int, p: int) -> Iterator[list[int]]:
    """The positions of the padded input that each window of a convolution or pool meets."""
    for o in range((n + 2 * p - d * (k - 1) - 1) // s + 1):
        yield [o * s - p + t * d for t in range(k)]


def hits(n: int, k: int, s: int, d: int, p: int, op: int = 0) -> list[int]:
    """How many taps of a transposed convolution meet each position of its output."""
    counts = [0] * ((n - 1) * s - 2 * p + d * (k - 1) + op + 1)
    for i, t in product(range(n), range(k)):
        if 0 <= i * s - p + t * d < len(counts):
            counts[i * s - p + t * d] += 1
    return counts


def interior(counts: list[int], k: int, s: int, d: int) -> list[int]:
    reach = d * (k - 1) + s
    return counts[reach:-reach]


@pytest.mark.parametrize(("k", "s", "d", "p"), SMALL)
def test_holes_and_overlap_of_transposed_convolutions(k: int, s: int, d: int, p: int) -> None:
    inside = interior(hits(40, k, s, d, p), k, s, d)
    built = layer(Kind.TRANSPOSED, k, s, d, p, output_padding=0)
    assert fires("transposed-holes", built) == (min(inside) == 0)
    assert fires("transposed-uneven-overlap", built) == (min(inside) > 0 and len(set(inside)) > 1)


@pytest.mark.parametrize(("k", "s", "d", "p"), SMALL)
def test_output_padding_over_padding(k: int, s: int, d: int, p: int) -> None:
    for op in range(max(s, d)):  # more is refused by torch
        built = layer(Kind.TRANSPOSED, k, s, d, p, output_padding=op)
        last = hits(40, k, s, d, p, op)
        trailing = next((index for index, count in enumerate(reversed(last)) if count), len(last))
        # Behind the last tap: one tap reaches the end unless something is appended that no tap meets.
        behind = range(len(last) - (op - p), len(last)) if trailing >= max(1, op - p) and op > p else range(0)
        reach = d * (k - 1) + s
        met = {index % s for index in range(reach, len(last) - reach) if last[index]}
        # What is a hole everywhere is told by the rule on holes alone.
        assert fires("transposed-output-padding", built) == any(index % s in met for index in behind)
        if behind and not fires("transposed-output-padding", built):
            assert fires("transposed-holes", built)


def test_one_finding_tells_of_a_wide_stride_with_output_padding() -> None:
    up = layer(Kind.TRANSPOSED, 1, 2, 1, 0, output_padding=1)
    about_layers = [name for name, rule in RULES.items() if Layer in rule.facts]
    assert [name for name in about_layers if fires(name, up)] == ["transposed-holes"]


@pytest.mark.parametrize(("k", "s", "d", "p"), SMALL)
def test_windows_of_padding_alone(k: int, s: int, d: int, p: int) -> None:
    empty = any(not any(0 <= x < 40 for x in window) for window in windows(40, k, s, d, p))
    assert fires("padding-only-window", layer(Kind.CONVOLUTION, k, s, d, p, padding_mode="zeros")) == empty


@pytest.mark.parametrize(("k", "s", "d", "p"), SMALL)
def test_padding_that_is_read_on_one_side(k: int, s: int, d: int, p: int) -> None:
    n = 24
    if n + 2 * p - d * (k - 1) - 1 < 0 or n % s:
        return
    read = {x for window in windows(n, k, s, d, p) for x in window}
    near, far = sum(x < 0 for x in read), sum(x >= n for x in read)
    in_reach = max(read) >= n - 1
    assert fires("uneven-padding", layer(Kind.CONVOLUTION, k, s, d, p)) == (in_reach and far < near)


@pytest.mark.parametrize(("k", "s", "d", "p"), [case for case in SMALL if case[2] == 1])
def test_pools_that_do_nothing(k: int, s: int, d: int, p: int) -> None:
    same = [list(window) for window in windows(9, k, s, d, p)] == [[x] for x in range(9)]
    for kind in (Kind.MAX_POOL, Kind.AVERAGE_POOL):
        assert fires("no-op-pool", layer(kind, k, s, d, p)) == same


@pytest.mark.parametrize("rule", ["transposed-holes", "transposed-uneven-overlap", "transposed-output-padding"])
def test_only_transposed_convolutions_write(rule: str) -> None:
    assert not fires(rule, layer(Kind.CONVOLUTION, 1, 2, 1, 0, output_padding=1))


@pytest.mark.parametrize("rule", sorted(name for name, rule in RULES.items() if Layer in rule.facts))
def test_what_is_not_known_is_not_reported(rule: str) -> None:
    unknown = Unknown("no-default")
    for kind in Kind:
        built = Layer(
            f"torch.nn.{kind.name}", kind, Place("m.py", 1, 1, 1, 9), (unknown,), (unknown,), (unknown,), (unknown,),
            unknown, unknown, unknown,
        )  # fmt: skip
        assert list(RULES[rule].check(built)) == []
        built = Layer(f"torch.nn.{kind.name}", kind, Place("m.py", 1, 1, 1, 9), unknown, unknown, unknown, unknown)
        assert list(RULES[rule].check(built)) == []


def test_average_pools_that_count_padding() -> None:
    for k, p, counted in product((2, 3), (0, 1), (True, False)):
        n, bias = 8, False
        for window in windows(n, k, 1, 1, p):
            real = sum(0 <= x < n for x in window)
            bias = bias or (counted and real < k)
        built = layer(Kind.AVERAGE_POOL, k, 1, 1, p, count_include_pad=counted)
        assert fires("avgpool-border-bias", built) == bias


@pytest.mark.parametrize(
    ("k", "s", "p"), [(k, s, p) for k, s, p in product(range(1, 5), range(2, 6), range(4)) if k < s]
)
@pytest.mark.parametrize("kind", [Kind.CONVOLUTION, Kind.MAX_POOL, Kind.AVERAGE_POOL])
def test_the_first_remedy_of_a_small_kernel_reads_everything(kind: Kind, k: int, s: int, p: int) -> None:
    """At every size, also at the far edge; any other one at least far from the edges."""
    if kind is not Kind.CONVOLUTION and p > k // 2:
        return  # torch refuses it
    (problem,) = RULES["dead-pixels"].check(layer(kind, k, s, 1, p, ceil_mode=False))
    grown: list[dict[str, Any]] = [
        dict(remedy.change.values) for remedy in problem.remedies if isinstance(remedy.change, SetArguments)
    ]
    kept = [values for values in grown if "ceil_mode" not in values]
    assert kept
    for number, values in enumerate(kept):
        (k2,), (p2,) = values["kernel_size"], values["padding"]
        assert kind is Kind.CONVOLUTION or p2 <= k2 // 2
        for n in range(k, 40):
            before, after = list(windows(n, k, s, 1, p)), list(windows(n, k2, s, 1, p2))
            assert len(before) == len(after)
            read = {x for window in after for x in window}
            inside = range(n) if number == 0 else range(max(0, n - s + 1))
            assert read.issuperset(inside) or not before

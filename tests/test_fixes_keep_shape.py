"""Every fix of every rule, against torch: the output keeps its shape for every input, and the finding is gone."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

import pytest
from fixing import RULES, findings
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from convlint.examples import Expectation, examples
from convlint.findings import Applicability
from convlint.fixes.apply import apply_edits

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # torch complains where numpy is missing
    torch: Any = pytest.importorskip("torch")

torch.set_num_threads(1)

IMPORTS = "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n\n"
CONTEXTS = (
    "layer = {}\n",
    "layer = nn.Sequential({}, nn.Identity())\n",
    "layer = nn.Sequential(\n    nn.Identity(),\n    {},\n)\n",
)
PROPERTY = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
CHANNELS = 4


def shapes(text: str, rank: int, sizes: Sequence[int]) -> list[tuple[int, ...] | None]:
    """The output shape of ``layer`` for each input size; None where torch raises."""
    names: dict[str, Any] = {}
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        exec(text, names)
        found: list[tuple[int, ...] | None] = []
        for size in sizes:
            try:
                found.append(
                    tuple(names["layer"](torch.empty(1, CHANNELS, *[size + axis for axis in range(rank)])).shape)
                )
            except (RuntimeError, ValueError):
                found.append(None)
    return found


def check(text: str, rank: int, rules: Sequence[str], sizes: Sequence[int], at_least: int = 0) -> int:
    """Hold every fix of every finding in ``text`` to its promise. Gives how many there were."""
    before = shapes(text, rank, sizes)
    number = 0
    for finding in findings(text, rules):
        for fix in finding.fixes:
            if fix.applicability is Applicability.SUGGESTION:
                continue
            number += 1
            mended = apply_edits(text, fix.edits)
            after = shapes(mended, rank, sizes)
            assert [a for a, b in zip(after, before, strict=True) if b] == [b for b in before if b], (fix.title, mended)
            again = [other.message for other in findings(mended, rules) if other.rule == finding.rule]
            assert again == [], (fix.title, mended)
    assert number >= at_least, text
    return number


def axes(draw: st.DrawFn, rank: int, low: int, high: int) -> str:
    """One number, or one for each axis."""
    numbers = st.integers(low, high)
    return str(draw(numbers)) if draw(st.booleans()) else str(tuple(draw(numbers) for _ in range(rank)))


SIZES = st.lists(st.integers(1, 40), min_size=6, max_size=6)


@st.composite
def convolutions(
    draw: st.DrawFn, kernel: tuple[int, int] = (1, 4), dilation: tuple[int, int] = (1, 4)
) -> tuple[int, str]:
    rank = draw(st.integers(1, 3))
    parts = [f"kernel_size={axes(draw, rank, *kernel)}", f"stride={axes(draw, rank, 1, 4)}"]
    if draw(st.booleans()):
        parts.append(f"dilation={axes(draw, rank, *dilation)}")
    if draw(st.booleans()):
        parts.append(f"padding={axes(draw, rank, 0, 4)}")
    if draw(st.booleans()):
        parts.append(f"groups={CHANNELS}")
    return rank, f"nn.Conv{rank}d({CHANNELS}, {CHANNELS}, {', '.join(parts)})"


@PROPERTY
@given(convolutions(), st.sampled_from(CONTEXTS), SIZES)
@example((2, "nn.Conv2d(4, 4, 3, stride=2, padding=2, dilation=2)"), CONTEXTS[0], [1, 2, 7, 8, 32, 33])
@example((2, "nn.Conv2d(4, 4, 1, 2)"), CONTEXTS[2], [1, 2, 7, 8, 32, 33])
@example((1, "nn.Conv1d(4, 4, 1, 3)"), CONTEXTS[1], [1, 2, 7, 8, 32, 33])
@example((3, "nn.Conv3d(4, 4, (1, 3, 1), (2, 1, 2), padding=(0, 1, 0))"), CONTEXTS[0], [1, 2, 7, 8, 9, 10])
def test_convolutions_with_dead_pixels(built: tuple[int, str], context: str, sizes: list[int]) -> None:
    rank, call = built
    check(IMPORTS + context.format(call), rank, ["dead-pixels"], sizes)


@PROPERTY
@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 3), SIZES)
def test_pointwise_and_small_convolutions_always_have_a_fix(k: int, s: int, p: int, sizes: list[int]) -> None:
    assume(k < s)
    check(IMPORTS + f"layer = nn.Conv2d(4, 4, {k}, {s}, {p})\n", 2, ["dead-pixels"], sizes, at_least=1)


@PROPERTY
@given(st.sampled_from([3, 5, 7]), st.integers(2, 4), st.integers(2, 6), SIZES)
def test_a_dilation_that_shares_a_factor_always_has_a_fix(k: int, s: int, d: int, sizes: list[int]) -> None:
    call = f"nn.Conv2d(4, 4, {k}, stride={s}, dilation={d}, padding={d * (k - 1) // 2})"
    text = IMPORTS + f"layer = {call}\n"
    assume(findings(text))
    assume(k >= s)
    check(text, 2, ["dead-pixels"], sizes, at_least=2)


@st.composite
def pools(draw: st.DrawFn) -> tuple[int, str]:
    rank = draw(st.integers(1, 3))
    word = draw(st.sampled_from(["Max", "Avg"]))
    parts = [axes(draw, rank, 1, 3), f"stride={axes(draw, rank, 1, 4)}"]
    if draw(st.booleans()):
        parts.append("padding=1" if word == "Max" and parts[0] != "1" else "padding=0")
    if draw(st.booleans()):
        parts.append(f"ceil_mode={draw(st.booleans())}")
    if draw(st.booleans()):
        return rank, f"layer = nn.{word}Pool{rank}d({', '.join(parts)})\n"
    return rank, f"def layer(x):\n    return F.{word.lower()}_pool{rank}d(x, {', '.join(parts)})\n"


@PROPERTY
@given(pools(), SIZES)
@example((2, "def layer(x):\n    return F.max_pool2d(x, 1, 2)\n"), [1, 2, 7, 8, 32, 33])
@example((2, "layer = nn.AvgPool2d(1, stride=2)\n"), [1, 2, 7, 8, 32, 33])
def test_pools_with_dead_pixels(built: tuple[int, str], sizes: list[int]) -> None:
    rank, text = built
    check(IMPORTS + text, rank, ["dead-pixels"], sizes)


HELPER = """def conv1x1(in_planes, out_planes, stride=1):
    \"\"\"A pointwise convolution.\"\"\"
    return nn.Conv2d(in_planes, out_planes, kernel_size=1, stride=stride, bias=False)


def downsample(stride={stride}):
    return nn.Sequential(conv1x1(4, 8, {argument}), nn.BatchNorm2d(8))


layer = downsample()
"""


@PROPERTY
@given(st.sampled_from([2, 3, 4, (2, 1), (1, 2)]), st.sampled_from(["stride", "stride=stride"]), SIZES)
def test_a_helper_is_mended_where_its_stride_is_passed(stride: object, argument: str, sizes: list[int]) -> None:
    text = IMPORTS + HELPER.format(stride=stride, argument=argument)
    assert check(text, 2, ["dead-pixels"], sizes) == 2
    (finding,) = findings(text)
    mended = apply_edits(text, finding.fixes[0].edits)
    assert "nn.AvgPool2d(stride, stride, ceil_mode=True, count_include_pad=False), conv1x1(4, 8)" in mended
    # Stride 1 stays what it was.
    one = [text.replace("downsample()", "downsample(1)") for text in (text, mended)]
    assert shapes(one[0], 2, sizes) == shapes(one[1], 2, sizes)


BLOCK = """class Block(nn.Module):
    def __init__(self, channels, kernel, stride, dilation, pad):
        super().__init__()
        self.conv = nn.Conv2d(4, channels, kernel, stride=stride, padding={padding}, dilation=dilation)

    def forward(self, x):
        return torch.relu(self.conv(x))


layer = nn.Sequential(*[Block(4, {kernel}, {stride}, {dilation}, {pad}) for {name} in {values}])
"""


@PROPERTY
@given(st.sampled_from([3, 5]), st.integers(2, 4), st.lists(st.integers(1, 4), min_size=1, max_size=2), SIZES)
@example(3, 2, [1, 2], [1, 2, 7, 8, 32, 33])
def test_a_dilation_that_is_passed_on(k: int, s: int, dilations: list[int], sizes: list[int]) -> None:
    padding = "dilation" if k == 3 else "2 * dilation"
    text = IMPORTS + BLOCK.format(
        padding=padding, kernel=k, stride=s, dilation="d", pad=0, name="d", values=tuple(dilations)
    )
    shared = k == 3 and s < 4 and any(math.gcd(s, d) > 1 for d in dilations)
    check(text, 2, ["dead-pixels"], sizes, at_least=2 * shared)


@PROPERTY
@given(st.integers(1, 3), st.integers(2, 5), st.integers(0, 2), SIZES)
def test_a_kernel_that_is_passed_on(k: int, s: int, p: int, sizes: list[int]) -> None:
    assume(k < s)
    text = IMPORTS + BLOCK.format(padding="pad", kernel=k, stride=s, dilation=1, pad=p, name="_", values=(0,))
    check(text, 2, ["dead-pixels"], sizes, at_least=1)


TRANSPOSED = ("transposed-holes", "transposed-output-padding", "transposed-uneven-overlap")


@PROPERTY
@given(
    st.integers(1, 3), st.integers(1, 6), st.integers(1, 4), st.integers(0, 2), st.integers(0, 3),
    st.sampled_from([1, 1, 2]), st.sampled_from(TRANSPOSED), SIZES,
)  # fmt: skip
@example(2, 3, 2, 1, 1, 1, "transposed-uneven-overlap", [1, 2, 3, 7, 8])
@example(2, 1, 2, 0, 1, 1, "transposed-holes", [1, 2, 3, 7, 8])
@example(2, 3, 2, 0, 1, 1, "transposed-output-padding", [1, 2, 3, 7, 8])
def test_transposed_convolutions(
    rank: int, k: int, s: int, p: int, op: int, d: int, rule: str, sizes: list[int]
) -> None:
    call = f"nn.ConvTranspose{rank}d(4, 4, {k}, stride={s}, padding={p}, output_padding={op}, dilation={d})"
    check(IMPORTS + f"layer = {call}\n", rank, [rule], [min(size, 12) for size in sizes])


@PROPERTY
@given(st.integers(1, 6), st.integers(1, 4), st.integers(0, 2), st.integers(1, 3), st.integers(1, 9))
def test_a_longer_transposed_kernel_with_zeros_is_the_same_function(k: int, s: int, p: int, op: int, n: int) -> None:
    assume(op < s and (n - 1) * s - 2 * p + k + op > 0)
    old = torch.nn.ConvTranspose1d(2, 3, k, stride=s, padding=p, output_padding=op)
    new = torch.nn.ConvTranspose1d(2, 3, k + op, stride=s, padding=p)
    with torch.no_grad():
        new.weight.zero_()
        new.weight[..., :k] = old.weight
        new.bias.copy_(old.bias)
        x = torch.randn(1, 2, n)
        assert torch.allclose(new(x), old(x), atol=1e-5)


@PROPERTY
@given(st.sampled_from(["Max", "Avg"]), st.integers(1, 3), SIZES)
def test_a_pool_that_does_nothing(word: str, rank: int, sizes: list[int]) -> None:
    text = IMPORTS + f"layer = nn.Sequential(nn.{word}Pool{rank}d(1, stride=1), nn.Identity())\n"
    assert check(text, rank, ["no-op-pool"], sizes) == 1
    assert findings(text, ["no-op-pool"])[0].fixes[0].applicability is Applicability.SAFE


@PROPERTY
@given(st.integers(2, 4), st.integers(1, 3), SIZES)
def test_an_average_that_counts_padding(k: int, s: int, sizes: list[int]) -> None:
    assert check(IMPORTS + f"layer = nn.AvgPool2d({k}, {s}, padding=1)\n", 2, ["avgpool-border-bias"], sizes) == 1


@PROPERTY
@given(st.sampled_from(["ReLU()", "ReLU6()", "Sigmoid()", "Hardsigmoid()", "Softmax(1)"]), st.integers(1, 3), SIZES)
def test_an_activation_that_changes_nothing(first: str, rank: int, sizes: list[int]) -> None:
    text = IMPORTS + f"layer = nn.Sequential(nn.{first}, nn.ReLU(inplace=True), nn.Identity())\n"
    assert check(text, rank, ["repeated-activation"], sizes) == 1
    ((fix,),) = (finding.fixes for finding in findings(text, ["repeated-activation"]))
    assert fix.applicability is Applicability.SAFE
    before, after = ({}, {})  # type: tuple[dict[str, Any], dict[str, Any]]
    exec(text, before)
    exec(apply_edits(text, fix.edits), after)
    x = torch.randn(2, 3, *[size % 7 + 1 for size in sizes[:rank]]) * 10
    assert torch.equal(before["layer"](x), after["layer"](x))


@PROPERTY
@given(
    st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.integers(0, 2), st.sampled_from([1, 2, 4]),
    st.sampled_from(["BatchNorm{}d(8)", "InstanceNorm{}d(8)", "GroupNorm(8, 8)"]), SIZES,
)  # fmt: skip
def test_a_bias_before_normalisation(
    rank: int, k: int, s: int, p: int, groups: int, norm: str, sizes: list[int]
) -> None:
    conv = f"nn.Conv{rank}d(4, 8, {k}, stride={s}, padding={p}, groups={groups})"
    text = IMPORTS + f"layer = nn.Sequential({conv}, nn.{norm.format(rank)}).eval()\n"
    assert check(text, rank, ["bias-before-norm"], sizes) == 1


@PROPERTY
@given(st.sampled_from(["bilinear", "bicubic"]), st.floats(0.1, 0.9), st.sampled_from(["True", "False", "None"]), SIZES)
def test_resizing_that_drops_pixels(mode: str, factor: float, corners: str, sizes: list[int]) -> None:
    options = f"scale_factor={factor}, mode={mode!r}, align_corners={corners}"
    check(IMPORTS + f"def layer(x):\n    return F.interpolate(x, {options})\n", 2, ["interpolate-drops-pixels"], sizes)


HELD = {
    "avgpool-border-bias", "bias-before-norm", "dead-pixels", "interpolate-drops-pixels", "no-op-pool",
    "repeated-activation", *TRANSPOSED,
}  # fmt: skip
"""The rules of the tests above."""


@pytest.mark.parametrize("name", RULES)
def test_every_rule_with_fixes_is_held_to_them(name: str) -> None:
    """As far as the examples on its page bring its fixes out; all of them, by ``fixed`` blocks, have some there."""
    applied = any(
        fix.applicability is not Applicability.SUGGESTION
        for example in examples(RULES[name])
        if example.language == "python" and example.expectation is Expectation.BAD
        for finding in findings(example.text, [name])
        for fix in finding.fixes
    )
    assert applied == (name in HELD)

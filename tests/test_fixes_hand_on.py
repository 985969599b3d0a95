"""The stride of a 1x1 convolution goes to the one that follows: with torch, and where it must not be offered."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from fixing import findings
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from convlint.findings import Applicability
from convlint.fixes.apply import apply_edits

TITLE = "stride 1 here, the stride in the convolution that follows"
HEAD = """import torch
import torch.nn.functional as F
from torch import nn


def conv1x1(in_planes, out_planes, stride=1):
    return nn.Conv2d(in_planes, out_planes, kernel_size=1, stride=stride, bias=False)


def conv3x3(in_planes, out_planes, stride=1, groups=1, dilation=1):
    return nn.Conv2d(in_planes, out_planes, 3, stride, dilation, groups=groups, bias=False, dilation=dilation)


"""
BLOCK = """class Bottleneck(nn.Module):
    def __init__(self, stride=1, dilation=1, norm=nn.BatchNorm2d):
        super().__init__()
        self.conv1 = {first}
        self.bn1 = norm(8)
        self.conv2 = {second}
        self.bn2 = norm(8)
        self.relu = nn.ReLU(inplace=True)
        self.shortcut = conv1x1(4, 8, stride)

    def forward(self, x):
{forward}
        out = self.relu(self.bn2(out))
        return out + self.shortcut(x)


layer = Bottleneck({stride}).eval()
"""
SEQUENTIAL = """class Bottleneck(nn.Module):
    def __init__(self, stride=1, dilation=1, norm=nn.BatchNorm2d):
        super().__init__()
        self.body = nn.Sequential({first}, norm(8), nn.ReLU(), {second}, norm(8))
        self.shortcut = conv1x1(4, 8, stride)

    def forward(self, x):
        return self.body(x) + self.shortcut(x)


layer = Bottleneck({stride}).eval()
"""
FORWARDS = (
    "        out = self.conv1(x)\n        out = self.bn1(out)\n"
    "        out = self.relu(out)\n        out = self.conv2(out)",
    "        out = self.conv2(F.relu(self.bn1(self.conv1(x)), inplace=True))",
    "        y = self.conv1(x)\n        y = torch.relu(y)\n        if x.dim() > 9:\n            print(x)\n"
    "        out = self.conv2(y)",
)
FIRSTS = ("conv1x1(4, 8, stride)", "conv1x1(4, 8, stride=stride)", "nn.Conv2d(4, 8, 1, stride)",
          "nn.Conv2d(4, 8, kernel_size=(1, 1), stride=stride, bias=False)")  # fmt: skip
PROPERTY = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


def handed(text: str) -> list[str]:
    """The texts after each fix that hands a stride on."""
    return [
        apply_edits(text, fix.edits) for found in findings(text) for fix in found.fixes if fix.title.startswith(TITLE)
    ]


@st.composite
def seconds(draw: st.DrawFn) -> str:
    kernel, dilation = draw(st.sampled_from([3, 5, 7])), draw(st.sampled_from([1, 1, 3]))
    call = f"nn.Conv2d(8, 8, {kernel}, padding={dilation * (kernel // 2)}, dilation={dilation})"
    return draw(
        st.sampled_from(
            [
                call,
                f"nn.Conv2d(8, 8, kernel_size={kernel}, stride=1, padding={kernel // 2}, bias=False)",
                "conv3x3(8, 8)",
                "conv3x3(8, 8, 1, 2, dilation)",
                "conv3x3(8, 8, stride=1, dilation=dilation)",
                "nn.Conv2d(8, 8, 3, padding=dilation, dilation=dilation, groups=2)",
            ]
        )
    )


@PROPERTY
@given(
    st.sampled_from([BLOCK, SEQUENTIAL]), st.sampled_from(FIRSTS), seconds(), st.sampled_from(FORWARDS),
    st.sampled_from([2, 3, (2, 1)]), st.lists(st.integers(1, 40), min_size=5, max_size=5),
)  # fmt: skip
@example(BLOCK, FIRSTS[0], "conv3x3(8, 8, 1, 1, dilation)", FORWARDS[0], 2, [1, 2, 7, 8, 33])
@example(SEQUENTIAL, FIRSTS[2], "nn.Conv2d(8, 8, 3, padding=1)", FORWARDS[0], 2, [1, 2, 7, 8, 33])
def test_all_shapes_and_keys_stay(
    template: str, first: str, second: str, forward: str, stride: object, sizes: list[int]
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch: Any = pytest.importorskip("torch")
    assume(not (stride == 3 and "dilation=3" in second))  # that would skip again
    text = HEAD + template.format(first=first, second=second, forward=forward, stride=stride)
    (mended,) = handed(text)
    models: list[Any] = []
    for source in (text, mended):
        names: dict[str, Any] = {}
        exec(source, names)
        models.append(names["layer"])
    before, after = models
    after.load_state_dict(before.state_dict())  # strict: same keys and shapes
    with torch.no_grad():
        for size in sizes:
            x = torch.randn(1, 4, size, size + 1)
            assert before(x).shape == after(x).shape
    left = findings(mended)
    # Of the two findings before, the one on the shortcut is left.
    assert len(left) == 1
    assert len(findings(text)) == 2
    assert handed(mended) == []


DIRECT = BLOCK.format(first=FIRSTS[2], second="nn.Conv2d(8, 8, 3, padding=1)", forward=FORWARDS[0], stride=2)
ONE_AFTER = SEQUENTIAL.format(first=FIRSTS[0], second="nn.Conv2d(8, 8, 3, padding=1)", stride=2)


def test_the_two_sources_that_the_others_change_have_the_fix() -> None:
    assert len(handed(HEAD + DIRECT)) == len(handed(HEAD + ONE_AFTER)) == 1


def test_leaving_out_earlier_is_suggested_beside_it_and_never_applied() -> None:
    first = next(found for found in findings(HEAD + DIRECT) if found.fixes[0].title.startswith(TITLE))
    assert [fix.applicability for fix in first.fixes[:2]] == [Applicability.UNSAFE, Applicability.SUGGESTION]
    assert "evaluation" in first.fixes[1].title
    assert first.fixes[1].edits == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("nn.Conv2d(8, 8, 3, padding=1)", "nn.Conv2d(8, 8, 3)"),  # another size
        ("nn.Conv2d(8, 8, 3, padding=1)", "nn.Conv2d(8, 8, 4, padding=1)"),
        ("nn.Conv2d(8, 8, 3, padding=1)", "nn.Conv2d(8, 8, 3, padding=1, dilation=2)"),
        ("nn.Conv2d(8, 8, 3, padding=1)", "nn.Conv2d(8, 8, 5, padding=dilation, dilation=dilation)"),
        ("nn.Conv2d(8, 8, 3, padding=1)", "nn.Conv2d(8, 8, 3, padding='same')"),
        ("nn.Conv2d(8, 8, 3, padding=1)", "nn.Conv2d(8, 8, 3, stride, padding=1)"),  # two strides
        ("nn.Conv2d(8, 8, 3, padding=1)", "nn.Conv2d(8, 8, dilation, padding=1)"),
        ("nn.Conv2d(8, 8, 3, padding=1)", "nn.Conv2d(8, 8, 1)"),  # reads no more
        ("nn.Conv2d(8, 8, 3, padding=1)", "nn.Conv2d(*[8, 8, 3], padding=1)"),
        ("nn.Conv2d(8, 8, 3, padding=1)", "nn.MaxPool2d(3, 1, padding=1)"),  # no convolution
        ("nn.Conv2d(8, 8, 3, padding=1)", "nn.ConvTranspose2d(8, 8, 3, padding=1)"),
        ("out = self.bn1(out)", "out = self.bn1(out)\n        side = self.relu(out)"),  # somebody else reads it
        ("out = self.bn1(out)", "out = self.bn1(out)\n        self.seen = out"),
        ("out = self.conv2(out)", "y = self.conv2(out)\n        out = y + out"),
        ("out = self.conv2(out)", "out, self.seen = self.conv2(out), out"),
        ("out = self.conv2(out)", "for _ in range(1):\n            out = self.conv2(out)"),
        ("out = self.bn1(out)", "if x.dim() > 9:\n            return out\n        out = self.bn1(out)"),
        ("out = self.bn1(out)", "out = F.max_pool2d(out, 3, 1, 1)"),  # no activation
        ("self.bn1 = norm(8)", "self.bn1 = nn.MaxPool2d(3, 1, 1)"),
        ("self.bn1 = norm(8)", "self.bn1 = norm(8)\n        stride = 1"),  # another stride
        ("self.bn1 = norm(8)", "self.bn1 = norm(8)\n        self.conv1.stride = (1, 1)"),
        ("self.bn1 = norm(8)", "self.bn1 = norm(8)\n        self.also = self.conv1"),  # called elsewhere
        ("nn.Conv2d(8, 8, 3, padding=1)", "nn.Conv2d(8, 8, 3, 2, padding=1)"),
        ("nn.Conv2d(8, 8, 3, padding=1)", "nn.Conv3d(8, 8, 3, padding=1)"),
        ("self.conv2 = nn.Conv2d", "if dilation < 9:\n            self.conv2 = nn.Conv2d"),  # not where the first is
        ("out = self.conv2(out)", "out = self.conv2(out) + out"),
        ("out = self.conv2(out)", "out = out + self.conv2(out)"),
        ("out = self.conv2(out)", "y = self.conv2(out)\n        self.seen = out\n        out = y"),
        ("out = self.relu(out)", "out = F.relu(out, x)"),
        ("layer =", "for module in Bottleneck(2).modules():\n    module.stride = (1, 1)\n\n\nlayer ="),
        ("layer =", "class Other(Bottleneck):\n    pass\n\n\nlayer ="),  # which may have a forward of its own
    ],
)
def test_where_shapes_may_change_it_is_not_offered(old: str, new: str) -> None:
    assert old in DIRECT
    assert handed(HEAD + DIRECT.replace(old, new, 1)) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("return self.body(x)", "return self.body[0](x).mean() + self.body(x)"),
        ("return self.body(x)", "for layer in self.body:\n            x = layer(x)\n        return x"),
        ("norm(8), nn.ReLU(), ", "norm(8), nn.AvgPool2d(3, 1, 1), "),
        ("norm(8), nn.ReLU(), ", "*[norm(8)], "),
        ("layer =", "class Other(Bottleneck):\n    pass\n\n\nlayer ="),
    ],
)
def test_nor_where_a_sequence_may_be_taken_apart(old: str, new: str) -> None:
    assert old in ONE_AFTER
    assert handed(HEAD + ONE_AFTER.replace(old, new, 1)) == []


@pytest.mark.parametrize(
    "forward",
    [
        "for y in (x,):\n            out = self.conv1(y)\n            out = self.conv2(out)",
        "if x.dim() < 9:\n            y = self.conv1(x)\n            out = self.conv2(y)\n        self.seen = y",
        "y = self.conv1(x)\n        def later():\n            return y\n        out = self.conv2(y)",
        "out = [self.conv2(y) for y in [self.conv1(x)]][0]",
        "out = self.conv1(x)\n        out = self.conv2(out) if x.dim() < 9 else out",
        "out = self.conv1(x)\n        out += 1\n        out = self.conv2(out)",
        "(out := self.conv1(x))\n        out = self.conv2(out)",
    ],
)
def test_nor_where_the_result_goes_other_ways(forward: str) -> None:
    text = BLOCK.format(first=FIRSTS[2], second="nn.Conv2d(8, 8, 3, padding=1)", forward="        " + forward, stride=2)
    assert handed(HEAD + text) == []


def test_a_forward_that_is_inherited_in_one_file() -> None:
    base, _, rest = DIRECT.partition("    def forward")
    init = base.replace("class Bottleneck(nn.Module)", "class Caffe(Base)")
    text = f"{HEAD}class Base(nn.Module):\n    def forward{rest.partition('layer =')[0]}{init}\nlayer = Caffe(2)\n"
    (mended,) = handed(text)
    assert "nn.Conv2d(4, 8, 1, 1)" in mended
    assert "nn.Conv2d(8, 8, 3, padding=1, stride=stride)" in mended
    assert handed(text.replace("class Caffe", "class Other(Caffe):\n    pass\n\n\nclass Caffe")) == []

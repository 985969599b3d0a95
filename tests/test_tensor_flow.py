"""What is seen of tensors in ``forward``: slices of one tensor in many spellings, and what directly follows what."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest
from fixing import findings

from convlint.evaluate.tensors.reads import TensorReads

HEAD = "import itertools\n\nimport torch\nimport torch.nn.functional as F\nfrom torch import nn\n\n\n"


def forward(body: str, init: str = "pass") -> str:
    """A module with this ``forward``."""
    return (
        f"{HEAD}class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        + textwrap.indent(textwrap.dedent(init).strip(), " " * 8)
        + "\n\n    def forward(self, x, y):\n"
        + textwrap.indent(textwrap.dedent(body).strip(), " " * 8)
        + "\n"
    )


def sliced(body: str, init: str = "pass") -> list[str]:
    return [found.message for found in findings(forward(body, init), ["missing-slice-phases"])]


@pytest.mark.parametrize(
    "body",
    [
        "return torch.cat([x[..., ::2, ::2], x[..., 1::2, ::2], x[..., ::2, 1::2], x[..., 1::2, 1::2]], 1)",
        "return torch.cat([x[:, 0::2, 0::2], x[:, 1::2, 0::2], x[:, 0::2, 1::2], x[:, 1::2, 1::2]], -1)",
        "return torch.cat([x[:, :, i::2, j::2] for i in range(2) for j in range(2)], 1)",
        "return torch.cat([x[:, i::3, j::3] for i, j in itertools.product(range(3), repeat=2)], 1)",
        "p = []\nfor i in (0, 1):\n    for j in (0, 1):\n        p.append(x[..., i::2, j::2])\nreturn torch.cat(p, 1)",
        "a, b = x[:, ::2], x[:, 1::2]\nreturn torch.cat([a[..., ::2], a[..., 1::2], b[..., ::2], b[..., 1::2]])",
        "r = 2\nreturn torch.cat([x[..., :, i::r] for i in range(r)], 1)",
        "return torch.stack((x[..., 0::2], x[..., 1::2]))",
        # Another reader.
        "return x + F.pad(x[..., ::2], (0, 3))",
        "return torch.relu(x), x[..., ::2]",
        "z = x[:, :, ::2]\nreturn helper(x) + z",
        "return x.mean(), x[:, ::2]",
        # What a module keeps is there for the next call.
        "self.kept = x\nreturn x[:, ::2]",
        "self.kept = x\nif y:\n    self.kept = torch.relu(x)\nz = self.kept\nreturn z[:, ::2]",
        # Filtered first, by a function: anti-aliased.
        "x = F.conv2d(x, y)\nreturn x[:, :, ::2, ::2]",
        "x = F.conv2d(x, y).reshape(-1, 8, 8, 3).permute(0, 2, 3, 1)\nreturn x[:, ::2, ::2, :]",
        # What is no grid over all of a tensor.
        "return x[::2]",
        "return x[:, :8:2]",
        "return x[:, 0, ::2]",
        "return x[:, y::2]",
        "return x[:, 1:]",
        "x[:, ::2] = 0\nreturn x",
        "mask = torch.relu(x)\nreturn mask[:, ::4, ::4]",
        "targets = y\nreturn targets[..., ::2]",
        "return list(range(8))[::2]",
    ],
)
def test_what_reads_everything_or_may_stays_silent(body: str) -> None:
    assert sliced(body) == []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("return x[:, :, ::2, ::2]", "the slice of 'x' with step 2x2 reads 1 of every 4 pixels"),
        ("return x[..., ::4, ::4]", "the slice of 'x' with step 4x4 reads 1 of every 16 pixels"),
        ("return x[:, :, 1::2]", "the slice of 'x' with step 2 reads 1 of every 2 positions"),
        (
            "return torch.cat([x[..., ::2, ::2], x[..., 1::2, 1::2]], 1)",
            "the 2 slices of 'x' with step 2x2 read 2 of every 4 pixels, and miss 2 of 4 phases",
        ),
        (
            "return torch.cat([x[..., ::2], x[..., 3::6]], 1)",
            "the 2 slices of 'x' with step 6 read 4 of every 6 positions, and miss 2 of 6 phases",
        ),
        (
            "return torch.cat([x[:, i::2, j::2, :: 2] for i in range(2) for j in range(2)], 1)",
            "the 4 slices of 'x' with step 2x2x2 read 4 of every 8 voxels, and miss 4 of 8 phases",
        ),
        (
            "h = x.shape[2]\nassert x.dim() == 4\nreturn x[..., ::2, ::2]",
            "the slice of 'x' with step 2x2 reads 1 of every 4 pixels",
        ),
    ],
)
def test_what_leaves_phases_out(body: str, message: str) -> None:
    assert sliced(body) == [message]


def test_readers_on_paths_that_exclude_each_other() -> None:
    two = "if y.sum() > 0:\n    return helper(x)\nreturn x[..., ::2]"
    assert sliced(two) == ["the slice of 'x' with step 2 reads 1 of every 2 positions"]
    either = (
        "if y.sum() > 0:\n    z = x[..., 1::2]\nelse:\n    z = x[..., 1::2] * 2\nreturn torch.cat([z, x[..., ::2]])"
    )
    assert sliced(either) == []
    one = "if y.sum() > 0:\n    return x[..., ::2]\nreturn torch.stack([x[..., ::2], x[..., 1::2]])"
    assert len(sliced(one)) == 1


CONVOLUTIONS = "self.a = nn.Conv2d(8, 4, 1, stride=2)\nself.b = nn.Conv2d(8, 4, {}, stride=2)"


@pytest.mark.parametrize(
    ("kernel", "body", "found"),
    [
        (1, "return torch.cat([self.a(x), self.b(x[:, :, 1:, 1:])], 1)", 1),
        (1, "return torch.cat([self.a(x), self.b(x[:, :, 1:, :])], 1)", 1),
        (3, "return torch.cat([self.a(x), self.b(x[:, :, 1:, 1:])], 1)", 0),
        (1, "return torch.cat([self.a(x), torch.relu(x[:, :, 1:, 1:])], 1)", 0),
        # Convolutions alone are another rule's business.
        (1, "return torch.cat([self.a(x), self.b(x)], 1)", 0),
    ],
)
def test_convolutions_that_read_like_slices(kernel: int, body: str, found: int) -> None:
    assert len(sliced(body, CONVOLUTIONS.format(kernel))) == found


PAIR = "self.conv = nn.Conv2d(8, 8, 3)\nself.bn = nn.BatchNorm2d(8)"


@pytest.mark.parametrize(
    ("body", "found", "fixed"),
    [
        ("return self.bn(self.conv(x))", 1, 1),
        ("z = self.conv(x)\nz = self.bn(z)\nreturn z", 1, 1),
        ("z = self.conv(x)\nprint(z.shape)\nreturn self.bn(z)", 1, 1),
        ("z = self.conv(x)\nreturn self.bn(z) + z", 0, 0),
        ("z = self.conv(x)\nreturn self.bn(torch.relu(z))", 0, 0),
        ("return self.bn(self.conv(x)), torch.relu(self.conv(y))", 1, 0),
        ("return self.bn(self.conv(x)), self.conv(y) + 1", 1, 0),
        ("if self.training:\n    return self.bn(self.conv(x))\nreturn self.conv(x) + 1", 0, 0),
    ],
)
def test_a_bias_before_normalisation(body: str, found: int, fixed: int) -> None:
    all_found = findings(forward(body, PAIR), ["bias-before-norm"])
    assert len(all_found) == found
    assert sum(len(each.fixes) for each in all_found) == fixed


def test_a_bias_that_another_variant_needs_is_not_removed() -> None:
    text = (
        f"{HEAD}def make(norm=True):\n    layers = []\n    for width in (8, 16):\n"
        "        conv = nn.Conv2d(8, width, 3)\n        if norm:\n            layers += [conv, nn.BatchNorm2d(width)]\n"
        "        else:\n            layers += [conv, nn.ReLU()]\n    return nn.Sequential(*layers)\n\n\n"
        "def with_norm():\n    return make(True)\n\n\ndef without():\n    return make(False)\n"
    )
    found = findings(text, ["bias-before-norm"])
    assert found
    assert not any(each.fixes for each in found)


def test_the_receptive_field_of_a_row() -> None:
    from itertools import combinations_with_replacement, product

    from fixing import RULES

    has_holes = __import__(type(RULES["gridding"]).__module__, fromlist=["has_holes"]).has_holes
    for kernel, length in product((3, 5), (1, 2, 3)):
        for dilations in combinations_with_replacement(range(1, 8), length):
            seen = {0}
            for dilation in dilations:
                seen = {x + tap * dilation for x in seen for tap in range(kernel)}
            assert has_holes(kernel, dilations) == (len(seen) <= max(seen))
            assert has_holes(kernel, dilations[::-1]) == has_holes(kernel, dilations)


def test_rearranging_alone_filters_nothing() -> None:
    assert len(sliced("x = x.reshape(-1, 8, 8, 3).permute(0, 2, 3, 1)\nreturn x[:, ::2, ::2, :]")) == 1


def test_what_is_in_a_list_already_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    plain = TensorReads.of

    def counted(reads: TensorReads, machine: Any, tensor: Any) -> Any:
        asked.append(tensor)
        return plain(reads, machine, tensor)

    monkeypatch.setattr(TensorReads, "of", counted)
    assert sliced("parts = []\nfor i in range(300):\n    parts.append(x.relu())\nreturn torch.cat(parts)") == []
    assert 300 < len(asked) < 3000

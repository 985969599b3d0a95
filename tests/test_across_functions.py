"""Who reads a tensor in another function or module: pairs of modules, and what strided slices leave out."""

from __future__ import annotations

import textwrap

import pytest
from fixing import findings

from convlint.evaluate.graph import across, successions
from convlint.findings import Finding

HEAD = """import torch
import torch.nn.functional as F
from torch import nn


class Conv(nn.Module):
    def __init__(self, bias=True):
        super().__init__()
        self.conv = nn.Conv2d(8, 8, 3, padding=1, bias=bias)

    def forward(self, x):
        return self.conv(x)


class Norm(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm2d(8)

    def forward(self, x):
        return self.norm(x)


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(8, 8, 3, padding=1, bias=False)
        self.act = nn.ReLU()

    def forward(self, x):
        return self.act(x + self.conv(x))


class First(nn.Module):
    def __init__(self):
        super().__init__()
        self.act = nn.ReLU()
        self.conv = nn.Conv2d(8, 8, 3, padding=1, bias=False)

    def forward(self, x):
        return self.conv(self.act(x))
"""


def network(init: str, forward: str, more: str = "") -> str:
    """The modules above, and a ``Net`` of them."""
    return (
        f"{HEAD}\n\n{textwrap.dedent(more)}\n\n"
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        + textwrap.indent(textwrap.dedent(init).strip() or "pass", " " * 8)
        + "\n\n    def forward(self, x):\n"
        + textwrap.indent(textwrap.dedent(forward).strip(), " " * 8)
        + "\n"
    )


def of(rule: str, init: str, forward: str, more: str = "") -> list[Finding]:
    return [each for each in findings(network(init, forward, more), [rule]) if "model.Net" in each.entry_points]


CONV = "self.conv = Conv()\nself.norm = nn.BatchNorm2d(8)"
BOTH = "self.conv = Conv()\nself.norm = Norm()"


@pytest.mark.parametrize(
    ("init", "forward", "found"),
    [
        (CONV, "return self.norm(self.conv(x))", 1),
        (CONV, "y = self.conv(x)\nprint(y.shape)\nreturn torch.relu(self.norm(y))", 1),
        ("self.conv = nn.Conv2d(8, 8, 1)\nself.norm = Norm()", "return self.norm(self.conv(x))", 1),
        (BOTH, "return self.norm(self.conv(x))", 1),
        ("self.body = nn.Sequential(Conv(), nn.BatchNorm2d(8), nn.ReLU())", "return self.body(x)", 1),
        ("self.body = nn.Sequential(nn.Sequential(Conv(), nn.Identity()), Norm())", "return self.body(x)", 1),
        ("self.blocks = nn.ModuleList([Conv(), Norm()])", "for b in self.blocks:\n    x = b(x)\nreturn x", 1),
        (CONV.replace("Conv()", "Conv(bias=False)"), "return self.norm(self.conv(x))", 0),
        (CONV.replace("BatchNorm2d(8)", "GroupNorm(2, 8)"), "return self.norm(self.conv(x))", 0),
        # Something else reads it, may read it, or gets it from outside.
        (CONV, "y = self.conv(x)\nreturn self.norm(y) + y", 0),
        (CONV, "y = self.conv(x)\nreturn self.norm(y), y", 0),
        (CONV, "y = self.conv(x)\nself.last = y\nreturn self.norm(y)", 0),
        (CONV, "y = self.conv(x)\nreturn self.norm(y) + helper(y)", 0),
        (BOTH, "y = self.conv(x)\nreturn self.norm(y) * self.norm(torch.relu(y))", 0),
        (CONV, "return self.norm(self.conv(x)) + self.conv(x)", 0),
        (CONV, "return self.norm(torch.relu(self.conv(x)))", 0),
        # Only sometimes, or only in one mode.
        (CONV, "y = self.conv(x)\nif x.sum() > 0:\n    y = self.norm(y)\nreturn y", 0),
        (CONV, "y = self.conv(x)\nif self.training:\n    return self.norm(y), y\nreturn self.norm(y)", 0),
        (CONV, "y = self.conv(x)\nif self.training:\n    y = y * 2\nreturn self.norm(y)", 0),
        # A reader may have been missed.
        (CONV, "y = self.conv(x)\nz = unknown + 1\nreturn self.norm(y) + torch.relu(z)", 0),
    ],
)
def test_a_bias_and_its_normalisation_in_two_functions(init: str, forward: str, found: int) -> None:
    told = of("bias-before-norm", init, forward)
    assert len(told) == found
    # Who else builds the convolution for something else is not known: nothing is changed.
    assert not any(each.fixes for each in told)
    if told:
        assert told[0].message == "the bias of this Conv2d is taken out again by the BatchNorm2d behind it"


def test_a_graph_that_shows_another_reader_decides() -> None:
    """Function by function, it is not seen that a tensor which is normalised is also given to the caller."""
    pair = "self.conv = nn.Conv2d(8, 8, 1)\nself.norm = nn.BatchNorm2d(8)\n"
    skip = "self.skip = nn.Conv2d(8, 8, 1, stride=2, bias=False)"
    forward = "y = self.conv(x)\nreturn self.norm(y), {}, self.skip(x)"
    assert len(of("bias-before-norm", pair + skip, forward.format("x"))) == 1
    assert of("bias-before-norm", pair + skip, forward.format("y")) == []


def test_networks_of_the_same_classes_are_followed_so_often(monkeypatch: pytest.MonkeyPatch) -> None:
    more = "".join(f"\ndef make{number}():\n    return Net()\n" for number in range(3))
    text = network(CONV, "return self.norm(self.conv(x))") + more
    (found,) = findings(text, ["bias-before-norm"])
    assert len(found.entry_points) == across.MAX_ALIKE
    monkeypatch.setattr(across, "MAX_ALIKE", 4)
    (found,) = findings(text, ["bias-before-norm"])
    assert found.entry_points == ("model.Net", "model.make0", "model.make1", "model.make2")


def test_a_mistake_of_ours_costs_one_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def mistaken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(successions.Successions, "found", mistaken)
    more = "\nhead = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8))\n"
    (found,) = findings(network(CONV, "return self.norm(self.conv(x))") + more, ["bias-before-norm"])
    assert found.place.line > 50


@pytest.mark.parametrize(
    ("init", "forward", "found"),
    [
        ("self.block = Residual()", "return F.relu(self.block(x))", 1),
        ("self.block = Residual()\nself.act = nn.ReLU6()", "return self.act(self.block(x))", 0),
        ("self.block = Residual()\nself.act = nn.LeakyReLU()", "return self.act(self.block(x))", 0),
        ("self.body = nn.Sequential(Residual(), Residual(), nn.ReLU())", "return self.body(x)", 1),
        ("self.block = First()", "return self.block(torch.relu(x))", 1),
        ("self.a = Residual()\nself.b = First()", "return self.b(self.a(x))", 1),
        ("self.block = Residual()", "return F.relu(self.block(x) + x)", 0),
        # The second one is there for others as well.
        ("self.a, self.b = First(), First()", "return self.b(self.a(torch.relu(x)))", 0),
        ("self.block = Residual()\nself.act = nn.ReLU()", "return self.act(self.block(self.act(x)))", 0),
        # In training something stands between.
        ("self.block = Residual()", "y = self.block(x)\nif self.training:\n    y = y - 1\nreturn F.relu(y)", 0),
        ("self.block = Residual()", "y = self.block(x)\nif x.sum() > 0:\n    y = y - 1\nreturn F.relu(y)", 0),
    ],
)
def test_an_activation_behind_another_functions(init: str, forward: str, found: int) -> None:
    assert len(of("repeated-activation", init, forward)) == found


def test_an_activation_that_another_network_needs() -> None:
    other = """
    class Other(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = First()
            self.conv = Conv()

        def forward(self, x):
            return self.first(self.conv(x))
    """
    init, forward = "self.a = Residual()\nself.b = First()", "return self.b(self.a(x))"
    assert len(of("repeated-activation", init, forward)) == 1
    assert of("repeated-activation", init, forward, other) == []


STEM = "self.stem = nn.Conv2d(3, 8, 3, padding=1)\nself.conv = nn.Conv2d(8, 8, 3, stride=2, padding=1)\n"
PARTS = STEM + "self.cut, self.merge = Cut(), Merge()"
CUT = """
class Cut(nn.Module):
    def forward(self, x):
        return x[:, :, ::2, ::2]


def phase(x, i, j):
    return x[..., i::2, j::2]


class Merge(nn.Module):
    def forward(self, x):
        return torch.cat([x[:, 0::2, 0::2, :], x[:, 1::2, 1::2, :]], -1)
"""


@pytest.mark.parametrize(
    ("forward", "severity", "said"),
    [
        ("return self.cut(self.stem(x))", "error", "nobody uses the rest, computed by the 3x3 convolution on line"),
        ("x = self.stem(x)\nreturn self.conv(x) + self.cut(x)", "note", "the 3x3 convolution on line"),
        ("x = self.stem(x)\nreturn self.cut(x), x", "note", "reads the rest"),
        (
            "x = self.stem(x)\nreturn torch.cat([phase(x, i, j) for i in (0, 1) for j in (0, 1)], 1)",
            "note",
            "the slice",
        ),
        ("x = self.stem(x)\nreturn torch.cat([phase(x, 0, j) for j in (0, 1)], 1)", "error", "nobody uses a part"),
        ("x = self.stem(x).permute(0, 2, 3, 1)\nreturn self.merge(x)", "error", "nobody uses the rest"),
        ("x = self.stem(x).permute(0, 2, 3, 1)\nreturn self.merge(x), x.mean(-1)", "note", "reads the rest"),
        ("x = self.stem(x)\nreturn self.cut(x), helper(x)", "warning", "is not known"),
        # Who else reads the input of the model is not seen.
        ("return self.cut(x)", "warning", ""),
    ],
)
def test_who_reads_what_slices_leave_out(forward: str, severity: str, said: str) -> None:
    told = of("missing-slice-phases", PARTS, forward, CUT)
    assert told
    assert {each.severity.value for each in told} == {severity}
    assert all(said in each.message for each in told), told[0].message


def test_a_slice_that_is_taken_on_one_way_only() -> None:
    """What the other way reads is not read where the slice is taken."""
    forward = "y = self.stem(x)\nif x.sum() > 0:\n    return self.conv(y)\nreturn y[:, :, ::2, ::2]"
    (told,) = of("missing-slice-phases", STEM, forward)
    assert told.severity.value == "warning"
    assert told.message.endswith("is not known (a condition that could not be decided)")

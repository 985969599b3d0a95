"""Verdicts where tensors travel in lists, dicts and objects: what holds a tensor does not read it."""

from __future__ import annotations

import textwrap

import pytest
from test_verdicts import network, verdict

HOLDERS = """
from collections import OrderedDict
from dataclasses import dataclass
from typing import NamedTuple


@dataclass
class Output:
    low: torch.Tensor
    high: torch.Tensor | None = None


class Named(NamedTuple):
    low: torch.Tensor
    high: torch.Tensor


class Plain:
    def __init__(self, low, high):
        self.low, self.high = low, high


class Keyed(OrderedDict):
    def __init__(self, low, high):
        super().__init__()
        self["low"] = self.low = low
        self["high"] = self.high = high


class Backbone(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.kind = kind
        self.first = nn.Conv2d(3, 8, 3)
        self.second = nn.Conv2d(8, 8, 3)

    def collect(self, x):
        low = self.first(x)
        return OrderedDict(low=low, high=self.second(low))

    def forward(self, x):
        low = self.first(x)
        return self.kind(low, self.second(low))
"""


def judged(init: str, forward: str) -> str:
    down = "self.down = nn.Conv2d(8, 8, 1, stride=2)\n"
    return verdict(network(down + init, forward, HOLDERS + "\n\nLAST = None\n"))


@pytest.mark.parametrize("kind", ["Output", "Named", "Plain", "Keyed"])
@pytest.mark.parametrize(
    ("forward", "expected"),
    [
        ("return self.down(self.backbone(x).high)", "dead"),
        ("out = self.backbone(x)\nreturn self.down(out.high), out.high", "branch"),
        ("out = self.backbone(x)\nreturn self.down(out.high), out", "branch"),
        ("out = self.backbone(x)\nunknown(out)\nreturn self.down(out.high)", "unknown"),
        ("self.out = self.backbone(x)\nreturn self.down(self.out.high)", "unknown"),
    ],
)
def test_what_a_network_gives_in_an_object(kind: str, forward: str, expected: str) -> None:
    assert judged(f"self.backbone = Backbone({kind})", forward) == expected


@pytest.mark.parametrize("taken", ["list({})[-1]", "tuple({})[1]", "list(reversed(list({})))[0]", "[*{}][-1]"])
def test_features_in_a_list(taken: str) -> None:
    features = taken.format("self.backbone.collect(x).values()")
    init = "self.backbone = Backbone(None)"
    assert judged(init, f"return self.down({features})") == "dead"
    assert judged(init, f"y = {features}\nreturn self.down(y), y") == "branch"


@pytest.mark.parametrize(
    ("forward", "expected"),
    [
        ("out = Output(None)\nout.high = y\nreturn self.down(out.high)", "dead"),
        ("out = Output(None)\nself.out = out\nout.high = y\nreturn self.down(out.high)", "unknown"),
        ("global LAST\nLAST = y\nreturn self.down(LAST)", "unknown"),
        ("first, second = Output(x, y), Output(x, self.backbone.second(y))\n"
         "return self.down(first.high), second.high", "branch"),
    ],
)  # fmt: skip
def test_objects_that_are_made_on_the_way(forward: str, expected: str) -> None:
    init = "self.backbone = Backbone(None)"
    assert judged(init, textwrap.dedent("y = self.backbone.first(x)\n" + forward)) == expected

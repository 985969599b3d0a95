"""``convlint layers --graph``: what a model computes, as text and for Graphviz."""

from __future__ import annotations

import io
import textwrap
from pathlib import Path

import pytest

from convlint.evaluate.project import Request, analyse
from convlint.network.graphs import ModelGraph
from convlint.report import GRAPH_FORMATS, write_graphs

NET = """
import torch
from torch import nn
from elsewhere import mystery


class Block(nn.Module):
    def __init__(self, stride):
        super().__init__()
        self.conv = nn.Conv2d(8, 8, 1, stride)

    def forward(self, x):
        return torch.relu(self.conv(x))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3)
        self.blocks = nn.Sequential(*[Block(1) for _ in range(2)], Block(2))

    def forward(self, x):
        x = self.stem(x)
        return torch.cat([self.blocks(x), torch.brand_new(x)], 1), mystery(x)


def make_blocks():
    return [Block(1)]
"""


def graphs(text: str = NET) -> tuple[ModelGraph, ...]:
    folder = Path("/no-such-folder-of-convlint").absolute()
    path = folder / "net.py"
    return analyse(Request(folder, (path,), overlays={path: textwrap.dedent(text)}, graphs=True)).graphs


def written(name: str) -> str:
    stream = io.StringIO()
    write_graphs(name, graphs(), stream)
    return stream.getvalue()


def test_one_graph_for_each_entry_point_that_gives_a_module() -> None:
    assert [model.entry_point for model in graphs()] == ["net.Block", "net.Net"]


def test_equal_calls_share_one_function() -> None:
    net = graphs()[1]
    assert [function.name for function in net.functions] == ["Net.forward", "Block.forward", "Block.forward"]
    calls = [operation.function for operation in net.functions[0].operations if operation.function is not None]
    assert calls == [1, 1, 2]


def test_what_is_not_followed_is_marked() -> None:
    net = graphs()[1].functions[0]
    unsure = [operation.words for operation in net.operations if not operation.followed]
    # The stem's result goes into a function that is not known.
    assert unsure == ["3x3 convolution"]
    assert net.lost == ""


def test_as_text() -> None:
    text = written("text")
    assert text.startswith("net.Block\n  [0] Block.forward\n    0  operand 1")
    assert "1x1 convolution stride 2  net.py:13  of 0" in text
    assert "(not followed)" in text
    assert text.count("[1] Block.forward") == 1
    assert text == written("text")


def test_for_graphviz() -> None:
    text = written("dot")
    assert text.count("digraph") == 2
    assert text.count("{") == text.count("}")
    assert 'label="[0] Net.forward"' in text
    assert "f0_0 -> f0_1;" in text
    assert "style=dashed, color=red" in text


def test_no_model_is_said() -> None:
    stream = io.StringIO()
    write_graphs("text", (), stream)
    assert stream.getvalue() == "No model was found whose forward could be followed.\n"


@pytest.mark.parametrize("name", GRAPH_FORMATS)
def test_names_cannot_break_out(name: str) -> None:
    stream = io.StringIO()
    (block, *_) = graphs()
    hostile = ModelGraph('a"]; evil [label="\\', block.functions)
    write_graphs(name, [hostile], stream)
    if name == "dot":
        assert stream.getvalue().startswith('digraph "a\\"]; evil [label=\\"\\\\" {')

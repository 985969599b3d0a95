"""The evaluator's literate tests: every scenario of ``tests/mdtest`` states all layers that its code builds.

Set CONVLINT_UPDATE=1 to write what the evaluator derives into the Markdown; read the difference before committing it.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from difflib import unified_diff
from pathlib import Path

import pytest
from mdtest_format import Block, FormatError, Scenario, annotate, marks_by_line, scenarios

from convlint.deep_stack import run_deep
from convlint.evaluate.project import Analysis, Request, analyse
from convlint.input_size import input_size_of
from convlint.network.geometry import read_fraction, trailing_unread
from convlint.network.layers import Confidence, Kind, Layer, Sizes, Unknown, known
from convlint.network.sizes import SizedLayer
from convlint.source import Place

FOLDER = Path(__file__).parent / "mdtest"
FILES = sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")
INSTALLED = "site-packages"
"""Files in this folder are installed packages: context, not linted."""
SETTINGS = "pyproject.toml"
INPUT_SIZE = re.compile(r'^input-size = "([^"]*)"$', re.MULTILINE)
"""The size of the networks' input, where a scenario says it."""

CHANNELS = {"in": "in_channels", "out": "out_channels", "g": "groups"}
ORIGINS = {"kernel_size": "kernel set here", "stride": "stride set here", "dilation": "dilation set here"}
MEETING = "they meet here"
ORDER = ("layer:", "builds:", "map:", "kernel ", "stride ", "dilation ", "they ", "unknown:", "given ")
"""In which order the marks of one line stand."""

Marks = Mapping[str, Mapping[int, Sequence[str]]]
"""Marks by path and line."""


def parameters() -> list[object]:
    """One parameter for each scenario; a known failure has to fail, and may not crash."""
    known_failure = pytest.mark.xfail(raises=pytest.fail.Exception, strict=True)
    return [
        pytest.param(scenario, id=scenario.name, marks=[known_failure] if scenario.xfail else [])
        for path in FILES
        for scenario in scenarios(path)
    ]


@pytest.mark.parametrize("scenario", parameters())
def test_scenario(scenario: Scenario, tmp_path: Path) -> None:
    analysis = analysed(scenario.blocks, tmp_path)
    assert not analysis.errors
    found = Derivation(scenario.blocks, analysis).marks
    wrong = [difference for block in scenario.blocks if (difference := compared(scenario, block, found[block.path]))]
    if wrong and os.environ.get("CONVLINT_UPDATE") and not scenario.xfail:
        rewrite(scenario, found)
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)


def analysed(blocks: Sequence[Block], root: Path) -> Analysis:
    """The scenario's files as a project of their own."""
    for block in blocks:
        path = root / block.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")
    linted = tuple(sorted(root / path for path in linted_paths(blocks)))
    settings = "".join(block.text for block in blocks if block.path == SETTINGS)
    said = INPUT_SIZE.search(settings)
    size = input_size_of(said[1]) if said is not None else None
    wanted = (size, "input-size") if size is not None else None
    request = Request(root=root, linted=linted, site_packages=(root / INSTALLED,), input_size=wanted)
    return run_deep(lambda: analyse(request))


def linted_paths(blocks: Sequence[Block]) -> frozenset[str]:
    """The paths of all files that are not installed packages."""
    return frozenset(
        block.path
        for block in blocks
        if block.path.endswith((".py", ".pyi")) and not block.path.startswith(f"{INSTALLED}/")
    )


def compared(scenario: Scenario, block: Block, found: Mapping[int, Sequence[str]]) -> str:
    """How what a block states differs from what was derived, line by line; empty where it does not."""
    if not block.stated:
        return ""
    written, right = block.text, annotate(block.text, found)
    if annotate(written, marks_by_line(written)) != written:
        raise FormatError(f"{scenario.source.name}:{block.start}: marks are not written as they would be rewritten")
    names = f"{block.path}, as stated", f"{block.path}, as derived"
    return "\n".join(unified_diff(written.splitlines(), right.splitlines(), *names, n=2, lineterm=""))


def rewrite(scenario: Scenario, found: Marks) -> None:
    """Write what was derived into the Markdown, the last block first, so that the lines of the others stay right."""
    now = next(other for other in scenarios(scenario.source) if other.headings == scenario.headings)
    lines = scenario.source.read_text(encoding="utf-8").splitlines()
    for block in sorted(now.blocks, key=lambda block: -block.start):
        if block.stated:
            end = block.start + len(block.text.splitlines())
            lines[block.start : end] = annotate(block.text, found[block.path]).splitlines()
    scenario.source.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


class Derivation:
    """What was derived from a scenario's files, as the marks that their lines should have.

    Where numbers are set and meet, and why values are unknown, is stated only in scenarios that ask for it with a mark.
    """

    def __init__(self, blocks: Sequence[Block], analysis: Analysis) -> None:
        self.analysis = analysis
        self.linted = linted_paths(blocks)
        self.written = {block.path: marks_by_line(block.text) for block in blocks}
        everything = [mark for lines in self.written.values() for found in lines.values() for mark in found]
        self.marks: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
        for layer in analysis.network.layers:
            self._state(layer.call, f"layer: {self._described(layer, layer.call)}")
        for layer in filter(dead, analysis.network.layers):
            self._state_uses(layer, places=any(mark.endswith(" here") for mark in everything))
        self._state_unknowns(any(mark.startswith("unknown: ") for mark in everything))
        for sized in analysis.network.sized_layers if any(mark.startswith("map: ") for mark in everything) else ():
            self._state(sized.call, f"map: {on_map(sized)}")
        for lines in self.marks.values():
            for marks in lines.values():
                marks.sort(key=in_order)

    def _state(self, place: Place, mark: str) -> None:
        here = self.marks[place.path][place.line]
        if mark not in here:
            here.append(mark)

    def _state_uses(self, layer: Layer, places: bool) -> None:
        for use in self.analysis.network.uses(layer):
            inside = [step.place for step in use.trace if step.place.path in self.linted]
            if use.meeting.path not in self.linted and inside:
                self._state(inside[-1], f"builds: {self._described(layer, inside[-1])}")
            if places:
                self._state(use.meeting, MEETING)
                for parameter, mark in ORIGINS.items():
                    if parameter != "dilation" or shown(layer.dilation) != "1":
                        self._state(use.origins[parameter], mark)

    def _state_unknowns(self, reasons: bool) -> None:
        for unknown in self.analysis.unknowns:
            if unknown.what == "the whole entry point":
                self._state(unknown.place, f"given up: {unknown.detail}")
            elif reasons:
                self._state(unknown.place, f"unknown: {unknown.reason}")

    def _described(self, layer: Layer, place: Place) -> str:
        """A layer in words: what is usual (stride 1, dilation 1, certain) is left out, details only where asked for."""
        words = [layer.op.removeprefix("torch.nn.").replace("functional.", "F."), f"k={shown(layer.kernel_size)}"]
        words += [f"s={shown(layer.stride)}"] * (shown(layer.stride) != "1")
        words += [f"d={shown(layer.dilation)}"] * (shown(layer.dilation) != "1")
        names, confidence = self.analysis.network.reached_from(layer)
        details = {"p=": shown(layer.padding)}
        details |= {f"{word}=": shown((getattr(layer, name),)) for word, name in CHANNELS.items()}
        words += [f"{word}{value}" for word, value in details.items() if self._asked(place, word)]
        words += ["possible"] * (confidence is Confidence.POSSIBLE)
        if self._asked(place, "from "):
            words.append("from " + ", ".join(name.removeprefix("net.").removeprefix("net:") for name in names))
        return " ".join(words)

    def _asked(self, place: Place, detail: str) -> bool:
        here = self.written.get(place.path, {}).get(place.line, [])
        return any(f" {detail}" in mark for mark in here)


def in_order(mark: str) -> tuple[int, str]:
    return next(index for index, word in enumerate(ORDER) if mark.startswith(word)), mark


def dead(layer: Layer) -> bool:
    """Whether a layer never reads some of its input: what the rule ``dead-pixels`` finds."""
    kernel_size, stride, dilation = known(layer.kernel_size), known(layer.stride), known(layer.dilation)
    if layer.kind is Kind.TRANSPOSED or kernel_size is None or stride is None or dilation is None:
        return False
    return min(*kernel_size, *stride, *dilation) > 0 and read_fraction(kernel_size, stride, dilation) < 1


def on_map(fact: SizedLayer) -> str:
    """The map that a layer works on, what it leaves of it, and whether something else reads the map."""
    layer = fact.layer
    kernel, stride, dilation = known(layer.kernel_size), known(layer.stride), known(layer.dilation)
    assert kernel is not None
    assert stride is not None
    assert dilation is not None
    axes = zip(fact.size, fact.outputs, kernel, stride, dilation, fact.before, strict=True)
    left = [trailing_unread(*axis) for axis in axes] if layer.kind is not Kind.TRANSPOSED else []
    said = "x".join(map(str, fact.size))
    said += f" leaves {'x'.join(map(str, left))}" * any(left)
    return said + " for others" * (any(left) and fact.others_read)


def shown(sizes: Sizes | str | Unknown) -> str:
    """``3`` where all axes agree, ``3,5`` where they do not, ``?`` for what is not known."""
    if isinstance(sizes, str):
        return sizes
    if isinstance(sizes, Unknown):
        return "?"
    words = ["?" if isinstance(size, Unknown) else str(size) for size in sizes]
    return words[0] if len(set(words)) == 1 else ",".join(words)


def test_every_scenario_has_a_name_of_its_own() -> None:
    for path in FILES:
        names = [scenario.name for scenario in scenarios(path)]
        assert names
        assert len(names) == len(set(names))


@pytest.mark.parametrize("source", FILES, ids=lambda path: path.stem)
def test_a_known_failure_says_what_happens_instead(source: Path) -> None:
    lines = source.read_text(encoding="utf-8").splitlines()
    starts = [scenario.line for scenario in scenarios(source)] + [len(lines)]
    for scenario, end in zip(scenarios(source), starts[1:], strict=True):
        prose = [line for line in lines[scenario.line : end] if line.startswith("Not yet: ")]
        assert len(prose) == scenario.xfail, f"{source.name}:{scenario.line}: {scenario.name}"


def test_every_file_is_in_the_index_and_says_what_it_is_about() -> None:
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    for source in FILES:
        assert f"({source.name})" in index
        title, empty, introduction = source.read_text(encoding="utf-8").splitlines()[:3]
        assert title.startswith("# ")
        assert not empty
        assert introduction
        assert not introduction.startswith(("#", "```"))


WRONG = """\
# A file

## A scenario

```py
from torch import nn

a = nn.Conv2d(3, 8, 1, 2)
b = nn.Conv2d(3, 8, 3)  # layer: Conv2d k=5
c = 1  # layer: Conv2d k=1
# layer: Conv2d k=1
# layer: Conv2d k=3
d = nn.Conv2d(3, 8, 1), nn.Conv2d(3, 8, 5)
```
"""


def test_what_is_wrong_fails(tmp_path: Path) -> None:
    source = tmp_path / "wrong.md"
    source.write_text(WRONG, encoding="utf-8")
    (scenario,) = scenarios(source)
    found = Derivation(scenario.blocks, analysed(scenario.blocks, tmp_path)).marks
    difference = compared(scenario, scenario.blocks[0], found["net.py"])
    assert [line for line in difference.splitlines()[3:] if line[0] in "+-"] == [
        "-a = nn.Conv2d(3, 8, 1, 2)",
        "-b = nn.Conv2d(3, 8, 3)  # layer: Conv2d k=5",
        "-c = 1  # layer: Conv2d k=1",
        "+a = nn.Conv2d(3, 8, 1, 2)  # layer: Conv2d k=1 s=2",
        "+b = nn.Conv2d(3, 8, 3)  # layer: Conv2d k=3",
        "+c = 1",
        "-# layer: Conv2d k=3",
        "+# layer: Conv2d k=5",
    ]


def test_rewriting_makes_it_right(tmp_path: Path) -> None:
    source = tmp_path / "wrong.md"
    source.write_text(WRONG, encoding="utf-8")
    (scenario,) = scenarios(source)
    rewrite(scenario, Derivation(scenario.blocks, analysed(scenario.blocks, tmp_path)).marks)
    (scenario,) = scenarios(source)
    found = Derivation(scenario.blocks, analysed(scenario.blocks, tmp_path)).marks
    assert compared(scenario, scenario.blocks[0], found["net.py"]) == ""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("# A\n\n```py xfial\n```\n", "wrong.md:3: no such attribute: xfial"),
        ("# A\n\n```py\nx = 1\n", "wrong.md:3: a block that does not end"),
        ("# A\n\n```py\n```\n\n```py\n```\n", "wrong.md:6: a second net.py under one heading"),
        ("# A\n\n`a.py`:\n\nprose\n", "wrong.md:5: a path line without a block"),
    ],
)
def test_a_file_that_does_not_keep_to_the_format(tmp_path: Path, text: str, reason: str) -> None:
    source = tmp_path / "wrong.md"
    source.write_text(text, encoding="utf-8")
    with pytest.raises(FormatError, match=reason):
        scenarios(source)

"""Baselines: what was there before stays silent, also when lines move."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from convlint import baseline
from convlint.findings import Finding, Severity
from convlint.network.layers import Kind, Layer, Unknown
from convlint.source import Place
from convlint.usage import UsageError

CODE = "pool = nn.AvgPool2d(1, 2)\n"


def finding(line: int, path: str = "m.py", rule: str = "dead-pixels", stride: int = 2) -> Finding:
    """A finding about a pool on this line."""
    place = Place(path, line, 1, line, 10)
    sizes = (stride, stride)
    layer = Layer("torch.nn.AvgPool2d", Kind.AVERAGE_POOL, place, (1, 1), sizes, (1, 1), Unknown("no-default"))
    return Finding(rule, Severity.WARNING, place, "message", layer=layer)


def lines_of(text: str) -> Callable[[str, int], str]:
    """Gives the lines of one text, whatever the path is."""
    lines = text.split("\n")
    return lambda path, number: lines[number - 1]


def new_after(tmp_path: Path, old: list[Finding], old_text: str, new: list[Finding], new_text: str) -> list[Finding]:
    """What is new in ``new``, with a baseline of ``old``."""
    file = tmp_path / "baseline.json"
    baseline.write(file, old, lines_of(old_text))
    return list(baseline.without(new, baseline.read(file), lines_of(new_text)))


def test_what_is_known_stays_silent_when_lines_move_and_are_indented(tmp_path: Path) -> None:
    assert new_after(tmp_path, [finding(1)], CODE, [finding(3)], f"import x\nif y:\n    {CODE}") == []


@pytest.mark.parametrize("changed", [finding(1, path="n.py"), finding(1, rule="odd"), finding(1, stride=3)])
def test_another_place_rule_or_number_is_new(tmp_path: Path, changed: Finding) -> None:
    assert new_after(tmp_path, [finding(1)], CODE, [changed], CODE) == [changed]


def test_changed_code_is_new(tmp_path: Path) -> None:
    assert new_after(tmp_path, [finding(1)], CODE, [finding(1)], "other\n") == [finding(1)]


def test_a_second_one_of_the_same_kind_is_new(tmp_path: Path) -> None:
    assert new_after(tmp_path, [finding(1)], CODE, [finding(1), finding(2)], CODE * 2) == [finding(2)]
    assert new_after(tmp_path, [finding(1), finding(2)], CODE * 2, [finding(2)], f"\n{CODE}") == []


def test_the_file_is_sorted_with_one_finding_a_line(tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    baseline.write(file, [finding(2, rule="b"), finding(1), finding(2)], lines_of(CODE * 2))
    assert file.read_text(encoding="utf-8") == (
        '{"version": 1, "findings": [\n'
        '{"path": "m.py", "rule": "b", "code": "pool = nn.AvgPool2d(1, 2)", '
        '"layer": "torch.nn.AvgPool2d kernel=1x1 stride=2x2 dilation=1x1", "count": 1},\n'
        '{"path": "m.py", "rule": "dead-pixels", "code": "pool = nn.AvgPool2d(1, 2)", '
        '"layer": "torch.nn.AvgPool2d kernel=1x1 stride=2x2 dilation=1x1", "count": 2}\n'
        "]}\n"
    )
    baseline.write(file, [], lines_of(""))
    assert baseline.read(file) == {}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read"),
        ("", ":1: the baseline is not JSON"),
        ('{"version": 1,\n "findings": [}', ":2: the baseline is not JSON"),
        ("[]", "is not a baseline"),
        ('{"findings": 3}', "is not a baseline"),
        ('{"version": 2, "findings": []}', "is a baseline of version 2, not 1"),
        ('{"version": 1, "findings": [3]}', "finding 1 of the baseline is not complete"),
        ('{"version": 1, "findings": [{"path": "a", "rule": "b", "code": "c", "layer": 4, "count": 1}]}', "1 of"),
        ('{"version": 1, "findings": [{"path": "a", "rule": "b", "code": "c", "layer": "", "count": true}]}', "1 of"),
        ("[" * 100_000, "is not JSON"),
        ("\ud800", "is not JSON"),
    ],
)  # fmt: skip
def test_what_is_no_baseline_is_refused_in_one_line(tmp_path: Path, content: str | None, said: str) -> None:
    file = tmp_path / "old.json"
    if content is not None:
        file.write_bytes(content.encode("utf-8", "surrogatepass"))
    with pytest.raises(UsageError) as caught:
        baseline.read(file)
    assert str(caught.value).startswith(str(file))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        baseline.write(tmp_path / "nowhere" / "b.json", [], lines_of(""))

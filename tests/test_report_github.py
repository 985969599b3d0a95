"""The GitHub report: no text can add a part to a command or a cell to the table, and GitHub's limits hold."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_runs import NOTE, UNREAD, WARNING, report, run_of

from convlint.findings import Finding, InputError, Severity
from convlint.report.github import markdown_text, summary_table
from convlint.source import Place

COMMAND = re.compile(r"::(?P<name>error|warning|notice) (?P<properties>[^:]*)::(?P<message>[^\r\n]*)")


@pytest.fixture(autouse=True)
def no_github(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests may themselves run in a GitHub job."""
    for name in ("GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)


def test_commands_come_worst_first() -> None:
    broken = replace(NOTE, severity=Severity.ERROR, message="never: runs, 100%")
    assert report("github", run_of(NOTE, WARNING, broken, errors=(UNREAD,))) == (
        "::error file=broken.py,line=7,title=not read::cannot be parsed: unexpected indent\n"
        "::error file=app.py,line=3,col=9,endColumn=19,title=dead-pixels::never: runs, 100%25\n"
        "::warning file=models/resnet.py,line=5,endLine=7,title=dead-pixels::"
        "1x1 convolution with stride 2 reads 1 of every 4 pixels of its input%0A"
        "models/resnet.py:2:49: kernel size 1 is set here%0A"
        "models/resnet.py:4:51: stride 2 is set here\n"
        "::notice file=app.py,line=3,col=9,endColumn=19,title=dead-pixels::"
        "builds 3 layers that read 1 of every 4 pixels of their input (torchvision/models/resnet.py:241)\n"
        "convlint: 1 error, 1 warning, 1 note in 14 files; 1 input could not be read.\n"
    )


def test_ten_of_each_kind_are_shown_and_the_others_counted() -> None:
    lines = report("github", run_of(*[NOTE] * 11, *[WARNING] * 13, errors=(UNREAD,) * 10)).splitlines()
    assert [sum(line.startswith(f"::{kind} ") for line in lines) for kind in ("error", "warning", "notice")] == [10] * 3
    assert lines[-1] == (
        "convlint: 13 warnings, 11 notes in 14 files; 10 inputs could not be read. "
        "Not among the annotations: 3 warnings, 1 note (GitHub shows 10 of each kind in a step)."
    )


def test_a_clean_run_says_so() -> None:
    assert report("github", run_of()) == "convlint: nothing found in 14 files.\n"


def test_paths_are_those_of_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    inside = run_of(NOTE, root=tmp_path / "packages" / "vision")
    assert report("github", inside).startswith("::notice file=packages/vision/app.py,line=3,")
    assert report("github", run_of(NOTE)).startswith("::notice file=app.py,line=3,")
    above = replace(NOTE, place=NOTE.place._replace(path="../other.py"))
    assert "file=packages/other.py," in report("github", run_of(above, root=tmp_path / "packages" / "vision"))


TEXT = st.text(st.characters(), max_size=30) | st.text(
    st.sampled_from("a%:,\r\n\x1b|`<&@[]()*_\\#=\udcff模"), max_size=30
)


def hostile(text: str) -> Finding:
    place = Place(text or "a.py", 1, 1, 1, 2)
    other = Place(text or "a.py", 2, 1, 2, 2)
    return Finding(text, Severity.WARNING, place, text, labels=((other, text),))


@given(TEXT, st.sampled_from(["utf-8", "ascii"]))
def test_every_command_has_the_parts_it_was_given(text: str, encoding: str) -> None:
    run = run_of(hostile(text), errors=(InputError(text or "a.py", 1, text),))
    lines = report("github", run, encoding).split("\n")
    assert len(lines) == 4
    for line, names in (
        (lines[0], ["file", "line", "title"]),
        (lines[1], ["file", "line", "col", "endColumn", "title"]),
    ):
        command = COMMAND.fullmatch(line)
        assert command is not None
        assert [part.partition("=")[0] for part in command["properties"].split(",")] == names


@given(TEXT)
def test_markdown_shows_the_text_itself(text: str) -> None:
    cell = markdown_text(text)
    assert not re.search(r"[|`<>@\[\]*_\\\r\n~$!:]", cell)
    assert all(character.isprintable() for character in cell)
    if text.isprintable():
        assert html.unescape(cell) == text


@given(TEXT)
def test_a_row_of_the_summary_has_four_cells(text: str) -> None:
    row = summary_table(run_of(hostile(text)), PurePosixPath(), 10_000).split("\n")[4]
    assert row.count("|") == 5


def test_the_summary_is_appended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    report("github", run_of(NOTE, WARNING))
    assert [html.unescape(line) for line in summary.read_text(encoding="utf-8").splitlines()] == [
        "before",
        "### convlint: 1 warning, 1 note in 14 files",
        "",
        "| severity | place | rule | what was found |",
        "| --- | --- | --- | --- |",
        "| warning | models/resnet.py:5:24 | dead-pixels | "
        "1x1 convolution with stride 2 reads 1 of every 4 pixels of its input; unsafe fix: set the kernel size to 3 |",
        "| note | app.py:3:9 | dead-pixels | "
        "builds 3 layers that read 1 of every 4 pixels of their input (torchvision/models/resnet.py:241) |",
    ]


def test_a_summary_that_cannot_be_written_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "absent" / "summary.md"))
    assert report("github", run_of(NOTE)).endswith("convlint: 1 note in 14 files.\n")


def test_the_summary_stays_inside_its_room() -> None:
    run = run_of(*[WARNING] * 100)
    whole = summary_table(run, PurePosixPath(), 1_000_000)
    assert "more rows" not in whole
    for room in (0, 50, 200, 1000, 3000, len(whole.encode())):
        part = summary_table(run, PurePosixPath(), room)
        assert len(part.encode()) <= room
        rows = part.count("| warning |")
        if part:
            assert (f"\n{100 - rows} more rows do not fit here.\n" in part) == (rows < 100)

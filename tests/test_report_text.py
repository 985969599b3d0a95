"""The text and concise reports: what a person reads in a terminal, and what a hostile file cannot do there."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_runs import FILES, NOTE, UNREAD, WARNING, at, report, run_of

from convlint.findings import Finding, InputError, Severity
from convlint.report.run import Run
from convlint.report.screen import Screen, cells
from convlint.report.snippet import Label, SourceLines, frames
from convlint.source import Place

ANSI = re.compile(r"\x1b\[[0-9;]*m")


def finding(place: Place, *labels: tuple[Place, str]) -> Finding:
    return Finding("dead-pixels", Severity.WARNING, place, "message", labels=labels)


def frame(text: str, *labels: tuple[str, str], width: int = 100, encoding: str = "utf-8") -> list[str]:
    """The code frame of one file with labels at the first occurrences of fragments."""
    files = {"net.py": text}
    marked = [Label(at("net.py", fragment, files), words, "note") for fragment, words in labels]
    return list(frames(marked, "net.py", SourceLines(files.get), Screen(width, encoding=encoding)))


def test_a_warning_shows_the_pixels_the_code_and_the_models() -> None:
    assert report("text", run_of(WARNING)) == (
        "models/resnet.py:5:24  warning  dead-pixels  "
        "1x1 convolution with stride 2 reads 1 of every 4 pixels of its input\n"
        "    x o x o\n"
        "    o o o o\n"
        "    2 │ return nn.Conv2d(channels_in, channels_out, kernel_size=1, stride=stride, bias=False)\n"
        "      │                                             ━━━━━━━━━━━━━ kernel size 1 is set here\n"
        "    4 │ self.layer2 = self.make_layer(block, 128, stride=2)\n"
        "      │                                           ━━━━━━━━ stride 2 is set here\n"
        "    5 │     shortcut = conv1x1(\n"
        "      │                ━━━━━━━━… they meet here\n"
        "    reached from resnet18, resnet34, resnet101 and 1 more, if a condition holds that could not be decided\n"
        "    unsafe fix: set the kernel size to 3\n"
        "\n"
        "1 warning in 14 files.\n"
        "`convlint explain dead-pixels` says what it means and what to do.\n"
    )


def test_a_note_takes_a_header_and_its_line_of_code() -> None:
    assert report("text", run_of(NOTE)).splitlines()[:3] == [
        "app.py:3:9  note  dead-pixels  builds 3 layers that read 1 of every 4 pixels of their input "
        "(torchvision/models/resnet.py:241)",
        "    3 │ model = resnet18()",
        "",
    ]


def test_places_in_other_files_stand_under_their_file() -> None:
    stride, kernel = at("app.py", "resnet18()"), at("models/resnet.py", "kernel_size=1")
    lines = report("text", run_of(finding(stride, (kernel, "kernel size 1"), (stride, "they meet here")))).splitlines()
    assert lines[1:6] == [
        "    3 │ model = resnet18()",
        "      │         ━━━━━━━━━━ they meet here",
        "      ╭─ models/resnet.py:2:49",
        "    2 │ return nn.Conv2d(channels_in, channels_out, kernel_size=1, stride=stride, bias=False)",
        "      │                                             ━━━━━━━━━━━━━ kernel size 1",
    ]


def test_a_finding_without_labels_shows_its_own_place() -> None:
    lines = report("text", run_of(finding(at("app.py", "resnet18()")))).splitlines()
    assert lines[1:3] == ["    3 │ model = resnet18()", "      │         ━━━━━━━━━━"]


def test_a_source_that_is_gone_is_named() -> None:
    lines = report("text", run_of(finding(Place("gone.py", 9, 1, 9, 2), (Place("gone.py", 9, 1, 9, 2), "set here"))))
    assert lines.splitlines()[1] == "    9 │ (source not at hand) set here"
    lines = report("text", run_of(finding(Place("app.py", 99, 1, 99, 2))))
    assert lines.splitlines()[1] == "    99 │ (source not at hand)"
    gone = replace(NOTE, place=Place("gone.py", 9, 1, 9, 2))
    assert report("text", run_of(gone)).splitlines()[1] == ""


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, "Nothing found in 14 files, 1,100 of 1,200 layers fully known."),
        (
            {"suppressed": 2, "baselined": 1},
            "Nothing found in 14 files, 1,100 of 1,200 layers fully known; 2 suppressed, 1 in the baseline.",
        ),
        ({"stats": {"files": 1}}, "Nothing found in 1 file, in which no convolution or pooling layer was seen."),
        ({"stats": {"files": 0}}, "Nothing found: there was no file to lint."),
    ],
)
def test_silence_says_what_was_looked_at(changes: dict[str, object], line: str) -> None:
    assert report("text", run_of(**changes)) == line + "\n"


def test_inputs_that_could_not_be_read_stand_before_the_summary() -> None:
    assert report("text", run_of(WARNING, NOTE, errors=(UNREAD, InputError("x.py", 0, "no such file")))).splitlines()[
        -4:
    ] == [
        "broken.py:7: not read: cannot be parsed: unexpected indent",
        "x.py: not read: no such file",
        "1 warning, 1 note in 14 files; 2 inputs could not be read.",
        "`convlint explain dead-pixels` says what it means and what to do.",
    ]


def test_statistics_follow_the_findings() -> None:
    shouting = replace(NOTE, rule="cost", severity=Severity.ERROR)
    run = run_of(*[NOTE] * 10, shouting, WARNING, statistics=True)
    table = ["10  note     dead-pixels", " 1  error    cost", " 1  warning  dead-pixels"]
    assert report("text", run).splitlines()[-5:-2] == table
    assert report("concise", run).splitlines()[-3:] == table


def test_concise_is_one_line_each() -> None:
    assert report("concise", run_of(WARNING, NOTE, errors=(UNREAD,))) == (
        "models/resnet.py:5:24: warning dead-pixels "
        "1x1 convolution with stride 2 reads 1 of every 4 pixels of its input\n"
        "app.py:3:9: note dead-pixels "
        "builds 3 layers that read 1 of every 4 pixels of their input (torchvision/models/resnet.py:241)\n"
        "broken.py:7: not read: cannot be parsed: unexpected indent\n"
    )


def test_concise_tells_two_layers_of_one_place_apart() -> None:
    assert WARNING.layer is not None
    place = WARNING.layer.call._replace(line=9)
    lines = report("concise", run_of(WARNING, replace(WARNING, layer=replace(WARNING.layer, call=place)))).splitlines()
    said = "models/resnet.py:5:24: warning dead-pixels 1x1 convolution with stride 2 reads 1 of every 4 pixels"
    assert lines == [
        f"{said} of its input (layer at {WARNING.layer.call.path}:{WARNING.layer.call.line})",
        f"{said} of its input (layer at {WARNING.layer.call.path}:9)",
    ]


def test_labels_of_one_place_share_a_marker() -> None:
    assert frame(
        "pool(1, 2)\n", ("pool(1, 2)", "kernel size 1 is set here"), ("pool(1, 2)", "stride 2 is set here")
    ) == [
        "    1 │ pool(1, 2)",
        "      │ ━━━━━━━━━━ kernel size 1 is set here, stride 2 is set here",
    ]


def test_adjoining_lines_keep_their_indentation_to_one_another() -> None:
    assert frame("    a = f(\n        b,\n", ("f(", "one"), ("b", "two")) == [
        "    1 │ a = f(",
        "      │     ━━ one",
        "    2 │     b,",
        "      │     ━ two",
    ]


def test_words_stand_left_of_a_marker_that_leaves_no_room_on_the_right() -> None:
    assert frame("layers.append(something_long(stride=2))\n", ("stride=2", "stride 2 is set here"), width=48) == [
        "    1 │ layers.append(something_long(stride=2))",
        "      │         stride 2 is set here ━━━━━━━━",
    ]


def test_words_take_a_row_where_neither_side_has_room() -> None:
    assert frame(
        "first = something_quite_long(1, 2, 3)\n", ("something_quite_long(1, 2, 3)", "numbers meet"), width=48
    ) == [
        "    1 │ first = something_quite_long(1, 2, 3)",
        "      │         ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━",
        "      │         numbers meet",
    ]


def test_a_long_line_is_trimmed_around_its_marker() -> None:
    text = "x = [" + "nn.ReLU(), " * 50 + "nn.Conv2d(3, 4, 1, 2), " + "nn.ReLU(), " * 50 + "]\n"
    assert frame(text, ("nn.Conv2d(3, 4, 1, 2)", "here"), width=70) == [
        "    1 │ ….ReLU(), nn.ReLU(), nn.Conv2d(3, 4, 1, 2), nn.ReLU(), nn.ReL…",
        "      │                      ━━━━━━━━━━━━━━━━━━━━━ here",
    ]


def test_markers_far_apart_on_one_line_get_a_view_each() -> None:
    text = "x = [a1, " + "nn.ReLU(), " * 50 + "b1]\n"
    assert frame(text, ("a1", "first"), ("b1", "second"), width=60) == [
        "    1 │ x = [a1, nn.ReLU(), nn.ReLU(), nn.ReLU(), nn.ReLU()…",
        "      │      ━━ first",
        "    1 │ …(), nn.ReLU(), nn.ReLU(), nn.ReLU(), nn.ReLU(), b1]",
        "      │                                           second ━━",
    ]


def test_tabs_and_wide_and_combining_characters_keep_markers_in_place() -> None:
    assert frame('\tx =\tf("模型", "e\u0301", conv)\n', ("conv", "here")) == [
        '    1 │ x =    f("模型", "e\u0301", conv)',
        "      │                       ━━━━ here",
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_in_python(end: str) -> None:
    assert frame(f"a\x0cb{end}c = conv{end}", ("conv", "here"))[0] == "    2 │ c = conv"


def test_ascii_streams_get_ascii_frames() -> None:
    text = report("text", run_of(WARNING), encoding="ascii")
    assert "    4 | self.layer2 = self.make_layer(block, 128, stride=2)\n" in text
    assert "      |                                           ^^^^^^^^ stride 2 is set here\n" in text
    assert "^^^^^^^^... they meet here" in text
    assert frame("模 = conv\n", ("conv", "x"), encoding="latin-1") == [
        "    1 | \\u6a21 = conv",
        "      |          ^^^^ x",
    ]


def test_colour_changes_no_text() -> None:
    for name in ("text", "concise"):
        plain = report(name, run_of(WARNING, NOTE, errors=(UNREAD,)))
        coloured = report(name, run_of(WARNING, NOTE, errors=(UNREAD,), color=True))
        assert "\x1b[" not in plain
        assert coloured != plain
        assert ANSI.sub("", coloured) == plain


def test_a_log_reader_sees_no_command_in_a_path() -> None:
    hostile = replace(NOTE, place=Place("::error::x.py", 1, 1, 1, 2))
    for name in ("text", "concise"):
        assert report(name, run_of(hostile)).startswith("./::error::x.py:1:1")


ANYTHING = st.text(st.characters(), max_size=40)
HOSTILE = ANYTHING | st.text(
    st.sampled_from("a \t\r\n\x0b\x0c\x1b\x9b\u202e\u2028\u2066\ud800模\u0301::%,|<&"), max_size=40
)


def hostile_run(text: str, path: str, column: int, message: str, *, color: bool = False) -> Run:
    place = Place(path, 1, column, 1, column + 3)
    shown = Finding(message, Severity.WARNING, place, message, (message,), ((place, message),), entry_points=(message,))
    noted = replace(shown, severity=Severity.NOTE)
    errors = (InputError(path, 1, message),)
    return run_of(shown, noted, files={path: text}, errors=errors, color=color)


@given(HOSTILE, HOSTILE, st.integers(1, 60), HOSTILE, st.sampled_from(["utf-8", "ascii", "cp1252"]), st.booleans())
def test_no_text_drives_the_terminal(
    text: str, path: str, column: int, message: str, encoding: str, color: bool
) -> None:
    for name in ("text", "concise"):
        shown = ANSI.sub("", report(name, hostile_run(text, path, column, message, color=color), encoding))
        assert all(line.isprintable() for line in shown.split("\n"))
        assert shown.count("\n") <= 30


@given(
    st.text(st.sampled_from("abc \t模\u0301\x1b,()"), min_size=1, max_size=300).filter(str.strip),
    st.data(),
    st.integers(30, 120),
)
def test_a_marker_stands_under_its_characters(line: str, data: st.DataObject, width: int) -> None:
    start = data.draw(st.integers(0, len(line.rstrip()) - 1))
    end = data.draw(st.integers(start + 1, len(line.rstrip())))
    screen = Screen(width)
    label = Label(Place("a.py", 1, start + 1, 1, end + 1), "", "note")
    code, marker = frames([label], "a.py", SourceLines({"a.py": line}.get), screen)
    assert cells(code) <= max(width, 8 + 24)
    under, column = "", 0
    for character in code.replace("\u0301", ""):
        if marker[column : column + 1] == "━":
            under += character
        column += cells(character)
    wanted = screen.printable(line[start:end]).replace("\u0301", "")
    if marker.endswith("…"):
        assert under
        assert wanted.startswith(under.rstrip("…"))
    elif wanted:
        assert under == wanted


def test_sources_are_read_one_time_each() -> None:
    asked: list[str] = []

    def read(path: str) -> str | None:
        asked.append(path)
        return FILES.get(path)

    report("text", run_of(WARNING, WARNING, NOTE, sources=read))
    assert sorted(asked) == ["app.py", "models/resnet.py"]


def test_notes_where_nothing_is_lost_are_counted() -> None:
    """Only what is lost is told in full; ``--show-notes`` tells the rest, and so does a run that notes make fail."""
    harmless = replace(WARNING, severity=Severity.NOTE, verdict="branch", message="harmless")
    gate = replace(WARNING, severity=Severity.NOTE, verdict="gate-only", message="gated")
    other = replace(WARNING, severity=Severity.NOTE, message="another rule's note")
    text = report("text", run_of(WARNING, harmless, harmless, gate, other))
    assert "harmless" not in text
    assert "gated" not in text
    assert "another rule's note" in text
    line = "3 notes not shown: 2 where another layer uses the pixels, 1 where only a gate or a statistic does"
    assert f"\n{line}; --show-notes lists them.\n" in text
    for settings in ({"show_notes": True}, {"fail_on": Severity.NOTE}):
        shown = report("text", run_of(WARNING, harmless, gate, **settings))
        assert "harmless" in shown
        assert "not shown" not in shown


def test_a_layer_for_an_unknown_number_of_axes_is_told_once() -> None:
    """MONAI's ``Conv[Conv.CONV, spatial_dims]``: in JSON three findings, for a person one, about images."""
    built = WARNING.layer
    assert built is not None

    def with_axes(axes: int) -> Finding:
        layer = replace(built, kernel_size=(1,) * axes, stride=(2,) * axes, dilation=(1,) * axes)
        return replace(WARNING, layer=layer, message=f"a convolution over {axes} axes")

    text = report("text", run_of(with_axes(1), with_axes(2), with_axes(3)))
    assert "a convolution over 2 axes" in text
    assert "over 1 axes" not in text
    assert "    the same in 1-d and 3-d: 2 findings more\n" in text
    uneven = replace(built, kernel_size=(1, 1, 1), stride=(1, 2, 2), dilation=(1, 1, 1))
    assert "the same in" not in report("text", run_of(with_axes(2), replace(WARNING, layer=uneven)))


def test_a_finding_that_holds_for_several_layers_is_told_once() -> None:
    assert WARNING.layer is not None
    elsewhere = [replace(WARNING.layer, call=WARNING.layer.call._replace(line=line)) for line in (30, 31, 32, 33)]
    others = [replace(WARNING, layer=layer) for layer in elsewhere]
    text = report("text", run_of(WARNING, *others))
    assert text.count("reads 1 of every 4 pixels") == 1
    assert (
        "the same of the layers built at models/resnet.py:30:12, models/resnet.py:31:12, models/resnet.py:32:12" in text
    )
    assert "and 1 more: 4 findings more\n" in text
    assert "5 warnings" in text
    apart = report("text", run_of(WARNING, replace(others[0], entry_points=("zoo.other",))))
    assert apart.count("reads 1 of every 4 pixels") == 2

"""The command line, from arguments to exit codes. All layers here are literal: what is found is not the matter."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

import convlint
from convlint import cli, report
from convlint.evaluate import project
from convlint.evaluate.project import Analysis, Request

DEAD = "from torch import nn\n\nshortcut = nn.Conv2d(64, 128, kernel_size=1, stride=2)\n"
CLEAN = "from torch import nn\n\nstage = nn.Conv2d(64, 128, kernel_size=3, stride=2)\n"
BROKEN = "from torch import nn\n\ndef stage(:\n    pass\n"


class Result(NamedTuple):
    """What a run printed and how it ended."""

    code: int
    out: str
    err: str


class Convlint:
    """Runs convlint in a folder."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.capture = capture

    def __call__(self, *arguments: str) -> Result:
        self.capture.readouterr()
        code = cli.run(arguments)
        return Result(code, *self.capture.readouterr())

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def rules_found(self, *arguments: str) -> list[str]:
        """``path:line rule severity`` of each finding."""
        found = json.loads(self(*arguments, "--output-format", "json").out)["findings"]
        return [f"{each['path']}:{each['line']} {each['rule']} {each['severity']}" for each in found]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Convlint:
    """convlint in an empty folder, with nothing of this machine in its surroundings."""
    monkeypatch.chdir(tmp_path)
    for name in ("VIRTUAL_ENV", "NO_COLOR", "FORCE_COLOR", "PRE_COMMIT"):
        monkeypatch.delenv(name, raising=False)
    return Convlint(tmp_path, capfd)


class TestExitCodes:
    def test_nothing_found(self, run: Convlint) -> None:
        run.write("model.py", CLEAN)
        assert run("model.py").code == 0

    def test_a_finding_at_the_level_that_fails(self, run: Convlint) -> None:
        run.write("model.py", DEAD)
        assert run("model.py").code == 1
        assert run("--fail-on", "error", "model.py").code == 0
        assert run("--severity", "dead-pixels=note", "model.py").code == 0
        assert run("--severity", "dead-pixels=note", "--fail-on=note", "model.py").code == 1

    def test_a_file_that_does_not_parse_is_reported_and_the_others_are_linted(self, run: Convlint) -> None:
        run.write("broken.py", BROKEN)
        run.write("model.py", DEAD)
        result = run("--output-format", "json", ".")
        assert result.code == 2
        document = json.loads(result.out)
        assert [error["path"] for error in document["errors"]] == ["broken.py"]
        assert [finding["path"] for finding in document["findings"]] == ["model.py"]
        assert result.err.startswith("broken.py:3: ")
        assert result.err.count("\n") == 1

    def test_an_error_is_told_one_time_to_a_person(self, run: Convlint) -> None:
        run.write("broken.py", BROKEN)
        result = run("broken.py")
        assert (result.out + result.err).count("broken.py:3: ") == 1
        run("broken.py", "--output", "report.txt")
        assert "broken.py:3: " in (run.folder / "report.txt").read_text(encoding="utf-8")

    @pytest.mark.parametrize(
        "arguments",
        [
            ["nowhere.py"],
            ["--bogus", "."],
            ["--severity", "dead-pixels=loud", "."],
            ["--select", "no-such-rule", "."],
            ["--ignore", "no-such-rule", "."],
            ["--severity", "no-such-rule=note", "."],
            ["--config", "nowhere.toml", "."],
            ["--baseline", "nowhere.json", "."],
            ["--python", "nowhere", "."],
            ["--output", "nowhere/report.txt", "."],
            ["--jobs", "0", "."],
            ["-"],
            ["-", "model.py", "--stdin-filename", "model.py"],
            ["--stdin-filename", "model.py", "."],
            ["explain", "no-such-rule"],
            ["layers", "nowhere.py"],
        ],
    )
    def test_what_cannot_be_used_is_one_clear_message(self, run: Convlint, arguments: list[str]) -> None:
        result = run(*arguments)
        assert result.code == 2
        assert result.out == ""
        assert "Traceback" not in result.err
        assert any(word.partition("=")[0] in result.err for word in arguments if len(word) > 1 or word == "-")

    def test_a_configuration_that_cannot_be_used_stops_the_run(self, run: Convlint) -> None:
        run.write("convlint.toml", "exclud = []\n")
        result = run(".")
        assert result == (
            2,
            "",
            f"convlint: {run.folder}/convlint.toml:1: unknown key 'exclud' (did you mean 'exclude'?)\n",
        )

    def test_ctrl_c(self, run: Convlint, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupted(request: Request) -> Analysis:
            raise KeyboardInterrupt

        monkeypatch.setattr(project, "analyse", interrupted)
        run.write("model.py", DEAD)
        assert run("model.py") == (130, "", "convlint: interrupted\n")

    def test_a_defect_of_convlint_is_one_line_and_no_finding(
        self, run: Convlint, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def defective(request: Request) -> Analysis:
            raise ValueError("first line\nsecond line")

        monkeypatch.setattr(project, "analyse", defective)
        run.write("model.py", DEAD)
        result = run("model.py")
        assert result.code == 2
        assert result.err.startswith("convlint: internal error: ValueError: first line (please report")
        with pytest.raises(ValueError, match="first line"):
            run("model.py", "--verbose")

    @pytest.mark.skipif(os.name == "nt", reason="pipes close otherwise there")
    def test_a_reader_that_goes_away_leaves_no_traceback(self, run: Convlint) -> None:
        run.write("model.py", DEAD * 400)
        process = subprocess.Popen(
            [sys.executable, "-m", "convlint", "model.py"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=run.folder,
        )
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        err = process.stderr.read()
        process.stderr.close()
        assert process.wait() == 128 + signal.SIGPIPE
        assert err == b""


class TestPaths:
    def test_check_is_what_happens_without_a_command(self, run: Convlint) -> None:
        run.write("src/model.py", DEAD)
        assert run("src") == run("check", "src")

    def test_the_number_of_processes_changes_nothing(self, run: Convlint) -> None:
        run.write("src/model.py", DEAD)
        assert run("src") == run("--jobs", "1", "src") == run("--jobs", "2", "src")

    def test_a_folder_called_like_a_command(self, run: Convlint) -> None:
        run.write("rules/model.py", DEAD)
        assert "dead-pixels " in run("rules").out
        assert (
            run.rules_found("check", "rules") == run.rules_found("rules/") == ["rules/model.py:3 dead-pixels warning"]
        )

    def test_paths_are_relative_to_the_configuration_else_to_the_repository(
        self, run: Convlint, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run.write("repository/src/model.py", DEAD)
        monkeypatch.chdir(run.folder / "repository" / "src")
        assert run.rules_found(".") == ["model.py:3 dead-pixels warning"]
        (run.folder / "repository" / ".git").mkdir()
        assert run.rules_found(".") == ["src/model.py:3 dead-pixels warning"]
        run.write("pyproject.toml", "[tool.convlint]\n")
        assert run.rules_found(".") == ["repository/src/model.py:3 dead-pixels warning"]

    def test_a_package_far_away_is_seen_from_the_folder_around_it(
        self, run: Convlint, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run.write("unpacked/zoo/__init__.py", "")
        run.write("unpacked/zoo/models/__init__.py", "")
        run.write("unpacked/zoo/models/resnet.py", DEAD)
        (run.folder / "here").mkdir()
        monkeypatch.chdir(run.folder / "here")
        assert run.rules_found("../unpacked/zoo/models") == ["zoo/models/resnet.py:3 dead-pixels warning"]

    def test_standard_input_stands_for_a_file(self, run: Convlint, monkeypatch: pytest.MonkeyPatch) -> None:
        run.write("model.py", CLEAN)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(DEAD.encode())))
        assert run.rules_found("-", "--stdin-filename", "model.py") == ["model.py:3 dead-pixels warning"]
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff")))
        result = run("-", "--stdin-filename", "model.py")
        assert result.code == 2
        assert result.err.startswith("convlint: standard input:1: ")

    def test_nothing_to_lint_is_said(self, run: Convlint) -> None:
        run.write("notes.txt", "")
        assert run(".").err == "convlint: no Python or config files to lint\n"
        assert run("notes.txt").err == "notes.txt: left out: convlint does not read files of this kind\n"
        assert run("--quiet", ".") == (0, "", "")


class TestConfiguration:
    def test_exclude_holds_for_named_files(self, run: Convlint) -> None:
        run.write("convlint.toml", "exclude = ['old/']\n")
        run.write("old/model.py", DEAD)
        assert run.rules_found("old/model.py") == []

    def test_severity_and_fail_on(self, run: Convlint) -> None:
        run.write("convlint.toml", "fail-on = 'note'\n[severity]\ndead-pixels = 'note'\n")
        run.write("model.py", DEAD)
        assert run("model.py").code == 1
        assert run.rules_found("model.py") == ["model.py:3 dead-pixels note"]
        assert run.rules_found("model.py", "--severity", "dead-pixels=error") == ["model.py:3 dead-pixels error"]
        assert run("model.py", "--fail-on", "warning").code == 0

    def test_per_file_ignores_take_rules_and_groups(self, run: Convlint) -> None:
        run.write("convlint.toml", "[per-file-ignores]\n'a.py' = ['dead-pixels']\n'sub/' = ['sampling']\n")
        for name in ("a.py", "b.py", "sub/a.py"):
            run.write(name, DEAD)
        assert run.rules_found(".") == ["b.py:3 dead-pixels warning"]

    def test_the_command_line_selects_anew_and_ignores_on_top(self, run: Convlint) -> None:
        run.write("model.py", DEAD)
        run.write("convlint.toml", "ignore = ['dead-pixels']\n")
        assert run.rules_found(".") == []
        assert run.rules_found(".", "--select", "sampling") == ["model.py:3 dead-pixels warning"]
        run.write("convlint.toml", "select = ['dead-pixels']\n")
        assert run.rules_found(".", "--ignore", "unused-suppression,dead-pixels") == []

    def test_rules_of_the_project_are_run_listed_and_explained(self, run: Convlint) -> None:
        run.write("convlint.toml", "rules = ['tools/my_rules']\n")
        run.write("model.py", CLEAN)
        run.write("tools/my_rules/no_threes.py", LOCAL_RULE)
        assert run.rules_found("model.py") == ["model.py:3 no-threes error"]
        assert "no-threes" in run("rules").out
        assert "three is a crowd" in run("explain", "no-threes").out

    def test_a_rule_that_cannot_be_loaded_is_one_line(self, run: Convlint) -> None:
        run.write("convlint.toml", "rules = ['mine.py']\n")
        run.write("mine.py", "raise ValueError('broken rule')\n")
        result = run(".")
        assert result.code == 2
        assert "broken rule" in result.err
        assert result.err.count("\n") == 1


LOCAL_RULE = '''\
"""A layer with a kernel of three: three is a crowd."""

from convlint.findings import Severity
from convlint.rule import Problem, Rule


class NoThrees(Rule):
    name = "no-threes"
    group = "local"
    severity = Severity.ERROR

    def check(self, layer):
        if layer.kernel_size == (3, 3):
            yield Problem("three", "have three")
'''


class TestSuppressionAndBaseline:
    def test_comments_silence_and_are_reported_where_they_do_not(self, run: Convlint) -> None:
        run.write("a.py", DEAD.replace("stride=2)", "stride=2)  # convlint: ignore[dead-pixels]"))
        run.write("b.py", CLEAN.replace("stride=2)", "stride=2)  # convlint: ignore[dead-pixels]"))
        assert run.rules_found(".") == ["b.py:3 unused-suppression note"]
        assert run.rules_found(".", "--severity", "unused-suppression=error") == ["b.py:3 unused-suppression error"]
        assert run.rules_found(".", "--ignore", "unused-suppression") == []
        assert "1 suppressed" in run("a.py").out

    def test_a_baseline_accepts_what_is_there_and_fails_on_what_is_new(self, run: Convlint) -> None:
        run.write("model.py", DEAD)
        assert run("--write-baseline", "old.json", ".").code == 0
        assert run("--baseline", "old.json", ".").code == 0
        run.write("model.py", f"import os\n\n{DEAD}")
        assert run("--baseline", "old.json", ".").code == 0, "lines have moved"
        run.write("new.py", DEAD)
        assert run.rules_found("--baseline", "old.json", ".") == ["new.py:3 dead-pixels warning"]
        assert run("--baseline", "old.json", ".").code == 1


class TestOutput:
    def test_formats_are_those_of_the_reports(self) -> None:
        assert cli.FORMATS == report.FORMATS
        assert set(cli.LAYER_FORMATS) == {*report.LAYER_FORMATS, *report.GRAPH_FORMATS}

    @pytest.mark.parametrize("name", report.FORMATS)
    def test_two_runs_print_the_same_with_and_without_memory(self, run: Convlint, name: str) -> None:
        run.write("model.py", DEAD)
        run.write("other.py", CLEAN)
        first = run(".", "--output-format", name)
        assert first.out
        assert run(".", "--output-format", name) == first
        assert run(".", "--output-format", name, "--no-cache") == first

    def test_no_cache_leaves_nothing_behind(self, run: Convlint) -> None:
        run.write("model.py", DEAD)
        run("--no-cache", ".")
        run("layers", "--no-cache", ".")
        assert [path.name for path in run.folder.iterdir()] == ["model.py"]
        run(".")
        assert (run.folder / ".convlint_cache" / ".gitignore").read_text(encoding="utf-8") == "*\n"

    def test_a_report_in_a_file_is_what_would_be_printed(self, run: Convlint) -> None:
        run.write("model.py", DEAD)
        shown = run(".", "--output-format", "json")
        result = run(".", "--output-format", "json", "--output", "report.json")
        assert result == (1, "", "")
        assert (run.folder / "report.json").read_text(encoding="utf-8") == shown.out
        assert run(".", "--output-format", "json", "--output", os.devnull).code == 1

    def test_colour_only_where_it_is_seen_or_asked_for(self, run: Convlint, monkeypatch: pytest.MonkeyPatch) -> None:
        run.write("model.py", DEAD)
        assert "\x1b" not in run(".").out
        monkeypatch.setenv("FORCE_COLOR", "1")
        assert "\x1b" in run(".").out
        monkeypatch.setenv("NO_COLOR", "1")
        assert "\x1b" not in run(".").out

    def test_verbose_says_what_was_read_and_quiet_says_nothing(self, run: Convlint) -> None:
        config = run.write("convlint.toml", "")
        run.write("model.py", CLEAN)
        said = run("--verbose", ".").err
        assert f"configuration: {config}" in said
        assert f"root: {run.folder}" in said
        assert "nothing has changed" in run("--verbose", ".").err
        assert run("--quiet", ".") == (0, "", "")

    def test_statistics(self, run: Convlint) -> None:
        run.write("model.py", DEAD)
        assert "1  warning  dead-pixels" in run("--statistics", ".").out

    def test_unknowns_are_grouped_by_reason_and_kept_apart_from_documents(self, run: Convlint) -> None:
        run.write(
            "model.py", "from torch import nn\n\ndef f(s):\n    return nn.Conv2d(3, 4, kernel_size=1, stride=s)\n"
        )
        assert "no-default" in run("--show-unknown", ".").out
        result = run("--show-unknown", "--output-format", "json", ".")
        assert json.loads(result.out)["findings"] == []
        assert "no-default" in result.err

    def test_layers_are_listed_as_a_table_and_as_json(self, run: Convlint) -> None:
        run.write("model.py", DEAD)
        assert "Conv2d" in run("layers", ".").out
        (layer,) = json.loads(run("layers", ".", "--output-format", "json").out)["layers"]
        assert (layer["op"], layer["path"], layer["stride"]) == ("torch.nn.Conv2d", "model.py", [2, 2])

    def test_a_hostile_name_drives_no_terminal(self, run: Convlint) -> None:
        assert "\x1b" not in run("\x1b[2J.py").err
        run.write("\x1b[2Jdead.py", DEAD)
        run.write("\x1b[2Jbroken.py", BROKEN)
        result = run(".")
        assert "\x1b" not in result.out + result.err


class TestHelp:
    def test_version(self, run: Convlint) -> None:
        assert run("--version").out == f"convlint {convlint.__version__}\n"

    def test_help_shows_how_to_begin(self, run: Convlint) -> None:
        result = run("--help")
        assert result.code == 0
        for words in ("Usage: convlint", "convlint src/", "--fail-on", "explain", "Exit codes"):
            assert words in result.out
        assert run("-h").out == result.out
        assert run().code == 2

    def test_every_command_has_help(self, run: Convlint) -> None:
        for name in cli.cli.commands:
            result = run(name, "--help")
            assert result.code == 0
            assert result.out.startswith(f"Usage: convlint {name}")

    def test_pages(self, run: Convlint) -> None:
        for name in ("dead-pixels", "unused-suppression", "internal-error", "no-default", "unknown:no-default"):
            assert run("explain", name).code == 0
        assert "did you mean 'dead-pixels'" in run("explain", "dead-pixel").err

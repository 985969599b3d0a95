"""What is imported when: a linter that runs at every commit must not import what it does not use."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("libcst", "pathspec", "rich", "torch", "yaml")
PROGRAM = """\
import json, sys
from convlint.cli import run
code = run(sys.argv[1:])
sys.stderr.write(json.dumps([code, sorted({name.partition(".")[0] for name in sys.modules})]))
"""


def imported(folder: Path, *arguments: str) -> tuple[int, set[str]]:
    """The exit code of a run, and the top-level modules that it imported."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    code, names = json.loads(done.stderr.splitlines()[-1])
    return code, set(names)


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_version_and_help_import_next_to_nothing(tmp_path: Path, option: str) -> None:
    code, names = imported(tmp_path, option)
    assert code == 0
    assert names & {*HEAVY, "msgspec", "tomllib", "tomli"} == set()


def test_a_run_over_an_unchanged_tree_parses_nothing(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text("from torch import nn\n\npool = nn.AvgPool2d(1, 2)\n", encoding="utf-8")
    first, names = imported(tmp_path, ".")
    assert first == 1
    assert "libcst" in names
    second, names = imported(tmp_path, ".")
    assert second == first
    assert names & set(HEAVY) == set()
    assert "importlib_metadata" not in names


def test_the_command_that_needs_torch_leaves_it_to_another_process(tmp_path: Path) -> None:
    code, names = imported(tmp_path, "verify", "missing:Net", "--quiet", "--help")
    assert code == 0
    assert names & {*HEAVY, "msgspec"} == set()
    (tmp_path / "model.py").write_text("Net = None\n", encoding="utf-8")
    code, names = imported(tmp_path, "verify", "model.py:Net", "--quiet")
    assert code == 2
    assert "torch" not in names


def test_what_needs_no_pattern_imports_no_pattern_matcher(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text("x = 1\n", encoding="utf-8")
    assert "pathspec" not in imported(tmp_path, ".")[1]
    (tmp_path / ".gitignore").write_text("*.log\n", encoding="utf-8")
    assert "pathspec" in imported(tmp_path, ".")[1]

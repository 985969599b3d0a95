"""Whole small projects, each with the command that is run in it and all that it prints.

A project is a folder under ``tests/projects``: ``command`` holds the arguments, one run a line, and ``expected.txt``
what the runs print. Set CONVLINT_UPDATE=1 to write ``expected.txt`` anew, and read the difference before committing it.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECTS = Path(__file__).parent / "projects"
NOT_OF_THE_PROJECT = ("command", "expected.txt")
SURROUNDINGS = ("VIRTUAL_ENV", "NO_COLOR", "FORCE_COLOR", "PRE_COMMIT", "GITHUB_ACTIONS")


def printed(folder: Path, arguments: str) -> str:
    """A run, as it looks in a terminal, with its exit code; the same wherever the project lies."""
    environment = {name: value for name, value in os.environ.items() if name not in SURROUNDINGS}
    done = subprocess.run(
        [sys.executable, "-m", "convlint", *shlex.split(arguments)],
        cwd=folder,
        env={**environment, "PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    parts = [f"$ convlint {arguments}\n", done.stdout, done.stderr, f"[exit code {done.returncode}]\n"]
    return "".join(parts).replace(folder.as_posix(), "PROJECT")


@pytest.mark.parametrize("name", sorted(path.parent.name for path in PROJECTS.glob("*/command")))
def test_project(name: str, tmp_path: Path) -> None:
    project = PROJECTS / name
    folder = tmp_path / name
    shutil.copytree(
        project, folder, ignore=shutil.ignore_patterns(*NOT_OF_THE_PROJECT, "__pycache__", ".convlint_cache")
    )
    commands = (project / "command").read_text(encoding="utf-8").splitlines()
    found = "\n".join(printed(folder, command) for command in commands)
    if os.environ.get("CONVLINT_UPDATE"):
        (project / "expected.txt").write_text(found, encoding="utf-8")
    assert found == (project / "expected.txt").read_text(encoding="utf-8")


def test_there_are_projects() -> None:
    assert len(list(PROJECTS.glob("*/expected.txt"))) == len(list(PROJECTS.iterdir())) >= 8

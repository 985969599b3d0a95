"""A copy of this project's own source, as a fresh checkout would hold it: for tests that install the project."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PARTS = (
    ".pre-commit-hooks.yaml",
    "LICENSE",
    "README.md",
    "action.yml",
    "convlint",
    "pyproject.toml",
    "rules",
)
"""What a build and the hooks need; the rest would only make the copy slower."""

NO_PACKAGE_INDEX = ("No matching distribution found for", "Could not find a version that satisfies the requirement")
"""What pip says where it can reach no package index: tests that install into a new environment skip on it."""


def copy_of_own_source(folder: Path) -> Path:
    """Copy the project into ``folder``, without caches and builds."""
    unwanted = shutil.ignore_patterns("__pycache__", "*.egg-info", ".*_cache", "build")
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / part, ignore=unwanted)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / part, folder / part)
    return folder


def plain_environment(home: Path, **more: str) -> dict[str, str]:
    """This process's environment, without what git, GitHub and a virtual environment left in it; a home of its own."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "GITHUB_", "VIRTUAL_ENV"))
    }
    identity = {
        "GIT_AUTHOR_NAME": "A Person",
        "GIT_AUTHOR_EMAIL": "person@example.org",
        "GIT_COMMITTER_NAME": "A Person",
        "GIT_COMMITTER_EMAIL": "person@example.org",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    return {**kept, **identity, "HOME": str(home), "PIP_DISABLE_PIP_VERSION_CHECK": "1", **more}


def run(command: list[str], folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command without input; standard output and standard error come back together."""
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )

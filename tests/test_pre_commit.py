"""The pre-commit hook, for real: pre-commit installs it from a git clone of this project, and git runs it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
import yaml
from own_source import NO_PACKAGE_INDEX, ROOT, copy_of_own_source, plain_environment, run

DEAD = """\
from torch import nn


def shortcut(channels):
    return nn.Conv2d(channels, 2 * channels, kernel_size=1, stride=2)
"""
CLEAN = DEAD.replace("kernel_size=1, stride=2", "kernel_size=3, stride=2, padding=1")


def git(folder: Path, environment: dict[str, str], *arguments: str) -> str:
    """Run git, which must succeed, and return what it printed."""
    done = run(["git", *arguments], folder, environment)
    assert done.returncode == 0, done.stdout
    return done.stdout.strip()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_a_commit_with_a_dead_layer_is_refused_and_a_clean_one_passes(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    environment = plain_environment(home, PRE_COMMIT_HOME=str(tmp_path / "store"), PRE_COMMIT_COLOR="never")
    hooks = copy_of_own_source(tmp_path / "convlint-clone")
    git(hooks, environment, "init", "--quiet")
    git(hooks, environment, "add", "--all")
    git(hooks, environment, "commit", "--quiet", "--message", "the project")
    revision = git(hooks, environment, "rev-parse", "HEAD")

    project = tmp_path / "project"
    project.mkdir()
    configuration = {"repos": [{"repo": str(hooks), "rev": revision, "hooks": [{"id": "convlint"}]}]}
    (project / ".pre-commit-config.yaml").write_text(yaml.safe_dump(configuration), encoding="utf-8")
    (project / "model.py").write_text(DEAD, encoding="utf-8")
    git(project, environment, "init", "--quiet")
    git(project, environment, "add", "--all")
    installed = run([sys.executable, "-m", "pre_commit", "install", "--install-hooks"], project, environment)
    if any(words in installed.stdout for words in NO_PACKAGE_INDEX):
        pytest.skip("pip reaches no package index here, so pre-commit cannot install the hook")
    assert installed.returncode == 0, installed.stdout

    refused = run(["git", "commit", "--message", "a dead layer"], project, environment)
    assert refused.returncode != 0
    assert "Failed" in refused.stdout
    assert "model.py:5:" in refused.stdout
    assert "dead-pixels" in refused.stdout
    assert "reads 1 of every 4 pixels" in refused.stdout
    assert "Traceback" not in refused.stdout
    assert run(["git", "rev-parse", "HEAD"], project, environment).returncode != 0, "there must be no commit"

    (project / "model.py").write_text(CLEAN, encoding="utf-8")
    git(project, environment, "add", "--all")
    passed = git(project, environment, "commit", "--message", "a clean layer")
    assert "Passed" in passed
    assert git(project, environment, "log", "--format=%s") == "a clean layer"


def test_the_hook_sees_all_files_in_one_process() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert hook["id"] == "convlint"
    assert hook["require_serial"] is True
    assert hook["types_or"] == ["python", "yaml", "json"]

"""The GitHub Action: the script of its last step, taken from action.yml, lints a project and prints annotations."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from own_source import NO_PACKAGE_INDEX, ROOT, copy_of_own_source, plain_environment, run

DEAD = "from torch import nn\n\npool = nn.AvgPool2d(1, stride=2)\n"
CLEAN = "from torch import nn\n\npool = nn.AvgPool2d(2, stride=2)\n"


@pytest.fixture(scope="module")
def action() -> dict[str, Any]:
    """action.yml, as GitHub reads it."""
    content: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    return content


def lint_step(action: dict[str, Any]) -> dict[str, Any]:
    """The step that runs convlint."""
    (step,) = (step for step in action["runs"]["steps"] if step.get("id") == "lint")
    assert isinstance(step, dict)
    return step


def test_no_input_is_pasted_into_a_script(action: dict[str, Any]) -> None:
    for step in action["runs"]["steps"]:
        assert "${{" not in step.get("run", "")


def test_every_variable_comes_from_a_declared_input(action: dict[str, Any]) -> None:
    variables = lint_step(action)["env"]
    assert variables["CONVLINT_PATHS"] == "${{ inputs.paths }}"
    assert variables["CONVLINT_ARGS"] == "${{ inputs.args }}"
    assert {"paths", "args", "python-version"} == set(action["inputs"])
    assert all("default" in given for given in action["inputs"].values())


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_the_step_lints_and_annotates(action: dict[str, Any], tmp_path: Path) -> None:
    step = lint_step(action)
    assert step["shell"] == "bash"
    script = tmp_path / "step.sh"
    script.write_text(step["run"], encoding="utf-8")
    project = tmp_path / "a project"
    (project / "src").mkdir(parents=True)
    (project / "with space").mkdir()
    (project / "src" / "dead.py").write_text(DEAD, encoding="utf-8")
    (project / "with space" / "clean.py").write_text(CLEAN, encoding="utf-8")
    home = tmp_path / "home"
    home.mkdir()
    # What a hostile file name or argument would need to run something: it must stay a word.
    trap = "$(touch trapped)"
    environment = plain_environment(
        home,
        GITHUB_ACTIONS="true",
        GITHUB_ACTION_PATH=str(copy_of_own_source(tmp_path / "action")),
        RUNNER_TEMP=str(tmp_path / "runner"),
        CONVLINT_PYTHON=sys.executable,
    )
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)]  # as GitHub runs `shell: bash`

    found = run(command, project, {**environment, "CONVLINT_PATHS": "src\nwith space\n", "CONVLINT_ARGS": ""})
    if any(words in found.stdout for words in NO_PACKAGE_INDEX):
        pytest.skip("pip reaches no package index here, so the action cannot install convlint")
    assert found.returncode == 1, found.stdout
    annotations = [line for line in found.stdout.splitlines() if line.startswith("::warning ")]
    assert len(annotations) == 1, found.stdout
    assert "file=src/dead.py,line=3" in annotations[0]
    assert "dead-pixels" in annotations[0]

    quiet = {**environment, "CONVLINT_PATHS": "src\nwith space", "CONVLINT_ARGS": "--fail-on error\n--no-cache"}
    assert run(command, project, quiet).returncode == 0

    hostile = run(
        command, project, {**environment, "CONVLINT_PATHS": trap, "CONVLINT_ARGS": "--fail-on `touch trapped`"}
    )
    assert hostile.returncode == 2, hostile.stdout
    assert not list(project.rglob("trapped"))

    clean = run(command, project, {**environment, "CONVLINT_PATHS": "with space", "CONVLINT_ARGS": ""})
    assert clean.returncode == 0, clean.stdout

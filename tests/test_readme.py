"""README.md keeps its word: its commands, snippets and option names are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from own_source import ROOT

from convlint.cli import run
from convlint.config import load
from convlint.registry import load_rules

TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


def block(start: str) -> str:
    """The code block of the README whose text starts like this."""
    (found,) = (
        code for code in re.findall(r"^```\w*\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL) if code.startswith(start)
    )
    assert isinstance(found, str)
    return found


def test_ci_finds_the_two_commands() -> None:
    for name in ("install", "development"):
        assert re.search(rf"^<!-- command: {name} -->\n```sh\npython3 -m venv \.venv && .*\n```$", TEXT, re.MULTILINE)
        assert f"run_readme_command {name}" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_hook_of_the_snippet_exists() -> None:
    (repository,) = yaml.safe_load(block("# .pre-commit-config.yaml"))["repos"]
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert {hook["id"] for hook in repository["hooks"]} <= {hook["id"] for hook in hooks}


def test_the_inputs_of_the_action_s_snippet_exist() -> None:
    workflow = yaml.safe_load(block("# .github/workflows"))
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    step = workflow["jobs"]["convlint"]["steps"][-1]
    assert set(step["with"]) <= set(action["inputs"])
    for name in action["inputs"]:
        assert f"`{name}`" in TEXT


def test_the_configuration_is_accepted_as_it_stands(tmp_path: Path) -> None:
    (tmp_path / ".venv").mkdir()
    (tmp_path / "tools" / "my_rules").mkdir(parents=True)
    file = tmp_path / "pyproject.toml"
    file.write_text(block("[tool.convlint]"), encoding="utf-8")
    names = {rule.name for rule in load_rules()}
    config = load(file)
    assert {*config.select, *config.severity} <= names
    assert config.per_file_ignores


def test_every_option_that_it_names_exists(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--help"], ["layers", "--help"], ["verify", "--help"]):
        assert run(arguments) == 0
    helped = capsys.readouterr().out
    own = re.findall(r"(?:convlint[^\n`]*|`)(--[a-z][a-z-]+)", TEXT)
    assert own
    for option in own:
        assert option in helped, option


def test_every_file_that_it_links_to_exists() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", TEXT):
        assert (ROOT / target).is_file(), target

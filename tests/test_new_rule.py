"""``convlint new-rule``: what it writes is a rule, and its examples hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from convlint import cli
from convlint.registry import load_rules
from convlint.testing import run_examples


def test_a_new_rule_passes_its_tests(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "tools" / "my_rules"
    assert cli.run(["new-rule", "my-rule", "--folder", str(folder), "--group", "mine"]) == 0
    path = folder / "my_rule.py"
    assert capsys.readouterr().out == f"{path}\n"
    (rule,) = [rule for rule in load_rules([folder]) if rule.group == "mine"]
    assert (rule.name, type(rule).__name__) == ("my-rule", "MyRule")
    assert run_examples(rule) == []


def test_nothing_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for expected in (0, 2):
        assert cli.run(["new-rule", "my-rule", "--folder", str(tmp_path)]) == expected
    assert "exists already" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["MyRule", "my_rule", "../rule", "all", ""])
def test_a_name_is_kebab_case(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["new-rule", name, "--folder", str(tmp_path)]) == 2
    assert "kebab-case" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []

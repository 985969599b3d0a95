"""Rules are found by entry point and by path, and a plugin that is not right says so in one line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from convlint.findings import Severity
from convlint.registry import RuleLoadError, load_rules, page

RULE = '''\
"""{title}

## What it does

Finds it.
"""

from __future__ import annotations

from collections.abc import Iterator

from convlint.findings import Severity
from convlint.network.layers import Layer
from convlint.rule import Problem, Rule


class Found(Rule):
    name = "{name}"
    group = "test"
    severity = Severity.NOTE

    def check(self, layer: Layer) -> Iterator[Problem]:
        yield Problem("found", "are found")
'''


def rule_text(name: str) -> str:
    return RULE.format(title=f"About {name}.", name=name)


def names(*paths: Path) -> list[str]:
    return [rule.name for rule in load_rules(paths)]


def test_our_rule_comes_by_entry_point() -> None:
    (rule,) = (rule for rule in load_rules() if rule.name == "dead-pixels")
    assert type(rule).__module__ == "convlint_rules.dead_pixels"
    assert (rule.group, rule.severity, rule.enabled) == ("sampling", Severity.WARNING, True)
    assert "## What it does" in page(rule)


def test_a_rule_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(rule_text("mine"))
    assert set(names(path)) - set(names()) == {"mine"}
    (rule,) = (rule for rule in load_rules([path]) if rule.name == "mine")
    assert page(rule).startswith("About mine.")


def test_a_folder_of_rule_files_with_a_private_neighbour(tmp_path: Path) -> None:
    text = rule_text("{}").replace('"{}"', "NAME")
    (tmp_path / "_names.py").write_text('"""Names."""\n\nNAME = "from-neighbour"\n')
    (tmp_path / "one.py").write_text(text.replace("class ", "from ._names import NAME\n\n\nclass ", 1))
    (tmp_path / "two.py").write_text(rule_text("two"))
    (tmp_path / "_hidden.py").write_text(rule_text("hidden"))
    assert set(names(tmp_path)) - set(names()) == {"from-neighbour", "two"}


def test_a_package_with_a_nested_one(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "__init__.py").write_text('"""Rules of the house."""\n')
    (tmp_path / "deep" / "__init__.py").write_text('"""Deeper."""\n')
    (tmp_path / "deep" / "three.py").write_text(rule_text("three"))
    assert set(names(tmp_path)) - set(names()) == {"three"}


def test_rules_are_sorted_by_name_and_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(rule_text("aaa"))
    assert names(path)[0] == "aaa"
    path.write_text(rule_text("zzz-longer"))
    assert names(path) == sorted(names(path))
    assert names(path)[-1] == "zzz-longer"


def test_dataclasses_in_a_rule_file_work(tmp_path: Path) -> None:
    extra = "\n\nfrom dataclasses import dataclass\n\n\n@dataclass(frozen=True)\nclass Limits:\n    least: int = 1\n"
    (tmp_path / "mine.py").write_text(rule_text("mine") + extra)
    assert "mine" in names(tmp_path / "mine.py")


def test_a_rule_that_builds_on_another_does_not_ship_it_again(tmp_path: Path) -> None:
    text = rule_text("mine").replace(
        "class Found(Rule):", "from convlint_rules.dead_pixels import DeadPixels\n\n\nclass Found(DeadPixels):"
    )
    (tmp_path / "mine.py").write_text(text)
    assert "mine" in names(tmp_path / "mine.py")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("def broken(:\n", "SyntaxError"),
        ("import no_such_module_anywhere\n", "ModuleNotFoundError: No module named 'no_such_module_anywhere'"),
        ("import sys\nsys.exit(3)\n", "SystemExit: 3"),
        ("raise ValueError('one\\ntwo')\n", "ValueError: one"),
        (rule_text("dead-pixels"), "rule 'dead-pixels' is already shipped by plugin 'builtin' of convlint"),
        (rule_text("internal-error"), "the name 'internal-error' is convlint's own"),
        (rule_text("mine").replace('"test"', '"all"'), "the group 'all' is convlint's own"),
        (rule_text("Not_Kebab"), "Found needs a name in kebab-case"),
        (rule_text("mine").replace('    name = "mine"\n', ""), "Found needs a name in kebab-case"),
        (rule_text("mine").replace('    group = "test"\n', ""), "Found needs a group in kebab-case"),
        (rule_text("mine").replace("Severity.NOTE", '"note"'), "Found needs a severity"),
        (rule_text("mine").partition('Finds it.\n"""\n')[2], "Found: the file has no docstring"),
        (
            rule_text("mine") + "\n    def __init__(self) -> None:\n        raise OSError\n",
            "Found cannot be built: OSError",
        ),
        (rule_text("mine") + "\n\nclass Again(Found):\n    name = 'again'\n", "Found and Again share a file"),
    ],
)
def test_what_is_not_right_is_one_line_that_names_the_file(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "mine.py"
    path.write_text(text)
    with pytest.raises(RuleLoadError) as raised:
        load_rules([path])
    message = str(raised.value)
    assert path.as_posix() in message
    assert complaint in message
    assert "\n" not in message


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("")
    for name in ("gone", "gone.py", "notes.txt"):
        with pytest.raises(RuleLoadError, match=f"{name}: no rule file or folder of rule files is there"):
            load_rules([tmp_path / name])


def plugin(folder: Path, name: str, value: str, files: dict[str, str]) -> None:
    """An installed distribution, written by hand: modules and the metadata that pip would leave."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[convlint.rules]\n{name} = {value}\n")


@pytest.mark.parametrize(
    ("value", "files", "complaint"),
    [
        ("house_rules", {}, "plugin 'house' of house cannot be loaded: ModuleNotFoundError"),
        ("house_rules", {"house_rules.py": "1 / 0"}, "plugin 'house' of house cannot be loaded: ZeroDivisionError"),
        (
            "house_rules:Rule",
            {"house_rules.py": "Rule = 3"},
            "plugin 'house' of house: 'house_rules:Rule' is not a module",
        ),
        (
            "house_rules",
            {"house_rules/__init__.py": "", "house_rules/dead.py": rule_text("dead-pixels")},
            "plugin 'house' of house: rule 'dead-pixels' is already shipped by plugin 'builtin' of convlint",
        ),
    ],
)
def test_a_broken_plugin_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str, files: dict[str, str], complaint: str
) -> None:
    plugin(tmp_path, "house", value, files)
    monkeypatch.syspath_prepend(tmp_path)
    for loaded in [module for module in sys.modules if module.startswith("house_rules")]:
        monkeypatch.delitem(sys.modules, loaded)
    with pytest.raises(RuleLoadError) as raised:
        load_rules()
    assert complaint in str(raised.value)
    for loaded in [module for module in sys.modules if module.startswith("house_rules")]:
        del sys.modules[loaded]


def test_importing_the_registry_is_cheap() -> None:
    code = "import sys, convlint.registry; print([m for m in ('importlib.metadata', 'libcst') if m in sys.modules])"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": ""}
    )
    assert run.stdout.strip() == "[]"

"""Every example on every dialect's page does what the page says."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from config_runs import write
from own_source import ROOT

from convlint import cli
from convlint.dialect_testing import failure, run_dialect_examples
from convlint.dialects import load_dialects, page
from convlint.examples import Example, parse
from convlint.frontends.config.dialect import Config, Dialect
from convlint.frontends.config.facts import Found
from convlint.frontends.config.reader import read_configs
from convlint.registry import load_rules

DIALECTS = {dialect.name: dialect for dialect in load_dialects()}
RULES = load_rules()
EXAMPLES = [
    pytest.param(example, id=f"{name}-line-{example.line}")
    for name, dialect in DIALECTS.items()
    for example in parse(page(dialect))
]


@pytest.mark.parametrize("name", DIALECTS)
def test_a_page_tells_the_truth(name: str) -> None:
    assert run_dialect_examples(DIALECTS[name], RULES) == []


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_gives_what_its_page_says(example: Example) -> None:
    assert failure(example, RULES) is None


def test_the_documents_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/document_dialects.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == ""
    assert done.returncode == 0


def test_the_dialect_on_the_page_works(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "dialects.md").read_text(encoding="utf-8")
    names: dict[str, Any] = {"__name__": "acme"}
    exec(text.partition("```python\n")[2].partition("\n```")[0], names)
    files = write(tmp_path, {"net.yaml": "stages:\n  - {window: 3, step: 2}\n  - {window: 1, step: 2}\n"})
    reading = read_configs(tmp_path, files, {}, [names["Stages"]()])
    uses = [reading.network.uses(layer)[0] for layer in reading.network.layers]
    assert [use.meeting[:3] for use in uses] == [("net.yaml", 2, 14), ("net.yaml", 3, 14)]
    assert reading.errors == ()


class Broken(Dialect):
    """A dialect with a defect."""

    name = "broken"
    marks = ((b"a",),)

    def read(self, config: Config) -> Iterator[Found]:
        nothing: dict[str, Found] = {}
        yield nothing[config.source.path]


def test_a_dialect_that_raises_is_one_line(tmp_path: Path) -> None:
    reading = read_configs(tmp_path, write(tmp_path, {"a.yaml": "a: 1\n"}), {}, [Broken()])
    assert [error.message for error in reading.errors] == [
        "dialect broken raised KeyError, so it was not read to the end"
    ]


def test_dialects_are_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["explain", "yolo"]) == 0
    assert capsys.readouterr().out.startswith("yolo (config files)\n\nYOLO model files")

"""The picture in README.md: drawn from what was printed, and nothing else of the README changes."""

from __future__ import annotations

import importlib.util
from types import ModuleType
from xml.etree import ElementTree

import pytest
from own_source import ROOT
from report_runs import NOTE, WARNING, report, run_of


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("readme_picture", ROOT / "scripts" / "readme_picture.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_picture_shows_every_line(script: ModuleType) -> None:
    run = run_of(WARNING, NOTE)
    svg = script.picture(report("text", run_of(WARNING, NOTE, color=True)), "0123")
    assert "printed 0123 -->" in svg
    assert "http" not in svg.replace('xmlns="http://www.w3.org/2000/svg"', "")
    rows: dict[str, str] = {}
    for text in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"):
        if "y" in text.attrib and "clip-path" in text.attrib:
            rows[text.attrib["y"]] = rows.get(text.attrib["y"], "") + (text.text or "")
    # Blanks between styles are drawn by leaving room, so only the other characters are compared.
    drawn = ["".join(row.split()) for row in rows.values()]
    printed = ["".join(line.split()) for line in report("text", run).splitlines()]
    assert list(filter(None, drawn)) == list(filter(None, printed))


def test_only_the_block_changes(script: ModuleType) -> None:
    readme = "before\n<!-- output -->\nold\n<!-- /output -->\nafter\n"
    changed = script.readme_with(readme, "\x1b[1ma.py\x1b[0m \\1\n")
    assert changed == (
        "before\n<!-- output -->\n```text\n$ convlint --input-size 224 examples/resnet.py\na.py \\1\n```\n"
        "<!-- /output -->\nafter\n"
    )
    assert script.readme_with(changed, "a.py \\1\n") == changed
    with pytest.raises(SystemExit):
        script.readme_with("no block\n", "")

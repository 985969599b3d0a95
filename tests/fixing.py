"""What the tests of fixes share: one file linted in memory, and its fixes."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from convlint.evaluate.project import Analysis, Request, analyse
from convlint.findings import Finding
from convlint.fixes.compose import Composer
from convlint.linter import lint
from convlint.registry import load_rules

RULES = {rule.name: rule for rule in load_rules()}
_FOLDER = Path(tempfile.gettempdir()).resolve() / "convlint-no-such-folder"


def analysed(text: str, name: str = "model.py", **more: Any) -> Analysis:
    """What a file that holds ``text`` builds. No file is read or written."""
    path = _FOLDER / name
    analysis = analyse(Request(root=_FOLDER, linted=(path,), overlays={path: text}, **more))
    assert not analysis.errors, analysis.errors
    return analysis


def findings(
    text: str, rules: Sequence[str] = ("dead-pixels",), name: str = "model.py", **more: Any
) -> tuple[Finding, ...]:
    """What ``rules`` find in a file that holds ``text``, with fixes."""
    analysis = analysed(text, name, **more)
    linted = frozenset({name})
    compose = Composer({name: text}.get, linted, network=analysis.network)
    return lint(analysis.network, [RULES[rule] for rule in rules], linted, {}, compose)

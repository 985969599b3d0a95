"""What the tests of fixes share: one file linted in memory, and its fixes."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from convlint.evaluate.project import Request, analyse
from convlint.findings import Finding
from convlint.fixes.compose import Composer
from convlint.linter import lint
from convlint.registry import load_rules

RULES = {rule.name: rule for rule in load_rules()}
_FOLDER = Path(tempfile.gettempdir()).resolve() / "convlint-no-such-folder"


def findings(text: str, rules: Sequence[str] = ("dead-pixels",), name: str = "model.py") -> tuple[Finding, ...]:
    """What ``rules`` find in a file that holds ``text``, with fixes. No file is read or written."""
    path = _FOLDER / name
    analysis = analyse(Request(root=_FOLDER, linted=(path,), overlays={path: text}))
    assert not analysis.errors, analysis.errors
    linted = frozenset({name})
    compose = Composer({name: text}.get, linted, network=analysis.network)
    return lint(analysis.network, [RULES[rule] for rule in rules], linted, {}, compose)

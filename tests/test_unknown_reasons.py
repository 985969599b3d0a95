"""The reasons for which values are unknown: each that is given is explained, and each that is explained is given."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from own_source import ROOT

from convlint.evaluate.unknown import NOT_FOLLOWED, REASONS

STANDINS = ROOT / "convlint" / "evaluate" / "library" / "standins"
FILES = [path for path in sorted((ROOT / "convlint").rglob("*.py")) if STANDINS not in path.parents]
MAKERS = {"Unknown": 0, "Gap": 1}
"""What makes unknowns, and which of its arguments is the reason."""


def reasons_given() -> Iterator[tuple[str, str]]:
    """Each reason that is written in our source, and where."""
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_bytes())):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            position = MAKERS.get(name)
            if position is not None and len(node.args) > position:
                # `"a" if x else "b"` names two.
                for part in ast.walk(node.args[position]):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        yield part.value, f"{path.relative_to(ROOT)}:{node.lineno}"


def test_every_reason_that_is_given_is_explained() -> None:
    found = list(reasons_given())
    assert len(found) > 100
    assert [(reason, where) for reason, where in found if reason not in REASONS] == []


def test_every_reason_that_is_explained_is_given() -> None:
    assert set(REASONS) == {NOT_FOLLOWED, *(reason for reason, _ in reasons_given())}


@pytest.mark.parametrize("reason", REASONS)
def test_a_reason_says_what_it_means_and_what_would_help(reason: str) -> None:
    explanation, hint = REASONS[reason]
    assert len(explanation.split()) >= 5
    assert len(hint.split()) >= 2
    assert not explanation.endswith(".")
    assert not hint.endswith(".")

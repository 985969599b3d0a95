"""Whole files, lowered as ``ast`` says: convlint's own sources and part of the running interpreter's library."""

from __future__ import annotations

import sysconfig
from pathlib import Path

import pytest
from ast_oracle import comparable, lowered_by_ast

from convlint.frontends.python.lower import lower
from convlint.frontends.python.outline import outline
from convlint.frontends.python.source_text import read_source

ROOT = Path(__file__).parent.parent
LIBRARY = Path(sysconfig.get_path("stdlib"))
FILES = [
    *sorted((ROOT / "convlint").rglob("*.py")),
    *sorted((ROOT / "rules").rglob("*.py")),
    *sorted((ROOT / "tests").glob("*.py")),
    *sorted((ROOT / "examples").rglob("*.py")),
    *(LIBRARY / name for name in ("argparse.py", "ast.py", "dataclasses.py", "enum.py", "typing.py", "tokenize.py")),
    *(LIBRARY / name for name in ("inspect.py", "traceback.py", "statistics.py", "textwrap.py", "decimal.py")),
    *sorted((LIBRARY / "asyncio").glob("*.py")),
    *sorted((LIBRARY / "email").glob("*.py")),
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_file_is_lowered_as_ast_says(path: Path) -> None:
    text = read_source(path)
    found = tuple(statement for piece in outline(text) for statement in lower(text, piece))
    assert comparable(found) == comparable(lowered_by_ast(text))

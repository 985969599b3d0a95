"""Writes docs/dialects/ and the table in docs/dialects.md from the dialects' own pages; ``--check`` only compares."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from documents import update, with_table

from convlint.dialects import load_dialects, page
from convlint.explain import titled_examples
from convlint.frontends.config.dialect import Dialect

FOLDER = "docs/dialects"
OWN_PACKAGE = "convlint"
"""Dialects of other installed plugins are not ours to document."""
ORIGIN = "<!-- Written by scripts/document_dialects.py from the docstring of the dialect's file; edit it there. -->"


def documents(root: Path) -> dict[Path, str]:
    """The whole text of every document that dialects are written into. Raises SystemExit where there is no place."""
    dialects = [dialect for dialect in load_dialects() if type(dialect).__module__.partition(".")[0] == OWN_PACKAGE]
    index = root / "docs" / "dialects.md"
    pages = {root / FOLDER / f"{dialect.name}.md": _document(dialect) for dialect in dialects}
    return {index: with_table(index, root, "dialects", _table(dialects)), **pages}


def _document(dialect: Dialect) -> str:
    """One dialect's page as a document of its own."""
    return f"{ORIGIN}\n\n# {dialect.name}\n\n{titled_examples(page(dialect))}"


def _table(dialects: Sequence[Dialect]) -> str:
    rows = ["| Dialect | Files | What it is |", "|---|---|---|"]
    for dialect in dialects:
        summary = " ".join(page(dialect).partition("\n\n")[0].split()).removesuffix(".")
        files = ", ".join(f"`{suffix}`" for suffix in dialect.suffixes)
        rows.append(f"| [`{dialect.name}`](dialects/{dialect.name}.md) | {files} | {summary} |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    sys.exit(update(__doc__, FOLDER, documents))

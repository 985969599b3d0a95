"""Writes docs/dialects/ and the table in docs/dialects.md from the dialects' own pages; ``--check`` only compares."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from convlint.dialects import load_dialects, page
from convlint.explain import titled_examples
from convlint.frontends.config.dialect import Dialect

ROOT = Path(__file__).resolve().parent.parent
OWN_PACKAGE = "convlint"
"""Dialects of other installed plugins are not ours to document."""
BEGIN, END = "<!-- dialects -->", "<!-- /dialects -->"
ORIGIN = "<!-- Written by scripts/document_dialects.py from the docstring of the dialect's file; edit it there. -->"


def documents(root: Path, dialects: Sequence[Dialect]) -> dict[Path, str]:
    """The whole text of every document that dialects are written into. Raises SystemExit where there is no place."""
    index = root / "docs" / "dialects.md"
    head, begin, rest = index.read_text(encoding="utf-8").partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"docs/dialects.md needs the lines {BEGIN} and {END}: the table of dialects goes between them")
    pages = {root / "docs" / "dialects" / f"{dialect.name}.md": _document(dialect) for dialect in dialects}
    return {index: f"{head}{BEGIN}\n{_table(dialects)}{END}{tail}", **pages}


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


def stale(root: Path, expected: dict[Path, str]) -> list[Path]:
    """The documents that are missing or differ, and the pages of dialects that are gone, sorted."""
    differing = {path for path, text in expected.items() if not path.is_file() or path.read_text("utf-8") != text}
    return sorted(differing | {path for path in (root / "docs" / "dialects").glob("*.md") if path not in expected})


def main(arguments: Sequence[str] | None = None) -> int:
    """0 where all documents are up to date, or are now; 1 where ``--check`` finds a stale one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a document is stale")
    parser.add_argument("--root", type=Path, default=ROOT, help="the project's folder")
    options = parser.parse_args(arguments)
    ours = [dialect for dialect in load_dialects() if type(dialect).__module__.partition(".")[0] == OWN_PACKAGE]
    expected = documents(options.root, ours)
    changed = stale(options.root, expected)
    for path in changed:
        print(f"{'stale' if options.check else 'written'}: {path.relative_to(options.root).as_posix()}")
        if options.check:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        if path in expected:
            path.write_text(expected[path], encoding="utf-8", newline="\n")
        else:
            path.unlink()
    return 1 if changed and options.check else 0


if __name__ == "__main__":
    sys.exit(main())

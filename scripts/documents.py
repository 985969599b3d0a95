"""What the scripts share that write documents from docstrings: a table between two lines, and a page for each name."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def with_table(document: Path, root: Path, of: str, table: str) -> str:
    """The text of ``document`` with the table ``of`` something in its place. Raises SystemExit where it has none."""
    begin, end = f"<!-- {of} -->", f"<!-- /{of} -->"
    head, found, rest = document.read_text(encoding="utf-8").partition(begin)
    _, closed, tail = rest.partition(end)
    if not found or not closed:
        name = document.relative_to(root).as_posix()
        raise SystemExit(f"{name} needs the lines {begin} and {end}: the table of {of} goes between them")
    return f"{head}{begin}\n{table}{end}{tail}"


def stale(folder: Path, expected: Mapping[Path, str]) -> list[Path]:
    """The documents that are missing or differ, and the pages in ``folder`` that are no longer expected, sorted."""
    differing = {path for path, text in expected.items() if not path.is_file() or path.read_text("utf-8") != text}
    return sorted(differing | {path for path in folder.glob("*.md") if path not in expected})


def update(
    description: str | None,
    folder: str,
    documents: Callable[[Path], Mapping[Path, str]],
    arguments: Sequence[str] | None = None,
) -> int:
    """Write the documents, by path, or compare: 1 where ``--check`` finds a stale one.

    ``folder``, below the project's, holds the pages; those that are not among the documents are removed.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a document is stale")
    parser.add_argument("--root", type=Path, default=ROOT, help="the project's folder")
    options = parser.parse_args(arguments)
    expected = documents(options.root)
    changed = stale(options.root / folder, expected)
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

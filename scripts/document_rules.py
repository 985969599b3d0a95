"""Writes docs/rules/ and the table of rules in README.md from the rules' own pages; ``--check`` only compares."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from convlint.explain import facts, page_with_titled_examples, summary
from convlint.registry import load_rules
from convlint.rule import Rule

ROOT = Path(__file__).resolve().parent.parent
OWN_PACKAGE = "convlint_rules"
"""Rules of other installed plugins are not ours to document."""
BEGIN, END = "<!-- rules -->", "<!-- /rules -->"
ORIGIN = "<!-- Written by scripts/document_rules.py from the docstring of the rule's file; edit it there. -->"


def documents(root: Path, rules: Sequence[Rule]) -> dict[Path, str]:
    """The whole text of every document that rules are written into. Raises SystemExit where README.md has no place."""
    readme = root / "README.md"
    head, begin, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"README.md needs the lines {BEGIN} and {END}: the table of rules goes between them")
    pages = {root / "docs" / "rules" / f"{rule.name}.md": _document(rule) for rule in rules}
    return {readme: f"{head}{BEGIN}\n{_table(rules)}{END}{tail}", **pages}


def _document(rule: Rule) -> str:
    """One rule's page as a document of its own."""
    group, severity, default = facts(rule)
    return f"{ORIGIN}\n\n# {rule.name}\n\nGroup `{group}`, severity `{severity}`, {default} by default.\n\n" + (
        page_with_titled_examples(rule)
    )


def _table(rules: Sequence[Rule]) -> str:
    rows = ["| Rule | Group | Severity | Default | What it finds |", "|---|---|---|---|---|"]
    for rule in rules:
        cells = (f"[`{rule.name}`](docs/rules/{rule.name}.md)", *facts(rule), summary(rule).replace("|", "\\|"))
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def stale(root: Path, expected: dict[Path, str]) -> list[Path]:
    """The documents that are missing or differ, and the pages of rules that are gone, sorted."""
    differing = {path for path, text in expected.items() if not path.is_file() or _read(path) != text}
    return sorted(differing | {path for path in (root / "docs" / "rules").glob("*.md") if path not in expected})


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """0 where all documents are up to date, or are now; 1 where ``--check`` finds a stale one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a document is stale")
    parser.add_argument("--root", type=Path, default=ROOT, help="the project's folder")
    options = parser.parse_args(arguments)
    ours = [rule for rule in load_rules() if type(rule).__module__.partition(".")[0] == OWN_PACKAGE]
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

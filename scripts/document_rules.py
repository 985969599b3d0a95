"""Writes docs/rules/ and the table of rules in README.md from the rules' own pages; ``--check`` only compares."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from documents import update, with_table

from convlint.explain import facts, page_with_titled_examples, summary
from convlint.registry import load_rules
from convlint.rule import Rule

FOLDER = "docs/rules"
OWN_PACKAGE = "convlint_rules"
"""Rules of other installed plugins are not ours to document."""
ORIGIN = "<!-- Written by scripts/document_rules.py from the docstring of the rule's file; edit it there. -->"


def documents(root: Path) -> dict[Path, str]:
    """The whole text of every document that rules are written into. Raises SystemExit where README.md has no place."""
    rules = [rule for rule in load_rules() if type(rule).__module__.partition(".")[0] == OWN_PACKAGE]
    readme = root / "README.md"
    pages = {root / FOLDER / f"{rule.name}.md": _document(rule) for rule in rules}
    return {readme: with_table(readme, root, "rules", _table(rules)), **pages}


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


if __name__ == "__main__":
    sys.exit(update(__doc__, FOLDER, documents))

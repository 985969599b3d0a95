"""A rule's page and the list of rules, as plain text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import fill, indent

from convlint.registry import page
from convlint.rule import Rule

WIDTH = 88
"""Prose is filled to so many columns: lines that the eye finds the way back from."""

_CODE_TITLES = {"bad": "Reported:", "good": "Not reported:", "fixed": "Mended:", "read": "Read:"}


def explain(rule: Rule) -> str:
    """The rule's page for reading in a terminal: titles underlined, prose filled, code indented."""
    group, severity, default = facts(rule)
    lines = [f"{rule.name} ({group}, {severity}, {default} by default)", "", *_readable(page(rule).splitlines())]
    return "\n".join(lines).rstrip() + "\n"


def explain_dialect(name: str, text: str) -> str:
    """The page of a dialect of config files, in the same way."""
    return "\n".join([f"{name} (config files)", "", *_readable(text.splitlines())]).rstrip() + "\n"


def rules_table(rules: Sequence[Rule]) -> str:
    """A line for each rule: name, group, severity, whether it is on by default, and what it finds."""
    rows = [("rule", "group", "severity", "default", "finds")]
    rows += [(rule.name, *facts(rule), summary(rule)) for rule in rules]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n" for row in rows
    )


def facts(rule: Rule) -> tuple[str, str, str]:
    """Group, severity, and ``on`` or ``off``: whether the rule runs without being selected."""
    return rule.group, rule.severity.value, "on" if rule.enabled else "off"


def summary(rule: Rule) -> str:
    """The first paragraph of the rule's page on one line, without a full stop."""
    return " ".join(page(rule).partition("\n\n")[0].split()).removesuffix(".")


def page_with_titled_examples(rule: Rule) -> str:
    """The rule's page in Markdown, with words in front of each example in place of the marker behind its fence."""
    return titled_examples(page(rule))


def titled_examples(text: str) -> str:
    """A page in Markdown, with words in front of each example in place of the marker behind its fence."""
    lines: list[str] = []
    for line in text.splitlines():
        fence, _, marker = line.rstrip().partition(" ")
        if fence.startswith("```") and marker in _CODE_TITLES:
            lines += [_CODE_TITLES[marker], "", fence]
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"


def _readable(lines: Sequence[str]) -> Iterator[str]:
    """Markdown as text: what is between fences keeps its lines, the rest is filled."""
    paragraph: list[str] = []
    fence = ""
    for line in [*lines, ""]:
        if fence:
            if line.rstrip() == fence:
                fence = ""
            else:
                yield indent(line, "    ").rstrip()
            continue
        starts_block = not line.strip() or line.startswith(("#", "- ", "```"))
        if starts_block and paragraph:
            yield _filled(paragraph)
            paragraph = []
        if line.startswith("```"):
            fence = "`" * (len(line) - len(line.lstrip("`")))
            title = _CODE_TITLES.get(line.rstrip().partition(" ")[2])
            yield from (f"  {title}", "") if title else ()
        elif line.startswith("#"):
            title = line.lstrip("# ").rstrip()
            yield title
            yield "-" * len(title)
        elif line.strip():
            paragraph.append(line.strip())
        else:
            yield ""


def _filled(paragraph: Sequence[str]) -> str:
    """One paragraph or list item, filled; the lines of an item hang under its text."""
    hanging = "  " if paragraph[0].startswith("- ") else ""
    return fill(" ".join(paragraph), WIDTH, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False)

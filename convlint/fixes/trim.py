"""The smallest edits that turn one text into another: what both have in common at their ends stays untouched."""

from __future__ import annotations

from convlint.findings import Edit
from convlint.fixes.source_view import SourceView


def trimmed(view: SourceView, start: int, old: str, new: str) -> tuple[Edit, ...]:
    """One edit that turns ``old``, which begins at the offset ``start``, into ``new``; none where they are equal."""
    if old == new:
        return ()
    shortest = min(len(old), len(new))
    head = 0
    while head < shortest and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < shortest - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return (Edit(view.place(start + head, start + len(old) - tail), new[head : len(new) - tail]),)

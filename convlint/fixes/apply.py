"""Applies edits to a text, and chooses which fixes can be applied together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

from convlint.findings import Applicability, Edit, Finding, Fix
from convlint.source import Lines, Place

Span = tuple[int, int]


class Chosen(NamedTuple):
    """A fix that is to be applied, and the finding that it mends."""

    finding: Finding
    fix: Fix


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """``text`` with all ``edits`` made. They do not overlap; equal ones count as one."""
    starts = Lines(text).starts
    parts: list[str] = []
    position = 0
    for (begin, end), new in sorted({(_span(starts, edit.place), edit.text) for edit in edits}):
        parts += (text[position:begin], new)
        position = end
    return "".join((*parts, text[position:]))


def shifted(text: str, edits: Iterable[Edit], place: Place) -> Span:
    """Where the characters of ``place`` stand after ``edits``: what is put at its beginning counts as inside."""
    starts = Lines(text).starts
    spans = sorted({(_span(starts, edit.place), edit.text) for edit in edits})
    begin, end = _span(starts, place)
    return (
        begin + sum(len(new) - (stop - start) for (start, stop), new in spans if stop <= begin and start < begin),
        end + sum(len(new) - (stop - start) for (start, stop), new in spans if start < end or stop <= end),
    )


def choose(
    findings: Sequence[Finding],
    applicabilities: Collection[Applicability],
    refused: Collection[tuple[Edit, ...]],
    text_of: Callable[[str], str | None],
) -> list[Chosen]:
    """The fixes to apply now: of each finding the best that may be applied, unless it meets an earlier one.

    Two fixes meet where an edit of one overlaps or touches one of the other, unless they are equal, such as the same
    import. ``refused`` holds the edits of fixes that did not work.
    """
    taken: dict[str, dict[Span, str]] = defaultdict(dict)
    chosen: list[Chosen] = []
    for finding in findings:
        fixes = (fix for fix in finding.fixes if fix.applicability in applicabilities and fix.edits not in refused)
        fix = next(fixes, None)
        if fix is None or not fix.edits or any(text_of(edit.place.path) is None for edit in fix.edits):
            continue
        spans = [(edit.place.path, _span(Lines(text_of(edit.place.path) or "").starts, edit.place), edit.text)
                 for edit in fix.edits]  # fmt: skip
        if any(_meets(taken[path], span, text) for path, span, text in spans):
            continue
        for path, span, text in spans:
            taken[path][span] = text
        chosen.append(Chosen(finding, fix))
    return chosen


def _meets(taken: dict[Span, str], span: Span, text: str) -> bool:
    if taken.get(span) == text and span[0] == span[1]:
        return False
    return any(begin <= span[1] and span[0] <= end for begin, end in taken)


def _span(starts: Sequence[int], place: Place) -> Span:
    return starts[place.line - 1] + place.column - 1, starts[place.end_line - 1] + place.end_column - 1

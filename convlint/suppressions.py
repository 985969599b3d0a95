"""Comments that silence findings: ``# convlint: ignore[...]`` and ``# convlint: ignore-file[...]``."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from convlint.findings import Finding, Severity, sort_key
from convlint.selection import Selection
from convlint.source import Lines, Place

UNUSED = "unused-suppression"
MARK = "convlint:"
"""A file without this text holds no suppression, and its comments are not looked at."""

_COMMENT = re.compile(r"#\s*convlint:\s*(?P<word>[\w-]*)\s*(?P<names>\[[^\]#]*\])?(?P<open>\[)?")
_MEANT = re.compile(r"ign|suppress|disable|no-?qa|off|skip", re.IGNORECASE)
"""Other words after ``convlint:`` that were probably meant to silence something; any other text is prose."""

Comments = Callable[[str], Iterable[tuple[int, str]]]
"""Offset and text of each comment in a source text, in order."""

Stretches = Mapping[str, Sequence[tuple[int, int]]]
"""By path: first and last lines, inclusive."""


@dataclass(frozen=True, slots=True)
class Suppression:
    """One comment that silences findings."""

    place: Place
    names: tuple[str, ...]
    """Rules and groups; empty for all of them."""
    whole_file: bool = False
    misspelt: bool = False
    """It says ``convlint:`` but not what convlint understands, so it silences nothing."""
    alone: bool = False
    """Nothing but the comment stands on its line."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The findings that are left, and the suppressions that silenced the others."""

    kept: tuple[Finding, ...]
    suppressed: int
    used: frozenset[tuple[Place, str]]
    """The place of each suppression that silenced something, and the name in it (or ``""``) that did."""


def read(path: str, text: str, comments: Comments) -> tuple[Suppression, ...]:
    """The suppressions in ``text``, in order. Strings that only look like comments are none."""
    if MARK not in text:
        return ()
    lines = Lines(text)
    found: list[Suppression] = []
    for offset, comment in comments(text):
        for match in _COMMENT.finditer(comment):
            place = lines.place(path, offset + match.start(), offset + match.end())
            before = text[lines.starts[place.line - 1] : offset]
            suppression = _understood(match, place, alone=not before.strip())
            if suppression is not None:
                found.append(suppression)
    return tuple(found)


def _understood(match: re.Match[str], place: Place, *, alone: bool) -> Suppression | None:
    word, names = match["word"], match["names"]
    if word in ("ignore", "ignore-file") and not match["open"]:
        split = tuple(name.strip() for name in names[1:-1].split(",")) if names else ()
        if names is None or all(split):
            return Suppression(place, split, whole_file=word == "ignore-file", alone=alone)
    elif not _MEANT.match(word):
        return None
    return Suppression(place, (), misspelt=True, alone=alone)


def judge(
    findings: Sequence[Finding], suppressions: Callable[[str], Sequence[Suppression]], selection: Selection
) -> Judged:
    """Take out the findings that a comment silences: on the finding's own lines, on its layer's call, in its file.

    In a config also where one of its numbers is written.

    ``suppressions`` gives those of a file by its path.
    """
    kept: list[Finding] = []
    used: set[tuple[Place, str]] = set()
    for finding in findings:
        hits = {
            (suppression.place, name)
            for suppression in _near(finding, suppressions)
            if (name := _silencing(suppression, finding.rule, selection)) is not None
        }
        used |= hits
        if not hits:
            kept.append(finding)
    return Judged(tuple(kept), len(findings) - len(kept), frozenset(used))


def _near(finding: Finding, suppressions: Callable[[str], Sequence[Suppression]]) -> Iterator[Suppression]:
    places = [finding.place]
    # An installed package does not decide what its user gets to see.
    if finding.layer is not None and "site-packages" not in finding.layer.call.path.split("/"):
        places.append(finding.layer.call)
    if not finding.place.path.endswith(".py"):  # in a config there may be no call around the numbers
        places += [place for place in finding.origins.values() if place.path == finding.place.path]
    for place in places:
        for suppression in suppressions(place.path):
            if suppression.whole_file or place.line <= suppression.place.line <= place.end_line:
                yield suppression


def _silencing(suppression: Suppression, rule: str, selection: Selection) -> str | None:
    """The name in ``suppression`` that stands for ``rule``; ``""`` where it stands for all; None where none does."""
    if suppression.misspelt:
        return None
    if not suppression.names:
        return "" if rule != UNUSED else None
    return next((name for name in suppression.names if rule in (selection.names(name) or ())), None)


def unused(
    judged: Judged,
    suppressions: Mapping[str, Sequence[Suppression]],
    selection: Selection,
    undecided: Stretches,
    severity: Severity = Severity.NOTE,
) -> tuple[Finding, ...]:
    """A finding for each suppression, of those in the linted files, that silenced nothing it names.

    ``undecided`` holds the calls whose numbers are unknown: what a suppression there is about may depend on who calls.
    """
    found: list[Finding] = []
    for path, in_file in suppressions.items():
        for suppression in in_file:
            line = suppression.place.line
            if suppression.whole_file:
                open_case = bool(undecided.get(path))
            else:
                open_case = any(first <= line <= last for first, last in undecided.get(path, ()))
            message = _complaint(suppression, judged.used, selection, open_case)
            if message:
                found.append(Finding(UNUSED, severity, suppression.place, message))
    return tuple(sorted(found, key=sort_key))


def _complaint(
    suppression: Suppression, used: Collection[tuple[Place, str]], selection: Selection, open_case: bool
) -> str | None:
    """What is wrong with one suppression, in words; None where nothing is."""
    if suppression.misspelt:
        return "this comment is not understood, so it silences nothing; write `# convlint: ignore[RULE]`"
    unknown = [name for name in suppression.names if selection.names(name) is None]
    parts = [f"no rule or group is called {name}{selection.suggestion(name)}" for name in unknown]
    if not open_case:
        hint = ": it has to stand on a line of the call" if suppression.alone and not suppression.whole_file else ""
        if not suppression.names and (suppression.place, "") not in used and _all_ran(selection):
            parts.append(f"nothing is silenced by this comment{hint}")
        idle = [name for name in suppression.names if _is_idle(suppression, name, used, selection)]
        if idle:
            parts.append(f"no finding of {', '.join(idle)} is silenced by this comment{hint}")
    return "; ".join(parts) or None


def _is_idle(suppression: Suppression, name: str, used: Collection[tuple[Place, str]], selection: Selection) -> bool:
    """Whether a known name silenced nothing although all its rules ran. One for unused suppressions is never idle."""
    rules = selection.names(name) or frozenset()
    if not rules or UNUSED in rules or not rules <= selection.active:
        return False
    return (suppression.place, name) not in used


def _all_ran(selection: Selection) -> bool:
    return all(rule.name in selection.active for rule in selection.rules if rule.enabled)

"""``--fix``: mends what can be mended, round by round in memory, and writes each file one time at the end."""

from __future__ import annotations

import dataclasses
import difflib
import gc
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import gt
from pathlib import Path

from convlint.findings import Applicability, Edit, Finding, Severity
from convlint.fixes.apply import Chosen, apply_edits, choose, shifted
from convlint.fixes.write import write_source
from convlint.pipeline import Order, Outcome, check
from convlint.source import Lines
from convlint.texts import Texts
from convlint.usage import UsageError

MAX_ROUNDS = 20
"""A round applies every fix that meets no other one; code that needs more rounds than this goes round in circles."""


@dataclass(frozen=True, slots=True)
class Mended:
    """What came of fixing."""

    outcome: Outcome
    """The findings that are left, in the new texts."""
    texts: Mapping[Path, tuple[str, str]]
    """Each changed file's old and new text, by absolute path."""
    fixed: int
    """How many findings were mended."""


def mend(order: Order, unsafe: bool) -> Mended:
    """Apply fixes until none is left that helps. Nothing is written. Raises UsageError as ``pipeline.check`` does.

    A fix stays only where the file still parses, its finding is gone, and no error has come of it; one that does not
    is given up, and the others are tried without it.
    """
    allowed = {Applicability.SAFE, Applicability.UNSAFE} if unsafe else {Applicability.SAFE}
    first = outcome = check(order)
    refused: set[tuple[Edit, ...]] = set()
    fixed = 0
    for _ in range(MAX_ROUNDS):
        chosen = choose(outcome.entry.findings, allowed, refused, outcome.texts)
        if not chosen:
            break
        texts = _new_texts(chosen, outcome.texts)
        overlays = {outcome.workspace.root / path: text for path, text in texts.items()}
        gc.collect()  # the evaluation before holds itself in a circle
        after = check(dataclasses.replace(order, overlays={**outcome.workspace.overlays, **overlays}))
        failed = _failed(chosen, outcome, after)
        if failed:
            refused |= {each.fix.edits for each in failed}
            continue
        outcome, fixed = after, fixed + len(chosen)
        refused = set()
    changed = {path: (_original(first, path), text) for path, text in outcome.workspace.overlays.items()}
    return Mended(outcome, {path: pair for path, pair in changed.items() if pair[0] != pair[1]}, fixed)


def write(mended: Mended) -> None:
    """Write the new texts. Raises UsageError for a file that cannot be written; the others before it are written."""
    for path in sorted(mended.texts):
        write_source(path, *mended.texts[path])


def difference(mended: Mended) -> Iterator[str]:
    """The changes as a unified diff, file by file, line by line, each with its end."""
    for path in sorted(mended.texts):
        shown = path.relative_to(mended.outcome.workspace.root).as_posix()
        old, new = (_LINE.findall(text) for text in mended.texts[path])
        for line in difflib.unified_diff(old, new, f"a/{shown}", f"b/{shown}"):
            yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


_LINE = re.compile(r"[^\n]*\n|[^\n]+")
"""A line with its end. A lone CR stays inside: the tools that apply a diff know no such line."""


def _original(outcome: Outcome, path: Path) -> str:
    text = Texts(outcome.workspace.root, {})(path.relative_to(outcome.workspace.root).as_posix())
    if text is None:
        raise UsageError(f"{path}: cannot be read any more")
    return text


def _new_texts(chosen: Iterable[Chosen], texts: Texts) -> dict[str, str]:
    """The new text of each file that the fixes touch."""
    edits: dict[str, list[Edit]] = {}
    for each in chosen:
        for edit in each.fix.edits:
            edits.setdefault(edit.place.path, []).append(edit)
    return {path: apply_edits(texts(path) or "", of_file) for path, of_file in edits.items()}


def _failed(chosen: list[Chosen], before: Outcome, after: Outcome) -> list[Chosen]:
    """The fixes that did not work; all of those in a file that no longer parses or has a new error."""
    edits = [edit for each in chosen for edit in each.fix.edits]
    spoilt = _spoilt({edit.place.path for edit in edits}, before, after)
    failed = []
    for each in chosen:
        paths = {edit.place.path for edit in each.fix.edits}
        place = each.finding.place
        span = shifted(before.texts(place.path) or "", [edit for edit in edits if edit.place.path == place.path], place)
        if paths & spoilt or any(_is_still(each.finding, found, span, after) for found in after.entry.findings):
            failed.append(each)
    return failed


def _spoilt(paths: set[str], before: Outcome, after: Outcome) -> set[str]:
    """The files among ``paths`` that have errors or undecided layers which they had not before."""
    spoilt = {error.path for error in after.entry.errors} - {error.path for error in before.entry.errors}
    spoilt |= {path for path in paths if any(map(gt, _doubts(after, path), _doubts(before, path)))}
    if after.entry.stats["entry_points"] < before.entry.stats["entry_points"]:
        spoilt |= paths
    return spoilt


def _doubts(outcome: Outcome, path: str) -> tuple[int, int]:
    """How many errors and how many undecided layers a file has."""
    unknown = sum(each.count for each in outcome.entry.unknowns if each.place.path == path)
    return _errors(outcome, path), unknown


def _errors(outcome: Outcome, path: str) -> int:
    found = outcome.entry.findings
    return sum(finding.severity is Severity.ERROR and finding.place.path == path for finding in found)


def _is_still(old: Finding, found: Finding, span: tuple[int, int], after: Outcome) -> bool:
    """Whether ``found`` is ``old`` again, which now stands within ``span``."""
    if (found.rule, found.message, found.place.path) != (old.rule, old.message, old.place.path):
        return False
    starts = Lines(after.texts(found.place.path) or "").starts
    begin = starts[found.place.line - 1] + found.place.column - 1
    end = starts[found.place.end_line - 1] + found.place.end_column - 1
    return begin < span[1] and span[0] < end

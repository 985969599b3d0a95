"""The GitHub report: workflow commands that annotate a change, and a table on the job's summary page."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import TextIO

from convlint.findings import Finding, InputError, Severity
from convlint.report.run import Run, counted, severities
from convlint.report.screen import Screen, screen_of

SHOWN_OF_EACH_KIND = 10
"""GitHub shows so many annotations of each kind in one step, and silently drops the rest."""
SUMMARY_BYTES = 1024 * 1024
"""GitHub refuses a step summary that is larger than this."""

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def write(run: Run, stream: TextIO) -> None:
    """Write the commands, the worst first, and a closing line; append the table to ``$GITHUB_STEP_SUMMARY``.

    Paths are those of the repository: relative to ``$GITHUB_WORKSPACE`` where the run's root lies inside it.
    """
    screen = screen_of(run, stream)
    prefix = _inside_workspace(run.root, os.environ.get("GITHUB_WORKSPACE"))
    kinds: Counter[Severity] = Counter()
    for level, command in _annotations(run, prefix, screen):
        if kinds[level] < SHOWN_OF_EACH_KIND:
            stream.write(command + "\n")
        kinds[level] += 1
    stream.write(f"convlint: {_found(run)}.{_not_shown(kinds)}\n")
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        _append_summary(Path(summary), run, prefix)


def _annotations(run: Run, prefix: PurePosixPath, screen: Screen) -> Iterator[tuple[Severity, str]]:
    """All annotations in order, and the kind as which each one counts; inputs that could not be read come first."""
    for error in run.errors:
        yield Severity.ERROR, _error_command(error, prefix, screen)
    for finding in run.worst_first():
        yield finding.severity, _finding_command(finding, prefix, screen)


def _finding_command(finding: Finding, prefix: PurePosixPath, screen: Screen) -> str:
    place = finding.place
    properties = {"file": _path(place.path, prefix), "line": str(place.line)}
    # GitHub takes columns only where the annotation stays on its line.
    if place.end_line == place.line:
        properties |= {"col": str(place.column), "endColumn": str(place.end_column)}
    else:
        properties["endLine"] = str(place.end_line)
    message = "\n".join(_message_lines(finding, prefix, screen))
    return _command(_COMMANDS[finding.severity], {**properties, "title": finding.rule}, message, screen)


def _message_lines(finding: Finding, prefix: PurePosixPath, screen: Screen) -> Iterator[str]:
    yield screen.printable(finding.message)
    for place, words in finding.labels:
        if place != finding.place:
            yield screen.printable(f"{_path(place.path, prefix)}:{place.line}:{place.column}: {words}")


def _error_command(error: InputError, prefix: PurePosixPath, screen: Screen) -> str:
    properties = {"file": _path(error.path, prefix), **({"line": str(error.line)} if error.line else {})}
    return _command("error", {**properties, "title": "not read"}, screen.printable(error.message), screen)


def _command(name: str, properties: Mapping[str, str], message: str, screen: Screen) -> str:
    """One workflow command. What separates its parts is written as percent codes, so that no text can add a part."""
    listed = ",".join(f"{key}={screen.printable(value).translate(_PROPERTY)}" for key, value in properties.items())
    return f"::{name} {listed}::{message.translate(_DATA)}"


def _found(run: Run) -> str:
    """``2 warnings in 14 files; 1 input could not be read``."""
    found = severities({level: run.count(level) for level in Severity}) or "nothing found"
    unread = f"; {counted(len(run.errors), 'input')} could not be read" if run.errors else ""
    return f"{found} in {counted(run.stats.get('files', 0), 'file')}{unread}"


def _not_shown(kinds: Mapping[Severity, int]) -> str:
    over = severities(
        {level: count - SHOWN_OF_EACH_KIND for level, count in kinds.items() if count > SHOWN_OF_EACH_KIND}
    )
    limit = f"GitHub shows {SHOWN_OF_EACH_KIND} of each kind in a step"
    return f" Not among the annotations: {over} ({limit})." if over else ""


def _inside_workspace(root: Path, workspace: str | None) -> PurePosixPath:
    """The folder of the run's root inside the repository's checkout; the empty path where it is not inside."""
    if not workspace:
        return PurePosixPath()
    try:
        return PurePosixPath(root.resolve().relative_to(Path(workspace).resolve()).as_posix())
    except (OSError, ValueError):
        return PurePosixPath()


def _path(path: str, prefix: PurePosixPath) -> str:
    return os.path.normpath(prefix / path).replace(os.sep, "/")


def _append_summary(path: Path, run: Run, prefix: PurePosixPath) -> None:
    """Append the table, as much of it as fits. The summary is an extra: where it cannot be written, nothing is lost."""
    try:
        held = path.stat().st_size if path.exists() else 0
        text = summary_table(run, prefix, SUMMARY_BYTES - held)
        with path.open("a", encoding="utf-8") as stream:
            stream.write(text)
    except OSError:
        return


def summary_table(run: Run, prefix: PurePosixPath, room: int) -> str:
    """The findings as a Markdown table of at most ``room`` bytes in UTF-8; the rows that do not fit are counted."""
    head = f"### convlint: {_found(run)}\n\n"
    rows = [*(_error_row(error, prefix) for error in run.errors)]
    rows += (_finding_row(finding, prefix) for finding in run.worst_first())
    if rows:
        head += "| severity | place | rule | what was found |\n| --- | --- | --- | --- |\n"
    tail = f"\n{len(rows):,} more rows do not fit here.\n"
    left = room - len(head.encode()) - len(tail.encode())
    if left < 0:
        return ""
    text = [head]
    for number, row in enumerate(rows):
        left -= len(row.encode())
        if left < 0:
            text.append(f"\n{len(rows) - number:,} more rows do not fit here.\n")
            break
        text.append(row)
    return "".join(text)


def _finding_row(finding: Finding, prefix: PurePosixPath) -> str:
    place = finding.place
    where = f"{_path(place.path, prefix)}:{place.line}:{place.column}"
    fix = next((f"; {fix.applicability.value} fix: {fix.title}" for fix in finding.fixes), "")
    return _row(finding.severity.value, where, finding.rule, finding.message + fix)


def _error_row(error: InputError, prefix: PurePosixPath) -> str:
    where = _path(error.path, prefix) + (f":{error.line}" if error.line else "")
    return _row("error", where, "not read", error.message)


def _row(*texts: str) -> str:
    return f"| {' | '.join(map(markdown_text, texts))} |\n"


def markdown_text(text: str) -> str:
    """``text`` as it stands, whatever it holds: no markup, link, mention, cell or line can come of it."""
    plain = Screen(width=0).printable(text)
    return "".join(
        character if character.isalnum() or character in " -,;=/" or not character.isascii() else f"&#{ord(character)};"
        for character in plain
    )

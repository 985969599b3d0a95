"""The text report, for a person: what was found, the pixels that are lost, the code that loses them, a summary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TextIO

from convlint.findings import Applicability, Finding, Severity
from convlint.network.entry_points import natural_order, short_name
from convlint.network.layers import Confidence
from convlint.network.verdicts import GATE_ONLY
from convlint.report.concise import write_errors
from convlint.report.run import Run, counted, severities
from convlint.report.screen import Screen, screen_of
from convlint.report.snippet import Label, SourceLines, code_line, frames
from convlint.report.statistics import statistics_lines
from convlint.report.work import work_line
from convlint.source import Place

ENTRY_POINTS_SHOWN = 3
"""So many models are named; the others are counted. JSON has them all."""
LAYERS_SHOWN = 3
"""So many layers are named for which one finding holds as well; the others are counted."""


def write(run: Run, stream: TextIO) -> None:
    """Write every finding in the order of the run, what could not be read, and the summary."""
    screen = screen_of(run, stream)
    sources = SourceLines(run.sources)
    for alike in _told_once([each for each in run.findings if not run.aside(each)]):
        finding, *others = sorted(alike, key=lambda each: _axes(each) != 2)  # images are what most have
        for line in (*_finding_lines(finding, sources, screen), *_others(finding, others, screen)):
            stream.write(line + "\n")
        stream.write("\n")
    write_errors(run, screen, stream)
    for line in _closing_lines(run, screen):
        stream.write(line + "\n")


def _told_once(findings: Sequence[Finding]) -> Iterator[list[Finding]]:
    """Findings in a row that are one for a reader: of layers alike, or of one layer with more or fewer axes."""
    group: list[Finding] = []
    for finding in findings:
        if group and not (_same_but_call(group[0], finding) or _same_but_axes(group[0], finding)):
            yield group
            group = []
        group.append(finding)
    if group:
        yield group


def _same_but_call(one: Finding, other: Finding) -> bool:
    """Whether findings differ only in the call that builds the layer."""

    def told(finding: Finding) -> object:
        fixes = tuple((fix.title, fix.edits) for fix in finding.fixes)
        about = finding.place, finding.rule, finding.severity, finding.message, finding.entry_points, fixes
        # Findings about no layer differ in what they are about, whatever they say.
        return about if finding.layer is not None and finding.layer.call != finding.place else (*about, id(finding))

    return told(one) == told(other)


def _same_but_axes(one: Finding, other: Finding) -> bool:
    """Whether findings are of one call that builds a layer for an unknown number of axes, all of them alike."""

    def told(finding: Finding) -> object:
        layer = finding.layer
        given = (layer.kernel_size, layer.stride, layer.dilation) if layer is not None else ()
        sizes = [set(axes) for axes in given if isinstance(axes, tuple)]
        if layer is None or len(sizes) != len(given) or any(len(axes) != 1 for axes in sizes):
            return id(finding)
        return finding.place, finding.rule, finding.severity, finding.verdict, layer.call, layer.kind, sizes

    return _axes(one) != _axes(other) and told(one) == told(other)


def _axes(finding: Finding) -> int:
    """How many axes the finding's layer has; 0 where that is not known."""
    sizes = finding.layer.kernel_size if finding.layer is not None else ()
    return len(sizes) if isinstance(sizes, tuple) else 0


def _others(finding: Finding, others: Sequence[Finding], screen: Screen) -> Iterator[str]:
    """``the same of the layers built at mvit.py:261 and 273``: what else the finding holds for."""
    axes = sorted({_axes(each) for each in others if _axes(each) != _axes(finding)})
    if axes:
        number = sum(_axes(each) in axes for each in others)
        yield f"    the same in {' and '.join(f'{each}-d' for each in axes)}: {counted(number, 'finding')} more"
    built = [each.layer.call for each in others if each.layer is not None and _axes(each) == _axes(finding)]
    calls = sorted(set(built))
    if calls:
        shown = [screen.where(call) for call in calls[:LAYERS_SHOWN]]
        more = f" and {len(calls) - LAYERS_SHOWN} more" if len(calls) > LAYERS_SHOWN else ""
        what = "layers" if len(calls) > 1 else "layer"
        yield f"    the same of the {what} built at {', '.join(shown)}{more}: {counted(len(built), 'finding')} more"


def _finding_lines(finding: Finding, sources: SourceLines, screen: Screen) -> Iterator[str]:
    """A note takes its header and its line of code; a warning or an error is explained in full."""
    level = screen.paint(finding.severity.value, finding.severity.value)
    where = screen.paint(screen.where(finding.place), "path")
    rule = screen.paint(screen.printable(finding.rule), "rule")
    yield f"{where}  {level}  {rule}  {screen.printable(finding.message)}"
    if finding.severity is Severity.NOTE:
        code = code_line(finding.place, sources, screen)
        if code is not None:
            yield code
        return
    for row in finding.picture:
        yield f"    {_pixels(screen.printable(row), screen)}".rstrip()
    yield from frames(_labels(finding), finding.place.path, sources, screen)
    reached = _reached_from(finding)
    if reached:
        yield f"    {screen.printable(reached)}"
    work = work_line(finding)
    if work:
        yield f"    {screen.printable(work)}"
    for fix in finding.fixes:
        said = "suggestion" if fix.applicability is Applicability.SUGGESTION else f"{fix.applicability.value} fix"
        yield f"    {said}: {screen.printable(fix.title)}"


def _labels(finding: Finding) -> list[Label]:
    labels = [Label(place, words, _style(place, finding)) for place, words in finding.labels]
    if not any(label.place.path == finding.place.path for label in labels):
        labels.insert(0, Label(finding.place, "", finding.severity.value))
    return labels


def _style(place: Place, finding: Finding) -> str:
    return finding.severity.value if place == finding.place else "origin"


def _pixels(row: str, screen: Screen) -> str:
    """A row of the picture; in colour, what is read stands out and what is not recedes."""
    if not screen.color or not set(row) <= set("xo "):
        return row
    styles = {"x": "read", "o": "unread"}
    return "".join(screen.paint(pixel, styles[pixel]) if pixel in styles else pixel for pixel in row)


def _reached_from(finding: Finding) -> str:
    """``reached from resnet18, resnet34 and 8 more``; empty where no entry point is known."""
    names = finding.entry_points
    if not names or names == (finding.place.path,):
        return ""
    short = sorted(map(short_name, names), key=natural_order)
    shown = list(dict.fromkeys(short))[:ENTRY_POINTS_SHOWN]
    others = len(names) - sum(name in shown for name in short)
    listed = ", ".join(shown) if others or len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
    more = f" and {others:,} more" if others else ""
    doubt = "" if finding.confidence is Confidence.CERTAIN else ", if a condition holds that could not be decided"
    return f"reached from {listed}{more}{doubt}"


def _closing_lines(run: Run, screen: Screen) -> Iterator[str]:
    if run.statistics and run.findings:
        yield from statistics_lines(run)
    silenced = ((run.suppressed, "suppressed"), (run.baselined, "in the baseline"))
    hidden = [f"{number:,} {how}" for number, how in silenced if number]
    aside = f"; {', '.join(hidden)}" if hidden else ""
    files = counted(run.stats.get("files", 0), "file")
    unread = f"; {counted(len(run.errors), 'input')} could not be read" if run.errors else ""
    if not run.findings and not run.stats.get("files") and not run.errors:
        yield "Nothing found: there was no file to lint."
        return
    if not run.findings:
        yield f"Nothing found in {files}, {_layers_seen(run)}{aside}{unread}."
        return
    found = severities({level: run.count(level) for level in Severity})
    worst = run.worst_first()[0].severity.value
    yield f"{screen.paint(found, worst)} in {files}{aside}{unread}."
    yield from _counted_aside(run, screen)
    rules = {finding.rule for finding in run.findings}
    topic = screen.printable(rules.pop()) if len(rules) == 1 else "RULE"
    yield screen.paint(f"`convlint explain {topic}` says what it means and what to do.", "quiet")


def _counted_aside(run: Run, screen: Screen) -> Iterator[str]:
    """One line for the notes that are not printed."""
    hidden = [finding.verdict for finding in run.findings if run.aside(finding)]
    if not hidden:
        return
    gates = hidden.count(GATE_ONLY)
    kinds = [
        *([f"{len(hidden) - gates:,} where another layer uses the pixels"] if gates < len(hidden) else []),
        *([f"{gates:,} where only a gate or a statistic does"] if gates else []),
    ]
    shown = f"{counted(len(hidden), 'note')} not shown: {', '.join(kinds)}; --show-notes lists them."
    yield screen.paint(shown, "quiet")


def _layers_seen(run: Run) -> str:
    """How much there was to find, so that silence can be told from blindness."""
    layers, known = run.stats.get("layers", 0), run.stats.get("layers_known", 0)
    if not layers:
        return "in which no convolution or pooling layer was seen"
    return f"{known:,} of {counted(layers, 'layer')} fully known"

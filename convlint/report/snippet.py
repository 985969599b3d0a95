"""Code frames: source lines with a gutter of numbers and markers under exact columns."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise

from convlint.report.screen import Screen, cells
from convlint.source import Lines, Place

NARROWEST_CODE = 24
"""Columns that code gets even where the gutter leaves fewer."""


@dataclass(frozen=True, slots=True)
class Label:
    """A place to mark, the words beside the marker, and the style of both."""

    place: Place
    words: str
    style: str


@dataclass(slots=True)
class SourceLines:
    """The lines of the run's files by path and number; each file is read one time."""

    read: Callable[[str], str | None]
    _files: dict[str, tuple[str, list[int]] | None] = field(default_factory=dict)

    def line(self, path: str, number: int) -> str | None:
        """One line without its line end; None where the file cannot be read or has no such line."""
        if path not in self._files:
            text = self.read(path)
            self._files[path] = None if text is None else (text, Lines(text).starts)
        held = self._files[path]
        if held is None or not 0 < number <= len(held[1]):
            return None
        text, starts = held
        end = starts[number] if number < len(starts) else len(text)
        return text[starts[number - 1] : end].rstrip("\r\n")


def frames(labels: Sequence[Label], own_path: str, sources: SourceLines, screen: Screen) -> Iterator[str]:
    """The frames of all labels, file by file, the file ``own_path`` first and without its name.

    Labels of one place share a marker. A line that cannot be read is named without its text.
    """
    labels = _merged(labels)
    gutter = max((len(str(label.place.line)) for label in labels), default=1) + 4
    paths = list(dict.fromkeys([own_path, *(label.place.path for label in labels)]))
    for path in paths:
        inside = sorted((label for label in labels if label.place.path == path), key=lambda label: label.place.line)
        if inside and path != own_path:
            corner = screen.paint(screen.glyphs.corner, "gutter")
            yield f"{' ' * gutter} {corner} {screen.where(inside[0].place)}"
        for block in _blocks(inside):
            yield from _block(block, sources, gutter, screen)


def code_line(place: Place, sources: SourceLines, screen: Screen) -> str | None:
    """The line of a place with its number and no marker; None where it cannot be read."""
    text = sources.line(place.path, place.line)
    if text is None:
        return None
    gutter = len(str(place.line)) + 4
    view = _views(text, [_mark(Label(place, "", "note"), text)], _indent(text), _room(gutter, screen), screen)[0]
    return _gutter(place.line, gutter, screen) + view.text


def _merged(labels: Iterable[Label]) -> list[Label]:
    by_place: dict[Place, Label] = {}
    for label in labels:
        first = by_place.get(label.place)
        if first is not None and label.words not in first.words.split(", "):
            words = ", ".join(filter(None, (first.words, label.words)))
            by_place[label.place] = Label(label.place, words, first.style)
        elif first is None:
            by_place[label.place] = label
    return list(by_place.values())


def _blocks(labels: Sequence[Label]) -> Iterator[list[Label]]:
    """Runs of labels on adjoining lines: their lines keep their indentation to one another."""
    block = list(labels[:1])
    for before, label in pairwise(labels):
        if label.place.line - before.place.line > 1:
            yield block
            block = []
        block.append(label)
    if block:
        yield block


def _block(labels: Sequence[Label], sources: SourceLines, gutter: int, screen: Screen) -> Iterator[str]:
    texts = {label.place.line: sources.line(label.place.path, label.place.line) for label in labels}
    indent = min((_indent(text) for text in texts.values() if text is not None), default=0)
    for number, on_line in groupby(labels, key=lambda label: label.place.line):
        text = texts[number]
        if text is None:
            absent = screen.paint("(source not at hand)", "quiet")
            words = "; ".join(screen.printable(label.words) for label in on_line if label.words)
            yield f"{_gutter(number, gutter, screen)}{absent} {words}".rstrip()
            continue
        room = _room(gutter, screen)
        for view in _views(text, [_mark(label, text) for label in on_line], indent, room, screen):
            yield _gutter(number, gutter, screen) + view.text
            for mark in view.marks:
                yield from (_gutter(None, gutter, screen) + row for row in _marker(mark, view, room, screen))


def _gutter(number: int | None, gutter: int, screen: Screen) -> str:
    text = f"{'' if number is None else number:>{gutter}} {screen.glyphs.bar}"
    return screen.paint(text, "gutter") + " "


def _room(gutter: int, screen: Screen) -> int:
    return max(NARROWEST_CODE, screen.width - gutter - 3)


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip(" \t\f"))


@dataclass(frozen=True, slots=True)
class _Mark:
    """A stretch of characters of one line, from 0, ``end`` exclusive, with what is said of it."""

    start: int
    end: int
    words: str
    style: str
    continues: bool
    """Whether the place goes on in later lines."""


def _mark(label: Label, text: str) -> _Mark:
    place = label.place
    continues = place.end_line > place.line
    last = len(text.rstrip()) if continues else place.end_column - 1
    start = min(max(place.column - 1, 0), len(text))
    end = min(max(last, start + 1), max(len(text), start + 1))
    return _Mark(start, end, label.words, label.style, continues)


@dataclass(frozen=True, slots=True)
class _View:
    """A line, or the part of a long one around its markers, as it is printed."""

    text: str
    first: int
    """The first character of the line that is shown."""
    columns: tuple[int, ...]
    """The column of each shown character, and the column after the last."""
    marks: tuple[_Mark, ...]

    def column(self, index: int) -> int:
        """The printed column of one character of the line; the nearest one where it was trimmed."""
        return self.columns[min(max(index - self.first, 0), len(self.columns) - 1)]

    def shows(self, mark: _Mark) -> bool:
        return self.first <= mark.start and mark.end <= self.first + len(self.columns) - 1


def _views(text: str, marks: Sequence[_Mark], indent: int, room: int, screen: Screen) -> list[_View]:
    """The line whole where it fits, else parts of it, each around the first marker that is not shown yet."""
    indent = min(indent, *(mark.start for mark in marks)) if marks else indent
    text = text.rstrip()
    if len(text) - indent <= room:
        whole = _laid_out(text, indent, len(text), 0, screen)
        if whole.columns[-1] <= room:
            return [_with_marks(whole, marks)]
    views = []
    waiting = list(marks)
    while waiting:
        view = _trimmed(text, waiting[0], indent, room, screen)
        shown = [waiting[0], *(mark for mark in waiting[1:] if view.shows(mark))]
        views.append(_with_marks(view, shown))
        waiting = [mark for mark in waiting if mark not in shown]
    return views


def _with_marks(view: _View, marks: Iterable[_Mark]) -> _View:
    return _View(view.text, view.first, view.columns, tuple(marks))


def _laid_out(text: str, first: int, last: int, column: int, screen: Screen) -> _View:
    shown = [screen.shown(character) for character in text[first:last]]
    columns = [column]
    for each in shown:
        columns.append(columns[-1] + cells(each))
    return _View("".join(shown), first, tuple(columns), ())


def _trimmed(text: str, mark: _Mark, indent: int, room: int, screen: Screen) -> _View:
    """The part of a long line that holds ``mark``: from the line's start where that suffices, else around it."""
    more = screen.glyphs.more
    # No character far from the marker can be shown, so a line of any length costs the same.
    near = _laid_out(text, max(indent, mark.start - room), min(len(text), mark.start + 2 * room), 0, screen)
    begin, end, total = near.column(mark.start), near.column(mark.end), near.columns[-1]
    left = 0
    if near.first > indent or end > room - len(more):
        before = (room - min(end - begin, room)) // 2
        left = max(0, min(begin - max(before, len(more)), total - room + len(more)))
    first = near.first + bisect_right(near.columns, left - 1)
    lead = more if first > indent else ""
    last = first
    while last < len(text):
        reach = near.column(last + 1) - near.column(first) + len(lead)
        if reach > room - (len(more) if last + 1 < len(text) else 0) or last + 1 - near.first >= len(near.columns):
            break
        last += 1
    part = _laid_out(text, first, last, len(lead), screen)
    return _View(lead + part.text + (more if last < len(text) else ""), first, part.columns, ())


def _marker(mark: _Mark, view: _View, room: int, screen: Screen) -> Iterator[str]:
    """The marker's row with its words to the right, else to the left, else in a row of their own."""
    begin, end = view.column(mark.start), max(view.column(mark.end), view.column(mark.start) + 1)
    line = screen.glyphs.line * (end - begin)
    trimmed = mark.end > view.first + len(view.columns) - 1 and view.text.endswith(screen.glyphs.more)
    if mark.continues or trimmed:
        line += screen.glyphs.more
    words = screen.printable(mark.words)
    painted = screen.paint(line, mark.style)
    said = screen.paint(words, mark.style)
    if not words:
        yield " " * begin + painted
    elif begin + len(line) + 1 + cells(words) <= room:
        yield f"{' ' * begin}{painted} {said}"
    elif cells(words) < begin:
        yield f"{' ' * (begin - cells(words) - 1)}{said} {painted}"
    else:
        yield " " * begin + painted
        yield " " * max(0, min(begin, room - cells(words))) + said

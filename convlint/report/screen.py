"""What a terminal may be shown: characters that cannot drive it, their widths, lines to draw with, and colours."""

from __future__ import annotations

import codecs
import unicodedata
from dataclasses import dataclass
from typing import TextIO

from convlint.report.run import Run
from convlint.source import Place

TAB = "    "
NARROWEST = 40
"""A report is never laid out for fewer columns than this; a narrower terminal wraps it."""

_STYLES = {
    "error": "1;31",
    "warning": "1;33",
    "note": "1;36",
    "path": "1",
    "rule": "2",
    "gutter": "2",
    "origin": "36",
    "read": "1;32",
    "unread": "2",
    "quiet": "2",
}


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The signs that frames are drawn with."""

    bar: str
    corner: str
    line: str
    more: str


_DRAWN = Glyphs(bar="│", corner="╭─", line="━", more="…")
_ASCII = Glyphs(bar="|", corner="+-", line="^", more="...")


@dataclass(frozen=True, slots=True)
class Screen:
    """How wide lines may be, whether they are coloured, and which characters the stream takes."""

    width: int
    color: bool = False
    encoding: str = "utf-8"

    @property
    def glyphs(self) -> Glyphs:
        """Box drawing where the stream's encoding has it, else ASCII."""
        drawn = _DRAWN.bar + _DRAWN.corner + _DRAWN.line + _DRAWN.more
        return _DRAWN if _encodes(self.encoding, drawn) else _ASCII

    def paint(self, text: str, style: str) -> str:
        """``text`` in the style of that name, unchanged without colour."""
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self.color and text else text

    def shown(self, character: str) -> str:
        """One character as it may be printed: escaped where it is invisible, or could move or reorder text."""
        if character == "\t":
            return TAB
        if character.isprintable() and (character.isascii() or _encodes(self.encoding, character)):
            return character
        return character.encode("unicode_escape").decode("ascii")

    def printable(self, text: str) -> str:
        """``text`` on one line, with nothing in it that a terminal obeys."""
        if text.isascii() and text.isprintable():
            return text
        return "".join(map(self.shown, text))

    def path(self, path: str) -> str:
        """A path that is safe at the start of a line, where a build log may look for commands."""
        text = self.printable(path)
        return f"./{text}" if text.startswith(("::", "##[")) else text

    def where(self, place: Place) -> str:
        """``path:line:column``, as editors and terminals make it a link."""
        return f"{self.path(place.path)}:{place.line}:{place.column}"


def screen_of(run: Run, stream: TextIO) -> Screen:
    """The screen that a run asked for, on this stream."""
    return Screen(max(run.width, NARROWEST), run.color, getattr(stream, "encoding", None) or "utf-8")


def cells(text: str) -> int:
    """How many columns of a terminal ``text`` takes: none for a combining mark, two for a wide character."""
    return len(text) if text.isascii() else sum(map(_cell, text))


def _cell(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _encodes(encoding: str, text: str) -> bool:
    if codecs.lookup(encoding).name.startswith("utf"):
        return True
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True

"""Places in source text: what a finding points at, and how offsets become lines and columns."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

_INSTALLED = re.compile(r"^.*/(?:site|dist)-packages/")
_STANDIN = "<convlint-model>/"
"""What the paths of files begin with that stand for those of a package that is not installed."""
_LINE_END = re.compile(r"\r\n|\r|\n")


class Place(NamedTuple):
    """A stretch of one file, for people: lines and columns count from 1, columns in characters.

    ``path`` is POSIX style, relative to the project's root where it lies inside it.
    ``end_column`` is exclusive, as in SARIF.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int


def named_path(path: str) -> str:
    """A path as a sentence names it: that of an installed package's file from the package on, any other as it is."""
    return _INSTALLED.sub("", path)


def named_place(place: Place) -> str:
    """``models/net.py:12``, as a sentence names it. What stands for a file has other lines than that: it gets none."""
    if place.path.startswith(_STANDIN):
        return place.path.removeprefix(_STANDIN)
    return f"{named_path(place.path)}:{place.line}"


class Lines:
    """Where the lines of one text begin: turns character offsets into lines and columns."""

    __slots__ = ("starts",)

    def __init__(self, text: str) -> None:
        # Only LF, CR and CRLF end a line, as in Python's tokenizer; str.splitlines knows more.
        self.starts = [0, *(end.end() for end in _LINE_END.finditer(text))]

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of a character offset, both from 1."""
        row = bisect_right(self.starts, offset) - 1
        return row + 1, offset - self.starts[row] + 1

    def place(self, path: str, start: int, end: int) -> Place:
        """The place of the characters ``start`` to ``end`` (exclusive)."""
        return Place(path, *self.position(start), *self.position(end))

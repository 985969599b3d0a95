"""Files that are not Python, by the numbers that spans carry: configs, and the data that programs read."""

from __future__ import annotations

from collections.abc import Sequence

from convlint.evaluate.values import Const, Span
from convlint.frontends.config.nodes import Node, Source

FIRST = 1_000_000
"""They are numbered from here; no run reads so many modules."""


class Documents:
    """The files of one run that are not Python and in which values or calls are written."""

    def __init__(self) -> None:
        self.sources: dict[int, Source] = {}
        """By their numbers."""
        self.parsed: dict[tuple[str, bool], Sequence[Node] | None] = {}
        """What was read of data, by its path and whether it was read as JSON; None for what is no data."""
        self._numbers: dict[str, int] = {}

    def number(self, source: Source) -> int:
        """The number of a file, the same whenever it is read."""
        found = self._numbers.setdefault(source.path, FIRST + len(self._numbers))
        self.sources.setdefault(found, source)
        return found

    def whole(self, source: Source) -> Span:
        """All of a file: where its text comes from."""
        return Span(self.number(source), 0, len(source.text))

    def read_by(self, text: Const) -> Source | None:
        """The file of which ``text`` is the whole content; None where it is another text."""
        source = self.sources.get(text.origin.file) if text.origin is not None else None
        return source if source is not None and source.text == text.value else None

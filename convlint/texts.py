"""The text of the files that a run is about, by the paths that results carry."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from convlint.evaluate.sources.standins import file_of
from convlint.frontends.python.source_text import SourceError, read_source
from convlint.source import Lines


class Texts:
    """Reads each file one time. Call it with a path as places carry it."""

    def __init__(self, root: Path, overlays: Mapping[Path, str]) -> None:
        self.root = root
        self.overlays = overlays
        self._texts: dict[str, str | None] = {}
        self._lines: dict[str, Lines] = {}

    def __call__(self, path: str) -> str | None:
        """The exact text of a file, None where it cannot be read."""
        if path not in self._texts:
            self._texts[path] = self._read(file_of(path) or self.root / path)
        return self._texts[path]

    def line(self, path: str, number: int) -> str:
        """One line, from 1, without its end; empty where there is none."""
        text = self(path)
        if text is None:
            return ""
        if path not in self._lines:
            self._lines[path] = Lines(text)
        starts = self._lines[path].starts
        if not 0 < number <= len(starts):
            return ""
        end = starts[number] if number < len(starts) else len(text)
        return text[starts[number - 1] : end].rstrip("\r\n")

    def _read(self, file: Path) -> str | None:
        if file in self.overlays:
            return self.overlays[file]
        try:
            return read_source(file)
        except SourceError:
            return None

"""Spans of the evaluator as places for people, and which definition a stretch of source stands in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from convlint.evaluate.built.records import Scope
from convlint.evaluate.sources.documents import Documents
from convlint.evaluate.sources.source_module import SourceModule
from convlint.evaluate.sources.standins import is_standin, shown_path
from convlint.evaluate.values import Span
from convlint.frontends.python import ir
from convlint.source import Lines, Place


class Home(NamedTuple):
    """The innermost definition around a span: ``kind`` is ``function``, ``class`` or ``module``."""

    kind: str
    span: Span


class Sites:
    """Turns spans into places. ``paths`` is how each file is named in results."""

    def __init__(self, sources: Sequence[SourceModule], root: Path, documents: Documents) -> None:
        self.sources = sources
        self.documents = documents.sources
        self.root = root
        self._lines: dict[int, Lines] = {}
        self._places: dict[Span, Place] = {}
        self._homes: dict[Span, Home] = {}

    def path(self, number: int) -> str:
        """The path of a file as results name it: relative to the root where it lies inside, else absolute.

        A stand-in has one name everywhere, unless convlint's own source is what is linted.
        """
        source = self.sources[number]
        path = source.path
        if is_standin(path) and not source.linted:
            return shown_path(path)
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.as_posix()

    def place(self, span: Span) -> Place:
        """The place of a span."""
        found = self._places.get(span)
        if found is None:
            if span.file in self.documents:
                return self.documents[span.file].place(span.start, span.end)
            if not 0 <= span.file < len(self.sources):
                return Place("<built in>", 1, 1, 1, 1)
            lines = self._lines.get(span.file)
            if lines is None:
                lines = self._lines[span.file] = Lines(self.sources[span.file].file.text)
            found = self._places[span] = lines.place(self.path(span.file), span.start, span.end)
        return found

    def supplies(self, scope: Scope, origin: Span) -> bool:
        """Whether the activation of ``scope`` itself supplies what is written at ``origin``.

        A function supplies what stands in it; a method also what stands in its class's body; any function of the file
        what stands at module level, but for the arguments of a statement that itself builds layers.
        """
        if scope.span.file != origin.file:
            return False
        if _inside(origin, scope.span):
            return True
        home = self.home(origin)
        if home.kind == "class":
            return scope.owner is not None and _inside(origin, scope.owner)
        return home.kind == "module" and not self._in_builder(origin)

    def _in_builder(self, span: Span) -> bool:
        """Whether ``span`` stands in a module-level statement that built layers when it ran."""
        source = self.sources[span.file]
        return any(source.pieces[index].at <= span.start < source.pieces[index].end for index in source.records)

    def home(self, span: Span) -> Home:
        """The innermost definition around ``span``."""
        found = self._homes.get(span)
        if found is None:
            found = self._homes[span] = self._find_home(span)
        return found

    def _find_home(self, span: Span) -> Home:
        if not 0 <= span.file < len(self.sources):
            return Home("function", span)
        source = self.sources[span.file]
        home = Home("module", Span(span.file, 0, len(source.file.text)))
        for index, piece in enumerate(source.pieces):
            if piece.at <= span.start < piece.end:
                statements = source.statements(index)
                while True:
                    inner = _definition_around(statements, span)
                    if inner is None:
                        return home
                    kind = "class" if isinstance(inner, ir.Class) else "function"
                    home = Home(kind, Span(span.file, inner.at, inner.end))
                    statements = inner.body
        return home


def _definition_around(statements: Sequence[ir.Stmt], span: Span) -> ir.Function | ir.Class | None:
    stack = list(statements)
    while stack:
        node = stack.pop()
        if isinstance(node, (ir.Function, ir.Class)):
            if node.at <= span.start and span.end <= node.end:
                return node
            continue
        for field in ("body", "orelse", "final"):
            stack.extend(getattr(node, field, ()) or ())
        for handler in getattr(node, "handlers", ()):
            stack.extend(handler.body)
        for case in getattr(node, "cases", ()):
            stack.extend(case.body)
    return None


def _inside(inner: Span, outer: Span) -> bool:
    return inner.file == outer.file and outer.start <= inner.start and inner.end <= outer.end

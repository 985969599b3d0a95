"""One source file as fixes see it: the calls in it, what stands around them, and how it names things of torch."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from convlint.frontends.python import ir
from convlint.frontends.python.python_file import PythonFile
from convlint.frontends.python.source_text import SourceError
from convlint.frontends.python.store import IrStore
from convlint.source import Lines, Place

_LINE_END = re.compile(r"\r\n|\r|\n")


class SourceView:
    """The text of the file at ``path``, lowered piece by piece as fixes ask for it."""

    def __init__(self, path: str, text: str, store: IrStore) -> None:
        self.path = path
        self.text = text
        self._file = PythonFile(path, text, store)
        self._lines = Lines(text)
        self._bindings: dict[str, tuple[str, int]] | None = None

    def span(self, place: Place) -> tuple[int, int]:
        """The character offsets of a place."""
        starts = self._lines.starts
        return starts[place.line - 1] + place.column - 1, starts[place.end_line - 1] + place.end_column - 1

    def place(self, start: int, end: int) -> Place:
        """The place of the characters ``start`` to ``end`` (exclusive)."""
        return self._lines.place(self.path, start, end)

    def line_start(self, offset: int) -> int:
        """Where the line of a character begins."""
        return self._lines.starts[self._lines.position(offset)[0] - 1]

    def piece_start(self, end: int) -> int:
        """Where the top-level statement that ends at ``end`` begins."""
        return next((piece.at for piece in self._file.pieces if piece.end == end), 0)

    def newline(self) -> str:
        """How the first line of the file ends."""
        found = _LINE_END.search(self.text)
        return found.group() if found else "\n"

    def chain(self, place: Place) -> tuple[Any, ...]:
        """The nodes around the call at ``place``, the call itself last; empty where no call stands exactly there."""
        start, end = self.span(place)
        try:
            pieces = self._file.pieces
            for index, piece in enumerate(pieces):
                if piece.at <= start < piece.end:
                    return _descend(self._file.statements(index), start, end)
        except SourceError:
            pass
        return ()

    def top_level(self, name: str) -> ir.Function | ir.Class | None:
        """The function or class ``name`` at the top level, where nothing else there is bound to that name."""
        try:
            found = [index for index, piece in enumerate(self._file.pieces) if piece.name == name]
            statements = self._file.statements(found[0]) if len(found) == 1 else ()
        except SourceError:
            return None
        return next((node for node in statements if isinstance(node, (ir.Function, ir.Class))), None)

    def bindings(self) -> dict[str, tuple[str, int]]:
        """What the imports at the top level bind: the dotted name of each, and the offset behind the import."""
        if self._bindings is None:
            self._bindings = {}
            try:
                for index, piece in enumerate(self._file.pieces):
                    if piece.kind == "import":
                        for statement in self._file.statements(index):
                            self._bindings.update({name: (full, piece.end) for name, full in _bound(statement)})
            except SourceError:
                pass
        return self._bindings

    def full_name(self, node: Any) -> str:
        """The dotted name that ``nn.Conv2d`` or ``Conv2d`` stands for; empty where no import says so."""
        parts: list[str] = []
        while isinstance(node, ir.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ir.Name) or node.id not in self.bindings():
            return ""
        return ".".join([self.bindings()[node.id][0], *reversed(parts)])

    def code(self, node: Any) -> str:
        """The text of an expression."""
        return self.text[node.at : node.end]


def _bound(statement: Any) -> Iterator[tuple[str, str]]:
    if isinstance(statement, ir.Import):
        yield (
            statement.bound or statement.module.partition(".")[0],
            (statement.module if statement.bound else statement.module.partition(".")[0]),
        )
    elif isinstance(statement, ir.ImportFrom) and not statement.level:
        yield from ((bound, f"{statement.module}.{name}") for name, bound in statement.names if name != "*")


def _descend(statements: Sequence[Any], start: int, end: int) -> tuple[Any, ...]:
    """The path from a statement down to the call that covers exactly ``start`` to ``end``."""
    stack: list[tuple[Any, tuple[Any, ...]]] = [(node, ()) for node in reversed(statements)]
    while stack:
        node, above = stack.pop()
        path = (*above, node)
        if isinstance(node, ir.Call) and (node.at, node.end) == (start, end):
            return path
        at, stop = getattr(node, "at", None), getattr(node, "end", None)
        if (at is not None and at > start) or (stop is not None and stop < end):
            continue
        stack.extend((child, path) for child in reversed(list(children(node))))
    return ()


def children(node: Any) -> Iterator[Any]:
    """The nodes directly below a node, in source order or nearly so."""
    for name in getattr(node, "__struct_fields__", ()):
        value = getattr(node, name)
        if isinstance(value, ir.Node):
            yield value
        elif isinstance(value, tuple):
            yield from (item for item in value if isinstance(item, ir.Node))


def walk(node: Any) -> Iterator[Any]:
    """A node and all nodes below it."""
    stack = [node]
    while stack:
        found = stack.pop()
        yield found
        stack.extend(children(found))


def is_literal(node: Any) -> bool:
    """Whether an expression is a number, a truth value, None, a string, or a tuple or list of such."""
    if isinstance(node, ir.Sequence):
        return node.kind in ("tuple", "list") and all(map(is_literal, node.items))
    if isinstance(node, ir.Unary):
        return node.op == "-" and isinstance(node.operand, ir.Number)
    if isinstance(node, ir.Name):
        return node.id in ("None", "True", "False")
    return isinstance(node, (ir.Number, ir.Text))


def is_simple(node: Any) -> bool:
    """Whether an expression may be written two times: literals, names, attributes, and items of those."""
    if isinstance(node, ir.Attribute):
        return is_simple(node.value)
    if isinstance(node, ir.Subscript):
        return is_simple(node.value) and (is_literal(node.index) or isinstance(node.index, ir.Name))
    if isinstance(node, ir.Sequence):
        return all(map(is_simple, node.items))
    return is_literal(node) or isinstance(node, ir.Name)

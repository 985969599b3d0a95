"""Lazy modules: what one that puts another object in its own place gives is what it declares for type checkers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from convlint.evaluate.sources.finder import Finder
from convlint.evaluate.sources.later import Later
from convlint.frontends.python import ir

if TYPE_CHECKING:
    from convlint.evaluate.sources.source_module import SourceModule

_REPLACES = re.compile(r"sys\.modules\[__name__\][ \t]*=[^=]")
_STAR = re.compile(r"^[ \t]*from[ \t]+(\.+)([.\w]*)[ \t]+import[ \t]*\*", re.MULTILINE)
_LISTED = re.compile(r"^__all__\b[^\[(\n]*=[ \t]*[\[(]([^\])]*)", re.MULTILINE)
_QUOTED = re.compile(r"['\"](\w+)['\"]")


class Declared(NamedTuple):
    """The imports under the ``if TYPE_CHECKING`` of a module: by name, and those with a star in order."""

    names: dict[str, Later]
    stars: list[Later]
    instead: set[int]
    """The statements that stand for the same when the module runs."""


def declared_names(source: SourceModule) -> Declared | None:
    """What a lazy module declares; None for a module that stays what it is.

    A module that assigns to its own place in ``sys.modules`` finds its names by tables and files when it runs. Its
    author repeats them as plain imports for type checkers: those can be followed.
    """
    text = source.file.text
    if not _REPLACES.search(text):
        return None
    found = Declared({}, [], set())
    for index, piece in enumerate(source.pieces):
        if _REPLACES.search(text, piece.at, piece.end):
            found.instead.add(index)
        if piece.kind == "other" and text.find("TYPE_CHECKING", piece.at, piece.end) >= 0:
            for statement in source.statements(index):
                if isinstance(statement, ir.If) and _is_for_checkers(statement.test):
                    _gather(statement.body, found)
    return found


def _is_for_checkers(test: ir.Expr) -> bool:
    if isinstance(test, ir.Boolean):
        return test.op == "or" and any(map(_is_for_checkers, test.values))
    return (test.attr if isinstance(test, ir.Attribute) else getattr(test, "id", None)) == "TYPE_CHECKING"


def _gather(statements: tuple[ir.Stmt, ...], found: Declared) -> None:
    """The imports in a block. Those of handlers are not what is meant: they stand for what is not installed."""
    for statement in statements:
        if isinstance(statement, ir.ImportFrom):
            for name, bound in statement.names:
                later = Later(statement.module, statement.level, name)
                if name == "*":
                    found.stars.append(later)
                else:
                    found.names[bound] = later
        elif isinstance(statement, ir.Try):
            _gather((*statement.body, *statement.orelse), found)
        elif isinstance(statement, ir.If):
            _gather(statement.body, found)


class Outlook(NamedTuple):
    """What the text of a file says about ``from file import *``."""

    listed: frozenset[str] | None
    """The names in a literal ``__all__``; None where there is none that can be read off."""
    behind: tuple[Path, ...]
    """The files that it imports with a star itself."""


class Exports:
    """Which files may give a name to a star import, judged by their text: a lazy module may declare a thousand files,
    and only one of them is worth parsing."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder
        self._outlooks: dict[Path, Outlook] = {}

    def may_give(self, path: Path, name: str) -> bool:
        """Whether the file at ``path``, or one that it imports with a star, may define ``name``."""
        seen: dict[Path, None] = {path: None}
        queue = [path]
        for current in queue:
            listed, behind = self._outlook(current)
            if name in (self._finder.glance(current) if listed is None else listed):
                return True
            queue += [inner for inner in behind if inner not in seen]
            seen.update(dict.fromkeys(behind))
        return False

    def _outlook(self, path: Path) -> Outlook:
        found = self._outlooks.get(path)
        if found is None:
            text = self._finder.glance(path)
            match = _LISTED.search(text) if text.count("__all__") == 1 else None
            listed = frozenset(_QUOTED.findall(match[1])) if match is not None else None
            found = self._outlooks[path] = Outlook(listed, tuple(dict.fromkeys(self._behind(path, text))))
        return found

    def _behind(self, path: Path, text: str) -> Iterator[Path]:
        for dots, name in _STAR.findall(text):
            found = self._finder.relative(path, len(dots), name)
            if found is not None and found.suffix == ".py":
                yield found

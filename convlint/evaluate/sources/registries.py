"""Registries: tables that decorators and statements of other files fill; what would fill them is run when it is asked
for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convlint.evaluate.values import Dict
from convlint.frontends.python.python_file import PythonFile
from convlint.frontends.python.source_text import SourceError

if TYPE_CHECKING:
    from convlint.evaluate.machine import Machine
    from convlint.evaluate.sources.modules import Modules

_WORD = re.compile(r"\w{2,}")
_HEADER = re.compile(r"^[ \t]*(?:async[ \t]+)?(?:def|class)\b.*$", re.MULTILINE)
_REGISTERED = re.compile(r"[\w./:@+-]+")
"""A name as registries have it; no sentence, and no ``<class 'Net'>``."""


class Registries:
    """What the statements of loaded packages may register, by the words in them."""

    def __init__(self, modules: Modules) -> None:
        self._modules = modules
        self._settled: set[str] = set()
        self._indexed: set[Path] = set()
        self._looked_at = 0
        self._registering: dict[str, list[tuple[Path, int]]] = {}

    def settle(self, key: Any) -> bool:
        """Run what may register ``key`` in some table: definitions and statements of loaded packages that name it."""
        words = _WORD.findall(key) if isinstance(key, str) and _REGISTERED.fullmatch(key) else ()
        if not words or key in self._settled:
            return False
        self._settled.add(key)
        ran = False
        for path, index in self._mentions().get(max(map(_folded, words), key=len), ()):
            module = self._modules.at(path)
            source = module.source if module is not None else None
            if source is None:
                continue
            if source.running and index > source.running[-1]:
                self._settled.discard(key)  # a statement after the one that asks: it has not run yet in Python either
            else:
                ran = source.run_new(self._modules.machine, index) or ran
        return ran

    def _mentions(self) -> dict[str, list[tuple[Path, int]]]:
        """For each word, the pieces of loaded packages that may register something of that name."""
        finder, sources = self._modules.finder, self._modules.sources
        packages = {finder.package_of(source.path) for source in sources[self._looked_at :]}
        self._looked_at = len(sources)
        for package in sorted(packages - self._indexed):
            self._indexed.add(package)
            for path in finder.siblings(package):
                file = finder.file(path)
                if isinstance(file, PythonFile):
                    for index, words in _registering(file):
                        for word in words:
                            self._registering.setdefault(word, []).append((path, index))
        return self._registering


def settle_registrations(machine: Machine, target: Dict, key: Any) -> bool:
    """Before a look-up in a module's own table fails: run what would have filled it. Whether anything ran.

    What a call makes for itself is no registry, and what a library looks up while it is imported is filled already.
    """
    if target.born >= 0 or machine.decorating or machine.module_level.importing or key in target.entries:
        return False
    if not machine.module_level.outlives(target.born):
        return False
    return machine.modules.registries.settle(key)


def _registering(file: PythonFile) -> Iterator[tuple[int, list[str]]]:
    """The pieces of a file that may register something somewhere when they run, with the words in their text.

    Of a decorated definition only the decorators and the header count. A table that a statement hands on, as
    ``MODELS.update(OURS)`` does, counts as part of it.
    """
    try:
        pieces = file.pieces
    except SourceError:
        return
    tables = {piece.name: (piece.at, piece.end) for piece in pieces if piece.kind == "assign" and piece.name}
    for index, piece in enumerate(pieces):
        if piece.kind == "other" or piece.decorated or piece.kind == "class":
            end = piece.end
            if piece.kind != "other":
                header = _HEADER.search(file.text, piece.at, piece.end)
                end = header.end() if header else piece.end
            words = set(_WORD.findall(file.text, piece.at, end))
            if piece.kind == "other" and not file.text.startswith("if", piece.at):
                for name in sorted(words & tables.keys()):
                    words.update(_WORD.findall(file.text, *tables[name]))
            yield index, list({_folded(word) for word in words})


def _folded(word: str) -> str:
    """A word as registries write it: ``SmallNet`` registers itself as ``smallnet`` or ``small_net``."""
    return word.replace("_", "").lower()

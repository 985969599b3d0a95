"""Which files can lead to a layer at all: those from which imports lead to torch. Only their text is looked at."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from convlint.evaluate.library.models import WITHOUT_LAYERS
from convlint.evaluate.sources.finder import Finder
from convlint.evaluate.sources.standins import SETTINGS, is_standin
from convlint.frontends.python.python_file import PythonFile

_FROM = r"from[ \t]+(?P<module>[.\w]+)[ \t]+import[ \t]*(?P<names>\([^)]*\)|[^\n#;]*)"
_IMPORT = r"import[ \t]+(?P<modules>[\w., \t]+)"
_STATEMENT = re.compile(rf"(?:^|[:;])[ \t]*(?:{_FROM}|{_IMPORT})", re.MULTILINE)
_BY_NAME = re.compile(r"\b(?:import_module|__import__)\s*\(\s*(?:f?['\"](?P<name>[\w.]+)['\"])?")
_WORD = re.compile(r"\w+")
HARMLESS = WITHOUT_LAYERS | frozenset(
    """numpy tqdm setuptools pkg_resources six packaging attr attrs pydantic pydantic_settings
    paddle mindspore mxnet chainer megengine oneflow""".split()
)
"""Packages that build no torch layers, of what is imported most: what else is installed is taken to lead to some."""
BUILDERS = frozenset({"hydra", "torch"})
"""Packages that build layers: torch, and what builds any class that a configuration names."""
MAX_FILES = 2_000
"""So many files are looked into behind one; a file with more behind it is taken to matter."""


class Imports:
    """Follows imports from file to file, through the project and as far as installed packages."""

    def __init__(self, finder: Finder) -> None:
        self.finder = finder
        self._known: dict[Path, bool] = {}
        self._nearby: dict[Path, tuple[list[Path], bool]] = {}

    def can_matter(self, path: Path) -> bool:
        """Whether a file can lead to a layer: what is not installed and has no model leads nowhere."""
        seen: dict[Path, None] = {path: None}
        queue = [path]
        for current in queue:
            known = self._known.get(current)
            below, found = self._read(current) if known is None else ([], known)
            if found or len(queue) > MAX_FILES:
                self._known[path] = True
                return True
            for inner in below:
                if inner not in seen:
                    seen[inner] = None
                    queue.append(inner)
        self._known.update(dict.fromkeys(queue, False))
        return False

    def _read(self, path: Path) -> tuple[list[Path], bool]:
        """The files of the project that a file imports, and whether it imports something with layers itself."""
        if path not in self._nearby:
            self._nearby[path] = self._look(path)
        return self._nearby[path]

    def _look(self, path: Path) -> tuple[list[Path], bool]:
        file = self.finder.file(path) if path.suffix == ".py" else None
        below: list[Path] = []
        if not isinstance(file, PythonFile):
            return below, False
        for name in _imported(file.text):
            found = self._leads(path, name)
            if found is True:
                return below, True
            if isinstance(found, Path):
                below.append(found)
        if any(match["name"] is None for match in _BY_NAME.finditer(file.text)):
            below += self.finder.siblings(self.finder.package_of(path))  # nobody knows which of them is meant
        return below, False

    def _leads(self, path: Path, name: str) -> bool | Path:
        """Where a name that a file imports leads: to layers, to a file of the project, or nowhere."""
        if name.startswith("."):
            inner = name.lstrip(".")
            return self.finder.relative(path, len(name) - len(inner), inner) or False
        top = name.partition(".")[0]
        if top in BUILDERS:
            return True
        located = self.finder.locate(name, path)
        if located is None:
            return False
        if is_standin(located):
            return top not in SETTINGS
        if not self.finder.is_installed(located):
            return located
        return top not in HARMLESS and top not in sys.stdlib_module_names


def _imported(text: str) -> Iterator[str]:
    """The dotted names that a file imports; of ``from a import b`` both ``a`` and ``a.b``, as ``b`` may be a module."""
    for match in _STATEMENT.finditer(text):
        module = match["module"]
        if module is None:
            for part in match["modules"].split(","):
                names = part.split()[:1]
                dotted = names[0].split(".") if names else []
                yield from (".".join(dotted[:count]) for count in range(1, len(dotted) + 1))
        else:
            yield module
            joint = "" if module.endswith(".") else "."
            yield from (f"{module}{joint}{name}" for name in _WORD.findall(match["names"]) if name != "as")
    for match in _BY_NAME.finditer(text):
        if match["name"] is not None:
            yield match["name"]

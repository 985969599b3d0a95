"""Finding the source of modules, by path alone: nothing is imported, and every file that is looked for is noted."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from os.path import normpath
from pathlib import Path
from stat import S_ISREG

from convlint.evaluate.sources.standins import STANDINS, goes_first, is_standin, may_go_first
from convlint.frontends.python.python_file import PythonFile
from convlint.frontends.python.source_text import SourceError, decode_source
from convlint.frontends.python.store import IrStore

MAX_NAMESPACE_FOLDERS = 64
"""Folders that are looked into for source before one is no namespace package; real ones have it in the first few."""

MAX_DATA_BYTES = 100_000
"""Size of a file of data that a program reads while it is evaluated; settings have a few thousand bytes."""


class Finder:
    """Turns module names into files: those of the project first, then those of installed packages, then stand-ins.

    ``consulted`` maps each file that was read to the digest of its bytes; ``absent`` holds paths that do not exist and
    whose appearance could change what a name means.
    """

    def __init__(
        self,
        root: Path,
        linted: tuple[Path, ...],
        overlays: Mapping[Path, str],
        site_packages: tuple[Path, ...],
        store: IrStore,
    ) -> None:
        self.root = root
        self.overlays = overlays
        self.store = store
        self.site_packages = site_packages
        self.consulted: dict[str, str] = {}
        self.absent: set[str] = set()
        self.files: dict[Path, PythonFile | SourceError] = {}
        self._kinds: dict[Path, dict[str, bool]] = {}
        self._found: dict[tuple[Path, str], Path | None] = {}
        self._roots: dict[Path, Path] = {}
        self._data: dict[Path, str | None] = {}
        """Files of data that were looked into: programs read their settings again for every entry point."""
        self._project = tuple(dict.fromkeys([*map(self.package_root, linted), root, root / "src"]))

    def package_root(self, path: Path) -> Path:
        """The folder from which a file's module name is counted: the one above its outermost package."""
        found = self._roots.get(path.parent)
        if found is None:
            folder = path.parent
            while folder != folder.parent and self._entry(folder, "__init__.py"):
                folder = folder.parent
            found = self._roots[path.parent] = folder
        return found

    def module_name(self, path: Path) -> str:
        """The dotted name of a file's module."""
        parts = list(path.relative_to(self.package_root(path)).with_suffix("").parts)
        if parts and parts[-1] == "__init__":
            parts.pop()
        return ".".join(parts) or path.parent.name

    def locate(self, name: str, importer: Path | None) -> Path | None:
        """The file (or folder, for a namespace package) of an absolute module name; None where there is none.

        As in Python, a folder without ``__init__.py`` counts only where no path has a module or regular package. What a
        config names may stand beside it, since scripts are run from their own folders, packages or not.
        """
        if goes_first(name):
            return self._below(STANDINS, name)
        roots = list(self._project)
        if importer is not None:
            folder = self.package_root(importer) if importer.suffix == ".py" else importer.parent
            roots = [folder, *self._ancestors(folder), *roots]
        namespace: Path | None = None
        for base in dict.fromkeys([*roots, *self.site_packages]):
            found = self._below(base, name)
            if found is not None and found.suffix == ".py":
                return found
            namespace = namespace or found
        found = self._standin(name, roots)
        if found is None and namespace is not None and self._holds_source(namespace):
            return namespace
        return found

    def namesakes(self, name: str) -> list[Path]:
        """The files of a module's name in all folders that the project's modules are counted from."""
        found = [self._below(base, name) for base in dict.fromkeys(self._project)]
        return [path for path in dict.fromkeys(found) if path is not None and path.suffix == ".py"]

    def standin(self, name: str) -> Path | None:
        """The stand-in of a module, whether or not its package is missing."""
        return self._below(STANDINS, name)

    def is_installed(self, path: Path) -> bool:
        """Whether a file belongs to an installed package, not to the project."""
        return any(path.is_relative_to(folder) for folder in self.site_packages)

    def instead_of(self, path: Path) -> Path:
        """What is read where a relative import names a file: a stand-in that goes first, else the file itself."""
        if may_go_first(path) and goes_first(name := self.module_name(path)):
            return self._below(STANDINS, name) or path
        return path

    def _holds_source(self, folder: Path) -> bool:
        """Whether source lies in a folder or below it: one of data or checkpoints is no namespace package."""
        queue, number = [folder], 0
        while number < min(len(queue), MAX_NAMESPACE_FOLDERS):
            inside = self._listing(queue[number])
            if any(entry.endswith(".py") for entry in inside):
                return True
            queue += [queue[number] / entry for entry in sorted(inside) if entry.isidentifier()]
            number += 1
        return False

    def _standin(self, name: str, roots: list[Path]) -> Path | None:
        """The file that stands in for a module whose whole package is missing; none for a part of one that is there."""
        top = name.partition(".")[0]
        if not self._entry(STANDINS, top):
            return None
        for base in (*roots, *self.site_packages):
            found = self._below(base, top)
            # A folder without __init__.py may be anything that has the package's name.
            if found is not None and found.suffix == ".py":
                return None
        return self._below(STANDINS, name)

    def _ancestors(self, folder: Path) -> list[Path]:
        """Folders between a file's own root and the project's: scripts are often run from one of them."""
        found: list[Path] = []
        if self.root in folder.parents:
            for parent in folder.parents:
                found.append(parent)
                if parent == self.root:
                    break
        return found

    def _below(self, base: Path, name: str) -> Path | None:
        key = (base, name)
        if key not in self._found:
            head, _, rest = name.rpartition(".")
            folder = base if not head else self._below(base, head)
            self._found[key] = self.child(folder, rest) if folder is not None else None
        return self._found[key]

    def relative(self, importer: Path, level: int, name: str) -> Path | None:
        """The file (or namespace folder) of a relative import: one dot is the importer's folder, each further one the
        folder above."""
        folder = importer.parent
        for _ in range(level - 1):
            folder = folder.parent
        path: Path | None = folder
        for part in name.split(".") if name else ():
            path = self.child(path, part) if path is not None else None
        if path is not None and path.suffix != ".py" and self._entry(path, "__init__.py"):
            return path / "__init__.py"
        return path

    def child(self, parent: Path, name: str) -> Path | None:
        """The file or folder of module ``name`` inside a package (its folder or its ``__init__.py``)."""
        folder = parent.parent if parent.name == "__init__.py" else parent
        if not name.isidentifier():
            return None
        if self._entry(folder, name):
            inside = folder / name
            if self._entry(inside, "__init__.py"):
                return inside / "__init__.py"
            if not self._entry(folder, f"{name}.py"):
                return inside if self._listing(inside) else None
        return folder / f"{name}.py" if self._entry(folder, f"{name}.py") else None

    def _entry(self, folder: Path, name: str) -> bool:
        """Whether a folder has an entry. Folders are listed once; a missing entry is noted."""
        if name in self._listing(folder):
            return True
        if not is_standin(folder):
            self.absent.add(str(folder / name))
        return False

    def _listing(self, folder: Path) -> dict[str, bool]:
        found = self._kinds.get(folder)
        if found is None:
            try:
                found = {entry.name: True for entry in folder.iterdir()}
            except OSError:
                found = {}
            for path in self.overlays:
                if path.parent == folder:
                    found[path.name] = True
            self._kinds[folder] = found
        return found

    def file(self, path: Path) -> PythonFile | SourceError:
        """The source file at ``path``, or why it cannot be read."""
        found = self.files.get(path)
        if found is None:
            found = self.files[path] = self._read(path)
        return found

    def glance(self, path: Path) -> str:
        """The text of a file, to search it for a word; empty where it cannot be read.

        Nothing is noted of that: what is found is read again, as a file that counts.
        """
        found = self.files.get(path)
        if isinstance(found, PythonFile):
            return found.text
        if path in self.overlays:
            return self.overlays[path]
        try:
            return path.read_text("utf-8", errors="replace")
        except OSError:
            return ""

    def _read(self, path: Path) -> PythonFile | SourceError:
        try:
            if path in self.overlays:
                return PythonFile(str(path), self.overlays[path], self.store)
            data = path.read_bytes()
            if not is_standin(path):
                self.consulted[str(path)] = blake2b(data, digest_size=16).hexdigest()
            return PythonFile(str(path), decode_source(data), self.store)
        except OSError as error:
            return SourceError(0, f"cannot be read: {error.strerror or type(error).__name__}")
        except SourceError as error:
            return error

    def data(self, path: str, beside: Path | None) -> tuple[Path, str] | None:
        """A file of data of the project, and its text; None where it is elsewhere, missing, too large or no text.

        A relative path counts from the project's folder, where programs are mostly run from, else from ``beside``. What
        a link leads to has to lie in the project too.
        """
        found = [
            full
            for base in dict.fromkeys((self.root, beside or self.root))
            if (full := Path(normpath(base / path))).is_relative_to(self.root) and self._is_data(full)
        ]
        if not found:
            return None
        if found[0] not in self._data:
            self._data[found[0]] = self._text_of_data(found[0])
        text = self._data[found[0]]
        return None if text is None else (found[0], text)

    def _text_of_data(self, path: Path) -> str | None:
        try:
            content = self.overlays[path].encode() if path in self.overlays else path.read_bytes()
            self.consulted[str(path)] = blake2b(content, digest_size=16).hexdigest()
            return content.decode("utf-8-sig")
        except (OSError, UnicodeDecodeError):
            return None

    def _is_data(self, path: Path) -> bool:
        if path in self.overlays:
            return True
        try:
            about = path.stat()
            inside = path.resolve().is_relative_to(self.root.resolve())
        except (OSError, ValueError, RuntimeError):
            self.absent.add(str(path))
            return False
        return inside and S_ISREG(about.st_mode) and about.st_size <= MAX_DATA_BYTES

    def package_of(self, path: Path) -> Path:
        """The folder of the top-level package in which a file lies; the file itself outside of packages."""
        top = self.package_root(path)
        return path if top == path.parent else top / path.relative_to(top).parts[0]

    def siblings(self, package: Path) -> list[Path]:
        """All source files of a package, sorted; the file itself where it is one."""
        if package.suffix == ".py":
            return [package]
        return sorted(inner for inner in package.rglob("*.py") if inner.is_file())

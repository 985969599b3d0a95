"""Which files are linted: the named ones, and what is found under the named folders."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from convlint.findings import InputError
from convlint.usage import UsageError

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

SUFFIXES = {".py": "python", ".yaml": "config", ".yml": "config", ".json": "config", ".cfg": "config"}
"""The front end that reads a file, by the file's suffix."""

SKIPPED_FOLDERS = frozenset(
    {
        *(".bzr", ".convlint_cache", ".direnv", ".eggs", ".git", ".hg", ".hypothesis", ".ipynb_checkpoints"),
        *(".mypy_cache", ".nox", ".pytest_cache", ".pytype", ".ruff_cache", ".svn", ".tox", ".venv"),
        *("__pycache__", "__pypackages__", "node_modules", "site-packages", "venv"),
    }
)
"""Folders that hold no source of the project; they are linted only where they are named themselves."""

OUTPUT_FOLDERS = frozenset({"_build", "build", "dist"})
"""Skipped like the above, unless they are packages: a build tool writes no ``__init__.py`` into its output folder."""

MAXIMUM_IGNORE_BYTES = 1_000_000
"""A larger .gitignore is not written by a person, and is not read."""


@dataclass(frozen=True, slots=True)
class Discovered:
    """The files to lint, and what stood in the way."""

    files: tuple[Path, ...]
    """Absolute paths, each file once, sorted."""
    errors: tuple[InputError, ...] = ()
    """Folders that could not be read."""
    skipped: tuple[str, ...] = ()
    """Named files that no front end reads, as they were named."""


def discover(paths: Sequence[Path], root: Path, exclude: Sequence[str] = ()) -> Discovered:
    """The files under ``paths`` that convlint reads and that no pattern of ``exclude`` (relative to ``root``) matches.

    Raises UsageError where a path does not exist.
    """
    excluded = _patterns(root, exclude)
    errors: list[InputError] = []
    skipped: list[str] = []
    found: dict[str, Path] = {}
    for path in paths:
        absolute = Path(os.path.abspath(path))
        # os.path, because it answers False where pathlib raises: links in a circle, closed folders.
        if os.path.isdir(absolute):
            files = [] if _matches(excluded, absolute, True) else list(_walk(absolute, root, excluded, errors))
        elif not os.path.exists(absolute):
            raise UsageError(f"{path}: no such file or folder")
        elif not os.path.isfile(absolute):
            raise UsageError(f"{path}: is neither a file nor a folder")
        elif absolute.suffix in SUFFIXES:
            files = [] if _matches(excluded, absolute, False) else [absolute]
        else:
            files = []
            skipped.append(str(path))
        for file in files:
            found.setdefault(os.path.realpath(file) if file.is_symlink() else str(file), file)
    return Discovered(tuple(sorted(found.values())), tuple(errors), tuple(skipped))


def is_excluded(file: Path, root: Path, exclude: Sequence[str]) -> bool:
    """Whether a pattern of ``exclude``, relative to ``root``, matches a file."""
    return _matches(_patterns(root, exclude), file, False)


def relative(path: Path, root: Path) -> str:
    """How a file is called in results: POSIX style, relative to ``root`` where it lies inside it."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


@dataclass(frozen=True, slots=True)
class _Ignore:
    """The patterns of one file, and the folder to which they are relative."""

    folder: Path
    spec: GitIgnoreSpec

    def decides(self, path: Path, is_folder: bool) -> bool | None:
        """True where ``path`` is ignored, False where it is taken in again by a ``!``, None where nothing matches."""
        if not path.is_relative_to(self.folder) or path == self.folder:
            return None
        name = path.relative_to(self.folder).as_posix() + ("/" if is_folder else "")
        return self.spec.check_file(name).include


def _matches(ignores: tuple[_Ignore, ...], path: Path, is_folder: bool) -> bool:
    """Whether ``path`` is ignored; the patterns that are nearest to it (the last ones) have the say."""
    for ignore in reversed(ignores):
        decision = ignore.decides(path, is_folder)
        if decision is not None:
            return decision
    return False


def _walk(folder: Path, root: Path, excluded: tuple[_Ignore, ...], errors: list[InputError]) -> Iterator[Path]:
    """The files under ``folder``. Links to folders are not followed, so there is no way to walk in circles."""
    pending = [(folder, _ignores_above(folder))]
    while pending:
        current, above = pending.pop()
        try:
            with os.scandir(current) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            errors.append(InputError(relative(current, root), 0, f"cannot be read: {error.strerror or error}"))
            continue
        ignores = above
        if any(entry.name == ".gitignore" for entry in entries):
            ignores = (*above, *_read_ignore(current))
        for entry in entries:
            path = current / entry.name
            if entry.is_dir(follow_symlinks=False):
                if not (_is_skipped(path) or _matches(excluded, path, True) or _matches(ignores, path, True)):
                    pending.append((path, ignores))
            elif (
                path.suffix in SUFFIXES
                and os.path.isfile(path)
                and not (_matches(excluded, path, False) or _matches(ignores, path, False))
            ):
                yield path


def _is_skipped(folder: Path) -> bool:
    if folder.name in SKIPPED_FOLDERS or (folder / "pyvenv.cfg").is_file():
        return True
    return folder.name in OUTPUT_FOLDERS and not (folder / "__init__.py").is_file()


def _ignores_above(folder: Path) -> tuple[_Ignore, ...]:
    """The .gitignore files of the folders around ``folder``, up to the top of its repository.

    None of them where they ignore ``folder`` itself: who names an ignored folder wants to see into it.
    """
    above: list[Path] = []
    for parent in (folder, *folder.parents):
        if parent != folder:
            above.append(parent)
        if (parent / ".git").exists():
            break
    else:
        return ()
    ignores = tuple(ignore for parent in reversed(above) for ignore in _read_ignore(parent))
    return () if _matches(ignores, folder, True) else ignores


def _read_ignore(folder: Path) -> tuple[_Ignore, ...]:
    file = folder / ".gitignore"
    try:
        if not file.is_file() or file.stat().st_size > MAXIMUM_IGNORE_BYTES:
            return ()
        text = file.read_bytes().decode("utf-8", "surrogateescape")
    except OSError:
        return ()
    return _patterns(folder, text.splitlines())


def _patterns(folder: Path, lines: Sequence[str]) -> tuple[_Ignore, ...]:
    """The patterns in ``lines``, as git reads them: a line that is no pattern matches nothing."""
    if not any(line.strip() and not line.startswith("#") for line in lines):
        return ()
    from pathspec import GitIgnoreSpec

    valid = []
    for line in lines:
        try:
            GitIgnoreSpec.from_lines([line])
        except ValueError:
            continue
        valid.append(line)
    return (_Ignore(folder, GitIgnoreSpec.from_lines(valid)),)

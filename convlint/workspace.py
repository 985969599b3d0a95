"""Where a run takes place: the root that paths are relative to, the configuration, the files, the packages."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from convlint import config, environment
from convlint.config import Config
from convlint.discover import discover, is_excluded, relative
from convlint.findings import InputError


@dataclass(frozen=True, slots=True)
class Workspace:
    """All that is known before any file's content is looked at."""

    root: Path
    config: Config
    linted: tuple[Path, ...]
    """Absolute paths, sorted."""
    packages: tuple[Path, ...]
    """Folders of installed packages."""
    overlays: Mapping[Path, str] = field(default_factory=dict)
    errors: tuple[InputError, ...] = ()
    skipped: tuple[str, ...] = ()
    """Named files that no front end reads."""

    def linted_paths(self) -> frozenset[str]:
        """The linted files as places carry them."""
        return frozenset(relative(file, self.root) for file in self.linted)


def open_workspace(
    paths: Sequence[Path],
    config_file: Path | None = None,
    python: Path | None = None,
    standard_input: tuple[Path, str] | None = None,
) -> Workspace:
    """Look at the folders around ``paths``. ``standard_input`` is a file's name and the text that stands for it.

    Raises UsageError for a path that does not exist and for a configuration that cannot be used.
    """
    named = [Path(os.path.abspath(path)) for path in (*paths, *([standard_input[0]] if standard_input else []))]
    folder = _common_folder(named)
    found = config.load(Path(os.path.abspath(config_file))) if config_file is not None else config.find(folder)
    root = _root(folder, found)
    files = discover(paths, root, found.exclude)
    overlays: dict[Path, str] = {}
    if standard_input is not None and not is_excluded(named[-1], root, found.exclude):
        overlays[named[-1]] = standard_input[1]
    return Workspace(
        root=root,
        config=found,
        linted=tuple(sorted({*files.files, *overlays})),
        packages=environment.site_packages(python or found.python, root),
        overlays=overlays,
        errors=files.errors,
        skipped=files.skipped,
    )


def _common_folder(paths: Sequence[Path]) -> Path:
    """The innermost folder that holds all ``paths``; one path that is a folder is that folder itself."""
    folders = [path if path.is_dir() else path.parent for path in paths]
    try:
        return Path(os.path.commonpath(folders)) if folders else Path.cwd()
    except ValueError:  # two drives
        return Path.cwd()


def _root(folder: Path, found: Config) -> Path:
    """The configuration's folder, else the top of the git repository, else the current folder, where it holds all.

    Otherwise it is the folder itself, or the folder around the package that it belongs to.
    """
    if found.file is not None and folder.is_relative_to(found.file.parent):
        return found.file.parent
    for candidate in (folder, *folder.parents):
        if (candidate / ".git").exists():
            return candidate
    if folder.is_relative_to(Path.cwd()):
        return Path.cwd()
    while (folder / "__init__.py").is_file() and folder.parent != folder:
        folder = folder.parent
    return folder

"""Where installed packages lie: the folders of an environment, found from its files and never by running it."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from convlint.usage import UsageError

PACKAGE_FOLDERS = ("site-packages", "dist-packages")
MAXIMUM_PTH_BYTES = 100_000
"""A .pth file larger than this is no list of paths, and is not read."""


def site_packages(chosen: Path | None, project: Path, variables: Mapping[str, str] = os.environ) -> tuple[Path, ...]:
    """The folders that hold installed packages, in the order in which they are searched.

    ``chosen`` names an interpreter or an environment's folder; without it, the active environment counts, then
    ``.venv`` and ``venv`` in ``project``, then convlint's own. Raises UsageError where ``chosen`` holds no packages.
    """
    if chosen is not None:
        folders = list(_of_choice(chosen))
        if not folders:
            raise UsageError(f"{chosen}: no installed packages found: name an interpreter or an environment's folder")
        return _with_pth(folders)
    # Inside a pre-commit hook the active environment is the hook's own, and says nothing about the project.
    active = "" if variables.get("PRE_COMMIT") else variables.get("VIRTUAL_ENV", "")
    candidates = [Path(active)] if active else []
    for environment in (*candidates, project / ".venv", project / "venv"):
        folders = list(_of_environment(environment)) if (environment / "pyvenv.cfg").is_file() else []
        if folders:
            return _with_pth(folders)
    own = [Path(entry) for entry in sys.path if Path(entry).name in PACKAGE_FOLDERS and os.path.isdir(entry)]
    return _with_pth(own)


def _of_choice(chosen: Path) -> Iterator[Path]:
    if os.path.isdir(chosen):
        if chosen.name in PACKAGE_FOLDERS:
            yield chosen
            return
        folders = list(_of_environment(chosen))
        if folders:
            yield from folders
        elif _holds_packages(chosen):
            yield chosen
        return
    if not os.path.isfile(chosen):
        raise UsageError(f"{chosen}: no such interpreter or environment")
    # A virtual environment's interpreter is a link: its folder counts, not where the link leads to.
    folder = chosen.parent
    environment = folder.parent if folder.name in ("bin", "Scripts") else folder
    yield from _of_environment(environment, chosen.name)
    if not (environment / "pyvenv.cfg").is_file() and chosen.is_symlink():
        real = chosen.resolve()
        yield from _of_environment(real.parent.parent, real.name)


def _of_environment(environment: Path, interpreter: str = "") -> Iterator[Path]:
    """The package folders of an environment or of a plain installation, and of what it builds upon."""
    settings = _settings(environment / "pyvenv.cfg")
    version = re.match(r"\d+\.\d+", settings.get("version", settings.get("version_info", "")))
    named = re.search(r"\d+\.\d+", interpreter)
    wanted = version[0] if version else named[0] if named else None
    yield from _libraries(environment, wanted)
    if settings.get("include-system-site-packages", "").lower() == "true" and settings.get("home"):
        yield from _libraries(Path(settings["home"]).parent, wanted)


def _libraries(prefix: Path, version: str | None) -> Iterator[Path]:
    """The folders in which an installation under ``prefix`` keeps its packages, on any system, newest Python first."""
    if version is not None and os.path.isdir(prefix / "lib" / f"python{version}"):
        pythons = [f"python{version}"]
    else:
        pythons = sorted(_children(prefix / "lib", r"python3\.\d+"), key=_minor, reverse=True)
    for library in ("lib", "lib64", "local/lib"):
        for python in (*pythons, "python3"):
            for name in PACKAGE_FOLDERS:
                if os.path.isdir(prefix / library / python / name):
                    yield prefix / library / python / name
    for name in PACKAGE_FOLDERS:
        if os.path.isdir(prefix / "Lib" / name):
            yield prefix / "Lib" / name


def _minor(name: str) -> int:
    return int(name.rpartition(".")[2])


def _children(folder: Path, pattern: str) -> list[str]:
    try:
        return [name for name in os.listdir(folder) if re.fullmatch(pattern, name)]
    except OSError:
        return []


def _holds_packages(folder: Path) -> bool:
    """Whether ``folder`` itself is searched for packages, as ``pip install --target`` fills one."""
    return any(
        name.endswith(".dist-info") or os.path.isfile(folder / name / "__init__.py")
        for name in _children(folder, r".*")
    )


def _settings(file: Path) -> dict[str, str]:
    """The ``name = value`` lines of a pyvenv.cfg; empty where there is none."""
    try:
        lines = file.read_text("utf-8", "replace").splitlines()
    except OSError:
        return {}
    pairs = (line.partition("=") for line in lines)
    return {name.strip().lower(): value.strip() for name, equals, value in pairs if equals}


def _with_pth(folders: list[Path]) -> tuple[Path, ...]:
    """The folders, and those that their .pth files add (as an editable installation does), each one time."""
    found: dict[str, Path] = {}
    for folder in folders:
        if found.setdefault(os.path.realpath(folder), folder) is folder:
            for added in _added_by_pth(folder):
                found.setdefault(os.path.realpath(added), added)
    return tuple(found.values())


def _added_by_pth(folder: Path) -> Iterator[Path]:
    for name in sorted(_children(folder, r".*\.pth")):
        file = folder / name
        try:
            text = file.read_text("utf-8", "replace") if file.stat().st_size <= MAXIMUM_PTH_BYTES else ""
        except OSError:
            continue
        for line in text.splitlines():
            # Such a file may hold lines of code as well. Those would have to be run, so they are left alone.
            if line.strip() and not line.startswith(("#", "import ", "import\t")) and "\0" not in line:
                added = Path(os.path.abspath(folder / line.strip()))
                if os.path.isdir(added):
                    yield added

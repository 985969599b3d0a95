"""Remembers the outcome of whole runs, so that a run over an unchanged project reads files and does nothing else."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import convlint
from convlint.evaluate.project import UnknownLayer
from convlint.findings import Finding, InputError

FOLDER = ".convlint_cache"
RUNS = "runs"

MAXIMUM_ENTRIES = 16
"""Runs that are remembered for one project; the oldest ones go first."""

MAXIMUM_ENTRY_BYTES = 256 << 20
"""A larger entry was not written by convlint, and is not read."""


@dataclass(frozen=True, slots=True)
class Entry:
    """The outcome of one run, and all that it depends on besides its key."""

    findings: tuple[Finding, ...]
    errors: tuple[InputError, ...]
    stats: dict[str, int]
    unknowns: tuple[UnknownLayer, ...]
    suppressed: int
    consulted: dict[str, str]
    """Absolute path of each file that was read, and the digest of its bytes."""
    absent: tuple[str, ...]
    """Absolute paths that were looked for in vain."""
    rules: dict[str, str]
    """Absolute paths of the rules' and dialects' packages, and of files too large to read, and their stamps."""


def prepare(root: Path) -> Path | None:
    """The project's cache folder, made where it is missing; None where it cannot be used.

    It ignores itself in git, and says to backup programs that it is a cache.
    """
    folder = root / FOLDER
    # Through a link, a project that is only being read could have files written elsewhere.
    if folder.is_symlink() or (folder / RUNS).is_symlink():
        return None
    try:
        (folder / RUNS).mkdir(parents=True, exist_ok=True)
        for name, text in (
            (".gitignore", "*\n"),
            ("CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n# A cache of convlint; safe to delete.\n"),
        ):
            if not os.path.lexists(folder / name):
                _write(folder / name, text.encode())
    except OSError:
        return None
    return folder


def key(
    root: Path, linted: Sequence[Path], packages: Sequence[Path], local_rules: Sequence[Path], options: object
) -> str:
    """A name for a run: the same for every run that asks the same of the same convlint.

    ``options`` is anything that JSON can hold.
    """
    asked = {
        "convlint": [convlint.__version__, stamp(Path(__file__).parent), list(sys.version_info[:2])],
        "root": str(root),
        "linted": [str(path) for path in linted],
        "packages": [str(path) for path in packages],
        "plugins": list(_installed_plugins()),
        "local rules": {str(path): stamp(path) for path in local_rules},
        "options": options,
    }
    return hashlib.blake2b(json.dumps(asked, sort_keys=True).encode(), digest_size=16).hexdigest()


def load(folder: Path, name: str) -> Entry | None:
    """The outcome of the run called ``name`` where nothing that it depends on has changed since.

    Whatever the folder holds is only ever decoded into plain values, and anything unexpected counts as nothing.
    """
    import msgspec

    file = folder / RUNS / f"{name}.json"
    try:
        if file.is_symlink() or file.stat().st_size > MAXIMUM_ENTRY_BYTES:
            return None
        entry = msgspec.json.decode(file.read_bytes(), type=Entry)
    except (OSError, ValueError, RecursionError, msgspec.MsgspecError):
        return None
    return entry if _holds(entry) else None


def store(folder: Path, name: str, entry: Entry) -> None:
    """Remember the outcome of a run. What cannot be written is not remembered."""
    import msgspec

    try:
        encoded = msgspec.json.encode(entry)
    except (TypeError, ValueError, RecursionError, msgspec.MsgspecError):
        return
    with suppress(OSError):
        _write(folder / RUNS / f"{name}.json", encoded)
        _forget_oldest(folder / RUNS)


def digest(content: bytes) -> str:
    """The digest by which a file's content is known, as in ``Analysis.consulted``."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def rule_stamps(rules: Iterable[object], unread: Iterable[str] = ()) -> dict[str, str]:
    """The files and packages that ``rules`` and dialects come from, and the stamps by which a change shows.

    Files that are too large to be read have stamps as well.
    """
    places: set[str] = set(unread)
    for rule in rules:
        module = type(rule).__module__
        top = sys.modules.get(module.partition(".")[0])
        places.update(getattr(top, "__path__", None) or [getattr(top, "__file__", None) or module])
    return {place: stamp(Path(place)) for place in sorted(places)}


def stamp(path: Path) -> str:
    """Tells one state of a Python file, or of all those in a folder, from another: by names, sizes and times."""
    states = [
        (os.path.relpath(file, path), *_state(file)) for file in (_python_files(path) if path.is_dir() else [str(path)])
    ]
    return digest(json.dumps(states).encode("utf-8"))


def _holds(entry: Entry) -> bool:
    """Whether everything that the entry depends on is as it was."""
    try:
        return (
            all(stamp(Path(path)) == was for path, was in entry.rules.items())
            and not any(os.path.lexists(path) for path in entry.absent)
            and all(_unchanged(path, was) for path, was in entry.consulted.items())
        )
    except (OSError, ValueError):
        return False


def _unchanged(path: str, was: str) -> bool:
    # A pipe or a device, which only a forged entry names, would be read for ever.
    if not os.path.isfile(path):
        return False
    with open(path, "rb") as file:
        return digest(file.read()) == was


def _state(file: str) -> tuple[int, int]:
    try:
        status = os.stat(file)
    except OSError:
        return (0, 0)
    return status.st_mtime_ns, status.st_size


def _python_files(folder: Path) -> Iterator[str]:
    for current, folders, files in os.walk(folder):
        folders.sort()
        yield from (os.path.join(current, name) for name in sorted(files) if name.endswith(".py"))


def _installed_plugins() -> Iterator[tuple[str, int, int]]:
    """The distributions that can bring rules: who installs, changes or removes one changes this list.

    Much cheaper than importlib.metadata, which reads what is inside them.
    """
    for folder in sys.path:
        try:
            names = sorted(name for name in os.listdir(folder or ".") if name.endswith((".dist-info", ".egg-info")))
        except OSError:
            continue
        for name in names:
            file = os.path.join(folder, name, "entry_points.txt")
            if (state := _state(file)) != (0, 0):
                yield (file, *state)


def _write(file: Path, content: bytes) -> None:
    """Write a file in one step, so that two runs at once never see half of one."""
    draft = file.with_name(f"{file.name}.{os.getpid()}.tmp")
    try:
        with open(draft, "xb") as stream:
            stream.write(content)
        os.replace(draft, file)
    finally:
        with suppress(OSError):
            draft.unlink()


def _forget_oldest(folder: Path) -> None:
    entries: Mapping[str, int] = {
        entry.path: entry.stat(follow_symlinks=False).st_mtime_ns for entry in os.scandir(folder)
    }
    for path in sorted(entries, key=lambda path: entries[path], reverse=True)[MAXIMUM_ENTRIES:]:
        with suppress(OSError):
            os.unlink(path)

"""Where a report goes: a stream that takes any text, or a file that is complete or not there."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from convlint.usage import UsageError


@contextmanager
def write_file(file: Path) -> Iterator[TextIO]:
    """A stream into ``file``, which changes only when all is written. Raises UsageError where it cannot be written."""
    try:
        if file.exists() and not file.is_file():
            with open(file, "w", encoding="utf-8", newline="\n") as stream:
                yield stream
            return
        target = Path(os.path.realpath(file))
        draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
        try:
            with open(draft, "x", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
                yield stream
            if target.exists():
                draft.chmod(target.stat().st_mode & 0o777)
            os.replace(draft, target)
        finally:
            with suppress(OSError):
                draft.unlink()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UsageError(f"{file}: cannot be written: {error.strerror or error}") from None


def standard_output() -> TextIO:
    """Standard output, made to take characters that its encoding lacks."""
    take_any_text(sys.stdout)
    return sys.stdout


def take_any_text(stream: TextIO) -> None:
    """Let ``stream`` escape what its encoding lacks, where it would raise otherwise."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        with suppress(OSError, ValueError):
            reconfigure(errors="backslashreplace")


def printable(text: str) -> str:
    """``text`` on one line, with nothing in it that drives a terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def wants_color(stream: TextIO) -> bool:
    """Whether ``stream`` is shown in colour: on a terminal, unless NO_COLOR; elsewhere only with FORCE_COLOR."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


PLAIN_WIDTH = 100
"""Columns of a report that goes to no terminal, so that it is the same on every machine."""


def width(stream: TextIO) -> int:
    """How many columns ``stream`` shows."""
    if not stream.isatty():
        return PLAIN_WIDTH
    import shutil

    return shutil.get_terminal_size((PLAIN_WIDTH, 24)).columns

"""A model that cannot be verified: the exception, and how somebody else's exception becomes one line."""

from __future__ import annotations

import traceback

from convlint.output import printable
from convlint.runtime import bounds


class RefusedError(Exception):
    """One clear line about a model that cannot be built or run."""


def in_one_line(stage: str, error: BaseException, folder: str) -> str:
    """What a model's exception says, and the line of the model's code that raised it."""
    if isinstance(error, RefusedError):
        return str(error)
    text = _said(error).strip()
    if isinstance(error, MemoryError) or "can't allocate memory" in text or "out of memory" in text:
        return f"{stage}: needs more memory than it may take (--memory)"
    said = printable(text.splitlines()[0] if text else "")
    if len(said) > bounds.MESSAGE_CHARACTERS:
        said = said[: bounds.MESSAGE_CHARACTERS] + " ..."
    name = type(error).__name__
    return f"{stage}: {name}: {said}{_where(error, folder)}" if said else f"{stage}: {name}{_where(error, folder)}"


def _said(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # its own __str__ may raise
        return ""


def _where(error: BaseException, folder: str) -> str:
    """The innermost line outside of torch, convlint and what imports modules."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if "/torch/" not in frame.filename.replace("\\", "/")
        and "/convlint/runtime/" not in frame.filename.replace("\\", "/")
        and "/importlib/" not in frame.filename.replace("\\", "/")
        and not frame.filename.startswith("<")
    ]
    if not frames:
        return ""
    return f" ({printable(relative(frames[-1].filename, folder))}:{frames[-1].lineno})"


def relative(path: str, folder: str) -> str:
    """A path from ``folder`` on where it lies in it."""
    prefix = folder.rstrip("/\\") + "/"
    slashed = path.replace("\\", "/")
    return slashed.removeprefix(prefix) if slashed.startswith(prefix) else slashed

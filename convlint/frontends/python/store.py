"""Lowered files kept between runs: one cache file for each source file, useless to an attacker, safe to delete."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import tempfile
from functools import cache
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import msgspec

from convlint.frontends.python import ir

FORMAT: Final = "convlint-ir-1"
"""Changes with the lowered form, or with what lowering makes of a source: older caches are then not read."""
MAX_ENTRY_BYTES: Final = 1 << 28
"""A cache file over this size is not read."""
_CACHE_TAG: Final = (
    "Signature: 8a477f597d28d172789f06886806bc55\n"
    "# This folder is a cache of convlint and safe to delete; see https://bford.info/cachedir/\n"
)
_NO_FOLLOW: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)


class Problem(msgspec.Struct, frozen=True, array_like=True):
    """A SourceError as data."""

    line: int
    message: str


class Entry(msgspec.Struct, array_like=True):
    """All that is known of one source text. Pieces are encoded one by one, so that only those asked for are decoded."""

    digest: bytes
    outline: tuple[ir.Piece, ...] | None = None
    pieces: dict[int, msgspec.Raw] = msgspec.field(default_factory=dict)
    broken: dict[int, Problem] = msgspec.field(default_factory=dict)
    """Pieces that cannot be lowered."""
    checked: bool = False
    """Whether the syntax of the whole text was decided; ``problem`` is then the outcome."""
    problem: Problem | None = None

    def fits(self, text: str) -> bool:
        """Whether the pieces lie in order inside the text."""
        last = 0
        for piece in self.outline or ():
            if not last <= piece.at <= piece.end:
                return False
            last = piece.end
        return last <= len(text)


@cache
def _parser_identity() -> str:
    """Changes with the interpreter's grammar and with the installed libcst, which decide what is valid."""
    try:
        found = find_spec("libcst")
        origin = found.origin if found else None
        installed = os.stat(origin).st_mtime_ns if origin else 0
    except (ImportError, ValueError, OSError):
        installed = 0
    return f"{FORMAT} {sys.version_info[:3]} {installed}"


def digest_of(text: str) -> bytes:
    """The key of a text's entry: its content, the format and the parser."""
    content = blake2b(_parser_identity().encode(), digest_size=20)
    content.update(text.encode("utf-8", "surrogatepass"))
    return content.digest()


@cache
def _entry_decoder() -> msgspec.msgpack.Decoder[Entry]:
    return msgspec.msgpack.Decoder(Entry)


@cache
def _piece_decoder() -> msgspec.msgpack.Decoder[tuple[ir.Stmt, ...]]:
    return msgspec.msgpack.Decoder(tuple[ir.Stmt, ...])


def encoded(statements: tuple[ir.Stmt, ...]) -> msgspec.Raw | None:
    """A lowered piece as bytes; None where it nests too deeply for the encoder."""
    try:
        return msgspec.Raw(msgspec.msgpack.encode(statements))
    except (RecursionError, UnicodeEncodeError, msgspec.MsgspecError):
        return None


def decoded(piece: msgspec.Raw) -> tuple[ir.Stmt, ...] | None:
    """The statements of an encoded piece; None where the bytes are no such thing."""
    try:
        return _piece_decoder().decode(piece)
    except (RecursionError, ValueError, msgspec.MsgspecError):
        return None


class IrStore:
    """Lowered files in a folder, or nowhere when ``folder`` is None. Every failure to read or write means "no cache".

    The name of a cache file comes from the source's path, so that a changed source replaces its old entry; the entry
    names the content that it belongs to. Files are replaced in one step, so two runs at once do no harm.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._prepared = False

    def load(self, path: str, text: str) -> Entry | None:
        """The entry of the source at ``path`` if it belongs to exactly this text."""
        if self.folder is None:
            return None
        data = _read(self._file(self.folder, path))
        if data is None:
            return None
        try:
            entry = _entry_decoder().decode(data)
        except (RecursionError, ValueError, msgspec.MsgspecError):
            return None
        return entry if entry.digest == digest_of(text) and entry.fits(text) else None

    def save(self, path: str, entry: Entry) -> None:
        """Replace the entry of the source at ``path``."""
        if self.folder is None or not self._prepare(self.folder):
            return
        temporary = None
        try:
            data = msgspec.msgpack.encode(entry)
            handle, temporary = tempfile.mkstemp(dir=self.folder, suffix=".tmp")
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            os.replace(temporary, self._file(self.folder, path))
        except (OSError, ValueError, msgspec.MsgspecError):
            if temporary is not None:
                with contextlib.suppress(OSError):
                    os.unlink(temporary)

    @staticmethod
    def _file(folder: Path, path: str) -> Path:
        return folder / (blake2b(path.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest() + ".msgpack")

    def _prepare(self, folder: Path) -> bool:
        """Make the folder, which tells git and backup programs to pass it by; False where it cannot be used."""
        if self._prepared:
            return True
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if folder.is_symlink():
                return False
            for name, content in ((".gitignore", "*\n"), ("CACHEDIR.TAG", _CACHE_TAG)):
                with contextlib.suppress(FileExistsError), open(folder / name, "x", encoding="utf-8") as file:
                    file.write(content)
        except OSError:
            return False
        self._prepared = True
        return True


def _read(path: Path) -> bytes | None:
    """The bytes of a plain file (no link, no device) of sensible size."""
    try:
        handle = os.open(path, os.O_RDONLY | _NO_FOLLOW)
    except (OSError, ValueError):
        return None
    try:
        with os.fdopen(handle, "rb") as file:
            state = os.fstat(file.fileno())
            if not stat.S_ISREG(state.st_mode) or state.st_size > MAX_ENTRY_BYTES:
                return None
            return file.read(MAX_ENTRY_BYTES)
    except OSError:
        return None

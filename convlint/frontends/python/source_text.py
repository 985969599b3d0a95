"""Source files as text: byte order mark, coding line (PEP 263), and errors that name their line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_BYTE_LINE_END: Final = re.compile(rb"\r\n|\r|\n")
_CODING_LINE: Final = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.ASCII)
_BLANK_OR_COMMENT: Final = re.compile(rb"[ \t\f]*(?:#.*)?")
_UTF8_BOM: Final = b"\xef\xbb\xbf"
_NOT_FOR_SOURCE: Final = frozenset({"idna", "punycode", "undefined"})
"""Text encodings in Python's registry that no source file is written in; the first two decode in quadratic time."""


class SourceError(ValueError):
    """Source text that cannot be read: the line (from 1; 0 where there is none) and one clear message."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(line, message)
        self.line = line
        self.message = message

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}" if self.line else self.message


def line_of(text: str, offset: int) -> int:
    """The line, from 1, of a character offset. LF, CR and CRLF end a line."""
    return 1 + sum(1 for end in _LINE_END.finditer(text, 0, offset) if end.end() <= offset)


def read_source(path: Path) -> str:
    """The exact text of a source file; newlines are kept as they are. Raises SourceError."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(0, f"cannot be read: {error.strerror or type(error).__name__}") from None
    return decode_source(data)


def decode_source(data: bytes) -> str:
    """The text of the bytes of a source file, without its byte order mark. Raises SourceError."""
    encoding, coding_line = _declared_encoding(data)
    has_mark = data.startswith(_UTF8_BOM)
    if has_mark:
        data = data[len(_UTF8_BOM) :]
        if encoding.replace("_", "-").lower() not in ("utf-8", "utf8", "utf-8-sig"):
            raise SourceError(coding_line, f"the coding line says {encoding!r} but the byte order mark says UTF-8")
        encoding = "utf-8"
    nul = data.find(b"\0")
    if nul >= 0:
        raise SourceError(_byte_line(data, nul), "contains a NUL byte: this is not Python source text")
    text = _decoded(data, encoding, coding_line)
    if "\0" in text:
        raise SourceError(line_of(text, text.index("\0")), "contains a NUL character: this is not Python source text")
    return text


def _decoded(data: bytes, encoding: str, coding_line: int) -> str:
    if encoding.replace("-", "_").lower() in _NOT_FOR_SOURCE:
        raise SourceError(coding_line, f"unknown encoding {encoding!r} in the coding line")
    try:
        text = data.decode(encoding)
        text.encode("utf-8")
    except LookupError:
        raise SourceError(coding_line, f"unknown encoding {encoding!r} in the coding line") from None
    except UnicodeDecodeError as error:
        byte = f" (byte 0x{data[error.start]:02x})" if error.start < len(data) else ""
        raise SourceError(_byte_line(data, error.start), f"is not valid {encoding.upper()}{byte}") from None
    except (UnicodeError, ValueError):
        raise SourceError(coding_line, f"does not decode as {encoding!r}") from None
    return text


def declared_encoding(data: bytes) -> str:
    """The encoding that the coding line of a source file names; UTF-8 without one."""
    return _declared_encoding(data)[0]


def _declared_encoding(data: bytes) -> tuple[str, int]:
    """The encoding that a coding line in the first two lines names, and that line; UTF-8 without one."""
    start = len(_UTF8_BOM) if data.startswith(_UTF8_BOM) else 0
    for line in (1, 2):
        stop = _BYTE_LINE_END.search(data, start)
        row = data[start : stop.start() if stop else len(data)]
        found = _CODING_LINE.match(row)
        if found:
            return found.group(1).decode("ascii"), line
        if not stop or not _BLANK_OR_COMMENT.fullmatch(row):
            break
        start = stop.end()
    return "utf-8", 0


def _byte_line(data: bytes, offset: int) -> int:
    return 1 + sum(1 for end in _BYTE_LINE_END.finditer(data, 0, offset) if end.end() <= offset)

"""Writes changed source files in one step each, with the encoding, byte order mark and mode that they had."""

from __future__ import annotations

import codecs
import os
import stat
from contextlib import suppress
from pathlib import Path

from convlint.frontends.python.source_text import SourceError, declared_encoding, decode_source
from convlint.usage import UsageError


def write_source(path: Path, old: str, new: str) -> None:
    """Replace the text ``old`` of a file by ``new``. Raises UsageError where that cannot be done; then nothing changes.

    A link stays a link, and the file that it leads to changes. A file that no longer holds ``old`` is left alone.
    """
    target = Path(os.path.realpath(path))
    draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        data = target.read_bytes()
        encoded = _encoded(data, old, new)
        mode = stat.S_IMODE(target.stat().st_mode)
        try:
            with open(draft, "xb") as stream:
                stream.write(encoded)
                stream.flush()
                os.fsync(stream.fileno())
            draft.chmod(mode)
            os.replace(draft, target)
        finally:
            with suppress(OSError):
                draft.unlink()
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from None
    except (SourceError, UnicodeError, LookupError) as error:
        raise UsageError(f"{path}: was not changed: {error}") from None


def _encoded(data: bytes, old: str, new: str) -> bytes:
    """The bytes of ``new``, in the encoding in which ``data`` holds ``old``."""
    if decode_source(data) != old:
        raise SourceError(0, "it has changed since it was linted")
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    encoding = "utf-8" if mark else declared_encoding(data)
    encoded = mark + new.encode(encoding)
    # Whatever was not touched must come out as the bytes that it was.
    if mark + old.encode(encoding) != data or decode_source(encoded) != new:
        raise SourceError(0, f"its encoding {encoding} does not give the same bytes back")
    return encoded

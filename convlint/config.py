"""The configuration: ``[tool.convlint]`` in pyproject.toml, or convlint.toml; found, read and checked."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from convlint.findings import Severity
from convlint.input_size import EXPLANATION, KEY, input_size_of
from convlint.usage import UsageError, nearest

NAMES = ("convlint.toml", "pyproject.toml")
"""The files that are looked for in each folder; in one folder the first one wins."""

KEYS = ("exclude", "per-file-ignores", "severity", "select", "ignore", "fail-on", "rules", "python", "input-size")

_TYPES = {"str": "string", "bool": "boolean", "int": "number", "float": "number", "list": "list", "dict": "table"}

MAX_QUOTED = 40
"""So many letters of a wrong value are shown."""

MAXIMUM_BYTES = 1_000_000
"""A larger file is no configuration written by a person, and is refused rather than parsed."""


@dataclass(frozen=True, slots=True)
class Config:
    """What the configuration file says. Without a file, everything is at its default."""

    file: Path | None = None
    exclude: tuple[str, ...] = ()
    """Patterns as in .gitignore, relative to the root."""
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """From a pattern to the rules and groups that are not reported in files that match it."""
    severity: Mapping[str, Severity] = field(default_factory=dict)
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: Severity | None = None
    rules: tuple[Path, ...] = ()
    """Absolute paths of the project's own rule files and folders."""
    input_size: tuple[int, ...] | None = None
    """The size of the networks' input: one number for all axes, one for each, or the channels in front."""
    python: Path | None = None
    """Absolute path of the interpreter or environment whose packages are read."""


def find(folder: Path) -> Config:
    """The configuration that applies to ``folder``: the nearest one upwards, or the defaults.

    Raises UsageError where that file cannot be used.
    """
    for candidate in (folder, *folder.parents):
        for name in NAMES:
            file = candidate / name
            if file.is_file():
                config = _load(file, required=False)
                if config is not None:
                    return config
    return Config()


def load(file: Path) -> Config:
    """The configuration in a file that was named with ``--config``. Raises UsageError."""
    config = _load(file, required=True)
    if config is None:
        raise UsageError(f"{file}: there is no [tool.convlint] table in this file")
    return config


def _load(file: Path, required: bool) -> Config | None:
    """The configuration in ``file``, or None for a pyproject.toml that does not speak of convlint."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror or error}") from None
    nested = file.name == "pyproject.toml"
    # Somebody else's broken pyproject.toml is no reason to stop, and parsing costs start-up time.
    if nested and not required and b"convlint" not in raw:
        return None
    if len(raw) > MAXIMUM_BYTES:
        raise UsageError(f"{file}: is larger than {MAXIMUM_BYTES} bytes")
    text, table = _parse(file, raw)
    if nested:
        tool = table.get("tool", {})
        if not isinstance(tool, dict) or "convlint" not in tool:
            return None
        table = tool["convlint"]
    return _Reader(file, text, nested).config(table)


def _parse(file: Path, raw: bytes) -> tuple[str, Any]:
    """The text of a TOML file and its content."""
    toml = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        text = raw.decode("utf-8")
        return text, toml.loads(text)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{file}:{line}: is not UTF-8 text") from None
    except toml.TOMLDecodeError as error:
        message = str(error)
        where = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", message)
        line = int(where[1] or text.count("\n") + 1) if where else 1
        raise UsageError(f"{file}:{line}: {message[: where.start()] if where else message}") from None
    except RecursionError:
        raise UsageError(f"{file}: is nested too deeply") from None


class _Reader:
    """Checks one file's table, key by key; each complaint says the file, the line and the key."""

    def __init__(self, file: Path, text: str, nested: bool) -> None:
        self.file = file
        self.text = text
        self.nested = nested

    def config(self, table: Any) -> Config:
        if not isinstance(table, dict):
            raise self.error("convlint", "must be a table: [tool.convlint]")
        for key in table:
            if key not in KEYS:
                raise self.error(key, f"unknown key '{key}'{nearest(key, KEYS) or ': known are ' + ', '.join(KEYS)}")
        fail_on = table.get("fail-on")
        python = table.get("python")
        if python is not None and not isinstance(python, str):
            raise self.wrong("python", "a string", python)
        return Config(
            file=self.file,
            exclude=self.strings("exclude", table.get("exclude", [])),
            per_file_ignores={
                pattern: self.strings(f"per-file-ignores.{pattern}", names)
                for pattern, names in self.table("per-file-ignores", table).items()
            },
            severity={
                name: self.level(f"severity.{name}", level) for name, level in self.table("severity", table).items()
            },
            select=self.strings("select", table.get("select", [])),
            ignore=self.strings("ignore", table.get("ignore", [])),
            fail_on=None if fail_on is None else self.level("fail-on", fail_on),
            rules=tuple(self.path("rules", path) for path in self.strings("rules", table.get("rules", []))),
            input_size=self.input_size(table),
            python=None if python is None else self.path("python", python),
        )

    def input_size(self, table: dict[str, Any]) -> tuple[int, ...] | None:
        if KEY not in table:
            return None
        found = input_size_of(table[KEY])
        if found is None:
            value = table[KEY]
            said = f"not '{value[:MAX_QUOTED]}'" if isinstance(value, str) else "not this"
            raise self.error(KEY, f"'{KEY}' must be {EXPLANATION}, {said}")
        return found

    def path(self, key: str, text: str) -> Path:
        """An existing path, relative to the configuration's folder."""
        try:
            path = self.file.parent.absolute() / Path(text).expanduser()
            exists = path.exists()
        except (OSError, ValueError, RuntimeError):
            exists = False
        if not exists:
            raise self.error(key, f"'{key}': no such file or folder: {text}")
        return path

    def table(self, key: str, table: dict[str, Any]) -> dict[str, Any]:
        value = table.get(key, {})
        if not isinstance(value, dict):
            raise self.wrong(key, "a table", value)
        return value

    def strings(self, key: str, value: Any) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise self.wrong(key, "a list of strings", value)
        for index, item in enumerate(value):
            if not isinstance(item, str):
                raise self.wrong(f"{key}[{index}]", "a string", item)
        return tuple(value)

    def level(self, key: str, value: Any) -> Severity:
        if not isinstance(value, str):
            raise self.wrong(key, "a string", value)
        levels = [severity.value for severity in Severity]
        if value not in levels:
            raise self.error(key, f"'{key}' must be one of {', '.join(levels)}, not '{value}'")
        return Severity(value)

    def wrong(self, key: str, wanted: str, value: Any) -> UsageError:
        return self.error(key, f"'{key}' must be {wanted}, not a {_TYPES.get(type(value).__name__, 'date')}")

    def error(self, key: str, message: str) -> UsageError:
        return UsageError(f"{self.file}:{self.line(key)}: {message}")

    def line(self, key: str) -> int:
        """The line that sets ``key``, from 1: TOML parsers keep no positions, so the text is searched for it."""
        name = re.split(r"[.\[]", key)[0]
        names = [name, key.split(".", 1)[-1]] if "." in key else [name]
        lines = self.text.splitlines()
        start = next((i for i, line in enumerate(lines) if self.nested and re.match(r"\s*\[tool\.convlint\b", line)), 0)
        for word in reversed(names):
            setting = re.compile(rf"\s*(?:\[[^\]]*)?[\"']?{re.escape(word)}[\"']?\s*[=.\]]")
            for index in range(start, len(lines)):
                if setting.match(lines[index]):
                    return index + 1
        return start + 1

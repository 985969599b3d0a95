"""What is asked about one model: how to build it and what to feed it. Plain values that cross to another process."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from convlint.runtime import bounds
from convlint.usage import UsageError

DEFAULT_SIDE = 224
"""The side of the input image where nobody says another."""


@dataclass(frozen=True, slots=True)
class Request:
    """One model to build, run and prove."""

    target: str
    """``package.module:callable``, ``path/to/file.py:Class``, ``conf.yaml``, or ``conf.yaml:path.in.it``."""
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    shapes: tuple[tuple[int, ...], ...] = ()
    """The sizes of the inputs; empty for what the model says itself."""
    device: str = "auto"
    setup: str = ""
    """A Python file that is run before the target is imported."""
    folder: str = "."
    """The folder that imports start from, and that paths in the result are relative to."""
    roots: tuple[str, ...] = ()
    """Further folders that imports start from."""
    every_layer: bool = False
    maps: bool = False
    seconds: float = bounds.SECONDS
    memory_gib: float = bounds.MEMORY_GIB
    threads: int = bounds.THREADS

    def encode(self) -> str:
        """One line of JSON."""
        return json.dumps(dataclasses.asdict(self))


def decode(line: str) -> Request:
    """The request that ``encode`` wrote."""
    plain = json.loads(line)
    plain["args"] = tuple(plain["args"])
    plain["shapes"] = tuple(tuple(shape) for shape in plain["shapes"])
    plain["roots"] = tuple(plain["roots"])
    return Request(**plain)


def shape_of(text: str) -> tuple[int, ...]:
    """``1,3,224,224`` as numbers. Raises UsageError."""
    try:
        shape = tuple(int(part) for part in text.split(","))
    except ValueError:
        shape = ()
    if not shape or min(shape) < 1:
        raise UsageError(f"--input {text}: sizes are positive numbers with commas between them, as in 1,3,224,224")
    return shape


def json_of(option: str, text: str | None, kind: type, empty: Any) -> Any:
    """The value of an option that is written in JSON. Raises UsageError where it is not of ``kind``."""
    if text is None:
        return empty
    try:
        value = json.loads(text)
    except ValueError as error:
        raise UsageError(f"{option}: not JSON: {error}") from None
    if not isinstance(value, kind):
        raise UsageError(f"{option}: takes {'a list' if kind is list else 'an object'} in JSON")
    return value


CONFIG_SUFFIXES = (".yaml", ".yml", ".json")
"""Files that can name a class and its arguments."""


def split_target(target: str) -> tuple[str, str]:
    """The file or module of a target, and the name in it; that may be empty for a config file. Raises UsageError."""
    if target.endswith(CONFIG_SUFFIXES):
        where, name = target, ""
    else:
        where, _, name = target.rpartition(":")
        if not where or not name:
            raise UsageError(f"{target}: write package.module:callable, path/to/file.py:Class, or a YAML file")
    if where.endswith((".py", *CONFIG_SUFFIXES)) and not Path(where).is_file():
        raise UsageError(f"{where}: no such file")
    return where, name

"""pathlib: arithmetic on names; what exists is unknown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath
from posixpath import normpath
from typing import Any

from convlint.evaluate.environment import Arguments
from convlint.evaluate.library.adapt import (
    attempt,
    builtin_table,
    first,
    give_up,
    instance_of,
    known,
    lift,
    nothing,
    text,
)
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects.classes import make_class
from convlint.evaluate.paths import force
from convlint.evaluate.values import Builtin, Class, Const, Descriptor, Instance, Span, Tuple, Unknown, Value

_PROPERTIES = ("name", "stem", "suffix", "suffixes", "parent", "parts", "parents", "root", "drive", "anchor")
_METHODS = ("joinpath", "with_name", "with_stem", "with_suffix", "relative_to", "as_posix", "is_absolute", "match")
_ASKING = (
    "exists", "expanduser", "glob", "is_dir", "is_file", "iterdir", "read_bytes", "rglob", "samefile", "stat",
)  # fmt: skip


def contents(machine: Machine) -> dict[str, Value]:
    """The names of pathlib."""
    cls = make_class("Path", (machine.modules.builtin_class("object"),), {})
    cls.make = lambda machine, made, args, site: _joined(machine, cls, known(args).positional, site)
    cls.attrs = {
        **{name: Descriptor("property", Builtin(name, _property(cls, name))) for name in _PROPERTIES},
        **{name: Builtin(name, _method(cls, name)) for name in _METHODS},
        **{name: Builtin(name, _asking(name)) for name in _ASKING},
        **nothing("mkdir", "unlink", "touch", "write_text", "write_bytes", "rmdir", "rename"),
        **builtin_table(
            {
                "absolute": lambda machine, args, site: _absolute(machine, cls, args, site),
                "open": _open,
                "read_text": _read_text,
                "resolve": lambda machine, args, site: _absolute(machine, cls, args, site),
                "__truediv__": lambda machine, args, site: _joined(machine, cls, args.positional, site),
                "__rtruediv__": lambda machine, args, site: _joined(machine, cls, args.positional[::-1], site),
                "__str__": lambda machine, args, site: lift(
                    machine, str(plain_path(machine, first(machine, args))), site
                ),
                "__fspath__": lambda machine, args, site: lift(
                    machine, str(plain_path(machine, first(machine, args))), site
                ),
            }
        ),
        "cwd": Descriptor("staticmethod", Builtin("cwd", _asking("cwd"))),
        "home": Descriptor("staticmethod", Builtin("home", _asking("home"))),
    }
    return dict.fromkeys(("Path", "PosixPath", "PurePath", "PurePosixPath", "WindowsPath", "PureWindowsPath"), cls)


def plain_path(machine: Machine, value: Value) -> PurePosixPath:
    """A path or a str as Python's own path."""
    value = force(value, machine.path)
    if isinstance(value, Instance) and isinstance(value.attrs.get("_path"), Const):
        return PurePosixPath(value.attrs["_path"].value)
    return PurePosixPath(text(machine, value))


def _lifted(machine: Machine, cls: Class, result: Any, site: Span) -> Value:
    if isinstance(result, PurePosixPath):
        return instance_of(machine, cls, _path=Const(str(result), site))
    if isinstance(result, tuple):
        return Tuple(tuple(_lifted(machine, cls, part, site) for part in result))
    if not isinstance(result, (str, bool)):
        return machine.list([_lifted(machine, cls, part, site) for part in result])
    return lift(machine, result, site)


def _joined(machine: Machine, cls: Class, parts: list[Value], site: Span) -> Value:
    return _lifted(machine, cls, PurePosixPath(*(plain_path(machine, part) for part in parts)), site)


def _property(cls: Class, name: str) -> Callable[[Machine, Arguments, Span], Value]:
    return lambda machine, args, site: _lifted(
        machine, cls, getattr(plain_path(machine, first(machine, args)), name), site
    )


def _method(cls: Class, name: str) -> Callable[[Machine, Arguments, Span], Value]:
    def call(machine: Machine, args: Arguments, site: Span) -> Value:
        target = plain_path(machine, first(machine, args))
        given = [plain_path(machine, value) for value in args.positional[1:]]
        result = attempt(getattr(target, name), *map(str, given))
        return _lifted(machine, cls, result, site)

    return call


def _absolute(machine: Machine, cls: Class, args: Arguments, site: Span) -> Value:
    """A path that is absolute already, as ``__file__`` is; where a program is run is not known."""
    path = plain_path(machine, first(machine, args))
    if not path.is_absolute():
        give_up(Unknown("not-modelled", "the folder that a program is run in", site))
    return _lifted(machine, cls, PurePosixPath(normpath(path)), site)


def _open(machine: Machine, args: Arguments, site: Span) -> Value:
    return machine.modules.builtins["open"].call(machine, args, site)  # type: ignore[no-any-return,attr-defined]


def _read_text(machine: Machine, args: Arguments, site: Span) -> Value:
    from convlint.evaluate.library.data_files import text_of

    return text_of(machine, first(machine, args), site)


def _asking(name: str) -> Callable[[Machine, Arguments, Span], Value]:
    def call(machine: Machine, args: Arguments, site: Span) -> Value:
        give_up(Unknown("not-modelled", f"Path.{name}", site))

    return call

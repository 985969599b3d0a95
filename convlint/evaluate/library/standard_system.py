"""os, os.path, sys, importlib, pydoc: what a program learns about its machine is unknown, names and paths are not."""

from __future__ import annotations

import posixpath

from convlint.evaluate.budget import MAX_TEXT
from convlint.evaluate.environment import Arguments, Raised
from convlint.evaluate.library.adapt import (
    builtin_table,
    first,
    fixed,
    identity,
    instance_of,
    nothing,
    pure,
    submodule,
    table,
    take,
    text,
    unknown,
)  # fmt: skip
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import attributes, named_tuples
from convlint.evaluate.objects.classes import make_class
from convlint.evaluate.values import NONE, UNBOUND, Builtin, Const, Span, Tuple, Unknown, Value

VERSION = (3, 11, 0, "final", 0)
"""The Python version that code sees that asks for it."""

_PATHS = (
    "basename", "commonpath", "commonprefix", "dirname", "isabs", "normcase", "normpath", "split", "splitdrive",
    "splitext",
)  # fmt: skip
_ASKING = (
    "exists", "expanduser", "expandvars", "getmtime", "getsize", "isdir", "isfile", "islink", "ismount",
    "lexists", "relpath", "samefile",
)  # fmt: skip


def paths(machine: Machine) -> dict[str, Value]:
    """The names of os.path: arithmetic on names; what exists is unknown."""
    return {
        **table({name: getattr(posixpath, name) for name in _PATHS}),
        "join": pure("join", posixpath.join, lambda *parts: sum(map(len, parts)) + len(parts) <= MAX_TEXT),
        **unknown("os.path", *_ASKING),
        **builtin_table(dict.fromkeys(("abspath", "realpath"), _absolute)),
        "sep": Const("/"),
        "pathsep": Const(":"),
        "extsep": Const("."),
        "curdir": Const("."),
        "pardir": Const(".."),
    }


def _absolute(machine: Machine, args: Arguments, site: Span) -> Value:
    """A path that is absolute already, as ``__file__`` is; where a program is run is not known."""
    from convlint.evaluate.library.standard_pathlib import plain_path

    path = str(plain_path(machine, first(machine, args)))
    if not posixpath.isabs(path):
        return Unknown("not-modelled", "the folder that a program is run in", site)
    return Const(posixpath.normpath(path), site)


def os(machine: Machine) -> dict[str, Value]:
    """The names of os."""
    base = machine.modules.builtin_class("object")
    environment = make_class("_Environ", (base,), _environment_methods())
    return {
        "environ": instance_of(machine, environment),
        "getenv": Builtin("getenv", _get_variable),
        "path": submodule("os.path", paths(machine)),
        "fspath": Builtin("fspath", lambda machine, args, site: take(machine, args, "fspath", 1, "path")[0]),
        "PathLike": make_class("PathLike", (base,), {}),
        "name": Const("posix"),
        "sep": Const("/"),
        "linesep": Const("\n"),
        "curdir": Const("."),
        "pardir": Const(".."),
        "pathsep": Const(":"),
        "devnull": Const("/dev/null"),
        "error": machine.modules.builtin_class("OSError"),
        **nothing("makedirs", "mkdir", "remove", "rename", "putenv", "chdir", "unlink", "rmdir", "chmod", "system"),
    }


def _environment_methods() -> dict[str, Value]:
    """``os.environ``: what is set is unknown; a default that the code gives is taken."""

    def get(machine: Machine, args: Arguments, site: Span) -> Value:
        return _get_variable(machine, Arguments(args.positional[1:], args.keywords, args.unknown), site)

    def look_up(machine: Machine, args: Arguments, site: Span) -> Value:
        return Unknown("not-modelled", "an environment variable", site)

    return {
        **builtin_table({"get": get, "pop": get, "setdefault": get, "__getitem__": look_up, "__contains__": look_up}),
        **builtin_table({"copy": look_up, "keys": look_up, "items": look_up, "values": look_up}),
        **nothing("__setitem__", "__delitem__", "update", "clear"),
    }


def _get_variable(machine: Machine, args: Arguments, site: Span) -> Value:
    _, default = take(machine, args, "getenv", 1, "key", "default")
    return default if default is not None else Unknown("not-modelled", "an environment variable", site)


def sys(machine: Machine) -> dict[str, Value]:
    """The names of sys."""
    fields = ["major", "minor", "micro", "releaselevel", "serial"]
    version = named_tuples.make_named_tuple(machine, "version_info", fields, {})
    stream = make_class("TextIOWrapper", (), nothing("write", "flush", "close", "writelines", "reconfigure"))
    return {
        "version_info": Tuple(tuple(Const(part) for part in VERSION), version),
        "argv": Unknown("no-default", "the command line"),
        "version": Const("3.11.0"),
        "hexversion": Const(0x030B00F0),
        "platform": Const("linux"),
        "byteorder": Const("little"),
        "maxsize": Const(2**63 - 1),
        "stdout": instance_of(machine, stream),
        "stderr": instance_of(machine, stream),
        "exit": Builtin("exit", _exit),
        "intern": identity("intern"),
        **nothing("setrecursionlimit", "settrace", "setprofile"),
        "gettrace": fixed("gettrace", NONE),
        "flags": Unknown("not-modelled", "sys.flags"),
    }


def _exit(machine: Machine, args: Arguments, site: Span) -> Value:
    raise Raised("SystemExit", "")


# --- importlib --------------------------------------------------------------------------------------------------------


def importing(machine: Machine) -> dict[str, Value]:
    """The names of importlib."""
    return {
        "import_module": Builtin("import_module", _import_module),
        "reload": identity("reload"),
        "util": submodule("importlib.util", import_utilities(machine)),
        "metadata": submodule("importlib.metadata", {}),
    }


def import_utilities(machine: Machine) -> dict[str, Value]:
    """The names of importlib.util."""
    return {"find_spec": Builtin("find_spec", _find_spec)}


def _import_module(machine: Machine, args: Arguments, site: Span) -> Value:
    name, package = take(machine, args, "import_module", 1, "name", "package")
    plain = text(machine, name)
    if plain.startswith("."):
        parent = text(machine, package) if package is not None else ""
        dots = len(plain) - len(plain.lstrip("."))
        parts = parent.split(".")
        plain = ".".join([*parts[: len(parts) - dots + 1], plain.lstrip(".")]).strip(".")
    found = machine.modules.import_by_name(plain) if plain else None
    return found if found is not None else Unknown("module-not-found", plain, site)


def locating(machine: Machine) -> dict[str, Value]:
    """The names of pydoc."""
    return {"locate": Builtin("locate", _locate)}


def _locate(machine: Machine, args: Arguments, site: Span) -> Value:
    """What a dotted name stands for: the longest part of it that is a module, and attributes from there on."""
    name = text(machine, take(machine, args, "locate", 1, "path", "forceload")[0])
    parts = [part for part in name.split(".") if part]
    found: Value | None = None
    for count in range(1, len(parts) + 1):
        module = machine.modules.import_by_name(".".join(parts[:count]))
        if found is not None and (module is None or module.source is None):
            inner = attributes.find(machine, found, parts[count - 1], site)
            found = inner if inner is not UNBOUND else module
        else:
            found = module
        if found is None:
            return NONE if count > 1 else machine.modules.builtins.get(name, Unknown("module-not-found", name, site))
    return found if found is not None else NONE


def _find_spec(machine: Machine, args: Arguments, site: Span) -> Value:
    """Whether a package is there: something where its source is, unknown where convlint does not see it."""
    name = text(machine, take(machine, args, "find_spec", 1, "name", "package")[0])
    found = machine.modules.import_by_name(name) if name and not name.startswith(".") else None
    return found if found is not None else Unknown("module-not-found", name, site)

"""Modules that are called for effects outside of the program: warnings, logging, pprint; and contextlib."""

from __future__ import annotations

from collections.abc import Callable

from convlint.evaluate.environment import Arguments
from convlint.evaluate.language.guards import enter
from convlint.evaluate.library.adapt import (
    builtin_table,
    first,
    fixed,
    give_up,
    identity,
    instance_of,
    nothing,
    take,
    unknown,
)  # fmt: skip
from convlint.evaluate.library.types_sequences import advance
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import attributes, calls
from convlint.evaluate.objects.classes import make_class
from convlint.evaluate.paths import force
from convlint.evaluate.values import NONE, Builtin, Class, Const, Instance, Iterator, Span, Unknown, Value

_LEVELS = {"CRITICAL": 50, "FATAL": 50, "ERROR": 40, "WARNING": 30, "WARN": 30, "INFO": 20, "DEBUG": 10, "NOTSET": 0}


def silent_class(machine: Machine, name: str) -> Class:
    """A class whose objects do nothing, whatever is called on them."""
    quiet = nothing("any")["any"]
    attrs: dict[str, Value] = {
        "__init__": fixed("__init__", NONE),
        "__getattr__": fixed("__getattr__", quiet),
        "__enter__": identity("__enter__"),
        "__call__": Builtin("__call__", _decorate),
    }
    return make_class(name, (machine.modules.builtin_class("object"),), attrs)


def _decorate(machine: Machine, args: Arguments, site: Span) -> Value:
    """A silent object used as a decorator leaves what it decorates."""
    return args.positional[1] if len(args.positional) > 1 else NONE


def logging(machine: Machine) -> dict[str, Value]:
    """The names of logging."""
    logger = silent_class(machine, "Logger")
    one = instance_of(machine, logger)
    classes = (
        "Handler",
        "StreamHandler",
        "FileHandler",
        "NullHandler",
        "Formatter",
        "Filter",
        "LoggerAdapter",
        "LogRecord",
    )
    return {
        "getLogger": fixed("getLogger", one),
        "root": one,
        "Logger": logger,
        "getLevelName": Builtin("getLevelName", lambda machine, args, site: Const("INFO", site)),
        **{name: Const(level) for name, level in _LEVELS.items()},
        **{name: silent_class(machine, name) for name in classes},
        **nothing(
            "basicConfig", "captureWarnings", "critical", "debug", "disable", "error", "exception", "fatal", "info",
            "log", "shutdown", "warn", "warning",
        ),
    }  # fmt: skip


def warnings(machine: Machine) -> dict[str, Value]:
    """The names of warnings."""
    return {
        **nothing("filterwarnings", "resetwarnings", "simplefilter", "showwarning", "warn", "warn_explicit"),
        "catch_warnings": silent_class(machine, "catch_warnings"),
        "deprecated": fixed("deprecated", identity("deprecated")),
    }


def printing(machine: Machine) -> dict[str, Value]:
    """The names of pprint."""
    return {
        **nothing("pprint", "pp"),
        **unknown("pprint", "pformat"),
        "PrettyPrinter": silent_class(machine, "PrettyPrinter"),
    }


# --- contextlib -------------------------------------------------------------------------------------------------------


def contexts(machine: Machine) -> dict[str, Value]:
    """The names of contextlib."""
    silent = ("suppress", "redirect_stdout", "redirect_stderr", "chdir", "ContextDecorator")
    stack = silent_class(machine, "ExitStack")
    stack.attrs["enter_context"] = Builtin("enter_context", _enter)
    base = machine.modules.builtin_class("object")
    return {
        "contextmanager": Builtin("contextmanager", _context_manager(machine)),
        "asynccontextmanager": Builtin("asynccontextmanager", _context_manager(machine)),
        "nullcontext": _holder(machine, "nullcontext"),
        "closing": _holder(machine, "closing"),
        "ExitStack": stack,
        **{name: silent_class(machine, name) for name in silent},
        **{name: make_class(name, (base,), {}) for name in ("AbstractContextManager", "AbstractAsyncContextManager")},
    }


def _enter(machine: Machine, args: Arguments, site: Span) -> Value:
    _, manager = take(machine, args, "enter_context", 2, "self", "cm")
    return enter(machine, manager, site)  # type: ignore[no-any-return]


def _holder(machine: Machine, name: str) -> Class:
    """A context manager that gives what it was made with."""

    def init(machine: Machine, args: Arguments, site: Span) -> Value:
        target, held = take(machine, args, name, 1, "self", "enter_result")
        if isinstance(target, Instance):
            machine.write_attribute(target, "_held", NONE if held is None else held)
        return NONE

    def enter(machine: Machine, args: Arguments, site: Span) -> Value:
        return attributes.get(machine, first(machine, args), "_held", site)  # type: ignore[no-any-return]

    attrs = builtin_table({"__init__": init, "__enter__": enter})
    return make_class(name, (machine.modules.builtin_class("object"),), dict(attrs))


def _context_manager(machine: Machine) -> Callable[[Machine, Arguments, Span], Value]:
    """``@contextmanager``: entering runs the generator up to its first ``yield``, here all of it."""
    cls = _holder(machine, "_GeneratorContextManager")
    cls.attrs["__call__"] = Builtin("__call__", _decorate)

    def decorate(machine: Machine, args: Arguments, site: Span) -> Value:
        (function,) = take(machine, args, "contextmanager", 1, "func")
        if isinstance(function, Unknown):
            give_up(function)

        def start(machine: Machine, given: Arguments, site: Span) -> Value:
            result = force(machine.apply(calls.call, machine, function, given, site), machine.path)
            if isinstance(result, Iterator):
                result = advance(machine, result, NONE)
            return instance_of(machine, cls, _held=result)

        return Builtin(getattr(function, "name", "contextmanager"), start)

    return decorate

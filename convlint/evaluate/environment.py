"""Frames: the names that code sees while it runs, and what leaves it."""

from __future__ import annotations

from typing import Any

from convlint.evaluate.paths import ROOT, Path
from convlint.evaluate.values import UNBOUND, Class, Function, Module, Unknown, Value


class Raised(Exception):
    """An exception of the evaluated code. ``kind`` is its class's name, ``value`` the object if there is one."""

    def __init__(self, kind: str, message: str = "", value: Value | None = None) -> None:
        super().__init__(kind, message)
        self.kind = kind
        self.message = message
        self.value = value

    def kept(self) -> Raised:
        """Itself without the frames of convlint's that it came through: those hold whoever keeps it, in a circle."""
        return self.with_traceback(None)


class Exhausted(Exception):
    """A limit for the whole entry point is reached; ``limit`` is its name in budget.py."""

    def __init__(self, limit: str) -> None:
        super().__init__(limit)
        self.limit = limit


class NotIterable(Exception):
    """Raised where the items of something are asked for that are not known."""

    def __init__(self, cause: Unknown) -> None:
        super().__init__(cause)
        self.cause = cause


def follows(cause: Unknown) -> Unknown:
    """A new unknown that stands for something computed from ``cause``; it keeps the first cause."""
    return Unknown(cause.reason, cause.detail, cause.span)


class Frame:
    """One activation of a function, a class body, a comprehension or a module's piece."""

    __slots__ = (
        "birth", "born", "declared", "ended", "exits", "function", "jumps", "limit", "locals", "module", "owner",
        "parent", "receiver", "result", "trying", "yielded",
    )  # fmt: skip

    def __init__(self, module: Module, parent: Frame | None, birth: Path = ROOT, born: int = 0) -> None:
        self.locals: dict[str, Any] = {}
        self.module = module
        self.parent = parent
        self.function: Function | None = None
        self.owner: Class | None = None
        """The class in whose body the running function was defined, for ``super()``."""
        self.receiver: Value | None = None
        """The first argument, for ``super()``."""
        self.birth = birth
        self.born = born
        self.result: Any = UNBOUND
        self.exits = 0
        """How often an arm left by return, raise, break or continue: unchanged means that all arms go on."""
        self.jumps: list[tuple[str, Path]] = []
        """Paths that left the innermost loop by break or continue in its present turn."""
        self.yielded: list[Value] | None = None
        self.declared: dict[str, str] = {}
        """Names declared global or nonlocal here."""
        self.ended = False
        """Whether the function has returned and nothing has changed its variables since."""
        self.trying = 0
        """How many ``try`` statements are running here: imports that fail in them raise."""
        self.limit: int | None = None
        """At module level: the number of the piece that runs; it sees only pieces before it."""


class Arguments:
    """The arguments of one call. ``unknown`` is set where ``*args`` or ``**kwargs`` of unknown content were given."""

    __slots__ = ("keywords", "positional", "unknown")

    def __init__(
        self, positional: list[Value], keywords: dict[str, Value] | None = None, unknown: Unknown | None = None
    ) -> None:
        self.positional = positional
        self.keywords = keywords if keywords is not None else {}
        self.unknown = unknown

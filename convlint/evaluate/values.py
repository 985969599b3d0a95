"""The closed set of values that the evaluator computes with. Data only: what they can do stands in the other files."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from convlint.evaluate.built.records import Scope
    from convlint.evaluate.environment import Frame
    from convlint.evaluate.paths import Decision, Path
    from convlint.frontends.python import ir


class Span(NamedTuple):
    """A stretch of one source file: the file's number in the run, and character offsets (end exclusive)."""

    file: int
    start: int
    end: int


class Value:
    """Anything that an expression can be."""

    __slots__ = ()


class Const(Value):
    """An immutable scalar of Python (int, float, complex, bool, str, bytes, None, ...) and the place it came from.

    ``twin`` is one and the same object for all scalars that are equal in type, value and place, once one was asked
    for.
    """

    __slots__ = ("origin", "twin", "value")

    def __init__(self, value: Any, origin: Span | None = None) -> None:
        self.value = value
        self.origin = origin
        self.twin: Const | None = None

    def __repr__(self) -> str:
        return repr(self.value)


class Unknown(Value):
    """A value that is not known, with the first cause. Two unknowns are the same only if they are one object."""

    __slots__ = ("decision", "derived", "detail", "negates", "reason", "span")

    def __init__(self, reason: str, detail: str = "", span: Span | None = None) -> None:
        self.reason = reason
        self.detail = detail
        self.span = span
        self.decision: Decision | None = None
        self.derived: dict[Any, Unknown] | None = None
        self.negates: Unknown | None = None

    def __repr__(self) -> str:
        return f"<{self.reason}: {self.detail}>"


class Choice(Value):
    """One value if a decision is taken, another if not; either may be a Choice again."""

    __slots__ = ("decision", "no", "size", "yes")

    def __init__(self, decision: Decision, yes: Any, no: Any, size: int) -> None:
        self.decision = decision
        self.yes = yes
        self.no = no
        self.size = size

    def __repr__(self) -> str:
        return f"({self.decision} ? {self.yes!r} : {self.no!r})"


class Tuple(Value):
    """A tuple. ``names`` are the fields of a NamedTuple's instance, ``cls`` its class."""

    __slots__ = ("cls", "items")

    def __init__(self, items: tuple[Value, ...], cls: Class | None = None) -> None:
        self.items = items
        self.cls = cls

    def __repr__(self) -> str:
        return f"({', '.join(map(repr, self.items))})"


class Heap(Value):
    """A mutable object. ``birth`` is the path on which it was made, ``born`` when (0 at module level).

    ``holders`` are the objects, copies of remembered ones, of which it is a part: what changes it changes them.
    """

    __slots__ = ("birth", "born", "holders")
    birth: Path
    born: int
    holders: tuple[Instance, ...]


class List(Heap):
    """A list (or deque). ``items`` is a Python list, a Choice of such, or Unknown.

    ``more`` is set once a loop over something unknown has added to it: behind the items there may be others.
    """

    __slots__ = ("items", "more")

    def __init__(self, items: list[Value], birth: Path, born: int) -> None:
        self.items: Any = items
        self.more: Unknown | None = None
        self.birth = birth
        self.born = born
        self.holders = ()

    def __repr__(self) -> str:
        return f"List{self.items!r}"


class Dict(Heap):
    """A dict, OrderedDict, defaultdict or set of known keys. Keys are plain Python keys (see ``equality.key_of``).

    ``unknown`` is set once something with an unknown key was written, or unknown items were merged in. ``owner`` is the
    object whose ``__dict__`` it is: what is written into it is written there as well.
    """

    __slots__ = ("default", "entries", "is_set", "missed", "owner", "unknown")

    def __init__(self, entries: dict[Any, tuple[Value, Any]], birth: Path, born: int, is_set: bool = False) -> None:
        self.entries = entries
        self.birth = birth
        self.born = born
        self.holders = ()
        self.unknown: Unknown | None = None
        self.default: Value | None = None
        self.owner: Instance | None = None
        self.is_set = is_set
        self.missed = False

    def __repr__(self) -> str:
        return f"Dict{ {k: v for k, (_, v) in self.entries.items()} }"


class Signature(NamedTuple):
    """The parameters of a function with their evaluated defaults."""

    positional: tuple[str, ...]
    """Positional parameters, the positional-only ones first."""
    posonly: int
    keyword: tuple[str, ...]
    star: str | None
    double_star: str | None
    by_name: frozenset[str]
    """The parameters that can be given by name."""
    defaults: dict[str, Value]


class Function(Value):
    """A function of the user's: a ``def`` or a lambda, with the frame it closes over."""

    __slots__ = ("attrs", "closure", "code", "module", "name", "owner", "qualname", "scope", "signature", "wrapped")

    def __init__(
        self,
        code: Code,
        signature: Signature,
        module: Module,
        closure: Frame | None,
        qualname: str,
        owner: Class | None,
    ) -> None:
        self.code = code
        self.signature = signature
        self.module = module
        self.closure = closure
        self.name = code.name
        self.qualname = qualname
        self.owner = owner
        self.attrs: dict[str, Value] = {}
        self.wrapped: Value | None = None
        self.scope: Scope | None = None
        """How records name it, once it was run."""

    def __repr__(self) -> str:
        return f"<function {self.qualname}>"


class Code:
    """The compiled body of a function, shared by all functions made from one ``def``."""

    __slots__ = ("annotations", "declared", "file", "generator", "is_lambda", "locals", "name", "node", "run", "span")

    def __init__(self, name: str, span: Span, node: ir.Function | ir.Lambda) -> None:
        self.name = name
        self.span = span
        self.node = node
        self.run: Callable[[Frame], Any] | None = None
        self.generator = False
        self.is_lambda = False
        self.locals: frozenset[str] = frozenset()
        self.declared: dict[str, str] = {}


Arguments = Any


class Builtin(Value):
    """A function that convlint itself models: ``call(machine, arguments, site) -> Value``."""

    __slots__ = ("bind", "call", "name")

    def __init__(self, name: str, call: Callable[[Any, Any, Any], Value], bind: bool = True) -> None:
        self.name = name
        self.call = call
        self.bind = bind

    def __repr__(self) -> str:
        return f"<builtin {self.name}>"


class Class(Heap):
    """A class: the user's, or a modelled one (``make`` then builds its instances, where it is set)."""

    __slots__ = (
        "attrs", "bases", "enum", "fields", "incomplete", "is_module", "make", "metaclass", "module", "mro", "name",
        "qualname", "span",
    )  # fmt: skip

    def __init__(self, name: str, bases: tuple[Class, ...], attrs: dict[str, Any], birth: Path, born: int) -> None:
        self.name = name
        self.qualname = name
        self.holders = ()
        self.bases = bases
        self.attrs = attrs
        self.birth = birth
        self.born = born
        self.mro: tuple[Class, ...] = (self,)
        self.module: Module | None = None
        self.span: Span | None = None
        self.make: Callable[..., Value] | None = None
        self.fields: Any = None
        self.enum: dict[str, Value] | None = None
        self.incomplete: Unknown | None = None
        self.metaclass: Class | None = None
        self.is_module: bool | None = None

    @property
    def derives_from_module(self) -> bool:
        """Whether it is, or derives from, ``torch.nn.Module``; not asked before the class is complete."""
        if self.is_module is None:
            self.is_module = any(base.name == "Module" and base.span is None for base in self.mro)
        return self.is_module

    def __repr__(self) -> str:
        return f"<class {self.qualname}>"


class Instance(Heap):
    """An object of a class. ``made`` identifies how it was built while nothing has changed it since (for memoising).

    A copy of a remembered object has the ``original``; it shares the dict of attributes with that while it is
    ``borrowing``, and what the attributes hold until they are read. ``copies`` are the objects copied so far, by their
    originals.
    """

    __slots__ = ("attrs", "borrowing", "cls", "copies", "made", "original", "payload")

    def __init__(self, cls: Class, birth: Path, born: int) -> None:
        self.cls = cls
        self.attrs: dict[str, Any] = {}
        self.birth = birth
        self.born = born
        self.holders = ()
        self.made: Any = None
        self.payload: Any = None
        self.original: Instance | None = None
        self.borrowing = False
        self.copies: dict[int, Any] | None = None

    def own_attributes(self) -> dict[str, Any]:
        """The attributes, to change them."""
        if self.borrowing:
            self.attrs = dict(self.attrs)
            self.borrowing = False
        return self.attrs

    def all_copies(self) -> dict[int, Any]:
        """The copies made for this copy and what it holds."""
        if self.copies is None:
            self.copies = {id(self.original): self, id(self): self}
        return self.copies

    def owns(self, value: Any) -> None:
        """What a copy is given after it was made is its own: it is not copied when it is read."""
        kind = value.__class__
        if kind is Instance or kind is List or kind is Dict:
            self.all_copies()[id(value)] = value
        elif kind is Tuple:
            for item in value.items:
                self.owns(item)
        elif kind is Method:
            self.owns(value.receiver)
        elif kind is Choice:
            self.owns(value.yes)
            self.owns(value.no)

    def __repr__(self) -> str:
        return f"<{self.cls.name} instance>"


HOLDING = "holding"
"""The payload of an object that was made while ``forward`` is followed, and has tensors in its attributes."""


class Module(Value):
    """A module: of source (``loader`` knows its pieces), or modelled (``attrs`` and ``fallback``)."""

    __slots__ = ("attrs", "fallback", "name", "settled", "source")

    def __init__(self, name: str) -> None:
        self.name = name
        self.attrs: dict[str, Any] = {}
        self.source: Any = None
        self.settled: dict[str, Any] = {}
        """Names whose meaning at the end of the module is known and can no longer change."""
        self.fallback: Callable[[str], Value | None] | None = None

    def __repr__(self) -> str:
        return f"<module {self.name}>"


class Method(Value):
    """A function bound to an object or a class."""

    __slots__ = ("function", "receiver")

    def __init__(self, function: Value, receiver: Value) -> None:
        self.function = function
        self.receiver = receiver

    def __repr__(self) -> str:
        return f"<method {self.function!r}>"


class Descriptor(Value):
    """``property``, ``staticmethod``, ``classmethod`` or ``cached_property`` (``kind``) around a function."""

    __slots__ = ("function", "kind", "setter")

    def __init__(self, kind: str, function: Value) -> None:
        self.kind = kind
        self.function = function
        self.setter: Value | None = None


class Partial(Value):
    """``functools.partial``: a callable with arguments given in advance."""

    __slots__ = ("args", "function", "keywords")

    def __init__(self, function: Value, args: tuple[Value, ...], keywords: dict[str, Value]) -> None:
        self.function = function
        self.args = args
        self.keywords = keywords


class Super(Value):
    """``super()``: attributes of ``receiver`` looked up after ``after`` in its method resolution order."""

    __slots__ = ("after", "receiver")

    def __init__(self, after: Class, receiver: Value) -> None:
        self.after = after
        self.receiver = receiver


class Slice(Value):
    """A slice object."""

    __slots__ = ("lower", "step", "upper")

    def __init__(self, lower: Value, upper: Value, step: Value) -> None:
        self.lower = lower
        self.upper = upper
        self.step = step


class Tensor(Value):
    """A tensor, mostly without values. ``shape`` is a tuple of values, None where not even the rank is known.

    ``values`` are the items of a vector of known numbers (``linspace``), or the number itself of one that was indexed.
    ``node`` is what gave it, while ``forward`` is followed and where the network's input decides it. ``kept`` says that
    an object has it as an attribute, where another call may read it.
    """

    __slots__ = ("kept", "node", "shape", "values")

    def __init__(self, shape: tuple[Value, ...] | None = None, values: Any = None, node: Any = None) -> None:
        self.shape = shape
        self.values = values
        self.node = node
        self.kept = False


class Iterator(Value):
    """An iterator or generator over items that are already known: ``items`` from ``position`` on."""

    __slots__ = ("items", "position")

    def __init__(self, items: list[Value]) -> None:
        self.items = items
        self.position = 0


class _Unbound(Value):
    """What a name or attribute holds before anything is written there."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<unbound>"


UNBOUND = _Unbound()
NONE = Const(None)
TRUE = Const(True)
FALSE = Const(False)
ELLIPSIS = Const(...)

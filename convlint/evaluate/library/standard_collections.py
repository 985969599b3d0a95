"""collections and collections.abc."""

from __future__ import annotations

from convlint.evaluate.environment import Arguments
from convlint.evaluate.equality import key_of
from convlint.evaluate.library.adapt import fixed, identity, items, known, raw, take, text
from convlint.evaluate.library.builtin_types import make_derivable, make_dict
from convlint.evaluate.library.types_mappings import merge
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import named_tuples
from convlint.evaluate.objects.classes import make_class
from convlint.evaluate.paths import force
from convlint.evaluate.values import Builtin, Class, Const, Dict, Span, Unknown, Value

ABSTRACT = (
    "Awaitable", "AsyncIterable", "AsyncIterator", "ByteString", "Callable", "Collection", "Container", "Coroutine",
    "Generator", "Hashable", "ItemsView", "Iterable", "Iterator", "KeysView", "Mapping", "MappingView",
    "MutableMapping", "MutableSequence", "MutableSet", "Reversible", "Sequence", "Set", "Sized", "ValuesView",
)  # fmt: skip
"""The classes of collections.abc; ``isinstance`` knows them by name."""


def contents(machine: Machine) -> dict[str, Value]:
    """The names of collections."""
    mapping, sequence = machine.modules.builtin_class("dict"), machine.modules.builtin_class("list")
    ordered = make_class("OrderedDict", (mapping,), {})
    default = make_class("defaultdict", (mapping,), {})
    counter = make_class("Counter", (mapping,), {})
    chain = make_class("ChainMap", (mapping,), {})
    queue = make_class("deque", (sequence,), {})
    makes = ((ordered, make_dict), (default, _default_dict), (counter, _counter), (chain, _chain_map), (queue, _queue))
    for cls, make in makes:
        cls.make = make
        make_derivable(cls, make, mutable=True)
    return {
        **{cls.name: cls for cls, _ in makes},
        "UserDict": mapping,
        "UserList": sequence,
        "namedtuple": Builtin("namedtuple", _named_tuple),
        **{name: value for name, value in abstract(machine).items() if name != "Set"},
    }


def abstract(machine: Machine) -> dict[str, Value]:
    """The names of collections.abc. Registering a class with one of them changes nothing here."""
    base = machine.modules.builtin_class("object")
    register = identity("register")
    return {name: make_class(name, (base,), {"register": register}) for name in ABSTRACT}


def _default_dict(machine: Machine, cls: Class, args: Arguments, site: Span) -> Value:
    factory = force(args.positional[0], machine.path) if args.positional else None
    made = make_dict(machine, cls, Arguments(args.positional[1:], args.keywords, args.unknown), site)
    assert isinstance(made, Dict)
    if isinstance(factory, Unknown):
        made.unknown = made.unknown or factory
    elif factory is not None and not isinstance(factory, Const):
        made.default = factory
    return made


_ZERO = fixed("int", Const(0))


def _counter(machine: Machine, cls: Class, args: Arguments, site: Span) -> Value:
    (source,) = take(machine, args, "Counter", 0, "iterable")
    made = machine.dict()
    made.default = _ZERO
    if isinstance(source, Dict) and not source.is_set:
        merge(machine, made, source, site)
        return made
    for item in items(machine, source, site) if source is not None else ():
        key = key_of(machine, item)
        if key is None:
            made.unknown = item if isinstance(item, Unknown) else Unknown("unknown-key", "an item of a Counter", site)
            return made
        before = made.entries.get(key)
        made.entries[key] = (item, Const((raw(machine, before[1]) if before else 0) + 1, site))
    return made


def _chain_map(machine: Machine, cls: Class, args: Arguments, site: Span) -> Value:
    """All mappings merged, the first one winning; a change to one of them later does not show."""
    made = machine.dict()
    for source in reversed(known(args).positional):
        merge(machine, made, force(source, machine.path), site)
    return made


def _queue(machine: Machine, cls: Class, args: Arguments, site: Span) -> Value:
    source, longest = take(machine, args, "deque", 0, "iterable", "maxlen")
    found = items(machine, source, site) if source is not None else []
    count = raw(machine, longest) if longest is not None else None
    return machine.list(found[-count:] if isinstance(count, int) and count > 0 else found)


def _named_tuple(machine: Machine, args: Arguments, site: Span) -> Value:
    plain = Arguments(
        args.positional, {k: v for k, v in args.keywords.items() if k in ("typename", "field_names")}, args.unknown
    )
    name, fields = take(machine, plain, "namedtuple", 2, "typename", "field_names")
    if isinstance(fields, Const):
        names = text(machine, fields).replace(",", " ").split()
    else:
        names = [text(machine, field) for field in items(machine, fields, site)]
    given = items(machine, args.keywords["defaults"], site) if "defaults" in args.keywords else []
    defaults = dict(zip(names[len(names) - len(given) :], given, strict=False)) if given else {}
    return named_tuples.make_named_tuple(machine, text(machine, name), names, defaults)

"""Classes that Python builds in its own way: enums, NamedTuples, dataclasses, TypedDicts."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from convlint.evaluate import calls, classes
from convlint.evaluate.classes import Field
from convlint.evaluate.environment import Arguments, Raised, follows
from convlint.evaluate.machine import Machine
from convlint.evaluate.paths import force
from convlint.evaluate.values import (
    NONE,
    UNBOUND,
    Builtin,
    Class,
    Const,
    Descriptor,
    Dict,
    Function,
    Instance,
    Span,
    Tuple,
    Unknown,
    Value,
)  # fmt: skip


def _based_on(cls: Class, name: str) -> bool:
    """Whether a class has the modelled class ``name`` among its bases."""
    return any(base.name == name and base.span is None for base in cls.mro[1:])


def begin(cls: Class, own: tuple[Field, ...]) -> None:
    """Before a class body runs: its own annotated names are its fields for now."""
    cls.fields = own or None


def finish(machine: Machine, cls: Class, own: tuple[Field, ...], span: Span) -> None:
    """After a class body ran: make an enum, NamedTuple or dataclass of it where its bases say so."""
    if _based_on(cls, "Enum"):
        _finish_enum(machine, cls)
    elif any(base.name == "NamedTuple" and base.span is None for base in cls.bases):
        _named(cls, [field.name for field in own], dict(cls.attrs))
    elif _based_on(cls, "TypedDict"):
        cls.make = _make_typed_dict
    elif "__new__" not in cls.attrs:
        cls.make = next((base.make for base in cls.mro[1:] if "_fields" in base.attrs), None)
    inherited: dict[str, Field] = {}
    for base in reversed(cls.mro[1:]):
        inherited.update({field.name: field for field in base.fields or ()})
    if inherited or own:
        cls.fields = tuple({**inherited, **{field.name: field for field in own}}.values())
    if _based_on(cls, MODEL):
        from convlint.evaluate.library.records import finish_model

        finish_model(machine, cls)


MODEL = "BaseModel"
"""The class of pydantic from which models are derived."""


# --- enums ------------------------------------------------------------------------------------------------------------


def _finish_enum(machine: Machine, cls: Class) -> None:
    """The plain attributes of an enum's body become its members; equal values are aliases."""
    members: dict[str, Value] = {}
    by_value: dict[Any, Instance] = {}
    for name, value in cls.attrs.items():
        if name.startswith("_") or isinstance(value, (Function, Descriptor, Builtin, Class)) or value is UNBOUND:
            continue
        if isinstance(value, Instance) and value.cls.name == "auto":
            value = Const(len(members) + 1) if not _based_on(cls, "StrEnum") else Const(name.lower())
        if isinstance(value, Instance) and value.cls is cls:
            members[name] = value
            continue
        key = _value_key(value)
        if key is not None and key in by_value:
            members[name] = by_value[key]
            continue
        members[name] = _member(machine, cls, name, value)
        if key is not None:
            by_value[key] = members[name]  # type: ignore[assignment]
    for base in cls.mro[1:]:
        if base.enum:
            members = {**base.enum, **members}
    cls.enum = members
    cls.make = _member_by_value


def _value_key(value: Any) -> Any:
    return (value.value.__class__, value.value) if isinstance(value, Const) else id(value)


def _member(machine: Machine, cls: Class, name: str, value: Value) -> Instance:
    member = machine.instance(cls)
    member.attrs = {"name": Const(name), "value": value, "_name_": Const(name), "_value_": value}
    if isinstance(value, Const) and any(base.name in ("int", "str", "IntEnum", "StrEnum") for base in cls.mro):
        member.payload = value
    init = classes.lookup(cls, "__init__")
    if isinstance(init, Function):
        args = list(value.items) if isinstance(value, Tuple) else [value]
        with suppress(Raised):
            calls.call(machine, init, Arguments([member, *args]), init.code.span)
    machine.made += 1
    member.made = machine.made
    return member


def _member_by_value(machine: Machine, cls: Class, args: Arguments, site: Span) -> Value:
    """``Color(value)``."""
    if not args.positional:
        return Unknown("unsupported", "an enum made by calling it", site)
    wanted: Value = force(args.positional[0], machine.path)
    if isinstance(wanted, Unknown):
        return follows(wanted)
    for member in (cls.enum or {}).values():
        if member is wanted:
            return member
        if isinstance(member, Instance) and _value_key(member.attrs["value"]) == _value_key(wanted):
            return member
    missing = classes.lookup(cls, "_missing_")
    if missing is not None:
        function = missing.function if isinstance(missing, Descriptor) else missing
        return calls.call(machine, function, Arguments([cls, wanted]), site)  # type: ignore[no-any-return]
    raise Raised("ValueError", f"not a valid {cls.name}")


# --- named tuples -----------------------------------------------------------------------------------------------------


def make_named_tuple(machine: Machine, name: str, fields: list[str], defaults: dict[str, Value]) -> Class:
    """``collections.namedtuple(name, fields)``."""
    cls = classes.make_class(name, (machine.modules.builtin_class("tuple"),), {})
    _named(cls, fields, defaults)
    return cls


def _named(cls: Class, names: list[str], defaults: dict[str, Any]) -> None:
    cls.fields = tuple(
        field if field else Field(name, lambda frame: NONE, None)  # type: ignore[arg-type]
        for name in names
        for field in [next((own for own in cls.fields or () if own.name == name), None)]
    )

    def make(machine: Machine, made: Class, args: Arguments, site: Span) -> Value:
        values = _bind(names, defaults, args, made.name)
        return Tuple(tuple(values.values()), made)

    def new(machine: Machine, args: Arguments, site: Span) -> Value:
        made = force(args.positional[0], machine.path) if args.positional else None
        if not isinstance(made, Class):
            return Unknown("unsupported", "__new__", site)
        return make(machine, made, Arguments(args.positional[1:], args.keywords, args.unknown), site)

    def replace(machine: Machine, args: Arguments, site: Span) -> Value:
        target = force(args.positional[0], machine.path)
        if not isinstance(target, Tuple):
            return Unknown("unsupported", "_replace", site)
        changed = {**dict(zip(names, target.items, strict=True)), **args.keywords}
        return Tuple(tuple(changed[name] for name in names), target.cls)

    def as_dict(machine: Machine, args: Arguments, site: Span) -> Value:
        target = force(args.positional[0], machine.path)
        made = machine.dict()
        if isinstance(target, Tuple):
            made.entries = {name: (Const(name), value) for name, value in zip(names, target.items, strict=True)}
        return made

    def from_items(machine: Machine, args: Arguments, site: Span) -> Value:
        from convlint.evaluate.iteration import iterate

        return make(machine, cls, Arguments(iterate(machine, args.positional[-1], site)), site)

    cls.make = make
    cls.attrs.setdefault("_fields", Tuple(tuple(Const(name) for name in names)))
    for name, call in (("_replace", replace), ("_asdict", as_dict)):
        cls.attrs.setdefault(name, Builtin(name, call))
    cls.attrs.setdefault("__new__", Descriptor("staticmethod", Builtin("__new__", new)))
    cls.attrs.setdefault("_make", Descriptor("staticmethod", Builtin("_make", from_items)))
    for name in names:
        cls.attrs.pop(name, None)


def _bind(names: list[str], defaults: dict[str, Any], args: Arguments, owner: str) -> dict[str, Value]:
    """Arguments bound to fields in order."""
    if len(args.positional) > len(names):
        raise Raised("TypeError", f"{owner}() takes {len(names)} arguments")
    given = dict(zip(names, args.positional, strict=False))
    for name, value in args.keywords.items():
        if name not in names or name in given:
            raise Raised("TypeError", f"{owner}() got an unexpected argument '{name}'")
        given[name] = value
    bound: dict[str, Value] = {}
    for name in names:
        if name in given:
            bound[name] = given[name]
        elif args.unknown is not None:
            bound[name] = follows(args.unknown)
        elif name in defaults:
            bound[name] = defaults[name]
        else:
            raise Raised("TypeError", f"{owner}() missing argument '{name}'")
    return bound


def _make_typed_dict(machine: Machine, cls: Class, args: Arguments, site: Span) -> Value:
    from convlint.evaluate.displays import merge_mapping

    made = machine.dict()
    for value in args.positional:
        merge_mapping(machine, made, force(value, machine.path), site)
    for name, value in args.keywords.items():
        made.entries[name] = (Const(name), value)
    made.unknown = made.unknown or args.unknown
    return made


# --- dataclasses ------------------------------------------------------------------------------------------------------


def field_value(machine: Machine, args: Arguments, site: Span) -> Value:
    """``dataclasses.field(...)``: kept as an object whose attributes are its arguments."""
    made = machine.instance(machine.modules.builtin_class("object"))
    made.payload = FIELD
    made.attrs = dict(args.keywords)
    return made


FIELD = "dataclasses.field"
"""Marks the objects that ``dataclasses.field`` gives."""


def dataclass(machine: Machine, cls: Class, options: dict[str, Value]) -> Class:
    """Give a class the ``__init__`` that ``@dataclass`` writes, unless it has its own."""
    fields = _sorted_out(cls)
    defaults: dict[str, Any] = {}
    for field in fields:
        value = classes.lookup(cls, field.name)
        if value is not None:
            defaults[field.name] = value
            if isinstance(value, Instance) and value.payload == FIELD and field.name in cls.attrs:
                plain = value.attrs.get("default")
                if plain is not None:
                    cls.attrs[field.name] = plain
                else:
                    del cls.attrs[field.name]
    kept = {**_inherited_defaults(cls), **defaults}
    cls.attrs["__dataclass_fields__"] = Const(tuple((field.name) for field in fields))
    cls.attrs["__convlint_defaults__"] = kept
    cls.fields = tuple(fields)
    if not isinstance(cls.attrs.get("__init__"), Function):
        cls.attrs["__init__"] = Builtin("__init__", lambda machine, args, site: _init(machine, cls, kept, args, site))
    if COMPARED not in cls.attrs and _option(options, "eq", True) and "__eq__" not in cls.attrs:
        cls.attrs[COMPARED] = Const("order" if _option(options, "order", False) else "eq")
    cls.attrs.setdefault("__match_args__", Tuple(tuple(Const(field.name) for field in fields)))
    return cls


def _inherited_defaults(cls: Class) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for base in reversed(cls.mro[1:]):
        found.update(base.attrs.get("__convlint_defaults__", {}))
    return found


COMPARED = "__convlint_compared__"
"""Marks dataclasses whose objects are compared field by field: ``order``, or ``eq`` alone."""


def _option(options: dict[str, Value], name: str, default: bool) -> bool:
    value = options.get(name)
    return bool(value.value) if isinstance(value, Const) else default


def _sorted_out(cls: Class) -> list[Field]:
    """The fields of a dataclass; those after ``_: KW_ONLY`` and those that are ``InitVar`` are remembered by name."""
    fields: list[Field] = []
    keyword, passed = _names(cls, KEYWORD_ONLY), _names(cls, INIT_ONLY)
    rest = False
    for field in cls.fields or ():
        kind = _resolved_marker(field)
        if kind == "KW_ONLY":
            rest = True
            continue
        if rest:
            keyword.append(field.name)
        if kind == "InitVar" and field.name not in passed:
            passed.append(field.name)
        fields.append(field)
    cls.attrs[KEYWORD_ONLY] = Const(tuple(keyword))
    cls.attrs[INIT_ONLY] = Const(tuple(passed))
    return fields


KEYWORD_ONLY = "__convlint_keyword_only__"
INIT_ONLY = "__convlint_init_only__"


def _names(cls: Class, key: str) -> list[str]:
    found = classes.lookup(cls, key)
    return list(found.value) if isinstance(found, Const) else []


def _resolved_marker(field: Field) -> str:
    """Whether an annotation is ``dataclasses.InitVar`` or ``KW_ONLY``, looked up and not by its spelling alone."""
    if not field.marker:
        return ""
    value = field.annotation(field.frame)
    return field.marker if isinstance(value, Class) and value.name == field.marker and value.span is None else ""


def _init(machine: Machine, cls: Class, defaults: dict[str, Any], args: Arguments, site: Span) -> Value:
    """The ``__init__`` of a dataclass."""
    target = force(args.positional[0], machine.path)
    if not isinstance(target, Instance):
        return NONE
    taken: list[str] = []
    keyword_only, passed = _names(cls, KEYWORD_ONLY), _names(cls, INIT_ONLY)
    for field in cls.fields or ():
        spec = defaults.get(field.name)
        if isinstance(spec, Instance) and spec.payload == FIELD:
            if _flag(spec, "init") is False:
                continue
            if _flag(spec, "kw_only") and field.name not in keyword_only:
                keyword_only.append(field.name)
        if field.name not in keyword_only:
            taken.append(field.name)
    given = Arguments(args.positional[1:], args.keywords, args.unknown)
    if len(given.positional) > len(taken):
        raise Raised("TypeError", f"{cls.name}() takes {len(taken)} arguments")
    plain = {name: _default(machine, value, site) for name, value in defaults.items() if name not in given.keywords}
    values = _bind(
        [*taken, *keyword_only], {name: value for name, value in plain.items() if value is not UNBOUND}, given, cls.name
    )
    kept = {field.name: values.get(field.name, plain.get(field.name, UNBOUND)) for field in cls.fields or ()}
    machine.write_attributes(
        target, {name: value for name, value in kept.items() if value is not UNBOUND and name not in passed}
    )
    after = classes.lookup(cls, "__post_init__")
    if isinstance(after, Function):
        handed = [values.get(name, plain.get(name, UNBOUND)) for name in passed]
        calls.call(machine, after, Arguments([target, *handed]), site)
    return NONE


def _flag(spec: Instance, name: str) -> bool | None:
    value = spec.attrs.get(name)
    return bool(value.value) if isinstance(value, Const) else None


def _default(machine: Machine, value: Any, site: Span) -> Any:
    """The default of a field: a plain value, ``field(default=)`` or ``field(default_factory=)``."""
    if isinstance(value, Instance) and value.payload == FIELD:
        if "default" in value.attrs:
            return value.attrs["default"]
        factory = value.attrs.get("default_factory")
        return calls.call(machine, factory, Arguments([]), site) if factory is not None else UNBOUND
    return value


def replace(machine: Machine, target: Value, changes: dict[str, Value], unknown: Unknown | None, site: Span) -> Value:
    """``dataclasses.replace(target, **changes)``."""
    from convlint.evaluate import memo

    target = force(target, machine.path)
    if not isinstance(target, Instance):
        return follows(target) if isinstance(target, Unknown) else Unknown("unsupported", "replace()", site)
    fields = [field.name for field in target.cls.fields or ()]
    current = {name: memo.read_attribute(machine, target, name) for name in fields}
    given = {**{name: value for name, value in current.items() if value is not UNBOUND}, **changes}
    if unknown is not None:
        given = dict.fromkeys(given, follows(unknown))
    return calls.call(machine, target.cls, Arguments([], given), site)  # type: ignore[no-any-return]


def field_values(machine: Machine, value: Instance) -> Tuple:
    """The fields of a dataclass's object, as its ``==`` and ``<`` compare them."""
    from convlint.evaluate import memo

    passed = _names(value.cls, INIT_ONLY)
    names = [field.name for field in value.cls.fields or () if field.name not in passed]
    return Tuple(tuple(memo.read_attribute(machine, value, name) for name in names))


def as_dict(machine: Machine, value: Value) -> Value:
    """``dataclasses.asdict(value)``, nested ones too."""
    from convlint.evaluate import memo

    value = force(value, machine.path)
    if isinstance(value, Instance) and "__dataclass_fields__" in value.cls.attrs:
        made = machine.dict()
        for field in value.cls.fields or ():
            item = memo.read_attribute(machine, value, field.name)
            if item is not UNBOUND:
                made.entries[field.name] = (Const(field.name), machine.apply(as_dict, machine, item))
        return made
    if isinstance(value, Tuple):
        return Tuple(tuple(as_dict(machine, item) for item in value.items), value.cls)
    if isinstance(value, Dict):
        made = machine.dict()
        made.entries = {key: (name, as_dict(machine, item)) for key, name, item in machine.entries(value)}
        made.unknown = value.unknown
        return made
    return value

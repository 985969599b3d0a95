"""Dataclasses: the ``__init__`` that Python writes for them, and the functions that know their fields."""

from __future__ import annotations

from typing import Any

from convlint.evaluate.environment import Arguments, Raised, follows
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import calls, classes
from convlint.evaluate.objects.binding import bind_fields
from convlint.evaluate.objects.classes import Field
from convlint.evaluate.paths import force
from convlint.evaluate.reuse import copies
from convlint.evaluate.values import (
    NONE,
    UNBOUND,
    Builtin,
    Class,
    Const,
    Dict,
    Function,
    Instance,
    Span,
    Tuple,
    Unknown,
    Value,
)  # fmt: skip


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
    values = bind_fields(
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
    target = force(target, machine.path)
    if not isinstance(target, Instance):
        return follows(target) if isinstance(target, Unknown) else Unknown("unsupported", "replace()", site)
    fields = [field.name for field in target.cls.fields or ()]
    current = {name: copies.read_attribute(machine, target, name) for name in fields}
    given = {**{name: value for name, value in current.items() if value is not UNBOUND}, **changes}
    if unknown is not None:
        given = dict.fromkeys(given, follows(unknown))
    return calls.call(machine, target.cls, Arguments([], given), site)  # type: ignore[no-any-return]


def field_values(machine: Machine, value: Instance) -> Tuple:
    """The fields of a dataclass's object, as its ``==`` and ``<`` compare them."""
    passed = _names(value.cls, INIT_ONLY)
    names = [field.name for field in value.cls.fields or () if field.name not in passed]
    return Tuple(tuple(copies.read_attribute(machine, value, name) for name in names))


def as_dict(machine: Machine, value: Value) -> Value:
    """``dataclasses.asdict(value)``, nested ones too."""
    value = force(value, machine.path)
    if isinstance(value, Instance) and "__dataclass_fields__" in value.cls.attrs:
        made = machine.dict()
        for field in value.cls.fields or ():
            item = copies.read_attribute(machine, value, field.name)
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

"""The modules that classes are written with: dataclasses, enum, abc, typing, numbers, types."""

from __future__ import annotations

from typing import Any

from convlint.evaluate import class_kinds, copies, data_classes, named_tuples, subscripts
from convlint.evaluate.classes import make_class
from convlint.evaluate.environment import Arguments, Raised
from convlint.evaluate.library.adapt import (
    builtin_table,
    fixed,
    identities,
    identity,
    instance_of,
    items,
    take,
    text,
    unknown,
    unmodelled,
)  # fmt: skip
from convlint.evaluate.library.standard_collections import ABSTRACT, abstract
from convlint.evaluate.library.standard_functools import property_class
from convlint.evaluate.machine import Machine
from convlint.evaluate.paths import force
from convlint.evaluate.values import (
    FALSE,
    NONE,
    TRUE,
    UNBOUND,
    Builtin,
    Class,
    Const,
    Dict,
    Instance,
    Method,
    Span,
    Tuple,
    Unknown,
    Value,
)  # fmt: skip


def plain_classes(machine: Machine, *names: str) -> dict[str, Value]:
    """Classes that only have a name."""
    base = machine.modules.builtin_class("object")
    return {name: make_class(name, (base,), {}) for name in names}


# --- dataclasses ------------------------------------------------------------------------------------------------------


def dataclasses(machine: Machine) -> dict[str, Value]:
    """The names of dataclasses."""
    return {
        **builtin_table(
            {
                "dataclass": _dataclass,
                "field": data_classes.field_value,
                "replace": _replace,
                "asdict": _as_dict,
                "astuple": _as_tuple,
                "fields": _fields,
                "is_dataclass": _is_dataclass,
            }
        ),
        **plain_classes(machine, "Field", "FrozenInstanceError", "InitVar", "KW_ONLY"),
        "MISSING": make_class("MISSING", (), {}),
    }


def _dataclass(machine: Machine, args: Arguments, site: Span) -> Value:
    """``@dataclass`` and ``@dataclass(frozen=True)``."""
    options = dict(args.keywords)
    if not args.positional:
        return Builtin("dataclass", lambda machine, given, site: _made_dataclass(machine, given, options))
    return _made_dataclass(machine, args, options)


def _made_dataclass(machine: Machine, args: Arguments, options: dict[str, Value]) -> Value:
    target = force(args.positional[0], machine.path) if args.positional else NONE
    return data_classes.dataclass(machine, target, options) if isinstance(target, Class) else target


def _replace(machine: Machine, args: Arguments, site: Span) -> Value:
    if not args.positional:
        raise Raised("TypeError", "replace() needs an object")
    return data_classes.replace(machine, args.positional[0], args.keywords, args.unknown, site)


def _as_dict(machine: Machine, args: Arguments, site: Span) -> Value:
    return data_classes.as_dict(machine, take(machine, args, "asdict", 1, "obj", "dict_factory")[0])


def _declared(machine: Machine, value: Value) -> tuple[Any, ...]:
    """The fields of a dataclass or of its instance."""
    if isinstance(value, Unknown):
        unmodelled("the fields of an unknown class")
    cls = value.cls if isinstance(value, Instance) else value
    if not isinstance(cls, Class) or not any("__dataclass_fields__" in base.attrs for base in cls.mro):
        raise Raised("TypeError", "not a dataclass")
    return tuple(cls.fields or ())


def _as_tuple(machine: Machine, args: Arguments, site: Span) -> Value:
    target = take(machine, args, "astuple", 1, "obj", "tuple_factory")[0]
    held = [copies.read_attribute(machine, target, field.name) for field in _declared(machine, target)]
    return Tuple(tuple(value for value in held if value is not UNBOUND))


def _fields(machine: Machine, args: Arguments, site: Span) -> Value:
    (target,) = take(machine, args, "fields", 1, "class_or_instance")
    cls = make_class("Field", (), {})
    return Tuple(tuple(instance_of(machine, cls, name=Const(field.name)) for field in _declared(machine, target)))


def _is_dataclass(machine: Machine, args: Arguments, site: Span) -> Value:
    (target,) = take(machine, args, "is_dataclass", 1, "obj")
    if isinstance(target, Unknown):
        return Unknown(target.reason, target.detail, target.span)
    cls = target.cls if isinstance(target, Instance) else target
    if not isinstance(cls, Class):
        return FALSE
    return TRUE if any("__dataclass_fields__" in base.attrs for base in cls.mro) else FALSE


# --- enum and abc -----------------------------------------------------------------------------------------------------


def enum(machine: Machine) -> dict[str, Value]:
    """The names of enum; ``enum_classes`` makes the members of classes that derive from them."""
    base = make_class("Enum", (machine.modules.builtin_class("object"),), {})
    flag = make_class("Flag", (base,), {})
    number, string = machine.modules.builtin_class("int"), machine.modules.builtin_class("str")
    whole, text_enum = make_class("IntEnum", (number, base), {}), make_class("StrEnum", (string, base), {})
    for cls in (base, whole, text_enum):
        cls.make = _called_enum
    return {
        "Enum": base,
        "Flag": flag,
        "IntEnum": whole,
        "IntFlag": make_class("IntFlag", (number, flag), {}),
        "StrEnum": text_enum,
        "EnumMeta": make_class("EnumMeta", (machine.modules.builtin_class("type"),), {}),
        "EnumType": make_class("EnumType", (machine.modules.builtin_class("type"),), {}),
        "auto": make_class("auto", (), {}),
        **identities("unique", "verify", "member", "nonmember", "global_enum"),
    }


def _called_enum(machine: Machine, cls: Class, args: Arguments, site: Span) -> Value:
    """``Enum("Color", "RED GREEN")``; the names may also be a list, or come with their values in pairs or a dict."""
    given = {**dict(zip(("value", "names"), args.positional, strict=False)), **args.keywords}
    if "value" not in given or "names" not in given or "start" in given or cls.name == "StrEnum":
        return Unknown("not-modelled", f"an enum made by calling {cls.name}()", site)
    names = force(given["names"], machine.path)
    if isinstance(names, Const) and isinstance(names.value, str):
        members: list[Value] = [Const(name, names.origin) for name in names.value.replace(",", " ").split()]
    elif isinstance(names, Dict):
        members = [Tuple((name, value)) for _, name, value in machine.entries(names)]
    else:
        members = [force(member, machine.path) for member in items(machine, names, site)]
    attrs: dict[str, Value] = {}
    for number, member in enumerate(members, start=1):
        name, value = member.items if isinstance(member, Tuple) else (member, Const(number, site))
        attrs[text(machine, name)] = value
    made = make_class(text(machine, given["value"]), (cls,), attrs)
    class_kinds.finish(machine, made, ())
    return made


def abc(machine: Machine) -> dict[str, Value]:
    """The names of abc. An abstract class can be made an object of: whether it may is not for this evaluator to say."""
    meta = make_class("ABCMeta", (machine.modules.builtin_class("type"),), {})
    return {
        "ABC": make_class("ABC", (machine.modules.builtin_class("object"),), {"register": identity("register")}),
        "ABCMeta": meta,
        "abstractmethod": identity("abstractmethod"),
        "abstractproperty": property_class(machine, "abstractproperty"),
        "abstractclassmethod": machine.modules.builtin_class("classmethod"),
        "abstractstaticmethod": machine.modules.builtin_class("staticmethod"),
    }


def numbers(machine: Machine) -> dict[str, Value]:
    """The names of numbers; ``isinstance`` knows them by name."""
    return plain_classes(machine, "Number", "Complex", "Real", "Rational", "Integral")


# --- typing -----------------------------------------------------------------------------------------------------------

_BUILTIN_ALIASES = {
    "List": "list", "Dict": "dict", "Tuple": "tuple", "Set": "set", "FrozenSet": "frozenset", "Type": "type",
    "Text": "str", "MutableMapping": "dict", "DefaultDict": "dict", "OrderedDict": "dict", "Counter": "dict",
    "Deque": "list",
}  # fmt: skip
_VARIABLES = ("TypeVar", "ParamSpec", "TypeVarTuple", "TypeAliasType")
_DECORATORS = (
    "final", "overload", "no_type_check", "runtime_checkable", "runtime", "dataclass_transform", "override",
    "deprecated",
)  # fmt: skip


def typing(machine: Machine) -> dict[str, Any]:
    """The names of typing and typing_extensions: each name that is not listed is a class that nothing asks about."""
    base = machine.modules.builtin_class("object")
    named = make_class("NamedTuple", (machine.modules.builtin_class("tuple"),), {})
    named.make = _named_tuple
    typed = make_class("TypedDict", (machine.modules.builtin_class("dict"),), {})
    typed.make = lambda machine, cls, args, site: machine.modules.builtin_class("dict")
    new_type = make_class("NewType", (base,), {})
    new_type.make = lambda machine, cls, args, site: take(machine, args, "NewType", 2, "name", "tp")[1]
    return {
        **{name: machine.modules.builtin_class(alias) for name, alias in _BUILTIN_ALIASES.items()},
        **{
            name: value
            for name, value in abstract(machine).items()
            if name in ABSTRACT and name not in _BUILTIN_ALIASES
        },
        **{name: _inert(name, base) for name in _VARIABLES},
        **identities(*_DECORATORS),
        "NamedTuple": named,
        "TypedDict": typed,
        "NewType": new_type,
        "TYPE_CHECKING": FALSE,
        "AnyStr": machine.modules.builtin_class("str"),
        "cast": Builtin("cast", _cast),
        "assert_type": identity("assert_type"),
        "reveal_type": identity("reveal_type"),
        "get_overloads": fixed("get_overloads", Tuple(())),
        **unknown("typing", "get_args", "get_origin", "get_type_hints", "is_typeddict"),
        "*": lambda name: None if name.startswith("__") else make_class(name, (base,), {}),
    }


def _inert(name: str, base: Class) -> Class:
    """A class whose objects only stand for a type."""
    cls = make_class(name, (base,), {})
    cls.make = lambda machine, made, args, site: make_class(name, (base,), {})
    return cls


def _cast(machine: Machine, args: Arguments, site: Span) -> Value:
    return take(machine, args, "cast", 2, "typ", "val")[1]  # type: ignore[no-any-return]


def _named_tuple(machine: Machine, cls: Class, args: Arguments, site: Span) -> Value:
    """``NamedTuple("Point", [("x", int)])``."""
    name, fields = take(machine, args, "NamedTuple", 2, "typename", "fields")
    pairs = [subscripts.get(machine, pair, Const(0), site) for pair in items(machine, fields, site)]
    return named_tuples.make_named_tuple(machine, text(machine, name), [text(machine, pair) for pair in pairs], {})


# --- types ------------------------------------------------------------------------------------------------------------


def types(machine: Machine) -> dict[str, Value]:
    """The names of types; ``isinstance`` knows the kinds of functions by name."""
    base = machine.modules.builtin_class("object")
    namespace = make_class("SimpleNamespace", (base,), {"__init__": Builtin("__init__", _namespace)})
    method = make_class("MethodType", (base,), {})
    method.make = _method
    view = make_class("MappingProxyType", (base,), {})
    view.make = lambda machine, cls, args, site: take(machine, args, "MappingProxyType", 1, "mapping")[0]
    return {
        **plain_classes(
            machine, "FunctionType", "LambdaType", "BuiltinFunctionType", "BuiltinMethodType", "ModuleType"
        ),
        **plain_classes(machine, "GeneratorType", "CodeType", "NoneType", "UnionType", "GenericAlias", "TracebackType"),
        "SimpleNamespace": namespace,
        "MethodType": method,
        "MappingProxyType": view,
        "DynamicClassAttribute": property_class(machine, "DynamicClassAttribute"),
        **unknown("types", "new_class", "prepare_class", "coroutine"),
    }


def _namespace(machine: Machine, args: Arguments, site: Span) -> Value:
    target = force(args.positional[0], machine.path) if args.positional else NONE
    given = dict(args.keywords)
    for source in args.positional[1:]:
        source = force(source, machine.path)
        if isinstance(source, Dict):
            given = {**{key: value for key, _, value in machine.entries(source) if isinstance(key, str)}, **given}
    if isinstance(target, Instance):
        for name, value in given.items():
            machine.write_attribute(target, name, value)
    return NONE


def _method(machine: Machine, cls: Class, args: Arguments, site: Span) -> Value:
    function, receiver = take(machine, args, "MethodType", 2, "function", "instance")
    return Method(function, receiver)

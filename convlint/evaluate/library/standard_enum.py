"""enum: the classes that enums derive from, and enums made by calling one."""

from __future__ import annotations

from convlint.evaluate.environment import Arguments
from convlint.evaluate.library.adapt import identities, items, text
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import class_kinds
from convlint.evaluate.objects.classes import make_class
from convlint.evaluate.paths import force
from convlint.evaluate.values import Class, Const, Dict, Span, Tuple, Unknown, Value


def contents(machine: Machine) -> dict[str, Value]:
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

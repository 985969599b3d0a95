"""Built-in functions that look into objects: ``getattr`` and its kin."""

from __future__ import annotations

from convlint.evaluate.environment import Arguments, Raised
from convlint.evaluate.library.adapt import asked, builtin_table, give_up, take
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import attribute_writes, attributes
from convlint.evaluate.paths import Undecided, force, resolve, without_unbound
from convlint.evaluate.reuse import copies
from convlint.evaluate.values import FALSE, NONE, TRUE, UNBOUND, Choice, Const, Instance, Module, Span, Unknown, Value


def _name(name: Value) -> str:
    """The attribute's name; gives up where it is unknown."""
    if isinstance(name, Unknown):
        give_up(name)
    if not isinstance(name, Const) or not isinstance(name.value, str):
        raise Raised("TypeError", "attribute name must be string")
    return name.value


def _find(machine: Machine, target: Value, name: str, site: Span) -> Value:
    """The attribute, UNBOUND where it is known not to be there."""
    machine.trying += 1
    try:
        return attributes.find(machine, target, name, site)  # type: ignore[no-any-return]
    except Raised as error:
        if error.kind != "AttributeError":
            raise
        return UNBOUND
    finally:
        machine.trying -= 1


def _settled(machine: Machine, target: Value, name: str) -> bool:
    """Whether an object itself holds the attribute on the present path; raises Undecided where it may or may not."""
    if not isinstance(target, Instance):
        return False
    held = copies.read_attribute(machine, target, name)
    if held.__class__ is Choice:
        held = resolve(held, machine.path)
        if held.__class__ is Choice and without_unbound(held) is not held:
            raise Undecided(held.decision)
    return held is not UNBOUND


def _getattr(machine: Machine, args: Arguments, site: Span) -> Value:
    target, name, default = take(machine, args, "getattr", 2, "object", "name", "default")
    plain = _name(name)
    if default is None:
        return attributes.get(machine, target, plain, site)  # type: ignore[no-any-return]
    _settled(machine, target, plain)
    value = _find(machine, target, plain, site)
    return default if value is UNBOUND else value


def _hasattr(machine: Machine, args: Arguments, site: Span) -> Value:
    target, name = take(machine, args, "hasattr", 2, "object", "name")
    plain = _name(name)
    if isinstance(target, Unknown):
        return asked(target, f"hasattr {plain}")
    if _settled(machine, target, plain):
        return TRUE
    value = _find(machine, target, plain, site)
    if isinstance(value, Unknown):
        incomplete = target.cls.incomplete if isinstance(target, Instance) else None
        return asked(incomplete or value, f"hasattr {plain}")
    return FALSE if value is UNBOUND else TRUE


def _setattr(machine: Machine, args: Arguments, site: Span) -> Value:
    target, name, value = take(machine, args, "setattr", 3, "object", "name", "value")
    attribute_writes.put(machine, target, _name(name), value, site)
    return NONE


def _delattr(machine: Machine, args: Arguments, site: Span) -> Value:
    target, name = take(machine, args, "delattr", 2, "object", "name")
    attribute_writes.remove(machine, target, _name(name))
    return NONE


def _vars(machine: Machine, args: Arguments, site: Span) -> Value:
    (target,) = take(machine, args, "vars", 0, "object")
    if target is None:
        return Unknown("not-modelled", "vars() of the frame", site)
    found = _find(machine, target, "__dict__", site)
    return Unknown("not-modelled", "vars()", site) if found is UNBOUND else found


def _dir(machine: Machine, args: Arguments, site: Span) -> Value:
    from convlint.evaluate.library.reflection import names_of

    target = force(args.positional[0], machine.path) if args.positional else None
    return names_of(machine, target) if isinstance(target, Module) else Unknown("not-modelled", "dir()", site)


def _import(machine: Machine, args: Arguments, site: Span) -> Value:
    """``__import__("a.b")`` gives module ``a``."""
    name = take(machine, Arguments(args.positional[:1], {}, args.unknown), "__import__", 1, "name")[0]
    found = machine.modules.import_by_name(_name(name).partition(".")[0])
    return found if found is not None else Unknown("module-not-found", _name(name), site)


def build() -> dict[str, Value]:
    """The built-in functions that look into objects."""
    return dict(
        builtin_table(
            {
                "__import__": _import,
                "delattr": _delattr,
                "dir": _dir,
                "getattr": _getattr,
                "hasattr": _hasattr,
                "setattr": _setattr,
                "vars": _vars,
            }
        )
    )

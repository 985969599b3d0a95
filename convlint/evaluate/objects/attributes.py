"""Reading attributes: of every kind of value, as Python looks them up."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from convlint.evaluate.environment import Arguments, Raised, follows
from convlint.evaluate.library.methods import method as method_of
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import calls, classes
from convlint.evaluate.objects.instance_dicts import dict_of, read_own_dict
from convlint.evaluate.paths import force, resolve, without_unbound
from convlint.evaluate.reuse import copies
from convlint.evaluate.values import (
    NONE,
    UNBOUND,
    Builtin,
    Choice,
    Class,
    Const,
    Descriptor,
    Function,
    Instance,
    Method,
    Module,
    Partial,
    Slice,
    Span,
    Super,
    Tensor,
    Tuple,
    Unknown,
    Value,
)  # fmt: skip


def get(machine: Machine, target: Value, name: str, span: Span) -> Any:
    """``target.name``; an object that is not known to have it gives an unknown."""
    value = find(machine, target, name, span)
    if value is not UNBOUND:
        return value
    target = force(target, machine.path)
    if isinstance(target, (Instance, Super)):
        owner = target.cls.name if isinstance(target, Instance) else target.after.name
        return Unknown("unknown-attribute", f"'{name}' of {owner}", span)
    if isinstance(target, Class) and any(base.span is None and base.bases for base in target.mro):
        # A library's class has more than its model; ``object`` and ``nn.Module``, which have no bases here, have not.
        return Unknown("not-modelled", f"{target.name}.{name}", span)
    raise Raised("AttributeError", f"no attribute '{name}'")


def find(machine: Machine, target: Value, name: str, span: Span) -> Any:
    """``target.name``; UNBOUND where it is known not to be there."""
    if target.__class__ is Choice:
        target = force(target, machine.path)
    finder: Find = _FIND.get(target.__class__, _plain)
    return finder(machine, target, name, span)


def _instance(machine: Machine, target: Instance, name: str, span: Span) -> Any:
    value = copies.read_attribute(machine, target, name)
    if value is not UNBOUND:
        if value.__class__ is Choice:
            value = without_unbound(resolve(value, machine.path))
        if value is not UNBOUND:
            return value
    cls = target.cls
    value = classes.lookup(cls, name)
    if value is not None:
        return _bound(machine, value, target, cls, span)
    if name == "__class__":
        return cls
    if name == "__dict__":
        return dict_of(machine, target)
    if name == "__dir__":
        return Unknown("not-modelled", "__dir__ of an object", span)
    if isinstance(target.payload, Value):
        found = find(machine, target.payload, name, span)
        if found is not UNBOUND:
            return found
    if "__dict__" in target.attrs:
        found = read_own_dict(machine, target, name)
        if found is not UNBOUND:
            return found
    getter = classes.lookup(cls, "__getattr__")
    if getter is not None and not name.startswith("__"):
        return calls.call(machine, getter, Arguments([target, Const(name)]), span)
    return follows(cls.incomplete) if cls.incomplete is not None else UNBOUND


def _bound(machine: Machine, value: Any, target: Value, cls: Class, span: Span) -> Any:
    """A class attribute as it is read through an object: methods are bound, properties run."""
    kind = value.__class__
    if kind is Function:
        return Method(value, target)
    if kind is Builtin:
        return Method(value, target) if value.bind else value
    if kind is Descriptor:
        if value.kind == "property":
            return calls.call(machine, value.function, Arguments([target]), span)
        if value.kind == "classmethod":
            return Method(value.function, cls)
        return value.function
    if kind is Choice:
        return _bound(machine, force(value, machine.path), target, cls, span)
    return value


def _class(machine: Machine, target: Class, name: str, span: Span) -> Any:
    if target.enum is not None and name in target.enum:
        return target.enum[name]
    value = classes.lookup(target, name)
    if value is not None:
        if value.__class__ is Choice:
            value = without_unbound(resolve(value, machine.path))
        if isinstance(value, Descriptor):
            if value.kind == "classmethod":
                return Method(value.function, target)
            return value if value.kind == "property" else value.function
        return value
    if name in ("__name__", "__qualname__"):
        return Const(target.name if name == "__name__" else target.qualname)
    if name == "__module__":
        return Const(target.module.name) if target.module is not None else Const("builtins")
    if name in ("__mro__", "__bases__"):
        return Tuple(target.mro if name == "__mro__" else target.bases)
    if name == "__members__" and target.enum is not None:
        made = machine.dict()
        made.entries = {key: (Const(key), member) for key, member in target.enum.items()}
        return made
    if name in ("__doc__", "__dict__", "__annotations__"):
        return Unknown("not-modelled", f"{name} of a class", span)
    if target.metaclass is not None:
        value = classes.lookup(target.metaclass, name)
        if value is not None:
            return _bound(machine, value, target, target, span)
        getter = classes.lookup(target.metaclass, "__getattr__")
        if getter is not None and not name.startswith("__"):
            return calls.call(machine, getter, Arguments([target, Const(name)]), span)
    if target.incomplete is not None:
        return follows(target.incomplete)
    return UNBOUND


def _super(machine: Machine, target: Super, name: str, span: Span) -> Any:
    receiver = target.receiver
    cls = receiver.cls if isinstance(receiver, Instance) else receiver
    if not isinstance(cls, Class):
        return follows(receiver) if isinstance(receiver, Unknown) else Unknown("unsupported", "super()", span)
    order = cls.mro
    start = order.index(target.after) + 1 if target.after in order else 0
    for base in order[start:]:
        value = base.attrs.get(name)
        if value is not None and value is not UNBOUND:
            if isinstance(receiver, Class) and isinstance(value, Function) and name != "__new__":
                return value
            if name == "__new__":
                return getattr(value, "function", value)
            return _bound(machine, value, receiver, cls, span)
    if isinstance(receiver, Instance) and isinstance(receiver.payload, Value):
        found = find(machine, receiver.payload, name, span)
        if found is not UNBOUND:
            return found
    if name == "__new__":
        return Builtin("__new__", lambda machine, args, site: machine.instance(force(args.positional[0], machine.path)))
    if name == "__setattr__" and isinstance(receiver, Instance):
        return Builtin(name, partial(_set_plainly, receiver))
    if name in ("__init__", "__init_subclass__", "__post_init__", "__setstate__", "__delattr__"):
        return Builtin(name, lambda machine, args, site: NONE)
    return follows(cls.incomplete) if cls.incomplete is not None else UNBOUND


def _set_plainly(receiver: Instance, machine: Machine, args: Arguments, site: Span) -> Value:
    """``super().__setattr__(name, value)``."""
    name = force(args.positional[0], machine.path)
    if isinstance(name, Const) and len(args.positional) > 1:
        machine.write_attribute(receiver, str(name.value), args.positional[1])
    return NONE


def _module(machine: Machine, target: Module, name: str, span: Span) -> Any:
    if name == "__dict__":
        return target  # as for globals(), the module stands for the dict of its names
    return machine.modules.attribute(target, name, span)


FUNCTION_ATTRIBUTES = frozenset(
    "__doc__ __annotations__ __code__ __closure__ __defaults__ __kwdefaults__ __globals__ __dict__ __class__".split()
)
"""What every function has, and nothing here knows."""


def _function(machine: Machine, target: Function, name: str, span: Span) -> Any:
    if name in target.attrs:
        return target.attrs[name]
    if name in ("__name__", "__qualname__"):
        return Const(target.name if name == "__name__" else target.qualname)
    if name == "__module__":
        return Const(target.module.name)
    if name == "__wrapped__":
        return target.wrapped if target.wrapped is not None else UNBOUND
    if name == "__get__":
        return Builtin("__get__", lambda machine, args, site: Method(target, args.positional[0]))
    if name in FUNCTION_ATTRIBUTES:
        return Unknown("not-modelled", f"{name} of a function", span)
    if name == "__call__":
        return target
    return UNBOUND


def _method(machine: Machine, target: Method, name: str, span: Span) -> Any:
    if name == "__self__":
        return target.receiver
    if name == "__func__":
        return target.function
    return find(machine, target.function, name, span)


def _partial(machine: Machine, target: Partial, name: str, span: Span) -> Any:
    if name == "func":
        return target.function
    if name == "args":
        return Tuple(target.args)
    if name == "keywords":
        made = machine.dict()
        made.entries = {key: (Const(key), value) for key, value in target.keywords.items()}
        return made
    return UNBOUND


def _unknown(machine: Machine, target: Unknown, name: str, span: Span) -> Any:
    """An attribute of an unknown; read twice, it is the same unknown."""
    if target.derived is None:
        target.derived = {}
    key = ("attribute", name, None)
    found = target.derived.get(key)
    if found is None:
        found = target.derived[key] = follows(target)
        if target.reason == "no-default" and target.detail.startswith("parameter") and not hasattr(str, name):
            found.detail = f"attribute '{name}' of {target.detail}"
    return found


def _tuple(machine: Machine, target: Tuple, name: str, span: Span) -> Any:
    if target.cls is not None:
        fields = [field.name for field in target.cls.fields or ()]
        if name in fields:
            return target.items[fields.index(name)]
        value = classes.lookup(target.cls, name)
        if value is not None:
            return _bound(machine, value, target, target.cls, span)
    return _plain(machine, target, name, span)


def _plain(machine: Machine, target: Value, name: str, span: Span) -> Any:
    """Methods of built-in values."""
    found = method_of(target, name)
    if found is not None:
        return Method(found, target)
    if name == "__class__":
        return classes.type_of(machine, target)
    if isinstance(target, Builtin):
        if name in ("__name__", "__qualname__"):
            return Const(target.name)
        return Unknown("not-modelled", f"{target.name}.{name}", span)
    if isinstance(target, Slice) and name in ("start", "stop", "step"):
        return {"start": target.lower, "stop": target.upper, "step": target.step}[name]
    if isinstance(target, Const) and isinstance(target.value, (int, float, range, complex)):
        plain = getattr(target.value, name, None)
        if isinstance(plain, (int, float)):
            return Const(plain, target.origin)
    if isinstance(target, Const) and target.value is None:
        return UNBOUND
    if isinstance(target, Descriptor):
        return _descriptor(target, name)
    return UNBOUND


def _descriptor(target: Descriptor, name: str) -> Any:
    """``@x.setter`` and friends keep the property."""
    if name in ("setter", "deleter", "getter"):

        def keep(machine: Machine, args: Arguments, site: Span) -> Value:
            if name == "setter":
                made = Descriptor("property", target.function)
                made.setter = args.positional[0]
                return made
            return target

        return Builtin(name, keep)
    if name in ("fget", "__func__", "func"):
        return target.function
    return UNBOUND


def _tensor(machine: Machine, target: Tensor, name: str, span: Span) -> Any:
    from convlint.evaluate.library import torch_tensor

    return torch_tensor.attribute(machine, target, name, span)


Find = Callable[[Machine, Any, str, Span], Any]

_FIND: dict[type, Find] = {
    Instance: _instance,
    Class: _class,
    Module: _module,
    Function: _function,
    Method: _method,
    Partial: _partial,
    Super: _super,
    Unknown: _unknown,
    Tensor: _tensor,
    Tuple: _tuple,
}

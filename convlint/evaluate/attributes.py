"""Attributes: reading, writing and deleting them on every kind of value; ``with`` and decorators on top of that."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from convlint.evaluate import calls, classes, memo
from convlint.evaluate.environment import Arguments, Frame, Raised, follows
from convlint.evaluate.library.methods import method as method_of
from convlint.evaluate.machine import Machine
from convlint.evaluate.paths import force, resolve, without_unbound
from convlint.evaluate.tensor_readers import Known
from convlint.evaluate.values import (
    NONE,
    UNBOUND,
    Builtin,
    Choice,
    Class,
    Const,
    Descriptor,
    Dict,
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
    value = memo.read_attribute(machine, target, name)
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
        return _own_attributes(machine, target)
    if name == "__dir__":
        return Unknown("not-modelled", "__dir__ of an object", span)
    if isinstance(target.payload, Value):
        found = find(machine, target.payload, name, span)
        if found is not UNBOUND:
            return found
    if "__dict__" in target.attrs and name != "__dict__":
        found = _from_own_dict(machine, target, name)
        if found is not UNBOUND:
            return found
    getter = classes.lookup(cls, "__getattr__")
    if getter is not None and not name.startswith("__"):
        return calls.call(machine, getter, Arguments([target, Const(name)]), span)
    return follows(cls.incomplete) if cls.incomplete is not None else UNBOUND


def _own_attributes(machine: Machine, target: Instance) -> Value:
    """``target.__dict__``: what is written into it becomes an attribute."""
    made = machine.dict()
    for name in target.attrs:
        value = memo.read_attribute(machine, target, name)
        if value is not UNBOUND and name != "__dict__":
            made.entries[name] = (Const(name), value)
    made.owner = target
    return made


def _own_dict(machine: Machine, target: Instance) -> Any:
    """The mapping that the code has set as the ``__dict__`` of an object."""
    held = force(memo.read_attribute(machine, target, "__dict__"), machine.path)
    return held.payload if isinstance(held, Instance) else held


def _from_own_dict(machine: Machine, target: Instance, name: str) -> Any:
    """An attribute of an object whose ``__dict__`` the code has set to a mapping of its own."""
    entries = _own_dict(machine, target)
    if isinstance(entries, Unknown):
        return follows(entries)
    return machine.read_entry(entries, name) if isinstance(entries, Dict) else UNBOUND


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


def put(machine: Machine, target: Value, name: str, value: Any, span: Span) -> None:
    """``target.name = value``."""
    target = force(target, machine.path)
    if isinstance(target, Instance):
        found = classes.lookup(target.cls, name)
        if found.__class__ is Descriptor and found.kind == "property":
            if found.setter is not None:
                calls.call(machine, found.setter, Arguments([target, value]), span)
                return
            if target.cls.span is not None and found.setter is None:
                machine.touch(target)
                target.attrs.pop(name, None)
        setter = classes.lookup(target.cls, "__setattr__")
        if setter.__class__ is Function or (setter.__class__ is Builtin and setter.name != "__setattr__"):
            calls.call(machine, setter, Arguments([target, Const(name), value]), span)
            return
        if name in NUMBERS and target.payload.__class__ is Known:
            _keep_numbers(machine, target, span)
        machine.write_attribute(target, name, value)
        if "__dict__" in target.attrs and name != "__dict__":
            _into_own_dict(machine, target, name, value)
    elif isinstance(target, Class):
        machine.write_attribute(target, name, value)
    elif isinstance(target, Function):
        target.attrs[name] = value
    elif isinstance(target, Module):
        machine.modules.write_attribute(target, name, value)


NUMBERS = frozenset({"kernel_size", "stride", "dilation"})
"""Attributes that decide which positions a layer reads."""


def _keep_numbers(machine: Machine, target: Instance, span: Span) -> None:
    """A layer of torch's gets other numbers than it was built with: findings know it by those."""
    from convlint.evaluate.graph.layers import BUILT_AS, as_built  # it reads attributes

    built = as_built(machine, target, span) if BUILT_AS not in target.attrs else None
    if built is not None:
        machine.write_attribute(target, BUILT_AS, Const(built))


def _into_own_dict(machine: Machine, target: Instance, name: str, value: Any) -> None:
    entries = _own_dict(machine, target)
    if isinstance(entries, Dict):
        machine.write_entry(entries, name, Const(name), value)


def remove(machine: Machine, target: Value, name: str) -> None:
    """``del target.name``."""
    target = force(target, machine.path)
    if isinstance(target, (Instance, Class)) and name in target.attrs:
        machine.write_attribute(target, name, UNBOUND)


def in_place(machine: Machine, target: Value, op: str, value: Value, span: Span) -> Any:
    """The result of ``target op= value`` where ``target`` is changed in place; None where it is not."""
    if isinstance(target, Instance) and op in ("+", "|"):
        method = classes.lookup(target.cls, "__iadd__" if op == "+" else "__ior__")
        if method is not None:
            return calls.call(machine, method, Arguments([target, value]), span)
    if isinstance(target, Dict) and op == "|":
        from convlint.evaluate.displays import merge_mapping

        merge_mapping(machine, target, force(value, machine.path), span)
        return target
    return None


def enter(machine: Machine, manager: Value, span: Span) -> Any:
    """What ``with manager as x`` binds to x."""
    manager = force(manager, machine.path)
    if isinstance(manager, Instance):
        method = classes.lookup(manager.cls, "__enter__")
        if method is not None:
            return calls.call(machine, method, Arguments([manager]), span)
        return manager
    return follows(manager) if isinstance(manager, Unknown) else manager


def compile_decorators(context: Any, decorators: tuple[Any, ...]) -> Callable[[Frame, Value], Any]:
    """The function that applies decorators to a function or class; one that is unknown leaves it as it is."""
    if not decorators:
        return lambda frame, value: value
    machine = context.machine
    steps = [(context.compile(decorator), context.span(decorator)) for decorator in decorators]

    def apply_one(decorator: Value, value: Value, span: Span) -> Any:
        decorator = force(decorator, machine.path)
        if isinstance(decorator, Unknown):
            return value
        result = calls.call(machine, decorator, Arguments([value]), span)
        return value if result.__class__ is Unknown else result

    def run(frame: Frame, value: Value) -> Any:
        for evaluate, span in reversed(steps):
            try:
                decorator = evaluate(frame)
                machine.decorating += 1
                try:
                    value = machine.apply(apply_one, decorator, value, span)
                finally:
                    machine.decorating -= 1
            except Raised:
                continue
        return value

    return run

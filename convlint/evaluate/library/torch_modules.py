"""torch.nn.Module: its methods, and the modules below one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convlint.evaluate.environment import Arguments, Raised, follows
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import attributes, calls, classes, named_tuples
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
    Instance,
    Iterator,
    Span,
    Tensor,
    Tuple,
    Unknown,
    Value,
)  # fmt: skip

Call = Callable[[Machine, Arguments, Span], Value]

TRAINING = "whether the model is in training mode"


def module_class() -> Class:
    """``nn.Module`` with its methods."""
    call: dict[str, Call] = {
        "__call__": _run_forward,
        "forward": lambda machine, args, site: Tensor(),
        "add_module": _add_module,
        "register_module": _add_module,
        "register_buffer": _register_buffer,
        "register_parameter": _register_buffer,
        "children": lambda machine, args, site: Iterator(
            [child for _, child in children(machine, target_of(machine, args))]
        ),
        "named_children": lambda machine, args, site: named_pairs(children(machine, target_of(machine, args))),
        "modules": lambda machine, args, site: Iterator(
            [child for _, child in descendants(machine, target_of(machine, args))]
        ),
        "named_modules": lambda machine, args, site: named_pairs(descendants(machine, target_of(machine, args))),
        "get_submodule": _get_submodule,
        "_conv_forward": lambda machine, args, site: Tensor(),
        "load_state_dict": _load_state,
        "_get_name": lambda machine, args, site: Const(target_of(machine, args).cls.name),
    }
    for name in ("apply", "to", "cuda", "cpu", "train", "eval", "half", "float", "double", "type", "bfloat16",
                 "requires_grad_", "share_memory", "to_empty", "compile"):  # fmt: skip
        call[name] = _self
    for name in ("__init__", "zero_grad", "extra_repr", "reset_parameters",
                 "_load_from_state_dict",
                 "_register_load_state_dict_pre_hook", "register_load_state_dict_post_hook"):  # fmt: skip
        call[name] = lambda machine, args, site: NONE
    call |= {name: _registering(name) for name in (BEFORE, AFTER, *BACKWARD)}
    for name in ("parameters", "named_parameters", "buffers", "named_buffers"):
        call[name] = lambda machine, args, site: Unknown("tensor", "the parameters of a model", site)
    attrs: dict[str, Any] = {name: Builtin(name, function) for name, function in call.items()}
    attrs["state_dict"] = Builtin("state_dict", lambda machine, args, site: _state(site))
    attrs["load_state_dict"] = Builtin("load_state_dict", _loading())
    attrs["_modules"] = Descriptor("property", Builtin("_modules", _modules_dict))
    for name in ("_parameters", "_buffers"):
        attrs[name] = Unknown("tensor", "the parameters of a model")
    attrs["training"] = Unknown("training-mode", TRAINING)
    return classes.make_class("Module", (), attrs)


def _state(site: Span) -> Unknown:
    return Unknown("tensor", "the state of a model", site)


def _loading() -> Call:
    """``load_state_dict``: which keys do not fit is for the weights to say."""
    made: list[Class] = []

    def call(machine: Machine, args: Arguments, site: Span) -> Value:
        if not made:
            fields = ["missing_keys", "unexpected_keys"]
            made.append(named_tuples.make_named_tuple(machine, "_IncompatibleKeys", fields, {}))
        return Tuple((_state(site), _state(site)), made[0])

    return call


def target_of(machine: Machine, args: Arguments) -> Instance:
    """The module that a method is called on."""
    target = force(args.positional[0], machine.path)
    if not isinstance(target, Instance):
        raise Raised("TypeError", "a module is needed")
    return target


def _run_forward(machine: Machine, args: Arguments, site: Span) -> Value:
    target = force(args.positional[0], machine.path)
    if machine.flow.stays_outside(target):
        return Tensor()
    forward = attributes.get(machine, target, "forward", site)
    given = Arguments(args.positional[1:], args.keywords, args.unknown)
    if isinstance(target, Instance) and not HOOKS.isdisjoint(target.attrs):
        return _hooked(machine, target, forward, given, site)
    if machine.verdicts is None or machine.flow.tracer is not None or not is_module(target):
        return calls.call(machine, forward, given, site)  # type: ignore[no-any-return]
    return machine.verdicts.running(machine, target, given, site, lambda: calls.call(machine, forward, given, site))  # type: ignore[no-any-return]


BEFORE, AFTER = "register_forward_pre_hook", "register_forward_hook"
"""The methods that add a hook; under the same names a module keeps those that it has."""
BACKWARD = ("register_full_backward_hook", "register_backward_hook")
"""The same for hooks that see gradients."""
HOOKS = frozenset({BEFORE, AFTER, *BACKWARD})
_HOOK = classes.make_class("RemovableHandle", (), {})


def _registering(kind: str) -> Call:
    def register(machine: Machine, args: Arguments, site: Span) -> Value:
        target = target_of(machine, args)
        hook = args.positional[1] if len(args.positional) > 1 else args.keywords["hook"]
        machine.write_attribute(target, kind, Tuple((*_hooks(machine, target, kind), hook)))
        if not isinstance(hook, Builtin) and kind not in BACKWARD:
            machine.flow.hooked = machine.entry_start
            for candidate in machine.candidates:
                candidate.pure = False  # a copy of the module would have the hook of this one, with its variables

        def remove(machine: Machine, args: Arguments, site: Span) -> Value:
            left = [each for each in _hooks(machine, target, kind) if each is not hook]
            machine.write_attribute(target, kind, Tuple(tuple(left)))
            return NONE

        handle = machine.instance(_HOOK)
        handle.attrs["remove"] = Builtin("remove", remove)
        return handle

    return register


def _hooks(machine: Machine, target: Instance, kind: str) -> tuple[Value, ...]:
    found = copies.read_attribute(machine, target, kind)
    if found is UNBOUND:
        return ()
    found = without_unbound(force(found, machine.path))
    return found.items if isinstance(found, Tuple) else ()


def _hooked(machine: Machine, target: Instance, forward: Value, given: Arguments, site: Span) -> Value:
    """``forward`` between the module's hooks. What one gives takes the place of the arguments, or of the result."""
    for hook in _hooks(machine, target, BEFORE):
        instead = _run_hook(machine, hook, [target, Tuple(tuple(given.positional))], site)
        if instead is not None:
            positional = list(instead.items) if isinstance(instead, Tuple) else [instead]
            given = Arguments(positional, given.keywords, given.unknown)
    result: Value = calls.call(machine, forward, given, site)
    for hook in _hooks(machine, target, AFTER):
        instead = _run_hook(machine, hook, [target, Tuple(tuple(given.positional)), result], site)
        result = result if instead is None else instead
    if machine.flow.tracer is None:  # gradients are no part of what is computed, but code asks for what is kept of them
        gradients = Tuple((Tensor(),))
        for hook in [each for kind in BACKWARD for each in _hooks(machine, target, kind)]:
            _run_hook(machine, hook, [target, gradients, gradients], site)
    return result


def _run_hook(machine: Machine, hook: Value, given: list[Value], site: Span) -> Value | None:
    """What a hook gives; None where that is nothing, or not known."""
    try:
        found = force(calls.call(machine, hook, Arguments(given), site), machine.path)
    except Raised:
        found = Unknown("raises", "a forward hook", site)
    if isinstance(found, Unknown):
        machine.flow.lost("a forward hook")
        machine.flow.unseen("a forward hook", *given)
        return None
    return None if isinstance(found, Const) and found.value is None else found


def _load_state(machine: Machine, args: Arguments, site: Span) -> Value:
    """``load_state_dict`` names the keys that did not fit: none."""
    cls = named_tuples.make_named_tuple(machine, "_IncompatibleKeys", ["missing_keys", "unexpected_keys"], {})
    return Tuple((machine.list([]), machine.list([])), cls)


def is_module(value: Any) -> bool:
    """Whether a value is an object of a class derived from ``torch.nn.Module``."""
    return isinstance(value, Instance) and value.cls.derives_from_module


def children(machine: Machine, target: Instance) -> list[tuple[str, Value]]:
    """The modules that are attributes of ``target``, in order. Raises Undecided where one is a choice."""
    found: list[tuple[str, Value]] = []
    for name in list(target.attrs):
        value = resolve(copies.read_attribute(machine, target, name), machine.path)
        if value.__class__ is Choice:
            value = force(value, machine.path)
        if is_module(value) and not any(value is child for _, child in found):
            found.append((name, value))
    return found


def descendants(machine: Machine, target: Instance) -> list[tuple[str, Value]]:
    """A module and all modules below it, with dotted names, each once."""
    found: list[tuple[str, Value]] = []
    seen: set[int] = set()

    def visit(name: str, module: Value) -> None:
        if id(module) in seen or not isinstance(module, Instance):
            return
        seen.add(id(module))
        machine.step()
        found.append((name, module))
        for child_name, child in children(machine, module):
            visit(f"{name}.{child_name}" if name else child_name, child)

    visit("", target)
    return found


def named_pairs(found: list[tuple[str, Value]]) -> Iterator:
    """Names and modules, as ``items`` and ``named_modules`` give them."""
    return Iterator([Tuple((Const(name), child)) for name, child in found])


def _modules_dict(machine: Machine, args: Arguments, site: Span) -> Value:
    made = machine.dict()
    for name, child in children(machine, target_of(machine, args)):
        made.entries[name] = (Const(name), child)
    return made


def _add_module(machine: Machine, args: Arguments, site: Span) -> Value:
    target = target_of(machine, args)
    names = {**dict(zip(("name", "module"), args.positional[1:], strict=False)), **args.keywords}
    name = force(names.get("name", NONE), machine.path)
    if isinstance(name, Const):
        machine.write_attribute(target, str(name.value), names.get("module", NONE))
    return NONE


def _register_buffer(machine: Machine, args: Arguments, site: Span) -> Value:
    target = target_of(machine, args)
    names = {**dict(zip(("name", "tensor", "persistent"), args.positional[1:], strict=False)), **args.keywords}
    name = force(names.get("name", NONE), machine.path)
    if isinstance(name, Const):
        machine.write_attribute(target, str(name.value), names.get("tensor", names.get("param", NONE)))
    return NONE


def _get_submodule(machine: Machine, args: Arguments, site: Span) -> Value:
    target: Value = target_of(machine, args)
    path = force(args.positional[1], machine.path)
    if not isinstance(path, Const):
        return follows(path) if isinstance(path, Unknown) else Unknown("unknown-key", "a module's name", site)
    for part in str(path.value).split("."):
        if part:
            target = force(attributes.get(machine, target, part, site), machine.path)
    return target


def _self(machine: Machine, args: Arguments, site: Span) -> Value:
    return args.positional[0]

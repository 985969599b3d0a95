"""torch.nn: modules, containers and layers, as far as constructors and ``forward`` need them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convlint.evaluate import attributes, calls, classes, memo
from convlint.evaluate.environment import Arguments, Raised, follows
from convlint.evaluate.iteration import iterate
from convlint.evaluate.library.torch_layers import MODULES, layer_classes
from convlint.evaluate.machine import Machine
from convlint.evaluate.paths import force, resolve
from convlint.evaluate.subscripts import slice_of
from convlint.evaluate.values import (
    FALSE,
    NONE,
    TRUE,
    UNBOUND,
    Builtin,
    Choice,
    Class,
    Const,
    Descriptor,
    Dict,
    Instance,
    Iterator,
    Slice,
    Span,
    Tensor,
    Tuple,
    Unknown,
    Value,
)  # fmt: skip

Call = Callable[[Machine, Arguments, Span], Value]

PARAMETERS = {
    "Linear": "in_features out_features bias",
    "LazyLinear": "out_features bias",
    "Bilinear": "in1_features in2_features out_features bias",
    "BatchNorm1d": "num_features eps momentum affine track_running_stats",
    "BatchNorm2d": "num_features eps momentum affine track_running_stats",
    "BatchNorm3d": "num_features eps momentum affine track_running_stats",
    "SyncBatchNorm": "num_features eps momentum affine track_running_stats",
    "InstanceNorm1d": "num_features eps momentum affine track_running_stats",
    "InstanceNorm2d": "num_features eps momentum affine track_running_stats",
    "InstanceNorm3d": "num_features eps momentum affine track_running_stats",
    "GroupNorm": "num_groups num_channels eps affine",
    "LayerNorm": "normalized_shape eps elementwise_affine bias",
    "RMSNorm": "normalized_shape eps elementwise_affine",
    "Embedding": "num_embeddings embedding_dim padding_idx",
    "Dropout": "p inplace",
    "Dropout2d": "p inplace",
    "Upsample": "size scale_factor mode align_corners recompute_scale_factor",
    "ZeroPad1d": "padding",
    "ZeroPad2d": "padding",
    "ZeroPad3d": "padding",
    "ConstantPad1d": "padding value",
    "ConstantPad2d": "padding value",
    "ConstantPad3d": "padding value",
    "ReflectionPad1d": "padding",
    "ReflectionPad2d": "padding",
    "ReplicationPad2d": "padding",
    "PixelShuffle": "upscale_factor",
    "PixelUnshuffle": "downscale_factor",
    "ChannelShuffle": "groups",
    "AdaptiveAvgPool1d": "output_size",
    "AdaptiveAvgPool2d": "output_size",
    "AdaptiveAvgPool3d": "output_size",
    "AdaptiveMaxPool1d": "output_size return_indices",
    "AdaptiveMaxPool2d": "output_size return_indices",
    "AdaptiveMaxPool3d": "output_size return_indices",
    "MultiheadAttention": "embed_dim num_heads dropout bias",
    "LSTM": "input_size hidden_size num_layers bias batch_first dropout bidirectional",
    "GRU": "input_size hidden_size num_layers bias batch_first dropout bidirectional",
}
"""Constructor parameters that torch keeps as attributes of the same name."""

NORM_BASES = {
    "_BatchNorm": ("BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "SyncBatchNorm"),
    "_InstanceNorm": ("InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d"),
}
"""Classes of torch's own from which normalisation layers are derived; others ask for them by ``isinstance``."""


def contents(machine: Machine) -> dict[str, Any]:
    """The names of ``torch.nn``; every other capitalised name is a module that keeps nothing."""
    module = _module_class()
    found: dict[str, Any] = {"Module": module, **layer_classes(module)}
    found["Sequential"] = classes.make_class(
        "Sequential", (module,), _numbered(_sequential_init) | {"forward": _chain()}
    )
    found["ModuleList"] = classes.make_class("ModuleList", (module,), _numbered(_list_init))
    found["ParameterList"] = classes.make_class("ParameterList", (module,), _numbered(_list_init))
    found["ModuleDict"] = classes.make_class("ModuleDict", (module,), _named())
    found["ParameterDict"] = classes.make_class("ParameterDict", (module,), _named())
    found["Identity"] = classes.make_class(
        "Identity", (module,), {"__init__": _nothing("__init__"), "forward": Builtin("forward", _same)}
    )
    found["Parameter"] = Builtin("Parameter", _parameter)
    found["UninitializedParameter"] = found["Parameter"]
    for name, parameters in PARAMETERS.items():
        base = (module,)
        found[name] = classes.make_class(name, base, {"__init__": _keeping(name, parameters.split())})
    for family, names in NORM_BASES.items():
        parent = found[family] = classes.make_class(family, (module,), {})
        for name in names:
            found[name].bases, found[name].mro = (parent,), (found[name], parent, *module.mro)

    def other(name: str) -> Value | None:
        if not name.lstrip("_")[:1].isupper():
            return None
        return classes.make_class(name, (module,), {"__init__": _nothing("__init__")})

    found["*"] = other
    return found


def parameters_of(name: str) -> tuple[str, ...]:
    """The parameters of a class of torch.nn, in order, as far as they matter."""
    return MODULES[name].names if name in MODULES else tuple(PARAMETERS.get(name, "").split())


def _nothing(name: str) -> Builtin:
    return Builtin(name, lambda machine, args, site: NONE)


def _same(machine: Machine, args: Arguments, site: Span) -> Value:
    """The last argument, as it is: ``Identity.forward``, ``nn.Module.to``."""
    return args.positional[-1]


def _self(machine: Machine, args: Arguments, site: Span) -> Value:
    return args.positional[0]


def _parameter(machine: Machine, args: Arguments, site: Span) -> Value:
    value = force(args.positional[0], machine.path) if args.positional else args.keywords.get("data", Tensor())
    return value if isinstance(value, Tensor) else Tensor()


def _keeping(owner: str, names: list[str]) -> Builtin:
    def init(machine: Machine, args: Arguments, site: Span) -> Value:
        target = force(args.positional[0], machine.path)
        if isinstance(target, Instance):
            given = {**dict(zip(names, args.positional[1:], strict=False)), **args.keywords}
            machine.write_attributes(target, given)
        return NONE

    return Builtin("__init__", init)


# --- Module -----------------------------------------------------------------------------------------------------------

TRAINING = "whether the model is in training mode"


def _module_class() -> Class:
    call: dict[str, Call] = {
        "__call__": _run_forward,
        "forward": lambda machine, args, site: Tensor(),
        "add_module": _add_module,
        "register_module": _add_module,
        "register_buffer": _register_buffer,
        "register_parameter": _register_buffer,
        "children": lambda machine, args, site: Iterator(
            [child for _, child in children(machine, _target(machine, args))]
        ),
        "named_children": lambda machine, args, site: _pairs(children(machine, _target(machine, args))),
        "modules": lambda machine, args, site: Iterator(
            [child for _, child in descendants(machine, _target(machine, args))]
        ),
        "named_modules": lambda machine, args, site: _pairs(descendants(machine, _target(machine, args))),
        "get_submodule": _get_submodule,
        "parameters": lambda machine, args, site: Iterator([]),
        "named_parameters": lambda machine, args, site: Iterator([]),
        "buffers": lambda machine, args, site: Iterator([]),
        "named_buffers": lambda machine, args, site: Iterator([]),
        "_conv_forward": lambda machine, args, site: Tensor(),
        "_get_name": lambda machine, args, site: Const(_target(machine, args).cls.name),
    }
    for name in ("apply", "to", "cuda", "cpu", "train", "eval", "half", "float", "double", "type", "bfloat16",
                 "requires_grad_", "share_memory", "to_empty", "compile"):  # fmt: skip
        call[name] = _self
    for name in ("__init__", "load_state_dict", "zero_grad", "extra_repr", "reset_parameters",
                 "register_full_backward_hook", "_load_from_state_dict",
                 "_register_load_state_dict_pre_hook", "register_load_state_dict_post_hook"):  # fmt: skip
        call[name] = lambda machine, args, site: NONE
    for name in ("register_forward_hook", "register_forward_pre_hook"):
        call[name] = _register_hook
    attrs: dict[str, Any] = {name: Builtin(name, function) for name, function in call.items()}
    attrs["state_dict"] = Builtin(
        "state_dict", lambda machine, args, site: Unknown("tensor", "the state of a model", site)
    )
    attrs["_modules"] = Descriptor("property", Builtin("_modules", _modules_dict))
    attrs["_parameters"] = Descriptor("property", Builtin("_parameters", lambda machine, args, site: machine.dict()))
    attrs["_buffers"] = attrs["_parameters"]
    attrs["training"] = Unknown("training-mode", TRAINING)
    return classes.make_class("Module", (), attrs)


def _target(machine: Machine, args: Arguments) -> Instance:
    target = force(args.positional[0], machine.path)
    if not isinstance(target, Instance):
        raise Raised("TypeError", "a module is needed")
    return target


def _run_forward(machine: Machine, args: Arguments, site: Span) -> Value:
    target = force(args.positional[0], machine.path)
    if machine.flow.stays_outside(target):
        return Tensor()
    forward = attributes.get(machine, target, "forward", site)
    if isinstance(target, Instance) and HOOKED in target.attrs:
        machine.flow.lost("a forward hook")
    return calls.call(machine, forward, Arguments(args.positional[1:], args.keywords, args.unknown), site)  # type: ignore[no-any-return]


HOOKED = "<forward hook>"
"""The attribute of a module that says that a hook sees what it computes."""


def _register_hook(machine: Machine, args: Arguments, site: Span) -> Value:
    machine.write_attribute(_target(machine, args), HOOKED, TRUE)
    return NONE


def is_module(value: Any) -> bool:
    """Whether a value is an object of a class derived from ``torch.nn.Module``."""
    return isinstance(value, Instance) and any(base.name == "Module" and base.span is None for base in value.cls.mro)


def children(machine: Machine, target: Instance) -> list[tuple[str, Value]]:
    """The modules that are attributes of ``target``, in order. Raises Undecided where one is a choice."""
    found: list[tuple[str, Value]] = []
    for name in list(target.attrs):
        value = resolve(memo.read_attribute(machine, target, name), machine.path)
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


def _pairs(found: list[tuple[str, Value]]) -> Iterator:
    return Iterator([Tuple((Const(name), child)) for name, child in found])


def _modules_dict(machine: Machine, args: Arguments, site: Span) -> Value:
    made = machine.dict()
    for name, child in children(machine, _target(machine, args)):
        made.entries[name] = (Const(name), child)
    return made


def _add_module(machine: Machine, args: Arguments, site: Span) -> Value:
    target = _target(machine, args)
    names = {**dict(zip(("name", "module"), args.positional[1:], strict=False)), **args.keywords}
    name = force(names.get("name", NONE), machine.path)
    if isinstance(name, Const):
        machine.write_attribute(target, str(name.value), names.get("module", NONE))
    return NONE


def _register_buffer(machine: Machine, args: Arguments, site: Span) -> Value:
    target = _target(machine, args)
    names = {**dict(zip(("name", "tensor", "persistent"), args.positional[1:], strict=False)), **args.keywords}
    name = force(names.get("name", NONE), machine.path)
    if isinstance(name, Const):
        machine.write_attribute(target, str(name.value), names.get("tensor", names.get("param", NONE)))
    return NONE


def _get_submodule(machine: Machine, args: Arguments, site: Span) -> Value:
    target: Value = _target(machine, args)
    path = force(args.positional[1], machine.path)
    if not isinstance(path, Const):
        return follows(path) if isinstance(path, Unknown) else Unknown("unknown-key", "a module's name", site)
    for part in str(path.value).split("."):
        if part:
            target = force(attributes.get(machine, target, part, site), machine.path)
    return target


# --- containers -------------------------------------------------------------------------------------------------------


def _sequential_init(machine: Machine, target: Instance, args: Arguments, site: Span) -> None:
    values = args.positional[1:]
    first = force(values[0], machine.path) if len(values) == 1 else None
    if isinstance(first, Dict):
        for _, name, child in machine.entries(first):
            machine.write_attribute(target, str(getattr(name, "value", name)), child)
        values = []
        if first.unknown is not None:
            target.payload = first.unknown
    for index, value in enumerate(values):
        machine.write_attribute(target, str(index), value)
    if args.unknown is not None:
        target.payload = args.unknown


def _list_init(machine: Machine, target: Instance, args: Arguments, site: Span) -> None:
    values = args.positional[1:] or list(args.keywords.values())
    if values and not (isinstance(values[0], Const) and values[0].value is None):
        for index, value in enumerate(iterate(machine, values[0], site)):
            machine.write_attribute(target, str(index), value)


def items_of(machine: Machine, target: Instance) -> list[tuple[str, Value]]:
    """The modules of a Sequential or ModuleList, in order, with their names."""
    if isinstance(target.payload, Unknown):
        from convlint.evaluate.environment import NotIterable

        raise NotIterable(target.payload)
    found = []
    for name in list(target.attrs):
        value = resolve(memo.read_attribute(machine, target, name), machine.path)
        if value is UNBOUND or not (name.isdigit() or is_module(value) or isinstance(value, Choice)):
            continue
        if isinstance(value, Choice):
            value = force(value, machine.path)
            if value is UNBOUND:
                continue
        found.append((name, value))
    return found


def _numbered(fill: Callable[[Machine, Instance, Arguments, Span], None]) -> dict[str, Any]:
    """The methods of Sequential and ModuleList."""

    def init(machine: Machine, args: Arguments, site: Span) -> Value:
        fill(machine, _target(machine, args), args, site)
        return NONE

    def get(machine: Machine, args: Arguments, site: Span) -> Value:
        target = _target(machine, args)
        found = [value for _, value in items_of(machine, target)]
        key = force(args.positional[1], machine.path)
        if isinstance(key, Slice):
            cut = slice_of(machine, key)
            if isinstance(cut, Unknown):
                return follows(cut)
            return _made_of(machine, target, found[cut])
        if isinstance(key, Const) and isinstance(key.value, int):
            if -len(found) <= key.value < len(found):
                return found[key.value]
            raise Raised("IndexError", "index out of range")
        if isinstance(key, Const):
            return attributes.get(machine, target, str(key.value), site)  # type: ignore[no-any-return]
        return follows(key) if isinstance(key, Unknown) else Unknown("unknown-key", "an index", site)

    def put(machine: Machine, args: Arguments, site: Span) -> Value:
        target = _target(machine, args)
        key = force(args.positional[1], machine.path)
        if isinstance(key, Const) and isinstance(key.value, int):
            names = [name for name, _ in items_of(machine, target)]
            if -len(names) <= key.value < len(names):
                machine.write_attribute(target, names[key.value], args.positional[2])
        return NONE

    def append(machine: Machine, args: Arguments, site: Span) -> Value:
        target = _target(machine, args)
        machine.write_attribute(target, _next_name(target), args.positional[1])
        return target

    def extend(machine: Machine, args: Arguments, site: Span) -> Value:
        target = _target(machine, args)
        for value in iterate(machine, args.positional[1], site):
            machine.write_attribute(target, _next_name(target), value)
        return target

    def insert(machine: Machine, args: Arguments, site: Span) -> Value:
        target = _target(machine, args)
        index = force(args.positional[1], machine.path)
        values = [value for _, value in items_of(machine, target)]
        if isinstance(index, Const) and isinstance(index.value, int):
            values.insert(index.value, args.positional[2])
            for position, value in enumerate(values):
                machine.write_attribute(target, str(position), value)
        return NONE

    def length(machine: Machine, args: Arguments, site: Span) -> Value:
        return Const(len(items_of(machine, _target(machine, args))))

    def each(machine: Machine, args: Arguments, site: Span) -> Value:
        return Iterator([value for _, value in items_of(machine, _target(machine, args))])

    table: dict[str, Call] = {
        "__init__": init,
        "__getitem__": get,
        "__setitem__": put,
        "append": append,
        "extend": extend,
        "__iadd__": extend,
        "insert": insert,
        "__len__": length,
        "__iter__": each,
    }
    return {name: Builtin(name, function) for name, function in table.items()}


def _next_name(target: Instance) -> str:
    """The name that the next module of a list gets: torch counts the modules."""
    return str(sum(1 for value in target.attrs.values() if value is not UNBOUND))


def _made_of(machine: Machine, like: Instance, values: list[Value]) -> Value:
    made = machine.instance(like.cls)
    for index, value in enumerate(values):
        made.attrs[str(index)] = value
    return made


def _chain() -> Builtin:
    """``Sequential.forward``: each module is called with what the one before gave."""

    def forward(machine: Machine, args: Arguments, site: Span) -> Value:
        target = _target(machine, args)
        value: Any = args.positional[1] if len(args.positional) > 1 else Tensor()
        for _, module in items_of(machine, target):
            value = machine.apply(calls.call, machine, module, Arguments([value]), site)
        return value  # type: ignore[no-any-return]

    return Builtin("forward", forward)


def _named() -> dict[str, Any]:
    """The methods of ModuleDict."""

    def init(machine: Machine, args: Arguments, site: Span) -> Value:
        if len(args.positional) > 1:
            update(machine, args, site)
        return NONE

    def update(machine: Machine, args: Arguments, site: Span) -> Value:
        from convlint.evaluate.displays import merge_mapping

        target = _target(machine, args)
        source = force(args.positional[1], machine.path)
        if isinstance(source, Instance):
            pairs = items_of(machine, source)
        else:
            merged = machine.dict()
            merge_mapping(machine, merged, source, site)
            pairs = [(str(key), value) for key, _, value in machine.entries(merged)]
            if merged.unknown is not None:
                target.payload = merged.unknown
        for name, value in pairs:
            machine.write_attribute(target, name, value)
        return NONE

    def get(machine: Machine, args: Arguments, site: Span) -> Value:
        target, key = _target(machine, args), force(args.positional[1], machine.path)
        if isinstance(key, Const):
            value = resolve(memo.read_attribute(machine, target, str(key.value)), machine.path)
            if value is UNBOUND:
                if isinstance(target.payload, Unknown):
                    return follows(target.payload)
                raise Raised("KeyError", str(key.value))
            return value  # type: ignore[no-any-return]
        return follows(key) if isinstance(key, Unknown) else Unknown("unknown-key", "a key", site)

    def put(machine: Machine, args: Arguments, site: Span) -> Value:
        key = force(args.positional[1], machine.path)
        if isinstance(key, Const):
            machine.write_attribute(_target(machine, args), str(key.value), args.positional[2])
        return NONE

    def contains(machine: Machine, args: Arguments, site: Span) -> Value:
        target, key = _target(machine, args), force(args.positional[1], machine.path)
        if not isinstance(key, Const):
            return follows(key) if isinstance(key, Unknown) else FALSE
        return Const(memo.read_attribute(machine, target, str(key.value)) is not UNBOUND)

    def names(machine: Machine, args: Arguments, site: Span) -> Value:
        return Iterator([Const(name) for name, _ in items_of(machine, _target(machine, args))])

    def values(machine: Machine, args: Arguments, site: Span) -> Value:
        return Iterator([value for _, value in items_of(machine, _target(machine, args))])

    def pairs(machine: Machine, args: Arguments, site: Span) -> Value:
        return _pairs(items_of(machine, _target(machine, args)))

    def pop(machine: Machine, args: Arguments, site: Span) -> Value:
        value = get(machine, args, site)
        key = force(args.positional[1], machine.path)
        if isinstance(key, Const):
            machine.write_attribute(_target(machine, args), str(key.value), UNBOUND)
        return value

    def length(machine: Machine, args: Arguments, site: Span) -> Value:
        return Const(len(items_of(machine, _target(machine, args))))

    table: dict[str, Call] = {
        "__init__": init,
        "update": update,
        "__getitem__": get,
        "__setitem__": put,
        "__contains__": contains,
        "keys": names,
        "values": values,
        "items": pairs,
        "pop": pop,
        "__len__": length,
        "__iter__": names,
    }
    return {name: Builtin(name, function) for name, function in table.items()}

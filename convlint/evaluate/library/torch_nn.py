"""torch.nn: its names, and what each class keeps of its arguments."""

from __future__ import annotations

from typing import Any

from convlint.evaluate.environment import Arguments
from convlint.evaluate.library.torch_containers import chain, fill_list, fill_sequential, named, numbered
from convlint.evaluate.library.torch_layers import layer_classes
from convlint.evaluate.library.torch_modules import module_class
from convlint.evaluate.library.torch_signatures import MODULES
from convlint.evaluate.library.torch_wrappers import holders
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import classes
from convlint.evaluate.paths import force
from convlint.evaluate.values import NONE, Builtin, Descriptor, Instance, Span, Tensor, Value

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
    "ReflectionPad3d": "padding",
    "ReplicationPad1d": "padding",
    "ReplicationPad2d": "padding",
    "ReplicationPad3d": "padding",
    "CircularPad1d": "padding",
    "CircularPad2d": "padding",
    "CircularPad3d": "padding",
    "PixelShuffle": "upscale_factor",
    "PixelUnshuffle": "downscale_factor",
    "ChannelShuffle": "groups",
    "AdaptiveAvgPool1d": "output_size",
    "AdaptiveAvgPool2d": "output_size",
    "AdaptiveAvgPool3d": "output_size",
    "AdaptiveMaxPool1d": "output_size return_indices",
    "AdaptiveMaxPool2d": "output_size return_indices",
    "AdaptiveMaxPool3d": "output_size return_indices",
    "Flatten": "start_dim end_dim",
    "Unflatten": "dim unflattened_size",
    "GLU": "dim",
    "UpsamplingNearest2d": "size scale_factor",
    "UpsamplingBilinear2d": "size scale_factor",
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
    module = module_class()
    found: dict[str, Any] = {"Module": module, **layer_classes(module)}
    found |= holders(module)
    found["Sequential"] = classes.make_class("Sequential", (module,), numbered(fill_sequential) | {"forward": chain()})
    found["ModuleList"] = classes.make_class("ModuleList", (module,), numbered(fill_list))
    found["ParameterList"] = classes.make_class("ParameterList", (module,), numbered(fill_list))
    found["ModuleDict"] = classes.make_class("ModuleDict", (module,), named())
    found["ParameterDict"] = classes.make_class("ParameterDict", (module,), named())
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
    converting = Builtin("convert_sync_batchnorm", lambda machine, args, site: args.positional[0])
    found["SyncBatchNorm"].attrs[converting.name] = Descriptor("staticmethod", converting)

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


def _parameter(machine: Machine, args: Arguments, site: Span) -> Value:
    value = force(args.positional[0], machine.path) if args.positional else args.keywords.get("data", Tensor())
    return value if isinstance(value, Tensor) else Tensor()


def _keeping(owner: str, names: list[str]) -> Builtin:
    def init(machine: Machine, args: Arguments, site: Span) -> Value:
        target = force(args.positional[0], machine.path)
        if isinstance(target, Instance):
            given = {**dict(zip(names, args.positional[1:], strict=False)), **args.keywords}
            if owner == "Linear" and "in_features" in given and "out_features" in given:
                given["weight"] = Tensor((given["out_features"], given["in_features"]))
            machine.write_attributes(target, given)
        return NONE

    return Builtin("__init__", init)

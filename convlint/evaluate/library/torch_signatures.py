"""Sliding-window layers and functions of torch: their parameters in order, and the defaults.

They follow torch 2.13 (https://pytorch.org/docs/stable/nn.html).
"""

from __future__ import annotations

from typing import Any, NamedTuple

from convlint.evaluate.environment import Arguments, Raised, follows
from convlint.evaluate.values import Const, Value

_CONV = (
    "in_channels out_channels kernel_size stride=1 padding=0 dilation=1 groups=1 bias=True padding_mode='zeros' "
    "device=None dtype=None"
)
_TRANSPOSED = (
    "in_channels out_channels kernel_size stride=1 padding=0 output_padding=0 groups=1 bias=True dilation=1 "
    "padding_mode='zeros' device=None dtype=None"
)
_MAX_POOL = "kernel_size stride=None padding=0 dilation=1 return_indices=False ceil_mode=False"
_AVG_POOL_1D = "kernel_size stride=None padding=0 ceil_mode=False count_include_pad=True"
_AVG_POOL = _AVG_POOL_1D + " divisor_override=None"
_LP_POOL = "norm_type kernel_size stride=None ceil_mode=False"
_UNFOLD = "kernel_size dilation=1 padding=0 stride=1"
_F_CONV = "input weight bias=None stride=1 padding=0 dilation=1 groups=1"
_F_TRANSPOSED = "input weight bias=None stride=1 padding=0 output_padding=0 groups=1 dilation=1"
_F_MAX_POOL = "input kernel_size stride=None padding=0 dilation=1 ceil_mode=False return_indices=False"
_DEFAULTS: dict[str, Any] = {"1": 1, "0": 0, "None": None, "True": True, "False": False, "'zeros'": "zeros"}


class Spec(NamedTuple):
    """One operation: its torch name, spatial rank, parameters in order, and their defaults."""

    op: str
    rank: int
    names: tuple[str, ...]
    defaults: dict[str, Any]
    family: str
    """``conv``, ``transposed``, ``pool`` or ``unfold``."""


def _spec(op: str, rank: int, parameters: str, family: str) -> Spec:
    names, defaults = [], {}
    for part in parameters.split():
        name, _, default = part.partition("=")
        names.append(name)
        if default:
            defaults[name] = _DEFAULTS[default]
    return Spec(op, rank, tuple(names), defaults, family)


def _modules() -> dict[str, Spec]:
    found: dict[str, Spec] = {}
    for rank in (1, 2, 3):
        lazy = {"Conv": _CONV, "ConvTranspose": _TRANSPOSED}
        table = {
            f"Conv{rank}d": (_CONV, "conv"),
            f"ConvTranspose{rank}d": (_TRANSPOSED, "transposed"),
            f"LazyConv{rank}d": (lazy["Conv"].partition(" ")[2], "conv"),
            f"LazyConvTranspose{rank}d": (lazy["ConvTranspose"].partition(" ")[2], "transposed"),
            f"MaxPool{rank}d": (_MAX_POOL, "pool"),
            f"AvgPool{rank}d": (_AVG_POOL_1D if rank == 1 else _AVG_POOL, "pool"),
            f"LPPool{rank}d": (_LP_POOL, "pool"),
        }
        found.update({name: _spec(f"torch.nn.{name}", rank, names, family) for name, (names, family) in table.items()})
    found["Unfold"] = _spec("torch.nn.Unfold", 2, _UNFOLD, "unfold")
    return found


def _functions() -> dict[str, Spec]:
    found: dict[str, Spec] = {}
    for rank in (1, 2, 3):
        table = {
            f"conv{rank}d": (_F_CONV, "conv"),
            f"conv_transpose{rank}d": (_F_TRANSPOSED, "transposed"),
            f"max_pool{rank}d": (_F_MAX_POOL, "pool"),
            f"avg_pool{rank}d": ("input " + (_AVG_POOL_1D if rank == 1 else _AVG_POOL), "pool"),
            f"lp_pool{rank}d": ("input " + _LP_POOL, "pool"),
        }
        found.update(
            {name: _spec(f"torch.nn.functional.{name}", rank, names, family) for name, (names, family) in table.items()}
        )
    found["unfold"] = _spec("torch.nn.functional.unfold", 2, "input " + _UNFOLD, "unfold")
    return found


MODULES = _modules()
FUNCTIONS = _functions()


def bound(spec: Spec, args: Arguments, skip: int) -> dict[str, Value]:
    """Arguments bound to the parameters of ``spec``; the first ``skip`` positional ones are the receiver."""
    given = args.positional[skip:]
    if len(given) > len(spec.names):
        raise Raised("TypeError", f"{spec.op} takes {len(spec.names)} arguments")
    names: dict[str, Value] = dict(zip(spec.names, given, strict=False))
    for name, value in args.keywords.items():
        if name not in spec.names or name in names:
            raise Raised("TypeError", f"{spec.op} got an unexpected argument '{name}'")
        names[name] = value
    for name in spec.names:
        if name in names:
            continue
        if args.unknown is not None:
            names[name] = follows(args.unknown)
        elif name in spec.defaults:
            names[name] = Const(spec.defaults[name])
        else:
            raise Raised("TypeError", f"{spec.op} missing argument '{name}'")
    return names

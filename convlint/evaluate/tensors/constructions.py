"""How modules were built: noted on each object of torch's classes, and as a fact where a rule asks for that alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convlint.evaluate.environment import Arguments
from convlint.evaluate.library.torch_signatures import MODULES
from convlint.evaluate.tensors.readers import BuiltAt, Known, note
from convlint.evaluate.tensors.slices import plain_arguments
from convlint.evaluate.values import Class, Instance, Span

if TYPE_CHECKING:
    from convlint.evaluate.machine import Machine

TRANSPARENT = frozenset(
    """Sequential Identity QuantStub DeQuantStub QuantWrapper DataParallel DistributedDataParallel
    FullyShardedDataParallel AveragedModel""".split()
)
"""Modules of torch that hand their input on as it is, to others or as their result."""
TOLD = frozenset(
    """GroupNorm MultiheadAttention Upsample PixelUnshuffle InstanceNorm1d InstanceNorm2d InstanceNorm3d
    ReflectionPad1d ReflectionPad2d ReflectionPad3d CircularPad1d CircularPad2d CircularPad3d
    AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d AdaptiveMaxPool1d AdaptiveMaxPool2d
    AdaptiveMaxPool3d""".split()
)
"""Modules that are facts by themselves: rules ask about their arguments, or about the maps that they get."""


class Constructions:
    """Notes on modules; which of the user's classes are layers is looked up once for each."""

    def __init__(self) -> None:
        self._layer_classes: dict[Class, bool] = {}

    def noted(self, machine: Machine, made: Any, cls: Class, args: Arguments, site: Span) -> Any:
        """Note on an object of one of torch's own classes how it was built."""
        if (
            cls.span is None
            and made.__class__ is Instance
            and cls.name not in TRANSPARENT
            and cls.mro[-1].name == "Module"
        ):
            made.payload = _known(machine, made, cls, args, site)
            if cls.name in TOLD:
                machine.record.add(site, note(made.payload.op, site, made.payload), machine.path)
        elif made.__class__ is Instance and is_chain(cls):
            if machine.flow.tracer is None:
                machine.flow.reads.chained(machine, made)
        elif cls.span is not None and made.__class__ is Instance and self._is_layer(cls) and made.payload is None:
            made.payload = BuiltAt(site)
        return made

    def _is_layer(self, cls: Class) -> bool:
        """Whether a class of the user's is derived from a sliding window of torch's."""
        found = self._layer_classes.get(cls)
        if found is None:
            found = any(base.span is None and base.name in MODULES for base in cls.mro)
            self._layer_classes[cls] = found
        return found


def _known(machine: Machine, made: Instance, cls: Class, args: Arguments, site: Span) -> Known:
    """How an object of torch's was built. All copies of a remembered one were built with equal arguments."""
    known = made.payload
    if known.__class__ is Known:
        return known if known.site == site else Known(known.op, site, known.arguments)
    from convlint.evaluate.library.torch_nn import parameters_of  # it knows the machine

    known = Known(f"torch.nn.{cls.name}", site, plain_arguments(machine, args, parameters_of(cls.name)))
    if made.original is not None:
        made.original.payload = known
    return known


def _with_forward(cls: Class) -> Class | None:
    """The class that the ``forward`` of ``cls`` comes from."""
    for base in cls.mro:
        if "forward" in base.attrs:
            return base
    return None


def forward_is_torchs(cls: Class) -> bool:
    """Whether a class has its ``forward`` from torch, or none."""
    found = _with_forward(cls)
    return found is None or found.span is None


def is_chain(cls: Class) -> bool:
    """Whether a class is torch's Sequential, or one of the user's that leaves its ``forward`` as it is."""
    found = _with_forward(cls)
    return found is not None and found.span is None and found.name == "Sequential"


def is_transparent(target: Instance) -> bool:
    """Whether a module hands its input on as it is."""
    return any(base.span is None and base.name in TRANSPARENT for base in target.cls.mro)

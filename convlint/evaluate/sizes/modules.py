"""The shapes that torch's modules give, by the names of their classes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convlint.evaluate.graph import operations
from convlint.evaluate.graph.arguments import plain
from convlint.evaluate.graph.nodes import SAME
from convlint.evaluate.paths import resolve
from convlint.evaluate.reuse import copies
from convlint.evaluate.sizes import shapes
from convlint.evaluate.sizes.arguments import Call, optional_sizes
from convlint.evaluate.sizes.shapes import Shape
from convlint.evaluate.values import UNBOUND, Instance

_AS_INPUT = ("BatchNorm", "SyncBatchNorm", "InstanceNorm", "GroupNorm", "LayerNorm", "RMSNorm", "Dropout",
             "AlphaDropout", "FeatureAlphaDropout", "LocalResponseNorm", "Softmax", "LogSoftmax", "Softmin",
             "ChannelShuffle", "QuantStub", "DeQuantStub")  # fmt: skip


class Module:
    """A module of torch and what it is called with."""

    def __init__(self, machine: Any, target: Instance, call: Call) -> None:
        self.machine = machine
        self.target = target
        self.call = call
        self.shape = call.shape(1)

    def value(self, name: str) -> Any:
        """An attribute, resolved; None where it was not given."""
        found = resolve(copies.read_attribute(self.machine, self.target, name), self.machine.path)
        return None if found is UNBOUND else found

    def plain(self, name: str) -> Any:
        """An attribute that is a constant or a tuple of constants; None where it is not known."""
        value = self.value(name)
        return None if value is None else plain(self.machine, value)

    def number(self, name: str, default: int | None = None) -> int | None:
        """An attribute that is a whole number."""
        if self.value(name) is None:
            return default
        found = self.plain(name)
        return found if isinstance(found, int) and not isinstance(found, bool) else None


Rule = Callable[[Module], Any]


def result_of(name: str, module: Module) -> Any:
    """What a module gives: a Shape, a list of them, or None where it is not known."""
    rule = _RULES.get(name)
    if rule is not None:
        return rule(module)
    if name.startswith(_AS_INPUT) or operations.of_module(name) == SAME:
        return module.shape
    return None


def _linear(module: Module) -> Shape | None:
    return None if module.shape is None else (*module.shape[:-1], module.number("out_features"))


def _flatten(module: Module) -> Shape | None:
    start, end = module.number("start_dim", 1), module.number("end_dim", -1)
    return None if start is None or end is None else shapes.flattened(module.shape, start, end)


def _unflatten(module: Module) -> Shape | None:
    sizes = module.plain("unflattened_size")
    return shapes.unflattened(module.shape, module.number("dim"), sizes if isinstance(sizes, tuple) else None)


def _adaptive(rank: int) -> Rule:
    def rule(module: Module) -> Any:
        sizes = optional_sizes(module.machine, module.value("output_size"), rank)
        found = None if sizes is None else shapes.adaptive(module.shape, sizes, rank)
        indices = module.value("return_indices")
        return found if indices is None or module.plain("return_indices") is False else [found, found]

    return rule


def _pixels(name: str, up: bool) -> Rule:
    def rule(module: Module) -> Shape | None:
        factor = module.number(name)
        return None if factor is None else shapes.shuffled(module.shape, factor, up)

    return rule


def _upsample(module: Module) -> Shape | None:
    sizes, scale = module.plain("size"), module.plain("scale_factor")
    if sizes is not None:
        sizes = sizes if isinstance(sizes, tuple) else (sizes,)
        return shapes.resized(module.shape, sizes, None) if all(isinstance(each, int) for each in sizes) else None
    return shapes.resized(module.shape, None, shapes.factors(scale)) if scale is not None else None


def _pad(rank: int) -> Rule:
    def rule(module: Module) -> Shape | None:
        padding = module.plain("padding")
        padding = (padding,) * (2 * rank) if isinstance(padding, int) else padding
        known = isinstance(padding, tuple) and all(isinstance(each, int) for each in padding)
        return shapes.padded(module.shape, padding) if known else None

    return rule


def _attention(module: Module) -> Any:
    return [module.shape, None]


def _glu(module: Module) -> Shape | None:
    return shapes.halved(module.shape, module.number("dim", -1))


def _embedding(module: Module) -> Shape | None:
    return None if module.shape is None else (*module.shape, module.number("embedding_dim"))


_RULES: dict[str, Rule] = {
    "Linear": _linear, "LazyLinear": _linear, "Flatten": _flatten, "Unflatten": _unflatten, "Upsample": _upsample,
    "UpsamplingNearest2d": _upsample, "UpsamplingBilinear2d": _upsample, "MultiheadAttention": _attention,
    "PixelShuffle": _pixels("upscale_factor", True), "PixelUnshuffle": _pixels("downscale_factor", False),
    "GLU": _glu, "Embedding": _embedding,
}  # fmt: skip
for _rank in (1, 2, 3):
    for _kind in ("Avg", "Max"):
        _RULES[f"Adaptive{_kind}Pool{_rank}d"] = _adaptive(_rank)
    for _kind in ("Zero", "Constant", "Reflection", "Replication", "Circular"):
        _RULES[f"{_kind}Pad{_rank}d"] = _pad(_rank)

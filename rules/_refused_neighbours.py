"""What torch refuses of neighbours in an ``nn.Sequential``: channels, features and axes that disagree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from convlint.network.operations import Module, Succession

_CONVOLUTION = re.compile(r"torch\.nn\.Conv(?:Transpose)?([123])d")
_WINDOWED = re.compile(r"torch\.nn\.(BatchNorm|Conv|ConvTranspose)([123])d")
_CHANNELS_OUT = {"Conv": "out_channels", "BatchNorm": "num_features", "GroupNorm": "num_channels"}
_CHANNELS_IN = {"Conv": "in_channels", "BatchNorm": "num_features", "GroupNorm": "num_channels"}
_FEATURES_OUT = {"Linear": "out_features", "LayerNorm": "normalized_shape", "Embedding": "embedding_dim"}
_FEATURES_IN = {"Linear": "in_features", "LayerNorm": "normalized_shape"}
"""The argument that says how long the last axis is; of several normalised axes nothing is said."""
_DIVIDES = {"torch.nn.PixelShuffle": ("upscale_factor", 2), "torch.nn.ChannelShuffle": ("groups", 1)}
"""The argument of a module, to a power, that has to divide the channels which it gets."""


def neighbours(pair: Succession) -> Iterator[str]:
    """Why the second of two neighbours cannot take what the first one gives."""
    if not pair.together:
        return
    yield from _axes(pair)
    before = pair.first.op.rpartition(".")[2]
    given, wanted = _channels(pair.first, _CHANNELS_OUT), _channels(pair.second, _CHANNELS_IN)
    if pair.second.op.startswith("torch.nn.InstanceNorm") and _is_bound(pair.second):
        wanted = pair.second.arguments.get("num_features")
    features, expected = _channels(pair.first, _FEATURES_OUT), _channels(pair.second, _FEATURES_IN)
    if _is_number(features) and _is_number(expected) and features != expected:
        yield f"it expects {expected} features, and the {before} before it gives {features}"
    if _is_number(given) and _is_number(wanted) and given != wanted:
        yield f"it expects {wanted} channels, and the {before} before it gives {given}"
    name, power = _DIVIDES.get(pair.second.op, ("", 1))
    factor = pair.second.arguments.get(name)
    if _is_number(given) and _is_number(factor) and factor > 0 and given % factor**power:  # type: ignore[operator]
        of = "the square of its factor" if power == 2 else "its groups"
        yield f"{of} must divide its channels, and the {before} before it gives {given}"


def _axes(pair: Succession) -> Iterator[str]:
    """A normalisation or convolution for other numbers of axes, with or without a batch axis before them."""
    first, second = _CONVOLUTION.fullmatch(pair.first.op), _WINDOWED.fullmatch(pair.second.op)
    if first is None or second is None:
        return
    given, wanted = int(first[1]), int(second[2])
    # BatchNorm1d takes 2 or 3 axes, BatchNorm2d 4; a convolution 3 or 4; without a batch the one before gives one less.
    fewest = wanted + (2 if second[1] == "BatchNorm" and wanted > 1 else 1)
    if not {given + 1, given + 2} & {fewest, wanted + 2}:
        name = pair.first.op.rpartition(".")[2]
        yield f"it expects an input with {wanted + 2} axes, and the {name} before it gives {given + 2}"


def _channels(module: Module, names: Mapping[str, str]) -> object:
    name = module.op.removeprefix("torch.nn.")
    word = next((names[kind] for kind in names if name.startswith(kind)), None)
    return module.arguments.get(word) if word is not None else None


def _is_bound(module: Module) -> bool:
    """Whether an InstanceNorm holds something for each channel; else it takes any number of them, with a warning."""
    return module.arguments.get("affine") is True or module.arguments.get("track_running_stats") is True


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)

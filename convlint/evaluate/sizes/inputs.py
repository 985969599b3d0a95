"""The size of a network's input: what the user says, else what the network says of itself."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from convlint.evaluate.built.records import Fact, Record
from convlint.evaluate.graph.arguments import plain
from convlint.evaluate.objects import classes
from convlint.evaluate.paths import resolve
from convlint.evaluate.reuse import copies
from convlint.evaluate.sizes.arguments import values_of
from convlint.evaluate.tensors.notes import is_note
from convlint.evaluate.values import UNBOUND, Const, Dict, Instance, List, Span, Tensor, Tuple
from convlint.input_size import MAX_SIDE

SETTINGS = ("pretrained_cfg", "default_cfg")
"""Where networks of timm and its like keep what they were trained with."""
SIZE_NAMES = ("img_size", "image_size", "input_size", "in_size", "input_shape", "spatial_size")
"""What networks call the size of the image that they are made for."""
IMAGE_CHANNELS = frozenset({1, 2, 3, 4})
"""What images have. A network whose first convolution takes more is a part of one, and its input is no image."""
_CONVOLUTION = re.compile(r"torch\.nn\.(?:functional\.conv|(?:Lazy)?Conv)[123]d$")


class Given(NamedTuple):
    """The size of an input: its channels, where they are known, its spatial axes, and how many there are at once."""

    channels: int | None
    size: tuple[int, ...]
    said_by: str
    site: Span | None = None
    """The call that gives it, where it is a call of the network."""
    batch: int = 1


Wanted = tuple[tuple[int, ...], str]
"""The size that the user says, as ``input_of`` understands it, and how it was said."""


def input_of(machine: Any, target: Instance, first: Fact, wanted: Wanted | None) -> Given | None:
    """The size of the input of ``target``, whose ``first`` convolution is given.

    None where nobody says it, or where it cannot be meant for this network.
    """
    if wanted is not None:
        return _fitting(wanted[0], first, wanted[1])
    for name in SETTINGS:
        found = _entry(machine, _said(machine, target, name), "input_size")
        if isinstance(found, tuple) and len(found) == len(first.stride) + 1 and _are_sides(found):
            return Given(found[0], found[1:], f"{name}['input_size']")
    for name in SIZE_NAMES:
        value = _said(machine, target, name)
        found = plain(machine, value) if value is not UNBOUND else None
        sizes = (found,) if isinstance(found, int) and not isinstance(found, bool) else found
        if isinstance(sizes, tuple) and _are_sides(sizes):
            return _fitting(sizes, first, f"the network's {name}")
    return None


def _fitting(sizes: tuple[int, ...], first: Fact, said_by: str) -> Given | None:
    """One number for all axes, one for each, or the channels in front; only for a network that begins with an image."""
    rank, channels = len(first.stride), first.in_channels
    if channels is None:
        return None
    if len(sizes) == rank + 1:
        return Given(sizes[0], sizes[1:], said_by) if sizes[0] == channels else None
    if channels not in IMAGE_CHANNELS or len(sizes) not in (1, rank):
        return None
    return Given(channels, sizes * (rank // len(sizes)), said_by)


def first_convolution(record: Record) -> Fact | None:
    """The first convolution that is built below an activation: nearly always the one that gets the input.

    None where a condition that is not known decides which one that is: 1-d, 2-d or 3-d, for one.
    """
    found = _first_convolution(record, set())
    return found[0] if found is not None and found[1] else None


def _first_convolution(record: Record, seen: set[int]) -> tuple[Fact, bool] | None:
    """With whether it is certainly built."""
    seen.add(id(record))
    for _, child, certain in record.calls:
        if isinstance(child, Record):
            found = _first_convolution(child, seen) if id(child) not in seen else None
            if found is not None:
                return found[0], found[1] and certain
        elif not is_note(child) and _CONVOLUTION.match(child.op):
            return child, certain
    return None


def _said(machine: Any, target: Instance, name: str) -> Any:
    """An attribute of a network, or of its class; UNBOUND where there is none."""
    found = copies.read_attribute(machine, target, name)
    if found is UNBOUND:
        of_class = classes.lookup(target.cls, name)
        found = of_class if isinstance(of_class, (Const, Dict, Instance, List, Tuple)) else UNBOUND
    return found


def example_among(machine: Any, values: list[Any]) -> Tensor | None:
    """A tensor of known shape among arguments; also the one that a tuple of numbers describes: ``(3, 224, 224)``."""
    for value in values:
        found = resolve(value, machine.path)
        items = found.items if isinstance(found, (Tuple, List)) and isinstance(found.items, (tuple, list)) else [found]
        for item in items:
            if isinstance(item, Tensor) and item.shape is not None:
                return item
        sizes = plain(machine, found)
        if isinstance(sizes, tuple) and len(sizes) in (3, 4) and _is_image(sizes[-3:]):
            return Tensor(values_of((1, *sizes[-3:])))
    return None


def _is_image(sizes: tuple[Any, ...]) -> bool:
    return _are_sides(sizes) and sizes[0] in IMAGE_CHANNELS and min(sizes[1:]) > max(IMAGE_CHANNELS)


def _entry(machine: Any, value: Any, name: str) -> Any:
    """What an object or a dict holds under a name, as plain numbers."""
    value = resolve(value, machine.path)
    if isinstance(value, Dict):
        found = next((item for _, key, item in machine.entries(value) if getattr(key, "value", None) == name), None)
    elif isinstance(value, Instance):
        found = copies.read_attribute(machine, value, name)
    else:
        return None
    return plain(machine, found) if found is not None and found is not UNBOUND else None


def _are_sides(sizes: tuple[Any, ...]) -> bool:
    return bool(sizes) and all(
        isinstance(size, int) and not isinstance(size, bool) and 0 < size <= MAX_SIDE for size in sizes
    )

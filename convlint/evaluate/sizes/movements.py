"""The shapes that torch's movements of values give: views, transpositions, repetitions, padding."""

from __future__ import annotations

from convlint.evaluate.sizes import shapes
from convlint.evaluate.sizes.arguments import Call, Rule
from convlint.evaluate.sizes.shapes import Shape


def _view(call: Call) -> Shape | None:
    sizes = call.sizes(1, "shape", "size")
    return None if sizes is None else shapes.reshaped(call.shape(0), sizes)


def _flatten(call: Call) -> Shape | None:
    start, end = call.number(1, "start_dim", default=0), call.number(2, "end_dim", default=-1)
    return None if start is None or end is None else shapes.flattened(call.shape(0), start, end)


def _permute(call: Call) -> Shape | None:
    order = call.numbers(1, "dims")
    return None if order is None else shapes.permuted(call.shape(0), order)


def _transpose(call: Call) -> Shape | None:
    one = call.number(1, "dim0", "axis0")
    other = call.number(2, "dim1", "axis1")
    return None if one is None or other is None else shapes.swapped(call.shape(0), one, other)


def _t(call: Call) -> Shape | None:
    shape = call.shape(0)
    return None if shape is None else shape[::-1] if len(shape) < 3 else None


def _movedim(call: Call) -> Shape | None:
    source, target = call.plain(1, "source"), call.plain(2, "destination")
    pair = [(each,) if isinstance(each, int) else each for each in (source, target)]
    return shapes.moved(call.shape(0), *pair) if all(isinstance(each, tuple) for each in pair) else None


def _unsqueeze(call: Call) -> Shape | None:
    place = call.number(1, "dim")
    return None if place is None else shapes.with_axis(call.shape(0), place)


def _squeeze(call: Call) -> Shape | None:
    if call.value(1, "dim") is None:
        return shapes.squeezed(call.shape(0), None)
    places = call.numbers(1, "dim")
    return None if places is None else shapes.squeezed(call.shape(0), places)


def _unflatten(call: Call) -> Shape | None:
    return shapes.unflattened(call.shape(0), call.number(1, "dim"), call.sizes(2, "sizes"))


def _expand(call: Call) -> Shape | None:
    sizes = call.sizes(1, "size")
    return None if sizes is None else shapes.expanded(call.shape(0), sizes)


def _repeat(call: Call) -> Shape | None:
    times = call.sizes(1, "repeats")
    return None if times is None else shapes.repeated(call.shape(0), times)


def _tile(call: Call) -> Shape | None:
    shape, times = call.shape(0), call.sizes(1, "dims")
    if shape is None or times is None:
        return None
    return shapes.repeated(shape, ((1,) * (len(shape) - len(times)) + times))


def _repeat_interleave(call: Call) -> Shape | None:
    shape, times, place = call.shape(0), call.number(1, "repeats"), call.number(2, "dim")
    if call.value(2, "dim") is None:
        total = shapes.elements(shape)
        return None if total is None or times is None else (total * times,)
    at = shapes.axis(place, len(shape)) if shape is not None and place is not None else None
    if shape is None or at is None or times is None:
        return None
    size = shape[at]
    return shapes.with_size(shape, at, None if size is None else size * times)


def _unfold_axis(call: Call) -> Shape | None:
    """``tensor.unfold(dim, size, step)``: the windows of one axis, and in a new last one what is in them."""
    shape, place = call.shape(0), call.number(1, "dimension")
    size, step = call.number(2, "size"), call.number(3, "step")
    at = shapes.axis(place, len(shape)) if shape is not None and place is not None else None
    if shape is None or at is None or size is None or not step:
        return None
    before = shape[at]
    found = shapes.with_size(shape, at, None if before is None else (before - size) // step + 1)
    return None if found is None else (*found, size)


def _pad(call: Call) -> Shape | None:
    padding = call.numbers(1, "pad")
    return None if padding is None else shapes.padded(call.shape(0), padding)


def _pixels(up: bool) -> Rule:
    def rule(call: Call) -> Shape | None:
        factor = call.number(1, "upscale_factor", "downscale_factor")
        return None if factor is None else shapes.shuffled(call.shape(0), factor, up)

    return rule


def _expand_as(call: Call) -> Shape | None:
    return call.shape(1, "other")


def _complex(call: Call) -> Shape | None:
    shape = call.shape(0)
    return None if shape is None else shape[:-1]


def _pairs(call: Call) -> Shape | None:
    shape = call.shape(0)
    return None if shape is None else (*shape, 2)


RULES: dict[str, Rule] = {
    "view": _view, "reshape": _view, "flatten": _flatten, "permute": _permute, "transpose": _transpose,
    "swapaxes": _transpose, "swapdims": _transpose, "t": _t, "movedim": _movedim, "moveaxis": _movedim,
    "unsqueeze": _unsqueeze, "squeeze": _squeeze, "unflatten": _unflatten, "expand": _expand, "repeat": _repeat,
    "tile": _tile, "repeat_interleave": _repeat_interleave, "expand_as": _expand_as, "view_as": _expand_as,
    "reshape_as": _expand_as, "broadcast_to": _expand, "ravel": _flatten, "unfold_axis": _unfold_axis, "pad": _pad,
    "pixel_shuffle": _pixels(True), "pixel_unshuffle": _pixels(False), "view_as_complex": _complex,
    "view_as_real": _pairs,
}  # fmt: skip

"""The shapes that joining tensors and taking them apart gives."""

from __future__ import annotations

from itertools import pairwise

from convlint.evaluate.sizes import shapes
from convlint.evaluate.sizes.arguments import Call, Rule, Several
from convlint.evaluate.sizes.shapes import Shape


def _cat(call: Call) -> Shape | None:
    place = call.number(1, "dim", "axis", default=0)
    return None if place is None else shapes.joined(call.shapes_in(0, "tensors"), place)


def _stack(call: Call) -> Shape | None:
    given, place = call.shapes_in(0, "tensors"), call.number(1, "dim", default=0)
    if not given or place is None:
        return None
    merged = given[0]
    for each in given[1:]:
        merged = shapes.same(merged, each)
    return shapes.with_axis(merged, place, len(given))


def _cut(call: Call, sizes: tuple[int, ...] | None, at: int) -> Several | None:
    shape, place = call.shape(0), call.number(at, "dim", default=0)
    if shape is None or place is None or sizes is None:
        return None
    return [shapes.with_size(shape, place, size) for size in sizes]


def _size_at(call: Call, at: int) -> int | None:
    shape, place = call.shape(0), call.number(at, "dim", default=0)
    where = shapes.axis(place, len(shape)) if shape is not None and place is not None else None
    return shape[where] if shape is not None and where is not None else None


def _chunk(call: Call) -> Several | None:
    count = call.number(1, "chunks")
    return None if count is None else _cut(call, shapes.pieces(_size_at(call, 2), count), 2)


def _split(call: Call) -> Several | None:
    given = call.plain(1, "split_size", "split_size_or_sections", "split_sizes")
    if isinstance(given, int):
        return _cut(call, shapes.portions(_size_at(call, 2), given), 2)
    return _cut(call, given, 2) if isinstance(given, tuple) and all(isinstance(each, int) for each in given) else None


def _tensor_split(call: Call) -> Several | None:
    given, size = call.plain(1, "indices_or_sections", "indices", "sections"), _size_at(call, 2)
    if size is None or given is None:
        return None
    if isinstance(given, int):
        if not 0 < given <= shapes.MAX_PIECES:
            return None
        least, more = divmod(size, given)
        return _cut(call, tuple(least + (index < more) for index in range(given)), 2)
    edges = [0, *(min(each, size) for each in given if isinstance(each, int) and each >= 0), size]
    if len(edges) != len(given) + 2 or edges != sorted(edges):
        return None
    return _cut(call, tuple(after - before for before, after in pairwise(edges)), 2)


def _unbind(call: Call) -> Several | None:
    shape, place = call.shape(0), call.number(1, "dim", default=0)
    at = shapes.axis(place, len(shape)) if shape is not None and place is not None else None
    if shape is None or at is None or not 0 < (shape[at] or 0) <= shapes.MAX_PIECES:
        return None
    return [shapes.without(shape, (at,))] * shape[at]  # type: ignore[operator]


def _select(call: Call) -> Shape | None:
    place = call.number(1, "dim")
    return None if place is None else shapes.without(call.shape(0), (place,))


def _narrow(call: Call) -> Shape | None:
    place = call.number(1, "dim")
    return None if place is None else shapes.with_size(call.shape(0), place, call.number(3, "length"))


def _chosen(call: Call) -> Shape | None:
    place, index = call.number(1, "dim"), call.shape(2, "index")
    size = index[0] if index is not None and len(index) == 1 else None
    return None if place is None else shapes.with_size(call.shape(0), place, size)


RULES: dict[str, Rule] = {
    "cat": _cat, "concat": _cat, "concatenate": _cat, "stack": _stack, "chunk": _chunk, "split": _split,
    "split_with_sizes": _split, "unsafe_chunk": _chunk, "unsafe_split": _split, "unbind": _unbind,
    "tensor_split": _tensor_split, "select": _select, "narrow": _narrow, "index_select": _chosen,
}  # fmt: skip

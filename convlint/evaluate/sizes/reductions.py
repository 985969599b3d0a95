"""The shapes that torch's reductions and searches along axes give."""

from __future__ import annotations

from typing import Any

from convlint.evaluate.sizes import shapes
from convlint.evaluate.sizes.arguments import Call, Rule, Several
from convlint.evaluate.sizes.shapes import Shape
from convlint.evaluate.values import Tensor


def _reduced(call: Call) -> Any:
    """A reduction; ``max`` and ``min`` along one axis give values and places."""
    if call.value(1, "dim", "axis") is None:
        return shapes.without(call.shape(0), None)
    return _without(call, 1, 2)


def _without(call: Call, dim: int, keepdim: int) -> Shape | None:
    places, keep = call.axes(dim, "dim", "axis"), call.flag(keepdim, "keepdim", "keepdims")
    return None if places is None or keep is None else shapes.without(call.shape(0), places, keep)


def _extreme(call: Call) -> Any:
    other = call.value(1, "other")
    if isinstance(other, Tensor):
        return shapes.broadcast(call.shapes())
    found = _reduced(call)
    return found if call.value(1, "dim") is None else [found, found]


def _deviation(call: Call) -> Shape | None:
    """``var(dim, unbiased, keepdim)``, where ``unbiased`` may stand alone."""
    if call.value(1, "dim", "axis") is None or isinstance(call.plain(1, "dim", "axis"), bool):
        return shapes.without(call.shape(0), None)
    return _without(call, 1, 3)


def _spread(call: Call) -> Several:
    found = _deviation(call)
    return [found, found]


def _norm(call: Call) -> Shape | None:
    if call.value(2, "dim") is None:
        return shapes.without(call.shape(0), None)
    return _without(call, 2, 3)


def _similarity(call: Call) -> Shape | None:
    place = call.number(2, "dim", default=1)
    both = shapes.broadcast([call.shape(0, "x1"), call.shape(1, "x2")])
    return None if place is None else shapes.without(both, (place,))


def _where(call: Call) -> Shape | None:
    """Of a condition alone it gives the places where that is true, and nobody knows how many these are."""
    if call.value(1, "self", "input") is None or call.value(2, "other") is None:
        return None
    return shapes.broadcast(call.shapes())


def _topk(call: Call) -> Several:
    shape, count, place = call.shape(0), call.number(1, "k"), call.number(2, "dim", default=-1)
    found = shapes.with_size(shape, place, count) if place is not None else None
    return [found, found]


def _sorted(call: Call) -> Several:
    return [call.shape(0), call.shape(0)]


RULES: dict[str, Rule] = {
    "max": _extreme, "min": _extreme, "norm": _norm, "logsumexp": _reduced, "var": _deviation, "std": _deviation,
    "median": _extreme, "nanmedian": _extreme, "cummax": _sorted, "cummin": _sorted, "where": _where,
    "cosine_similarity": _similarity, "var_mean": _spread, "std_mean": _spread, "topk": _topk, "sort": _sorted,
}  # fmt: skip
RULES |= dict.fromkeys(
    ("mean", "sum", "amax", "amin", "any", "all", "argmax", "argmin", "prod", "nanmean", "nansum"), _reduced
)

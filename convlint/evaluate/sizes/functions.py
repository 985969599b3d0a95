"""The shapes that torch's functions and methods of tensors give, by their names."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from convlint.evaluate.graph import operations
from convlint.evaluate.graph.nodes import SAME
from convlint.evaluate.notes import factors
from convlint.evaluate.sizes import shapes
from convlint.evaluate.sizes.arguments import Call, optional_sizes
from convlint.evaluate.sizes.einsum import einsum
from convlint.evaluate.sizes.shapes import Shape
from convlint.evaluate.values import List, Tensor, Tuple

Several = list[Shape | None]
"""The shapes of a tuple of results."""
Rule = Callable[[Call], Any]
"""Gives a Shape, Several, or None where nothing is known."""

_AS_FIRST = frozenset(
    """softmax log_softmax softmin gumbel_softmax normalize batch_norm layer_norm rms_norm group_norm instance_norm
    prelu dropout dropout1d dropout2d dropout3d alpha_dropout feature_alpha_dropout local_response_norm cumsum cumprod
    logcumsumexp flip roll triu tril detach clone contiguous to type type_as fill zeros_like ones_like
    empty_like full_like rand_like randn_like randint_like channel_shuffle native_channel_shuffle requires_grad_
    data real imag scatter scatter_add index_add lp_normalize argsort renorm copy_ erfinv trunc_normal_
    uniform_ normal_ zero_ leaky_relu elu celu threshold hardtanh rrelu logit""".split()
)
"""What gives as many values as its first operand holds, in the same places."""


def result_of(name: str, call: Call) -> Any:
    """What a function or method gives: a Shape, or Several, or None where it is not known."""
    plain = name[:-1] if name.endswith("_") and not name.endswith("__") else name
    rule = _RULES.get(name) or _RULES.get(plain)
    if rule is not None:
        return rule(call)
    if name in _AS_FIRST or plain in _AS_FIRST:
        return call.shape(0)
    if operations.of_function(name) == SAME:
        found = shapes.broadcast(call.shapes())
        return shapes.beside_unknown(found) if call.has_unknown() else found
    return None


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
    shape, place, sizes = call.shape(0), call.number(1, "dim"), call.sizes(2, "sizes")
    at = shapes.axis(place, len(shape)) if shape is not None and place is not None else None
    if shape is None or at is None or sizes is None:
        return None
    inner = shapes.reshaped((shape[at],), sizes)
    return None if inner is None else (*shape[:at], *inner, *shape[at + 1 :])


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


def _matmul(call: Call) -> Shape | None:
    return shapes.product(call.shape(0, "input", "self"), call.shape(1, "other", "mat2", "vec", "tensor"))


def _added_product(call: Call) -> Shape | None:
    return shapes.product(call.shape(1, "batch1", "mat1"), call.shape(2, "batch2", "mat2"))


def _einsum(call: Call) -> Shape | None:
    equation = call.plain(0, "equation")
    given = call.shapes_in(1) if isinstance(call.value(1), (List, Tuple)) else call.shapes()
    return einsum(equation, given)[0] if isinstance(equation, str) else None


def _attention(call: Call) -> Shape | None:
    query, value = call.shape(0, "query"), call.shape(2, "value")
    return None if query is None or value is None else (*query[:-1], value[-1])


def _linear(call: Call) -> Shape | None:
    shape, weight = call.shape(0), call.shape(1, "weight")
    return None if shape is None or weight is None else (*shape[:-1], *weight[:-1])


def _embedding(call: Call) -> Shape | None:
    places, weight = call.shape(0), call.shape(1, "weight")
    return None if places is None or weight is None else (*places, weight[-1])


def _pad(call: Call) -> Shape | None:
    padding = call.numbers(1, "pad")
    return None if padding is None else shapes.padded(call.shape(0), padding)


def _interpolate(call: Call) -> Shape | None:
    size, factor = call.value(1, "size"), call.plain(2, "scale_factor")
    sizes = call.plain(1, "size")
    if sizes is not None:
        sizes = sizes if isinstance(sizes, tuple) else (sizes,)
        return shapes.resized(call.shape(0), sizes, None) if all(isinstance(each, int) for each in sizes) else None
    if size is not None and getattr(size, "value", size) is not None:
        return None
    scale = factors(factor) if factor is not None else None
    return shapes.resized(call.shape(0), None, scale)


def _pixels(up: bool) -> Rule:
    def rule(call: Call) -> Shape | None:
        factor = call.number(1, "upscale_factor", "downscale_factor")
        return None if factor is None else shapes.shuffled(call.shape(0), factor, up)

    return rule


def _adaptive(rank: int) -> Rule:
    def rule(call: Call) -> Shape | None:
        sizes = optional_sizes(call.machine, call.value(1, "output_size"), rank)
        return None if sizes is None else shapes.adaptive(call.shape(0), sizes, rank)

    return rule


def _adaptive_max(rank: int) -> Rule:
    pool = _adaptive(rank)

    def rule(call: Call) -> Any:
        found, two = pool(call), call.flag(2, "return_indices")
        return None if two is None else [found, found] if two else found

    return rule


def _glu(call: Call) -> Shape | None:
    shape, place = call.shape(0), call.number(1, "dim", default=-1)
    at = shapes.axis(place, len(shape)) if shape is not None and place is not None else None
    if shape is None or at is None:
        return None
    size = shape[at]
    return shapes.with_size(shape, at, None if size is None else size // 2)


def _grid_sample(call: Call) -> Shape | None:
    shape, grid = call.shape(0), call.shape(1, "grid")
    return None if shape is None or grid is None else (*shape[:2], *grid[1:-1])


def _fold(call: Call) -> Shape | None:
    shape, sizes, kernel = call.shape(0), call.plain(1, "output_size"), call.plain(2, "kernel_size")
    pair = [(each, each) if isinstance(each, int) else each for each in (sizes, kernel)]
    if shape is None or len(shape) != 3 or shape[1] is None or any(not isinstance(each, tuple) for each in pair):
        return None
    return (shape[0], shape[1] // (pair[1][0] * pair[1][1]), *pair[0])


def _new(call: Call) -> Shape | None:
    sizes = call.sizes(1, "size")
    return None if sizes is None or any(size is not None and size < 0 for size in sizes) else sizes


def _expand_as(call: Call) -> Shape | None:
    return call.shape(1, "other")


def _one_hot(call: Call) -> Shape | None:
    shape = call.shape(0)
    return None if shape is None else (*shape, call.number(1, "num_classes"))


def _as_grid(call: Call) -> Several | None:
    given = call.shapes_in(0) or call.shapes()
    if any(shape is None or len(shape) != 1 for shape in given):
        return None
    sizes = [shape[0] for shape in given if shape is not None]
    if call.plain(len(call.args.positional), "indexing") == "xy" and len(sizes) > 1:
        sizes[:2] = sizes[1::-1]
    return [tuple(sizes)] * len(given)


def _complex(call: Call) -> Shape | None:
    shape = call.shape(0)
    return None if shape is None else shape[:-1]


def _pairs(call: Call) -> Shape | None:
    shape = call.shape(0)
    return None if shape is None else (*shape, 2)


_RULES: dict[str, Rule] = {
    "view": _view, "reshape": _view, "flatten": _flatten, "permute": _permute, "transpose": _transpose,
    "swapaxes": _transpose, "swapdims": _transpose, "t": _t, "movedim": _movedim, "moveaxis": _movedim,
    "unsqueeze": _unsqueeze, "squeeze": _squeeze, "unflatten": _unflatten, "expand": _expand, "repeat": _repeat,
    "tile": _tile, "repeat_interleave": _repeat_interleave, "expand_as": _expand_as, "view_as": _expand_as,
    "reshape_as": _expand_as, "broadcast_to": _expand, "max": _extreme, "min": _extreme, "norm": _norm,
    "ravel": _flatten,
    "logsumexp": _reduced, "var": _deviation, "std": _deviation, "median": _extreme, "nanmedian": _extreme,
    "cummax": _sorted, "cummin": _sorted, "where": _where, "cosine_similarity": _similarity,
    "unfold_axis": _unfold_axis, "mv": _matmul, "dot": _matmul, "var_mean": _spread, "std_mean": _spread, "topk": _topk,
    "sort": _sorted, "cat": _cat, "concat": _cat, "concatenate": _cat, "stack": _stack, "chunk": _chunk,
    "split": _split, "split_with_sizes": _split, "unsafe_chunk": _chunk, "unsafe_split": _split, "unbind": _unbind,
    "tensor_split": _tensor_split,
    "select": _select, "narrow": _narrow, "index_select": _chosen, "matmul": _matmul, "bmm": _matmul, "mm": _matmul,
    "baddbmm": _added_product, "addmm": _added_product, "einsum": _einsum, "linear": _linear, "pad": _pad,
    "scaled_dot_product_attention": _attention, "embedding": _embedding, "interpolate": _interpolate,
    "upsample": _interpolate, "pixel_shuffle": _pixels(True), "pixel_unshuffle": _pixels(False), "glu": _glu,
    "grid_sample": _grid_sample, "fold": _fold, "new_zeros": _new, "new_ones": _new, "new_empty": _new,
    "new_full": _new, "one_hot": _one_hot, "meshgrid": _as_grid, "view_as_complex": _complex, "view_as_real": _pairs,
}  # fmt: skip
_RULES |= dict.fromkeys(
    ("mean", "sum", "amax", "amin", "any", "all", "argmax", "argmin", "prod", "nanmean", "nansum"), _reduced
)
_RULES["gather"] = lambda call: call.shape(2, "index")
for _rank in (1, 2, 3):
    _RULES[f"adaptive_avg_pool{_rank}d"] = _adaptive(_rank)
    _RULES[f"adaptive_max_pool{_rank}d"] = _adaptive_max(_rank)

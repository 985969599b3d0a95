"""The shapes that torch's functions and methods of tensors give, by their names."""

from __future__ import annotations

from typing import Any

from convlint.evaluate.graph import operations
from convlint.evaluate.graph.nodes import SAME
from convlint.evaluate.sizes import movements, pieces, reductions, shapes
from convlint.evaluate.sizes.arguments import Call, Rule, Several, optional_sizes
from convlint.evaluate.sizes.einsum import einsum
from convlint.evaluate.sizes.shapes import Shape
from convlint.evaluate.values import List, Tuple

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


def _interpolate(call: Call) -> Shape | None:
    size, factor = call.value(1, "size"), call.plain(2, "scale_factor")
    sizes = call.plain(1, "size")
    if sizes is not None:
        sizes = sizes if isinstance(sizes, tuple) else (sizes,)
        return shapes.resized(call.shape(0), sizes, None) if all(isinstance(each, int) for each in sizes) else None
    if size is not None and getattr(size, "value", size) is not None:
        return None
    scale = shapes.factors(factor) if factor is not None else None
    return shapes.resized(call.shape(0), None, scale)


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
    return shapes.halved(call.shape(0), call.number(1, "dim", default=-1))


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


_RULES: dict[str, Rule] = {
    "mv": _matmul, "dot": _matmul, "matmul": _matmul, "bmm": _matmul, "mm": _matmul, "baddbmm": _added_product,
    "addmm": _added_product, "einsum": _einsum, "linear": _linear, "scaled_dot_product_attention": _attention,
    "embedding": _embedding, "interpolate": _interpolate, "upsample": _interpolate, "glu": _glu,
    "grid_sample": _grid_sample, "fold": _fold, "new_zeros": _new, "new_ones": _new, "new_empty": _new,
    "new_full": _new, "one_hot": _one_hot, "meshgrid": _as_grid,
}  # fmt: skip
_RULES |= movements.RULES | reductions.RULES | pieces.RULES
_RULES["gather"] = lambda call: call.shape(2, "index")
for _rank in (1, 2, 3):
    _RULES[f"adaptive_avg_pool{_rank}d"] = _adaptive(_rank)
    _RULES[f"adaptive_max_pool{_rank}d"] = _adaptive_max(_rank)

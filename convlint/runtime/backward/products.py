"""Matrix products and attention, and how many multiply-accumulates every operation does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

from convlint.runtime.backward.contribution import Contribution, Rule
from convlint.runtime.masks import Levels, any_over, full
from convlint.runtime.tape import Op, Ref

ATTENTION = "aten._scaled_dot_product_"


def matrix_product(op: Op, out: Sequence[Levels]) -> Iterator[Contribution]:
    """Row i, column j of the result reads row i of the left and column j of the right factor."""
    left, right = _FACTORS[op.name]
    yield op.tensor(left), any_over(out[0], (-1,))
    yield op.tensor(right), any_over(out[0], (-2,))
    if op.name in ("aten.addmm", "aten.baddbmm", "aten._addmm_activation"):
        yield from added(op.tensor("self"), out[0])


def matrix_vector(op: Op, out: Sequence[Levels]) -> Iterator[Contribution]:
    """Row i of the result reads row i of the matrix, and the whole vector."""
    levels = out[0]
    rows = levels if isinstance(levels, int) else levels.unsqueeze(-1)
    yield op.tensor("mat" if op.name == "aten.addmv" else "self"), rows
    yield op.tensor("vec"), levels if isinstance(levels, int) else int(levels.max())
    if op.name == "aten.addmv":
        yield from added(op.tensor("self"), levels)


def attention(op: Op, out: Sequence[Levels]) -> Iterator[Contribution]:
    """A row of the result reads its query, all keys, and its column of all values."""
    levels = out[0]
    rows = any_over(levels, (-1,))
    keys = rows if isinstance(rows, int) else _grouped(any_over(rows, (-2,)), op.tensor("key"))
    columns = levels if isinstance(levels, int) else _grouped(any_over(levels, (-2,)), op.tensor("value"))
    yield op.tensor("query"), rows
    yield op.tensor("key"), keys
    yield op.tensor("value"), columns
    for name in ("attn_mask", "attn_bias"):
        if isinstance(op.arguments.get(name), Ref):
            yield from added(op.tensor(name), rows)


def _grouped(levels: Levels, target: Ref) -> Levels:
    """Where several query heads share a key head, the greatest of theirs."""
    if isinstance(levels, int) or levels.shape[1] in (1, target.size[1]):
        return levels
    heads = levels.shape[1] // target.size[1]
    return levels.reshape(levels.shape[0], target.size[1], heads, *levels.shape[2:]).amax(2)


def added(ref: Ref, levels: Levels) -> Iterator[Contribution]:
    """For something added to a result with broadcasting."""
    yield ref, unbroadcast(levels, ref.size)


def unbroadcast(levels: Levels, size: Sequence[int]) -> Levels:
    """The greatest level over the axes along which a tensor of ``size`` was repeated."""
    if isinstance(levels, int):
        return levels
    if levels.dim() > len(size):
        lead = levels.dim() - len(size)
        levels = levels.reshape(-1, *levels.shape[lead:]).amax(0) if lead else levels
    axes = [a for a in range(-len(size), 0) if -a <= levels.dim() and size[a] == 1 and levels.shape[a] != 1]
    return levels.amax(tuple(axes), keepdim=True) if axes else levels


def macs_of(op: Op, levels: Sequence[Levels]) -> tuple[int, int, int] | None:
    """Multiply-accumulates of an operation: all, those whose results have level 0, those with level 1.

    A convolution does Ci/groups * prod(k) for each output, a matrix product as many as the factors' common size, and
    attention d for each query and key, and again for each column of the values. None for what multiplies nothing.
    """
    result = op.outputs[0] if op.outputs else None
    if result is None or not levels:
        return None
    if op.name == "aten.convolution":
        weight = op.tensor("weight").size
        if op.arguments["transposed"]:
            # Each input meets prod(k) * Co/groups weights; spread over the outputs.
            total = op.tensor("input").numel * prod(weight[1:])
            return _shares(total, result, levels[0])
        return _shares(result.numel * prod(weight[1:]), result, levels[0])
    if op.name in _FACTORS:
        return _shares(result.numel * op.tensor(_FACTORS[op.name][0]).size[-1], result, levels[0])
    if op.name in ("aten.mv", "aten.addmv"):
        return _shares(result.numel * op.tensor("vec").size[0], result, levels[0])
    if op.name.startswith(ATTENTION) and "backward" not in op.name:
        return _attention_macs(op, result, levels[0])
    return None


def _attention_macs(op: Op, result: Ref, levels: Levels) -> tuple[int, int, int]:
    query, key = op.tensor("query"), op.tensor("key")
    rows = any_over(full(levels, result.size), (-1,))
    products = query.numel * key.size[-2]
    first = _shares(products, Ref(0, tuple(rows.shape), (), 0, 4, True), rows)  # type: ignore[union-attr]
    second = _shares(result.numel * key.size[-2], result, levels)
    return first[0] + second[0], first[1] + second[1], first[2] + second[2]


def _shares(total: int, result: Ref, levels: Levels) -> tuple[int, int, int]:
    """The total, and its parts by the level of the result's elements."""
    if isinstance(levels, int):
        return total, total if levels == 0 else 0, total if levels == 1 else 0
    wide = full(levels, result.size)
    dead, gate = int((wide == 0).sum()), int((wide == 1).sum())
    return total, total * dead // result.numel, total * gate // result.numel


_FACTORS = {
    "aten.mm": ("self", "mat2"),
    "aten.bmm": ("self", "mat2"),
    "aten.addmm": ("mat1", "mat2"),
    "aten.baddbmm": ("batch1", "batch2"),
    "aten._addmm_activation": ("mat1", "mat2"),
}
RULES: dict[str, Rule] = {
    **dict.fromkeys(_FACTORS, matrix_product),
    "aten.mv": matrix_vector,
    "aten.addmv": matrix_vector,
}

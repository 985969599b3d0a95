"""Multiply-accumulates of operations other than sliding windows, from the shapes of what they take and give."""

from __future__ import annotations

from math import prod

from convlint.evaluate.sizes.arguments import Call
from convlint.evaluate.sizes.einsum import einsum
from convlint.evaluate.sizes.shapes import Shape, elements
from convlint.evaluate.values import List, Tuple


def of_function(name: str, call: Call, given: Shape | None) -> int | None:
    """What a function or method multiplies to give ``given``: 0 where it multiplies no matrices, None if unknown."""
    plain = name[:-1] if name.endswith("_") else name
    if plain in ("matmul", "bmm", "mm", "mv", "@"):
        return matrices(call.shape(0, "input", "self"), given)
    if plain in ("baddbmm", "addmm"):
        return matrices(call.shape(1, "batch1", "mat1"), given)
    if plain == "linear":
        return matrices(call.shape(0), given)
    if plain == "einsum":
        equation = call.plain(0, "equation")
        shapes = call.shapes_in(1) if isinstance(call.value(1), (List, Tuple)) else call.shapes()
        return einsum(equation, shapes)[1] if isinstance(equation, str) and len(shapes) > 1 else None
    if plain == "scaled_dot_product_attention":
        return attention(call.shape(0, "query"), call.shape(1, "key"), call.shape(2, "value"))
    return 0


def of_module(name: str, shape: Shape | None, given: Shape | None) -> int | None:
    """What a module multiplies for an input of ``shape``; 0 where it multiplies no matrices, None if unknown."""
    if name in ("Linear", "LazyLinear"):
        return matrices(shape, given)
    if name == "MultiheadAttention":
        return _heads(shape)
    return 0


def matrices(left: Shape | None, given: Shape | None) -> int | None:
    """A product whose left factor is ``left``: as many for each value as that has columns."""
    total = elements(given)
    return None if left is None or not left or left[-1] is None or total is None else total * left[-1]


def attention(query: Shape | None, key: Shape | None, value: Shape | None) -> int | None:
    """softmax(Q K^T) V: two products (torch.nn.functional.scaled_dot_product_attention)."""
    if query is None or key is None or value is None or min(len(query), len(key), len(value)) < 2:
        return None
    sizes = (*query[:-1], key[-2], query[-1])
    others = (*query[:-1], key[-2], value[-1])
    if None in sizes or None in others:
        return None
    return prod(sizes) + prod(others)  # type: ignore[arg-type]


def _heads(shape: Shape | None) -> int | None:
    """Self-attention on (L, N, E) or (N, L, E) is not told apart where one of them is 1: projections, two products."""
    if shape is None or len(shape) != 3 or None in shape:
        return None
    a, b, width = shape
    length = max(a, b) if min(a, b) == 1 else None  # type: ignore[type-var]
    return None if length is None or width is None else 4 * length * width * width + 2 * length * length * width

"""torch.einsum: the shape of the result, and how many products are summed for it."""

from __future__ import annotations

from collections.abc import Sequence

from convlint.evaluate.sizes.shapes import Axis, Shape, elements

FRONT = "*"
"""Stands for the axes of an ellipsis, in numbered names."""


def einsum(equation: str, given: Sequence[Shape | None]) -> tuple[Shape | None, int | None]:
    """The result's shape and the number of multiply-accumulates: the product over all indices that occur."""
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != len(given):
        return None, None
    sizes: dict[str, Axis] = {}
    front: list[str] = []
    for term, shape in zip(terms, given, strict=True):
        names = _names(term, shape)
        if names is None or shape is None:
            return None, None
        for name, size in zip(names, shape, strict=True):
            if sizes.get(name) in (None, 1):
                sizes[name] = size
        front = max(front, [name for name in names if name.startswith(FRONT)], key=len)
    letters = [name for term in terms for name in term.replace("...", "")]
    once = sorted(name for name in set(letters) if letters.count(name) == 1)
    wanted = [*front, *once] if not arrow else _wanted(right, front)
    if any(name not in sizes for name in wanted):
        return None, None
    return tuple(sizes[name] for name in wanted), elements(tuple(sizes.values()))


def _names(term: str, shape: Shape | None) -> list[str] | None:
    """The index of each axis of an operand."""
    before, dots, after = term.partition("...")
    if shape is None:
        return None
    missing = len(shape) - len(before) - len(after)
    if missing < 0 or (missing and not dots):
        return None
    return [*before, *(f"{FRONT}{place}" for place in range(-missing, 0)), *after]


def _wanted(right: str, front: list[str]) -> list[str]:
    before, dots, after = right.partition("...")
    return [*before, *(front if dots else ()), *after]

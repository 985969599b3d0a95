"""Shapes of results from shapes of operands: pure functions over plain tuples, None for an axis that is not known."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, prod

from convlint.network.geometry import output_size, pool_output_size

Axis = int | None
Shape = tuple[Axis, ...]
"""One number for each axis of a tensor, the batch first. A shape of which not even the rank is known is None."""

MAX_PIECES = 4096
"""Into more pieces no tensor is cut; the axes of images have no more positions."""


def elements(shape: Shape | None) -> int | None:
    """How many values a tensor holds."""
    if shape is None or None in shape:
        return None
    return prod(shape)  # type: ignore[arg-type]


def sides(shape: Shape | None, rank: int) -> tuple[int, ...] | None:
    """The last ``rank`` axes; None where one of them is not known, or there are no others before them."""
    found = shape[-rank:] if shape is not None and len(shape) > rank else None
    return None if found is None or None in found else found  # type: ignore[return-value]


def same(one: Shape | None, other: Shape | None) -> Shape | None:
    """What is known of a tensor that has one shape or the other."""
    if one is None or other is None or len(one) != len(other):
        return None
    return tuple(a if a == b else None for a, b in zip(one, other, strict=True))


def broadcast(shapes: Sequence[Shape | None]) -> Shape | None:
    """The shape of an element-wise result (torch, "Broadcasting semantics"); None too where the shapes do not fit."""
    known = [shape for shape in shapes if shape is not None]
    if not known or len(known) < len(shapes):
        return None
    rank = max(map(len, known))
    found: list[Axis] = []
    for place in range(-rank, 0):
        sizes = {shape[place] for shape in known if -place <= len(shape)}
        larger = sizes - {1}
        if len(larger - {None}) > 1:
            return None
        found.append(max(larger - {None}, default=None) if larger else 1)  # type: ignore[type-var]
    return tuple(found)


def beside_unknown(shape: Shape | None) -> Shape | None:
    """An element-wise result where another operand is not known: if that is a tensor, axes of size 1 may grow.

    The batch is taken to stay as it is, and the other operand to have no more axes than an image.
    """
    if shape is None or len(shape) < 3:
        return None
    return (shape[0], *(None if size == 1 else size for size in shape[1:]))


def axis(number: int, rank: int) -> int | None:
    """The place of an axis, counted from the front; None where there is no such axis."""
    return number % rank if -rank <= number < rank else None


def window(
    shape: Shape | None,
    kernel_size: Sequence[int],
    stride: Sequence[int],
    dilation: Sequence[int],
    padding: Sequence[int] | None,
    channels: Sequence[Axis] = (),
    ceil_mode: bool = False,
) -> Shape | None:
    """After a convolution, which gives so many ``channels``, or a pool, which keeps them and is given none.

    ``padding`` is None where it keeps the size (``padding="same"``). None too where the window does not fit.
    """
    rank = len(kernel_size)
    if shape is None or len(shape) not in (rank + 1, rank + 2):
        return None
    found: list[Axis] = []
    for index, size in enumerate(shape[-rank:]):
        k, s, d = kernel_size[index], stride[index], dilation[index]
        outputs = (
            size if padding is None or size is None else pool_output_size(size, k, s, d, padding[index], ceil_mode)
        )
        if outputs == 0:
            return None
        found.append(outputs)
    front = (*shape[: -rank - 1], *channels) if channels else shape[:-rank]
    return (*front, *found)


def transposed(
    shape: Shape | None,
    kernel_size: Sequence[int],
    stride: Sequence[int],
    dilation: Sequence[int],
    padding: Sequence[int],
    output_padding: Sequence[int],
    channels: int | None,
) -> Shape | None:
    """After a transposed convolution: (n - 1)s - 2p + d(k - 1) + op + 1 (torch.nn.ConvTranspose2d, "Shape")."""
    rank = len(kernel_size)
    if shape is None or len(shape) not in (rank + 1, rank + 2):
        return None
    axes = zip(shape[-rank:], kernel_size, stride, dilation, padding, output_padding, strict=True)
    found = [None if n is None else (n - 1) * s - 2 * p + d * (k - 1) + op + 1 for n, k, s, d, p, op in axes]
    if any(size is not None and size < 0 for size in found):
        return None
    return (*shape[: -rank - 1], channels, *found)


def unfolded(
    shape: Shape | None,
    kernel_size: Sequence[int],
    stride: Sequence[int],
    dilation: Sequence[int],
    padding: Sequence[int],
) -> Shape | None:
    """After ``torch.nn.Unfold``: (N, C * prod(k), L), L the number of windows."""
    if shape is None or len(shape) != 4 or None in shape:
        return None
    sizes = zip(shape[2:], kernel_size, stride, dilation, padding, strict=True)
    count = prod(output_size(n or 0, k, s, d, p) for n, k, s, d, p in sizes)
    return (shape[0], shape[1] * prod(kernel_size), count)  # type: ignore[operator]


def adaptive(shape: Shape | None, sizes: Sequence[int | None], rank: int) -> Shape | None:
    """After an adaptive pool; None among ``sizes`` keeps that axis."""
    if shape is None or len(shape) < rank:
        return None
    return (
        *shape[:-rank],
        *(size if given is None else given for given, size in zip(sizes, shape[-rank:], strict=True)),
    )


def reshaped(shape: Shape | None, sizes: Sequence[Axis]) -> Shape | None:
    """After ``reshape``: one -1 is what the others leave."""
    if list(sizes).count(-1) == 0:
        return tuple(sizes)
    if list(sizes).count(-1) > 1:
        return None
    total, rest = elements(shape), [size for size in sizes if size != -1]
    known = elements(tuple(rest))
    if total is None or not known or total % known:
        return tuple(None if size == -1 else size for size in sizes)
    return tuple(total // known if size == -1 else size for size in sizes)


def flattened(shape: Shape | None, start: int = 0, end: int = -1) -> Shape | None:
    """After ``flatten(start, end)``."""
    if shape is None or not shape:
        return None
    first, last = axis(start, len(shape)), axis(end, len(shape))
    if first is None or last is None or first > last:
        return None
    return (*shape[:first], elements(shape[first : last + 1]), *shape[last + 1 :])


def unflattened(shape: Shape | None, place: int | None, sizes: Sequence[Axis] | None) -> Shape | None:
    """After ``unflatten(place, sizes)``."""
    at = axis(place, len(shape)) if shape is not None and place is not None else None
    if shape is None or at is None or sizes is None:
        return None
    inner = reshaped((shape[at],), sizes)
    return None if inner is None else (*shape[:at], *inner, *shape[at + 1 :])


def halved(shape: Shape | None, place: int | None) -> Shape | None:
    """After ``glu``: half of the values of one axis."""
    at = axis(place, len(shape)) if shape is not None and place is not None else None
    if shape is None or at is None:
        return None
    size = shape[at]
    return with_size(shape, at, None if size is None else size // 2)


def permuted(shape: Shape | None, order: Sequence[int]) -> Shape | None:
    """After ``permute``."""
    if shape is None or len(order) != len(shape):
        return None
    places = [axis(number, len(shape)) for number in order]
    if None in places or len(set(places)) != len(places):
        return None
    return tuple(shape[place] for place in places)  # type: ignore[index]


def swapped(shape: Shape | None, one: int, other: int) -> Shape | None:
    """After ``transpose``."""
    if shape is None:
        return None
    a, b = axis(one, len(shape)), axis(other, len(shape))
    if a is None or b is None:
        return None
    found = list(shape)
    found[a], found[b] = found[b], found[a]
    return tuple(found)


def moved(shape: Shape | None, source: Sequence[int], target: Sequence[int]) -> Shape | None:
    """After ``movedim``."""
    if shape is None or len(source) != len(target):
        return None
    rank = len(shape)
    taken, places = [axis(each, rank) for each in source], [axis(each, rank) for each in target]
    if None in taken or None in places:
        return None
    rest = [index for index in range(rank) if index not in taken]
    order = [rest.pop(0) if index not in places else taken[places.index(index)] for index in range(rank)]
    return permuted(shape, order)  # type: ignore[arg-type]


def with_axis(shape: Shape | None, place: int, size: Axis = 1) -> Shape | None:
    """After ``unsqueeze``; with the number of tensors as ``size``, after ``stack``."""
    if shape is None:
        return None
    at = axis(place, len(shape) + 1)
    return None if at is None else (*shape[:at], size, *shape[at:])


def with_size(shape: Shape | None, place: int, size: Axis) -> Shape | None:
    """The same but for the size of one axis."""
    at = axis(place, len(shape)) if shape is not None else None
    return None if shape is None or at is None else (*shape[:at], size, *shape[at + 1 :])


def without(shape: Shape | None, places: Sequence[int] | None, keep: bool = False) -> Shape | None:
    """After a reduction over ``places``, None for all axes; ``keep`` leaves them with size 1."""
    if shape is None:
        return None
    gone = set(range(len(shape))) if places is None else {axis(place, len(shape)) for place in places}
    if None in gone:
        return None
    return tuple(1 if index in gone else size for index, size in enumerate(shape) if keep or index not in gone)


def squeezed(shape: Shape | None, places: Sequence[int] | None) -> Shape | None:
    """After ``squeeze``: axes of size 1 are gone, those of ``places`` or all of them."""
    if shape is None:
        return None
    if places is None:
        return None if None in shape else tuple(size for size in shape if size != 1)
    chosen = {axis(place, len(shape)) for place in places}
    if None in chosen or any(index in chosen and size is None for index, size in enumerate(shape)):
        return None
    return tuple(size for index, size in enumerate(shape) if index not in chosen or size != 1)


def joined(shapes: Sequence[Shape | None], place: int) -> Shape | None:
    """After ``cat``."""
    known = [shape for shape in shapes if shape is not None]
    if not known or len(known) < len(shapes) or len({len(shape) for shape in known}) > 1:
        return None
    at = axis(place, len(known[0]))
    if at is None:
        return None
    sizes = [shape[at] for shape in known]
    merged: Shape | None = known[0]
    for shape in known[1:]:
        merged = same(with_size(merged, at, None), with_size(shape, at, None))
    return with_size(merged, at, None if None in sizes else sum(sizes))  # type: ignore[arg-type]


def expanded(shape: Shape | None, sizes: Sequence[Axis]) -> Shape | None:
    """After ``expand``: -1 keeps an axis, and new ones come in front."""
    if shape is None or len(sizes) < len(shape):
        return None
    full = (1,) * (len(sizes) - len(shape)) + shape
    return tuple(old if new == -1 else new for old, new in zip(full, sizes, strict=True))


def repeated(shape: Shape | None, times: Sequence[Axis]) -> Shape | None:
    """After ``repeat``."""
    if shape is None or len(times) < len(shape):
        return None
    full = (1,) * (len(times) - len(shape)) + shape
    return tuple(None if a is None or b is None else a * b for a, b in zip(full, times, strict=True))


def padded(shape: Shape | None, padding: Sequence[int]) -> Shape | None:
    """After ``F.pad``: pairs of numbers, the last axis first."""
    if shape is None or len(padding) % 2 or len(padding) // 2 > len(shape):
        return None
    found = list(shape)
    for index in range(len(padding) // 2):
        size = found[-1 - index]
        found[-1 - index] = None if size is None else size + padding[2 * index] + padding[2 * index + 1]
    return tuple(found)


def factors(value: object) -> tuple[float, ...] | None:
    """A scale factor as numbers."""
    values = value if isinstance(value, tuple) else (value,)
    if all(isinstance(each, (int, float)) and not isinstance(each, bool) and each > 0 for each in values):
        return tuple(float(each) for each in values)
    return None


def resized(shape: Shape | None, sizes: Sequence[Axis] | None, factors: Sequence[float] | None) -> Shape | None:
    """After ``interpolate`` to ``sizes``, or by ``factors``: floor(n * factor) (torch.nn.Upsample, "Shape")."""
    if shape is None or len(shape) < 3:
        return None
    rank = len(shape) - 2
    if sizes is not None:
        sizes = list(sizes) * rank if len(sizes) == 1 else sizes
        return (*shape[:2], *sizes) if len(sizes) == rank else None
    if factors is None:
        return None
    factors = list(factors) * rank if len(factors) == 1 else factors
    if len(factors) != rank:
        return None
    found = (None if n is None else floor(n * factor) for n, factor in zip(shape[2:], factors, strict=True))
    return (*shape[:2], *found)


def shuffled(shape: Shape | None, factor: int, up: bool) -> Shape | None:
    """After ``pixel_shuffle``, or ``pixel_unshuffle`` where not ``up``."""
    if shape is None or len(shape) < 3 or factor < 1:
        return None
    c, h, w = shape[-3:]
    square = factor * factor
    larger, smaller = ((h, w), (c,)) if up else ((c,), (h, w))
    by = (factor, square) if up else (square, factor)
    if any(size is not None and size % by[1] for size in smaller):
        return None
    grown = tuple(None if size is None else size * by[0] for size in larger)
    shrunk = tuple(None if size is None else size // by[1] for size in smaller)
    return (*shape[:-3], *shrunk, *grown) if up else (*shape[:-3], *grown, *shrunk)


def product(one: Shape | None, other: Shape | None) -> Shape | None:
    """After ``matmul``: of vectors and matrices, those in front broadcast."""
    if one is None or other is None or not one or not other:
        return None
    if len(one) == 1 or len(other) == 1:
        left = one[:-1] if len(one) > 1 else ()
        right = (*other[:-2], other[-1]) if len(other) > 1 else ()
        return (*right,) if len(one) == 1 else (*left, *right)
    front = broadcast([one[:-2], other[:-2]]) if len(one) > 2 or len(other) > 2 else ()
    return None if front is None else (*front, one[-2], other[-1])


def sliced(size: Axis, start: int | None, stop: int | None, step: int | None) -> Axis:
    """The size of one axis after a slice with known bounds."""
    return None if size is None or step == 0 else len(range(size)[slice(start, stop, step)])


def pieces(size: Axis, count: int) -> tuple[int, ...] | None:
    """The sizes of the pieces into which ``chunk`` cuts an axis: as many as fit of the size rounded up."""
    if not size or not 0 < count <= MAX_PIECES:
        return None
    each = ceil(size / count)
    return tuple(min(each, size - start) for start in range(0, size, each))


def portions(size: Axis, each: int) -> tuple[int, ...] | None:
    """The sizes of the pieces into which ``split`` cuts an axis, the last one what is left."""
    if not size or each < 1 or size > MAX_PIECES * each:
        return None
    return tuple(min(each, size - start) for start in range(0, size, each))

"""Changes after which a window reads its whole input and its output has the size that it had, for every input size.

Per axis, with kernel size k, stride s, dilation d and padding p; e = ceil((s - k) / 2) is what k lacks on each side.
Of the padded input, (n + 2p - k) mod s columns, at most s - 1, are left over at the far edge: with p + e >= s - 1 none
of them is a pixel. That takes a larger e where s > 2.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd

from convlint.findings import Applicability
from convlint.network.changes import Argument, HandOn, Number, Precede, SetArguments, Surroundings
from convlint.network.layers import Kind, Layer, known
from convlint.rule import Remedy

Sizes = tuple[int, ...]


def remedies(layer: Layer) -> Iterator[Remedy]:
    """What would make ``layer`` read everything, the best first. Its sizes are known and positive."""
    kernel, stride, dilation = known(layer.kernel_size), known(layer.stride), known(layer.dilation)
    padding = (0,) * len(kernel or ()) if layer.padding == "valid" else known(layer.padding)
    if kernel is None or stride is None or dilation is None or padding is None or len(padding) != len(kernel):
        return
    shared = any(gcd(d, s) > 1 and k > 1 for k, s, d in zip(kernel, stride, dilation, strict=True))
    if layer.kind is Kind.CONVOLUTION and not shared:
        yield from _to_the_next(layer, kernel, stride, padding)
        yield from _average_first(layer, kernel, stride, padding)
        yield from _larger_kernel(layer, kernel, stride, dilation, padding)
    elif layer.kind is Kind.CONVOLUTION:
        yield from _other_dilation(layer, kernel, stride, dilation, padding)
        yield from _spread_kernel(kernel, stride, dilation)
    elif layer.kind in (Kind.MAX_POOL, Kind.AVERAGE_POOL):
        yield from _pool_over_stride(layer, kernel, stride, padding)
        yield from _larger_pool(layer, kernel, stride, dilation, padding)


def _to_the_next(layer: Layer, kernel: Sizes, stride: Sizes, padding: Sizes) -> Iterator[Remedy]:
    """1x1/s then kxk/1 becomes 1x1/1 then kxk/s: with odd k and p = d(k - 1) / 2 both give floor((n - 1) / s) + 1.

    The other way round, nothing changes but what the network has to compute (in evaluation mode): what is skipped may
    be left out earlier still.
    """
    if max(*kernel, *(p + 1 for p in padding)) > 1 or layer.op.startswith("torch.nn.functional."):
        return
    yield Remedy(
        "stride 1 here, the stride in the convolution that follows (same shape and keys for all sizes, other numbers)",
        Applicability.UNSAFE,
        HandOn(stride),
    )
    yield Remedy(
        "or, where the shortcut skips the same: the stride in the last convolution of the block before, its identity "
        "sliced alike, stride 1 here and in the shortcut (in evaluation the same function and keys, and less to "
        "compute; batch statistics in training differ)",
        Applicability.SUGGESTION,
        HandOn(stride, said=True),
    )


def _average_first(layer: Layer, kernel: Sizes, stride: Sizes, padding: Sizes) -> Iterator[Remedy]:
    """1x1/s becomes an average over s x s with ``ceil_mode``, then 1x1/1: both give ceil(n / s).

    ceil((n - s) / s) + 1 = ceil(n / s) = floor((n - 1) / s) + 1, and the last window of such a pool never begins in
    padding, so torch drops none. On an axis with stride 1 the pool is one position wide and changes nothing.
    torch.nn.AvgPool3d alone refuses inputs smaller than its window, so in 3-d this is no more than a suggestion.
    """
    if any(s > 1 and (k != 1 or p != 0) for k, s, p in zip(kernel, stride, padding, strict=True)):
        return
    if not layer.op.startswith("torch.nn.") or layer.op.startswith("torch.nn.functional."):
        return
    what = f"average {_by(stride)} first, stride 1 after"
    same = "same shape" if len(kernel) < 3 else "same shape from inputs that are not smaller"
    applicability = Applicability.UNSAFE if len(kernel) < 3 else Applicability.SUGGESTION
    for where, keys in (
        (Surroundings.SEQUENTIAL, "later keys of this nn.Sequential move by one"),
        (Surroundings.ORDERED_DICT, "an OrderedDict keeps all keys"),
        (Surroundings.AROUND, "the layer's keys begin with '1.'"),
    ):
        change = Precede(
            module=f"AvgPool{len(kernel)}d",
            arguments=(
                (None, Argument("stride")),
                (None, Argument("stride")),
                ("ceil_mode", True),
                ("count_include_pad", False),
            ),
            values=(("stride", 1),),
            relies_on=("kernel_size", "padding"),
            where=where,
        )
        yield Remedy(f"{what} ({same}, other numbers; {keys})", applicability, change)


def _larger_kernel(layer: Layer, kernel: Sizes, stride: Sizes, dilation: Sizes, padding: Sizes) -> Iterator[Remedy]:
    """(k, p) becomes (k + 2e, p + de): n + 2(p + de) - d(k + 2e - 1) = n + 2p - d(k - 1)."""
    if layer.options.get("padding_mode", "zeros") != "zeros" or layer.op.startswith("torch.nn.functional."):
        return  # other modes refuse small inputs; a functional convolution takes its kernel from elsewhere
    for larger, wider, rest in _grown(kernel, stride, dilation, padding):
        if not _reads_all(larger, stride, dilation):
            continue
        yield Remedy(
            f"kernel {_by(larger)}, padding {_by(wider, one=True)} "
            f"(same shape; the weights grow: zeros around the old ones keep the function{rest})",
            Applicability.UNSAFE,
            SetArguments((("kernel_size", larger), ("padding", wider)), ("stride", "dilation", "padding_mode")),
        )


def _other_dilation(layer: Layer, kernel: Sizes, stride: Sizes, dilation: Sizes, padding: Sizes) -> Iterator[Remedy]:
    """With p = d(k - 1) / 2 the output is floor((n - 1) / s) + 1 for any d: take one that shares no factor with s."""
    if layer.options.get("padding_mode", "zeros") != "zeros":
        return
    if any(k % 2 == 0 or 2 * p != d * (k - 1) for k, d, p in zip(kernel, dilation, padding, strict=True)):
        return
    coprime = tuple(
        next(c for c in range(d, d + s + 1) if gcd(c, s) == 1) for d, s in zip(dilation, stride, strict=True)
    )
    for chosen in dict.fromkeys((coprime, (1,) * len(stride))):
        if not _reads_all(kernel, stride, chosen):
            continue
        pad = tuple(d * (k - 1) // 2 for k, d in zip(kernel, chosen, strict=True))
        yield Remedy(
            f"dilation {_by(chosen, one=True)}, padding {_by(pad, one=True)} "
            "(same shape and keys, other numbers and receptive field)",
            Applicability.UNSAFE,
            SetArguments((("padding", pad), ("dilation", chosen)), ("kernel_size", "stride", "padding_mode")),
        )


def _spread_kernel(kernel: Sizes, stride: Sizes, dilation: Sizes) -> Iterator[Remedy]:
    """A kernel of d(k - 1) + 1 without dilation covers the same stretch, and holds the old one with zeros between."""
    spread = tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True))
    ones = (1,) * len(kernel)
    if _reads_all(spread, stride, ones):
        yield Remedy(
            f"kernel {_by(spread)}, dilation 1 "
            "(same shape; the weights grow: zeros between the old ones keep the function)",
            Applicability.UNSAFE,
            SetArguments((("kernel_size", spread), ("dilation", ones)), ("stride", "padding")),
        )


def _pool_over_stride(layer: Layer, kernel: Sizes, stride: Sizes, padding: Sizes) -> Iterator[Remedy]:
    """A pool of one position becomes one over the stride with ``ceil_mode``: ceil(n / s) either way.

    Only a suggestion for torch.nn.AvgPool3d, which refuses inputs smaller than its window even where they are padded.
    """
    if any(k != 1 or p for k, p in zip(kernel, padding, strict=True)):
        return
    word = "average" if layer.kind is Kind.AVERAGE_POOL else "maximum"
    yield Remedy(
        f"{word} of {_by(stride)} with ceil_mode (same shape, other numbers)",
        _of_pool(layer),
        SetArguments((("kernel_size", stride), ("ceil_mode", True)), ("stride", "padding", "dilation")),
    )


def _larger_pool(layer: Layer, kernel: Sizes, stride: Sizes, dilation: Sizes, padding: Sizes) -> Iterator[Remedy]:
    """As for a convolution; with ``ceil_mode`` the shape would change for most sizes."""
    if layer.options.get("ceil_mode") is not False or max(dilation) > 1:
        return
    for larger, wider, rest in _grown(kernel, stride, dilation, padding):
        values: tuple[tuple[str, Number], ...] = (("kernel_size", larger), ("padding", wider))
        if layer.kind is Kind.AVERAGE_POOL:
            values = (*values, ("count_include_pad", False))
        yield Remedy(
            f"pool over {_by(larger)}, padding {_by(wider, one=True)} (same shape, other numbers{rest})",
            _of_pool(layer),
            SetArguments(values, ("stride", "dilation", "ceil_mode")),
        )


def _of_pool(layer: Layer) -> Applicability:
    refuses_small = layer.kind is Kind.AVERAGE_POOL and layer.op.lower().endswith("3d")
    return Applicability.SUGGESTION if refuses_small else Applicability.UNSAFE


def _grown(kernel: Sizes, stride: Sizes, dilation: Sizes, padding: Sizes) -> Iterator[tuple[Sizes, Sizes, str]]:
    """Kernel size and padding with e more on each side of an axis where the kernel is smaller than the stride.

    First with the e that leaves no pixel at the far edge either, then, with a word on that, with the smallest one.
    """
    axes = tuple(zip(kernel, stride, dilation, padding, strict=True))
    least = tuple(max(0, -(-(s - k) // 2)) for k, s, _, _ in axes)
    enough = tuple(max(e, s - 1 - p) if k < s else 0 for e, (k, s, _, p) in zip(least, axes, strict=True))
    rest = "; the last rows of some sizes stay unread"
    for more, what in dict.fromkeys(((enough, ""), (least, rest if enough != least else ""))):
        if max(dilation) > 1 and more != least:
            continue
        yield (
            tuple(k + 2 * e for k, e in zip(kernel, more, strict=True)),
            tuple(p + d * e for p, d, e in zip(padding, dilation, more, strict=True)),
            what,
        )


def _reads_all(kernel: Sizes, stride: Sizes, dilation: Sizes) -> bool:
    return all(k >= s and (s == 1 or gcd(d, s) == 1) for k, s, d in zip(kernel, stride, dilation, strict=True))


def _by(sizes: Sizes, one: bool = False) -> str:
    """``2x2``; with ``one``, ``2`` where all axes agree."""
    return str(sizes[0]) if one and len(set(sizes)) == 1 else "x".join(map(str, sizes))

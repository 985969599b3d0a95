"""The one exact change for transposed convolutions: a larger kernel in place of output padding."""

from __future__ import annotations

from collections.abc import Iterator

from convlint.findings import Applicability
from convlint.network.changes import SetArguments
from convlint.rule import Remedy

from ._words import Sizes, in_words


def kernel_for_output_padding(
    kernel: Sizes, stride: Sizes, dilation: Sizes, output_padding: Sizes, even: bool = False
) -> Iterator[Remedy]:
    """(k, op) becomes (k + op, 0): (n - 1)s - 2p + (k - 1) + op + 1 stays for every n.

    Zeros at the kernel's far end keep the function. Only without dilation, and only where every output is then reached
    (``even``: by equally many taps).
    """
    larger = tuple(k + op for k, op in zip(kernel, output_padding, strict=True))
    if max(dilation) > 1 or not any(output_padding):
        return
    pairs = tuple(zip(larger, stride, strict=True))
    if any(k < s for k, s in pairs) or (even and any(k % s for k, s in pairs)):
        return
    yield Remedy(
        f"kernel {'x'.join(map(str, larger))}, output_padding 0 "
        f"(same shape; the weights grow by {in_words(output_padding)}: zeros at the far end keep the function)",
        Applicability.UNSAFE,
        SetArguments((("kernel_size", larger), ("output_padding", 0)), ("stride", "padding", "dilation")),
    )

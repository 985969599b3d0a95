"""How rules put layers into words."""

from __future__ import annotations

from convlint.network.layers import Layer, known

Sizes = tuple[int, ...]


def operation(layer: Layer, kernel_size: Sizes) -> str:
    """``3x3 depthwise convolution``, ``1-d max pool with kernel size 2``."""
    depthwise = isinstance(layer.groups, int) and layer.groups > 1 and layer.groups == layer.in_channels
    name = f"depthwise {layer.kind.value}" if depthwise else layer.kind.value
    if len(kernel_size) == 1:
        return f"1-d {name} with kernel size {kernel_size[0]}"
    return f"{'x'.join(map(str, kernel_size))} {name}"


def in_words(sizes: Sizes) -> str:
    """``2`` where all axes agree, ``1x2`` where they do not."""
    return str(sizes[0]) if len(set(sizes)) == 1 else "x".join(map(str, sizes))


def window(layer: Layer) -> tuple[Sizes, Sizes, Sizes, Sizes] | None:
    """Kernel size, stride, dilation and padding where all are known and torch would take them; else None."""
    padding = layer.padding
    if padding == "valid":
        padding = (0,) * len(layer.kernel_size) if isinstance(layer.kernel_size, tuple) else padding
    sizes = tuple(map(known, (layer.kernel_size, layer.stride, layer.dilation, padding)))
    kernel, stride, dilation, pad = sizes
    if kernel is None or stride is None or dilation is None or pad is None:
        return None
    if not len(kernel) == len(stride) == len(dilation) == len(pad) > 0:
        return None
    if min(*kernel, *stride, *dilation) < 1 or min(pad) < 0:
        return None
    return kernel, stride, dilation, pad


def per_axis(value: object, axes: int) -> Sizes | None:
    """An option such as ``output_padding`` as one number for each axis."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return (value,) * axes
    if isinstance(value, tuple) and all(isinstance(size, int) for size in value):
        return value * axes if len(value) == 1 else value if len(value) == axes else None
    return None

"""Stands for monai.networks.layers.convutils of MONAI 1.6: padding that keeps the size, for numbers or sequences."""


def _as_tuple(x):
    return tuple(x) if isinstance(x, (tuple, list)) else (x,)


def _broadcast(a, b):
    a, b = _as_tuple(a), _as_tuple(b)
    size = max(len(a), len(b))
    return zip(a * size if len(a) == 1 else a, b * size if len(b) == 1 else b)


def _plain(sizes):
    return tuple(sizes) if len(sizes) > 1 else sizes[0]


def same_padding(kernel_size, dilation=1):
    if any((size - 1) * step % 2 for size, step in _broadcast(kernel_size, dilation)):
        raise NotImplementedError(f"kernel_size={kernel_size} and dilation={dilation} cannot keep the size")
    return _plain([int((size - 1) / 2 * step) for size, step in _broadcast(kernel_size, dilation)])


def stride_minus_kernel_padding(kernel_size, stride):
    return _plain([step - size for size, step in _broadcast(kernel_size, stride)])


def calculate_out_shape(in_shape, kernel_size, stride, padding):
    shape = [
        (size - kernel + 2 * pad) // step + 1
        for (size, kernel), (step, pad) in zip(_broadcast(in_shape, kernel_size), _broadcast(stride, padding))
    ]
    return tuple(shape)

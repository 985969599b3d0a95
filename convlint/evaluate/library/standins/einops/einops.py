"""Stands for einops.einops of einops 0.8: every result is a tensor of unknown shape."""

import torch


def rearrange(tensor, pattern, **axes_lengths):
    return torch.einsum(pattern, tensor)


def reduce(tensor, pattern, reduction, **axes_lengths):
    return torch.einsum(pattern, tensor)


def repeat(tensor, pattern, **axes_lengths):
    return torch.einsum(pattern, tensor)


def einsum(*tensors_and_pattern):
    return torch.einsum(*tensors_and_pattern)


def asnumpy(tensor):
    return tensor


def pack(tensors, pattern):
    return torch.einsum(pattern, tensors), [tensor.shape for tensor in tensors]


def unpack(tensor, packed_shapes, pattern):
    return [torch.einsum(pattern, tensor) for _ in packed_shapes]


def parse_shape(x, pattern):
    return dict(zip(pattern.split(), x.shape))

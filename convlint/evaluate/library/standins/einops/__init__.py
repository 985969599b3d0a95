"""Stands for einops 0.8: tensors rearranged, into shapes that are not followed."""

from .einops import asnumpy, einsum, pack, parse_shape, rearrange, reduce, repeat, unpack

"""Sizes of tensors while ``forward`` is followed for an input of known size, and the multiply-accumulates they cost."""

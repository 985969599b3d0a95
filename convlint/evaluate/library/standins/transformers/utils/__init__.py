"""Stands for transformers.utils of transformers 5."""

from .auto_docstring import auto_docstring

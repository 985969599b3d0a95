"""Which modules of Python's standard library (and a few packages) are modelled, and by which file of this folder."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

MODULES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
    }
)
"""Module -> (file of this folder, function that gives its contents). Each is loaded when it is first imported."""

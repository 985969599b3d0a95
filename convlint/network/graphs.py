"""What models compute, operation by operation, as far as it was followed: for people to look at."""

from __future__ import annotations

from dataclasses import dataclass

from convlint.network.sizes import Work
from convlint.source import Place


@dataclass(frozen=True, slots=True)
class GraphOperation:
    """One operation of a function, and the tensors that it reads."""

    number: int
    """Its number in the function; others read its result by it."""
    words: str
    """What it is: ``3x3 convolution``."""
    place: Place | None
    """Where it is built or called."""
    reads: tuple[int, ...]
    """The operations whose results it reads."""
    function: int | None = None
    """For calls of a function of the user's: which of the model's functions."""
    followed: bool = True
    """Whether it is known what it does."""
    shape: tuple[int | None, ...] | None = None
    """The shape of its result, for an input of known size."""


@dataclass(frozen=True, slots=True)
class FunctionGraph:
    """What one function does with the tensors that it is given."""

    name: str
    operations: tuple[GraphOperation, ...]
    gives: tuple[int, ...]
    """The operations whose results it gives back."""
    lost: str
    """Why something that reads its tensors may be missing; empty where nothing is."""


@dataclass(frozen=True, slots=True)
class ModelGraph:
    """One entry point: its ``forward`` first, then every other function once, however often it is called."""

    entry_point: str
    functions: tuple[FunctionGraph, ...]
    work: Work | None = None
    """What it multiplies, for an input of known size."""

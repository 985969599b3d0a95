"""Where each layer of a model was built: the Python calls that led to it, noted while the model is being made."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any

import torch
from torch import nn

Place = tuple[str, int, int, int, int]
"""Path, line, column, end line, end column; columns count from 1 and are 0 where Python does not know them (3.10)."""

NOTE = "_convlint_built_at"
WINDOWED = (
    nn.modules.conv._ConvNd,
    nn.modules.pooling._MaxPoolNd,
    nn.modules.pooling._AvgPoolNd,
    nn.modules.pooling._LPPoolNd,
    nn.Unfold,
)
_TORCH = torch.__file__.rpartition("/")[0] + "/"
_OWN = __file__.rpartition("/")[0] + "/"
_CALLS = 64
"""So many calls are kept for each layer, the innermost ones."""


@contextmanager
def noted() -> Iterator[None]:
    """While this lasts, every windowed layer remembers the calls that built it; copies of it remember the same."""
    original = nn.Module.__init__

    def initialise(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        if isinstance(self, WINDOWED):
            self.__dict__[NOTE] = tuple(_calls(self, sys._getframe(1)))

    nn.Module.__init__ = initialise  # type: ignore[method-assign]
    try:
        yield
    finally:
        nn.Module.__init__ = original  # type: ignore[method-assign]


def built_at(module: object) -> tuple[Place, ...]:
    """The calls that built a layer, innermost first; none for what was not built while they were noted."""
    return tuple(getattr(module, "__dict__", {}).get(NOTE, ()))


def called_at(place: Place, function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """Call ``function`` for a place in a config file: what it builds counts as built there."""
    return function(*args, **kwargs)


def running_calls() -> tuple[Place, ...]:
    """The calls that are running now, outside of torch and convlint, innermost first."""
    return tuple(_outside(sys._getframe(1)))


def _calls(module: object, frame: FrameType | None) -> Iterator[Place]:
    # The constructors of the layer's own classes are not where it was built.
    while frame is not None and _first_local(frame) is module:
        frame = frame.f_back
    yield from _outside(frame)


def _first_local(frame: FrameType) -> object:
    names = frame.f_code.co_varnames
    return frame.f_locals.get(names[0]) if frame.f_code.co_argcount and names else None


def _outside(frame: FrameType | None) -> Iterator[Place]:
    count = 0
    while frame is not None and count < _CALLS:
        name = frame.f_code.co_filename
        if frame.f_code is called_at.__code__:
            yield frame.f_locals["place"]
        if not name.startswith((_TORCH, _OWN, "<")):
            yield _place(frame.f_code, frame.f_lasti, frame.f_lineno)
            count += 1
        frame = frame.f_back


def _place(code: CodeType, instruction: int, line: int) -> Place:
    if sys.version_info >= (3, 11):
        for number, (first, last, column, end) in enumerate(code.co_positions()):
            if number == instruction // 2:
                if first is None or last is None or column is None or end is None:
                    break
                return code.co_filename, first, column + 1, last, end + 1
    return code.co_filename, line, 0, line, 0

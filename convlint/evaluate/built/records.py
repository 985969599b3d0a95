"""What calls build: a tree of activations with the layers at its leaves, shared wherever a call is memoised."""

from __future__ import annotations

from typing import Any, NamedTuple

from convlint.evaluate.paths import Path
from convlint.evaluate.values import Span

Number = int | None
Numbers = tuple[Number, ...]


class Gap(NamedTuple):
    """One parameter of a layer that is not known, and why."""

    parameter: str
    reason: str
    detail: str
    span: Span | None


class Fact(NamedTuple):
    """One layer as one call built it. None stands for an unknown number; ``unknowns`` says why, by parameter."""

    op: str
    site: Span
    """The call that builds the layer."""
    kernel_size: Numbers
    stride: Numbers
    dilation: Numbers
    padding: Numbers | str
    in_channels: Number
    out_channels: Number
    groups: Number
    options: tuple[tuple[str, Any], ...]
    origins: tuple[tuple[str, Span], ...]
    unknowns: tuple[Gap, ...] = ()
    lifts: int = 0
    """How many ``__init__`` of subclasses stand between ``site`` and the call that builds the object."""


class Scope(NamedTuple):
    """The function in which calls stand: its dotted name, and where its definition and its class stand."""

    name: str
    span: Span
    owner: Span | None


NOWHERE = Scope("", Span(-1, 0, 0), None)
"""That of calls which stand in no function."""


class Record:
    """One activation: the calls in it that lead to layers. ``calls`` counts (call site, what it led to, certain)."""

    __slots__ = ("birth", "calls", "scope")

    def __init__(self, scope: Scope, birth: Path) -> None:
        self.scope = scope
        self.birth = birth
        self.calls: dict[tuple[Span, Record | Fact, bool], int] = {}

    def add(self, site: Span, child: Record | Fact, path: Path) -> None:
        """Note that the call at ``site`` led to ``child``, on ``path``."""
        key = (site, child, path.doubts == self.birth.doubts)
        self.calls[key] = self.calls.get(key, 0) + 1

"""What a rule is: an operation and the levels of its outputs, in; levels for what it read, out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from convlint.runtime.masks import Levels
from convlint.runtime.tape import Op, Ref

Contribution = tuple[Ref, Levels]
"""A tensor that was read, and the level that each of its elements has at least."""
Rule = Callable[[Op, Sequence[Levels]], Iterable[Contribution]]

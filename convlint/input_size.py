"""The size of a network's input as users write it: on the command line, or in the configuration."""

from __future__ import annotations

from convlint.usage import UsageError

OPTION = "--input-size"
KEY = "input-size"
MAX_SIDE = 1 << 20
"""A larger number is no side of an image."""
MAX_AXES = 4
"""Three spatial axes, and the channels in front."""
EXPLANATION = "1 to 4 whole numbers, as in 224, 224,320 or 3,224,224"


def input_size_of(value: object) -> tuple[int, ...] | None:
    """``224``, ``"224,320"``, ``"3x224x224"`` or a list of numbers; None for anything else."""
    if isinstance(value, str):
        parts: list[object] = list(value.replace("x", ",").split(","))
    else:
        parts = list(value) if isinstance(value, (list, tuple)) else [value]
    found: list[int] = []
    for part in parts:
        if isinstance(part, str) and part.strip().isdecimal() and len(part) < 9:
            found.append(int(part))
        elif isinstance(part, int) and not isinstance(part, bool):
            found.append(part)
        else:
            return None
    return tuple(found) if 0 < len(found) <= MAX_AXES and all(0 < side <= MAX_SIDE for side in found) else None


def from_option(text: str) -> tuple[int, ...]:
    """What ``--input-size`` says. Raises UsageError."""
    found = input_size_of(text)
    if found is None:
        raise UsageError(f"{OPTION}: '{text}' is not {EXPLANATION}")
    return found

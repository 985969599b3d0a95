"""The names of entry points as a sentence has them: short, and in the order in which a person counts."""

from __future__ import annotations

import re
from collections.abc import Iterable

CONFIG_SUFFIXES = (".yaml", ".yml", ".json", ".cfg")
"""What the name of a network that a config file describes ends with, in front of a colon and the part of the file.

Configs in Python end with ``.py``, as no dotted name does.
"""


def short_name(name: str) -> str:
    """A function or class without its module; a config file without its folders."""
    if name.partition(":")[0].endswith((*CONFIG_SUFFIXES, ".py")):
        return name.rpartition("/")[2]
    return name.rpartition(".")[2]


def short_names(names: Iterable[str]) -> list[str]:
    """The short forms, each once: ``resnet18`` before ``resnet101``."""
    return sorted({short_name(name) for name in names}, key=natural_order)


def natural_order(name: str) -> list[tuple[int, str]]:
    """A key that sorts the numbers in names by their value."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)]

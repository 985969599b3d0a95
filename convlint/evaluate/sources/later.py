"""A name that an import binds; what it stands for is looked up when it is used."""

from __future__ import annotations

from typing import Any

from convlint.evaluate.values import UNBOUND


class Later:
    """``from module import attribute`` with ``level`` dots before the module; no attribute for ``import module``."""

    __slots__ = ("attribute", "found", "level", "module")

    def __init__(self, module: str, level: int, attribute: str | None) -> None:
        self.module = module
        self.level = level
        self.attribute = attribute
        self.found: Any = UNBOUND
        """The module, once it was looked for; None where there is none."""

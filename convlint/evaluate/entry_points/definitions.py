"""Classes by their bare names: what linted files define, and register, for configs that name nothing but a class."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from convlint.evaluate.sources.modules import Modules

_CLASS = re.compile(r"^(?P<decorators>(?:@[^\n]*\n)*)class[ \t]+(?P<name>\w+)", re.MULTILINE)
_REGISTERS = re.compile(r"\bregister|REGISTRY", re.IGNORECASE)
_OTHER_NAME = re.compile(r"regist\w*\([^\n]*\bname=[\"'](?P<name>\w+)[\"']")


class Definition(NamedTuple):
    """A class at the outermost level of a file."""

    path: Path
    name: str
    registered: bool


class Definitions:
    """The classes of the linted files by the names that configs have for them; looked for in the files' text."""

    def __init__(self, modules: Modules) -> None:
        self._modules = modules
        self._found: dict[str, list[Definition]] | None = None

    def nearest(self, name: str, config: Path, registered: bool) -> Definition | None:
        """The class of a name that lies nearest to a config; None where there is none, or several lie equally near."""
        if self._found is None:
            self._found = self._index()
        known = [found for found in self._found.get(name, ()) if found.registered or not registered]
        near = max((_shared(found.path, config) for found in known), default=0)
        nearest = [found for found in known if _shared(found.path, config) == near]
        return nearest[0] if len(nearest) == 1 else None

    def _index(self) -> dict[str, list[Definition]]:
        index: dict[str, list[Definition]] = defaultdict(list)
        for path in sorted(self._modules.linted):
            for match in _CLASS.finditer(self._modules.finder.glance(path)):
                other = _OTHER_NAME.search(match["decorators"])
                registered = _REGISTERS.search(match["decorators"]) is not None
                name = other["name"] if other else match["name"]
                index[name].append(Definition(path, match["name"], registered))
        return index


def _shared(path: Path, config: Path) -> int:
    """How many folders two paths share, from the outermost."""
    pairs = zip(path.parent.parts, config.parent.parts, strict=False)
    return next((index for index, (one, other) in enumerate(pairs) if one != other), len(path.parent.parts))

"""The interface of a dialect: what recognises a kind of config file and reads its layers. See ``docs/dialects.md``."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Protocol

from convlint.frontends.config.facts import Found
from convlint.frontends.config.nodes import Mapping, Node, Scalar, Source

if TYPE_CHECKING:
    from convlint.frontends.config.calls import Call


class Config(Protocol):
    """One config file as a dialect sees it."""

    @property
    def source(self) -> Source:
        """The text and what it is called."""

    @property
    def roots(self) -> list[Node]:
        """The root node of each document."""

    def base(self, name: Scalar) -> Config | None:
        """Another config, by its path relative to this one; None where it is not there or cannot be read."""

    def take(self, *nodes: Mapping) -> None:
        """Note that mappings are understood, so that the dialect of last resort leaves them alone."""

    def taken(self, node: Mapping) -> bool:
        """Whether a dialect has understood a mapping."""


class Dialect(ABC):
    """One way to write a network down in a config file. The module's docstring is its page."""

    name: ClassVar[str]
    """Kebab-case: ``yolo``."""
    marks: ClassVar[tuple[tuple[bytes, ...], ...]]
    """The byte test: a file matters where each of these groups has a word that stands in it."""
    shape: ClassVar[re.Pattern[bytes] | None] = None
    """What has to be found as well, in a file that has the words."""
    suffixes: ClassVar[tuple[str, ...]] = (".yaml", ".yml", ".json")
    order: ClassVar[int] = 0
    """Dialects with a smaller number read first."""

    @abstractmethod
    def read(self, config: Config) -> Iterator[Found | Call]:
        """The layers of a config that has this dialect's shape, and the calls that it asks for; nothing for others."""

    def passes(self, content: bytes) -> bool:
        """Whether a file can be of this dialect, by its bytes."""
        if not all(any(word in content for word in group) for group in self.marks):
            return False
        return self.shape is None or self.shape.search(content) is not None

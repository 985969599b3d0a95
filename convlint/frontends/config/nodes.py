"""The tree of a config file: scalars, sequences and mappings that know where they stand. JSON and YAML share it.

Tags are opaque text and nothing is constructed: a scalar is its characters until somebody asks for a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from convlint.source import Lines, Place

_INTEGER = re.compile(r"[-+]?(?:0*[0-9]|[1-9](?:_?[0-9])*)")
"""A number that YAML 1.1, YAML 1.2 and Python read alike: ``010`` is 8 to one and 10 to another."""
_TRUE = frozenset({"true", "yes", "on"})
_FALSE = frozenset({"false", "no", "off"})


class Source:
    """One config file: how results call it, where it lies, and its text."""

    __slots__ = ("_lines", "file", "path", "resolved", "text")

    def __init__(self, path: str, file: Path, text: str) -> None:
        self.path = path
        self.file = file
        self.text = text
        self._lines: Lines | None = None
        self.resolved: dict[int, Node | None] = {}
        """What arithmetic over references gave, by the id of its scalar."""

    def place(self, start: int, end: int) -> Place:
        """The place of the characters ``start`` to ``end`` (exclusive)."""
        if self._lines is None:
            self._lines = Lines(self.text)
        return self._lines.place(self.path, start, end)


@dataclass(slots=True, eq=False)
class Scalar:
    """A single value: its characters with quotes and escapes undone."""

    source: Source
    start: int
    end: int
    text: str
    tag: str = ""
    quoted: bool = False

    @property
    def place(self) -> Place:
        """Where the value stands, its tag left out."""
        return self.source.place(self.start, self.end)


@dataclass(slots=True, eq=False)
class Sequence:
    """A list of nodes."""

    source: Source
    start: int
    end: int = 0
    items: list[Node] = field(default_factory=list)
    tag: str = ""

    @property
    def place(self) -> Place:
        """Where the whole list stands."""
        return self.source.place(self.start, self.end)


@dataclass(slots=True, eq=False)
class Mapping:
    """Keys and values in the order in which they stand, duplicates and merge keys included."""

    source: Source
    start: int
    end: int = 0
    pairs: list[tuple[Node, Node]] = field(default_factory=list)
    tag: str = ""
    _entries: dict[str, Node] | None = None

    @property
    def place(self) -> Place:
        """Where the whole mapping stands."""
        return self.source.place(self.start, self.end)

    @property
    def entries(self) -> dict[str, Node]:
        """What each scalar key means: the last of equal keys wins, and all of them over what ``<<`` merges in."""
        if self._entries is None:
            self._entries = {}  # a mapping that merges itself in finds nothing
            self._entries = self._merged()
        return self._entries

    def _merged(self) -> dict[str, Node]:
        own: dict[str, Node] = {}
        merged: dict[str, Node] = {}
        for key, value in self.pairs:
            if isinstance(key, Scalar):
                if key.text == "<<" and not key.quoted:
                    for mapping in value.items if isinstance(value, Sequence) else [value]:
                        if isinstance(mapping, Mapping):
                            merged = {**mapping.entries, **merged}
                else:
                    own[key.text] = value
        return {**merged, **own}

    def get(self, key: str) -> Node | None:
        """The value of a key, None where there is none."""
        return self.entries.get(key)

    def key(self, name: str) -> Scalar | None:
        """The node of the key that counts, None where it is merged in or missing."""
        return next((key for key, _ in reversed(self.pairs) if isinstance(key, Scalar) and key.text == name), None)

    def duplicates(self) -> Iterator[tuple[Scalar, Scalar, Node]]:
        """Each key that stands here more than once: where it counts not, where it counts, and the value that counts."""
        last: dict[str, tuple[Scalar, Node]] = {}
        for key, value in reversed(self.pairs):
            if isinstance(key, Scalar) and key.text != "<<":
                if key.text in last:
                    yield key, *last[key.text]
                else:
                    last[key.text] = (key, value)


Node = Scalar | Sequence | Mapping


def integer(node: Node | None) -> int | None:
    """The whole number that a scalar is; None for anything else, strings of digits included."""
    if not isinstance(node, Scalar) or node.quoted or node.tag or len(node.text) > 18:
        return None
    return int(node.text.replace("_", "")) if _INTEGER.fullmatch(node.text) else None


def text(node: Node | None) -> str | None:
    """The characters of a scalar; None for anything else."""
    return node.text if isinstance(node, Scalar) else None


def truth(node: Node | None) -> bool | None:
    """The truth value that a plain scalar is; None for anything else."""
    if not isinstance(node, Scalar) or node.quoted or node.tag:
        return None
    word = node.text.lower()
    return True if word in _TRUE else False if word in _FALSE else None


def is_null(node: Node | None) -> bool:
    """Whether a node is missing, empty or ``null``; what has a tag is something that nobody has built."""
    if node is None:
        return True
    return isinstance(node, Scalar) and not node.quoted and not node.tag and node.text in ("", "~", "null", "None")


def child(node: Node | None, *path: str) -> Node | None:
    """What stands at the keys ``path`` below a mapping; None where any of them is missing."""
    for key in path:
        node = node.get(key) if isinstance(node, Mapping) else None
    return node


def walk(root: Node) -> Iterator[tuple[str, Node]]:
    """Every node below and including ``root``, with its dotted path; what aliases share comes once."""
    seen: set[int] = set()
    stack: list[tuple[str, Node]] = [("", root)]
    while stack:
        path, node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield path, node
        below: list[tuple[str, Node]] = []
        if isinstance(node, Mapping):
            below = [(f"{path}.{key}" if path else key, value) for key, value in node.entries.items()]
        elif isinstance(node, Sequence):
            below = [(f"{path}[{index}]", item) for index, item in enumerate(node.items)]
        stack.extend(reversed(below))


def mappings(root: Node) -> Iterator[tuple[str, Mapping]]:
    """The mappings below and including ``root``, with their dotted paths."""
    return ((path, node) for path, node in walk(root) if isinstance(node, Mapping))

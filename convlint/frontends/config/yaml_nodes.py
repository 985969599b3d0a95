"""YAML text to nodes, with libyaml's event parser: no recursion, no construction, limits counted as events come in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from convlint.frontends.config.limits import MAX_EXPANDED, MAX_NESTING, MAX_NODES
from convlint.frontends.config.nodes import Mapping, Node, Scalar, Sequence, Source

_TAG = re.compile(r"(?:[!&]\S*\s+)+")
_NO_FILE = Path()
_STANDARD = "tag:yaml.org,2002:"


class ConfigError(ValueError):
    """A config file that cannot be read: line and column (from 1; 0 where there is none) and one clear message."""

    def __init__(self, line: int, column: int, message: str) -> None:
        super().__init__(line, column, message)
        self.line = line
        self.column = column
        self.message = f"{message} (column {column})" if column else message


def parse_yaml(source: Source) -> list[Node]:
    """The root nodes of all documents of a YAML text. Raises ConfigError."""
    import yaml

    try:
        return _Builder(source).documents(_events(source.text))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise ConfigError(line, column, f"is not valid YAML: {error.problem or error.context}") from None
    except yaml.reader.ReaderError as error:
        place = source.place(error.position, error.position) if 0 <= error.position <= len(source.text) else None
        line, column = (place.line, place.column) if place else (0, 0)
        raise ConfigError(line, column, f"is not valid YAML: {error.reason}") from None


def comments(text: str) -> Iterator[tuple[int, str]]:
    """Offset and text of each comment. Raises ConfigError where the text does not parse."""
    import yaml

    source = Source("", _NO_FILE, text)
    try:
        scalars: list[Any] = [event for event in _events(text) if isinstance(event, yaml.ScalarEvent)]
        spans = [(scalar.start_mark.index, scalar.end_mark.index) for scalar in scalars]
    except yaml.YAMLError as error:
        raise ConfigError(0, 0, f"is not valid YAML: {error}") from None
    number = 0
    for match in re.finditer(r"(?:(?<=\s)|\A)#[^\r\n]*", source.text):
        while number < len(spans) and spans[number][1] <= match.start():
            number += 1
        if number == len(spans) or match.start() < spans[number][0]:
            yield match.start(), match.group()


def _events(text: str) -> Iterator[Any]:
    import yaml

    # Without libyaml the same events come from Python code, ten times as slowly.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return iter(yaml.parse(text, Loader=loader))


class _Builder:
    """Builds nodes from events. ``open`` holds the collections that are not closed, with the weight of each so far."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.roots: list[Node] = []
        self.open: list[Sequence | Mapping] = []
        self.keys: list[Node | None] = []
        self.weights: list[int] = []
        self.anchors: dict[str, Node] = {}
        self.weight_of: dict[int, int] = {}
        self.count = 0

    def documents(self, events: Iterator[Any]) -> list[Node]:
        import yaml

        for event in events:
            kind = type(event)
            if kind is yaml.ScalarEvent:
                self._add(self._scalar(event), event, 1)
            elif kind is yaml.SequenceStartEvent:
                self._open(Sequence(self.source, event.start_mark.index, tag=_tag(event)), event)
            elif kind is yaml.MappingStartEvent:
                self._open(Mapping(self.source, event.start_mark.index, tag=_tag(event)), event)
            elif kind is yaml.SequenceEndEvent or kind is yaml.MappingEndEvent:
                self._close(event)
            elif kind is yaml.AliasEvent:
                self._alias(event)
            elif kind is yaml.DocumentEndEvent:
                self.anchors.clear()
        return self.roots

    def _scalar(self, event: Any) -> Scalar:
        start, tag = event.start_mark.index, _tag(event)
        if event.tag or event.anchor:
            prefix = _TAG.match(self.source.text, start, event.end_mark.index)
            start = prefix.end() if prefix else start
        return Scalar(self.source, start, event.end_mark.index, event.value, tag, bool(event.style))

    def _open(self, node: Sequence | Mapping, event: Any) -> None:
        if len(self.open) >= MAX_NESTING:
            raise _limit(event, f"is nested more than {MAX_NESTING:,} deep")
        self.anchors.update({event.anchor: node} if event.anchor else {})
        self._count(event)
        self.open.append(node)
        self.keys.append(None)
        self.weights.append(1)

    def _close(self, event: Any) -> None:
        node, weight = self.open.pop(), self.weights.pop()
        self.keys.pop()
        end = event.end_mark.index
        if not event.end_mark.index > event.start_mark.index:  # a block ends where the next thing begins
            end = self._end_of_block(node, event.start_mark.index)
        node.end = end
        self.weight_of[id(node)] = weight
        self._attach(node, event, weight)

    def _end_of_block(self, node: Sequence | Mapping, limit: int) -> int:
        last: Node | None = None
        if isinstance(node, Mapping) and node.pairs:
            key, value = node.pairs[-1]
            last = value if value.source is self.source and key.end <= value.end <= limit else key
        elif isinstance(node, Sequence) and node.items:
            last = node.items[-1]
        end = last.end if last is not None and node.start < last.end <= limit else limit
        return max(end, node.start)

    def _alias(self, event: Any) -> None:
        target = self.anchors.get(event.anchor)
        if target is None:
            raise _limit(event, f"is not valid YAML: found undefined alias {event.anchor!r}")
        self._count(event)
        self._attach(target, event, self.weight_of.get(id(target), 1))

    def _add(self, node: Scalar, event: Any, weight: int) -> None:
        if event.anchor:
            self.anchors[event.anchor] = node
        self._count(event)
        self._attach(node, event, weight)

    def _count(self, event: Any) -> None:
        self.count += 1
        if self.count > MAX_NODES:
            raise _limit(event, f"has more than {MAX_NODES:,} values")

    def _attach(self, node: Node, event: Any, weight: int) -> None:
        if not self.open:
            self.roots.append(node)
            return
        self.weights[-1] += weight
        if self.weights[-1] > MAX_EXPANDED:
            raise _limit(event, f"has more than {MAX_EXPANDED:,} values once its aliases are written out")
        parent = self.open[-1]
        if isinstance(parent, Sequence):
            parent.items.append(node)
        elif self.keys[-1] is None:
            self.keys[-1] = node
        else:
            parent.pairs.append((self.keys[-1], node))
            self.keys[-1] = None


def _tag(event: Any) -> str:
    """The tag of a node where it is not one of YAML's own."""
    tag: str = event.tag or ""
    return "" if tag == "!" or (tag.startswith(_STANDARD) and not tag.startswith(_STANDARD + "python")) else tag


def _limit(event: Any, message: str) -> ConfigError:
    return ConfigError(event.start_mark.line + 1, event.start_mark.column + 1, message)

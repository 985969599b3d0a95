"""JSON text to nodes: a tokenizer and a stack, no recursion; comments and trailing commas are forgiven."""

from __future__ import annotations

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]

from convlint.frontends.config.limits import MAX_NESTING, MAX_NODES
from convlint.frontends.config.nodes import Mapping, Node, Scalar, Sequence, Source
from convlint.frontends.config.yaml_nodes import ConfigError

_BLANK = re.compile(r"(?:[ \t\r\n]+|//[^\r\n]*|/\*.*?\*/)*", re.DOTALL)
_BARE = re.compile(r"-?\d[\d.eE+-]*|-?Infinity|NaN|true|false|null")


def parse_json(source: Source) -> list[Node]:
    """The root node of a JSON text, in a list; empty for an empty text and for a log of one value a line.

    Raises ConfigError.
    """
    return _Parser(source).run()


class _Parser:
    """Reads one value after the other into the innermost open collection."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.at = 0
        self.open: list[Sequence | Mapping] = []
        self.count = 0

    def run(self) -> list[Node]:
        self._skip()
        if self.at == len(self.text):
            return []
        root = self._value()
        while self.open:
            self._next(self.open[-1])
        end = self.at
        self._skip()
        if self._peek() in ("{", "[") and "\n" in self.text[end : self.at]:
            return []  # records of a run, such as a training log that quotes its config
        if self.at < len(self.text):
            raise self._error("is not valid JSON: something follows the end of the value")
        return [root]

    def _next(self, parent: Sequence | Mapping) -> None:
        """Read one item, or the end of ``parent``."""
        closing = "]" if isinstance(parent, Sequence) else "}"
        self._skip()
        filled = bool(parent.items if isinstance(parent, Sequence) else parent.pairs)
        if filled and self._peek() == ",":
            self.at += 1
            self._skip()
        elif filled and self._peek() != closing:
            raise self._error(f"is not valid JSON: expected ',' or '{closing}'")
        if self._peek() == closing:
            self.at += 1
            parent.end = self.at
            self.open.pop()
        elif isinstance(parent, Sequence):
            parent.items.append(self._value())
        else:
            key = self._string()
            self._skip()
            if self._peek() != ":":
                raise self._error("is not valid JSON: expected ':'")
            self.at += 1
            self._skip()
            parent.pairs.append((key, self._value()))

    def _value(self) -> Node:
        self.count += 1
        if self.count > MAX_NODES:
            raise self._error(f"has more than {MAX_NODES:,} values")
        character = self._peek()
        if character == '"':
            return self._string()
        if character in ("{", "["):
            if len(self.open) >= MAX_NESTING:
                raise self._error(f"is nested more than {MAX_NESTING:,} deep")
            node = Mapping(self.source, self.at) if character == "{" else Sequence(self.source, self.at)
            self.at += 1
            self.open.append(node)
            return node
        match = _BARE.match(self.text, self.at)
        if match is None:
            raise self._error("is not valid JSON: expected a value")
        self.at = match.end()
        return Scalar(self.source, match.start(), match.end(), match.group())

    def _string(self) -> Scalar:
        start = self.at
        if self._peek() != '"':
            raise self._error("is not valid JSON: expected a string")
        try:
            value, self.at = scanstring(self.text, start + 1, False)
        except json.JSONDecodeError as error:
            self.at = min(error.pos, len(self.text))
            raise self._error(f"is not valid JSON: {error.msg[:1].lower()}{error.msg[1:]}") from None
        return Scalar(self.source, start, self.at, value, quoted=True)

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _skip(self) -> None:
        match = _BLANK.match(self.text, self.at)
        assert match is not None
        self.at = match.end()

    def _error(self, message: str) -> ConfigError:
        place = self.source.place(self.at, self.at)
        return ConfigError(place.line, place.column, message)

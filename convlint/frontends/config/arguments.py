"""Nodes as the arguments of a call, where a file holds nothing but data: what is a name or an expression is unknown."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from convlint.frontends.config.calls import Argument, Given, Keyed, Listed, Opaque
from convlint.frontends.config.nodes import Mapping, Node, Scalar, Sequence, integer, is_null, walk
from convlint.frontends.config.plain_values import plain_value

MAX_DEPTH = 20
"""Lists and mappings inside each other; settings of one class nest three or four deep."""
MAX_VALUES = 5_000
"""Values of one argument, aliases written out; the longest lists of settings have a few hundred."""


def argument(node: Node) -> Argument:
    """The value of a node; unknown as a whole where it is too large."""
    if sum(1 for _ in islice(_written_out(node), MAX_VALUES + 1)) > MAX_VALUES:
        return Opaque("too many values", node)
    return _value(node, 0)


def _written_out(node: Node) -> Iterator[Node]:
    """A node and all below it, those that aliases share as often as they stand there."""
    stack = [node]
    while stack:
        inner = stack.pop()
        yield inner
        if isinstance(inner, Sequence):
            stack += inner.items
        elif isinstance(inner, Mapping):
            stack += inner.entries.values()


def _value(node: Node, depth: int) -> Argument:
    if node.tag or depth > MAX_DEPTH:
        return Opaque("an expression", node)
    if isinstance(node, Sequence):
        return Listed([_value(item, depth + 1) for item in node.items], node)
    if isinstance(node, Mapping):
        return Keyed({key: _value(value, depth + 1) for key, value in node.entries.items()}, node)
    if is_null(node):
        return Given(None, node)
    value = plain_value(node)
    if not node.quoted and isinstance(value, Given) and isinstance(value.value, str):
        return Opaque("a name", node)
    return value


def may_stride(node: Node) -> bool:
    """Whether a node is, or holds, a number above 1."""
    return any(isinstance(inner, Scalar) and (integer(inner) or 0) > 1 for _, inner in walk(node))

"""Nodes as the arguments of a call, where a file holds nothing but data: what is a name or an expression is unknown."""

from __future__ import annotations

from convlint.frontends.config.calls import Argument, Given, Keyed, Listed, Opaque
from convlint.frontends.config.nodes import Mapping, Node, Scalar, Sequence, integer, is_null, walk
from convlint.frontends.config.plain_values import plain_value

MAX_DEPTH = 20
"""Lists and mappings inside each other; settings of one class nest three or four deep."""


def argument(node: Node, depth: int = 0) -> Argument:
    """The value of a node."""
    if node.tag or depth > MAX_DEPTH:
        return Opaque("an expression", node)
    if isinstance(node, Sequence):
        return Listed([argument(item, depth + 1) for item in node.items], node)
    if isinstance(node, Mapping):
        return Keyed({key: argument(value, depth + 1) for key, value in node.entries.items()}, node)
    if is_null(node):
        return Given(None, node)
    value = plain_value(node)
    if not node.quoted and isinstance(value, Given) and isinstance(value.value, str):
        return Opaque("a name", node)
    return value


def may_stride(node: Node) -> bool:
    """Whether a node is, or holds, a number above 1."""
    return any(isinstance(inner, Scalar) and (integer(inner) or 0) > 1 for _, inner in walk(node))

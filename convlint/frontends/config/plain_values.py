"""Scalars of a config as the values that a call receives: numbers, truth values, text, and HyperPyYAML's tuples."""

from __future__ import annotations

import re

from convlint.frontends.config.calls import Argument, Given, Listed, Opaque
from convlint.frontends.config.limits import MAX_NUMBER_TEXT
from convlint.frontends.config.nodes import Scalar, integer, truth

_ITEM = re.compile(r"[^,()\[\]\s][^,()\[\]]*")
_FLOAT = re.compile(r"[-+]?(\d+\.\d*|\.\d+|\d+)([eE][-+]?\d+)?", re.ASCII)


def plain_value(node: Scalar) -> Argument:
    """The value of a scalar as YAML and JSON have it, and HyperPyYAML's tuples."""
    if node.tag:
        return Opaque(node.tag, node)
    if node.text == "???":
        return Opaque("a mandatory value that is not given", node)
    if node.quoted:
        return Opaque("an expression", node) if node.text[:1] == "$" else Given(node.text, node)
    whole, yes = integer(node), truth(node)
    if whole is not None:
        return Given(whole, node)
    if yes is not None:
        return Given(yes, node)
    if node.text in ("", "~", "null"):
        return Given(None, node)
    if node.text[:1] == "(" and node.text[-1:] == ")" and node.source.text.startswith(node.text, node.start):
        return _tuple(node)
    if _FLOAT.fullmatch(node.text) and len(node.text) < 40:
        return Given(float(node.text), node)
    return Given(node.text, node)


def _tuple(node: Scalar) -> Argument:
    """HyperPyYAML's ``(3, 3)`` and ``(False, 0.5)``; one with brackets inside is left alone."""
    inner = node.text[1:-1]
    if any(bracket in inner for bracket in "()[]") or len(inner) > MAX_NUMBER_TEXT:
        return Opaque("a tuple", node)
    items: list[Argument] = []
    for match in _ITEM.finditer(inner):
        word = match.group().rstrip()
        at = node.start + 1 + match.start()
        quoted = word[:1] in "'\"" and word[-1:] == word[:1]
        items.append(
            plain_value(Scalar(node.source, at, at + len(word), word[1:-1] if quoted else word, quoted=quoted))
        )
    return Listed(items, node, is_tuple=True)

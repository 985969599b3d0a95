"""What stands in place of a value: ``${a.b}`` (Hydra), ``!ref <a[b]>`` (HyperPyYAML) and ``@a::b`` (MONAI)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from convlint.frontends.config.arithmetic import ArithmeticTextError, Item, evaluate
from convlint.frontends.config.limits import MAX_NUMBER_TEXT, MAX_REFERENCES
from convlint.frontends.config.nodes import Mapping, Node, Scalar, Sequence

_HYDRA = re.compile(r"\$\{(?P<dots>\.*)(?P<path>[^${}:.][^${}:]*)\}")
_ANGLES = re.compile(r"<([^<>]+)>")
_PART = re.compile(r"[^.\[\]]+")
_LENGTH = re.compile(r"\$len\(@(?P<path>[\w:#.-]+)\)")
"""The one expression of MONAI's that is common and needs no Python: how many axes a size has."""
_MONAI = re.compile(r"[@%](?P<path>[\w:#.-]+)")


@dataclass(frozen=True, slots=True)
class Located:
    """A node, and the collections around it, outermost first."""

    node: Node
    around: tuple[Node, ...] = ()

    def below(self, node: Node) -> Located:
        """A node directly below this one."""
        return Located(node, (*self.around, self.node))


def resolve(located: Located) -> Located | None:
    """What a value stands for: itself where it is no reference, None where that cannot be told from this file."""
    for _ in range(MAX_REFERENCES):
        node = located.node
        if not isinstance(node, Scalar):
            return located
        target = _target(located, node)
        if target is None:
            return None
        if target is located:
            return located
        located = target
    return None


def _target(located: Located, node: Scalar) -> Located | None:
    """One step: what a scalar refers to, ``located`` itself where it refers to nothing."""
    root = located.around[0] if located.around else node
    if node.tag in ("!ref", "!copy"):
        return _angled(root, node)
    if node.tag.startswith("!"):
        return None if node.tag == "!PLACEHOLDER" else located
    if "${" in node.text:
        match = _HYDRA.fullmatch(node.text)
        return _hydra(located, match) if match else None
    if node.text[:1] in ("@", "%") and (monai := _MONAI.fullmatch(node.text)):
        return follow(root, re.split(r"::|#", monai["path"]))
    if node.text[:1] == "$" and node.quoted:
        counted = _LENGTH.fullmatch(node.text)
        return _length(root, node, re.split(r"::|#", counted["path"])) if counted else None
    return located


def _hydra(located: Located, match: re.Match[str]) -> Located | None:
    """``${a.b}`` from the root, ``${.a}`` beside the value, ``${..a}`` beside what holds it, and so on."""
    dots, parts = len(match["dots"]), _PART.findall(match["path"])
    around = list(located.around)
    if not dots:
        return follow(around[0], parts) if around else None
    if dots > len(around):
        return None
    start = around[: len(around) - dots + 1]
    return follow(start[-1], parts, tuple(start[:-1]))


def _length(root: Node, node: Scalar, parts: list[str]) -> Located | None:
    """How long a list is, as a number that stands where it is asked for."""
    target = follow(root, parts)
    found = resolve(target) if target is not None else None
    if found is None or not isinstance(found.node, Sequence):
        return None
    return Located(Scalar(node.source, node.start, node.end, str(len(found.node.items))), (root,))


def _angled(root: Node, node: Scalar) -> Located | None:
    """``<a[b]>``, alone or in arithmetic, as HyperPyYAML has it: always from the root."""
    if len(node.text) > MAX_NUMBER_TEXT:
        return None
    names = _ANGLES.findall(node.text)
    if len(names) == 1 and node.text.strip() == f"<{names[0]}>":
        return follow(root, _PART.findall(names[0]))
    known = node.source.resolved
    if id(node) not in known:
        known[id(node)] = None  # what refers to itself has no value
        known[id(node)] = _computed(root, node, names)
    result = known[id(node)]
    return None if result is None else Located(result, (root,))


def _computed(root: Node, node: Scalar, names: list[str]) -> Scalar | None:
    """The value of arithmetic over references, as a number that stands where it is asked for."""
    text = node.text
    for name in names:
        found = follow(root, _PART.findall(name))
        value = resolve(found) if found is not None else None
        if value is None or not isinstance(value.node, Scalar):
            return None
        text = text.replace(f"<{name}>", value.node.text)
    try:
        result = evaluate(text)
    except ArithmeticTextError:
        return None
    if not isinstance(result, Item):
        return None
    value_of = result.value
    whole = int(value_of) if isinstance(value_of, float) and value_of.is_integer() and "//" in text else value_of
    return Scalar(node.source, node.start, node.end, str(whole))


def follow(start: Node, parts: list[str], around: tuple[Node, ...] = ()) -> Located | None:
    """What stands at ``parts`` (keys and indices) below a node; None where nothing does."""
    located = Located(start, around)
    for part in parts:
        node = located.node
        if isinstance(node, Scalar):  # a reference to something with parts
            resolved = resolve(located)
            if resolved is None or resolved is located:
                return None
            located, node = resolved, resolved.node
        below = _below(node, part)
        if below is None:
            return None
        located = located.below(below)
    return located


def _below(node: Node, part: str) -> Node | None:
    if isinstance(node, Mapping):
        return node.get(part)
    if isinstance(node, Sequence) and part.isdecimal() and len(part) < 9:
        return node.items[int(part)] if int(part) < len(node.items) else None
    return None

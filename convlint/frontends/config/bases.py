"""Configs that take in others (``_BASE_``, ``__include__``, ``_base_``): the merged tree, and what led to each file."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from convlint.frontends.config.dialect import Config
from convlint.frontends.config.limits import MAX_BASES, MAX_NESTING
from convlint.frontends.config.nodes import Mapping, Node, Scalar, Sequence, child, truth
from convlint.network.layers import Step

BASE_KEYS = ("_BASE_", "__include__", "_base_")
OF_BASE = "!base:"
"""Begins the tag of what stands for a part of the base (``_base_.model``): the rest is its dotted path.

A mapping with such a tag is laid over that part.
"""
_QUOTED = re.compile(r"\{\{\s*_base_\.([\w.]+)\s*\}\}")
MAX_CHAIN = 20
"""Files that take in each other, one after the other; mmdetection's longest chain is five."""


@dataclass(slots=True)
class Composed:
    """A config with everything that it takes in. Values keep the places at which they are written."""

    root: Mapping
    ways: dict[str, tuple[Step, ...]] = field(default_factory=dict)
    """By the path of a file that was taken in: the lines that led there, outermost first."""
    taken: int = 0
    """How many times a file was taken in."""
    missing: bool = False
    """Whether a file to take in cannot be read, so that what is set nowhere may be set there."""

    def above(self, node: Node) -> tuple[Step, ...]:
        """The lines that lead to the file in which a node stands."""
        return self.ways.get(node.source.path, ())


def compose(config: Config) -> Composed | None:
    """The first document of a config, merged over those that it takes in; None where it is no mapping."""
    root = config.roots[0] if config.roots else None
    if not isinstance(root, Mapping):
        return None
    composed = Composed(root, {config.source.path: ()})
    composed.root = _merged(config, root, (), composed)
    return composed


def _merged(config: Config, root: Mapping, above: tuple[Step, ...], composed: Composed) -> Mapping:
    """A config's own mapping over those of the files that it takes in."""
    merged: Mapping | None = None
    for name in _names(root) if len(above) < MAX_CHAIN else ():
        composed.taken += 1
        if composed.taken > MAX_BASES:
            break
        base = config.base(name)
        inner = base.roots[0] if base is not None and base.roots else None
        if base is None or not isinstance(inner, Mapping) or base.source.path in _paths(above, config):
            composed.missing |= base is None
            continue
        steps = (*above, Step(name.place, f"{config.source.path}:{name.text}"))
        composed.ways.setdefault(base.source.path, steps)
        taken = _merged(base, inner, steps, composed)
        merged = taken if merged is None else merge(merged, taken)
    if merged is None:
        return root
    if "_base_." in root.source.text:
        root = _Parts(merged).mapping(root, 0)
    return merge(merged, root)


class _Parts:
    """Puts parts of a base where a config names them: ``_base_.model``, and ``"{{_base_.model}}"``."""

    def __init__(self, base: Mapping) -> None:
        self.base = base
        self.done: dict[int, tuple[Node, Node]] = {}
        """By what was looked at, which is kept so that nothing else can have its id."""

    def of(self, node: Node, depth: int) -> Node:
        if id(node) in self.done or depth > MAX_NESTING:
            return self.done.get(id(node), (node, node))[1]
        self.done[id(node)] = (node, node)
        result: Node = node
        if isinstance(node, Scalar):
            quoted = _QUOTED.fullmatch(node.text) if node.quoted else None
            if quoted or node.tag.startswith(OF_BASE):
                path = quoted[1] if quoted else node.tag[len(OF_BASE) :]
                result = child(self.base, *path.split(".")) or node
        elif isinstance(node, Mapping):
            result = self.mapping(node, depth)
        else:
            items = [self.of(item, depth + 1) for item in node.items]
            if any(new is not old for new, old in zip(items, node.items, strict=True)):
                result = Sequence(node.source, node.start, node.end, items, node.tag)
        self.done[id(node)] = (node, result)
        return result

    def mapping(self, node: Mapping, depth: int) -> Mapping:
        pairs = [(key, self.of(value, depth + 1)) for key, value in node.pairs]
        own = node
        if node.tag.startswith(OF_BASE) or any(
            new is not old for (_, new), (_, old) in zip(pairs, node.pairs, strict=True)
        ):
            own = Mapping(node.source, node.start, node.end, pairs, "" if node.tag.startswith(OF_BASE) else node.tag)
        below = child(self.base, *node.tag[len(OF_BASE) :].split(".")) if node.tag.startswith(OF_BASE) else None
        return merge(below, own) if isinstance(below, Mapping) else own


def _paths(above: tuple[Step, ...], config: Config) -> set[str]:
    return {config.source.path, *(step.place.path for step in above)}


def _names(root: Mapping) -> list[Scalar]:
    found: list[Scalar] = []
    for key in BASE_KEYS:
        value = root.get(key)
        items = value.items if isinstance(value, Sequence) else [value]
        found += [item for item in items if isinstance(item, Scalar)]
    return found


def merge(base: Mapping, over: Mapping, depth: int = 0) -> Mapping:
    """``over`` laid over ``base``, mappings inside each other; ``_delete_`` keeps nothing of the base."""
    if truth(over.get("_delete_")) or depth > MAX_NESTING:
        return over
    entries = dict(base.entries)
    for key, value in over.entries.items():
        below = entries.get(key)
        if isinstance(value, Mapping) and isinstance(below, Mapping):
            entries[key] = merge(below, value, depth + 1)
        else:
            entries[key] = value
    merged = Mapping(over.source, over.start, over.end, tag=over.tag or base.tag)
    merged.pairs = [(over.key(key) or base.key(key) or _name(over, key), value) for key, value in entries.items()]
    return merged


def _name(mapping: Mapping, key: str) -> Scalar:
    return Scalar(mapping.source, mapping.start, mapping.start, key)

"""Configs in Python (OpenMMLab's ``dict(type=...)``, detectron2's ``L(...)``) as nodes: read as data, never run."""

from __future__ import annotations

import ast
import re
import warnings

from convlint.frontends.config.bases import OF_BASE, merge
from convlint.frontends.config.limits import MAX_NESTING
from convlint.frontends.config.nodes import Mapping, Node, Scalar, Sequence, Source

OPAQUE = "!python"
"""The tag of an expression that is no data."""


def parse_python(source: Source) -> list[Node]:
    """One mapping: what each name at module level is. Empty for a file that Python does not parse.

    Such a file is reported by the Python front end already.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [_Module(source).read(tree)]


class _Module:
    """The names of one module, in order."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.names: dict[str, Node] = {}
        self.deleted: set[str] = set()
        self.root = Mapping(source, 0, len(source.text))
        self.starts = [0]
        for match in re.finditer(r"\r\n|\r|\n", source.text):
            self.starts.append(match.end())

    def read(self, tree: ast.Module) -> Mapping:
        for statement in tree.body:
            if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
                self._assign(statement.targets[0], statement.value)
            elif isinstance(statement, ast.With) and _reads_base(statement):
                self._bases(statement)
            elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
                self._update(statement.value)
            elif isinstance(statement, ast.Delete):
                self._delete(statement)
        return self.root

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        node = self._node(value, 0)
        if isinstance(target, ast.Name):
            self._put(self._scalar(target, target.id), self._alone(node) if target.id in self.deleted else node)
        elif isinstance(target, (ast.Attribute, ast.Subscript)):
            self._set_inside(target, self._alone(node))

    def _put(self, key: Scalar, node: Node) -> None:
        self.names[key.text] = node
        self.root.pairs.append((key, node))

    def _alone(self, node: Node) -> Node:
        """What is assigned, and not laid over what was there."""
        if not isinstance(node, Mapping) or node.tag:
            return node
        at = Scalar(self.source, node.start, node.start, "_delete_")
        alone = Mapping(self.source, node.start, node.end)
        alone.pairs = [*node.pairs, (at, Scalar(self.source, node.start, node.start, "True"))]
        return alone

    def _delete(self, statement: ast.Delete) -> None:
        """``del _base_.model``: what is called so from here on has nothing of the base's."""
        for target in statement.targets:
            if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "_base_":
                self.deleted.add(target.attr)
                self._put(self._scalar(target, target.attr), self._scalar(target, "null"))

    def _set_inside(self, target: ast.expr, node: Node) -> None:
        """``model.backbone.style = ...``: laid over what is known, or over what a base has.

        ``_base_.model...`` is the same as ``model...``.
        """
        path = _path(target)
        if path is None:
            return
        name, *below = path[1:] if path[0] == "_base_" and len(path) > 1 else path
        for key in reversed(below):
            outer = Mapping(self.source, node.start, node.end)
            outer.pairs.append((Scalar(self.source, node.start, node.start, key), node))
            node = outer
        known = self.names.get(name)
        if isinstance(node, Mapping) and isinstance(known, Mapping):
            node = merge(known, node)
        elif isinstance(node, Mapping) and isinstance(known, Scalar) and known.tag.startswith(OF_BASE):
            node.tag = known.tag
        start, _ = self._span(target)
        self._put(Scalar(self.source, start, start, name), node)

    def _update(self, call: ast.Call) -> None:
        """``model.backbone.update(dict(...))``, as configs with ``read_base()`` have it."""
        target = call.func
        if isinstance(target, ast.Attribute) and target.attr == "update" and len(call.args) == 1:
            self._set_inside(target.value, self._node(call.args[0], 0))

    def _bases(self, statement: ast.With) -> None:
        """``from .._base_.models.x import *``: a file to take in, as a relative path."""
        bases = Sequence(self.source, *self._span(statement))
        for inner in statement.body:
            if isinstance(inner, ast.ImportFrom) and inner.level and inner.module:
                path = "../" * (inner.level - 1) + inner.module.replace(".", "/") + ".py"
                bases.items.append(self._scalar(inner, path))
        self._put(Scalar(self.source, bases.start, bases.start, "_base_"), bases)

    # --- expressions --------------------------------------------------------------------------------------------------

    def _node(self, value: ast.expr, depth: int) -> Node:
        if depth > MAX_NESTING:
            return self._scalar(value, "", OPAQUE)
        if isinstance(value, ast.Constant):
            return self._constant(value)
        if isinstance(value, (ast.List, ast.Tuple)):
            node = Sequence(self.source, *self._span(value))
            node.items = [self._node(item, depth + 1) for item in value.elts]
            return node
        if isinstance(value, ast.Dict):
            pairs = [(key.value, key, item) for key, item in zip(value.keys, value.values, strict=True)
                     if isinstance(key, ast.Constant) and isinstance(key.value, str)]  # fmt: skip
            return self._mapping(value, [(self._scalar(key, name), item) for name, key, item in pairs], depth)
        if isinstance(value, ast.Call):
            return self._call(value, depth)
        if isinstance(value, ast.Name):
            return self.names.get(value.id) or self._scalar(value, value.id)
        if isinstance(value, ast.Set) and len(value.elts) == 1:  # {{_base_.x}}
            inner = value.elts[0]
            return self._node(inner.elts[0] if isinstance(inner, ast.Set) and inner.elts else inner, depth + 1)
        if isinstance(value, (ast.Attribute, ast.Subscript)):
            return self._part(value)
        if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub):
            operand = self._node(value.operand, depth + 1)
            if isinstance(operand, Scalar) and not operand.quoted:
                return self._scalar(value, f"-{operand.text}", operand.tag)
        return self._scalar(value, "", OPAQUE)

    def _part(self, value: ast.expr) -> Node:
        """``_base_.model.backbone``, and a part of what this file has set."""
        path = _path(value) or ["", ""]
        if path[0] == "_base_":
            return self._scalar(value, "", OF_BASE + ".".join(path[1:]))
        node = self.names.get(path[0])
        for at, key in enumerate(path[1:], start=1):
            if isinstance(node, Scalar) and node.tag.startswith(OF_BASE):
                return self._scalar(value, "", ".".join([node.tag, *path[at:]]))
            node = node.get(key) if isinstance(node, Mapping) and not node.tag else None
        return node or self._scalar(value, "", OPAQUE)

    def _constant(self, value: ast.Constant) -> Scalar:
        if isinstance(value.value, str):
            scalar = self._scalar(value, value.value)
            scalar.quoted = True
            return scalar
        return self._scalar(value, "null" if value.value is None else str(value.value))

    def _call(self, call: ast.Call, depth: int) -> Node:
        """``dict(...)``, and detectron2's ``L(target)(...)``, whose target is its type."""
        keywords = [(keyword.arg, keyword) for keyword in call.keywords if keyword.arg is not None]
        pairs = [(self._keyword(name, keyword), keyword.value) for name, keyword in keywords]
        if isinstance(call.func, ast.Name) and call.func.id in ("dict", "ConfigDict"):
            return self._mapping(call, pairs, depth)
        inner = call.func
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name) and inner.func.id in ("L", "LazyCall"):
            node = self._mapping(call, pairs, depth)
            if len(inner.args) == 1:
                target = self._scalar(inner.args[0], ast.unparse(inner.args[0])[:200])
                node.pairs.insert(0, (Scalar(self.source, target.start, target.start, "type"), target))
            return node
        return self._scalar(call, "", OPAQUE)

    def _keyword(self, name: str, keyword: ast.keyword) -> Scalar:
        start, _ = self._span(keyword)
        return Scalar(self.source, start, start + len(name), name)

    def _mapping(self, value: ast.expr, pairs: list[tuple[Scalar, ast.expr]], depth: int) -> Mapping:
        node = Mapping(self.source, *self._span(value))
        node.pairs = [(key, self._node(item, depth + 1)) for key, item in pairs]
        return node

    def _scalar(self, value: ast.AST, text: str, tag: str = "") -> Scalar:
        return Scalar(self.source, *self._span(value), text, tag)

    def _span(self, value: ast.AST) -> tuple[int, int]:
        """Character offsets; Python counts bytes within a line."""
        return (
            self._offset(value.lineno, value.col_offset),  # type: ignore[attr-defined]
            self._offset(value.end_lineno, value.end_col_offset),  # type: ignore[attr-defined]
        )

    def _offset(self, line: int, column: int) -> int:
        start = self.starts[line - 1]
        end = self.starts[line] if line < len(self.starts) else len(self.source.text)
        row = self.source.text[start:end]
        return start + (column if row.isascii() else len(row.encode()[:column].decode(errors="ignore")))


def _path(target: ast.expr) -> list[str] | None:
    """The name and the keys of ``model.backbone['style']``; None for anything else."""
    path: list[str] = []
    while isinstance(target, (ast.Attribute, ast.Subscript)):
        if isinstance(target, ast.Attribute):
            path.append(target.attr)
        elif isinstance(target.slice, ast.Constant) and isinstance(target.slice.value, str):
            path.append(target.slice.value)
        else:
            return None
        target = target.value
    if not isinstance(target, ast.Name) or len(path) > MAX_NESTING:
        return None
    return [target.id, *reversed(path)]


def _reads_base(statement: ast.With) -> bool:
    context = statement.items[0].context_expr
    return isinstance(context, ast.Call) and isinstance(context.func, ast.Name) and context.func.id == "read_base"

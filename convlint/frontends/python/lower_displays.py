"""Displays and comprehensions of a libcst tree as the lowered form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import libcst as cst

from convlint.frontends.python import ir
from convlint.frontends.python.cursor import Cursor


class DisplayLowering(Cursor):
    """Handlers of tuples, lists, sets, dicts and comprehensions."""

    __slots__ = ()

    def elements(self, nodes: Sequence[Any]) -> tuple[ir.Expr, ...]:
        """Elements and the commas between and after them."""
        expression = self.expression
        items: list[ir.Expr] = []
        for node in nodes:
            if items:
                self.next += 1
            items.append(expression(node.value) if type(node) is cst.Element else self._starred(node))
        if nodes and type(nodes[-1].comma) is cst.Comma:
            self.next += 1
        return tuple(items)

    def _starred(self, node: Any) -> ir.Expr:
        at = self.spans[self.next][0]
        self.next += 1
        value = self.expression(node.value)
        return ir.Starred(at, self.spans[self.next - 1][1], value)

    def _tuple(self, node: Any) -> ir.Expr:
        """A tuple's own parentheses belong to it, as in ``ast``."""
        i = self.next
        items = self.elements(node.elements)
        if node.lpar:
            return ir.Sequence(self.spans[i - 1][0], self.spans[self.next][1], "tuple", items)
        return ir.Sequence(self.spans[i][0], self.spans[self.next - 1][1], "tuple", items)

    def _list(self, node: Any) -> ir.Expr:
        i = self.next
        self.next = i + 1
        items = self.elements(node.elements)
        self.next += 1
        return ir.Sequence(self.spans[i][0], self.spans[self.next - 1][1], "list", items)

    def _set(self, node: Any) -> ir.Expr:
        i = self.next
        self.next = i + 1
        items = self.elements(node.elements)
        self.next += 1
        return ir.Sequence(self.spans[i][0], self.spans[self.next - 1][1], "set", items)

    def _dict(self, node: Any) -> ir.Expr:
        expression = self.expression
        first = self.next
        keys: list[ir.Expr | None] = []
        values: list[ir.Expr] = []
        for element in node.elements:
            self.next += 1  # "{" or ","
            keys.append(expression(element.key) if type(element) is cst.DictElement else None)
            self.next += 1  # ":" or "**"
            values.append(expression(element.value))
        if not values or type(node.elements[-1].comma) is cst.Comma:
            self.next += 1
        self.next += 1
        return ir.Dict(self.spans[first][0], self.spans[self.next - 1][1], tuple(keys), tuple(values))

    def _comprehension(self, node: Any) -> ir.Expr:
        """List and set comprehensions: the brackets are tokens of the node."""
        i = self.next
        self.next = i + 1
        element = self.expression(node.elt)
        clauses = self._clauses(node.for_in)
        self.next += 1
        kind = "list" if type(node) is cst.ListComp else "set"
        return ir.Comprehension(self.spans[i][0], self.spans[self.next - 1][1], kind, element, None, clauses)

    def _dict_comprehension(self, node: Any) -> ir.Expr:
        i = self.next
        self.next = i + 1
        key = self.expression(node.key)
        self.next += 1
        value = self.expression(node.value)
        clauses = self._clauses(node.for_in)
        self.next += 1
        return ir.Comprehension(self.spans[i][0], self.spans[self.next - 1][1], "dict", key, value, clauses)

    def _generator(self, node: Any) -> ir.Expr:
        """Its parentheses belong to it, even those of the call whose only argument it is."""
        i = self.next
        element = self.expression(node.elt)
        clauses = self._clauses(node.for_in)
        return ir.Comprehension(self.spans[i - 1][0], self.spans[self.next][1], "generator", element, None, clauses)

    def _clauses(self, node: Any) -> tuple[ir.For, ...]:
        clauses = []
        while node is not None:
            self.next += 1 if node.asynchronous is None else 2
            target = self.expression(node.target)
            self.next += 1
            values = self.expression(node.iter)
            ifs = []
            for condition in node.ifs:
                self.next += 1
                ifs.append(self.expression(condition.test))
            clauses.append(ir.For(target, values, tuple(ifs)))
            node = node.inner_for_in
        return tuple(clauses)

"""Functions and classes of a libcst tree as the lowered form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import libcst as cst

from convlint.frontends.python import ir
from convlint.frontends.python.lower_patterns import PatternLowering
from convlint.frontends.python.tokens import identifier


class DefinitionLowering(PatternLowering):
    """Handlers of ``def`` and ``class``; the statements of their bodies are handled by who inherits this."""

    __slots__ = ()

    def suite(self, node: Any) -> tuple[ir.Stmt, ...]:
        """The colon and the body after it."""
        raise NotImplementedError

    def _decorators(self, nodes: Sequence[Any]) -> tuple[ir.Expr, ...]:
        decorators = []
        for node in nodes:
            self.next += 1
            decorators.append(self.expression(node.decorator))
        return tuple(decorators)

    def _type_parameters(self, node: Any) -> None:
        """Step over ``[T: int, *Ts, **P]``; what it declares is not kept."""
        if node is None:
            return
        self.next += 1
        for parameter in node.params:
            self.next += 1 if type(parameter.param) is cst.TypeVar else 2
            if getattr(parameter.param, "bound", None) is not None:
                self.next += 1
                self.expression(parameter.param.bound)
            if parameter.default is not None:
                self.next += 1
                self._skip("*")
                self.expression(parameter.default)
            if type(parameter.comma) is cst.Comma:
                self.next += 1
        self.next += 1

    def _function(self, node: Any, out: list[ir.Stmt]) -> None:
        spans = self.spans
        at = spans[self.next][0]
        decorators = self._decorators(node.decorators)
        self.next += 1 if node.asynchronous is None else 2
        name_at = spans[self.next][0]
        self.next += 1
        self._type_parameters(node.type_parameters)
        self.next += 1
        params = self.parameters(node.params)
        self.next += 1
        if node.returns is not None:
            self.next += 1
            self.expression(node.returns.annotation)
        outer, self.yields = self.yields, False
        body = self.suite(node.body)
        generator, self.yields = self.yields, outer
        end = spans[self.next - 1][1]
        name = identifier(node.name.value)
        out.append(ir.Function(at, end, name, name_at, params, body, decorators, generator))

    def _class(self, node: Any, out: list[ir.Stmt]) -> None:
        spans = self.spans
        at = spans[self.next][0]
        decorators = self._decorators(node.decorators)
        self.next += 1
        name_at = spans[self.next][0]
        self.next += 1
        self._type_parameters(node.type_parameters)
        args: tuple[ir.Argument, ...] = ()
        if type(node.lpar) is cst.LeftParen:
            self.next += 1
            if node.bases or node.keywords:
                args = self._arguments([*node.bases, *node.keywords])
            self.next += 1
        outer = self.yields
        body = self.suite(node.body)
        self.yields = outer
        end = spans[self.next - 1][1]
        out.append(ir.Class(at, end, identifier(node.name.value), name_at, args, body, decorators))

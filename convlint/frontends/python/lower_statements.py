"""Statements of a libcst tree as the lowered form: one top-level piece of a file at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import libcst as cst

from convlint.frontends.python import ir
from convlint.frontends.python.lower_definitions import DefinitionLowering
from convlint.frontends.python.lower_expressions import BINARY
from convlint.frontends.python.tokens import identifier

_Stmts = list[ir.Stmt]


class StatementLowering(DefinitionLowering):
    """Adds the handlers of statements, each with the same invariant on ``next``."""

    __slots__ = ()

    # --- blocks -------------------------------------------------------------------------------------------------------

    def block(self, nodes: Sequence[Any]) -> tuple[ir.Stmt, ...]:
        """The statements of a module or an indented block; strings on their own and ``pass`` are dropped."""
        out: _Stmts = []
        for node in nodes:
            if type(node) is cst.SimpleStatementLine:
                self._line(node.body, out)
            else:
                _COMPOUND[type(node)](self, node, out)
        return tuple(out)

    def _line(self, nodes: Sequence[Any], out: _Stmts) -> None:
        for node in nodes:
            _SIMPLE[type(node)](self, node, out)
            if type(node.semicolon) is cst.Semicolon:
                self.next += 1

    def suite(self, node: Any) -> tuple[ir.Stmt, ...]:
        """The colon and the body after it."""
        self.next += 1
        if type(node) is cst.IndentedBlock:
            return self.block(node.body)
        out: _Stmts = []
        self._line(node.body, out)
        return tuple(out)

    def _else(self, node: Any) -> tuple[ir.Stmt, ...]:
        """An ``else`` or ``finally`` clause, or nothing."""
        if node is None:
            return ()
        self.next += 1
        return self.suite(node.body)

    # --- simple statements --------------------------------------------------------------------------------------------

    def _expression_statement(self, node: Any, out: _Stmts) -> None:
        at = self.spans[self.next][0]
        value = self.expression(node.value)
        if type(value) is not ir.Text:
            out.append(ir.ExprStmt(at, value))

    def _assign(self, node: Any, out: _Stmts) -> None:
        at = self.spans[self.next][0]
        targets = []
        for target in node.targets:
            targets.append(self.expression(target.target))
            self.next += 1
        out.append(ir.Assign(at, tuple(targets), self.expression(node.value)))

    def _annotated(self, node: Any, out: _Stmts) -> None:
        at = self.spans[self.next][0]
        target = self.expression(node.target)
        self.next += 1
        annotation = self.expression(node.annotation.annotation)
        if node.value is None:
            out.append(ir.Declare(at, target, annotation))
            return
        self.next += 1
        out.append(ir.Assign(at, (target,), self.expression(node.value), annotation))

    def _augmented(self, node: Any, out: _Stmts) -> None:
        at = self.spans[self.next][0]
        target = self.expression(node.target)
        self.next += 1
        value = self.expression(node.value)
        out.append(ir.AugAssign(at, self.spans[self.next - 1][1], target, _AUGMENTED[type(node.operator)], value))

    def _type_alias(self, node: Any, out: _Stmts) -> None:
        at = self.spans[self.next][0]
        self.next += 1
        target = self._name(node.name)
        self._type_parameters(node.type_parameters)
        self.next += 1
        out.append(ir.Assign(at, (target,), self.expression(node.value)))

    def _return(self, node: Any, out: _Stmts) -> None:
        at = self.spans[self.next][0]
        self.next += 1
        out.append(ir.Return(at, self.expression(node.value) if node.value is not None else None))

    def _raise(self, node: Any, out: _Stmts) -> None:
        at = self.spans[self.next][0]
        self.next += 1
        out.append(ir.Raise(at, self.expression(node.exc) if node.exc is not None else None))
        if node.cause is not None:
            self.next += 1
            self.expression(node.cause.item)

    def _assert(self, node: Any, out: _Stmts) -> None:
        at = self.spans[self.next][0]
        self.next += 1
        out.append(ir.Assert(at, self.expression(node.test)))
        if node.msg is not None:
            self.next += 1
            self.expression(node.msg)

    def _delete(self, node: Any, out: _Stmts) -> None:
        at = self.spans[self.next][0]
        self.next += 1
        target = self.expression(node.target)
        plain = type(node.target) is cst.Tuple and not node.target.lpar
        items = target.items if plain and isinstance(target, ir.Sequence) else (target,)
        out.append(ir.Delete(at, items))

    def _pass(self, node: Any, out: _Stmts) -> None:
        self.next += 1

    def _jump(self, node: Any, out: _Stmts) -> None:
        out.append(ir.Jump(self.spans[self.next][0], "break" if type(node) is cst.Break else "continue"))
        self.next += 1

    def _scope(self, node: Any, out: _Stmts) -> None:
        at = self.spans[self.next][0]
        self.next += 2 * len(node.names)
        kind = "global" if type(node) is cst.Global else "nonlocal"
        out.append(ir.Scope(at, kind, tuple([identifier(item.name.value) for item in node.names])))

    # --- imports ------------------------------------------------------------------------------------------------------

    def _dotted(self, node: Any) -> str:
        """A module's dotted name, and the step over its tokens."""
        names = []
        while type(node) is cst.Attribute:
            names.append(node.attr.value)
            node = node.value
        names.append(node.value)
        self.next += 2 * len(names) - 1
        return ".".join([identifier(name) for name in reversed(names)])

    def _bound(self, node: Any) -> str | None:
        if node.asname is None:
            return None
        self.next += 2
        return identifier(node.asname.name.value)

    def _import(self, node: Any, out: _Stmts) -> None:
        at = self.spans[self.next][0]
        for alias in node.names:
            self.next += 1
            module = self._dotted(alias.name)
            out.append(ir.Import(at, module, self._bound(alias)))

    def _import_from(self, node: Any, out: _Stmts) -> None:
        at = self.spans[self.next][0]
        self.next += 1
        while self._skip(".") or self._skip("..."):
            pass
        module = self._dotted(node.module) if node.module is not None else ""
        self.next += 1
        names = [("*", "*")]
        if type(node.names) is cst.ImportStar:
            self.next += 1
        else:
            names = self._imported_names(node)
        out.append(ir.ImportFrom(at, module, len(node.relative), tuple(names)))

    def _imported_names(self, node: Any) -> list[tuple[str, str]]:
        self.next += 1 if node.lpar is not None else 0
        names = []
        for alias in node.names:
            self.next += 1
            name = identifier(alias.name.value)
            names.append((name, self._bound(alias) or name))
            if type(alias.comma) is cst.Comma:
                self.next += 1
        self.next += 1 if node.lpar is not None else 0
        return names

    # --- compound statements ------------------------------------------------------------------------------------------

    def _if(self, node: Any, out: _Stmts) -> None:
        at = self.spans[self.next][0]
        self.next += 1
        test = self.expression(node.test)
        body = self.suite(node.body)
        orelse: tuple[ir.Stmt, ...] = ()
        if type(node.orelse) is cst.If:
            nested: _Stmts = []
            self._if(node.orelse, nested)
            orelse = tuple(nested)
        elif node.orelse is not None:
            orelse = self._else(node.orelse)
        out.append(ir.If(at, test, body, orelse))

    def _for(self, node: Any, out: _Stmts) -> None:
        at = self.spans[self.next][0]
        self.next += 1 if node.asynchronous is None else 2
        target = self.expression(node.target)
        self.next += 1
        values = self.expression(node.iter)
        body = self.suite(node.body)
        out.append(ir.ForLoop(at, target, values, body, self._else(node.orelse)))

    def _while(self, node: Any, out: _Stmts) -> None:
        at = self.spans[self.next][0]
        self.next += 1
        test = self.expression(node.test)
        body = self.suite(node.body)
        out.append(ir.While(at, test, body, self._else(node.orelse)))

    def _with(self, node: Any, out: _Stmts) -> None:
        at = self.spans[self.next][0]
        self.next += 1 if node.asynchronous is None else 2
        parentheses = 1 if type(node.lpar) is cst.LeftParen else 0
        self.next += parentheses
        items = []
        for item in node.items:
            context = self.expression(item.item)
            target = None
            if item.asname is not None:
                self.next += 1
                target = self.expression(item.asname.name)
            items.append(ir.WithItem(context, target))
            if type(item.comma) is cst.Comma:
                self.next += 1
        self.next += parentheses
        out.append(ir.With(at, tuple(items), self.suite(node.body)))

    def _try(self, node: Any, out: _Stmts) -> None:
        at = self.spans[self.next][0]
        self.next += 1
        body = self.suite(node.body)
        handlers = tuple([self._handler(handler) for handler in node.handlers])
        orelse = self._else(node.orelse)
        out.append(ir.Try(at, body, handlers, orelse, self._else(node.finalbody)))

    def _handler(self, node: Any) -> ir.Handler:
        self.next += 1 if type(node) is cst.ExceptHandler else 2
        exception = self.expression(node.type) if node.type is not None else None
        name = None
        if node.name is not None:
            self.next += 2
            name = identifier(node.name.name.value)
        return ir.Handler(exception, name, self.suite(node.body))

    # --- match --------------------------------------------------------------------------------------------------------

    def _match(self, node: Any, out: _Stmts) -> None:
        at = self.spans[self.next][0]
        self.next += 1
        subject = self.expression(node.subject)
        self.next += 1
        cases = []
        for case in node.cases:
            self.next += 1
            pattern = self.pattern(case.pattern)
            guard = None
            if case.guard is not None:
                self.next += 1
                guard = self.expression(case.guard)
            cases.append(ir.Case(pattern, guard, self.suite(case.body)))
        out.append(ir.Match(at, subject, tuple(cases)))


_AUGMENTED: Final[dict[type, str]] = {
    getattr(cst, operator.__name__ + "Assign"): text for operator, text in BINARY.items()
}
_S = StatementLowering
_Handler = Callable[[Any, Any, _Stmts], None]
_SIMPLE: Final[dict[type, _Handler]] = {
    cst.Expr: _S._expression_statement, cst.Assign: _S._assign, cst.AnnAssign: _S._annotated,
    cst.AugAssign: _S._augmented, cst.TypeAlias: _S._type_alias, cst.Return: _S._return, cst.Raise: _S._raise,
    cst.Assert: _S._assert, cst.Del: _S._delete, cst.Pass: _S._pass, cst.Break: _S._jump, cst.Continue: _S._jump,
    cst.Global: _S._scope, cst.Nonlocal: _S._scope, cst.Import: _S._import, cst.ImportFrom: _S._import_from,
}  # fmt: skip
_COMPOUND: Final[dict[type, _Handler]] = {
    cst.If: _S._if, cst.For: _S._for, cst.While: _S._while, cst.With: _S._with, cst.Try: _S._try,
    cst.TryStar: _S._try, cst.FunctionDef: _S._function, cst.ClassDef: _S._class, cst.Match: _S._match,
}  # fmt: skip

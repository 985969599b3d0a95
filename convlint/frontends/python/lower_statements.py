"""Statements of a libcst tree as the lowered form: one top-level piece of a file at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import libcst as cst

from convlint.frontends.python import ir
from convlint.frontends.python.lower_expressions import BINARY, ExpressionLowering
from convlint.frontends.python.tokens import identifier

_Stmts = list[ir.Stmt]


class StatementLowering(ExpressionLowering):
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

    def _suite(self, node: Any) -> tuple[ir.Stmt, ...]:
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
        return self._suite(node.body)

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
        body = self._suite(node.body)
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
        body = self._suite(node.body)
        out.append(ir.ForLoop(at, target, values, body, self._else(node.orelse)))

    def _while(self, node: Any, out: _Stmts) -> None:
        at = self.spans[self.next][0]
        self.next += 1
        test = self.expression(node.test)
        body = self._suite(node.body)
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
        out.append(ir.With(at, tuple(items), self._suite(node.body)))

    def _try(self, node: Any, out: _Stmts) -> None:
        at = self.spans[self.next][0]
        self.next += 1
        body = self._suite(node.body)
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
        return ir.Handler(exception, name, self._suite(node.body))

    # --- definitions --------------------------------------------------------------------------------------------------

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

    def _function(self, node: Any, out: _Stmts) -> None:
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
        body = self._suite(node.body)
        generator, self.yields = self.yields, outer
        end = spans[self.next - 1][1]
        name = identifier(node.name.value)
        out.append(ir.Function(at, end, name, name_at, params, body, decorators, generator))

    def _class(self, node: Any, out: _Stmts) -> None:
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
                args = self._class_arguments(node)
            self.next += 1
        outer = self.yields
        body = self._suite(node.body)
        self.yields = outer
        end = spans[self.next - 1][1]
        out.append(ir.Class(at, end, identifier(node.name.value), name_at, args, body, decorators))

    def _class_arguments(self, node: Any) -> tuple[ir.Argument, ...]:
        """Bases and keywords, which libcst keeps apart, in source order."""
        if not node.keywords:
            return self._arguments(node.bases)
        spans, text = self.spans, self.text
        bases, keywords = iter(node.bases), iter(node.keywords)
        args: list[ir.Argument] = []
        for _ in range(len(node.bases) + len(node.keywords)):
            self.next += 1 if args else 0
            after = spans[self.next + 1]
            is_keyword = text[slice(*spans[self.next])] == "**" or text[slice(*after)] == "="
            arg = next(keywords) if is_keyword else next(bases)
            keyword = None
            if arg.keyword is not None:
                keyword = identifier(arg.keyword.value)
                self.next += 2
            elif arg.star:
                self.next += 1
            args.append(ir.Argument(arg.star, keyword, self.expression(arg.value)))
        self._skip(",")
        return tuple(args)

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
            cases.append(ir.Case(pattern, guard, self._suite(case.body)))
        out.append(ir.Match(at, subject, tuple(cases)))

    def pattern(self, node: Any) -> ir.Pattern:
        """Any pattern of a ``case``, with the parentheses around it."""
        kind = type(node)
        # The parentheses of a value are those of the expression in it; those of a tuple are tokens of the pattern.
        depth = len(node.lpar) if kind not in (cst.MatchValue, cst.MatchSingleton, cst.MatchStar) else 0
        self.next += depth
        lowered = _PATTERNS[kind](self, node)
        self.next += depth
        return lowered

    def _match_value(self, node: Any) -> ir.Pattern:
        return ir.Pattern("value", self.expression(node.value))

    def _match_sequence(self, node: Any) -> ir.Pattern:
        brackets = 1 if type(node) is cst.MatchList and node.lbracket is not None else 0
        self.next += brackets
        parts = []
        for element in node.patterns:
            star = type(element) is cst.MatchStar
            parts.append(self._match_star(element) if star else self.pattern(element.value))
            if type(element.comma) is cst.Comma:
                self.next += 1
        self.next += brackets
        return ir.Pattern("sequence", parts=tuple(parts))

    def _match_star(self, node: Any) -> ir.Pattern:
        self.next += 2
        return ir.Pattern("star", name=identifier(node.name.value) if node.name is not None else None)

    def _match_mapping(self, node: Any) -> ir.Pattern:
        self.next += 1
        keys, parts, name = [], [], None
        for element in node.elements:
            keys.append(self.expression(element.key))
            self.next += 1
            parts.append(self.pattern(element.pattern))
            if type(element.comma) is cst.Comma:
                self.next += 1
        if node.rest is not None:
            self.next += 2
            name = identifier(node.rest.value)
            self._skip(",")
        self.next += 1
        return ir.Pattern("mapping", None, name, tuple(parts), tuple(keys))

    def _match_class(self, node: Any) -> ir.Pattern:
        value = self.expression(node.cls)
        self.next += 1
        parts, attrs = [], []
        for element in node.patterns:
            parts.append(self.pattern(element.value))
            if type(element.comma) is cst.Comma:
                self.next += 1
        for keyword in node.kwds:
            self.next += 2
            attrs.append(identifier(keyword.key.value))
            parts.append(self.pattern(keyword.pattern))
            if type(keyword.comma) is cst.Comma:
                self.next += 1
        self.next += 1
        return ir.Pattern("class", value, None, tuple(parts), (), tuple(attrs))

    def _match_as(self, node: Any) -> ir.Pattern:
        parts: tuple[ir.Pattern, ...] = ()
        if node.pattern is not None:
            parts = (self.pattern(node.pattern),)
            self.next += 1
        self.next += 1
        return ir.Pattern("capture", None, identifier(node.name.value) if node.name is not None else None, parts)

    def _match_or(self, node: Any) -> ir.Pattern:
        parts: list[ir.Pattern] = []
        for element in node.patterns:
            self.next += 1 if parts else 0
            parts.append(self.pattern(element.pattern))
        return ir.Pattern("or", parts=tuple(parts))


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
_PATTERNS: Final[dict[type, Callable[[Any, Any], ir.Pattern]]] = {
    cst.MatchValue: _S._match_value, cst.MatchSingleton: _S._match_value, cst.MatchList: _S._match_sequence,
    cst.MatchTuple: _S._match_sequence, cst.MatchMapping: _S._match_mapping, cst.MatchClass: _S._match_class,
    cst.MatchAs: _S._match_as, cst.MatchOr: _S._match_or, cst.MatchStar: _S._match_star,
}  # fmt: skip

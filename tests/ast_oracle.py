"""An oracle for the front end: the standard library's ``ast`` converted to the lowered form, places included."""

from __future__ import annotations

import ast
import re
import sys
import unicodedata
import warnings
from collections.abc import Iterable, Sequence
from typing import Any

from convlint.frontends.python import ir

PLACES_INSIDE_FORMATS = sys.version_info >= (3, 12)
"""Before Python 3.12 ``ast`` gives wrong places inside f-strings."""

_BINARY = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.MatMult: "@", ast.LShift: "<<", ast.RShift: ">>", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
}  # fmt: skip
_UNARY = {ast.USub: "-", ast.UAdd: "+", ast.Invert: "~", ast.Not: "not"}
_COMPARE = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.In: "in",
    ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not",
}  # fmt: skip


def lowered_by_ast(text: str) -> tuple[ir.Stmt, ...]:
    """What lowering every piece of ``text`` must give, in order."""
    return _Oracle(text).block(parsed(text).body)


def parsed(text: str) -> ast.Module:
    """The tree of a text; odd but valid texts give no warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def without_places(node: Any) -> Any:
    """The same node with every ``at``, ``end`` and ``name_at`` zero."""
    if isinstance(node, tuple):
        return tuple(without_places(item) for item in node)
    if not isinstance(node, ir.Node):
        return node
    fields = {name: without_places(getattr(node, name)) for name in node.__struct_fields__}
    return type(node)(**{name: 0 if name in ("at", "end", "name_at") else value for name, value in fields.items()})


def comparable(node: Any) -> Any:
    """The node without the places that this interpreter's ``ast`` cannot tell: those inside format fields, of specs."""
    if isinstance(node, tuple):
        return tuple(comparable(item) for item in node)
    if not isinstance(node, ir.Node):
        return node
    if isinstance(node, ir.Format):
        value = comparable(node.value) if PLACES_INSIDE_FORMATS else without_places(node.value)
        spec = node.spec
        if spec is not None:
            parts = comparable(spec.parts) if PLACES_INSIDE_FORMATS else without_places(spec.parts)
            spec = ir.Joined(0, 0, parts)
        return ir.Format(value, node.conversion, spec)
    return type(node)(*(comparable(getattr(node, name)) for name in node.__struct_fields__))


def _identifier(name: str) -> str:
    return unicodedata.normalize("NFKC", name)


class _Oracle:
    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0, *(end.end() for end in re.finditer(r"\r\n|\r|\n", text))]
        self.rows = [text[a:b] for a, b in zip(self.starts, [*self.starts[1:], len(text)], strict=True)]
        self.ascii = [row.isascii() for row in self.rows]
        self.yields = False

    def offset(self, line: int, column: int) -> int:
        if line < 1 or line > len(self.rows):
            return -1
        if not self.ascii[line - 1]:
            column = len(self.rows[line - 1].encode()[:column].decode(errors="replace"))
        return self.starts[line - 1] + column

    def at(self, node: Any) -> int:
        return self.offset(node.lineno, node.col_offset)

    def end(self, node: Any) -> int:
        return self.offset(node.end_lineno, node.end_col_offset)

    # --- expressions --------------------------------------------------------------------------------------------------

    def maybe(self, node: ast.expr | None) -> Any:
        return None if node is None else self.expr(node)

    def exprs(self, nodes: Iterable[ast.expr]) -> tuple[Any, ...]:
        return tuple(self.expr(node) for node in nodes)

    def expr(self, node: ast.expr) -> Any:
        return getattr(self, "on_" + type(node).__name__.lower())(node, self.at(node), self.end(node))

    def on_constant(self, node: ast.Constant, at: int, end: int) -> Any:
        value = node.value
        if value is None or value is True or value is False:
            return ir.Name(at, end, repr(value))
        if value is Ellipsis:
            return ir.EllipsisLiteral(at, end)
        if isinstance(value, str):
            return ir.Text(at, end, value)
        if isinstance(value, bytes):
            return ir.Bytes(at, end)
        if isinstance(value, complex):
            return ir.Number(at, end, value.imag, "complex")
        if isinstance(value, float):
            return ir.Number(at, end, value, "float")
        assert isinstance(value, int)
        return ir.Number(at, end, value) if value < 2**64 else ir.Number(at, end, str(value), "bigint")

    def on_name(self, node: ast.Name, at: int, end: int) -> Any:
        return ir.Name(at, end, node.id)

    def on_attribute(self, node: ast.Attribute, at: int, end: int) -> Any:
        word = re.compile(r"\w+\Z").search(self.text, max(at, end - 500), end)
        assert word
        return ir.Attribute(at, end, self.expr(node.value), node.attr, word.start())

    def on_subscript(self, node: ast.Subscript, at: int, end: int) -> Any:
        return ir.Subscript(at, end, self.expr(node.value), self.expr(node.slice))

    def on_slice(self, node: ast.Slice, at: int, end: int) -> Any:
        return ir.Slice(at, end, self.maybe(node.lower), self.maybe(node.upper), self.maybe(node.step))

    def arguments_of(self, args: list[ast.expr], keywords: list[ast.keyword]) -> tuple[ir.Argument, ...]:
        found: list[tuple[int, ir.Argument]] = []
        for arg in args:
            if isinstance(arg, ast.Starred):
                found.append((self.at(arg), ir.Argument("*", None, self.expr(arg.value))))
            else:
                found.append((self.at(arg), ir.Argument("", None, self.expr(arg))))
        for keyword in keywords:
            star = "**" if keyword.arg is None else ""
            found.append((self.at(keyword), ir.Argument(star, keyword.arg, self.expr(keyword.value))))
        return tuple(argument for _, argument in sorted(found, key=lambda pair: pair[0]))

    def on_call(self, node: ast.Call, at: int, end: int) -> Any:
        return ir.Call(at, end, self.expr(node.func), self.arguments_of(node.args, node.keywords))

    def on_binop(self, node: ast.BinOp, at: int, end: int) -> Any:
        return ir.Binary(at, end, _BINARY[type(node.op)], self.expr(node.left), self.expr(node.right))

    def on_unaryop(self, node: ast.UnaryOp, at: int, end: int) -> Any:
        return ir.Unary(at, end, _UNARY[type(node.op)], self.expr(node.operand))

    def on_boolop(self, node: ast.BoolOp, at: int, end: int) -> Any:
        return ir.Boolean(at, end, "and" if isinstance(node.op, ast.And) else "or", self.exprs(node.values))

    def on_compare(self, node: ast.Compare, at: int, end: int) -> Any:
        ops = tuple(_COMPARE[type(op)] for op in node.ops)
        return ir.Compare(at, end, self.expr(node.left), ops, self.exprs(node.comparators))

    def on_ifexp(self, node: ast.IfExp, at: int, end: int) -> Any:
        return ir.Conditional(at, end, self.expr(node.test), self.expr(node.body), self.expr(node.orelse))

    def on_starred(self, node: ast.Starred, at: int, end: int) -> Any:
        return ir.Starred(at, end, self.expr(node.value))

    def on_tuple(self, node: ast.Tuple, at: int, end: int) -> Any:
        return ir.Sequence(at, end, "tuple", self.exprs(node.elts))

    def on_list(self, node: ast.List, at: int, end: int) -> Any:
        return ir.Sequence(at, end, "list", self.exprs(node.elts))

    def on_set(self, node: ast.Set, at: int, end: int) -> Any:
        return ir.Sequence(at, end, "set", self.exprs(node.elts))

    def on_dict(self, node: ast.Dict, at: int, end: int) -> Any:
        return ir.Dict(at, end, tuple(self.maybe(key) for key in node.keys), self.exprs(node.values))

    def clauses(self, generators: Sequence[ast.comprehension]) -> Any:
        return tuple(ir.For(self.expr(g.target), self.expr(g.iter), self.exprs(g.ifs)) for g in generators)

    def on_listcomp(self, node: ast.ListComp, at: int, end: int) -> Any:
        return ir.Comprehension(at, end, "list", self.expr(node.elt), None, self.clauses(node.generators))

    def on_setcomp(self, node: ast.SetComp, at: int, end: int) -> Any:
        return ir.Comprehension(at, end, "set", self.expr(node.elt), None, self.clauses(node.generators))

    def on_generatorexp(self, node: ast.GeneratorExp, at: int, end: int) -> Any:
        return ir.Comprehension(at, end, "generator", self.expr(node.elt), None, self.clauses(node.generators))

    def on_dictcomp(self, node: ast.DictComp, at: int, end: int) -> Any:
        key, value = self.expr(node.key), self.expr(node.value)
        return ir.Comprehension(at, end, "dict", key, value, self.clauses(node.generators))

    def on_lambda(self, node: ast.Lambda, at: int, end: int) -> Any:
        outer = self.yields
        lowered = ir.Lambda(at, end, self.params(node.args), self.expr(node.body))
        self.yields = outer
        return lowered

    def on_joinedstr(self, node: ast.JoinedStr, at: int, end: int) -> Any:
        return ir.Joined(at, end, self.parts(node))

    def parts(self, node: ast.JoinedStr) -> tuple[Any, ...]:
        parts: list[Any] = []
        for value in node.values:
            if isinstance(value, ast.Constant):
                assert isinstance(value.value, str)
                if parts and isinstance(parts[-1], str):
                    parts[-1] += value.value
                elif value.value:
                    parts.append(value.value)
            else:
                assert isinstance(value, ast.FormattedValue)
                spec = None
                if value.format_spec is not None:
                    assert isinstance(value.format_spec, ast.JoinedStr)
                    spec = ir.Joined(0, 0, self.parts(value.format_spec))
                conversion = "" if value.conversion < 0 else chr(value.conversion)
                parts.append(ir.Format(self.expr(value.value), conversion, spec))
        return tuple(parts)

    def on_namedexpr(self, node: ast.NamedExpr, at: int, end: int) -> Any:
        return ir.Walrus(at, end, self.expr(node.target), self.expr(node.value))

    def on_yield(self, node: ast.Yield, at: int, end: int) -> Any:
        self.yields = True
        return ir.Yield(at, end, self.maybe(node.value), False)

    def on_yieldfrom(self, node: ast.YieldFrom, at: int, end: int) -> Any:
        self.yields = True
        return ir.Yield(at, end, self.expr(node.value), True)

    def on_await(self, node: ast.Await, at: int, end: int) -> Any:
        return ir.Await(at, end, self.expr(node.value))

    def param(self, arg: ast.arg, default: ast.expr | None) -> ir.Param:
        at = self.at(arg)
        word = re.compile(r"\w+").match(self.text, at)
        assert word
        return ir.Param(at, word.end(), arg.arg, self.maybe(default), self.maybe(arg.annotation))

    def params(self, args: ast.arguments) -> ir.Params:
        plain = [*args.posonlyargs, *args.args]
        defaults: list[ast.expr | None] = [None] * (len(plain) - len(args.defaults)) + list(args.defaults)
        pairs = [self.param(arg, default) for arg, default in zip(plain, defaults, strict=True)]
        cut = len(args.posonlyargs)
        return ir.Params(
            tuple(pairs[:cut]),
            tuple(pairs[cut:]),
            self.param(args.vararg, None) if args.vararg else None,
            tuple(self.param(arg, default) for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True)),
            self.param(args.kwarg, None) if args.kwarg else None,
        )

    # --- statements ---------------------------------------------------------------------------------------------------

    def block(self, nodes: Sequence[ast.stmt]) -> tuple[Any, ...]:
        return tuple(lowered for node in nodes for lowered in self.stmt(node))

    def stmt(self, node: Any) -> Iterable[Any]:
        at = self.at(node)
        match type(node).__name__:
            case "Expr":
                if not (isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)):
                    yield ir.ExprStmt(at, self.expr(node.value))
            case "Assign":
                yield ir.Assign(at, self.exprs(node.targets), self.expr(node.value))
            case "AnnAssign" if node.value is None:
                yield ir.Declare(at, self.expr(node.target), self.expr(node.annotation))
            case "AnnAssign":
                yield ir.Assign(at, (self.expr(node.target),), self.expr(node.value), self.expr(node.annotation))
            case "AugAssign":
                op = _BINARY[type(node.op)]
                yield ir.AugAssign(at, self.end(node), self.expr(node.target), op, self.expr(node.value))
            case "TypeAlias":
                yield ir.Assign(at, (self.expr(node.name),), self.expr(node.value))
            case "If":
                yield ir.If(at, self.expr(node.test), self.block(node.body), self.block(node.orelse))
            case "For" | "AsyncFor":
                target, values = self.expr(node.target), self.expr(node.iter)
                yield ir.ForLoop(at, target, values, self.block(node.body), self.block(node.orelse))
            case "While":
                yield ir.While(at, self.expr(node.test), self.block(node.body), self.block(node.orelse))
            case "With" | "AsyncWith":
                items = tuple(
                    ir.WithItem(self.expr(item.context_expr), self.maybe(item.optional_vars)) for item in node.items
                )
                yield ir.With(at, items, self.block(node.body))
            case "Try" | "TryStar":
                body = self.block(node.body)
                handlers = tuple(ir.Handler(self.maybe(h.type), h.name, self.block(h.body)) for h in node.handlers)
                yield ir.Try(at, body, handlers, self.block(node.orelse), self.block(node.finalbody))
            case "Return":
                yield ir.Return(at, self.maybe(node.value))
            case "Raise":
                yield ir.Raise(at, self.maybe(node.exc))
                self.maybe(node.cause)
            case "Assert":
                yield ir.Assert(at, self.expr(node.test))
                self.maybe(node.msg)
            case "Delete":
                yield ir.Delete(at, self.exprs(node.targets))
            case "Break" | "Continue" as kind:
                yield ir.Jump(at, kind.lower())
            case "Global" | "Nonlocal" as kind:
                yield ir.Scope(at, kind.lower(), tuple(_identifier(name) for name in node.names))
            case "Import":
                for alias in node.names:
                    yield ir.Import(at, alias.name, alias.asname)
            case "ImportFrom":
                names = tuple((alias.name, alias.asname or alias.name) for alias in node.names)
                yield ir.ImportFrom(at, node.module or "", node.level, names)
            case "FunctionDef" | "AsyncFunctionDef":
                yield self.function(node, at)
            case "ClassDef":
                yield self.class_(node, at)
            case "Match":
                subject = self.expr(node.subject)
                yield ir.Match(at, subject, tuple(self.case(case) for case in node.cases))
            case "Pass":
                pass
            case other:
                raise AssertionError(other)

    def definition(self, node: Any, at: int, words: str) -> tuple[int, int, tuple[Any, ...]]:
        """First offset, the name's offset, decorators."""
        decorators = self.exprs(node.decorator_list)
        gap = r"(?:[ \t\f]|\\(?:\r\n|\r|\n))+"
        found = re.compile(words.replace(" ", gap)).match(self.text, at)
        assert found
        name_at = found.end()
        if node.decorator_list:
            at = self.text.rindex("@", 0, self.at(node.decorator_list[0]))
        return at, name_at, decorators

    def function(self, node: Any, def_at: int) -> ir.Function:
        at, name_at, decorators = self.definition(node, def_at, "(?:async )?def ")
        params = self.params(node.args)
        self.maybe(node.returns)
        outer, self.yields = self.yields, False
        body = self.block(node.body)
        generator, self.yields = self.yields, outer
        return ir.Function(at, self.end(node), node.name, name_at, params, body, decorators, generator)

    def class_(self, node: ast.ClassDef, class_at: int) -> ir.Class:
        at, name_at, decorators = self.definition(node, class_at, "class ")
        args = self.arguments_of(node.bases, node.keywords)
        outer = self.yields
        body = self.block(node.body)
        self.yields = outer
        return ir.Class(at, self.end(node), node.name, name_at, args, body, decorators)

    def case(self, node: ast.match_case) -> ir.Case:
        return ir.Case(self.pattern(node.pattern), self.maybe(node.guard), self.block(node.body))

    def patterns(self, nodes: Sequence[Any]) -> tuple[ir.Pattern, ...]:
        return tuple(self.pattern(node) for node in nodes)

    def pattern(self, node: Any) -> ir.Pattern:
        match type(node).__name__:
            case "MatchValue":
                return ir.Pattern("value", self.expr(node.value))
            case "MatchSingleton":
                return ir.Pattern("value", ir.Name(self.at(node), self.end(node), repr(node.value)))
            case "MatchSequence":
                return ir.Pattern("sequence", parts=self.patterns(node.patterns))
            case "MatchStar":
                return ir.Pattern("star", name=node.name)
            case "MatchMapping":
                return ir.Pattern("mapping", None, node.rest, self.patterns(node.patterns), self.exprs(node.keys))
            case "MatchClass":
                parts = self.patterns(node.patterns) + self.patterns(node.kwd_patterns)
                return ir.Pattern("class", self.expr(node.cls), None, parts, (), tuple(node.kwd_attrs))
            case "MatchAs":
                return ir.Pattern("capture", None, node.name, self.patterns([node.pattern] if node.pattern else []))
            case "MatchOr":
                return ir.Pattern("or", parts=self.patterns(node.patterns))
            case other:
                raise AssertionError(other)

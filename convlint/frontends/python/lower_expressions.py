"""Expressions of a libcst tree as the lowered form, with exact places from a cursor over the tokens.

The walk follows source order, so that the next token is always the next part of the tree: each handler knows how many
tokens its node has. This replaces libcst's metadata, which costs several times the parse itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import libcst as cst

from convlint.frontends.python import ir
from convlint.frontends.python.literals import integer, literal_text, string_value
from convlint.frontends.python.tokens import Span, comments, identifier

_Parts = list[str | ir.Format]


class ExpressionLowering:
    """A cursor (``next``) over the significant tokens of one piece, and the handlers of its expressions.

    Invariant: a handler starts with ``next`` at the first token of its node, without the parentheses around it, and
    leaves it after the last.
    """

    __slots__ = ("next", "spans", "text", "yields")

    def __init__(self, text: str, spans: list[Span]) -> None:
        self.text = text
        self.spans = spans
        self.next = 0
        self.yields = False

    def expression(self, node: Any) -> ir.Expr:
        """Any expression, with the parentheses around it."""
        if node.lpar:
            depth = len(node.lpar)
            self.next += depth
            lowered = EXPRESSIONS[type(node)](self, node)
            self.next += depth
            return lowered
        return EXPRESSIONS[type(node)](self, node)

    def _skip(self, mark: str) -> bool:
        """Step over the next token if it is ``mark``."""
        spans = self.spans
        if self.next < len(spans):
            at, end = spans[self.next]
            if self.text[at:end] == mark:
                self.next += 1
                return True
        return False

    # --- atoms --------------------------------------------------------------------------------------------------------

    def _name(self, node: Any) -> ir.Expr:
        i = self.next
        self.next = i + 1
        at, end = self.spans[i]
        value = node.value
        return ir.Name(at, end, value if value.isascii() else identifier(value))

    def _integer(self, node: Any) -> ir.Expr:
        i = self.next
        self.next = i + 1
        at, end = self.spans[i]
        return integer(node.value, at, end)

    def _float(self, node: Any) -> ir.Expr:
        i = self.next
        self.next = i + 1
        at, end = self.spans[i]
        return ir.Number(at, end, float(node.value), "float")

    def _imaginary(self, node: Any) -> ir.Expr:
        i = self.next
        self.next = i + 1
        at, end = self.spans[i]
        return ir.Number(at, end, float(node.value[:-1]), "complex")

    def _ellipsis(self, node: Any) -> ir.Expr:
        at, end = self.spans[self.next]
        self.next += 1
        return ir.EllipsisLiteral(at, end)

    # --- strings ------------------------------------------------------------------------------------------------------

    def _string(self, node: Any) -> ir.Expr:
        i = self.next
        self.next = i + 1
        at, end = self.spans[i]
        value = string_value(node.value)
        return ir.Bytes(at, end) if value is None else ir.Text(at, end, value)

    def _concatenated(self, node: Any) -> ir.Expr:
        at = self.spans[self.next][0]
        parts: list[ir.Expr] = []
        while True:
            parts.append(self.expression(node.left))
            node = node.right
            if type(node) is not cst.ConcatenatedString:
                break
        parts.append(self.expression(node))
        end = self.spans[self.next - 1][1]
        if any(type(part) is ir.Bytes for part in parts):
            return ir.Bytes(at, end)
        if all(type(part) is ir.Text for part in parts):
            return ir.Text(at, end, "".join(part.value for part in parts if type(part) is ir.Text))
        joined: _Parts = []
        for part in parts:
            if isinstance(part, ir.Text):
                joined.append(part.value)
            elif isinstance(part, ir.Joined):
                joined.extend(part.parts)
        template = any(type(part) is ir.Joined and part.template for part in parts)
        return ir.Joined(at, end, _merged(joined), template)

    def _formatted(self, node: Any) -> ir.Expr:
        at = self.spans[self.next][0]
        self.next += 1
        parts = self._format_parts(node.parts, "r" in node.start.lower())
        end = self.spans[self.next][1]
        self.next += 1
        return ir.Joined(at, end, _merged(parts), type(node) is cst.TemplatedString)

    def _format_parts(self, nodes: Sequence[Any], raw: bool) -> _Parts:
        parts: _Parts = []
        for node in nodes:
            if type(node) in _LITERAL_PARTS:
                body = node.value
                if "{{" in body or "}}" in body:
                    body = body.replace("{{", "{").replace("}}", "}")
                parts.append(literal_text(body, raw))
            else:
                self._format(node, raw, parts)
        return parts

    def _format(self, node: Any, raw: bool, parts: _Parts) -> None:
        """One replacement field; ``=`` puts the expression's own text before it."""
        opening = self.spans[self.next][1]
        self.next += 1
        value = self.expression(node.expression)
        conversion = node.conversion or ""
        if node.equal is not None:
            self.next += 1
            spans = self.spans
            parts.append(literal_text(_without_comments(self.text[opening : spans[self.next][0]]), True))
            conversion = conversion or ("" if node.format_spec is not None else "r")
        if node.conversion is not None:
            self.next += 2
        spec = None
        if node.format_spec is not None:
            at = self.spans[self.next][1]
            self.next += 1
            inner = self._format_parts(node.format_spec, raw)
            spec = ir.Joined(at, self.spans[self.next][0], _merged(inner))
        self.next += 1
        parts.append(ir.Format(value, conversion, spec))

    # --- trailers -----------------------------------------------------------------------------------------------------

    def _attribute(self, node: Any) -> ir.Expr:
        spans = self.spans
        at = spans[self.next][0]
        value = self.expression(node.value)
        i = self.next + 1
        self.next = i + 1
        name_at, end = spans[i]
        return ir.Attribute(at, end, value, identifier(node.attr.value), name_at)

    def _call(self, node: Any) -> ir.Expr:
        spans = self.spans
        at = spans[self.next][0]
        func = self.expression(node.func)
        self.next += 1
        args = self._arguments(node.args) if node.args else ()
        i = self.next
        self.next = i + 1
        return ir.Call(at, spans[i][1], func, args)

    def _arguments(self, nodes: Sequence[Any]) -> tuple[ir.Argument, ...]:
        """Arguments and the commas between and after them, up to the closing parenthesis."""
        expression, spans, text = self.expression, self.spans, self.text
        args: list[ir.Argument] = []
        for node in nodes:
            if args:
                self.next += 1
            keyword = node.keyword
            if keyword is not None:
                self.next += 2
                args.append(ir.Argument("", identifier(keyword.value), expression(node.value)))
            else:
                star = node.star
                if star:
                    self.next += 1
                args.append(ir.Argument(star, None, expression(node.value)))
        if text[spans[self.next][0]] == ",":
            self.next += 1
        return tuple(args)

    def _subscript(self, node: Any) -> ir.Expr:
        spans = self.spans
        at = spans[self.next][0]
        value = self.expression(node.value)
        i = self.next = self.next + 1
        elements = node.slice
        items: list[ir.Expr] = []
        for element in elements:
            if items:
                self.next += 1
            items.append(self._index(element.slice))
        if self.text[spans[self.next][0]] == ",":
            self.next += 1
        elif len(items) == 1 and type(items[0]) is not ir.Starred:
            last = self.next
            self.next = last + 1
            return ir.Subscript(at, spans[last][1], value, items[0])
        last = self.next
        self.next = last + 1
        index = ir.Sequence(spans[i][0], spans[last - 1][1], "tuple", tuple(items))
        return ir.Subscript(at, spans[last][1], value, index)

    def _index(self, node: Any) -> ir.Expr:
        spans = self.spans
        at = spans[self.next][0]
        if type(node) is cst.Index:
            if node.star:
                self.next += 1
                value = self.expression(node.value)
                return ir.Starred(at, spans[self.next - 1][1], value)
            return self.expression(node.value)
        lower = self.expression(node.lower) if node.lower is not None else None
        self.next += 1
        upper = self.expression(node.upper) if node.upper is not None else None
        step = None
        if type(node.second_colon) is cst.Colon:
            self.next += 1
            step = self.expression(node.step) if node.step is not None else None
        return ir.Slice(at, spans[self.next - 1][1], lower, upper, step)

    # --- operators ----------------------------------------------------------------------------------------------------

    def _binary(self, node: Any) -> ir.Expr:
        at = self.spans[self.next][0]
        left = self.expression(node.left)
        self.next += 1
        right = self.expression(node.right)
        return ir.Binary(at, self.spans[self.next - 1][1], BINARY[type(node.operator)], left, right)

    def _unary(self, node: Any) -> ir.Expr:
        at = self.spans[self.next][0]
        self.next += 1
        operand = self.expression(node.expression)
        return ir.Unary(at, self.spans[self.next - 1][1], _UNARY[type(node.operator)], operand)

    def _boolean(self, node: Any) -> ir.Expr:
        """``a and b and c``, which libcst nests to the left, flat as in ``ast``."""
        at = self.spans[self.next][0]
        kind = type(node.operator)
        rights = [node.right]
        left = node.left
        while type(left) is cst.BooleanOperation and type(left.operator) is kind and not left.lpar:
            rights.append(left.right)
            left = left.left
        values = [self.expression(left)]
        for right in reversed(rights):
            self.next += 1
            values.append(self.expression(right))
        return ir.Boolean(at, self.spans[self.next - 1][1], "and" if kind is cst.And else "or", tuple(values))

    def _comparison(self, node: Any) -> ir.Expr:
        at = self.spans[self.next][0]
        left = self.expression(node.left)
        ops, comparators = [], []
        for target in node.comparisons:
            op = _COMPARISONS[type(target.operator)]
            self.next += 2 if op in ("not in", "is not") else 1
            ops.append(op)
            comparators.append(self.expression(target.comparator))
        return ir.Compare(at, self.spans[self.next - 1][1], left, tuple(ops), tuple(comparators))

    def _conditional(self, node: Any) -> ir.Expr:
        at = self.spans[self.next][0]
        body = self.expression(node.body)
        self.next += 1
        test = self.expression(node.test)
        self.next += 1
        orelse = self.expression(node.orelse)
        return ir.Conditional(at, self.spans[self.next - 1][1], test, body, orelse)

    def _walrus(self, node: Any) -> ir.Expr:
        at = self.spans[self.next][0]
        target = self._name(node.target)
        self.next += 1
        value = self.expression(node.value)
        assert isinstance(target, ir.Name)
        return ir.Walrus(at, self.spans[self.next - 1][1], target, value)

    def _await(self, node: Any) -> ir.Expr:
        at = self.spans[self.next][0]
        self.next += 1
        value = self.expression(node.expression)
        return ir.Await(at, self.spans[self.next - 1][1], value)

    def _yield(self, node: Any) -> ir.Expr:
        at = self.spans[self.next][0]
        self.next += 1
        self.yields = True
        value, delegate = None, False
        if type(node.value) is cst.From:
            self.next += 1
            value, delegate = self.expression(node.value.item), True
        elif node.value is not None:
            value = self.expression(node.value)
        return ir.Yield(at, self.spans[self.next - 1][1], value, delegate)

    def _lambda(self, node: Any) -> ir.Expr:
        at = self.spans[self.next][0]
        self.next += 1
        outer = self.yields
        params = self.parameters(node.params)
        self.next += 1
        body = self.expression(node.body)
        self.yields = outer
        return ir.Lambda(at, self.spans[self.next - 1][1], params, body)

    # --- displays -----------------------------------------------------------------------------------------------------

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

    # --- parameters ---------------------------------------------------------------------------------------------------

    def parameters(self, node: Any) -> ir.Params:
        """The parameters of a ``def`` or ``lambda``, without the parentheses around them."""
        posonly = tuple([self._param(param) for param in node.posonly_params])
        if posonly:
            self.next += 1
            self._skip(",")
        args = tuple([self._param(param) for param in node.params])
        vararg = None
        if type(node.star_arg) is cst.Param:
            vararg = self._param(node.star_arg)
        elif type(node.star_arg) is cst.ParamStar:
            self.next += 2
        kwonly = tuple([self._param(param) for param in node.kwonly_params])
        kwarg = self._param(node.star_kwarg) if node.star_kwarg is not None else None
        return ir.Params(posonly, args, vararg, kwonly, kwarg)

    def _param(self, node: Any) -> ir.Param:
        """One parameter with its star before and its comma after."""
        i = self.next + 1 if node.star else self.next
        at, end = self.spans[i]
        self.next = i + 1
        annotation = default = None
        if node.annotation is not None:
            self.next += 1
            annotation = self.annotation(node.annotation.annotation)
        if node.default is not None:
            self.next += 1
            default = self.expression(node.default)
        if type(node.comma) is cst.Comma:
            self.next += 1
        return ir.Param(at, end, identifier(node.name.value), default, annotation)

    def annotation(self, node: Any) -> ir.Expr:
        """An annotation; that of ``*args`` may be starred."""
        return self._starred(node) if type(node) is cst.StarredElement else self.expression(node)


def _without_comments(source: str) -> str:
    """The text that ``=`` shows of an expression."""
    if "#" in source:
        for at, comment in reversed(list(comments(source))):
            source = source[:at] + source[at + len(comment) :]
    return source


def _merged(parts: _Parts) -> tuple[str | ir.Format, ...]:
    """Neighbouring literal pieces joined, empty ones dropped."""
    merged: _Parts = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        elif part != "":
            merged.append(part)
    return tuple(merged)


_LITERAL_PARTS: Final = frozenset({cst.FormattedStringText, cst.TemplatedStringText})
BINARY: Final[dict[type, str]] = {
    cst.Add: "+", cst.Subtract: "-", cst.Multiply: "*", cst.Divide: "/", cst.FloorDivide: "//", cst.Modulo: "%",
    cst.Power: "**", cst.MatrixMultiply: "@", cst.LeftShift: "<<", cst.RightShift: ">>", cst.BitAnd: "&",
    cst.BitOr: "|", cst.BitXor: "^",
}  # fmt: skip
_UNARY: Final[dict[type, str]] = {cst.Minus: "-", cst.Plus: "+", cst.BitInvert: "~", cst.Not: "not"}
_COMPARISONS: Final[dict[type, str]] = {
    cst.Equal: "==", cst.NotEqual: "!=", cst.LessThan: "<", cst.LessThanEqual: "<=", cst.GreaterThan: ">",
    cst.GreaterThanEqual: ">=", cst.In: "in", cst.NotIn: "not in", cst.Is: "is", cst.IsNot: "is not",
}  # fmt: skip
_E = ExpressionLowering
EXPRESSIONS: Final[dict[type, Callable[[Any, Any], ir.Expr]]] = {
    cst.Name: _E._name, cst.Attribute: _E._attribute, cst.Call: _E._call, cst.Integer: _E._integer,
    cst.SimpleString: _E._string, cst.Subscript: _E._subscript, cst.Tuple: _E._tuple, cst.List: _E._list,
    cst.BinaryOperation: _E._binary, cst.Comparison: _E._comparison, cst.Float: _E._float,
    cst.UnaryOperation: _E._unary, cst.BooleanOperation: _E._boolean, cst.IfExp: _E._conditional,
    cst.FormattedString: _E._formatted, cst.TemplatedString: _E._formatted, cst.ConcatenatedString: _E._concatenated,
    cst.Dict: _E._dict, cst.Set: _E._set, cst.Lambda: _E._lambda, cst.ListComp: _E._comprehension,
    cst.SetComp: _E._comprehension, cst.DictComp: _E._dict_comprehension, cst.GeneratorExp: _E._generator,
    cst.NamedExpr: _E._walrus, cst.Yield: _E._yield, cst.Await: _E._await, cst.Ellipsis: _E._ellipsis,
    cst.Imaginary: _E._imaginary, cst.StarredElement: _E._starred,
}  # fmt: skip

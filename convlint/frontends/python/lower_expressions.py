"""Expressions of a libcst tree as the lowered form, with exact places from a cursor over the tokens.

The walk follows source order, so that the next token is always the next part of the tree: each handler knows how many
tokens its node has. This replaces libcst's metadata, which costs several times the parse itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import libcst as cst

from convlint.frontends.python import ir
from convlint.frontends.python.literals import integer
from convlint.frontends.python.lower_displays import DisplayLowering
from convlint.frontends.python.lower_strings import StringLowering
from convlint.frontends.python.tokens import identifier


class ExpressionLowering(StringLowering, DisplayLowering):
    """Handlers of all other expressions, and of parameters."""

    __slots__ = ()

    def expression(self, node: Any) -> ir.Expr:
        """Any expression, with the parentheses around it."""
        if node.lpar:
            depth = len(node.lpar)
            self.next += depth
            lowered = EXPRESSIONS[type(node)](self, node)
            self.next += depth
            return lowered
        return EXPRESSIONS[type(node)](self, node)

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

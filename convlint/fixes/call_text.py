"""Composes the new text of one call with libcst, so that its comments, quotes and line breaks survive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import libcst as cst

REMOVE = ""
"""As a value: the parameter gets its default again; the argument goes where nothing is lost by it."""


def with_arguments(text: str, parameters: Sequence[str], values: Mapping[str, str]) -> str | None:
    """The call ``text`` with ``values`` (source text by parameter) as its arguments; None where that cannot be told.

    ``parameters`` are the callee's, in order. A positional argument stays positional, a missing one is added by name.
    ``REMOVE`` takes out the last argument, and leaves others for the caller to set: then the result is None too.
    """
    import libcst as cst

    newline = "\r\n" if "\r\n" in text else "\n"
    try:
        call = cst.parse_expression(f"({text})".replace("\r\n", "\n"))
    except (cst.ParserSyntaxError, RecursionError):
        return None
    if not isinstance(call, cst.Call) or len(call.lpar) != 1:
        return None
    call = call.with_changes(lpar=(), rpar=())
    args = list(call.args)
    for name, value in values.items():
        changed = _set(args, parameters, name, value)
        if changed is None:
            return None
        args = changed
    return cst.Module([]).code_for_node(call.with_changes(args=args)).replace("\n", newline)


def _set(args: list[cst.Arg], parameters: Sequence[str], name: str, value: str) -> list[cst.Arg] | None:
    """``args`` with one parameter set, or None where stars hide what it is."""
    import libcst as cst

    index = argument_index(
        [(arg.star, arg.keyword.value if arg.keyword is not None else None) for arg in args], parameters, name
    )
    if index is not None:
        if value == REMOVE:
            return _without(args, index)
        return [*args[:index], args[index].with_changes(value=cst.parse_expression(value)), *args[index + 1 :]]
    if any(arg.star for arg in args):
        return None
    if value == REMOVE:
        return args
    return _with_new(args, name, value)


def argument_index(args: Sequence[tuple[str, str | None]], parameters: Sequence[str], name: str) -> int | None:
    """Which of the arguments, given as (star, keyword), is that of the parameter ``name``."""
    for index, (star, keyword) in enumerate(args):
        if keyword == name:
            return index
        if star == "*":
            return next((later for later, given in enumerate(args) if given[1] == name), None)
        if not star and keyword is None and index < len(parameters) and parameters[index] == name:
            return index
    return None


def _without(args: list[cst.Arg], index: int) -> list[cst.Arg] | None:
    """``args`` without the last one, whose comma the one before it takes over."""
    removed = args[index]
    if index != len(args) - 1 or _has_comment(removed) or (index and _has_comment(args[index - 1])):
        return None
    if not index:
        return []
    before = args[index - 1].with_changes(comma=removed.comma, whitespace_after_arg=removed.whitespace_after_arg)
    return [*args[: index - 1], before]


def _has_comment(arg: cst.Arg) -> bool:
    import libcst as cst

    return "#" in cst.Module([]).code_for_node(arg.with_changes(value=cst.Name("x")))


def _with_new(args: list[cst.Arg], name: str, value: str) -> list[cst.Arg]:
    """``args`` and one more by name, laid out as the others are: on a line of its own where they are."""
    import libcst as cst

    plain = cst.AssignEqual(whitespace_before=cst.SimpleWhitespace(""), whitespace_after=cst.SimpleWhitespace(""))
    fresh = cst.Arg(cst.parse_expression(value), keyword=cst.Name(name), equal=plain)
    if not args:
        return [fresh]
    last = args[-1]
    if isinstance(last.comma, cst.Comma):
        # A trailing comma, with the line's end behind it: the new one ends the same way.
        between = _between(args)
        comma = last.comma.with_changes(whitespace_after=_joined(last.comma.whitespace_after, between))
        ending = _ending(last.comma.whitespace_after)
        return [
            *args[:-1],
            last.with_changes(comma=comma),
            fresh.with_changes(comma=cst.Comma(whitespace_after=ending)),
        ]
    comma = cst.Comma(whitespace_after=_between(args))
    tail = last.whitespace_after_arg
    return [
        *args[:-1],
        last.with_changes(comma=comma, whitespace_after_arg=cst.SimpleWhitespace("")),
        fresh.with_changes(whitespace_after_arg=tail),
    ]


def _between(args: list[cst.Arg]) -> cst.BaseParenthesizableWhitespace:
    """What stands between the last two arguments, comments left out; a blank where there is only one."""
    import libcst as cst

    if len(args) > 1 and isinstance(args[-2].comma, cst.Comma):
        return _ending(args[-2].comma.whitespace_after)
    if isinstance(args[-1].comma, cst.Comma) and isinstance(
        args[-1].comma.whitespace_after, cst.ParenthesizedWhitespace
    ):
        return _ending(args[-1].comma.whitespace_after)
    return cst.SimpleWhitespace(" ")


def _ending(space: cst.BaseParenthesizableWhitespace) -> cst.BaseParenthesizableWhitespace:
    import libcst as cst

    if isinstance(space, cst.ParenthesizedWhitespace):
        line = space.first_line.with_changes(comment=None, whitespace=cst.SimpleWhitespace(""))
        return space.with_changes(first_line=line, empty_lines=())
    return space


def _joined(
    own: cst.BaseParenthesizableWhitespace, between: cst.BaseParenthesizableWhitespace
) -> cst.BaseParenthesizableWhitespace:
    """What follows the formerly last argument: its own comment, and the indentation of the arguments."""
    import libcst as cst

    if isinstance(own, cst.ParenthesizedWhitespace) and isinstance(between, cst.ParenthesizedWhitespace):
        return own.with_changes(last_line=between.last_line, indent=between.indent, empty_lines=())
    return between

"""Where the result of a call goes: the one call that gets it next, through at most one name, if nothing else does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convlint.fixes.source_view import SourceView, is_literal, walk
from convlint.frontends.python import ir


def next_call(view: SourceView, call: ir.Call) -> ir.Call | None:
    """The call in the same function that gets the result of ``call`` as its first argument; None where none is sure.

    The other arguments have to be literals.
    """
    chain = view.chain(view.place(call.at, call.end))
    if len(chain) < 2:
        return None
    if isinstance(chain[-2], ir.Argument):
        outer = chain[-3]
        return outer if isinstance(outer, ir.Call) and _is_first(outer, call) else None
    function = next((node for node in reversed(chain) if isinstance(node, (ir.Function, ir.Lambda))), None)
    statement = chain[-2]
    if not isinstance(statement, ir.Assign) or not isinstance(function, ir.Function) or len(statement.targets) != 1:
        return None
    target = statement.targets[0]
    inside = chain[next(number for number, node in enumerate(chain) if node is function) + 1 : -2]
    if not isinstance(target, ir.Name) or not all(isinstance(node, (ir.If, ir.With)) for node in inside):
        return None  # in a loop, the next turn may read it
    block = _block(chain[-3], statement)
    return _next_read(block, statement, target.id, function) if block is not None else None


def _block(parent: Any, statement: Any) -> Sequence[Any] | None:
    fields = (getattr(parent, field, ()) for field in ("body", "orelse"))
    return next((block for block in fields if any(node is statement for node in block)), None)


def _next_read(block: Sequence[Any], statement: ir.Assign, name: str, function: ir.Function) -> ir.Call | None:
    """The call that reads ``name``, as ``statement`` binds it, where that is the only thing that does."""
    position = next(number for number, node in enumerate(block) if node is statement)
    later = iter(block[position + 1 :])
    reading = next((node for node in later if _mentions(node, name)), None)
    if not isinstance(reading, (ir.Assign, ir.Return)) or reading.value is None:
        return None
    reads = [node for node in walk(reading.value) if isinstance(node, ir.Name) and node.id == name]
    calls = [node for node in walk(reading.value) if isinstance(node, ir.Call) and reads and _is_first(node, reads[0])]
    if len(reads) != 1 or len(calls) != 1 or any(isinstance(node, _HIDING) for node in walk(reading.value)):
        return None
    ends = [reading, *later]
    for node in ends:
        if isinstance(node, ir.Return):
            break
        if _binds(node, name):
            return calls[0] if node is reading or not _mentions(node.value, name) else None
        if node is not reading and _mentions(node, name):
            return None
    everywhere = sum(_mentions(node, name) for node in function.body)
    within = sum(_mentions(node, name) for node in block)
    return calls[0] if block is function.body or everywhere == within else None


_HIDING = (ir.Lambda, ir.Comprehension, ir.Walrus, ir.Conditional, ir.Boolean)
"""Expressions in which a call may be made several times, later, or not at all."""


def _binds(node: Any, name: str) -> bool:
    """Whether a statement does nothing with a name but bind it."""
    return isinstance(node, ir.Assign) and any(
        isinstance(target, ir.Name) and target.id == name for target in node.targets
    )


def _mentions(node: Any, name: str) -> int:
    return sum(isinstance(each, ir.Name) and each.id == name for each in walk(node))


def _is_first(call: ir.Call, value: Any) -> bool:
    """Whether a call gets ``value`` as its first argument, and only literals beside it."""
    if not call.args or call.args[0].value is not value or call.args[0].star or call.args[0].name is not None:
        return False
    return all(not arg.star and is_literal(arg.value) for arg in call.args[1:])

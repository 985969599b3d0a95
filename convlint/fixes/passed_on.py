"""Numbers that reach a layer from elsewhere: where each is written, if nothing but that layer gets it.

They are followed backwards along the calls of one trace: from the layer's own argument to a parameter of the function
around it, and on to the argument of that function's call or to the parameter's default, through loops over tuples and
lists. Wherever a name on the way is used for anything else, the search is given up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from convlint.findings import Edit
from convlint.fixes.call_site import CallSite
from convlint.fixes.call_text import argument_index
from convlint.fixes.source_view import SourceView, is_literal, walk
from convlint.frontends.python import ir
from convlint.network.changes import SetArguments, written
from convlint.network.layers import Use


@dataclass(frozen=True, slots=True)
class Frame:
    """One call of a trace, and the function around it."""

    view: SourceView
    chain: tuple[Any, ...]
    """The nodes around the call, the call itself last."""
    function: ir.Function | None

    @property
    def call(self) -> ir.Call:
        """The call itself."""
        call = self.chain[-1]
        assert isinstance(call, ir.Call)
        return call


@dataclass(frozen=True, slots=True)
class Written:
    """A literal and the frame, counted from the innermost, in whose function it is written."""

    view: SourceView
    node: ir.Number
    level: int


def passed_on(
    view_of: Callable[[str], SourceView | None], site: CallSite, use: Use, change: SetArguments, linted: frozenset[str]
) -> tuple[Edit, ...]:
    """The change made at the literals from which the layer's arguments come; none where others would change, too.

    What the change relies on has to be decided inside the function that holds the literals: then no layer with another
    kernel size or stride gets them.
    """
    frames = tuple(_frames(view_of, use))
    if not frames or frames[0].call is not site.call:
        return ()
    found: dict[tuple[str, int, int], tuple[Written, str]] = {}
    for names in _by_variable(site, [name for name, _ in change.values]):
        texts = {written(value) for name, value in change.values if name in names}
        literal = _followed(frames, site, names, use)
        if literal is None or len(texts) != 1:
            return ()
        found[literal.view.path, literal.node.at, literal.node.end] = literal, texts.pop()
    levels = {literal.level for literal, _ in found.values()}
    names = [*change.relies_on]
    if len(levels) != 1 or not all(_is_decided(frames, site, name, max(levels)) for name in names):
        return ()
    if any(literal.view.path not in linted for literal, _ in found.values()):
        return ()
    return tuple(Edit(each.view.place(each.node.at, each.node.end), text) for each, text in found.values())


def _frames(view_of: Callable[[str], SourceView | None], use: Use) -> Iterator[Frame]:
    """The calls of the trace, innermost first, as long as each stands in the function that the next one calls."""
    inner: Frame | None = None
    for step in reversed(use.trace):
        view = view_of(step.place.path)
        chain = view.chain(step.place) if view is not None else ()
        if view is None or not chain or (inner is not None and not _calls(chain[-1], inner)):
            return
        functions = [node for node in chain if isinstance(node, (ir.Function, ir.Lambda))]
        innermost = functions[-1] if functions else None
        inner = Frame(view, chain, innermost if isinstance(innermost, ir.Function) else None)
        yield inner
        if inner.function is None:
            return


def _calls(call: ir.Call, inner: Frame) -> bool:
    """Whether a call is, by its name, one of the function or class in which the inner call stands."""
    func = call.func
    name = func.attr if isinstance(func, ir.Attribute) else func.id if isinstance(func, ir.Name) else ""
    function = inner.function
    if function is None or any(arg.star for arg in call.args):
        return False
    classes = [node.name for node in inner.chain if isinstance(node, ir.Class)]
    if function.name == "__init__":
        return bool(classes) and name == classes[-1]
    return not classes and name == function.name


def _by_variable(site: CallSite, names: Sequence[str]) -> list[list[str]]:
    """The parameters in groups that get the same variable; a group that gets none cannot be followed."""
    groups: dict[str, list[str]] = {}
    for name in names:
        value = site.argument(name)
        groups.setdefault(value.id if isinstance(value, ir.Name) else "", []).append(name)
    return list(groups.values())


def _followed(frames: Sequence[Frame], site: CallSite, names: Sequence[str], use: Use) -> Written | None:
    """The literal behind the one variable that the layer's call gives to ``names``."""
    value: Any = site.argument(names[0])
    origin = use.origins.get(names[0])
    uses, in_display = len(names), False
    for level, frame in enumerate(frames):
        if not isinstance(value, ir.Name):
            break
        loop = _loop(frame, value.id)
        if loop is not None:
            iterable, times = loop
            if times != uses or in_display:
                return None
            value, uses, in_display = iterable, 1, True
        if isinstance(value, ir.Name):
            param = _parameter(frame.function, value.id)
            if param is None or frame.function is None or _count(frame.function.body, value.id) != uses:
                return None
            value, at = _handed_over(frames, level, param)
            level += at
        if not isinstance(value, ir.Name):
            view = frames[level].view
            items = value.items if in_display and isinstance(value, ir.Sequence) else (value,)
            numbers = [item for item in items if isinstance(item, ir.Number)]
            here = [item for item in numbers if view.place(item.at, item.end) == origin]
            return Written(view, here[0], level) if len(here) == 1 else None
        uses = 1
    return None


def _handed_over(frames: Sequence[Frame], level: int, param: ir.Param) -> tuple[Any, int]:
    """What a parameter of a frame's function gets, and how many frames further out that is written."""
    if level + 1 < len(frames):
        function, call = frames[level].function, frames[level + 1].call
        assert function is not None
        own = [each.name for each in (*function.params.posonly, *function.params.args)]
        if function.name == "__init__":
            own = own[1:]
        index = argument_index([(arg.star, arg.name) for arg in call.args], own, param.name)
        if index is not None:
            return call.args[index].value, 1
    return param.default, 0


def _is_decided(frames: Sequence[Frame], site: CallSite, name: str, level: int) -> bool:
    """Whether a parameter of the layer is a literal, or a default, within the function of the frame ``level``."""
    if site.is_literal_or_missing(name):
        return True
    value: Any = site.argument(name)
    for number in range(level):
        function = frames[number].function
        if not isinstance(value, ir.Name) or function is None:
            break
        param = _parameter(function, value.id)
        if param is None or _is_rebound(function, value.id) or _loop(frames[number], value.id) is not None:
            return False
        value, _ = _handed_over(frames, number, param)
    return value is not None and is_literal(value)


def _parameter(function: ir.Function | None, name: str) -> ir.Param | None:
    if function is None:
        return None
    params = (*function.params.posonly, *function.params.args, *function.params.kwonly)
    return next((param for param in params if param.name == name), None)


def _loop(frame: Frame, name: str) -> tuple[Any, int] | None:
    """What the innermost loop around the call that binds ``name`` runs over, and how often it uses ``name``."""
    for node in reversed(frame.chain):
        if isinstance(node, ir.Function):
            return None
        clauses = node.clauses if isinstance(node, ir.Comprehension) else (node,)
        for clause in clauses:
            target = clause.target if isinstance(clause, (ir.For, ir.ForLoop)) else None
            if isinstance(target, ir.Name) and target.id == name:
                return clause.iter, _count((node,), name) - 1
    return None


def _count(nodes: Sequence[Any], name: str) -> int:
    """How often a name stands below ``nodes``, read or bound."""
    return sum(isinstance(each, ir.Name) and each.id == name for node in nodes for each in walk(node))


def _is_rebound(function: ir.Function, name: str) -> bool:
    """Whether anything in a function may give a parameter another value."""
    targets = [
        target
        for statement in function.body
        for node in walk(statement)
        for target in (*getattr(node, "targets", ()), getattr(node, "target", None))
        if target is not None
    ]
    return any(_count((target,), name) for target in targets)

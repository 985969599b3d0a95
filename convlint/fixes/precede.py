"""Puts a module before a layer: as the argument before it in ``nn.Sequential``, or in one of its own around both."""

from __future__ import annotations

import re
from typing import Any

from convlint.findings import Edit
from convlint.fixes.call_site import CallSite
from convlint.fixes.call_text import REMOVE, with_arguments
from convlint.fixes.naming import from_import, in_style_of
from convlint.fixes.source_view import SourceView
from convlint.fixes.trim import trimmed
from convlint.frontends.python import ir
from convlint.network.changes import Argument, Precede, Surroundings, written
from convlint.source import Place

_SEQUENTIAL = "torch.nn.Sequential"


def preceded(site: CallSite, change: Precede) -> tuple[Edit, ...]:
    """The edits for ``change`` at the call ``site``; none where its surroundings do not allow it."""
    if not all(site.is_literal_or_missing(name) for name in change.relies_on):
        return ()
    module = in_style_of(site.view, site.call.func, change.module)
    arguments = _arguments(site, change)
    layer = _layer(site, change)
    if module is None or arguments is None or layer is None:
        return ()
    before = f"{module.text}({arguments})"
    edits = _placed(site, change.where, before, layer)
    return (*module.edits, *edits) if edits else ()


def _placed(site: CallSite, where: Surroundings, before: str, layer: str) -> tuple[Edit, ...]:
    around = sequential_around(site)
    if where is Surroundings.AROUND:
        return _wrapped(site, before, layer) if around is None and _only_called(site) else ()
    if around is None:
        return ()
    return _beside(site, before, layer) if where is Surroundings.SEQUENTIAL else _keyed(site, around, before, layer)


def follows(site: CallSite, before: Place) -> bool:
    """Whether the call at ``before`` is the argument just before this one in an ``nn.Sequential``."""
    around = sequential_around(site)
    if around is None or before.path != site.view.path:
        return False
    values = [arg.value for arg in around.args]
    index = next(number for number, value in enumerate(values) if value is site.call)
    return index > 0 and (values[index - 1].at, values[index - 1].end) == site.view.span(before)


def _arguments(site: CallSite, change: Precede) -> str | None:
    """The arguments of the module before, in source text."""
    parts = []
    for name, value in change.arguments:
        text = site.repeatable(value.name) if isinstance(value, Argument) else written(value)
        if text is None:
            return None
        parts.append(f"{name}={text}" if name else text)
    return ", ".join(parts)


def _layer(site: CallSite, change: Precede) -> str | None:
    """The layer's own call with its new arguments."""
    named = {site.own_name(name): (name, value) for name, value in change.values}
    if None in named:
        return None
    plain = {own: written(value) for own, (_, value) in named.items() if own is not None}
    short = {own: REMOVE if named[own][0] in site.removable else text for own, text in plain.items()}
    text = with_arguments(site.text, site.parameters, short)
    return text if text is not None else with_arguments(site.text, site.parameters, plain)


def sequential_around(site: CallSite) -> Any | None:
    """The arguments among which the layer stands where they are those of an ``nn.Sequential``, else None."""
    if len(site.chain) < 3 or not isinstance(site.chain[-2], ir.Argument) or not isinstance(site.chain[-3], ir.Call):
        return None
    argument, call = site.chain[-2], site.chain[-3]
    if argument.star or argument.name is not None or not _stands_bare(site.view, argument, call):
        return None
    if site.view.full_name(call.func) == _SEQUENTIAL or _builds_sequential(site, call):
        return call
    return None


def _stands_bare(view: SourceView, argument: ir.Argument, call: ir.Call) -> bool:
    """Whether no parentheses of its own stand around an argument: what is put before it would land inside them."""
    index = next(number for number, arg in enumerate(call.args) if arg is argument)
    before = call.args[index - 1].value.end if index else call.func.end
    return re.sub(r"#[^\r\n]*", "", view.text[before : argument.value.at]).strip() == ("," if index else "(")


def _builds_sequential(site: CallSite, call: ir.Call) -> bool:
    """Whether a call is ``super().__init__(...)`` in a class derived from ``nn.Sequential`` alone."""
    if not isinstance(call.func, ir.Attribute) or site.view.code(call.func) != "super().__init__":
        return False
    owner = next((node for node in reversed(site.chain) if isinstance(node, ir.Class)), None)
    return owner is not None and len(owner.args) == 1 and site.view.full_name(owner.args[0].value) == _SEQUENTIAL


def _beside(site: CallSite, before: str, layer: str) -> tuple[Edit, ...]:
    """The module as the argument before the layer: on a line of its own where the layer begins one."""
    view, start = site.view, site.start
    margin = view.text[view.line_start(start) : start]
    between = f",{view.newline()}{margin}" if not margin.strip() else ", "
    return trimmed(view, start, site.text, f"{before}{between}{layer}")


def _keyed(site: CallSite, around: ir.Call, before: str, layer: str) -> tuple[Edit, ...]:
    """All arguments in an ``OrderedDict`` under the names that they have now, the module before them as ``pool``."""
    view = site.view
    if any(arg.star or arg.name is not None or not _stands_bare(view, arg, around) for arg in around.args):
        return ()
    # One argument that is no call may itself be an OrderedDict.
    if any(not isinstance(arg.value, ir.Call) for arg in around.args) or _first_is_dict(view, around):
        return ()
    ordered = from_import(view, "collections", "OrderedDict")
    if ordered is None:
        return ()
    edits = list(ordered.edits)
    start = around.args[0].value.at
    margin = view.text[view.line_start(start) : start]
    between = f",{view.newline()}{margin}" if not margin.strip() else ", "
    head = f'{ordered.text}([("pool", {before}){between}'
    for index, arg in enumerate(around.args):
        value = arg.value
        opening = f'{head if not index else ""}("{index}", '
        if value is site.call:
            edits.append(Edit(view.place(value.at, value.end), f"{opening}{layer})" + _closing(index, around)))
            continue
        edits.append(Edit(view.place(value.at, value.at), opening))
        edits.append(Edit(view.place(value.end, value.end), ")" + _closing(index, around)))
    return tuple(edits)


def _closing(index: int, around: ir.Call) -> str:
    return "])" if index == len(around.args) - 1 else ""


def _first_is_dict(view: SourceView, around: ir.Call) -> bool:
    first = around.args[0].value
    callee = view.code(first.func) if isinstance(first, ir.Call) else ""
    return callee.rpartition(".")[2] in ("OrderedDict", "dict")


def _wrapped(site: CallSite, before: str, layer: str) -> tuple[Edit, ...]:
    sequential = in_style_of(site.view, site.call.func, "Sequential")
    if sequential is None:
        return ()
    return (*sequential.edits, *trimmed(site.view, site.start, site.text, f"{sequential.text}({before}, {layer})"))


def _only_called(site: CallSite) -> bool:
    """Whether the layer is kept under a name of which nothing but itself is asked in this file."""
    if len(site.chain) < 2 or not isinstance(site.chain[-2], ir.Assign):
        return False
    assign = site.chain[-2]
    if len(assign.targets) != 1:
        return False
    target = assign.targets[0]
    name = target.attr if isinstance(target, ir.Attribute) else target.id if isinstance(target, ir.Name) else None
    if name is None:
        return False
    return re.search(rf"\b{re.escape(name)}\s*(?:\.|\[)", site.view.text) is None

"""How a file calls a class of torch.nn: ``nn.ReLU``, ``torch.nn.ReLU`` or ``ReLU``, and what it imports for it."""

from __future__ import annotations

from typing import Any, NamedTuple

from convlint.findings import Edit
from convlint.fixes.source_view import SourceView
from convlint.frontends.python import ir

_NN = "torch.nn"


class Named(NamedTuple):
    """The text that stands for a class, and the edits that make the file know it."""

    text: str
    edits: tuple[Edit, ...] = ()


def in_style_of(view: SourceView, callee: Any, name: str) -> Named | None:
    """The class ``name`` of torch.nn, written as ``callee`` is if that is torch's, else as the file's imports allow."""
    if view.full_name(callee).startswith(_NN + "."):
        if isinstance(callee, ir.Attribute) and view.full_name(callee.value) == _NN:
            return Named(f"{view.code(callee.value)}.{name}")
        if isinstance(callee, ir.Name):
            return _by_name(view, name)
    return _as_imported(view, name)


def _as_imported(view: SourceView, name: str) -> Named | None:
    for full, suffix in ((_NN, ""), ("torch", ".nn")):
        for bound, (meaning, _) in view.bindings().items():
            if meaning == full:
                return Named(f"{bound}{suffix}.{name}")
    return _by_name(view, name)


def _by_name(view: SourceView, name: str) -> Named | None:
    """The class by its own name: imported already, or beside other classes of torch.nn."""
    return from_import(view, _NN, name) if _imports_from(view, _NN) else None


def _imports_from(view: SourceView, module: str) -> bool:
    return any(meaning.startswith(module + ".") for meaning, _ in view.bindings().values())


def from_import(view: SourceView, module: str, name: str) -> Named | None:
    """``name`` of ``module`` by a ``from`` import, added where it is missing; None where the name means another."""
    full = f"{module}.{name}"
    for bound, (meaning, _) in view.bindings().items():
        if meaning == full:
            return Named(bound)
    if name in view.bindings():
        return None
    ends = [end for _, end in view.bindings().values()]
    behind = [end for meaning, end in view.bindings().values() if meaning.startswith(module + ".")]
    if not ends:
        return None
    at = _line_end(view, max(behind or [min(ends)]))
    line = f"{view.newline()}from {module} import {name}"
    if not behind:  # before the first import that is not from __future__
        first = min(
            (end for meaning, end in view.bindings().values() if not meaning.startswith("__future__")), default=None
        )
        if first is None:
            return None
        at = view.line_start(view.piece_start(first))
        line = f"from {module} import {name}{view.newline()}"
    return Named(name, (Edit(view.place(at, at), line),))


def _line_end(view: SourceView, offset: int) -> int:
    """Where the line of ``offset`` ends, before its newline."""
    text = view.text
    while offset < len(text) and text[offset] not in "\r\n":
        offset += 1
    return offset

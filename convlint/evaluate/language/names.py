"""Names: what they mean in a frame, looked up through its closures, its module and the built-in ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convlint.evaluate import restoring
from convlint.evaluate.environment import Frame
from convlint.evaluate.paths import guarded, resolve, without_unbound
from convlint.evaluate.values import UNBOUND, Choice, Const, Module, Span, Unknown

if TYPE_CHECKING:
    from convlint.evaluate.machine import Machine
    from convlint.evaluate.sources.source_module import SourceModule


def lookup(machine: Machine, frame: Frame, name: str, span: Span) -> Any:
    """What a name means in ``frame``; an unknown where it is defined nowhere."""
    at: Frame | None = frame
    declared = frame.declared.get(name)
    if declared == "nonlocal":
        at = frame.parent
    while at is not None and declared != "global":
        value = at.locals.get(name, UNBOUND)
        if value is not UNBOUND:
            return without_unbound(resolve(value, machine.path)) if value.__class__ is Choice else value
        at = at.parent
    return global_name(machine, frame.module, name, frame.limit, span)


def global_name(machine: Machine, module: Module, name: str, limit: int | None, span: Span) -> Any:
    """What a name means at module level, before piece ``limit`` where that is given."""
    if limit is None:
        value = module.settled.get(name)
        if value is not None:
            return value
    value = module.attrs.get(name, UNBOUND)
    if value is not UNBOUND:
        return without_unbound(resolve(value, machine.path)) if value.__class__ is Choice else value
    source: SourceModule | None = module.source
    if source is not None:
        if name == "__name__":
            return Const("__main__" if limit is not None and source.linted and _is_main(source, limit) else module.name)
        if name == "__file__":
            return Const(str(source.path))
        value = source.get(machine, name, limit)
        if value is not UNBOUND:
            if limit is None and source.is_settled(name):
                module.settled[name] = value
            return value
    found = machine.modules.builtins.get(name)
    if found is not None:
        if limit is None and (source is None or source.is_settled(name)):
            module.settled[name] = found
        return found
    if source is not None and source.stars:
        return Unknown("module-not-found", f"'{name}', perhaps from a star import", span)
    return Unknown("unknown-name", f"'{name}'", span)


def _is_main(source: SourceModule, limit: int) -> bool:
    """Whether piece ``limit`` is the ``if __name__ == "__main__"`` of a linted file: it is read as when run."""
    piece = source.pieces[limit]
    return "__main__" in source.file.text[piece.at : piece.at + 80]


def write_declared(machine: Machine, frame: Frame, name: str, value: Any) -> None:
    """Bind a name that is declared ``global`` or ``nonlocal`` in ``frame``."""
    if frame.declared.get(name) == "nonlocal":
        at = frame.parent
        while at is not None and name not in at.locals:
            at = at.parent
        if at is not None:
            for candidate in machine.candidates:
                if candidate.start > at.born:
                    candidate.pure = False
            at.ended = False
            if at.born < machine.entry_start:
                machine.undo.append(restoring.variable(at, name))
            at.locals[name] = guarded(value, at.locals.get(name, UNBOUND), machine.path, at.birth)
            return
    machine.modules.write_attribute(frame.module, name, value)

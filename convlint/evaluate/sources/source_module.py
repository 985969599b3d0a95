"""One module of source: its top-level statements run one by one, when a name that they bind is first asked for."""

from __future__ import annotations

import builtins
from collections.abc import Iterator as Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convlint.evaluate.built.records import Record, Scope
from convlint.evaluate.environment import Exhausted, Frame, NotIterable, Raised
from convlint.evaluate.language.functions import bound_names
from convlint.evaluate.paths import ROOT, Undecided
from convlint.evaluate.sources.declared import Declared, declared_names
from convlint.evaluate.sources.later import Later
from convlint.evaluate.values import UNBOUND, Const, List, Module, Span, Tuple, Unknown
from convlint.frontends.python import ir
from convlint.frontends.python.python_file import PythonFile
from convlint.frontends.python.source_text import SourceError

if TYPE_CHECKING:
    from convlint.evaluate.machine import Machine

_SIMPLE = frozenset({"def", "class", "assign"})
_NEW, _RUNNING, _DONE = 0, 1, 2
_BUILTIN = frozenset(vars(builtins))


class SourceModule:
    """The pieces of one file, which names each binds or changes, and what they were bound to when they ran."""

    def __init__(self, module: Module, path: Path, file: PythonFile, number: int, linted: bool) -> None:
        self.module = module
        self.path = path
        self.file = file
        self.number = number
        self.linted = linted
        self.pieces = file.pieces
        self.state = [_NEW] * len(self.pieces)
        self.bindings: dict[str, list[tuple[int, Any]]] = {}
        self.affecting: dict[str, list[int]] = {}
        self.firm: set[tuple[str, int]] = set()
        """(name, piece) where the piece binds the name whatever the conditions are."""
        self.stars: list[tuple[int, Later]] = []
        self.dynamic: list[int] = []
        self.records: dict[int, Record] = {}
        self.missing: set[str] = set()
        """Names that are known not to be bound here, nor by what is imported with a star."""
        self.optional: set[str] = set()
        """Names that mean something else where a package is installed that was looked for in vain."""
        self.running: list[int] = []
        """The pieces that are running now, the innermost last."""
        self._memo: dict[Any, Any] | None = None
        """What is remembered since a statement of this module changed what is older than itself."""
        self._outlined = False
        self._bound: set[str] = set()
        self._mentioned: set[str] = set()
        self._declared: Declared | None = None
        self._given: dict[str, Any] = {}
        """What was found for names of a lazy module."""

    @property
    def package(self) -> Path:
        """The folder that relative imports start from."""
        return self.path.parent

    def outline(self) -> None:
        """Find out what each piece binds; imports and odd statements are lowered for that."""
        if self._outlined:
            return
        self._outlined = True
        self._declared = declared_names(self)
        for index in self._declared.instead if self._declared is not None else ():
            self.state[index] = _DONE
        for index, piece in enumerate(self.pieces):
            if piece.kind in _SIMPLE and piece.name is not None:
                self._affects(piece.name, index, True)
            elif piece.kind == "import":
                self._outline_import(index)
            elif piece.kind == "other":
                self._outline_other(index)
        for name in self._mentioned - self._bound:
            if not self.stars or name in _BUILTIN:
                del self.affecting[name]  # no value of this module's that a statement could change

    def _affects(self, name: str, index: int, firm: bool) -> None:
        self._bound.add(name)
        self.affecting.setdefault(name, []).append(index)
        if firm:
            self.firm.add((name, index))

    def _outline_import(self, index: int) -> None:
        for statement in self.statements(index):
            if isinstance(statement, ir.Import):
                name = statement.bound or statement.module.partition(".")[0]
                module = statement.module if statement.bound else name
                self._bind(name, index, Later(module, 0, None))
            elif isinstance(statement, ir.ImportFrom):
                for name, bound in statement.names:
                    later = Later(statement.module, statement.level, name)
                    if name == "*":
                        self.stars.append((index, later))
                    else:
                        self._bind(bound, index, later)
        self.state[index] = _DONE

    def _bind(self, name: str, index: int, value: Any) -> None:
        self._affects(name, index, True)
        self.bindings.setdefault(name, []).append((index, value))

    def _outline_other(self, index: int) -> None:
        statements = self.statements(index)
        firm = all(isinstance(statement, (ir.Assign, ir.Import, ir.ImportFrom)) for statement in statements)
        for name in sorted(bound_names(statements)):
            self._affects(name, index, firm)
        if not all(isinstance(statement, (ir.Import, ir.ImportFrom)) for statement in statements):
            for name in sorted(_mentioned(statements)):
                self._mentioned.add(name)
                pieces = self.affecting.setdefault(name, [])
                if index not in pieces:
                    pieces.append(index)
                if name in ("globals", "setattr", "exec", "vars", "locals"):
                    self.dynamic.append(index)

    def statements(self, index: int) -> tuple[ir.Stmt, ...]:
        """The lowered statements of a piece; none where it does not parse (that is reported elsewhere)."""
        try:
            return self.file.statements(index)
        except SourceError:
            return ()

    def get(self, machine: Machine, name: str, limit: int | None = None) -> Any:
        """What ``name`` is bound to before piece ``limit`` (at the end, for None); UNBOUND where it is not."""
        self.outline()
        if limit is None and name in self.missing:
            return UNBOUND
        if limit is None and self._declared is not None:
            value = self._declared_value(machine, self._declared, name)
            if value is not UNBOUND:
                return value
        if limit is None and self.running and name in self.affecting:
            # A function that a piece calls sees what stands before that piece; later ones have not run in Python
            # either.
            value = self.get(machine, name, self.running[-1])
            if value is not UNBOUND:
                return value
        pieces = self.affecting.get(name)
        if pieces:
            before = pieces if limit is None else [index for index in pieces if index < limit]
            start = next((i for i in range(len(before) - 1, -1, -1) if (name, before[i]) in self.firm), 0)
            for index in before[start:]:
                self.run(machine, index)
        bound, found = self._latest(name, limit)
        for index, later in reversed(self.stars):
            if index > bound and (limit is None or index < limit):
                value = machine.modules.from_star(self, later, name, rebinds=found is not UNBOUND)
                if value is not UNBOUND:
                    return value
        if found is not UNBOUND:
            return machine.modules.resolve_later(self, name, found)
        if self.dynamic and limit is None:
            waiting = [index for index in self.dynamic if self.state[index] == _NEW]
            for index in waiting:
                self.run(machine, index)
            if waiting:
                return self.get(machine, name, limit)
        if limit is None and machine.modules.import_depth == 0:
            self.missing.add(name)  # no module is being run: none will bind it later
        return UNBOUND

    def _declared_value(self, machine: Machine, declared: Declared, name: str) -> Any:
        """What a lazy module gives for ``name`` by what it declares; UNBOUND where it declares no such name."""
        if name not in self._given:
            later = declared.names.get(name)
            if later is not None:
                self._given[name] = machine.modules.imported(self, later)
            else:
                self._given[name] = machine.modules.from_stars(self, declared.stars, name)
        return self._given[name]

    def binds(self, name: str) -> bool:
        """Whether a statement of this file may bind ``name`` (stars aside)."""
        self.outline()
        return name in self.affecting

    def exports(self, machine: Machine, name: str) -> bool:
        """Whether ``from this import *`` gives ``name``, which has no leading underscore: ``__all__`` decides."""
        listed = self.get(machine, "__all__")  # not kept: decorators append to it
        items = listed.items if isinstance(listed, (Tuple, List)) else ()
        if not items or not isinstance(items, (tuple, list)):
            return True
        return any(isinstance(item, Const) and item.value == name for item in items)

    def is_settled(self, name: str) -> bool:
        """Whether all that binds or changes ``name`` has run."""
        if self.dynamic and any(self.state[index] != _DONE for index in self.dynamic):
            return False
        return all(self.state[index] == _DONE for index in self.affecting.get(name, ()))

    def _latest(self, name: str, limit: int | None) -> tuple[int, Any]:
        """The last piece that bound ``name``, and to what; -1 and UNBOUND where none did."""
        best: tuple[int, Any] = (-1, UNBOUND)
        for index, value in self.bindings.get(name, ()):
            if index >= best[0] and (limit is None or index < limit):
                best = (index, value)
        return best

    def rebind(self, name: str, old: Any, value: Any) -> None:
        """Put what a ``Later`` stands for in its place."""
        self.bindings[name] = [(index, value if bound is old else bound) for index, bound in self.bindings[name]]

    def run(self, machine: Machine, index: int) -> None:
        """Run one piece, once; at module level nothing depends on who asked."""
        if self.state[index] != _NEW:
            return
        self.state[index] = _RUNNING
        self.running.append(index)
        outer, machine.modules.searched = machine.modules.searched, set()
        memo = machine.memo
        if self._memo is not None:
            machine.memo = self._memo
        before = machine.memo
        try:
            with machine.module_level.running(machine, self.linted) as allowed:
                if allowed:
                    self._run(machine, index)
        finally:
            self.state[index] = _DONE
            self.running.pop()
            machine.modules.searched = outer
            if machine.memo is not before:
                self._memo = {} if machine.entry_start else machine.memo
            machine.memo = memo

    def _run(self, machine: Machine, index: int) -> None:
        from convlint.evaluate.language.blocks import compile_block
        from convlint.evaluate.language.expressions import Context

        piece = self.pieces[index]
        statements = self.statements(index)
        if not statements:
            return
        scope = Scope(self.module.name, Span(self.number, piece.at, piece.end), None)
        record = self.records[index] = machine.record = Record(scope, ROOT)
        frame = Frame(self.module, None)
        frame.limit = index
        try:
            compile_block(Context(machine, self.number, None, ""), statements)(frame)
        except (Raised, Undecided, NotIterable) as error:
            reason = error.kind if isinstance(error, Raised) else "undecided"
            for name in bound_names(statements):
                frame.locals.setdefault(name, Unknown("raises", f"{reason} at module level", scope.span))
        except Exhausted:
            raise
        except Exception as error:  # a mistake of convlint's own costs this statement, not the run
            machine.note_gap("internal", type(error).__name__, scope.span, "a statement at module level")
            for name in bound_names(statements):
                frame.locals.setdefault(name, Unknown("internal", type(error).__name__, scope.span))
        for name, value in frame.locals.items():
            self.bindings.setdefault(name, []).append((index, value))
        if not record.calls:
            del self.records[index]

    def run_all(self, machine: Machine) -> None:
        """Run every piece, as importing the module would."""
        self.outline()
        for index, piece in enumerate(self.pieces):
            if piece.kind in ("assign", "other"):
                self.run(machine, index)

    def run_new(self, machine: Machine, index: int) -> bool:
        """Run one piece unless it ran already; whether it did."""
        self.outline()
        if self.state[index] != _NEW:
            return False
        self.run(machine, index)
        return True

    def names(self, machine: Machine) -> list[str]:
        """All names bound at module level, sorted; those of star imports are not among them."""
        self.outline()
        return sorted(self.affecting)


def _mentioned(statements: tuple[ir.Stmt, ...]) -> set[str]:
    """All names that occur in statements outside of nested definitions."""
    return {node.id for node in _walk(statements) if isinstance(node, ir.Name)}


def _walk(statements: tuple[ir.Stmt, ...]) -> Generator[Any]:
    stack: list[Any] = list(statements)
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, (ir.Function, ir.Lambda)):
            stack.extend(getattr(node, "decorators", ()))
            continue
        for field in node.__struct_fields__:
            value = getattr(node, field)
            if isinstance(value, ir.Node):
                stack.append(value)
            elif isinstance(value, tuple):
                stack.extend(item for item in value if isinstance(item, ir.Node))

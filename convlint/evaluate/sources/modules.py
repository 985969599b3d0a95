"""Modules: found by name or path, asked for their attributes. Nothing is imported or run; source is only read."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from convlint.evaluate import restoring
from convlint.evaluate.budget import MAX_IMPORT_CHAIN
from convlint.evaluate.environment import Arguments, Raised
from convlint.evaluate.library import builtins as builtin_names
from convlint.evaluate.library import models
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import calls
from convlint.evaluate.paths import resolve, without_unbound
from convlint.evaluate.sources.declared import Exports
from convlint.evaluate.sources.finder import Finder
from convlint.evaluate.sources.later import Later
from convlint.evaluate.sources.registries import Registries
from convlint.evaluate.sources.source_module import SourceModule
from convlint.evaluate.sources.standins import STANDARD_STANDINS, is_standin
from convlint.evaluate.values import UNBOUND, Choice, Class, Const, Module, Span, Unknown, Value
from convlint.frontends.python.python_file import PythonFile


class Modules:
    """All modules of one evaluation, and the built-in names."""

    def __init__(self, finder: Finder, linted: frozenset[Path]) -> None:
        self.finder = finder
        self.linted = linted
        self.exports = Exports(finder)
        self.builtins: dict[str, Value] = builtin_names.build()
        self.by_name: dict[str, Module] = {}
        self.by_path: dict[Path, Module] = {}
        self.sources: list[SourceModule] = []
        self.machine: Machine
        self.import_depth = 0
        """How many modules ask one another for a name."""
        self.searched: set[tuple[Module, str]] = set()
        """Star imports searched in vain, so far, for the name that is being looked up: each is searched once."""
        self.registries = Registries(self)

    def builtin_class(self, name: str) -> Class:
        """A built-in class by name; ``object`` where there is none of that name."""
        found = self.builtins.get(name)
        if not isinstance(found, Class):
            found = self.builtins["object"]
        assert isinstance(found, Class)
        return found

    # --- attributes of modules ----------------------------------------------------------------------------------------

    def attribute(self, module: Module, name: str, span: Span) -> Any:
        """``module.name``; UNBOUND where the module's source is known not to have it."""
        value = module.attrs.get(name, UNBOUND)
        if value is not UNBOUND:
            return without_unbound(resolve(value, self.machine.path)) if value.__class__ is Choice else value
        source: SourceModule | None = module.source
        if source is not None:
            value = source.get(self.machine, name)
            if value is not UNBOUND:
                return value
            inner = self.submodule(module, name)
            if inner is not None:
                return inner
            if name in ("__name__", "__file__"):
                return Const(module.name if name == "__name__" else str(source.path))
            return self._dynamic_attribute(source, name, span)
        inner = self.submodule(module, name)
        if inner is not None:
            return inner
        if module.fallback is not None:
            found = module.fallback(name)
            if found is not None:
                module.attrs[name] = found
                return found
        return UNBOUND

    def write_attribute(self, module: Module, name: str, value: Any) -> None:
        """``module.name = value``; undone when the entry point that did it ends."""
        machine = self.machine
        machine.flow.unseen("a global variable", value)
        for candidate in machine.candidates:
            candidate.pure = False
        machine.forget()
        if machine.entry_start:
            machine.undo.append(restoring.global_variable(module, name))
        module.attrs[name] = value
        module.settled.pop(name, None)

    def _dynamic_attribute(self, source: SourceModule, name: str, span: Span) -> Any:
        """A module-level ``__getattr__``, a star import that could not be followed, or more than a stand-in models."""
        getter = source.get(self.machine, "__getattr__")
        if getter is not UNBOUND and not name.startswith("__"):
            return calls.call(self.machine, getter, Arguments([Const(name)]), span)
        for _, later in source.stars:
            if self.module_of(source, later) is None:
                return Unknown("module-not-found", later.module, span)
        if is_standin(source.path) and (name == "__version__" or not name.startswith("__")):
            return Unknown("not-modelled", f"{source.module.name}.{name}", span)
        return UNBOUND

    def submodule(self, module: Module, name: str) -> Module | None:
        """A module inside a package."""
        source: SourceModule | None = module.source
        if f"{module.name}.{name}" in models.FIRST:
            return models.load(self.machine, f"{module.name}.{name}")
        if source is not None:
            if source.path.name != "__init__.py":
                return None
            path = self.finder.child(source.path, name)
            return self.at(self.finder.instead_of(path)) if path is not None else None
        if isinstance(module.attrs.get("__path__"), Const):
            path = self.finder.child(Path(module.attrs["__path__"].value), name)
            return self.at(path) if path is not None else None
        return models.load(self.machine, f"{module.name}.{name}")

    # --- imports ------------------------------------------------------------------------------------------------------

    def at(self, path: Path) -> Module | None:
        """The module of the file (or namespace folder) at ``path``."""
        found = self.by_path.get(path)
        if found is not None:
            return found
        if path.suffix != ".py":
            module = Module(path.name)
            module.attrs["__path__"] = Const(str(path))
            self.by_path[path] = module
            return module
        file = self.finder.file(path)
        if not isinstance(file, PythonFile):
            return None
        module = Module(self.finder.module_name(path))
        try:
            source = SourceModule(module, path, file, len(self.sources), path in self.linted)
        except ValueError:
            return None
        module.source = source
        self.sources.append(source)
        self.by_path[path] = module
        return module

    def import_by_name(
        self, name: str, importer: SourceModule | None = None, beside: Path | None = None
    ) -> Module | None:
        """The module of an absolute name: modelled (Python's own library, torch), of source, or None.

        ``beside`` is the file, no module itself, that names it.
        """
        top = name.partition(".")[0]
        if name in models.FIRST:
            return models.load(self.machine, name)
        if top in models.ALWAYS or (top in sys.stdlib_module_names and not self._shadowed(top, importer)):
            if name in STANDARD_STANDINS and (path := self.finder.standin(name)) is not None:
                return self.at(path)
            return models.load(self.machine, name) or models.unlisted(name)
        path = self.finder.locate(name, importer.path if importer is not None else beside)
        if path is None:
            return models.load(self.machine, name)
        if top in models.WITHOUT_LAYERS and self.finder.is_installed(path):
            path = self.finder.standin(name)
            return self.at(path) if path is not None else models.load(self.machine, name) or models.unlisted(name)
        return self.at(path)

    def _shadowed(self, top: str, importer: SourceModule | None) -> bool:
        """Whether a file beside the importing script has the name of a module of the standard library."""
        if importer is None or models.load(self.machine, top) is not None:
            return False
        beside = self.finder.child(importer.path.parent, top)
        if beside is None or beside.suffix != ".py":
            return False
        return self.finder.package_root(importer.path) == importer.path.parent

    def module_of(self, source: SourceModule, later: Later) -> Module | None:
        """The module that an import statement names, seen from ``source``."""
        if later.found is UNBOUND:
            later.found = self._find_module(source, later)
        return later.found  # type: ignore[no-any-return]

    def _find_module(self, source: SourceModule, later: Later) -> Module | None:
        if not later.level:
            return self.import_by_name(later.module, source)
        path = self.finder.relative(source.path, later.level, later.module)
        return self.at(self.finder.instead_of(path)) if path is not None else None

    def resolve_later(self, source: SourceModule, name: str, value: Any) -> Any:
        """What a bound value is: itself, or what the import that bound it stands for."""
        if value.__class__ is not Later:
            return value
        found = self.imported(source, value)
        source.rebind(name, value, found)
        return found

    def from_stars(self, source: SourceModule, stars: list[Later], name: str) -> Any:
        """What the last of many relative star imports gives for ``name``, without a look into those that cannot."""
        for later in reversed(stars):
            path = self.finder.relative(source.path, later.level, later.module) if later.level else None
            if path is not None and path.suffix == ".py" and self.exports.may_give(path, name):
                value = self.from_star(source, later, name)
                if value is not UNBOUND:
                    return value
        return UNBOUND

    def imported(self, source: SourceModule, later: Later, trying: bool = False) -> Any:
        """What an import stands for; an unknown, or with ``trying`` an exception, where it cannot work."""
        module = self.module_of(source, later)
        span = Span(source.number, 0, 0)
        if module is None:
            if trying:
                raise Raised("ModuleNotFoundError", later.module)
            return Unknown("module-not-found", "." * later.level + later.module)
        if later.attribute is None:
            return module
        if module.source is source and source.path.name == "__init__.py":
            inner = self.submodule(module, later.attribute)
            if inner is not None:
                return inner
        with self._one_further() as allowed:
            value = self.attribute(module, later.attribute, span) if allowed else UNBOUND
        if value is UNBOUND:
            if trying:
                raise Raised("ImportError", later.attribute)
            return Unknown("unknown-name", f"'{later.attribute}' of {module.name}")
        return value

    @contextmanager
    def _one_further(self) -> Iterator[bool]:
        """While one module asks another for a name. Gives whether the chain is still short enough."""
        self.import_depth += 1
        try:
            yield self.import_depth < MAX_IMPORT_CHAIN
        finally:
            self.import_depth -= 1

    def from_star(self, source: SourceModule, later: Later, name: str, rebinds: bool = False) -> Any:
        """What ``from module import *`` gives for ``name``; UNBOUND where it does not.

        ``rebinds``: the name meant something before. Then only what the module itself binds counts: to look through all
        that it imports with stars of its own, for every name, would cost more than the evaluation.
        """
        module = self.module_of(source, later)
        if module is None or module is source.module or name.startswith("_"):
            return UNBOUND
        inner: SourceModule | None = module.source
        if rebinds and name not in module.attrs and (inner is None or not inner.binds(name)):
            return UNBOUND
        outermost = not self.searched
        if (module, name) in self.searched:
            return UNBOUND
        self.searched.add((module, name))
        value: Any = UNBOUND
        try:
            with self._one_further() as allowed:
                if allowed:
                    value = self._exported(module, name, Span(source.number, 0, 0))
        finally:
            if outermost:
                self.searched.clear()
            elif value is not UNBOUND:
                self.searched.discard((module, name))
        return value

    def _exported(self, module: Module, name: str, span: Span) -> Any:
        """``module.name`` as far as a star import gives it."""
        source: SourceModule | None = module.source
        if source is None:
            value = self.attribute(module, name, span)
            return UNBOUND if isinstance(value, Unknown) and value.reason == "not-modelled" else value
        value = source.get(self.machine, name)
        if value is UNBOUND:
            value = module.attrs.get(name, UNBOUND)
        return value if value is UNBOUND or source.exports(self.machine, name) else UNBOUND

"""Finds rules: installed ones by entry point, ours like anybody's, and a project's own by path."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import pkgutil
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

from convlint.findings import Severity
from convlint.rule import Rule
from convlint.usage import UsageError

ENTRY_POINT_GROUP = "convlint.rules"
RESERVED_NAMES = frozenset({"all", "duplicate-key", "internal-error", "unknown-target", "unused-suppression"})
"""The word for every rule, and the findings that convlint itself makes: no rule or group may be called so."""

_KEBAB_CASE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LOCAL_PACKAGE = "_convlint_local_rules"
_BROKEN = (Exception, SystemExit)
"""What importing or building a broken plugin may raise; a plugin that calls sys.exit is broken as well."""


class RuleLoadError(UsageError):
    """A plugin or a local rule that cannot be used. The message is one line and names it."""


def load_rules(local: Sequence[Path] = ()) -> tuple[Rule, ...]:
    """All rules: those of installed plugins, then those of the files and folders ``local``; sorted by name.

    Raises ``RuleLoadError`` for a plugin that cannot be imported, a rule that is not complete, a name shipped twice.
    """
    rules: dict[str, Rule] = {}
    shipped_by: dict[str, str] = {}
    for source, modules in (*installed_modules(ENTRY_POINT_GROUP), *_local(local)):
        for rule in _rules(source, modules):
            other = rules.get(rule.name)
            if type(other) is type(rule):
                continue
            if other is not None:
                raise RuleLoadError(f"{source}: rule '{rule.name}' is already shipped by {shipped_by[rule.name]}")
            rules[rule.name], shipped_by[rule.name] = rule, source
    return tuple(rules[name] for name in sorted(rules))


def page(rule: Rule) -> str:
    """The rule's page: the docstring of the file that defines it, without common indentation."""
    module = sys.modules.get(type(rule).__module__)
    return inspect.cleandoc(module.__doc__) if module is not None and module.__doc__ else ""


def installed_modules(group: str) -> Iterator[tuple[str, list[ModuleType]]]:
    """Each plugin installed under an entry point group: its description and its public modules.

    Raises ``RuleLoadError`` for one that cannot be imported.
    """
    from importlib.metadata import entry_points

    for entry in sorted(entry_points(group=group), key=lambda entry: (entry.name, entry.value)):
        source = f"plugin '{entry.name}'" + (f" of {entry.dist.name}" if entry.dist is not None else "")
        try:
            module = entry.load()
            if not isinstance(module, ModuleType):
                raise RuleLoadError(f"{source}: '{entry.value}' is not a module")
            modules = [module, *_public_submodules(module)]
        except RuleLoadError:
            raise
        except _BROKEN as error:
            raise RuleLoadError(f"{source} cannot be loaded: {_one_line(error)}") from error
        yield source, modules


def _local(paths: Sequence[Path]) -> Iterator[tuple[str, list[ModuleType]]]:
    """Each local rule file or folder: its path and its public modules."""
    for number, path in enumerate(paths):
        source = path.as_posix()
        try:
            modules = _load_path(path, f"{_LOCAL_PACKAGE}_{number}")
        except RuleLoadError:
            raise
        except _BROKEN as error:
            raise RuleLoadError(f"{source}: rules cannot be loaded: {_one_line(error)}") from error
        yield source, modules


def _load_path(path: Path, name: str) -> list[ModuleType]:
    """Load one rule file, or a folder as a package with or without ``__init__.py``, under the module name ``name``."""
    for loaded in [module for module in sys.modules if module == name or module.startswith(name + ".")]:
        del sys.modules[loaded]
    importlib.invalidate_caches()
    if path.is_dir():
        start = path / "__init__.py"
        module = _execute(start, name, [str(path)]) if start.is_file() else _bare_package(path, name)
        return [module, *_public_submodules(module)]
    if path.is_file() and path.suffix == ".py":
        return [_execute(path, name, None)]
    raise RuleLoadError(f"{path.as_posix()}: no rule file or folder of rule files is there")


def _execute(path: Path, name: str, search: list[str] | None) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=search)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _bare_package(path: Path, name: str) -> ModuleType:
    """A package for a folder without ``__init__.py``, so that its rules can import their private neighbours."""
    module = ModuleType(name)
    module.__path__ = [str(path)]
    sys.modules[name] = module
    return module


def _public_submodules(package: ModuleType) -> Iterator[ModuleType]:
    """Import and give all submodules, at any depth, whose names do not start with an underscore."""
    for found in sorted(pkgutil.iter_modules(getattr(package, "__path__", [])), key=lambda found: found.name):
        if not found.name.startswith("_"):
            module = importlib.import_module(f"{package.__name__}.{found.name}")
            yield module
            yield from _public_submodules(module)


def _rules(source: str, modules: list[ModuleType]) -> Iterator[Rule]:
    """One instance of each concrete rule that ``modules`` define or re-export from their own plugin."""
    top_level = modules[0].__name__.partition(".")[0]
    classes = {
        value: None
        for module in modules
        for name, value in vars(module).items()
        if not name.startswith("_")
        and issubclass(type(value), type)  # for isinstance, Python 3.10 takes tuple[int] for one
        and issubclass(value, Rule)
        and not inspect.isabstract(value)
        and value.__module__.partition(".")[0] == top_level
    }
    files: dict[str, str] = {}
    for rule_class in classes:
        other = files.setdefault(rule_class.__module__, rule_class.__name__)
        if other != rule_class.__name__:
            raise RuleLoadError(f"{source}: {other} and {rule_class.__name__} share a file; one file holds one rule")
        yield _complete(source, rule_class)


def _complete(source: str, rule_class: type[Rule]) -> Rule:
    """The rule, built and checked: what every rule must carry is there."""
    title = f"{source}: {rule_class.__name__}"
    try:
        rule = rule_class()
    except _BROKEN as error:
        raise RuleLoadError(f"{title} cannot be built: {_one_line(error)}") from error
    for attribute in ("name", "group"):
        value = getattr(rule, attribute, None)
        if not isinstance(value, str) or not _KEBAB_CASE.fullmatch(value):
            raise RuleLoadError(f"{title} needs a {attribute} in kebab-case, such as 'dead-pixels'")
        if value in RESERVED_NAMES:
            raise RuleLoadError(f"{title}: the {attribute} '{value}' is convlint's own")
    if not isinstance(getattr(rule, "severity", None), Severity):
        raise RuleLoadError(f"{title} needs a severity, such as Severity.WARNING")
    if not page(rule) and sys.flags.optimize < 2:  # python -OO drops all docstrings
        raise RuleLoadError(f"{title}: the file has no docstring, which is the rule's page")
    return rule


def _one_line(error: BaseException) -> str:
    """The error's type and the first line of its text."""
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0]}" if text else type(error).__name__

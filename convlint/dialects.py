"""Finds dialects of config files: installed ones by entry point, ours like anybody's."""

from __future__ import annotations

import inspect
import sys

from convlint.frontends.config.dialect import Dialect
from convlint.registry import RuleLoadError, installed_modules

ENTRY_POINT_GROUP = "convlint.dialects"


def load_dialects() -> tuple[Dialect, ...]:
    """All dialects of installed plugins, sorted by name. Raises ``RuleLoadError`` for one that cannot be used."""
    found: dict[str, Dialect] = {}
    for source, modules in installed_modules(ENTRY_POINT_GROUP):
        top = modules[0].__name__
        for module in modules:
            for name, value in vars(module).items():
                # Python 3.10 has it that tuple[int] is an instance of type.
                if name.startswith("_") or not (issubclass(type(value), type) and issubclass(value, Dialect)):
                    continue
                if inspect.isabstract(value) or not value.__module__.startswith(top):
                    continue
                if not isinstance(getattr(value, "name", None), str):
                    raise RuleLoadError(f"{source}: {value.__name__} needs a name")
                other = found.setdefault(value.name, value())
                if type(other) is not value:
                    raise RuleLoadError(f"{source}: dialect '{value.name}' is shipped twice")
    return tuple(found[name] for name in sorted(found))


def page(dialect: Dialect) -> str:
    """The dialect's page: the docstring of the file that defines it."""
    module = sys.modules.get(type(dialect).__module__)
    return inspect.cleandoc(module.__doc__) if module is not None and module.__doc__ else ""

"""Which modules are worth running: those whose ``forward`` can reach a functional layer, or build one, anywhere below.

The question is answered from the text: a function matters if it, or a function or method that it mentions, has a
layer's name in it. Words in comments count as well; what is in doubt is run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from convlint.evaluate.language.names import global_name
from convlint.evaluate.library.torch_signatures import FUNCTIONS, MODULES
from convlint.evaluate.values import (
    NONE,
    UNBOUND,
    Builtin,
    Choice,
    Class,
    Code,
    Descriptor,
    Dict,
    Function,
    Instance,
    List,
    Method,
    Module,
    Partial,
    Span,
    Tuple,
    Value,
)  # fmt: skip

_WORD = re.compile(r"[A-Za-z_]\w*")
LAYERS = frozenset({*MODULES, *FUNCTIONS})
"""Names of layers in ``torch.nn`` and ``torch.nn.functional``."""
OPERATIONS = frozenset({"stft"})
"""Names of functions of torch that rules ask about, and whose numbers are kept in modules as those of layers are."""
FOLLOWED = LAYERS | OPERATIONS
ENTERED = frozenset({"forward", "__call__"})
"""Methods that calling a module runs."""

Parts = tuple[frozenset[Class], frozenset[Value]]
"""The classes of a module and of all modules below it, and the functions that they hold as attributes."""


class Forwards:
    """Answers for one machine, each found once."""

    def __init__(self, machine: Any) -> None:
        self.machine = machine
        self._parts: dict[int, Parts] = {}
        self._same: dict[Parts, Parts] = {}
        self._verdicts: dict[Parts, bool] = {}
        self._words: dict[Code, frozenset[str]] = {}
        self._mentioned: dict[Code, tuple[Function, ...] | None] = {}
        self._methods: dict[Class, dict[str, tuple[Function, ...]]] = {}

    def matter(self, target: Instance) -> bool:
        """Whether calling a module can run or build a layer."""
        parts = self._parts_of(target, set())
        verdict = self._verdicts.get(parts)
        if verdict is None:
            verdict = self._verdicts[parts] = self._decide(*parts)
        return verdict

    # --- what a module consists of ------------------------------------------------------------------------------------

    def _parts_of(self, target: Instance, seen: set[int]) -> Parts:
        known = self._parts.get(target.made) if target.made is not None else None
        if known is not None:
            return known
        found: tuple[set[Class], set[Value]] = ({target.cls}, set())
        if id(target) not in seen:
            seen.add(id(target))
            for value in (*target.attrs.values(), target.payload):
                if value.__class__ in _HOLDING:
                    self._collect(value, found, seen)
        parts = frozenset(found[0]), frozenset(found[1])
        if target.made is not None:
            # Thousands of modules have equal parts.
            parts = self._parts[target.made] = self._same.setdefault(parts, parts)
        return parts

    def _collect(self, value: Any, found: tuple[set[Class], set[Value]], seen: set[int]) -> None:
        kind = value.__class__
        if kind is Instance:
            classes, functions = self._parts_of(value, seen)
            found[0].update(classes)
            found[1].update(functions)
        elif kind in _CALLED:
            found[1].add(value)
        elif kind is Class:
            found[0].add(value)
        else:
            for inner in _inside(value):
                if inner.__class__ in _HOLDING:
                    self._collect(inner, found, seen)

    # --- what they can do ---------------------------------------------------------------------------------------------

    def classes_in(self, target: Instance) -> frozenset[Class]:
        """The classes of a module and of all modules below it."""
        return self._parts_of(target, set())[0]

    def methods_of(self, cls: Class) -> Iterable[Function]:
        """The user's methods of a class and its bases."""
        return (function for functions in self._methods_of(cls).values() for function in functions)

    def _decide(self, classes: frozenset[Class], held: frozenset[Value]) -> bool:
        pending: list[Function] = []
        if any(self._reaches(value, pending) for value in held):
            return True
        tables = [self._methods_of(cls) for cls in classes]
        pending += [function for table in tables for name in ENTERED for function in table.get(name, ())]
        pending.sort(key=_written)
        done: set[Code] = set()
        while pending:
            function = pending.pop()
            if function.code in done:
                continue
            done.add(function.code)
            mentioned = self._mentions(function)
            if mentioned is None:
                return True
            words = self._words[function.code]
            named = (found for table in tables for name in table.keys() & words for found in table[name])
            # To look at a function may run pieces of modules: the order must not be that of a set.
            pending += sorted((*mentioned, *named), key=_written)
        return False

    def _methods_of(self, cls: Class) -> dict[str, tuple[Function, ...]]:
        """The user's methods of a class and its bases, by name."""
        table = self._methods.get(cls)
        if table is None:
            table = self._methods[cls] = {}
            for base in cls.mro:
                for name, value in base.attrs.items():
                    for function in _functions(value):
                        table[name] = (*table.get(name, ()), function)
        return table

    def _mentions(self, function: Function) -> tuple[Function, ...] | None:
        """The functions that one mentions by a name of its module or of the functions around it; None: a layer."""
        code = function.code
        if code not in self._words:
            source = function.module.source
            text = source.file.text[code.span.start : code.span.end] if source is not None else ""
            words = self._words[code] = frozenset(_WORD.findall(text))
            found: list[Function] = []
            reached = not words.isdisjoint(FOLLOWED) or any(
                self._reaches(value, found, words) for value in self._named(function, words)
            )
            self._mentioned[code] = None if reached else tuple(found)
        return self._mentioned[code]

    def _named(self, function: Function, words: frozenset[str]) -> list[Any]:
        """What words mean around a function and at the level of its module."""
        found: list[Any] = []
        frame = function.closure
        while frame is not None:
            found += [frame.locals[word] for word in sorted(words & frame.locals.keys())]
            frame = frame.parent
        return found + self._of_module(function.module, words)

    def _of_module(self, module: Module, words: frozenset[str]) -> list[Any]:
        source = module.source
        if source is None:
            return []
        source.outline()
        nowhere = Span(-1, 0, 0)
        names = sorted(words & source.affecting.keys())
        if source.stars:
            names += sorted(words - source.affecting.keys() - self.machine.modules.builtins.keys())
        return [global_name(self.machine, module, name, None, nowhere) for name in names]

    def _reaches(self, value: Any, found: list[Function], words: frozenset[str] = frozenset(), depth: int = 0) -> bool:
        """Whether a value is itself a layer; the user's functions in it are added to ``found``."""
        if value.__class__ is Builtin:
            return value.name in FOLLOWED
        if isinstance(value, Class):
            if value.span is None:
                return value.name in LAYERS
            for table in self._methods_of(value).values():
                found += table
            return False
        if isinstance(value, Module):
            return depth == 0 and any(self._reaches(inner, found, words, 1) for inner in self._of_module(value, words))
        found += _functions(value)
        if isinstance(value, Instance):
            for functions in self._methods_of(value.cls).values():
                found += functions
        return depth < 3 and any(self._reaches(inner, found, words, depth + 1) for inner in _inside(value))


_CALLED = frozenset({Function, Partial, Builtin, Method})
_HOLDING = _CALLED | {Instance, Class, List, Tuple, Dict, Choice}


def _written(function: Function) -> Span:
    """Where a function is written."""
    return function.code.span


def _functions(value: Any) -> list[Function]:
    while isinstance(value, (Descriptor, Method, Partial)):
        value = value.function
    if isinstance(value, Choice):
        return _functions(value.yes) + _functions(value.no)
    return [value] if isinstance(value, Function) else []


def _inside(value: Any) -> Iterable[Any]:
    """What a container holds."""
    if isinstance(value, List):
        return value.items if isinstance(value.items, list) else ()
    if isinstance(value, Tuple):
        return value.items
    if isinstance(value, Dict):
        return [item for _, item in value.entries.values()]
    if isinstance(value, Choice):
        return value.yes, value.no
    if isinstance(value, Instance):
        return (*value.attrs.values(), value.payload)
    if isinstance(value, (Partial, Method)):
        inner = value.function
        return () if inner is NONE or inner is UNBOUND else (inner,)
    return ()

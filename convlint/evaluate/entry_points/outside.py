"""Calls that are written outside of Python: a config names a class and its arguments, and it is built as by a call."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from convlint.evaluate.built.records import Record, Scope
from convlint.evaluate.entry_points.definitions import Definitions
from convlint.evaluate.entry_points.entries import Entry
from convlint.evaluate.entry_points.entry_calls import run_forward
from convlint.evaluate.entry_points.trials import run_once
from convlint.evaluate.environment import Arguments, NotIterable, Raised
from convlint.evaluate.library.torch_modules import is_module
from convlint.evaluate.library.torch_signatures import MODULES
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import attributes, calls, classes
from convlint.evaluate.paths import Undecided, leaves
from convlint.evaluate.sources.standins import is_standin
from convlint.evaluate.values import UNBOUND, Class, Const, Function, Module, Partial, Span, Tuple, Unknown, Value
from convlint.findings import Finding, Severity
from convlint.frontends.config.calls import Argument, Call, Given, Keyed, Listed
from convlint.frontends.config.nodes import Scalar, Source
from convlint.usage import nearest

UNKNOWN_TARGET = "unknown-target"
MOST_PARTS = 20
"""Parts of a dotted name that are looked for; packages nest six deep."""
MOST_UNKNOWN_KEYWORDS = 2
"""Where more keywords of one mapping are unknown, other code than the class reads it, and takes what is its own out."""
_DYNAMIC = re.compile(r"\b(?:globals\(|vars\(|setattr\(|exec\(|sys\.modules|importlib|lazy|__getattr__|__path__)")
"""What a module may get more names by than its statements bind."""
_INPUT = re.compile(
    r"c1|c_?in|in_?c(?:h(?:an(?:nel)?s?)?)?|ch_?in|inp|in_?planes|in_?dim|dim_?in|input_(?:channels|dim)"
)
_OUTPUT = re.compile(r"c2|c_?out|ou(?:t_?)?c(?:h(?:an(?:nel)?s?)?)?|ch_?out|oup|out_?planes|out_?dim|dim_?out")
"""What modules of YOLO files call the channels that they read, and those that they write."""
_WINDOWS = ("Conv", "Pool", "fold")
_OTHER_WINDOWS = frozenset(
    {"Fold", *(f"MaxUnpool{rank}d" for rank in (1, 2, 3)), "FractionalMaxPool2d", "FractionalMaxPool3d"}
    | {f"Adaptive{kind}Pool{rank}d" for kind in ("Avg", "Max") for rank in (1, 2, 3)}
)
"""Classes of torch.nn with a window that never miss a position, or are not modelled as layers."""


class Missing(NamedTuple):
    """A name that does not exist: what it is, and where it is missing."""

    name: str
    owner: str
    choices: tuple[str, ...]

    @property
    def message(self) -> str:
        """In words, with the name that may have been meant."""
        return f"{self.owner} has no '{self.name}'{nearest(self.name, self.choices)}"


class Outside:
    """The calls of one run. ``paths`` are the files in which they stand."""

    def __init__(self, machine: Machine, requested: Sequence[Call]) -> None:
        self.machine = machine
        self.requested = requested
        self.notes: list[Finding] = []
        self.paths: set[str] = set()
        self.definitions = Definitions(machine.modules)
        for call in requested:
            self._number(call.target.source)

    def entries(self) -> Iterator[Entry]:
        """Build every requested object, each an entry point of its own."""
        for call in self.requested:
            source = call.asked_by or call.target.source
            span = Span(self._number(source), 0, len(source.text))
            name = f"{source.path}:{call.path}" if call.path else source.path
            root = run_once(self.machine, span, lambda call=call: self._enter(call))  # type: ignore[misc]
            scope = Scope(name, span, None)
            inner = Record(scope, root.birth)
            inner.calls = root.calls
            yield Entry(name, inner)

    def _enter(self, call: Call) -> None:
        result = self._called(call)
        for leaf in leaves(result):
            if is_module(leaf):
                run_forward(self.machine, leaf, self._span(call.target))

    def _called(self, call: Call) -> Value:
        """What a call gives; its arguments are built first, whatever becomes of it."""
        positional = [self._value(argument) for argument in call.positional]
        keywords = {name: self._value(argument) for name, argument in call.keywords.items()}
        callee = self._target(call)
        if isinstance(callee, Unknown):
            return callee
        self._check_keywords(call, callee)
        if call.repeats is not None:
            bound = _with_channels(callee, positional, call.repeats, self._span(call.target))
            if bound is None:
                return Unknown("config", f"what {call.name} is given", self._span(call.target))
            positional = bound
        if isinstance(callee, Class) and callee.span is not None and not _is_network(callee):
            return Unknown("config", f"an object of {callee.name}", self._span(call.target))
        if call.partial:
            return Partial(callee, tuple(positional), keywords)
        try:
            made = self.machine.apply(
                calls.call, self.machine, callee, Arguments(positional, keywords), self._span(call.target)
            )
        except (Raised, Undecided, NotIterable) as error:
            return Unknown("raises", str(error), self._span(call.target))
        return made if isinstance(made, Value) else Unknown("raises", "", self._span(call.target))

    def _value(self, argument: Argument) -> Value:
        if isinstance(argument, Call):
            return self._called(argument)
        if isinstance(argument, Given):
            return Const(argument.value, self._span(argument.node) if isinstance(argument.node, Scalar) else None)
        if isinstance(argument, Listed):
            items = [self._value(item) for item in argument.items]
            return Tuple(tuple(items)) if argument.is_tuple else self.machine.list(items)
        if isinstance(argument, Keyed):
            made = self.machine.dict()
            made.entries = {name: (Const(name), self._value(value)) for name, value in argument.entries.items()}
            return made
        span = Span(self._number(argument.node.source), argument.node.start, argument.node.end)
        return Unknown("config", argument.detail, span)

    # --- targets ------------------------------------------------------------------------------------------------------

    def _target(self, call: Call) -> Value:
        """The class or function that is called; an unknown, and a note where that is sure, for one that is missing.

        A project may have several modules of one name, scripts that are each run from their own folder: the nearest to
        the config that has the name counts.
        """
        parts = call.name.split(".")
        if call.bare:
            return self._defined(call)
        missing: Missing | None = None
        for module, used in self._modules(call, parts):
            found = self._member(call, module, parts[used:])
            if not isinstance(found, Missing):
                return found
            missing = missing or found
        if missing is None:
            return Unknown("module-not-found", call.name, self._span(call.target))
        if not call.guessed:
            self._note(call.target, missing.message)
        return Unknown("unknown-attribute", missing.name, self._span(call.target))

    def _defined(self, call: Call) -> Value:
        """The class that a bare name stands for."""
        definition = self.definitions.nearest(call.name, call.target.source.file, call.registered)
        module = self.machine.modules.at(definition.path) if definition is not None else None
        found = self._member(call, module, [definition.name]) if definition is not None and module is not None else None
        return found if isinstance(found, Class) else Unknown("module-not-found", call.name, self._span(call.target))

    def _member(self, call: Call, module: Module, names: list[str]) -> Value | Missing:
        """What stands at ``names`` below a module."""
        span = self._span(call.target)
        value: Value = module
        for name in names:
            try:
                found = self.machine.apply(attributes.find, self.machine, value, name, span)
            except (Raised, Undecided, NotIterable):
                return Unknown("unknown-attribute", name, span)
            missing = _missing(value, name, found) if name is names[-1] else None
            if missing is not None:
                return missing
            if found is UNBOUND:
                return Unknown("unknown-attribute", name, span)
            value = found
        return value if not isinstance(value, Module) else Unknown("raises", call.name, span)

    def _modules(self, call: Call, parts: list[str]) -> Iterator[tuple[Module, int]]:
        """The innermost modules that a dotted name begins with, the nearest first, and how many of its parts they
        take."""
        if len(parts) > MOST_PARTS or not all(part.isidentifier() for part in parts):
            return
        modules, beside = self.machine.modules, call.target.source.file
        for used in range(len(parts) - 1, 0, -1):
            name = ".".join(parts[:used])
            module = modules.import_by_name(name, beside=beside)
            if module is None:
                continue
            yield module, used
            for path in modules.finder.namesakes(name) if module.source is not None else ():
                if path != module.source.path and (other := modules.at(path)) is not None:
                    yield other, used
            return

    def _check_keywords(self, call: Call, callee: Value) -> None:
        """A note for each keyword that the class or function does not take.

        None for a bare name: another project's class may be meant, for which the config was written.
        """
        names = _parameters(callee)
        if names is None or call.bare:
            return
        unknown = [keyword for keyword in call.keywords if keyword not in names and keyword in call.keys]
        for keyword in unknown if len(unknown) <= MOST_UNKNOWN_KEYWORDS else ():
            title = call.name.rpartition(".")[2]
            self._note(call.keys[keyword], f"{title} takes no '{keyword}'{nearest(keyword, names)}")

    def _note(self, node: Scalar, message: str) -> None:
        self.notes.append(Finding(UNKNOWN_TARGET, Severity.NOTE, node.place, message))

    def _span(self, node: Scalar) -> Span:
        return Span(self._number(node.source), node.start, node.end)

    def _number(self, source: Source) -> int:
        self.paths.add(source.path)
        return self.machine.documents.number(source)


def _with_channels(callee: Value, given: list[Value], repeats: int, span: Span) -> list[Value] | None:
    """The arguments that YOLO's parser gives a module: channels in front, repeats where the third parameter is ``n``.

    The channels are scaled by the model's width, and not known. None for a module that begins with anything else.
    """
    names = _parameters(callee)
    if not names or not _INPUT.fullmatch(names[0]):
        return None
    bound: list[Value] = [Unknown("config", "channels of the line before", span), *given]
    if len(names) > 1 and len(bound) > 1 and _OUTPUT.fullmatch(names[1]):
        bound[1] = Unknown("config", "channels scaled by the model's width", span)
    if names[2:3] == ("n",):
        bound.insert(2, Const(repeats))
    return bound if len(bound) <= len(names) else None


def _missing(owner: Value, name: str, found: object) -> Missing | None:
    """What is missing where ``owner`` is a module whose source is known not to have ``name``."""
    if not isinstance(owner, Module):
        return None
    if owner.name == "torch.nn" and name not in MODULES and name not in _OTHER_WINDOWS:
        if any(word in name for word in _WINDOWS) and not name.startswith("Lazy") and name[:1].isupper():
            return Missing(name, "torch.nn", (*MODULES, *_OTHER_WINDOWS))
        return None
    if found is not UNBOUND or owner.source is None or is_standin(owner.source.path):
        return None
    if _DYNAMIC.search(owner.source.file.text):
        return None
    choices = tuple(piece.name for piece in owner.source.pieces if piece.name)
    return Missing(name, owner.name, choices)


def _is_network(cls: Class) -> bool:
    """Whether objects of a class may build layers: modules do, and classes of which not all is known."""
    return cls.incomplete is not None or cls.derives_from_module


def _parameters(callee: Value) -> tuple[str, ...] | None:
    """The names of a callable's parameters; None where it takes any, or they are not known."""
    if isinstance(callee, Class) and callee.span is None and callee.name in MODULES:
        return MODULES[callee.name].names
    skip = 0
    if isinstance(callee, Class):
        if callee.span is None or callee.incomplete is not None or callee.make is not None or callee.fields is not None:
            return None
        init, new = classes.lookup(callee, "__init__"), classes.lookup(callee, "__new__")
        if not isinstance(init, Function) or isinstance(new, Function) or callee.metaclass is not None:
            return None
        callee, skip = init, 1
    if not isinstance(callee, Function) or callee.wrapped is not None or callee.signature.double_star is not None:
        return None
    signature = callee.signature
    return (*signature.positional[max(skip, signature.posonly) :], *signature.keyword)

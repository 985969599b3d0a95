"""Files of data that a program reads: settings in YAML and JSON that lie in the project, where their path is known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convlint.evaluate.budget import MAX_TEXT
from convlint.evaluate.environment import Arguments
from convlint.evaluate.library.adapt import (
    builtin_table,
    first,
    give_up,
    identity,
    instance_of,
    limit,
    nothing,
    take,
    unknown,
)
from convlint.evaluate.library.standard_pathlib import plain_path
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects.classes import make_class
from convlint.evaluate.paths import force
from convlint.evaluate.values import NONE, Class, Const, Instance, Span, Unknown, Value

if TYPE_CHECKING:
    from convlint.frontends.config.nodes import Source

MAX_VALUES = 5_000
"""Scalars, lists and mappings of one file, aliases written out; settings of programs have a few hundred."""

_READING = frozenset({"r", "rt", "rb"})
_PATH = "_path"


# --- open -------------------------------------------------------------------------------------------------------------


def open_file(machine: Machine, args: Arguments, site: Span) -> Value:
    """``open``: a file of the project that can be read as text; unknown otherwise."""
    given = dict(zip(("file", "mode"), args.positional, strict=False)) | args.keywords
    mode = force(given.get("mode", Const("r")), machine.path)
    path = force(given.get("file", NONE), machine.path)
    if args.unknown is not None or not isinstance(mode, Const) or mode.value not in _READING:
        return Unknown("not-modelled", "open()", site)
    if not isinstance(path, (Const, Instance)) or (isinstance(path, Const) and not isinstance(path.value, str)):
        return Unknown("not-modelled", "open()", site)
    found = Const(str(plain_path(machine, path)), site)
    if _document(machine, found.value, site) is None:
        return Unknown("not-modelled", "open()", site)
    return instance_of(machine, _file_class(machine), **{_PATH: found})


def _file_class(machine: Machine) -> Class:
    methods = {**builtin_table({"read": _read}), "__enter__": identity("__enter__")}
    more = unknown("a file", "readline", "readlines", "__iter__", "__next__", "seek", "tell", "fileno")
    base = machine.modules.builtin_class("object")
    return make_class("TextIOWrapper", (base,), {**methods, **more, **nothing("close", "flush")})


def _read(machine: Machine, args: Arguments, site: Span) -> Value:
    return text_of(machine, take(machine, args, "read", 1, "self")[0], site)


def text_of(machine: Machine, file: Value, site: Span) -> Const:
    """The text of an opened file, or of a path; it comes from all of that file. Gives up as ``document_of``."""
    source = document_of(machine, file, site)
    return Const(source.text, machine.documents.whole(source))


def document_of(machine: Machine, file: Value, site: Span) -> Source:
    """An opened file, or that at a path; gives up where it is not one of the project's."""
    file = force(file, machine.path)
    held = file.attrs.get(_PATH) if isinstance(file, Instance) else file
    if isinstance(file, Unknown):
        give_up(file)
    if not isinstance(held, Const) or not isinstance(held.value, str):
        give_up(Unknown("not-modelled", "the content of a file", site))
    found = _document(machine, held.value, site)
    if found is None:
        give_up(Unknown("not-modelled", f"the content of {Path(held.value).name}", site))
    if len(found.text) > MAX_TEXT:
        limit("MAX_TEXT", site)
    return found


def _document(machine: Machine, path: str, site: Span) -> Source | None:
    from convlint.frontends.config.nodes import Source

    sources, finder = machine.modules.sources, machine.modules.finder
    beside = sources[site.file].path.parent if 0 <= site.file < len(sources) else None
    found = finder.data(path, beside)
    return None if found is None else Source(found[0].relative_to(finder.root).as_posix(), *found)


# --- YAML and JSON ----------------------------------------------------------------------------------------------------


def yaml(machine: Machine) -> dict[str, Value]:
    """The names of yaml: what reads the first document of a stream."""
    return {
        **builtin_table(dict.fromkeys(("load", "safe_load", "full_load", "unsafe_load"), _load_yaml)),
        "YAMLError": machine.modules.builtin_class("ValueError"),
    }


def load_json(machine: Machine, args: Arguments, site: Span) -> Value:
    """``json.load``."""
    return _loaded(machine, document_of(machine, first(machine, args), site), site, as_json=True)


def load_json_text(machine: Machine, text: Const, site: Span) -> Value | None:
    """``json.loads`` of the text of a file; None where it is another text."""
    source = machine.documents.read_by(text)
    return None if source is None else _loaded(machine, source, site, as_json=True)


def _load_yaml(machine: Machine, args: Arguments, site: Span) -> Value:
    source = args.positional[0] if args.positional else args.keywords.get("stream", NONE)
    source = force(source, machine.path)
    if isinstance(source, Const) and isinstance(source.value, str):
        return _loaded(machine, machine.documents.read_by(source) or source.value, site, as_json=False)
    return _loaded(machine, document_of(machine, source, site), site, as_json=False)


def _loaded(machine: Machine, source: Source | str, site: Span, as_json: bool) -> Value:
    """The first document of a file, or of a text that the program itself makes."""
    if isinstance(source, str):
        roots = _parsed(source, as_json)
    else:
        known, key = machine.documents.parsed, (source.path, as_json)
        if key not in known:
            known[key] = _parsed(source.text, as_json, source.path)
        roots = known[key]
    if roots is None:
        give_up(Unknown("unsupported", "a file that cannot be read as data", site))
    return _Values(machine, site, None if isinstance(source, str) else source).of(roots[0]) if roots else NONE


def _parsed(text: str, as_json: bool, path: str = "") -> Sequence[Any] | None:
    """The documents of a file; None where it is no YAML or JSON."""
    from convlint.frontends.config.json_nodes import parse_json
    from convlint.frontends.config.nodes import Source
    from convlint.frontends.config.yaml_nodes import ConfigError, parse_yaml

    try:
        return (parse_json if as_json else parse_yaml)(Source(path, Path(), text))
    except ConfigError:
        return None


class _Values:
    """Nodes of a file as values that come from where they stand in it; those of a text from the place that reads it."""

    def __init__(self, machine: Machine, site: Span, source: Source | None) -> None:
        self.machine = machine
        self.site = site
        self.number = None if source is None else machine.documents.number(source)
        self.count = 0

    def of(self, node: Any) -> Value:
        """The value of a node. Gives up where there are too many."""
        from convlint.frontends.config.nodes import Mapping, Sequence

        self.count += 1
        if self.count > MAX_VALUES:
            limit("MAX_VALUES", self.site)
        if node.tag:
            return Unknown("unsupported", f"a YAML tag {node.tag}", self.site)
        if isinstance(node, Sequence):
            return self.machine.list([self.of(item) for item in node.items])
        if isinstance(node, Mapping):
            return self._mapping(node)
        return self._scalar(node)

    def _mapping(self, node: Any) -> Value:
        from convlint.frontends.config.nodes import Scalar

        own = {key.text: key for key, _ in node.pairs if isinstance(key, Scalar)}
        made = self.machine.dict()
        for name, item in node.entries.items():
            key = self._scalar(own[name]) if name in own else Const(name)
            if isinstance(key, Const):
                made.entries[key.value] = (key, self.of(item))
        return made

    def _scalar(self, node: Any) -> Value:
        from convlint.frontends.config.calls import Given
        from convlint.frontends.config.plain_values import plain_value

        found = Given(node.text, node) if node.quoted or node.text[:1] in "($?" else plain_value(node)
        span = self.site if self.number is None else Span(self.number, node.start, node.end)
        if not isinstance(found, Given):
            return Unknown("unsupported", "a value of a config file", span)
        value: Any = found.value
        return NONE if value is None else Const(value, span)

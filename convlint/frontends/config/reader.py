"""Reads config files with every dialect: bytes that pass no dialect's test cost nothing further."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from convlint.findings import Finding, InputError, Severity
from convlint.frontends.config.calls import Argument, Call, Keyed, Listed
from convlint.frontends.config.dialect import Dialect
from convlint.frontends.config.facts import Found
from convlint.frontends.config.limits import HEAD_BYTES, MAX_BYTES, MAX_CALLS, MAX_LAYERS
from convlint.frontends.config.network import ConfigNetwork
from convlint.frontends.config.nodes import Mapping as MappingNode
from convlint.frontends.config.nodes import Node, Scalar, Source, walk
from convlint.frontends.config.yaml_nodes import ConfigError
from convlint.source import Place

BASE_SUFFIXES = (".yaml", ".yml", ".json", ".py")
"""Files that a config may take in."""
DUPLICATE_KEY = "duplicate-key"


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was found in the config files of one run."""

    network: ConfigNetwork
    calls: tuple[Call, ...]
    notes: tuple[Finding, ...]
    errors: tuple[InputError, ...]
    consulted: Mapping[str, str]
    """Absolute path of each file that was read, and the digest of its bytes."""
    absent: frozenset[str]
    unread: tuple[str, ...]
    """Absolute paths of files that are too large to be read."""
    parsed: int


def read_configs(
    root: Path, files: Sequence[Path], overlays: Mapping[Path, str], dialects: Sequence[Dialect]
) -> Reading:
    """Read ``files`` (absolute paths). Nothing in them is run, and no tag constructs anything."""
    return _Reader(root, overlays, sorted(dialects, key=lambda dialect: (dialect.order, dialect.name))).run(files)


class _Reader:
    """What one run has read so far."""

    def __init__(self, root: Path, overlays: Mapping[Path, str], dialects: Sequence[Dialect]) -> None:
        self.root = root
        self.overlays = overlays
        self.dialects = dialects
        self.found: list[Found] = []
        self.calls: list[Call] = []
        self.notes: list[Finding] = []
        self.errors: list[InputError] = []
        self.consulted: dict[str, str] = {}
        self.absent: set[str] = set()
        self.unread: list[str] = []
        self.configs: dict[Path, ConfigFile | None] = {}
        self.asked: set[object] = set()

    def run(self, files: Sequence[Path]) -> Reading:
        for file in files:
            self._file(file)
        return Reading(
            ConfigNetwork(self.found), tuple(self.calls), tuple(self.notes), tuple(dict.fromkeys(self.errors)),
            self.consulted, frozenset(self.absent), tuple(self.unread), sum(map(bool, self.configs.values())),
        )  # fmt: skip

    def _file(self, file: Path) -> None:
        content = self._content(file)
        dialects = [
            dialect
            for dialect in self.dialects
            if content is not None and file.suffix in dialect.suffixes and dialect.passes(content)
        ]
        if content is None or not dialects:
            return
        config = self._parsed(file, content)
        if config is None:
            return
        found: list[Found] = []
        calls: list[Call] = []
        for dialect in dialects:
            try:
                for one in dialect.read(config):
                    (calls if isinstance(one, Call) else found).append(one)  # type: ignore[arg-type]
                    if len(found) > MAX_LAYERS or len(calls) > MAX_CALLS:
                        self._error(file, 0, f"describes more than {MAX_LAYERS:,} layers or {MAX_CALLS:,} objects")
                        return
            except Exception as error:  # a plugin may raise anything
                self._error(
                    file, 0, f"dialect {dialect.name} raised {type(error).__name__}, so it was not read to the end"
                )
        self.found += found
        self.calls += self._new(calls)
        places = [place for one in found for place in (one.layer.call, *one.use.origins.values())]
        places += [call.target.place for call in calls]
        self.notes += _duplicates(config, places)

    def _new(self, calls: Sequence[Call]) -> list[Call]:
        """The calls that no config before asks for: many take in the same base."""
        new = []
        for call in calls:
            key = (call.target.place, call.name, tuple(_written(call)))
            if key not in self.asked:
                self.asked.add(key)
                new.append(call)
        return new

    def _content(self, file: Path) -> bytes | None:
        """The bytes of a file that is small enough; an error where a larger one is a config nevertheless."""
        if file in self.overlays:
            return self.overlays[file].encode("utf-8", "surrogatepass")
        try:
            with open(file, "rb") as stream:
                if os.fstat(stream.fileno()).st_size > MAX_BYTES:
                    head = stream.read(HEAD_BYTES)
                    self.unread.append(str(file))
                    if any(file.suffix in dialect.suffixes and dialect.passes(head) for dialect in self.dialects):
                        self._error(file, 0, f"is larger than {MAX_BYTES:,} bytes, and is not read")
                    return None
                content = stream.read()
        except OSError as error:
            self._error(file, 0, f"cannot be read: {error.strerror or type(error).__name__}")
            return None
        self.consulted[str(file)] = hashlib.blake2b(content, digest_size=16).hexdigest()
        return content

    def _parsed(self, file: Path, content: bytes) -> ConfigFile | None:
        if file not in self.configs:
            self.configs[file] = None  # one that takes itself in finds nothing
            try:
                source = Source(self._shown(file), file, decode(content))
                self.configs[file] = ConfigFile(source, parse(source), self)
            except ConfigError as error:
                self._error(file, error.line, error.message)
        return self.configs[file]

    def base(self, file: Path) -> ConfigFile | None:
        """Another config that one takes in."""
        if file in self.configs:
            return self.configs[file]
        if not os.path.isfile(file) and file not in self.overlays:
            self.absent.add(str(file))
            return None
        content = self._content(file) if file.suffix in BASE_SUFFIXES else None
        return self._parsed(file, content) if content is not None else None

    def _error(self, file: Path, line: int, message: str) -> None:
        self.errors.append(InputError(self._shown(file), line, message))

    def _shown(self, file: Path) -> str:
        return file.relative_to(self.root).as_posix() if file.is_relative_to(self.root) else file.as_posix()


@dataclass(slots=True, eq=False)
class ConfigFile:
    """One file that has been parsed, and what dialects have understood of it."""

    source: Source
    roots: list[Node]
    reader: _Reader
    understood: set[int] = field(default_factory=set)

    def base(self, name: Scalar) -> ConfigFile | None:
        """Another config, by its path relative to this one."""
        if "\0" in name.text or "://" in name.text:
            return None
        return self.reader.base(Path(os.path.normpath(self.source.file.parent / name.text)))

    def take(self, *nodes: MappingNode) -> None:
        """Note that mappings are understood."""
        self.understood.update(id(node) for node in nodes)

    def taken(self, node: MappingNode) -> bool:
        """Whether a mapping is understood."""
        return id(node) in self.understood


def decode(content: bytes) -> str:
    """The text of a config file, without its byte order mark. Raises ConfigError."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        raise ConfigError(line, column, "is not UTF-8 text") from None


def parse(source: Source) -> list[Node]:
    """The roots of a config's text, by the suffix of its file. Raises ConfigError."""
    if source.file.suffix == ".json":
        from convlint.frontends.config.json_nodes import parse_json

        return parse_json(source)
    if source.file.suffix == ".py":
        from convlint.frontends.config.python_configs import parse_python

        return parse_python(source)
    if source.file.suffix == ".cfg":
        from convlint.frontends.config.section_nodes import parse_sections

        return parse_sections(source)
    from convlint.frontends.config.yaml_nodes import parse_yaml

    return parse_yaml(source)


def _written(call: Call) -> Iterator[Place]:
    """The places of all that a call is given."""
    stack: list[Argument] = [*call.positional, *call.keywords.values()]
    while stack:
        given = stack.pop()
        yield (given.target if isinstance(given, Call) else given.node).place
        if isinstance(given, Call):
            stack += [*given.positional, *given.keywords.values()]
        elif isinstance(given, Listed):
            stack += given.items
        elif isinstance(given, Keyed):
            stack += given.entries.values()


def _duplicates(config: ConfigFile, places: Sequence[Place]) -> Iterator[Finding]:
    """A note for each key that stands twice in one mapping, where what counts or what it hides concerns a layer."""
    if not places or config.source.file.suffix == ".py":
        return
    own = sorted({place[1:3] for place in places if place.path == config.source.path})
    for root in config.roots:
        for _, node in walk(root):
            if not isinstance(node, MappingNode) or node.source is not config.source:
                continue
            for hidden, key, value in node.duplicates():
                span = config.source.place(key.start, max(value.end, key.end))
                if any((span.line, span.column) <= at <= (span.end_line, span.end_column) for at in own):
                    yield Finding(
                        DUPLICATE_KEY,
                        Severity.NOTE,
                        key.place,
                        f"'{key.text}' is set twice: this one counts, and hides the one in line {hidden.place.line}",
                        labels=((key.place, "this one counts"), (hidden.place, "this one is hidden")),
                    )

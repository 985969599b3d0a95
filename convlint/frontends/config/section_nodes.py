"""darknet's section files to nodes: a list of sections, each a mapping with the section's name as its tag."""

from __future__ import annotations

import re
from collections.abc import Iterator

from convlint.frontends.config.limits import MAX_NODES
from convlint.frontends.config.nodes import Mapping, Node, Scalar, Sequence, Source
from convlint.frontends.config.yaml_nodes import ConfigError

_LINE = re.compile(r"[^\r\n]+")
_OPTION = re.compile(r"[ \t]*(?P<key>[^=\s]+)[ \t]*=[ \t]*(?P<value>.*)")


def parse_sections(source: Source) -> list[Node]:
    """One sequence of mappings. Lines that are no section and no option are passed over, as darknet does."""
    root = Sequence(source, 0, len(source.text))
    section: Mapping | None = None
    count = 0
    for line in _LINE.finditer(source.text):
        stripped = line.group().strip()
        count += 1
        if count > MAX_NODES:
            raise ConfigError(source.place(line.start(), line.end()).line, 1, f"has more than {MAX_NODES:,} lines")
        if not stripped or stripped[0] in "#;":
            continue
        if stripped.startswith("["):
            section = Mapping(source, line.start(), line.end(), tag=stripped.strip("[]"))
            root.items.append(section)
        elif section is not None and (option := _OPTION.fullmatch(line.group())) is not None:
            at = line.start()
            key = Scalar(source, at + option.start("key"), at + option.end("key"), option["key"])
            text = option["value"].rstrip(" \t")
            value = Scalar(source, at + option.start("value"), at + option.start("value") + len(text), text)
            section.pairs.append((key, value))
            section.end = line.end()
    return [root]


def comments(text: str) -> Iterator[tuple[int, str]]:
    """Offset and text of each comment: whole lines only, as darknet has it."""
    return ((match.start(1), match[1]) for match in re.finditer(r"^[ \t]*(#[^\r\n]*)", text, re.MULTILINE))

"""The format of the literate tests: Markdown in, scenarios out; and what a scenario states, as text.

One heading with code blocks under it is one scenario, and one project. ``tests/mdtest/README.md`` describes the format.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

DEFAULT_PATH = "net.py"
"""The file of a block that no path line stands above."""

ATTRIBUTES = frozenset({"xfail", "unstated"})
FENCE = re.compile(r"^```(\w*)[ \t]*(.*)$")
HEADING = re.compile(r"^(#{1,6}) +(.+)$")
PATH_LINE = re.compile(r"^`([\w./-]+\.\w+)`:$")
MARK = re.compile(r"[ \t]*#[ \t]*((?:layer|builds|map|unknown|given up): .*|no layer|(?:\w+ set|they meet) here.*)$")
SEPARATOR = " ; "
REPEATED = ("layer:", "builds:")
"""Words that stand once before several marks of one line."""


@dataclass(frozen=True, slots=True)
class Block:
    """One file of a scenario."""

    path: str
    text: str
    start: int
    """The line of the Markdown file, from 0, on which the text begins."""
    stated: bool
    """Whether all layers built in the file have to be stated."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """What stands under one heading."""

    source: Path
    headings: tuple[str, ...]
    line: int
    """The line of the heading, from 1."""
    blocks: tuple[Block, ...]
    xfail: bool

    @property
    def name(self) -> str:
        """Shown by pytest: the file's name and the headings below its title."""
        return " - ".join([self.source.stem, *self.headings[1:]])


class FormatError(Exception):
    """A Markdown file that does not keep to the format."""


def scenarios(source: Path) -> list[Scenario]:
    """All scenarios of a Markdown file, in order. Raises FormatError with the line at fault."""
    found: list[Scenario] = []
    headings: list[str] = []
    at, blocks, xfail = 1, list[Block](), False
    path: str | None = None
    lines = source.read_text(encoding="utf-8").splitlines()
    number = 0

    def finish() -> None:
        if blocks:
            found.append(Scenario(source, tuple(headings), at, tuple(blocks), xfail))

    while number < len(lines):
        line = lines[number]
        if heading := HEADING.match(line):
            finish()
            headings = [*headings[: len(heading[1]) - 1], heading[2]]
            at, blocks, xfail = number + 1, [], False
        elif named := PATH_LINE.match(line):
            path = named[1]
        elif fence := FENCE.match(line):
            end = _closing(source, lines, number)
            if fence[1] in ("py", "toml", "pyi", "yaml", "json"):
                attributes = frozenset(fence[2].split())
                if not attributes <= ATTRIBUTES:
                    raise FormatError(f"{source.name}:{number + 1}: no such attribute: {fence[2]}")
                block_path = path or DEFAULT_PATH
                if any(block.path == block_path for block in blocks):
                    raise FormatError(f"{source.name}:{number + 1}: a second {block_path} under one heading")
                text = "".join(f"{inner}\n" for inner in lines[number + 1 : end])
                stated = "unstated" not in attributes and fence[1] == "py"
                blocks.append(Block(block_path, text, number + 1, stated))
                xfail = xfail or "xfail" in attributes
            path, number = None, end
        elif line.strip() and path is not None:
            raise FormatError(f"{source.name}:{number + 1}: a path line without a block")
        number += 1
    finish()
    return found


def _closing(source: Path, lines: Sequence[str], start: int) -> int:
    for number in range(start + 1, len(lines)):
        if lines[number] == "```":
            return number
    raise FormatError(f"{source.name}:{start + 1}: a block that does not end")


def marks(line: str) -> list[str]:
    """What the comment of a line states, mark by mark; of several layers, each has its own ``layer:``."""
    match = MARK.search(line)
    if match is None:
        return []
    found: list[str] = []
    for part in match[1].split(SEPARATOR):
        follows = found and found[-1].startswith(REPEATED) and not MARK.match(f"# {part}")
        found.append(f"{found[-1].partition(' ')[0]} {part}" if follows else part)
    return found


def annotate(text: str, stated: Mapping[int, Sequence[str]]) -> str:
    """``text`` with its marks replaced by those of ``stated``, by line from 1.

    Marks on lines of their own belong to the next line of code. A ``no layer`` stays where there is nothing to state.
    """
    made: list[str] = []
    above: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        code = MARK.sub("", line)
        if not code and marks(line):
            above.append(line)
            continue
        now = list(stated.get(number, ()))
        if not now and any("no layer" in marks(old) for old in (*above, line)):
            now = ["no layer"]
        if above and now:
            indent = code[: len(code) - len(code.lstrip())]
            made += [f"{indent}# {mark}" for mark in now]
            made.append(code)
        else:
            made.append(f"{code}  # {_joined(now)}" if now else code)
        above = []
    return "".join(f"{line}\n" for line in made)


def _joined(all_marks: Sequence[str]) -> str:
    """Marks on one line; of several layers only the first says so."""
    parts: list[str] = []
    before = ""
    for mark in all_marks:
        kind, _, rest = mark.partition(" ")
        parts.append(rest if kind == before and kind in REPEATED else mark)
        before = kind
    return SEPARATOR.join(parts)


def marks_by_line(text: str) -> dict[int, list[str]]:
    """The marks of each line of code, by line from 1; those on lines of their own count for the next one."""
    found: dict[int, list[str]] = defaultdict(list)
    above: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not MARK.sub("", line) and marks(line):
            above += marks(line)
            continue
        found[number] += above + marks(line)
        above = []
    return found

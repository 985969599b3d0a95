"""Reads the examples on a rule's page: tests, ``convlint explain`` and the documentation share this one reader."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum

from convlint.registry import page
from convlint.rule import Rule

LANGUAGES = ("python", "yaml", "json", "cfg")
_FENCE = re.compile(r"(?P<ticks>`{3,})(?P<words>[^`]*)")


class Expectation(Enum):
    """What the rule does with an example."""

    BAD = "bad"
    """The rule finds something."""
    GOOD = "good"
    """The rule is silent."""
    READ = "read"
    """On a dialect's page: the layers that are read are what matters."""
    FIXED = "fixed"
    """What the fixes of the bad example before it give; the rule is silent."""


@dataclass(frozen=True, slots=True)
class Example:
    """One marked code block of a page."""

    language: str
    """``python``, ``yaml``, ``json`` or ``cfg``."""
    expectation: Expectation
    text: str
    line: int
    """The page's line, from 1, on which the code begins."""
    expected: tuple[str, ...] | None = None
    """The lines of the ``text`` block that follows, if one does; on a dialect's page they are what is found."""

    @property
    def title(self) -> str:
        """A short name for messages: ``python bad, line 30``."""
        return f"{self.language} {self.expectation.value}, line {self.line}"


class ExampleError(Exception):
    """A page whose blocks cannot be read; the message is one line with the page's line number."""


def examples(rule: Rule) -> tuple[Example, ...]:
    """The examples on the rule's page, in order. Raises ``ExampleError``."""
    return parse(page(rule))


def parse(text: str) -> tuple[Example, ...]:
    """The marked blocks of a page: fences such as ```` ```python bad ````; unmarked ones are prose.

    Raises ``ExampleError`` for a fence that is not closed, for a marker that means nothing, and for a ``fixed`` block
    that does not follow a ``bad`` one.
    """
    found: list[Example] = []
    lines = text.splitlines()
    row = 0
    while row < len(lines):
        opening = _FENCE.fullmatch(lines[row].rstrip())
        row += 1
        if opening is None:
            continue
        begin = row
        while row < len(lines) and lines[row].rstrip() != opening["ticks"]:
            row += 1
        if row == len(lines):
            raise ExampleError(f"line {begin}: this code block is not closed")
        words = opening["words"].split()
        if words == ["text"] and found and found[-1].expected is None:
            found[-1] = replace(found[-1], expected=tuple(lines[begin:row]))
        else:
            found += _example(words, lines[begin:row], begin + 1, found)
        row += 1
    return tuple(found)


def _example(words: list[str], code: list[str], line: int, before: list[Example]) -> list[Example]:
    """The example behind one fence, or none where the fence carries no marker."""
    if len(words) < 2:
        return []
    language, marker = words[0], " ".join(words[1:])
    if language not in LANGUAGES or marker not in [expectation.value for expectation in Expectation]:
        raise ExampleError(
            f"line {line - 1}: '{' '.join(words)}' is not one of {', '.join(LANGUAGES)} with bad, good or fixed"
        )
    expectation = Expectation(marker)
    if expectation is Expectation.FIXED and not (before and before[-1].expectation is Expectation.BAD):
        raise ExampleError(f"line {line - 1}: a fixed block follows the bad block that it mends")
    return [Example(language, expectation, "\n".join(code) + "\n", line)]

"""What cannot be lowered: one clear line with its number, and never a crash, however deep the source nests."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import TypeVar

import pytest

from convlint.frontends.python import ir, limits
from convlint.frontends.python.lower import lower
from convlint.frontends.python.outline import outline
from convlint.frontends.python.source_text import SourceError

_T = TypeVar("_T")
STACK = 512 * 1024 * 1024
"""Bytes; the stack on which convlint itself lowers."""


def on_a_large_stack(work: Callable[[], _T]) -> _T:
    results: list[_T] = []
    recursion, size = sys.getrecursionlimit(), threading.stack_size(STACK)
    sys.setrecursionlimit(1_000_000)
    try:
        thread = threading.Thread(target=lambda: results.append(work()))
        thread.start()
        thread.join()
    finally:
        sys.setrecursionlimit(recursion)
        threading.stack_size(size)
    return results[0]


def lowered(text: str) -> list[ir.Stmt]:
    return [statement for piece in outline(text) for statement in lower(text, piece)]


def refusal(text: str) -> SourceError | None:
    try:
        lowered(text)
    except SourceError as error:
        return error
    return None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a = 1\n\nb = = 2\n", 3),
        ("def f():\n    a = 1\n    b = (2\n", 3),
        ("a = 1\ndef f():\n    return +\n", 3),
        ("# note\nprint 'python 2'\n", 2),
        ("\n\nexec 'a'\n", 3),
        ("a = 1\ntry: a\nexcept B, c: d\nraise E, 'f'\n", 4),
        ("a = 0777\n", 1),
        ("a = `b`\n", 1),
        ("a = 1\r\n\r\nb = = 2\r\n", 3),
        ("a = 1\rb = = 2\r", 2),
        ("a = '''\n\n'''\nb = 'c\n", 4),
        ("a = 1\n  b = 2\n", 2),
        ("  a = 1\n", 1),
        ("if a:\nb\n", 1),
        ("a = )\n", 1),
        ("\n\nclass C:\n  pass\n\n   a = 1\n", 6),
        ("a = '\\x4'\n", 1),
        ("\na = ['b',\n '\\N{no such character}']\n", 3),
        ("a = b c\n", 1),
        ("a\x0b= 1\n", 1),
        ("a = 1 ¤ 2\n", 1),
        ("a = f'{b'\n", 1),
        ("a = f'{}'\n", 1),
        ("else:\n  a\n", 1),
        ("@a\n", 1),
        ("a = \\", 1),
    ],
)
def test_a_syntax_error_has_its_line_in_the_file_and_one_line_of_words(text: str, line: int) -> None:
    error = refusal(text)
    assert error is not None
    assert "\n" not in error.message
    assert len(error.message) < 200
    # Interpreters differ on where an unclosed bracket and a wrong indent are: at their line or the next.
    assert error.line == line


@pytest.mark.parametrize("text", ["a = 1\n(b): c = d\n", "\nclass C(a=b, *c): pass\n"])
def test_grammar_that_only_the_parser_lacks_is_named_as_such(text: str) -> None:
    error = refusal(text)
    assert error is not None
    assert (error.line, error.message) == (2, "the parser does not know this syntax, though the interpreter does")


def test_only_the_broken_piece_is_refused() -> None:
    text = "a = 1\nb = = 2\nc = 3\n"
    first, _, last = outline(text)
    assert len(lower(text, first)) == len(lower(text, last)) == 1


# --- depth ------------------------------------------------------------------------------------------------------------

_HALF = limits.MAX_CHAIN // 2 - 100
CHAINS: dict[str, Callable[[int], str]] = {
    "sum": lambda n: "x = " + "+".join(["1"] * n),
    "power": lambda n: "x = " + "**".join(["1"] * n),
    "attribute": lambda n: "x = a" + ".b" * n,
    "call": lambda n: "x = a" + "()" * (n // 2),
    "minus": lambda n: "x = " + "-" * n + "1",
    "not": lambda n: "x = " + "not " * n + "1",
    "lambda": lambda n: "x = " + "lambda: " * n + "1",
    "conditional": lambda n: "x = " + "1 if a else " * (n // 2) + "1",
    "comparison": lambda n: "x = " + "<".join(["1"] * n),
    "and": lambda n: "x = " + " and ".join(["a"] * n),
    "mixed": lambda n: "x = " + " and a or ".join(["a"] * (n // 2)),
    "for": lambda n: "x = [a " + "for a in b " * (n // 3) + "]",
    "pattern": lambda n: "match a:\n case " + ".".join(["a"] * n) + ": pass",
    "targets": lambda n: "x = " * n + "1",
}


@pytest.mark.parametrize("chain", CHAINS)
def test_a_long_chain_is_lowered_up_to_the_limit_and_refused_beyond(chain: str) -> None:
    text = CHAINS[chain](_HALF)
    assert on_a_large_stack(lambda: len(lowered(text))) == 1
    error = on_a_large_stack(lambda: refusal(CHAINS[chain](20_000)))
    assert error is not None
    assert "nests too deeply" in error.message


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("x = [" + "1 + 2, " * 20_000 + "]", 1),
        ("f(" + ", ".join(f"a{n}=-{n}" for n in range(20_000)) + ")", 1),
        ("def f():\n" + "    a = b + c\n" * 20_000, 1),
        ("a;" * 5_000, 5_000),
    ],
    ids=["list", "call", "body", "line"],
)
def test_what_is_long_but_not_deep_is_lowered(text: str, count: int) -> None:
    assert on_a_large_stack(lambda: len(lowered(text))) == count


@pytest.mark.parametrize(
    ("make", "most", "words"),
    [
        (lambda n: "if a: b\n" + "elif c: d\n" * n, limits.MAX_ELIFS, "elif branches"),
        (lambda n: "".join(" " * i + "if a:\n" for i in range(n)) + " " * n + "b\n", limits.MAX_INDENTS, "indentation"),
        (lambda n: "x = " + "(" * n + "1" + ")" * n, limits.MAX_BRACKETS, "brackets"),
        (lambda n: "match a:\n  case " + "[" * n + "b" + "]" * n + ": c\n", limits.MAX_PATTERN_BRACKETS, "pattern"),
    ],
    ids=["elif", "indentation", "brackets", "pattern"],
)
def test_nesting_ends_at_its_limit(make: Callable[[int], str], most: int, words: str) -> None:
    assert on_a_large_stack(lambda: len(lowered(make(most)))) == 1
    error = on_a_large_stack(lambda: refusal(make(most + 1)))
    assert error is not None
    assert words in error.message


def test_f_strings_inside_each_other_end_at_a_limit() -> None:
    error = refusal("x = " + "f'{" * 100_000)
    assert error is not None
    assert "inside each other" in error.message


def test_something_else_named_case_may_nest() -> None:
    nest = "(" * 50 + "1" + ")" * 50
    assert refusal(f"def f():\n  case{nest}\n") is None
    assert refusal(f"def match():\n  case = {nest}\n  case: a = {nest}\n  case.a({nest})\n") is None


def test_an_integer_of_many_digits_is_refused() -> None:
    for digits in ("9" * 5_000, "0x" + "f" * 5_000):
        error = refusal(f"a = 1\nb = [\n{digits}]\n")
        assert error is not None
        assert "digits" in error.message
    assert refusal("a = " + "9" * 4_000) is None

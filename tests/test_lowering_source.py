"""Source files as text: byte order marks, coding lines, line ends, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from convlint.frontends.python.source_text import SourceError, decode_source, line_of, read_source


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b"a = 1\r\nb = 2\rc\n", "a = 1\r\nb = 2\rc\n"),
        ("größe".encode(), "größe"),
        (b"\xef\xbb\xbfa = 1", "a = 1"),
        (b"\xef\xbb\xbf# coding: utf-8\n", "# coding: utf-8\n"),
        (b"# -*- coding: latin-1 -*-\n'\xe9'", "# -*- coding: latin-1 -*-\n'é'"),
        (b"#!python\n# vim: set fileencoding=cp1252 :\n'\x80'", "#!python\n# vim: set fileencoding=cp1252 :\n'€'"),
        (b"\n# coding=latin-1\n'\xe9'", "\n# coding=latin-1\n'é'"),
    ],
)
def test_the_text_is_kept_exactly(data: bytes, text: str) -> None:
    assert decode_source(data) == text


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b"a\nb = '\xe9'\n", 2, "not valid UTF-8 (byte 0xe9)"),
        (b"a\r\rb = '\xe9'\n", 3, "not valid UTF-8"),
        (b"a = 1\n# coding: latin-1\n'\xe9'", 3, "not valid UTF-8"),
        (b"# coding: nothing-known\n", 1, "unknown encoding 'nothing-known'"),
        (b"\n# coding: bz2\n", 2, "unknown encoding 'bz2'"),
        (b"# coding: punycode\n", 1, "unknown encoding"),
        (b"# coding: ascii\n# \xe9\n", 2, "not valid ASCII"),
        (b"\xef\xbb\xbf# coding: latin-1\n", 1, "the byte order mark says UTF-8"),
        (b"a = 1\n\0", 2, "NUL"),
        (b"# coding: utf-7\na = '+AAA-'", 2, "NUL"),
        (b"# coding: raw_unicode_escape\na = '\\ud800'", 1, "does not decode"),
        ("a = 1\n".encode("utf-16"), 1, "not valid UTF-8|NUL"),
    ],
)
def test_what_is_no_source_text_is_refused_with_its_line(data: bytes, line: int, words: str) -> None:
    with pytest.raises(SourceError) as refusal:
        decode_source(data)
    assert refusal.value.line == line
    assert any(word in refusal.value.message for word in words.split("|"))
    assert "\n" not in str(refusal.value)


def test_a_coding_line_counts_in_the_first_two_lines_only() -> None:
    assert decode_source(b"# one\n# two\n# coding: latin-1\n") == "# one\n# two\n# coding: latin-1\n"
    with pytest.raises(SourceError):
        decode_source(b"# one\n# two\n# coding: latin-1\n'\xe9'\n")


def test_a_file_that_cannot_be_read_is_an_error_without_a_line(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read: ") as refusal:
        read_source(tmp_path / "absent.py")
    assert refusal.value.line == 0
    (tmp_path / "a.py").write_bytes(b"a = 1\r\n")
    assert read_source(tmp_path / "a.py") == "a = 1\r\n"


@pytest.mark.parametrize(("offset", "line"), [(0, 1), (1, 1), (2, 2), (4, 3), (6, 4), (7, 4)])
def test_lines_count_all_three_line_ends(offset: int, line: int) -> None:
    assert line_of("a\nb\rc\r\nd", offset + (offset > 4)) == line

"""Where tokens, comments and top-level statements stand, known from the text alone.

The standard library's ``tokenize`` and ``ast`` are the oracles.
"""

from __future__ import annotations

import ast
import io
import sysconfig
import tokenize
from pathlib import Path

import pytest

from convlint.frontends.python import limits
from convlint.frontends.python.outline import outline
from convlint.frontends.python.source_text import SourceError, read_source
from convlint.frontends.python.tokens import comments, logical_lines, token_spans

OWN = sorted((Path(__file__).parent.parent / "convlint").rglob("*.py"))
STANDARD = sorted((Path(sysconfig.get_path("stdlib")) / "json").glob("*.py"))
FILES = [*OWN, *STANDARD]
BLANK = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


def words(text: str) -> list[str]:
    return [text[at:end] for at, end in token_spans(text, 0, len(text))]


def kinds(text: str) -> list[tuple[str, str | None]]:
    return [(piece.kind, piece.name) for piece in outline(text)]


def sources(text: str) -> list[str]:
    return [text[piece.at : piece.end] for piece in outline(text)]


# --- tokens -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_tokens_and_comments_are_those_of_tokenize(path: Path) -> None:
    text = read_source(path)
    starts = [0, *(at + 1 for at, character in enumerate(text) if character == "\n")]
    theirs, notes = [], []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        at = starts[token.start[0] - 1] + token.start[1]
        if token.type == tokenize.COMMENT:
            notes.append((at, token.string))
        elif token.type not in BLANK:
            theirs.append(token.string)
    assert list(comments(text)) == notes
    if not any(word[:2].lower().strip("r")[:1] == "f" and word[-1] in "'\"" for word in [*theirs, *words(text)]):
        assert words(text) == theirs


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.b(c, *d)", "a . b ( c , * d )"),
        ("x = 1_0.5e-3j + 0xFF if.5else 1.", "x = 1_0.5e-3j + 0xFF if .5 else 1."),
        ("a**=b//c<<d>>=e!=f->g:=h", "a **= b // c << d >>= e != f -> g := h"),
        ("x = ... ; y\\\n = 1 # z", "x = ... ; y = 1"),
        ("return'a'or\"b\"", "return 'a' or \"b\""),
        ("rb'a' Rb\"b\" u'c' R'\\'d'", "rb'a' Rb\"b\" u'c' R'\\'d'"),
        ("'''a'b''c\\'''d'''", "'''a'b''c\\'''d'''"),
        ("größe = Δx", "größe = Δx"),
    ],
)
def test_tokens_of_a_line(text: str, expected: str) -> None:
    assert words(text) == expected.split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f'a'", ["f'", ""]),
        ("f'a{b}c' + d", ["f'", "{", "b", "}", "", "+", "d"]),
        ("f'{{}}{a!r:>{w}}'", ["f'", "{", "a", "!", "r", ":", "{", "w", "}", "}", ""]),
        ('f"{d["k"]}"', ['f"', "{", "d", "[", '"k"', "]", "}", ""]),
        ("f'{a != b}'", ["f'", "{", "a", "!=", "b", "}", ""]),
        ("f'{x:=5}'", ["f'", "{", "x", ":", "}", ""]),
        ("f'{(x:=5)}'", ["f'", "{", "(", "x", ":=", "5", ")", "}", ""]),
        ("rf'\\{a}'", ["rf'", "{", "a", "}", ""]),
        ("f'\\N{DASH}{a}'", ["f'", "{", "a", "}", ""]),
        ("f'{ {1: 2}[1] }'", ["f'", "{", "{", "1", ":", "2", "}", "[", "1", "]", "}", ""]),
        ("f'''{f'{a}'}'''", ["f'''", "{", "f'", "{", "a", "}", "", "}", ""]),
    ],
)
def test_the_fields_of_an_f_string_hold_tokens(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_a_hash_inside_a_string_is_no_comment() -> None:
    text = "a = '# no' # yes\nb = '''\n# no\n'''\nc = f\"{d['#']}{'}'}#no\"  # yes\n# yes \\\ne"
    assert [note for _, note in comments(text)] == ["# yes", "# yes", "# yes \\"]
    assert all(text.startswith(note, at) for at, note in comments(text))


def test_a_hash_after_quotes_nested_in_an_f_string_is_a_comment() -> None:
    text = 'a = f"{b["# no"]}" # yes\n'
    assert list(comments(text)) == [(text.index("# yes"), "# yes")]


def test_an_unterminated_string_ends_with_its_line() -> None:
    assert [note for _, note in comments("a = 'b # no\n# yes\n")] == ["# yes"]


def test_logical_lines_join_brackets_and_backslashes() -> None:
    text = "if a:\n\tb(\n1,\n)\n    # no\n  c = \\\n 1\n"
    assert [(text[at:end], column) for at, end, column in logical_lines(text, 0, len(text))] == [
        ("if a:", 0),
        ("b(\n1,\n)", 8),
        ("c = \\\n 1", 2),
    ]


@pytest.mark.parametrize(
    "unit",
    [
        *("'", '"', "'''", '"""', '\\"""', "''' \\", "f'{", 'f"{x:', "f'''{"),
        *("{", "}", "\\", "\\\n", "#", "\r", "\x0c", " ", "0_", "e"),
    ],
)
def test_hostile_repetition_takes_linear_time(unit: str) -> None:
    """Quadratic time would take hours here; the test then never ends."""
    text = unit * (300_000 // len(unit))
    if unit in ("f'{", "f'''{"):
        with pytest.raises(SourceError, match="inside each other"):
            token_spans(text, 0, len(text))
        with pytest.raises(SourceError, match="inside each other"):
            list(comments(text))
        return
    spans = token_spans(text, 0, len(text))
    assert all(at <= end for at, end in spans)
    assert len(list(comments(text))) == (unit == "#")


# --- pieces -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_pieces_are_the_top_level_statements_of_ast(path: Path) -> None:
    text = read_source(path)
    lines = text.splitlines(keepends=True)
    pieces = list(outline(text))
    for node in ast.parse(text).body:
        decorators = getattr(node, "decorator_list", [])
        first = decorators[0] if decorators else node
        at = sum(map(len, lines[: first.lineno - 1])) + (0 if decorators else node.col_offset)
        piece = pieces.pop(0)
        assert (piece.at, piece.decorated) == (at, bool(decorators))
        names = {"def": "FunctionDef", "class": "ClassDef", "import": "Import", "assign": "Assign", "doc": "Expr"}
        if piece.kind != "other":
            assert names[piece.kind] in type(node).__name__
        else:
            assert not isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom))
        if piece.kind in ("def", "class"):
            assert isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef))
            assert piece.name == node.name
    assert pieces == []


def test_what_kind_of_statement_a_piece_is() -> None:
    assert kinds('"""doc"""\nimport a\nfrom b import c\nx = 1\ny: int = 2\nz: int\ndef f(): pass\nclass C: pass\n') == [
        ("doc", None),
        ("import", None),
        ("import", None),
        ("assign", "x"),
        ("assign", "y"),
        ("other", None),
        ("def", "f"),
        ("class", "C"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "a = b = 1",
        "a, b = 1, 2",
        "a.b = 1",
        "a = 1; b = 2",
        "import a; b = 1",
        "a += 1",
        "a = (b := 1)",
        "f(a=1)",
        "'a' % b",
        "if a: b = 1",
        "for a in b: pass",
        "with a as b: pass",
        "match a:\n case b: pass",
        "type A = int",
        "print(a)",
        "try: a = 1\nfinally: pass",
        "@a\nb = 1",
    ],
)
def test_what_binds_otherwise_is_other(text: str) -> None:
    assert [kind for kind, _ in kinds(text)] == ["other"]


@pytest.mark.parametrize(
    "text", ["a = f(b=1, c=d)", "a = '=;'", "a = b == c", "a = {'x': 1}  # = ;", "a: T = b", "a = \\\n b", "a = b[c:d]"]
)
def test_one_plain_name_is_assigned(text: str) -> None:
    assert kinds(text) == [("assign", "a")]


def test_decorators_and_later_clauses_belong_to_their_statement() -> None:
    text = "@a\n# note\n@b(\nc)\n\ndef f():\n  pass\n# note\nif a:\n  b\n# note\nelif c: d\nelse:\n\n  e\n\n# end\n"
    assert sources(text) == [
        "@a\n# note\n@b(\nc)\n\ndef f():\n  pass",
        "if a:\n  b\n# note\nelif c: d\nelse:\n\n  e",
    ]
    assert outline(text)[0].decorated
    assert sources("try: a\nexcept B: c\nelse: d\nfinally: e\nelsewhere\n") == [
        "try: a\nexcept B: c\nelse: d\nfinally: e",
        "elsewhere",
    ]


def test_strings_comments_and_brackets_do_not_begin_statements() -> None:
    text = "a = '''\nb = 1\n'''\nc = (\nd,\n# e\n)\ndef f():\n    '''\nx\n'''\n# note\n    return 1\ng = \\\nh\n"
    assert [name for _, name in kinds(text)] == ["a", "c", "f", "g"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_all_line_ends_are_line_ends(end: str) -> None:
    text = end.join(["a = 1", "", "def f():", "    b = 2", "\x0cclass C:", "\tpass", "@d", "async def g(): pass"])
    assert kinds(text) == [("assign", "a"), ("def", "f"), ("class", "C"), ("def", "g")]


def test_an_indented_first_line_is_kept_for_the_parser_to_refuse() -> None:
    assert sources("# note\n  a = 1\nb = 2\n") == ["  a = 1", "b = 2"]


def test_a_joined_blank_line_ends_a_statement() -> None:
    assert sources("a = 'b'\\\n\n# note\nc = 1\n") == ["a = 'b'", "c = 1"]


def test_a_line_of_a_backslash_alone_begins_nothing() -> None:
    assert sources("def f():\n    a\n\\\n    b\nwhile c:\n    d\n\\\nelse:\n    e\n\\\n\\\ng\n") == [
        "def f():\n    a\n\\\n    b",
        "while c:\n    d\n\\\nelse:\n    e",
        "g",
    ]


def test_names_are_normalised_as_python_does() -> None:
    assert kinds("\uff58 = 1\ndef \ufb01(): pass\n") == [("assign", "x"), ("def", "fi")]


@pytest.mark.parametrize("text", ["", "\n", "# note", "\x0c\n  \n# note\n", "\\\n"])
def test_a_text_without_statements_has_no_pieces(text: str) -> None:
    assert [piece for piece in outline(text) if text[piece.at : piece.end].strip("\\\n")] == []


def test_more_brackets_than_python_allows_are_refused_with_their_line() -> None:
    allowed = "(" * limits.MAX_BRACKETS + ")" * limits.MAX_BRACKETS
    assert len(outline(f"a = 1\nb = {allowed}\n")) == 2
    with pytest.raises(SourceError, match="line 2: more than 200 brackets"):
        outline(f"a = 1\nb = ({allowed})\n")

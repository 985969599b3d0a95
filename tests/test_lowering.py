"""What each construct of Python is lowered to: the same as ``ast`` says, node by node, with the same places."""

from __future__ import annotations

import sys
from textwrap import dedent

import pytest
from ast_oracle import comparable, lowered_by_ast, parsed

from convlint.frontends.python import ir
from convlint.frontends.python.lower import lower
from convlint.frontends.python.outline import outline


def lowered(text: str) -> tuple[ir.Stmt, ...]:
    """Every piece of a text, lowered."""
    return tuple(statement for piece in outline(text) for statement in lower(text, piece))


def value(text: str) -> ir.Expr:
    """The expression that is the only statement of a text."""
    (statement,) = lowered(text)
    assert isinstance(statement, ir.ExprStmt)
    return statement.value


EXPRESSIONS = """
1
0
1_000
0xFF + 0o17 + 0b11 + 00
18446744073709551615, 18446744073709551616, 0xFFFFFFFFFFFFFFFFFF
1.5
1e-3 + .5 + 1. + 1_0.5e1_0 + 1e999
2j + .5J
1if 2else 3
a
größe.größe
\uff58.\uff59(\uff4b=1)
True, False, None
...
a.b.c
a . b
(a).b.c
(a.b).c
a()
a(b)
a(b,)
a(b, c)(d)[e].f()
a(b, *c, d=e, **f)
a(*b, c, **d, e=f,)
a(b for c in d)
a((b for c in d))
a(b for c in d if e).f
a((b), c=(d))
( a ( b ) )
((a))((b))
a[b]
a[b, c]
a[b,]
a[(b, c)]
a[b:c]
a[:]
a[::]
a[b:]
a[:b]
a[b:c:d]
a[::b]
a[b::]
a[..., 1:2, None]
a[(b):(c), (d)]
a[b][c]
a[b := c]
-a
--a
+a
~a
not a
not not a
- (a)
(-a) ** -b
a + b - c
a + (b - c)
(a + b) - c
((a) + (b))
a * b / c // d % e @ f
a ** b ** c
a << b >> c & d | e ^ f
a and b
a and b and c
a and (b and c)
(a and b) and c
a and b or c and d
a or b or c
not a and not b
a < b
a < b <= c != d == e > f >= g
a in b
a not in b
a is b
a is not b
a not in b is not c in d
a if b else c
a if b else c if d else e
(a if b else c) if d else e
()
(a,)
a,
a, b
(a, b)
((a, b))
(a), (b)
(a, (b, c)), d
a, b,
*a, b
(*a, *b)
[]
[a]
[a, *b, c,]
[(a, b), (c)]
{a}
{a, *b,}
{}
{a: b}
{a: b, **c, d: e,}
{**a}
{(a): (b), **(c)}
[a for b in c]
[a for b in c if d if e for f in g]
[(a, b) for b, c in d]
{a for b in c}
{a: b for c in d}
{(a): (b) for (c) in (d) if (e)}
(a for b in c)
((a for b in c))
[[a for b in c] for d in e]
lambda: a
lambda a: b
lambda a, b=c, *d, e, f=g, **h: i
lambda a, /, b, *, c: d
lambda *, a: b
lambda a=(b), *c: (d)
lambda: (yield)
(a := b)
[a := b, c]
a(b := c)
'a'
"a" 'b'
('a'
 'b')
'a' "" '''b'''
b'a' b"b"
u'a'
r'\\n' '\\n'
'\\a\\b\\f\\n\\r\\t\\v\\\\ \\' \\" \\x41 \\101 \\0 \\u00e9 \\U0001F600 \\N{BULLET} \\
x'
'''a
b'''
f''
f'a'
f'a' 'b'
'a' f'{b}' 'c' f'd{e}'
f'{a}'
f'a{b}c{d}e'
f'{a!r}'
f'{a!s:>10}'
f'{a:>{b}}'
f'{a:{b}.{c}f}'
f'{a:%H:%M}'
f'{{{a}}}'
f'{{}}'
f'{a=}'
f'{a = }'
f'{a=!s}'
f'{a=:>5}'
f'{ a + 1 }'
f'{a["b"]}'
f'{(lambda b: c)}'
f'{[d for e in f]}'
f'{ {1: 2}[1] }'
f'{a, b}'
f'{a!r:{b!s}}'
f'\\n{a}\\x41'
rf'\\n{a}'
f'\\N{BULLET}{a}'
f'''
{a
} b
'''
f'{f"{a}"}'
(f'{a}'
 f'{b}').c(d)
"""


def _split(block: str) -> list[str]:
    """One text per line; lines go together until they parse."""
    found, pending = [], ""
    for line in block.strip("\n").split("\n"):
        pending += line
        try:
            parsed(pending)
        except SyntaxError:
            pending += "\n"
            continue
        found.append(pending)
        pending = ""
    assert not pending, pending
    return found


STATEMENTS = [
    dedent(block).strip("\n") + "\n"
    for block in (
        "a = b",
        "a = b = c",
        "(a) = (b)",
        "a, b = c, d",
        "(a, b), [c, *d] = e",
        "a.b[c] = d",
        "a: b = c",
        "a: b",
        "a.b: c = d",
        "a: b = c, d",
        "a = yield_",
        "a += b",
        "a.b **= (c)",
        "a //= b; c >>= d; e @= f",
        "a; b ;c",
        "a = 1; b = 2;",
        "pass",
        "del a",
        "del a, b.c",
        "del (a, b)",
        "del (a), [b]",
        "assert a",
        "assert a, b; c",
        "raise",
        "raise a",
        "raise a(b) from c; d",
        "import a",
        "import a.b.c",
        "import a as b, c.d as e, f",
        "from a import b",
        "from a.b import c as d, e",
        "from . import a",
        "from .. a import b",
        "from ...a.b import (c, d as e,)",
        "from .... import a",
        "from a import *",
        "from a import (\n    b,  # note\n    c as d\n)",
        "global a, b",
        "if a: b",
        "if a:\n    b\nelif c:\n    d\nelif e: f\nelse:\n    g",
        "if (a): (b)\nelse:\n    if c: d",
        "if a: pass\nelse: pass",
        "for a in b: c",
        "for a, (b, c) in d, e:\n    f\nelse:\n    g",
        "for (a) in (b):\n    break\nfor *a, b in c:\n    continue",
        "while a:\n    b\nelse:\n    c",
        "with a: b",
        "with a as b, c: d",
        "with a as (b, c), d as e.f: g",
        "with (a): b",
        "with (a, b): c",
        "with (a as b, c as d,): e",
        "with (a), (b): c",
        "with (a) as b, (c): d",
        "with (a, b) as c: d",
        "with (yield_): a",
        "try: a\nfinally: b",
        "try:\n    a\nexcept:\n    b",
        "try: a\nexcept B: c\nexcept (D, E) as f: g\nelse: h\nfinally: i",
        "def f(): pass",
        "def f():\n    '''doc'''\n    return a",
        "def f():\n    return",
        "def f(a, b=c, *d, e, f=g, **h) -> i: pass",
        "def f(a: b, c: d = e, *f: g, h: i = j, **k: l) -> (m): pass",
        "def f(a, /, b, *, c, d=e): pass",
        "def f(a, b=c, /): pass",
        "def f(a, /,): pass",
        "def f(a, *, b,): pass",
        "def f(*a,): pass",
        "def f(**a,): pass",
        "def f(\n    a,  # type: int\n    b=(c),\n):\n    # type: (...) -> None\n    pass",
        "@a\ndef f(): pass",
        "@a\n@b.c(d)\n\n# note\n@(e)[0]\ndef f(): pass",
        "def f(): a; b;",
        "def f():\n    yield",
        "def f():\n    a = yield b\n    yield from c",
        "def f():\n    def g():\n        yield\n    lambda: (yield)",
        "def f():\n    a = (yield), (yield a)",
        "def f():\n    nonlocal_ = 1\n    def g():\n        nonlocal nonlocal_\n        global a",
        "async def f():\n    await a\n    await b.c(d)\n    -await e",
        "async def f():\n    async with a as b: c\n    async for d in e: g\n    else: h\n    [i async for j in k]",
        "async def f():\n    yield a",
        "@a\nasync def f(): pass",
        "class C: pass",
        "class C(): pass",
        "class C(A, B): pass",
        "class C(A, *b, metaclass=B, d=e, **f,): pass",
        "@a\nclass C(B):\n    '''doc'''\n    a: b = c\n    '''also dropped'''\n    def f(self): pass\n",
        "class C:\n    class D:\n        def f(self):\n            yield\n",
        "match a:\n    case 1: b\n    case -1 | 2.5 | -1+2j | 'a' 'b' | b'c' | None | True: c",
        "match a, b:\n    case _: c\n    case d: e\n    case f.g: h\n    case (i): j",
        "match (a):\n    case [] | () | (b,) | [c, *d] | (e, *_, f): g\n    case h, i: j",
        "match a:\n    case k,: l\n    case [m,]: n",
        "match a:\n    case {}: b\n    case {'c': d, -1: e, F.g: h, **i}: j",
        "match a:\n    case {None: [k, l],}: m",
        "match a:\n    case B(): c\n    case D.E(f, g=h, i=J(),): k\n    case L(m,): n",
        "match a:\n    case b as c: d\n    case (e | f) as g if h: i\n    case [(j as k), l]: m",
        "match = case = type = 1\nmatch.a\nmatch(b)\ncase[c]",
        "a = [\n    b,  # note\n\n    c,\n]\n",
        "a = b + \\\n    c\n",
        "if a:\n\tb\n\tif c:\n\t\td\n",
        "a = 1\n\x0c\nb = 2\n\x0cdef f():\n    pass\n",
        "a = b # note\n# note\n",
        "print >>f, 'x'",
        "print('a')\n'dropped'\nr'dropped' 'too'\nb'kept'\nf'kept'",
    )
]


@pytest.mark.parametrize("text", _split(EXPRESSIONS))
def test_an_expression_is_what_ast_says(text: str) -> None:
    assert comparable(lowered(text)) == comparable(lowered_by_ast(text))


@pytest.mark.parametrize("text", STATEMENTS)
def test_a_statement_is_what_ast_says(text: str) -> None:
    assert lowered(text) == lowered_by_ast(text)


@pytest.mark.parametrize("end", ["\r\n", "\r"], ids=["CRLF", "CR"])
@pytest.mark.parametrize(
    "text", ["def f(a,\n  b):\n  '''doc\n'''\n  return '''c\nd''' \\\n  + e\n\n\nx = f'''\n{a}'''\n"]
)
def test_other_line_ends_only_move_the_places(text: str, end: str) -> None:
    moved = text.replace("\n", end)
    assert comparable(lowered(moved)) == comparable(lowered_by_ast(moved))
    assert [piece.kind for piece in outline(moved)] == [piece.kind for piece in outline(text)]


@pytest.mark.parametrize(
    ("since", "text"),
    [
        ((3, 11), "try: a\nexcept* B: c\nexcept* (D, E) as f: g\n"),
        ((3, 11), "a[*b]\na[*b, c]\na[b, *c,]\ndef f(*a: *b): pass\n"),
        ((3, 12), "type A = B\ntype C[D, *E, **F] = G[D]\n"),
        ((3, 12), "def f[A: B, *C, **D](a: A) -> B: pass\nclass E[F: (G, H)](I): pass\nclass J[K]: pass\n"),
        ((3, 12), "f'{a[\"b\"]}' f\"{'c' + f\"{d}\"}\"\nf'{a:{'>'}10}'\n"),
        ((3, 12), "a = f'{\n  b  # note\n}' # note\n"),
        ((3, 13), "def f[A = B, *C = *D, **E = [F]](): pass\ntype G[H: I = J] = K\n"),
    ],
)
def test_newer_grammar_is_read_by_every_interpreter(since: tuple[int, int], text: str) -> None:
    found = lowered(text)
    if sys.version_info >= since:
        assert comparable(found) == comparable(lowered_by_ast(text))
    else:
        assert len(found) >= len(outline(text))


def test_a_type_alias_is_an_assignment() -> None:
    (alias,) = lowered("type A[B] = C\n")
    assert alias == ir.Assign(0, (ir.Name(5, 6, "A"),), ir.Name(12, 13, "C"))


def test_a_template_string_is_no_str() -> None:
    template = value("t'a{b}'")
    assert template == ir.Joined(0, 7, ("a", ir.Format(ir.Name(4, 5, "b"), "", None)), True)


def test_places_are_characters_of_the_whole_file() -> None:
    text = "é = 'é'\r\n# é\r\nclass K:\r\n    def f(self): return é.ü(k=1)\r\n"
    (_, found) = lowered(text)
    assert isinstance(found, ir.Class)
    (function,) = found.body
    assert isinstance(function, ir.Function)
    assert text[function.at : function.end] == "def f(self): return é.ü(k=1)"
    assert text[function.name_at] == "f"
    (returned,) = function.body
    assert isinstance(returned, ir.Return)
    assert isinstance(returned.value, ir.Call)
    assert text[returned.value.at : returned.value.end] == "é.ü(k=1)"
    assert isinstance(returned.value.func, ir.Attribute)
    assert text[returned.value.func.name_at] == "ü"
    assert text[returned.value.args[0].value.at] == "1"


def test_a_function_is_a_generator_only_by_its_own_yields() -> None:
    (outer,) = lowered("def f():\n  def g(): yield\n  class C:\n    a = [lambda: (yield)]\n  return g\n")
    assert isinstance(outer, ir.Function)
    assert not outer.generator
    inner = outer.body[0]
    assert isinstance(inner, ir.Function)
    assert inner.generator


def test_numbers_over_64_bits_are_decimal_text() -> None:
    assert value("0x1_0000_0000_0000_0000") == ir.Number(0, 23, "18446744073709551616", "bigint")
    assert value("18446744073709551615") == ir.Number(0, 20, 2**64 - 1)

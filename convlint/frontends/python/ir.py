"""The lowered form of Python: the few node types that the evaluator reads, small enough to keep in a cache.

Every ``at``/``end`` is a character offset into the whole file, so a node needs no other node to say where it stands.
Parentheses around an expression do not belong to it. Names follow the standard library's ``ast``.
"""

from __future__ import annotations

import msgspec


class Node(msgspec.Struct, frozen=True, array_like=True, gc=False, tag=True, tag_field="node"):
    """Anything lowered. ``at`` is where it begins, ``end`` (exclusive) where it ends."""


# --- expressions ------------------------------------------------------------------------------------------------------


class Number(Node, frozen=True):
    """An int (as text of decimal digits when over 64 bits), float, or complex literal."""

    at: int
    end: int
    value: int | float | str
    kind: str = "int"  # "int", "float", "complex", "bigint"


class Text(Node, frozen=True):
    """A str literal, implicit concatenation joined."""

    at: int
    end: int
    value: str


class Bytes(Node, frozen=True):
    """A bytes literal; the content is not kept."""

    at: int
    end: int


class Name(Node, frozen=True):
    """A name, and the constants ``True``, ``False``, ``None`` too (the evaluator knows them by name)."""

    at: int
    end: int
    id: str


class EllipsisLiteral(Node, frozen=True):
    """``...``"""

    at: int
    end: int


class Attribute(Node, frozen=True):
    """``value.attr``; ``name_at`` is where ``attr`` begins."""

    at: int
    end: int
    value: Expr
    attr: str
    name_at: int


class Subscript(Node, frozen=True):
    """``value[index]``; several comma separated indices are a Tuple."""

    at: int
    end: int
    value: Expr
    index: Expr


class Slice(Node, frozen=True):
    """``lower:upper:step`` inside a subscript."""

    at: int
    end: int
    lower: Expr | None
    upper: Expr | None
    step: Expr | None


class Argument(Node, frozen=True):
    """One argument of a call. ``star`` is "", "*" or "**"; ``name`` is None for a positional one."""

    star: str
    name: str | None
    value: Expr


class Call(Node, frozen=True):
    """``func(args)``; ``args`` in source order."""

    at: int
    end: int
    func: Expr
    args: tuple[Argument, ...]


class Binary(Node, frozen=True):
    """``left op right``; ``op`` is the operator's text: ``+ - * / // % ** @ << >> & | ^``."""

    at: int
    end: int
    op: str
    left: Expr
    right: Expr


class Unary(Node, frozen=True):
    """``op operand``; ``op`` is ``- + ~ not``."""

    at: int
    end: int
    op: str
    operand: Expr


class Boolean(Node, frozen=True):
    """``a and b and c``; ``op`` is ``and`` or ``or``; operands of one operator are joined as ``ast`` does."""

    at: int
    end: int
    op: str
    values: tuple[Expr, ...]


class Compare(Node, frozen=True):
    """``left op a op b``; ops are ``== != < <= > >= in, not in, is, is not``."""

    at: int
    end: int
    left: Expr
    ops: tuple[str, ...]
    comparators: tuple[Expr, ...]


class Conditional(Node, frozen=True):
    """``body if test else orelse``."""

    at: int
    end: int
    test: Expr
    body: Expr
    orelse: Expr


class Starred(Node, frozen=True):
    """``*value`` in a list, tuple, set, subscript or assignment target."""

    at: int
    end: int
    value: Expr


class Sequence(Node, frozen=True):
    """A display; ``kind`` is ``tuple``, ``list`` or ``set``."""

    at: int
    end: int
    kind: str
    items: tuple[Expr, ...]


class Dict(Node, frozen=True):
    """``{key: value, **more}``; a key of None is a ``**`` item."""

    at: int
    end: int
    keys: tuple[Expr | None, ...]
    values: tuple[Expr, ...]


class For(Node, frozen=True):
    """One ``for target in iter if a if b`` clause of a comprehension."""

    target: Expr
    iter: Expr
    ifs: tuple[Expr, ...]


class Comprehension(Node, frozen=True):
    """``kind`` is ``list``, ``set``, ``dict`` or ``generator``; ``value`` is set for ``dict`` only."""

    at: int
    end: int
    kind: str
    element: Expr
    value: Expr | None
    clauses: tuple[For, ...]


class Lambda(Node, frozen=True):
    """``lambda params: body``."""

    at: int
    end: int
    params: Params
    body: Expr


class Format(Node, frozen=True):
    """One ``{value!conversion:spec}`` of an f-string; ``spec`` is itself a Joined or None."""

    value: Expr
    conversion: str
    spec: Joined | None


class Joined(Node, frozen=True):
    """An f-string: literal pieces and formats in order (implicit concatenation with plain strings included).

    ``template`` is set for a t-string, whose value is no str.
    """

    at: int
    end: int
    parts: tuple[str | Format, ...]
    template: bool = False


class Walrus(Node, frozen=True):
    """``name := value``."""

    at: int
    end: int
    target: Name
    value: Expr


class Yield(Node, frozen=True):
    """``yield value`` or ``yield from value`` (``delegate``)."""

    at: int
    end: int
    value: Expr | None
    delegate: bool


class Await(Node, frozen=True):
    """``await value``."""

    at: int
    end: int
    value: Expr


Expr = (
    Number | Text | Bytes | Name | EllipsisLiteral | Attribute | Subscript | Slice | Call | Binary | Unary
    | Boolean | Compare | Conditional | Starred | Sequence | Dict | Comprehension | Lambda | Joined | Walrus
    | Yield | Await
)  # fmt: skip


class Param(Node, frozen=True):
    """One parameter; ``at``/``end`` cover its name."""

    at: int
    end: int
    name: str
    default: Expr | None
    annotation: Expr | None


class Params(Node, frozen=True):
    """The parameters of a function, in the groups of ``ast.arguments``."""

    posonly: tuple[Param, ...] = ()
    args: tuple[Param, ...] = ()
    vararg: Param | None = None
    kwonly: tuple[Param, ...] = ()
    kwarg: Param | None = None


# --- statements -------------------------------------------------------------------------------------------------------


class ExprStmt(Node, frozen=True):
    """An expression on its own; docstrings and all other plain strings on their own are dropped."""

    at: int
    value: Expr


class Assign(Node, frozen=True):
    """``a = b = value``; an annotated assignment with a value too, then with its ``annotation``."""

    at: int
    targets: tuple[Expr, ...]
    value: Expr
    annotation: Expr | None = None


class Declare(Node, frozen=True):
    """``name: annotation`` without a value."""

    at: int
    target: Expr
    annotation: Expr


class AugAssign(Node, frozen=True):
    """``target op= value``; ``op`` without the ``=``."""

    at: int
    end: int
    target: Expr
    op: str
    value: Expr


class If(Node, frozen=True):
    """``elif`` is an If alone in ``orelse``."""

    at: int
    test: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]


class ForLoop(Node, frozen=True):
    """``for target in iter: body else: orelse``; async ones too."""

    at: int
    target: Expr
    iter: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]


class While(Node, frozen=True):
    """``while test: body else: orelse``."""

    at: int
    test: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]


class WithItem(Node, frozen=True):
    """``context as target``."""

    context: Expr
    target: Expr | None


class With(Node, frozen=True):
    """``with items: body``; async ones too."""

    at: int
    items: tuple[WithItem, ...]
    body: tuple[Stmt, ...]


class Handler(Node, frozen=True):
    """``except type as name: body``; ``exception`` is None for a bare one."""

    exception: Expr | None
    name: str | None
    body: tuple[Stmt, ...]


class Try(Node, frozen=True):
    """``try/except/else/finally``; ``except*`` too."""

    at: int
    body: tuple[Stmt, ...]
    handlers: tuple[Handler, ...]
    orelse: tuple[Stmt, ...]
    final: tuple[Stmt, ...]


class Return(Node, frozen=True):
    """``return value``."""

    at: int
    value: Expr | None


class Raise(Node, frozen=True):
    """``raise exc``; the cause is dropped."""

    at: int
    exc: Expr | None


class Assert(Node, frozen=True):
    """``assert test``; the message is dropped."""

    at: int
    test: Expr


class Delete(Node, frozen=True):
    """``del targets``."""

    at: int
    targets: tuple[Expr, ...]


class Jump(Node, frozen=True):
    """``break`` or ``continue``."""

    at: int
    kind: str


class Scope(Node, frozen=True):
    """``global names`` or ``nonlocal names``."""

    at: int
    kind: str
    names: tuple[str, ...]


class Import(Node, frozen=True):
    """One ``import module as bound``: ``import a.b`` binds ``a`` (``bound`` is None then)."""

    at: int
    module: str
    bound: str | None


class ImportFrom(Node, frozen=True):
    """``from ..module import name as bound, ...``; ``names`` is (("*", "*"),) for a star."""

    at: int
    module: str
    level: int
    names: tuple[tuple[str, str], ...]


class Function(Node, frozen=True):
    """``def``; ``at``/``end`` run from the first decorator (or ``def``) to the end of the body.

    ``name_at`` is where the name begins; ``generator`` says whether the body itself yields.
    """

    at: int
    end: int
    name: str
    name_at: int
    params: Params
    body: tuple[Stmt, ...]
    decorators: tuple[Expr, ...]
    generator: bool


class Class(Node, frozen=True):
    """``class``; ``at``/``end`` as for Function; ``args`` are bases and keywords."""

    at: int
    end: int
    name: str
    name_at: int
    args: tuple[Argument, ...]
    body: tuple[Stmt, ...]
    decorators: tuple[Expr, ...]


class Pattern(Node, frozen=True):
    """One pattern of a ``case``. ``kind``: value, capture (``name`` None is ``_``), sequence, or, star, mapping, class.

    value: ``value`` is compared. capture: binds ``name``, and ``parts`` (0 or 1) is the pattern of ``p as name``.
    sequence, or: ``parts``. star: binds ``name``. mapping: ``keys`` with ``parts``, rest in ``name``.
    class: ``value`` is the class, ``parts`` positional, then keywords with ``attrs`` their names.
    """

    kind: str
    value: Expr | None = None
    name: str | None = None
    parts: tuple[Pattern, ...] = ()
    keys: tuple[Expr, ...] = ()
    attrs: tuple[str, ...] = ()


class Case(Node, frozen=True):
    """``case pattern if guard: body``."""

    pattern: Pattern
    guard: Expr | None
    body: tuple[Stmt, ...]


class Match(Node, frozen=True):
    """``match subject``."""

    at: int
    subject: Expr
    cases: tuple[Case, ...]


Stmt = (
    ExprStmt | Assign | Declare | AugAssign | If | ForLoop | While | With | Try | Return | Raise | Assert
    | Delete | Jump | Scope | Import | ImportFrom | Function | Class | Match
)  # fmt: skip


class Piece(Node, frozen=True):
    """One top-level statement of a file, known from its tokens alone; lowered only when something needs it.

    ``kind``: ``def``, ``class`` (``name`` is set), ``assign`` (one plain ``name = ...`` or ``name: T = ...``, with
    ``name``), ``import``, ``doc`` (a string on its own), or ``other`` (anything else: it must be lowered to know what
    it binds).
    """

    kind: str
    name: str | None
    decorated: bool
    at: int
    end: int

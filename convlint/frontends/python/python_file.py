"""One Python source file, lowered piece by piece as it is asked for, from the store where it has them."""

from __future__ import annotations

import ast
import warnings
from typing import Final

from convlint.frontends.python import ir
from convlint.frontends.python.depth import check_depth
from convlint.frontends.python.outline import outline
from convlint.frontends.python.source_text import SourceError
from convlint.frontends.python.store import Entry, IrStore, Problem, decoded, digest_of, encoded
from convlint.frontends.python.tokens import token_spans

MAX_UNCHECKED: Final = 1_000_000
"""Characters of a text that the interpreter's parser gets without a look at its nesting: the stack holds that many."""


class PythonFile:
    """The source ``text`` of the file at ``path`` (used as a name only).

    ``parsed`` says whether the parser was needed; the parser is not even imported while everything comes from the
    store.
    """

    def __init__(self, path: str, text: str, store: IrStore) -> None:
        self.path = path
        self.text = text
        self.parsed = False
        self._store = store
        self._entry: Entry | None = None
        self._changed = False
        self._lowered: dict[int, tuple[ir.Stmt, ...]] = {}

    @property
    def pieces(self) -> tuple[ir.Piece, ...]:
        """The top-level statements in order. Raises SourceError where brackets nest too deeply to tell."""
        entry = self._known()
        if entry.outline is None:
            entry.outline = outline(self.text)
            self._changed = True
        return entry.outline

    def statements(self, index: int) -> tuple[ir.Stmt, ...]:
        """The lowered statements of ``pieces[index]``. Raises SourceError where that piece is no valid Python."""
        found = self._lowered.get(index)
        if found is not None:
            return found
        entry = self._known()
        problem = entry.broken.get(index)
        if problem is not None:
            raise SourceError(problem.line, problem.message)
        raw = entry.pieces.get(index)
        found = decoded(raw) if raw is not None else None
        if found is None:
            found = self._lower(index, entry)
        self._lowered[index] = found
        return found

    def mentions(self, word: str) -> bool:
        """Whether the text holds ``word`` anywhere, comments and strings included."""
        return word in self.text

    def syntax_error(self) -> SourceError | None:
        """The first syntax error of the whole file, whether or not its piece is ever lowered.

        Pieces that are lowered already cost nothing. On the rest the interpreter's own parser decides first, because
        it is ten times cheaper; where it refuses, each piece is lowered, because a grammar of another version may be
        meant.
        """
        entry = self._known()
        if not entry.checked:
            entry.problem = self._decide_syntax(entry)
            entry.checked = self._changed = True
        return SourceError(entry.problem.line, entry.problem.message) if entry.problem else None

    def save(self) -> None:
        """Keep in the store what this object has learned since it was loaded."""
        if self._changed and self._entry is not None:
            self._store.save(self.path, self._entry)
            self._changed = False

    def _known(self) -> Entry:
        if self._entry is None:
            self._entry = self._store.load(self.path, self.text) or Entry(digest_of(self.text))
        return self._entry

    def _lower(self, index: int, entry: Entry) -> tuple[ir.Stmt, ...]:
        from convlint.frontends.python.lower import lower

        piece = self.pieces[index]
        self.parsed = self._changed = True
        try:
            found = lower(self.text, piece)
        except SourceError as error:
            entry.broken[index] = Problem(error.line, error.message)
            raise
        raw = encoded(found)
        if raw is not None:
            entry.pieces[index] = raw
        return found

    def _decide_syntax(self, entry: Entry) -> Problem | None:
        text = self.text
        try:
            if entry.outline is not None or len(text) > MAX_UNCHECKED:
                left = [piece for index, piece in enumerate(self.pieces) if index not in entry.pieces]
                text = "\n".join(self.text[piece.at : piece.end] for piece in left)
                if len(text) > MAX_UNCHECKED:
                    for piece in left:
                        check_depth(self.text, piece.at, piece.end, token_spans(self.text, piece.at, piece.end))
        except SourceError as error:
            return Problem(error.line, error.message)
        return None if _interpreter_accepts(text, self.path) else self._first_problem()

    def _first_problem(self) -> Problem | None:
        try:
            for index in range(len(self.pieces)):
                self.statements(index)
        except SourceError as error:
            return Problem(error.line, error.message)
        return None


def _interpreter_accepts(text: str, path: str) -> bool:
    """Whether this interpreter's grammar accepts the text; anything it throws means that it does not."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, path.replace("\0", ""), "exec", ast.PyCF_ONLY_AST, True)
    except Exception:
        return False
    return True

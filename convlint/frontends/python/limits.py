"""Limits on how deeply source text may nest, counted from its tokens before any parser sees it."""

from __future__ import annotations

from typing import Final

MAX_BRACKETS: Final = 200
"""Brackets open at once, replacement fields of f-strings included: the limit of Python's own tokenizer."""
MAX_INDENTS: Final = 99
"""Indentation levels open at once: the limit of Python's own tokenizer."""
MAX_CHAIN: Final = 4_000
"""Tokens since the last comma of each open bracket, summed: no expression nests deeper than that. The parser takes time
quadratic in the nesting (half a second for a sum of 2,000 terms)."""
MAX_PATTERN_BRACKETS: Final = 6
"""Brackets open at once in the pattern of a ``case``, for which the parser takes exponential time."""
MAX_ELIFS: Final = 5_000
"""``elif`` branches in one top-level statement; each nests the tree by one level."""

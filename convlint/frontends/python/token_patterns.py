"""The regular expression of Python's tokens.

Every pattern is linear: alternatives begin differently, and an unterminated string runs to the end of its line (or of
the text) instead of failing.
"""

from __future__ import annotations

import re
from typing import Final

LINE_END = r"(?:\r\n|[\r\n])"
_TRIPLE_1 = r"'''[^'\\]*(?:(?:\\[\s\S]|'(?!''))[^'\\]*)*(?:''')?"
_TRIPLE_2 = r'"""[^"\\]*(?:(?:\\[\s\S]|"(?!""))[^"\\]*)*(?:""")?'
_SINGLE_1 = r"'[^'\\\r\n]*(?:\\(?:\r\n|[\s\S])[^'\\\r\n]*)*'?"
_SINGLE_2 = r'"[^"\\\r\n]*(?:\\(?:\r\n|[\s\S])[^"\\\r\n]*)*"?'
QUOTED = f"(?:{_TRIPLE_1}|{_TRIPLE_2}|{_SINGLE_1}|{_SINGLE_2})"
# As in Python's tokenizer every character beyond ASCII may stand in a name; the parser judges them.
# Both classes exclude what ASCII excludes: a range up to the last character would be slow to compile.
_NAME_CHARACTER = r"[^\x00-/:-@\[-^`{-\x7f]"
_NAME = rf"[^\x00-@\[-^`{{-\x7f]{_NAME_CHARACTER}*"
_NO_PREFIX = rf"{_NAME}(?!{_NAME_CHARACTER}|['\"])"
_DIGITS = "[0-9](?:_?[0-9])*"
_NUMBER = (
    r"0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+"
    rf"|(?:{_DIGITS}\.?(?:{_DIGITS})?|\.{_DIGITS})(?:[eE][+-]?{_DIGITS})?[jJ]?"
)
_OPERATOR = r"\*\*=?|//=?|>>=?|<<=?|\.\.\.|->|:=|<>|[-+*/%&|^@=<>!]=?|[()\[\]{},:;.~]"
_BLANK = rf"(?:[ \t\f\r\n]+|\\{LINE_END}|\#[^\r\n]*)+"
_FORMATTED_PREFIX = "(?:[fFtT][rR]?|[rR][fFtT])"

# Names, brackets and commas come first because they are the most frequent.
SIGNIFICANT: Final = re.compile(
    rf"(?:{_BLANK})?"
    rf"(?:({_NO_PREFIX}|[()\[\],]|[rRbBuUfFtT]{{0,2}}{QUOTED}|{_NAME}|{_NUMBER}|{_OPERATOR}|[^\s\\])|$|[\s\S])"
)
FORMATTED: Final = re.compile(rf"{_FORMATTED_PREFIX}['\"]")
NAME: Final = _NAME
"""Pattern of a name; ``WORD_END`` follows a whole one."""
WORD_END: Final = rf"(?!{_NAME_CHARACTER})"

Span = tuple[int, int]
"""Start and end (exclusive) of a token, in characters."""

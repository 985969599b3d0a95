"""string, textwrap and json."""

from __future__ import annotations

import json as python_json
import string as python_string
import textwrap as python_textwrap
from typing import Any

from convlint.evaluate.environment import Arguments
from convlint.evaluate.library.adapt import first, pure, unknown
from convlint.evaluate.machine import Machine
from convlint.evaluate.paths import force
from convlint.evaluate.values import Builtin, Const, Span, Value


def strings(machine: Machine) -> dict[str, Value]:
    """The names of string."""
    names = ("ascii_letters", "ascii_lowercase", "ascii_uppercase", "digits", "hexdigits", "octdigits", "printable")
    found: dict[str, Value] = {
        name: Const(getattr(python_string, name)) for name in (*names, "punctuation", "whitespace")
    }
    return {**found, "capwords": pure("capwords", python_string.capwords)}


def wrapping(machine: Machine) -> dict[str, Value]:
    """The names of textwrap."""
    return {
        "dedent": pure("dedent", python_textwrap.dedent),
        **unknown("textwrap", "indent", "wrap", "fill", "shorten"),
    }


def json(machine: Machine) -> dict[str, Value]:
    """The names of json."""
    from convlint.evaluate.library.data_files import load_json, load_json_text

    plain = pure("loads", _loads)

    def loads(machine: Machine, args: Arguments, site: Span) -> Value:
        text = force(first(machine, args), machine.path)
        found = load_json_text(machine, text, site) if isinstance(text, Const) else None
        return plain.call(machine, args, site) if found is None else found

    return {
        "loads": Builtin("loads", loads),
        "load": Builtin("load", load_json),
        "JSONDecodeError": machine.modules.builtin_class("ValueError"),
        **unknown("json", "dump", "dumps"),
    }


def _loads(source: str) -> Any:
    if not isinstance(source, str):
        raise TypeError("the JSON object must be str")
    return python_json.loads(source)

"""The one exception that ends a run: something the user asked for, or wrote, that cannot be used."""

from __future__ import annotations

from collections.abc import Iterable


class UsageError(Exception):
    """One clear line for the user; the run ends with exit code 2."""


def nearest(word: str, choices: Iterable[str]) -> str:
    """`` (did you mean 'exclude'?)`` where one of the choices resembles ``word``, else nothing."""
    from difflib import get_close_matches

    close = get_close_matches(word, sorted(choices), n=1)
    return f" (did you mean '{close[0]}'?)" if close else ""

"""re: patterns are really matched where that cannot take long."""

from __future__ import annotations

import re
import warnings
from functools import partial

from convlint.evaluate.budget import MAX_PATTERN
from convlint.evaluate.environment import Arguments, Raised
from convlint.evaluate.library.adapt import (
    attempt,
    first,
    give_up,
    instance_of,
    known,
    lift,
    limit,
    pure,
    raw,
    take,
    text,
)  # fmt: skip
from convlint.evaluate.library.pattern_cost import is_cheap
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import calls
from convlint.evaluate.objects.classes import make_class
from convlint.evaluate.paths import force
from convlint.evaluate.values import NONE, Builtin, Class, Const, Instance, Iterator, Span, Unknown, Value

_SEARCHES = ("match", "search", "fullmatch")
_FLAGS = ("A", "ASCII", "I", "IGNORECASE", "M", "MULTILINE", "S", "DOTALL", "X", "VERBOSE", "U", "UNICODE", "NOFLAG")


def contents(machine: Machine) -> dict[str, Value]:
    """The names of re. Patterns are really matched where neither they nor the text can make that take long."""
    found = make_class("Match", (), {name: Builtin(name, partial(_of_match, name)) for name in _MATCH_METHODS})
    pattern = make_class("Pattern", (), {})
    names = (*_SEARCHES, "findall", "finditer", "split", "sub")
    pattern.attrs.update({name: Builtin(name, partial(_by_pattern, found, name)) for name in names})
    return {
        **{name: Builtin(name, partial(_by_module, found, name)) for name in names},
        "compile": Builtin("compile", partial(_compile, pattern)),
        "escape": pure("escape", re.escape),
        "Pattern": pattern,
        "Match": found,
        "error": machine.modules.builtin_class("ValueError"),
        **{name: Const(int(getattr(re, name, 0))) for name in _FLAGS},
    }


def compiled(pattern: str, flags: int) -> re.Pattern[str]:
    """A pattern that is cheap to match; gives up on others."""
    if len(pattern) > MAX_PATTERN:
        limit("MAX_PATTERN")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Python thinks of the pattern is for those who run the code
        made = _checked(pattern, flags)
        cheap = is_cheap(pattern, flags)
    if not cheap:
        give_up(Unknown("unsupported", "a regular expression that could take long to match"))
    return made


def _checked(pattern: str, flags: int) -> re.Pattern[str]:
    """The compiled pattern; one that does not compile raises ``re.error``, which here is ValueError."""
    if not isinstance(flags, int):  # ``re`` itself takes 0.0 for flags it has seen as 0
        raise Raised("TypeError", "flags of a regular expression are an integer")
    try:
        return re.compile(pattern, flags)
    except re.error as error:
        raise Raised("ValueError", str(error)) from None
    except (OverflowError, RecursionError, ValueError, TypeError) as error:
        raise Raised(type(error).__name__, str(error)) from None


def _compile(cls: Class, machine: Machine, args: Arguments, site: Span) -> Value:
    source, flags = take(machine, args, "compile", 1, "pattern", "flags")
    if isinstance(source, Instance) and source.cls is cls:
        return source
    number = 0 if flags is None else raw(machine, flags)
    if len(text(machine, source)) > MAX_PATTERN:
        limit("MAX_PATTERN", site)
    _checked(text(machine, source), number)
    return instance_of(machine, cls, pattern=source, flags=Const(number))


def _by_module(match: Class, name: str, machine: Machine, args: Arguments, site: Span) -> Value:
    """``re.match(pattern, text)``; the pattern may be a compiled one."""
    known(args)
    keywords = dict(args.keywords)
    given = list(args.positional)
    source = force(given.pop(0) if given else keywords.pop("pattern", NONE), machine.path)
    flags = keywords.pop("flags", None)
    expected = 2 if name == "sub" else 1
    if flags is None and len(given) > expected + (name in ("sub", "split")):
        flags = given.pop()
    number = 0 if flags is None else raw(machine, flags)
    if isinstance(source, Instance) and "pattern" in source.attrs:
        number, source = raw(machine, source.attrs["flags"]), source.attrs["pattern"]
    return _matched(match, name, machine, compiled(text(machine, source), number), Arguments(given, keywords), site)


def _by_pattern(match: Class, name: str, machine: Machine, args: Arguments, site: Span) -> Value:
    """``pattern.match(text)``."""
    receiver = first(machine, args)
    if not isinstance(receiver, Instance) or "pattern" not in receiver.attrs:
        raise Raised("TypeError", "a compiled pattern is required")
    made = compiled(text(machine, receiver.attrs["pattern"]), raw(machine, receiver.attrs["flags"]))
    return _matched(match, name, machine, made, Arguments(args.positional[1:], args.keywords), site)


def _matched(match: Class, name: str, machine: Machine, pattern: re.Pattern[str], args: Arguments, site: Span) -> Value:
    if name == "sub":
        return _substituted(match, machine, pattern, args, site)
    subject, *rest = take(machine, args, name, 1, "string", "maxsplit" if name == "split" else "pos", "endpos")
    plain = _subject(machine, subject)
    numbers = [raw(machine, value) for value in rest if value is not None]
    result = attempt(getattr(pattern, name), plain, *numbers)
    if name == "finditer":
        return Iterator([_match_object(machine, match, found) for found in result])
    if name in _SEARCHES:
        return NONE if result is None else _match_object(machine, match, result)
    return lift(machine, result, site)


def _subject(machine: Machine, value: Value) -> str:
    plain = text(machine, value)
    if len(plain) > MAX_PATTERN or not plain.isascii():
        limit("MAX_PATTERN")
    return plain


def _substituted(match: Class, machine: Machine, pattern: re.Pattern[str], args: Arguments, site: Span) -> Value:
    new, subject, count = take(machine, args, "sub", 2, "repl", "string", "count")
    plain, times = _subject(machine, subject), 0 if count is None else raw(machine, count)
    if isinstance(new, Const):
        replacement = _subject(machine, new)
        return lift(machine, attempt(pattern.sub, replacement, plain, times), site)

    def replace(found: re.Match[str]) -> str:
        result = machine.apply(calls.call, machine, new, Arguments([_match_object(machine, match, found)]), site)
        return text(machine, result)

    return lift(machine, attempt(pattern.sub, replace, plain, times), site)


def _match_object(machine: Machine, cls: Class, found: re.Match[str]) -> Instance:
    """A match as an object that keeps its groups and their places."""
    named = found.re.groupindex
    whole = [found.group(index) for index in range(found.re.groups + 1)]
    spans = [found.span(index) for index in range(found.re.groups + 1)]
    return instance_of(
        machine,
        cls,
        string=Const(found.string),
        _groups=Const(tuple(whole)),
        _spans=Const(tuple(spans)),
        _names=Const(tuple(named.items())),
    )


_MATCH_METHODS = ("group", "groups", "groupdict", "start", "end", "span", "__getitem__")


def _of_match(name: str, machine: Machine, args: Arguments, site: Span) -> Value:
    receiver, given = first(machine, args), args.positional[1:]
    if not isinstance(receiver, Instance) or "_groups" not in receiver.attrs:
        raise Raised("TypeError", "a match is required")
    groups, spans = receiver.attrs["_groups"].value, receiver.attrs["_spans"].value
    names = dict(receiver.attrs["_names"].value)
    wanted = [raw(machine, value) for value in (*given, *args.keywords.values())]
    if name in ("groups", "groupdict"):
        default = wanted[0] if wanted else None
        filled = tuple(default if group is None else group for group in groups)
        return lift(machine, filled[1:] if name == "groups" else {key: filled[at] for key, at in names.items()}, site)
    chosen = [names.get(key, key) for key in wanted or [0]]
    if not all(isinstance(index, int) and 0 <= index < len(groups) for index in chosen):
        raise Raised("IndexError", "no such group")
    if name in ("group", "__getitem__"):
        found = [groups[index] for index in chosen]
        return lift(machine, found[0] if len(found) == 1 else tuple(found), site)
    start, end = spans[chosen[0]]
    return lift(machine, {"start": start, "end": end, "span": (start, end)}[name], site)

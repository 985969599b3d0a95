"""The network that a config file names: the calls that the dialect of instantiations reads, made for real."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from torch import nn

from convlint.frontends.config.calls import Argument, Call, Given, Keyed, Listed
from convlint.frontends.config.dialects.instantiation import Instantiation
from convlint.frontends.config.reader import read_configs
from convlint.runtime.construction import called_at
from convlint.runtime.refusal import RefusedError

USUAL_KEYS = ("", "model", "net", "network", "network_def", "backbone")
"""Where the network of a config mostly stands; the whole file first."""


def network_call(file: str, path: str, folder: str) -> Call:
    """The call that builds the network: the one at ``path`` (``model.net``); without one, where networks mostly stand.

    Imports what the file names. Places are relative to ``folder``. Raises RefusedError.
    """
    outermost = _outermost(file, folder)
    calls = list(_every(outermost))
    if path:
        for call in calls:
            if call.path == path:
                return call
        known = ", ".join(dict.fromkeys(call.path for call in calls if call.path))
        raise RefusedError(f"nothing is built at '{path}'; the file builds {known or 'nothing'}")
    usual = [call for call in calls if call.path.rpartition(".")[2] in USUAL_KEYS and not call.partial]
    usual.sort(key=lambda call: USUAL_KEYS.index(call.path.rpartition(".")[2]))
    found, why = _networks(usual)
    functions = [call for call in usual if call not in found and _is_function(call)]
    if not found and not functions:
        found, other = _networks(call for call in outermost if not call.partial)
        why = why or other
        found = [call for call in found if not _is_part(call)] or found
    if len(found) > 1 and found[0] not in usual:
        names = ", ".join(f"{Path(file).name}:{call.path}" for call in found)
        raise RefusedError(f"it names {len(found)} networks: say which, as in {names}")
    if not (found or functions):
        raise why or RefusedError("it names no network: convlint looks for _target_, class_path, type and !new:")
    return (found or functions)[0]


def networks(file: str, folder: str) -> Iterator[str]:
    """The paths of all outermost calls that build networks."""
    yield from (call.path for call in _networks(_outermost(file, folder))[0] if call.path)


def made(call: Call, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None) -> Any:
    """What a call gives; ``args`` in place of its positional arguments, ``kwargs`` over its keywords."""
    given = kwargs or {}
    target = _target(call)
    positional = list(args) or [_value(each) for each in call.positional]
    keywords = {name: _value(each) for name, each in call.keywords.items() if name not in given}
    if call.partial:
        return functools.partial(target, *positional, **keywords, **given)
    if not callable(target):
        raise RefusedError(f"{_where(call)}: {call.name} cannot be called")
    place = call.target.place
    at = (place.path, place.line, place.column, place.end_line, place.end_column)
    return called_at(at, target, positional, {**keywords, **given})


def numbers_in(call: Call) -> dict[str, Any]:
    """The keywords of a call that are numbers or lists of numbers."""
    found = {}
    for name, value in call.keywords.items():
        if isinstance(value, Given):
            found[name] = value.value
        elif isinstance(value, Listed) and all(isinstance(item, Given) for item in value.items):
            found[name] = [item.value for item in value.items if isinstance(item, Given)]
    return found


def _outermost(file: str, folder: str) -> list[Call]:
    reading = read_configs(Path(folder).resolve(), [Path(file).resolve()], {}, [Instantiation()])
    for error in reading.errors:
        raise RefusedError(f"line {error.line}: {error.message}" if error.line else error.message)
    return list(reading.calls)


def _every(calls: Sequence[Argument]) -> Iterator[Call]:
    """All calls, those around others first."""
    waiting = list(reversed(calls))
    while waiting:
        each = waiting.pop()
        if isinstance(each, Call):
            yield each
            waiting += reversed([*each.positional, *each.keywords.values()])
        elif isinstance(each, Listed):
            waiting += reversed(each.items)
        elif isinstance(each, Keyed):
            waiting += reversed(list(each.entries.values()))


def _networks(calls: Sequence[Call] | Iterator[Call]) -> tuple[list[Call], RefusedError | None]:
    """Those that name a class of modules, and why the first that cannot be imported cannot."""
    found = []
    why = None
    for call in calls:
        try:
            target = _target(call)
        except RefusedError as error:
            why = why or (None if call.guessed else error)
            continue
        if isinstance(target, type) and issubclass(target, nn.Module):
            found.append(call)
    return found, why


def _is_part(call: Call) -> bool:
    """Whether a call builds a layer of torch's, as parts of networks are; a sequence of layers may be a network."""
    target = _target(call)
    return target.__module__.startswith("torch.nn.") and not issubclass(target, nn.Sequential)


def _is_function(call: Call) -> bool:
    try:
        target = _target(call)
    except RefusedError:
        return False
    return callable(target) and not isinstance(target, type)


def _target(call: Call) -> Any:
    """What the dotted name of a call stands for. Raises RefusedError."""
    parts = call.name.split(".")
    for count in range(len(parts) - 1, 0, -1):
        module = ".".join(parts[:count])
        try:
            value: Any = importlib.import_module(module)
        except ModuleNotFoundError as error:
            if error.name and (module == error.name or module.startswith(f"{error.name}.")) and count > 1:
                continue
            raise RefusedError(f"{_where(call)}: {call.name} cannot be imported: {error}") from None
        for part in parts[count:]:
            if not hasattr(value, part):
                raise RefusedError(f"{_where(call)}: {module} has no '{'.'.join(parts[count:])}'")
            value = getattr(value, part)
        return value
    raise RefusedError(f"{_where(call)}: '{call.name}' names no class: write the module in front of it")


def _value(argument: Argument) -> Any:
    if isinstance(argument, Given):
        return argument.value
    if isinstance(argument, Call):
        return made(argument)
    if isinstance(argument, Listed):
        items = [_value(item) for item in argument.items]
        return tuple(items) if argument.is_tuple else items
    if isinstance(argument, Keyed):
        return {name: _value(value) for name, value in argument.entries.items()}
    place = argument.node.place
    raise RefusedError(
        f"{place.path}:{place.line}: {argument.detail} is not decided in this file; --kwargs can give it"
    )


def _where(call: Call) -> str:
    return f"{call.target.place.path}:{call.target.place.line}"

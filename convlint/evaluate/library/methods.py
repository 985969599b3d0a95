"""The methods of built-in values, by the kind of value and the method's name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from convlint.evaluate.library.types_mappings import DICT
from convlint.evaluate.library.types_sequences import ITERATOR, LIST, TUPLE
from convlint.evaluate.library.types_sets import SET
from convlint.evaluate.library.types_text import FLOAT, INTEGER, RANGE, TEXT
from convlint.evaluate.values import Builtin, Const, Dict, Iterator, List, Tuple, Value

_CONSTANTS: Mapping[type, Mapping[str, Builtin]] = MappingProxyType(
    {str: TEXT, int: INTEGER, bool: INTEGER, float: FLOAT, complex: FLOAT, range: RANGE}
)

_CONTAINERS: Mapping[type, Mapping[str, Builtin]] = MappingProxyType({List: LIST, Tuple: TUPLE, Iterator: ITERATOR})


def method(value: Value, name: str) -> Builtin | None:
    """The method ``name`` of a built-in value (its first argument is the value); None where it has none."""
    if isinstance(value, Dict):
        return (SET if value.is_set else DICT).get(name)
    if isinstance(value, Const):
        return _CONSTANTS.get(type(value.value), {}).get(name)
    return _CONTAINERS.get(type(value), {}).get(name)

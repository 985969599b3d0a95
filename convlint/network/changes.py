"""Changes to a layer in torch's words: what a rule proposes. Where and how they are written is the fixes' business."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from convlint.source import Place

Number = int | bool | str | tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Argument:
    """The value that the layer's own call gives to the parameter ``name``, as it is written there."""

    name: str


@dataclass(frozen=True, slots=True)
class SetArguments:
    """Give the layer other arguments: ``(parameter, value)``, in torch's names.

    Made only where the layer's own call writes each parameter of ``relies_on`` and each one that is set as a literal,
    or leaves it out: then the numbers that the rule saw are the numbers of every layer that this call builds.
    """

    values: tuple[tuple[str, Number], ...]
    relies_on: tuple[str, ...] = ()


class Surroundings(enum.Enum):
    """Where a module is put before a layer. The keys of the ``state_dict`` depend on it."""

    SEQUENTIAL = "sequential"
    """As one more argument of the ``nn.Sequential`` around the layer: the keys behind it move by one."""
    ORDERED_DICT = "ordered dict"
    """The same, with the arguments in an ``OrderedDict`` under their present names: all keys stay."""
    AROUND = "around"
    """Where the layer is kept under a name: in an ``nn.Sequential`` of both, where its keys begin with ``1.``."""


@dataclass(frozen=True, slots=True)
class Precede:
    """Put a module before the layer, which gets other arguments itself.

    ``module`` is a class of ``torch.nn``. ``relies_on`` is as in ``SetArguments``; what an ``Argument`` of
    ``arguments`` refers to may also be a variable.
    """

    module: str
    arguments: tuple[tuple[str | None, Number | Argument], ...]
    values: tuple[tuple[str, Number], ...]
    relies_on: tuple[str, ...] = ()
    where: Surroundings = Surroundings.SEQUENTIAL


@dataclass(frozen=True, slots=True)
class ReplaceModule:
    """Build another module of ``torch.nn``, without arguments, in place of this one.

    With ``after``, only where the call there is the argument just before it in an ``nn.Sequential``.
    """

    module: str
    after: Place | None = None


@dataclass(frozen=True, slots=True)
class HandOn:
    """Give the stride of a 1x1 convolution to the larger one that follows it, and is the only one that gets its result.

    Both get floor((n - 1) / s) + 1 positions of n: the larger one, with kernel size k, has no stride of its own and
    padding d(k - 1) / 2. Made only where both calls stand in one function and all of that is written there.
    """

    stride: tuple[int, ...]
    """The larger kernel has to read everything with it."""
    said: bool = False
    """Whether nothing is changed: something is said where the change could be made."""


Change = SetArguments | Precede | ReplaceModule | HandOn


def written(value: Number) -> str:
    """A value as source text: one number where all axes agree."""
    if isinstance(value, tuple):
        return str(value[0]) if len(set(value)) == 1 else str(value)
    return f'"{value}"' if isinstance(value, str) else str(value)

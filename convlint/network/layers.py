"""Layer facts: what every front end yields and every rule reads. Values only, no behaviour of a front end."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from convlint.network.verdicts import Origins
from convlint.source import Place

if TYPE_CHECKING:
    from convlint.network.operations import Operation
    from convlint.network.sizes import SizedLayer, SizedModule, Work
    from convlint.network.verdicts import Verdicts


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that could not be decided, and why. It equals no number, so no rule can match it.

    ``reason`` is a key of ``convlint.evaluate.unknown.REASONS``; ``place`` is where it became unknown.
    """

    reason: str
    detail: str = ""
    place: Place | None = None


Size = int | Unknown
Sizes = tuple[Size, ...]
"""One number for each spatial axis, outermost first: (height, width) for a 2-d layer."""


class Kind(enum.Enum):
    """What a sliding-window layer does with the values under its window."""

    CONVOLUTION = "convolution"
    TRANSPOSED = "transposed convolution"
    MAX_POOL = "max pool"
    AVERAGE_POOL = "average pool"
    LP_POOL = "LP pool"
    UNFOLD = "unfold"


class Confidence(enum.Enum):
    """How sure the evaluator is that a layer is really built like this."""

    CERTAIN = "certain"
    """Every condition on the way was known."""
    POSSIBLE = "possible"
    """At least one condition on the way was unknown, and both of its arms were followed."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One sliding-window layer as it is built: an operation, the call that builds it, and its parameters.

    Parameters carry torch's own names. A parameter that the operation does not have is None.
    """

    op: str
    """The full torch name: ``torch.nn.Conv2d`` or ``torch.nn.functional.max_pool2d``."""
    kind: Kind
    call: Place
    kernel_size: Sizes | Unknown
    stride: Sizes | Unknown
    dilation: Sizes | Unknown
    padding: Sizes | str | Unknown
    in_channels: Size | None = None
    out_channels: Size | None = None
    groups: Size | None = None
    options: Mapping[str, object] = field(default_factory=dict, hash=False)
    """Further arguments that were known, by torch's name: ``bias``, ``ceil_mode``, ``output_padding``, ..."""


@dataclass(frozen=True, slots=True)
class Step:
    """One call on the way to a layer, and the dotted name of the function in which it stands."""

    place: Place
    function: str


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A change of a config file after which a layer reads all of its input and gives an output of the same size."""

    title: str
    edits: tuple[tuple[Place, str], ...]
    """What replaces the characters of each place."""


@dataclass(frozen=True, slots=True)
class Use:
    """One way in which a layer gets its numbers: where they meet and where each one comes from."""

    meeting: Place
    """The call at which the kernel size and the stride come together; the place to act."""
    origins: Mapping[str, Place]
    """Where each number is written: ``kernel_size``, ``stride``, ``dilation``, ``padding``."""
    trace: tuple[Step, ...]
    """The calls from an entry point to the layer, outermost first, the layer's own call last."""
    entry_points: tuple[str, ...]
    """The dotted names of all entry points that reach the layer in this way, sorted."""
    count: int
    """How many layers one entry point (the first of the trace) builds in this way."""
    confidence: Confidence
    context: str = ""
    """The layer in the words of the file that describes it, where that is a config: ``Conv in backbone[3]``."""
    words: Mapping[str, str] = field(default_factory=dict)
    """What a number is called where it is written, by parameter: ``SLOWFAST.ALPHA`` for ``stride``."""
    rewrites: tuple[Rewrite, ...] = ()
    """What would let the layer read everything, where the config's own words allow it."""
    written: frozenset[Origins] = frozenset()
    """Where the kernel size and the stride of each of the layers that are meant are written."""


class Network(Protocol):
    """The layers that a front end found, and, on demand, how each one is reached."""

    @property
    def layers(self) -> Sequence[Layer]:
        """All distinct layers, in the order of their calls."""

    @property
    def operations(self) -> Sequence[Operation]:
        """All distinct facts beside layers, in the order of their calls."""

    @property
    def sized_layers(self) -> Sequence[SizedLayer]:
        """The layers on maps of known size, in the order of their calls."""

    @property
    def sized_modules(self) -> Sequence[SizedModule]:
        """Other modules on maps of known size, in the order of their calls."""

    def works(self) -> Mapping[str, Work]:
        """What networks multiply for an input of known size, by the names of the entry points that build them."""

    def uses(self, layer: Layer | Operation | SizedLayer | SizedModule) -> Sequence[Use]:
        """The distinct ways to reach ``layer``, one for each meeting place."""

    def reached_from(self, layer: Layer | Operation) -> tuple[tuple[str, ...], Confidence]:
        """The sorted names of the entry points that build ``layer``, and how sure that is."""

    def verdicts(self, layer: Layer | Operation) -> Verdicts:
        """What becomes of the values that ``layer`` skips, for the entry points in which that was followed."""


def known(sizes: Sizes | str | Unknown) -> tuple[int, ...] | None:
    """The sizes as plain numbers, or None where any of them is unknown."""
    if not isinstance(sizes, tuple):
        return None
    numbers = tuple(size for size in sizes if isinstance(size, int))
    return numbers if len(numbers) == len(sizes) else None

"""The plugin interface: what a rule is. Built-in rules and third-party rules use exactly this."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from convlint.findings import Applicability, Fix, Severity
from convlint.network.layers import Layer
from convlint.source import Place

if TYPE_CHECKING:
    from convlint.network.changes import Change
    from convlint.network.operations import Operation


@dataclass(frozen=True, slots=True)
class Remedy:
    """A change that would end a problem. It becomes a fix where the source allows that, and is dropped elsewhere."""

    title: str
    """What is done, and what changes by it: ``kernel 3x3, padding 1 (same shape; the weights grow)``."""
    applicability: Applicability
    change: Change
    at: Operation | None = None
    """What is changed, if that is another part of the fact."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What a rule says of one layer. The linter adds where it stands and how it is reached."""

    message: str
    """Lower case, no full stop: ``1x1 convolution with stride 2 reads 1 of every 4 pixels of its input``."""
    builds: str
    """The same for a library's layer, after "builds 3 layers that ": ``read 1 of every 4 pixels of their input``."""
    dead_fraction: float | None = None
    lost: int = 0
    """How much it is, in whatever unit: of several sizes at which a layer works, the worst is told."""
    picture: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ("kernel_size", "stride")
    """The parameters that the problem is about; each one's origin is shown."""
    place: Place | None = None
    """Where it stands, if that is not where the numbers of the fact meet: the call of another part of the fact."""
    severity: Severity | None = None
    """Where this problem is louder or quieter than the rule's others."""
    only_certain: bool = False
    """Only a problem where every condition on the way is known: two guesses may contradict each other."""
    written_in_call: bool = False
    """Only a problem where the layer's own call writes ``parameters``: what comes of a variable elsewhere is meant."""
    skips: bool = False
    """Whether the layer, or slices, leave values unread: how bad that is depends on who else reads them, and the linter
    asks."""
    remedies: tuple[Remedy, ...] = ()
    """The best one first: only the first that can be made is ever applied."""
    fixes: tuple[Fix, ...] = ()
    """Edits that the rule has made itself; most rules have remedies instead."""


class Rule(ABC):
    """One pattern worth finding. The module's docstring is the rule's page; see ``docs/writing-rules.md``."""

    name: ClassVar[str]
    """Kebab-case, the pattern found, readable after "ignore": ``dead-pixels``."""
    group: ClassVar[str]
    """``sampling``, ``upsampling``, ``invalid``, ``cost``, ``audio``, ``pedantic`` or a plugin's own."""
    severity: ClassVar[Severity]
    enabled: ClassVar[bool] = True
    """Whether it runs without being selected."""
    facts: ClassVar[tuple[type, ...]] = (Layer,)
    """What ``check`` is called with: ``Layer``, or the types of ``convlint.network.operations`` and, for maps of known
    size, of ``convlint.network.sizes``."""

    @abstractmethod
    def check(self, fact: Any, /) -> Iterator[Problem]:
        """The problems of one layer, or of another fact that ``facts`` names; none where anything needed is unknown."""

"""What becomes of the values that a layer skips: whether anybody else uses them, and who."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import reduce

from convlint.source import Place

DEAD, UNKNOWN, GATE_ONLY, BRANCH = "dead", "unknown", "gate-only", "branch"
VERDICTS = (DEAD, UNKNOWN, GATE_ONLY, BRANCH)
"""The worst first: some of the values are used by nobody; it is not known; only a gate or a statistic uses them;
somebody else does."""


Origins = tuple[Place | None, Place | None]
"""Where the kernel size and the stride of a layer are written."""


@dataclass(frozen=True, slots=True)
class Reader:
    """What uses values: an operation in words, and where it is built or called, where that is known."""

    words: str
    place: Place | None = None
    called: Place | None = None
    """Where it gets the values, if that is not where it is built."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of the values that one layer skips, in one entry point; of several such layers, the worst."""

    name: str
    """One of VERDICTS."""
    readers: tuple[Reader, ...] = ()
    """Where somebody uses the values, who does; else who reads the same tensor beside the layer."""
    source: Reader | None = None
    """What computed the values, where they are not used."""
    reason: str = ""
    """Why it is not known."""
    outside: bool = False
    """Whether it tells of a part of a network only: the values come into the entry point from outside, it takes
    arguments that nobody gives, or nothing in it was seen to call the layer."""
    around: Verdict | None = None
    """Where it is not known of a part of networks, and all networks that hold it say that somebody uses the values:
    what they say."""
    by_hand: bool = False
    """Whether a file says both numbers of this one layer, where a wrong digit is as likely as a design: a warning also
    where somebody else uses the values."""
    apart: tuple[tuple[Origins, Verdict], ...] = ()
    """Where the call that builds the layer builds several of the same numbers, which are written at different places:
    the verdict for each of these."""

    partly: bool = False
    """Whether that is so of some of the values only, and somebody uses the others."""

    def of(self, written: frozenset[Origins]) -> Verdict:
        """The verdict on those layers whose numbers are ``written`` at some places."""
        found = [verdict for origins, verdict in self.apart if origins in written]
        if not self.apart or not written:
            return self
        worst = reduce(worse, found) if found else NOT_FOLLOWED
        if worst.name != UNKNOWN or self.name != UNKNOWN or not found:
            return worst
        return replace(worst, outside=worst.outside or self.outside, around=self.around)


def worse(one: Verdict, other: Verdict) -> Verdict:
    """The worse of two verdicts; of two unknowns the one that is not for want of a whole network."""
    return min((one, other), key=lambda verdict: (VERDICTS.index(verdict.name), verdict.outside, not verdict.by_hand))


NOT_FOLLOWED = Verdict(UNKNOWN, reason="`forward` was not seen to call the layer")
"""The verdict where nothing was followed."""

Verdicts = Mapping[str, Verdict]
"""By the names of entry points."""

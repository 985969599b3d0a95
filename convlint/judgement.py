"""How loudly a finding about skipped values speaks, and what it says of them: who else uses them, for which models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce

from convlint.findings import Severity
from convlint.network.entry_points import short_names
from convlint.network.verdicts import BRANCH, DEAD, GATE_ONLY, NOT_FOLLOWED, UNKNOWN, Reader, Verdict, worse
from convlint.source import Place, named_place

SEVERITIES = {
    DEAD: Severity.ERROR,
    UNKNOWN: Severity.WARNING,
    GATE_ONLY: Severity.NOTE,
    BRANCH: Severity.NOTE,
}
NAMED_READERS = 2
"""So many readers are named; the others are counted."""
NAMED_ENTRY_POINTS = 3
"""So many entry points are named where verdicts differ; the others are counted."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdicts of all entry points on one finding."""

    worst: Verdict
    by_name: Mapping[str, tuple[str, ...]]
    """Each verdict and its entry points."""
    deciding: frozenset[str] = frozenset()
    """The entry points that were followed as whole networks; all, where none was."""

    @property
    def severity(self) -> Severity:
        """That of the worst verdict."""
        severity = SEVERITIES[self.worst.name]
        return Severity.WARNING if self.worst.by_hand and severity is Severity.NOTE else severity


def judge(entry_points: Iterable[str], known: Mapping[str, Verdict]) -> Judgement:
    """The worst verdict decides.

    An entry point that is only a part of a network says nothing where whole ones say something: who else reads its
    input is known where the part is used, and what nobody gives it may be given nowhere. One that was not seen to call
    the layer says nothing either: a trainer that holds two networks leaves the verdict to these. Parts alone, with
    numbers that are their own defaults, are judged as in the networks around them.
    """
    found = {name: known.get(name, NOT_FOLLOWED) for name in entry_points}
    deciding = {
        name: verdict
        for name, verdict in found.items()
        if not verdict.outside and verdict.reason != NOT_FOLLOWED.reason
    }
    if all(verdict.name == UNKNOWN for verdict in deciding.values()):
        if all(verdict.name != UNKNOWN or verdict.around is not None for verdict in found.values()):
            found = {name: verdict.around or verdict for name, verdict in found.items()}
        deciding = found
    worst = reduce(worse, deciding.values()) if deciding else NOT_FOLLOWED
    by_name: dict[str, list[str]] = {}
    for name, verdict in found.items():
        by_name.setdefault(verdict.name, []).append(name)
    return Judgement(worst, {name: tuple(names) for name, names in by_name.items()}, frozenset(deciding))


def sentence(judgement: Judgement, at: Place, own: Place | None = None) -> str:
    """What becomes of the values that are not read, as seen from ``at``; empty where nothing could be seen.

    ``own`` is the call that builds the layer: where that builds others as well, these are told by their calls.
    """
    worst = judgement.worst
    named = list(dict.fromkeys(_named(reader, at, own) for reader in worst.readers))
    others = len(named)
    readers = _listed(named[:NAMED_READERS], others)
    if worst.name == BRANCH:
        said = f"{readers or 'something else'} read{'' if others > 1 else 's'} the rest"
    elif worst.name == GATE_ONLY:
        said = "only a gate or a statistic uses the rest"
    elif worst.name == DEAD:
        part = "a part of the rest" if worst.partly else "the rest"
        said = f"nobody uses {part}" + (f", computed by {_named(worst.source, at, own)}" if worst.source else "")
        said += f": {readers} skip{'' if others > 1 else 's'} it as well" if readers else ""
    elif worst.outside or worst.reason == NOT_FOLLOWED.reason:
        return ""
    else:
        said = f"whether anything else uses the rest is not known ({worst.reason or 'not followed'})"
    return _which(judgement) + said


def _which(judgement: Judgement) -> str:
    """For which models that holds, where verdicts differ."""
    names = [name for name in judgement.by_name.get(judgement.worst.name, ()) if name in judgement.deciding]
    others = [name for name, of_name in judgement.by_name.items() if name != judgement.worst.name and of_name]
    if not names or not others or others == [UNKNOWN]:
        return ""
    short = short_names(names)
    return f"in {_listed(short[:NAMED_ENTRY_POINTS], len(short))}, "


def _named(reader: Reader, at: Place, own: Place | None) -> str:
    """``the 3x3 convolution on line 155``: where it is built, or where it is called if only that is in this file."""
    for place, how in ((reader.place, "on"), (reader.called, "called on")):
        if place is not None and place.path == at.path and (place != own or reader.called is None):
            return f"{reader.words} {how} line {place.line}"
    place = reader.called or reader.place
    return f"{reader.words} at {named_place(place)}" if place is not None else reader.words


def _listed(words: list[str], total: int) -> str:
    """``a``, ``a and b``, ``a, b and 3 more``."""
    more = total - len(words)
    words = [*words, f"{more} more"] if more > 0 else words
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)

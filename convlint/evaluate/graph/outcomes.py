"""What is found about one layer in one entry point, as the verdict that reports tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple, TypeVar

from convlint.evaluate.built.records import Record
from convlint.evaluate.built.sites import Sites
from convlint.evaluate.graph.demands import Reader
from convlint.evaluate.graph.levels import DEAD, GATE, LIVE, MAYBE
from convlint.evaluate.graph.nodes import SLICE, Key, Origins, slice_key
from convlint.evaluate.graph.skips import CONDITION, Case
from convlint.evaluate.values import Span
from convlint.network import verdicts
from convlint.source import Place

NAMES = {DEAD: verdicts.DEAD, GATE: verdicts.GATE_ONLY, MAYBE: verdicts.UNKNOWN, LIVE: verdicts.BRANCH}


class Outcome(NamedTuple):
    """What is known of one layer in one entry point: of all that the call builds there, the worst."""

    level: int
    """As in ``levels``; MAYBE where it is not known."""
    outside: bool
    """Whether all that is open is who else reads the input of the entry point itself."""
    readers: tuple[Reader, ...]
    source: Reader | None
    why: str
    partly: bool = False
    """Whether that is so of some of the skipped values only, and somebody uses the others."""


class Outcomes:
    """What is found in all entry points."""

    def __init__(self) -> None:
        self.of: dict[int, dict[Key, Outcome]] = {}
        """By the identity of an entry point's record, and by layer."""
        self.apart: dict[int, dict[Key, dict[Origins, Outcome]]] = {}
        """The same for those of a layer whose numbers are written at one place: a helper builds many layers by one
        call, and who calls it decides what becomes of each."""
        self.partial: set[int] = set()
        """The entry points, by their records, that take what nobody gives: parts of networks rather than networks."""

    def unknowns(self, sites: Sites) -> Iterator[tuple[str, Place, int]]:
        """Why verdicts are not known, at which layers, and in how many entry points."""
        found: Counter[tuple[str, Span]] = Counter()
        for number, outcomes in self.of.items():
            for key, outcome in outcomes.items():
                plain = outcome.level == MAYBE and not outcome.outside and number not in self.partial
                if plain and key != slice_key(key[0]):
                    found[outcome.why, key[0]] += 1
        for (why, site), count in found.items():
            yield why, sites.place(site), count

    def knows(self, record: Record, keys: tuple[Key, ...]) -> bool:
        """Whether one of the layers was found in an entry point."""
        return not self.of.get(id(record), {}).keys().isdisjoint(keys)

    def verdict(self, record: Record, keys: tuple[Key, ...], sites: Sites) -> verdicts.Verdict:
        """What becomes of the values that a layer, or that slices of one tensor, skip in one entry point.

        One that gives no network (``main``, which trains it) leaves the verdict to those that do.
        """
        partial = id(record) in self.partial or id(record) not in self.of
        known = self.of.get(id(record), {})
        found = [known[key] for key in keys if key in known]
        if not found:
            return replace(verdicts.NOT_FOLLOWED, outside=partial)
        outcome = min(found, key=rank)
        if keys[0] == slice_key(keys[0][0]):
            # Of several slices, what the others read is no part of what they skip together.
            outcome = outcome._replace(readers=_beside(outcome.readers, keys), partly=outcome.partly and len(keys) == 1)
        apart = self.apart.get(id(record), {}).get(keys[0], {})
        told = tuple(
            (origins_of(origins, sites), _open_ended(verdict_of(each, sites), partial))
            for origins, each in apart.items()
            if len(apart) > 1
        )
        return replace(_open_ended(verdict_of(outcome, sites), partial), apart=told)


def _open_ended(verdict: verdicts.Verdict, partial: bool) -> verdicts.Verdict:
    """A verdict in a part of a network."""
    return replace(verdict, outside=True) if partial and verdict.name in (verdicts.UNKNOWN, verdicts.DEAD) else verdict


def origins_of(origins: Origins, sites: Sites) -> verdicts.Origins:
    """Spans as places."""
    kernel, stride = (sites.place(span) if span is not None else None for span in origins)
    return kernel, stride


def _beside(readers: tuple[Reader, ...], slices: tuple[Key, ...]) -> tuple[Reader, ...]:
    """Readers by their places, each once. Of several slices of one tensor, that they all skip goes without saying."""
    own = {key[0] for key in slices} if len(slices) > 1 else set()
    found = {(each.words, each.node.site if each.node is not None else None): each for each in reversed(readers)}
    return tuple(each for (_, site), each in reversed(found.items()) if site not in own)


def rank(outcome: Outcome) -> tuple[int, bool]:
    """The worst first; what is open because of the entry point's own input counts less than what is not followed."""
    return (0, 2, 1, 3)[outcome.level], outcome.outside


K = TypeVar("K")


def add_worst(outcomes: dict[K, Outcome], more: Iterable[tuple[K, Outcome]]) -> None:
    """Add to what is found about layers: of several that one call builds, the worst outcome counts."""
    for key, outcome in more:
        known = outcomes.get(key)
        outcomes[key] = outcome if known is None else min(known, outcome, key=rank)


def outcome_of(case: Case, lost: str) -> Outcome:
    """The worst that is found about one layer."""
    found = [Outcome(each.level, False, each.readers, each.source, each.why, each.partly) for each in case.found]
    if case.layer.kind == SLICE and not case.layer.sure:  # who reads the rest may do so where the slice is not taken
        found = [each._replace(level=MAYBE, why=CONDITION) if each.level == LIVE else each for each in found]
    if lost:
        found = [each if each.level == LIVE else each._replace(level=MAYBE, why=each.why or lost) for each in found]
    if case.open:
        found.append(Outcome(MAYBE, True, (), None, "the input of the entry point"))
    return min(found, key=rank)


def verdict_of(outcome: Outcome, sites: Sites) -> verdicts.Verdict:
    """The outcome in words and places."""

    def named(reader: Reader) -> verdicts.Reader:
        node = reader.node
        built, called = (node.site, node.called) if node is not None else (None, None)
        return verdicts.Reader(
            reader.words,
            sites.place(built) if built is not None else None,
            sites.place(called) if called is not None else None,
        )

    return verdicts.Verdict(
        NAMES[outcome.level],
        tuple(map(named, outcome.readers)),
        named(outcome.source) if outcome.source is not None else None,
        outcome.why,
        outcome.outside,
        partly=outcome.partly,
    )

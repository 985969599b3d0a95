"""Facts that need a whole network: pairs of modules whose calls stand in different functions, and who else reads what
strided slices leave out. Made when all has run, of the networks in which something is left open function by function.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import contextmanager

from convlint.evaluate.built.records import Fact, Record, Scope
from convlint.evaluate.entry_points.trials import ENTRY, run_once
from convlint.evaluate.graph.follow import Seen, Verdicts
from convlint.evaluate.graph.nodes import Graph, slice_key
from convlint.evaluate.graph.successions import Found, Successions
from convlint.evaluate.machine import Machine
from convlint.evaluate.paths import ROOT
from convlint.evaluate.reuse import copies
from convlint.evaluate.tensors.ends import ACTIVATION, BIAS, FITTING, End, gives
from convlint.evaluate.tensors.notes import Around, leaves_phases_out, slices_in
from convlint.evaluate.tensors.readers import Family, Known, Link, Note, Readers, note
from convlint.evaluate.values import Class, Span, Tensor

MAX_ALIKE = 2
"""Networks of the same classes that are followed for their pairs alone: more of them show the same."""
SLICES: End = ("slices", "")
Open = frozenset[End]
"""What is left open: what is given and taken, and SLICES where slices leave something out."""


class Traced(Link):
    """A Succession that a graph shows."""

    __slots__ = ("_alone",)

    def __init__(self, first: Known, second: Known, alone: bool) -> None:
        super().__init__(first, second, Readers(Family(Tensor()), {}), False)
        self._alone = alone

    def alone(self) -> bool:
        """Whether nothing else reads the first one's result."""
        return self._alone


def follow_across(machine: Machine, verdicts: Verdicts, names: Mapping[int, str]) -> Around:
    """Add to the records of entry points what their networks' graphs show. ``names``: of entry points, by record."""
    search = _Search(machine, verdicts, names)
    networks = list(verdicts.seen)
    found: dict[int, Found] = {}
    for number, seen in enumerate(networks):
        with search.alone(seen):
            pairs = search.look_at(seen)
            if pairs is not None:
                found[number] = pairs
    search.look_beside([seen for number, seen in enumerate(networks) if number not in found], found.values())
    for number, pairs in found.items():
        with search.alone(networks[number]):
            search.add_pairs(networks[number], pairs)
    reads = machine.flow.reads
    return Around(reads.loose | search.loose, frozenset(search.crowded), reads.ends.apart)


class _Search:
    """One pass over all networks."""

    def __init__(self, machine: Machine, verdicts: Verdicts, names: Mapping[int, str]) -> None:
        self.machine = machine
        self.verdicts = verdicts
        self.names = names
        self.successions = Successions()
        self.in_training = Successions()
        self.loose: set[Span] = set()
        self.crowded: set[tuple[Span, Span]] = set()
        self.fed_otherwise: set[Span] = set()
        self._alike: Counter[frozenset[Class]] = Counter()
        self._of_record: dict[int, Open] = {}
        self._of_class: dict[Class, Open] = {}
        ends = machine.flow.reads.ends
        self._open: dict[Span, set[End]] = {span: set(found) for span, found in ends.of.items()}
        self._sliced: dict[Note, bool] = {}
        for span, notes in ends.sliced.items():
            for each in filter(leaves_phases_out, notes):
                self._open.setdefault(span, set()).add(SLICES)
                self._sliced[each] = notes[each]

    @contextmanager
    def alone(self, seen: Seen) -> Iterator[None]:
        """A mistake of convlint's own costs what is said of one network, not the run."""
        try:
            yield
        except Exception as error:
            self.machine.note_gap("internal", type(error).__name__, seen.site, ENTRY)

    def look_at(self, seen: Seen) -> Found | None:
        """Follow one network where that can say something, and give the pairs in it."""
        graph = seen.graph
        left = self._left_open(seen)
        sliced = SLICES in left
        fits = any(
            (kind, given) in left and (kind, taken) in left for kind in (BIAS, ACTIVATION) for given, taken in FITTING
        )
        if not sliced and not fits and graph is None:
            return None
        if seen.put_off:
            classes = self.machine.forwards.classes_in(seen.target)
            self._alike[classes] += 1
            graph = self._followed(seen, sliced) if sliced or self._alike[classes] <= MAX_ALIKE else None
        if graph is None:
            return None
        if sliced:
            self._add_slices(seen)
        found = self.successions.found(graph)
        self.crowded |= found.crowded
        self.loose |= found.shared
        self.fed_otherwise |= found.fed_otherwise
        return found

    def look_beside(self, others: Iterable[Seen], found: Iterable[Found]) -> None:
        """What activations get in other networks that build them by the same call."""
        sites = {second.site for each in found for first, second in dict(self._new(each)) if gives(first) == ACTIVATION}
        holding: dict[int, bool] = {}
        for seen in others if sites else ():
            spans = [cls.span for cls in self.machine.forwards.classes_in(seen.target) if cls.span is not None]
            if any(_contains(span, site) for span in spans for site in sites) or _holds(seen.record, sites, holding):
                with self.alone(seen):
                    graph = self._followed(seen, False) if seen.put_off else seen.graph
                    if graph is not None:
                        self.fed_otherwise |= self.successions.found(graph).fed_otherwise

    # --- what is left open --------------------------------------------------------------------------------------------

    def _left_open(self, seen: Seen) -> Open:
        """What the functions of a network give and take, of all that is built for it."""
        found = set(self._in_record(seen.record))
        for cls in self.machine.forwards.classes_in(seen.target):
            found |= self._in_class(cls)
        return frozenset(found)

    def _in_record(self, record: Record) -> Open:
        known = self._of_record.get(id(record))
        if known is None:
            self._of_record[id(record)] = frozenset()  # a record in itself adds nothing
            found = set(self._open.get(record.scope.span, ()))
            for _, child, _ in record.calls:
                if isinstance(child, Record):
                    found |= self._in_record(child)
            known = self._of_record[id(record)] = frozenset(found)
        return known

    def _in_class(self, cls: Class) -> Open:
        known = self._of_class.get(cls)
        if known is None:
            found = set(self._open.get(cls.span, ())) if cls.span is not None else set()
            for function in self.machine.forwards.methods_of(cls):
                found |= self._open.get(function.code.span, set())
            known = self._of_class[cls] = frozenset(found)
        return known

    # --- graphs -------------------------------------------------------------------------------------------------------

    def _followed(self, seen: Seen, sliced: bool, training: bool = False) -> Graph | None:
        """The graph of a network that was not followed yet, or not in this mode."""
        machine, verdicts = self.machine, self.verdicts
        graphs: list[Graph | None] = []

        def follow() -> None:
            target = copies.copy(machine, seen.target, None)
            if sliced:
                verdicts.follow(machine, target, seen.site, seen.record)
                graphs.append(verdicts.seen[-1].graph)
            else:
                graphs.append(verdicts.traces.graph_of(machine, target, seen.site, training=training))

        run_once(machine, seen.site, follow)
        return graphs[0] if graphs else None

    # --- facts --------------------------------------------------------------------------------------------------------

    def add_pairs(self, seen: Seen, found: Found) -> None:
        """Add the pairs that no function shows by itself, where they are there in training as well."""
        new = dict(self._new(found))
        if not new:
            return
        graph = self._followed(seen, False, training=True)
        trained = dict(self._new(self.in_training.found(graph))) if graph is not None else {}
        for (first, second), alone in new.items():
            if (first, second) in trained:
                self.loose.add(first.site)
                link = Traced(first, second, alone and trained[first, second])
                self._add(seen, note("succession", second.site, link))

    def _new(self, found: Found) -> Iterator[tuple[tuple[Known, Known], bool]]:
        if found.lost:
            return
        for pair, alone in found.pairs.items():
            first, second = pair
            if (first.site, second.site) in self.machine.flow.reads.ends.pairs:
                continue
            if gives(first) == BIAS:
                whole = first.site not in found.read_otherwise
            else:  # an activation that does something in another network is not in vain
                whole = second.site not in self.fed_otherwise | found.fed_otherwise | found.fed_from_outside
            if whole:
                yield pair, alone

    def _add_slices(self, seen: Seen) -> None:
        """Say of a network which takes slices that it does, although the function was only seen by itself."""
        outcomes = self.verdicts.outcomes.of.get(id(seen.record), {})
        told = {id(each) for each in _notes_in(seen.record)}
        for each, sure in self._sliced.items():
            if id(each) not in told and any(slice_key(site) in outcomes for site in slices_in(each)):
                self._add(seen, each, sure)

    def _add(self, seen: Seen, fact: Note, sure: bool = True) -> None:
        inside = Record(Scope(self.names.get(id(seen.record), ""), seen.site, None), ROOT)
        inside.calls[fact.site, fact, sure] = 1
        seen.record.add(seen.site, inside, ROOT)


def _contains(outer: Span, inner: Span) -> bool:
    return outer.file == inner.file and outer.start <= inner.start and inner.end <= outer.end


def _holds(record: Record, sites: Set[Span], known: dict[int, bool]) -> bool:
    """Whether a function that runs below a record contains one of the calls."""
    found = known.get(id(record))
    if found is None:
        known[id(record)] = False  # a record in itself adds nothing
        found = known[id(record)] = any(_contains(record.scope.span, site) for site in sites) or any(
            _holds(child, sites, known) for _, child, _ in record.calls if isinstance(child, Record)
        )
    return found


def _notes_in(record: Record) -> Iterator[Fact]:
    """All notes below a record."""
    pending, seen = [record], {id(record)}
    while pending:
        for _, child, _ in pending.pop().calls:
            if not isinstance(child, Record):
                if child.__class__ is Note:
                    yield child
            elif id(child) not in seen:
                seen.add(id(child))
                pending.append(child)

"""Facts from notes: what was noted while functions ran becomes the plain facts that rules read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from math import lcm
from typing import Any, NamedTuple

from convlint.evaluate.built.records import Fact
from convlint.evaluate.built.sites import Sites
from convlint.evaluate.sizes.shapes import factors
from convlint.evaluate.tensors.readers import Known, Link, Note, Readers
from convlint.evaluate.tensors.slices import UNSEEN
from convlint.evaluate.values import Span
from convlint.network.layers import Unknown
from convlint.network.operations import Frames, Module, Operation, Resize, Slices, Stack, Succession, read_cells
from convlint.source import Place

BATCH_AXIS = 0
"""Leaving out every second item of a batch says nothing about the network."""
MAX_CELLS = 4096
"""Cells of a period, over all axes, that are told apart; real ones have 4 or 8."""


def is_note(fact: Fact) -> bool:
    """Whether a fact is a note."""
    return fact.__class__ is Note


def summary_of(fact: Fact) -> Any:
    """What makes two notes of one call the same; None for one that came to nothing."""
    content: Any = fact.kernel_size
    return content.summary() if isinstance(content, (Link, Readers)) else content


def slices_in(fact: Fact) -> tuple[Span, ...]:
    """The subscripts that a note on the slices of one tensor tells of; none where it is another note."""
    content: Any = fact.kernel_size
    if not isinstance(content, Readers):
        return ()
    return tuple(dict.fromkeys(site for site, axes in content.all_slices() if axes[0] != "grid"))


Pair = tuple[Span, Span]


class Followed(NamedTuple):
    """Pairs of calls that build modules: where the second alone reads the first, and where nothing else ever does;
    neighbours in a container that is taken apart.
    """

    alone: frozenset[Pair] = frozenset()
    always: frozenset[Pair] = frozenset()
    apart: Set[Pair] = frozenset()


def operation_of(fact: Fact, sites: Sites, followed: Followed) -> Operation | None:
    """The fact that a note stands for; None where it came to nothing."""
    content: Any = fact.kernel_size
    call = sites.place(fact.site)
    if isinstance(content, Link):
        first, second = (module_of(known, sites) for known in (content.first, content.second))
        pair = content.first.site, content.second.site
        always = pair in followed.always and _in_one_function(content.first, content.second, sites)
        together = content.together and pair not in followed.apart
        return Succession(second.op, call, first, second, pair in followed.alone, together, always)
    if isinstance(content, Readers):
        return _slices(content, fact.site, sites)
    if isinstance(content, Known):
        module = module_of(content, sites)
        return _resize(module) if content.op.startswith("torch.nn.Upsample") else module
    if fact.op == "stack":
        row = tuple(module_of(known, sites) for known in content)
        return Stack(row[-1].op, call, row)
    if fact.op == "frames":
        return Frames("torch.stft", call, *content)
    if fact.op == "resize":
        op, subject, *rest = content
        return Resize(op, call, _first_argument(subject, sites), *rest)
    return None


class Around(NamedTuple):
    """What is known of results beside the successions themselves."""

    loose: Set[Span] = frozenset()
    """The calls that build modules whose result goes somewhere else, too."""
    crowded: Set[Pair] = frozenset()
    """Pairs of which the graph of some network says that the second does not read the first alone."""
    apart: Set[Pair] = frozenset()
    """Neighbours in an ``nn.Sequential`` from which a ``forward`` takes single modules."""


ALONE = Around()


def who_follows(facts: Iterable[Fact], around: Around) -> Followed:
    """What all successions say together of each pair."""
    lonely: dict[Pair, bool] = {}
    kinds: dict[Span, set[str]] = {}
    for fact in facts:
        content: Any = fact.kernel_size
        if isinstance(content, Link):
            pair = content.first.site, content.second.site
            lonely[pair] = lonely.get(pair, pair not in around.crowded) and content.alone()
            kinds.setdefault(content.first.site, set()).add(content.second.op)
    alone_pairs = frozenset(pair for pair, alone in lonely.items() if alone)
    shared = {first for first, second in lonely if (first, second) not in alone_pairs}
    loose = shared | around.loose
    always = frozenset(pair for pair in alone_pairs if len(kinds[pair[0]]) == 1 and pair[0] not in loose)
    return Followed(alone_pairs, always, around.apart)


def _in_one_function(first: Known, second: Known, sites: Sites) -> bool:
    """Whether two modules are built in one function, by calls that name their classes."""
    if sites.home(first.site) != sites.home(second.site):
        return False
    return all(
        _called(known.site, sites).rpartition(".")[2] == known.op.rpartition(".")[2] for known in (first, second)
    )


def _called(site: Span, sites: Sites) -> str:
    if not 0 <= site.file < len(sites.sources):
        return ""
    return sites.sources[site.file].file.text[site.start : site.end].partition("(")[0].strip()


def module_of(known: Known, sites: Sites) -> Module:
    """How a module was built, as far as it is known."""
    unseen = Unknown("unknown-operand")
    arguments = {name: unseen if value is UNSEEN else value for name, value in known.arguments}
    return Module(known.op, sites.place(known.site), arguments)


def _resize(module: Module) -> Resize:
    given = module.arguments
    factor, mode = given.get("scale_factor"), given.get("mode", "nearest")
    corners = given.get("align_corners")
    return Resize(
        module.op,
        module.call,
        "",
        mode if isinstance(mode, str) else None,
        factors(factor),
        corners if corners is None or isinstance(corners, bool) else None,
        False,
    )


def leaves_phases_out(fact: Fact) -> bool:
    """Whether a note tells of slices that together leave something out."""
    content: Any = fact.kernel_size
    found = _phases(content)
    if found is None:
        return False
    read, total = read_cells(Slices("torch.Tensor", _NOWHERE, "", *found))
    return read < total


_NOWHERE = Place("", 0, 0, 0, 0)


def _slices(readers: Readers, site: Span, sites: Sites) -> Slices | None:
    """All slices of a tensor on one grid; None where anything else reads it, or where there is no such grid."""
    found = _phases(readers)
    return Slices("torch.Tensor", sites.place(site), _text(site, sites), *found) if found is not None else None


def _phases(readers: Readers) -> tuple[int, tuple[int, ...], frozenset[tuple[frozenset[int], ...]]] | None:
    """How many slices there are, their periods, and the phases that each one reads."""
    slices = readers.summary()
    if slices is None:
        return None
    rank = next((len(axes[1]) + 2 for _, axes in slices if axes[0] == "grid"), None)
    reads: list[dict[int, tuple[int, frozenset[int]]]] = []
    for _, axes in slices:
        if axes[0] == "grid":
            grid = axes[1]
            reads.append({index - len(grid): each for index, each in enumerate(grid)})
            continue
        reads.append({_axis(axis, rank): (step, frozenset({start % step})) for axis, start, step in axes if step > 1})
        if any(step == 1 for _, _, step in axes):
            return None
    names = sorted({axis for read in reads for axis in read})
    if not names or BATCH_AXIS in names or len({axis < 0 for axis in names}) > 1:
        return None
    periods = tuple(lcm(*(read[axis][0] for read in reads if axis in read)) for axis in names)
    cells = 1
    for period in periods:
        cells *= period
    if cells > MAX_CELLS:
        return None
    phases = frozenset(
        tuple(_residues(read.get(axis), period) for axis, period in zip(names, periods, strict=True)) for read in reads
    )
    return len(reads), periods, phases


def _axis(axis: int, rank: int | None) -> int:
    """An axis from the end where the rank is known."""
    return axis - rank if rank is not None and axis >= 0 else axis


def _residues(read: tuple[int, frozenset[int]] | None, period: int) -> frozenset[int]:
    """The positions modulo ``period`` that are read on one axis: all where it is not sliced."""
    if read is None:
        return frozenset(range(period))
    step, residues = read
    return frozenset(position for position in range(period) if position % step in residues)


def _first_argument(site: Span, sites: Sites) -> str:
    """The first argument of the call at ``site`` as it is written, where it is a name or an attribute."""
    text = sites.sources[site.file].file.text[site.start : site.end] if 0 <= site.file < len(sites.sources) else ""
    found = re.search(r"\(\s*(?:input\s*=\s*)?([\w.]+)", text)
    return found[1] if found else ""


def _text(site: Any, sites: Sites) -> str:
    """The expression that is subscripted at ``site``, or that stands there."""
    if not isinstance(site, Span) or not 0 <= site.file < len(sites.sources):
        return ""
    text = sites.sources[site.file].file.text[site.start : site.end].strip()
    if not text.endswith("]"):
        return text
    depth = 0
    for index in range(len(text) - 1, -1, -1):  # back to the bracket that opens the last subscript
        depth += {"]": 1, "[": -1}.get(text[index], 0)
        if depth == 0:
            return text[:index].strip()
    return text

"""Problems where they are met, and the one finding that tells of several: what it says, and what it points to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from convlint.findings import Applicability, Edit, Finding, Fix, Severity
from convlint.judgement import Judgement, judge, sentence
from convlint.network.layers import Confidence, Layer, Network, Use
from convlint.network.operations import Operation
from convlint.network.sizes import SizedLayer, SizedModule, Work
from convlint.network.verdicts import BRANCH, DEAD, GATE_ONLY, NOT_FOLLOWED, UNKNOWN, Verdict, worse
from convlint.rule import Problem, Rule
from convlint.source import Place, named_place

NAMED_KINDS = 3
"""A finding about a library's layers tells apart at most so many kinds of them; the rest are counted."""
NAMED_PLACES = 3
"""A finding about a library's layers names at most so many places for each kind; the rest are counted."""

OF_A_LIBRARY = {
    BRANCH: "other layers use what these skip",
    GATE_ONLY: "only a gate or a statistic uses what these skip",
    DEAD: "nobody uses what these skip",
}
"""What is said, by the verdict, of layers that a library builds. Who uses the values is the library's business."""

Fact = Layer | Operation | SizedLayer | SizedModule
"""What rules are asked about."""
LEAST_SHARE = 0.0005
"""A smaller part of a network's work than that rounds to nothing, and is not told."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One problem of one layer, reached in one way."""

    layer: Layer | Operation
    problem: Problem
    number: int
    """Which of the rule's problems with this layer it is."""
    use: Use


def place_of(hit: Hit) -> Place:
    """Where a problem is reported."""
    return hit.problem.place or hit.use.meeting


def at_meeting(rule: Rule, hits: Sequence[Hit], severity: Severity | None, network: Network) -> Finding:
    """The finding where the numbers meet, for ``hits`` that differ only in how they are reached.

    It tells of the first hit; the entry points are those of all, and it is certain where one of them is.
    """
    first = hits[0]
    certain = any(hit.use.confidence is Confidence.CERTAIN for hit in hits)
    entry_points = tuple(sorted({name for hit in hits for name in hit.use.entry_points}))
    judged = _judged(hits, entry_points, network)
    said = sentence(judged, place_of(first), first.layer.call) if judged is not None else ""
    message = first.problem.message + (f": {first.use.context}" if first.use.context else "")
    return Finding(
        rule=rule.name,
        severity=severity or (judged.severity if judged else first.problem.severity) or rule.severity,
        place=place_of(first),
        message=f"{message}; {said}" if said else message,
        picture=first.problem.picture,
        labels=_labels(first),
        dead_fraction=first.problem.dead_fraction,
        verdict=judged.worst.name if judged is not None else UNKNOWN,
        verdicts=judged.by_name if judged is not None else {},
        confidence=Confidence.CERTAIN if certain else Confidence.POSSIBLE,
        layer=first.layer if isinstance(first.layer, Layer) else None,
        origins=first.use.origins,
        trace=first.use.trace,
        entry_points=entry_points,
        works=_works(judged, network) if judged is not None else {},
        fixes=(*first.problem.fixes, *_rewrites(first)),
    )


def _works(judged: Judgement, network: Network) -> dict[str, Work]:
    """What the networks multiply in vain in which the finding's values are used by nobody, or by a gate only."""
    names = [*judged.by_name.get(DEAD, ()), *judged.by_name.get(GATE_ONLY, ())]
    known = network.works() if names else {}
    found = {name: known[name] for name in names if name in known}
    return {name: work for name, work in found.items() if max(work.dead, work.gate_only) >= work.macs * LEAST_SHARE}


def _judged(hits: Sequence[Hit], entry_points: Sequence[str], network: Network) -> Judgement | None:
    """What becomes of the values that the layers of ``hits`` skip, for each entry point; None where they skip none."""
    if not hits[0].problem.skips:
        return None
    known: dict[str, Verdict] = {}
    for layer in dict.fromkeys(hit.layer for hit in hits):
        written = frozenset().union(*(hit.use.written for hit in hits if hit.layer == layer))
        for name, verdict in network.verdicts(layer).items():
            own = verdict.of(written)
            if name not in known or known[name] == NOT_FOLLOWED:
                known[name] = own
            elif own != NOT_FOLLOWED:
                known[name] = worse(known[name], own)
    return judge(entry_points, known)


def _rewrites(hit: Hit) -> tuple[Fix, ...]:
    """The changes of a config file that end a problem with what is read. The weights differ, the sizes do not."""
    if not hit.problem.dead_fraction:
        return ()
    return tuple(
        Fix(rewrite.title, Applicability.UNSAFE, tuple(Edit(place, text) for place, text in rewrite.edits))
        for rewrite in hit.use.rewrites
    )


def at_call(rule: Rule, call: Place, hits: Sequence[Hit], network: Network, mixed: bool = False) -> Finding:
    """The note on a call that makes code outside the linted paths build the layers of ``hits``.

    Layers that may be there are told where none is there for certain, and never counted. ``mixed``: other calls of the
    same entry points build some of them as well; a verdict is the worst of all, so that only the best holds for each.
    """
    hits = [hit for hit in hits if hit.use.confidence is Confidence.CERTAIN] or hits
    kinds: dict[str, list[Hit]] = defaultdict(list)
    for hit in hits:
        kinds[hit.problem.builds].append(hit)
    largest_first = sorted(kinds.items(), key=lambda kind: (-_count(kind[1]), kind[0]))
    parts = [_builds(phrase, of_kind) for phrase, of_kind in largest_first[:NAMED_KINDS]]
    if others := largest_first[NAMED_KINDS:]:
        number = f"{sum(_count(of_kind) for _, of_kind in others)} " if _is_certain(hits) else ""
        parts.append(f"{number}more of {len(others)} other kind{'s' if len(others) > 1 else ''}")
    found = at_meeting(rule, hits, Severity.NOTE, network)
    said = OF_A_LIBRARY.get(found.verdict, "") if found.verdict == BRANCH or not mixed else ""
    return replace(
        found,
        place=call,
        message=("builds " if _is_certain(hits) else "may build ") + "; ".join([*parts, said] if said else parts),
        picture=hits[0].problem.picture if len(kinds) == 1 else (),
        fixes=(),
        in_library=True,
    )


def _builds(phrase: str, hits: Sequence[Hit]) -> str:
    """What is built, how often, and where its numbers meet."""
    places = list(dict.fromkeys(named_place(hit.use.meeting) for hit in hits))
    where = ", ".join(places[:NAMED_PLACES])
    if len(places) > NAMED_PLACES:
        where += f" and {len(places) - NAMED_PLACES} more places"
    count = _count(hits)
    if not _is_certain(hits):
        return f"layers that {phrase} ({where})"
    what = f"{count} layers that {phrase}" if count > 1 else f"1 layer: {hits[0].problem.message}"
    return f"{what} ({where})"


def _is_certain(hits: Sequence[Hit]) -> bool:
    return all(hit.use.confidence is Confidence.CERTAIN for hit in hits)


def _count(hits: Sequence[Hit]) -> int:
    return sum(hit.use.count for hit in hits)


def _labels(hit: Hit) -> tuple[tuple[Place, str], ...]:
    """Where each number is set, where they meet and where the layer is built; one label where all is in one call."""
    layer, use = hit.layer, hit.use
    if hit.problem.place is not None and hit.problem.place != use.meeting:
        return ((hit.problem.place, "this one"), (use.meeting, "and this one"))
    set_at: dict[Place, list[str]] = defaultdict(list)
    for parameter in hit.problem.parameters:
        if parameter in use.origins:
            word = use.words.get(parameter)
            set_at[use.origins[parameter]].append(_number(layer, parameter) + (f" ({word})" if word else ""))
    if all(is_inside(origin, use.meeting) for origin in set_at):
        words = [word for of_place in set_at.values() for word in of_place]
        meets = "the numbers meet here" if isinstance(layer, Layer) else ""
        labels = [(use.meeting, _are_set_here(words) if words else meets)]
    else:
        labels = [(origin, _are_set_here(words)) for origin, words in set_at.items()]
        if use.meeting not in set_at:
            labels.append((use.meeting, "they meet here"))
    if not any(is_inside(place, layer.call) for place, _ in labels):
        what = layer.kind.value if isinstance(layer, Layer) else layer.op.rpartition(".")[2]
        labels.append((layer.call, f"the {what} is {_verb(layer)} here"))
    return tuple(labels)


def _number(layer: Layer | Operation, parameter: str) -> str:
    """A parameter and its value in words: ``kernel size 1``, ``stride 1x2``."""
    value = getattr(layer, parameter, layer.options.get(parameter) if isinstance(layer, Layer) else None)
    if isinstance(value, tuple):
        sizes = list(dict.fromkeys(map(str, value)))
        value = sizes[0] if len(sizes) == 1 else "x".join(map(str, value))
    return f"{parameter.replace('_', ' ')} {value}"


def _are_set_here(words: Sequence[str]) -> str:
    if len(words) == 1:
        return f"{words[0]} is set here"
    return f"{', '.join(words[:-1])} and {words[-1]} are set here"


def _verb(layer: Layer | Operation) -> str:
    """Modules are built; functions, whose names are lower case, are called."""
    return "called" if layer.op.rpartition(".")[2][:1].islower() else "built"


def is_inside(inner: Place, outer: Place) -> bool:
    return (
        inner.path == outer.path
        and (outer.line, outer.column) <= (inner.line, inner.column)
        and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)
    )

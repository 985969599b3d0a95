"""Layer facts and rules in, findings out: where each problem is reported, with what words and how loudly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from convlint.findings import Applicability, Edit, Finding, Fix, Severity, sort_key
from convlint.judgement import Judgement, judge, sentence
from convlint.network.layers import Confidence, Layer, Network, Use
from convlint.network.operations import Operation
from convlint.network.verdicts import UNKNOWN, Verdict
from convlint.rule import Problem, Remedy, Rule
from convlint.source import Place, named_path

INTERNAL_ERROR = "internal-error"
"""The name of the finding that stands for a rule that raised."""
NAMED_KINDS = 3
"""A finding about a library's layers tells apart at most so many kinds of them; the rest are counted."""
NAMED_PLACES = 3
"""A finding about a library's layers names at most so many places for each kind; the rest are counted."""


Fact = Layer | Operation
"""What rules are asked about."""


@dataclass(frozen=True, slots=True)
class _Hit:
    """One problem of one layer, reached in one way."""

    layer: Fact
    problem: Problem
    number: int
    """Which of the rule's problems with this layer it is."""
    use: Use


Compose = Callable[[str, Place, Use, Sequence[Remedy]], tuple[Fix, ...]]
"""Writes the fixes for a layer: its torch name, its call, one way to reach it, and the remedies."""


def lint(
    network: Network,
    rules: Sequence[Rule],
    linted: frozenset[str],
    severities: Mapping[str, Severity],
    compose: Compose | None = None,
) -> tuple[Finding, ...]:
    """All findings of ``rules`` over ``network``, sorted.

    ``linted`` holds the paths, as places carry them, in which a user can act. A problem whose numbers meet there is
    reported there; any other is a note on the innermost call inside them, one for each call and rule; where no call is
    inside, there is none. ``severities`` overrides the severity of rules by name; notes about what libraries build stay
    notes. ``compose`` turns remedies into fixes; without it there are none. A rule that raises gives one
    ``internal-error`` finding, and the others go on.
    """
    findings: list[Finding] = []
    for rule in rules:
        problems, failures = _check(rule, _facts(rule, network))
        found = _report(rule, problems, network, linted, severities.get(rule.name))
        findings += [_mended(finding, hit, compose) for finding, hit in found]
        if failures:
            findings.append(_failed(rule, failures, network, linted))
    return tuple(sorted(findings, key=sort_key))


def _facts(rule: Rule, network: Network) -> Sequence[Fact]:
    """What the rule is asked about."""
    if rule.facts == (Layer,):
        return network.layers
    facts: tuple[Fact, ...] = (*network.layers, *network.operations)
    return [fact for fact in facts if isinstance(fact, rule.facts)]


def _check(
    rule: Rule, layers: Sequence[Fact]
) -> tuple[list[tuple[Fact, tuple[Problem, ...]]], list[tuple[Fact, Exception]]]:
    """The layers with problems, and the layers on which the rule raised."""
    problems: list[tuple[Fact, tuple[Problem, ...]]] = []
    failures: list[tuple[Fact, Exception]] = []
    for layer in layers:
        try:
            found = tuple(rule.check(layer))
            if not all(isinstance(problem, Problem) for problem in found):
                raise TypeError("a rule yields Problems")
        except Exception as error:  # a plugin may raise anything
            failures.append((layer, error))
            continue
        if found:
            problems.append((layer, found))
    return problems, failures


def _report(
    rule: Rule,
    problems: Sequence[tuple[Fact, tuple[Problem, ...]]],
    network: Network,
    linted: frozenset[str],
    severity: Severity | None,
) -> list[tuple[Finding, _Hit | None]]:
    """One rule's findings: one for each meeting place and layer in ``linted``, one for each call into a library.

    With the hit that a finding at a meeting place tells of.
    """
    meetings: dict[tuple[object, ...], list[_Hit]] = defaultdict(list)
    calls: dict[Place, list[_Hit]] = defaultdict(list)
    varied = _varied(network) if any(each.written_in_call for _, found in problems for each in found) else frozenset()
    for layer, found in problems:
        for use in network.uses(layer):
            hits = [
                _Hit(layer, problem, number, use)
                for number, problem in enumerate(found)
                if _applies(problem, layer, use, varied)
            ]
            if use.meeting.path in linted:
                for hit in hits:
                    if _place(hit).path in linted:
                        meetings[_identity(hit)].append(hit)
            elif hits and (call := _innermost(use, linted)) is not None:
                calls[call] += hits
    ordered = [sorted(hits, key=_order) for hits in meetings.values()]
    return [
        *((_at_meeting(rule, hits, severity, network), hits[0]) for hits in ordered),
        *((_at_call(rule, call, sorted(hits, key=_order), network), None) for call, hits in calls.items()),
    ]


def _varied(network: Network) -> frozenset[Place]:
    """The calls that build layers of several kernel sizes or strides: variables stand in them."""
    sizes: dict[Place, set[object]] = defaultdict(set)
    for layer in network.layers:
        sizes[layer.call].add((layer.kernel_size, layer.stride))
    return frozenset(call for call, different in sizes.items() if len(different) > 1)


def _applies(problem: Problem, layer: Fact, use: Use, varied: frozenset[Place]) -> bool:
    """Whether a problem that is one only in the layer's own call stands there."""
    if problem.only_certain and use.confidence is not Confidence.CERTAIN:
        return False
    origins = [use.origins[name] for name in problem.parameters if name in use.origins]
    written = layer.call not in varied and all(_inside(origin, layer.call) for origin in origins)
    return written or not problem.written_in_call


def _mended(finding: Finding, hit: _Hit | None, compose: Compose | None) -> Finding:
    """The finding with its remedies written as fixes."""
    if hit is None or compose is None or not hit.problem.remedies:
        return finding
    fixes: tuple[Fix, ...] = ()
    for remedy in hit.problem.remedies:
        op, call = (remedy.at.op, remedy.at.call) if remedy.at is not None else (hit.layer.op, hit.layer.call)
        fixes += compose(op, call, hit.use, (remedy,))
    return replace(finding, fixes=(*finding.fixes, *fixes)) if fixes else finding


def _identity(hit: _Hit) -> tuple[object, ...]:
    """What makes a problem at a meeting place one finding: channels and padding do not tell two apart."""
    fact = hit.layer
    sizes = (fact.kernel_size, fact.stride, fact.dilation) if isinstance(fact, Layer) else (hit.problem.message,)
    return hit.number, _place(hit), fact.call if hit.problem.place is None else None, fact.op, *sizes


def _place(hit: _Hit) -> Place:
    """Where a problem is reported."""
    return hit.problem.place or hit.use.meeting


def _order(hit: _Hit) -> tuple[object, ...]:
    """Puts the same hit first in every run, whatever the order of the layers."""
    trace = tuple(step.place for step in hit.use.trace)
    origins = tuple(sorted(hit.use.origins.items()))
    return trace, hit.use.meeting, origins, hit.layer.call, hit.number, hit.problem.message, str(hit.layer)


def _innermost(use: Use, linted: frozenset[str]) -> Place | None:
    """The call nearest to the layer that stands in ``linted``."""
    return next((step.place for step in reversed(use.trace) if step.place.path in linted), None)


def _at_meeting(rule: Rule, hits: Sequence[_Hit], severity: Severity | None, network: Network) -> Finding:
    """The finding where the numbers meet, for ``hits`` that differ only in how they are reached.

    It tells of the first hit; the entry points are those of all, and it is certain where one of them is.
    """
    first = hits[0]
    certain = any(hit.use.confidence is Confidence.CERTAIN for hit in hits)
    entry_points = tuple(sorted({name for hit in hits for name in hit.use.entry_points}))
    judged = _judged(hits, entry_points, network)
    said = sentence(judged, _place(first), first.layer.call) if judged is not None else ""
    message = first.problem.message + (f": {first.use.context}" if first.use.context else "")
    return Finding(
        rule=rule.name,
        severity=severity or (judged.severity if judged else first.problem.severity) or rule.severity,
        place=_place(first),
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
        fixes=(*first.problem.fixes, *_rewrites(first)),
    )


def _judged(hits: Sequence[_Hit], entry_points: Sequence[str], network: Network) -> Judgement | None:
    """What becomes of the values that the layers of ``hits`` skip, for each entry point; None where they skip none."""
    first = hits[0]
    if not first.problem.skips:
        return None
    known: dict[str, Verdict] = {}
    for hit in hits:
        if isinstance(hit.layer, Layer) and _identity(hit)[-3:] == _identity(first)[-3:]:
            known |= network.verdicts(hit.layer)
    return judge(entry_points, known)


def _rewrites(hit: _Hit) -> tuple[Fix, ...]:
    """The changes of a config file that end a problem with what is read. The weights differ, the sizes do not."""
    if not hit.problem.dead_fraction:
        return ()
    return tuple(
        Fix(rewrite.title, Applicability.UNSAFE, tuple(Edit(place, text) for place, text in rewrite.edits))
        for rewrite in hit.use.rewrites
    )


def _at_call(rule: Rule, call: Place, hits: Sequence[_Hit], network: Network) -> Finding:
    """The note on a call that makes code outside the linted paths build the layers of ``hits``."""
    kinds: dict[str, list[_Hit]] = defaultdict(list)
    for hit in hits:
        kinds[hit.problem.builds].append(hit)
    largest_first = sorted(kinds.items(), key=lambda kind: (-_count(kind[1]), kind[0]))
    parts = [_builds(phrase, of_kind) for phrase, of_kind in largest_first[:NAMED_KINDS]]
    if others := largest_first[NAMED_KINDS:]:
        number = sum(_count(of_kind) for _, of_kind in others)
        parts.append(f"{number} more of {len(others)} other kind{'s' if len(others) > 1 else ''}")
    return replace(
        _at_meeting(rule, hits, Severity.NOTE, network),
        place=call,
        message="builds " + "; ".join(parts),
        picture=hits[0].problem.picture if len(kinds) == 1 else (),
        fixes=(),
    )


def _builds(phrase: str, hits: Sequence[_Hit]) -> str:
    """What is built, how often, and where its numbers meet."""
    places = list(dict.fromkeys(f"{named_path(hit.use.meeting.path)}:{hit.use.meeting.line}" for hit in hits))
    where = ", ".join(places[:NAMED_PLACES])
    if len(places) > NAMED_PLACES:
        where += f" and {len(places) - NAMED_PLACES} more places"
    count = _count(hits)
    what = f"{count} layers that {phrase}" if count > 1 else f"1 layer: {hits[0].problem.message}"
    return f"{what} ({where})"


def _count(hits: Sequence[_Hit]) -> int:
    return sum(hit.use.count for hit in hits)


def _labels(hit: _Hit) -> tuple[tuple[Place, str], ...]:
    """Where each number is set, where they meet and where the layer is built; one label where all is in one call."""
    layer, use = hit.layer, hit.use
    if hit.problem.place is not None and hit.problem.place != use.meeting:
        return ((hit.problem.place, "this one"), (use.meeting, "and this one"))
    set_at: dict[Place, list[str]] = defaultdict(list)
    for parameter in hit.problem.parameters:
        if parameter in use.origins:
            word = use.words.get(parameter)
            set_at[use.origins[parameter]].append(_number(layer, parameter) + (f" ({word})" if word else ""))
    if all(_inside(origin, use.meeting) for origin in set_at):
        words = [word for of_place in set_at.values() for word in of_place]
        meets = "the numbers meet here" if isinstance(layer, Layer) else ""
        labels = [(use.meeting, _are_set_here(words) if words else meets)]
    else:
        labels = [(origin, _are_set_here(words)) for origin, words in set_at.items()]
        if use.meeting not in set_at:
            labels.append((use.meeting, "they meet here"))
    if not any(_inside(place, layer.call) for place, _ in labels):
        what = layer.kind.value if isinstance(layer, Layer) else layer.op.rpartition(".")[2]
        labels.append((layer.call, f"the {what} is {_verb(layer)} here"))
    return tuple(labels)


def _number(layer: Fact, parameter: str) -> str:
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


def _verb(layer: Fact) -> str:
    """Modules are built; functions, whose names are lower case, are called."""
    return "called" if layer.op.rpartition(".")[2][:1].islower() else "built"


def _inside(inner: Place, outer: Place) -> bool:
    return (
        inner.path == outer.path
        and (outer.line, outer.column) <= (inner.line, inner.column)
        and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)
    )


def _failed(
    rule: Rule, failures: Sequence[tuple[Fact, Exception]], network: Network, linted: frozenset[str]
) -> Finding:
    """The one finding for a rule that raised: at a layer in ``linted``, at a call there, or at least somewhere."""
    layer, error = next((failure for failure in failures if failure[0].call.path in linted), failures[0])
    place = layer.call
    if place.path not in linted:
        calls = (_innermost(use, linted) for failed, _ in failures for use in network.uses(failed))
        place = next((call for call in calls if call is not None), place)
    extent = f"{len(failures)} layers" if len(failures) > 1 else "a layer"
    return Finding(
        rule=INTERNAL_ERROR,
        severity=Severity.ERROR,
        place=place,
        message=f"rule {rule.name} raised {type(error).__name__} on {extent}, so its findings are not complete",
    )

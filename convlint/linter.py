"""Layer facts and rules in, findings out: where each problem is reported, with what words and how loudly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from convlint.findings import Finding, Fix, Severity, sort_key
from convlint.hits import Fact, Hit, at_call, at_meeting, is_inside, place_of
from convlint.network.geometry import residues_reached
from convlint.network.layers import Confidence, Layer, Network, Use, known
from convlint.network.sizes import SizedLayer, SizedModule, fact_of
from convlint.rule import Problem, Remedy, Rule
from convlint.source import Place

INTERNAL_ERROR = "internal-error"
"""The name of the finding that stands for a rule that raised."""
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
    sized: list[Fact] = list(network.sized_layers) if SizedLayer in rule.facts else []
    sized += network.sized_modules if SizedModule in rule.facts else ()
    facts: tuple[Fact, ...] = (*network.layers, *network.operations, *sized)
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
) -> list[tuple[Finding, Hit | None]]:
    """One rule's findings: one for each meeting place and layer in ``linted``, one for each call into a library.

    With the hit that a finding at a meeting place tells of.
    """
    meetings: dict[tuple[object, ...], list[Hit]] = defaultdict(list)
    calls: dict[Place, list[Hit]] = defaultdict(list)
    varied = _varied(network) if any(each.written_in_call for _, found in problems for each in found) else frozenset()
    flat = _on_flat_maps(network) if any(each.skips for _, found in problems for each in found) else {}
    for layer, found in problems:
        for use in network.uses(layer):
            if layer in flat and use.entry_points and flat[layer].issuperset(use.entry_points):
                continue
            hits = [
                Hit(fact_of(layer), problem, number, use)
                for number, problem in enumerate(found)
                if _applies(problem, layer, use, varied)
            ]
            if use.meeting.path in linted:
                for hit in hits:
                    if place_of(hit).path in linted:
                        meetings[_identity(hit)].append(hit)
            elif hits and (call := _innermost(use, linted)) is not None:
                calls[call] += hits
    ordered = [sorted(hits, key=_order) for hits in meetings.values()]
    mixed = _mixed(calls)
    return [
        *((at_meeting(rule, hits, severity, network), hits[0]) for hits in ordered),
        *(
            (at_call(rule, call, sorted(hits, key=_order), network, call in mixed), None)
            for call, hits in calls.items()
        ),
    ]


def _mixed(calls: Mapping[Place, Sequence[Hit]]) -> frozenset[Place]:
    """The calls into libraries that build, for one entry point, layers which another call builds for it as well."""
    builders: dict[tuple[object, ...], set[Place]] = defaultdict(set)
    for call, hits in calls.items():
        for hit in hits:
            layer = hit.layer
            if isinstance(layer, Layer):
                for name in hit.use.entry_points:
                    builders[name, layer.call, layer.kernel_size, layer.stride, layer.dilation].add(call)
    return frozenset(call for several in builders.values() if len(several) > 1 for call in several)


def _on_flat_maps(network: Network) -> dict[Fact, frozenset[str]]:
    """The networks in which a layer skips nothing: its maps have one position along each axis where it would.

    Along another axis they have more: a signal in a map of one row. On a map of one position any stride is none, and
    inputs of another size have larger ones there.
    """
    skips: dict[Fact, set[str]] = defaultdict(set)
    flat: dict[Fact, set[str]] = defaultdict(set)
    for sized in network.sized_layers:
        layer = sized.layer
        kernel_size, stride, dilation = known(layer.kernel_size), known(layer.stride), known(layer.dilation)
        if kernel_size is None or stride is None or dilation is None or min(*kernel_size, *stride, *dilation) < 1:
            continue
        skipping = [residues_reached(*axis) < axis[1] for axis in zip(kernel_size, stride, dilation, strict=True)]
        rows = zip(skipping, sized.size, sized.before, strict=False)
        is_flat = all((size, before) == (1, 0) for skipped, size, before in rows if skipped) and max(sized.size) > 1
        if any(skipping):
            (flat if is_flat else skips)[layer].update(sized.entry_points)
    return {layer: frozenset(names - skips[layer]) for layer, names in flat.items()}


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
    written = layer.call not in varied and all(is_inside(origin, layer.call) for origin in origins)
    return written or not problem.written_in_call


def _mended(finding: Finding, hit: Hit | None, compose: Compose | None) -> Finding:
    """The finding with its remedies written as fixes."""
    if hit is None or compose is None or not hit.problem.remedies:
        return finding
    fixes: tuple[Fix, ...] = ()
    for remedy in hit.problem.remedies:
        op, call = (remedy.at.op, remedy.at.call) if remedy.at is not None else (hit.layer.op, hit.layer.call)
        fixes += compose(op, call, hit.use, (remedy,))
    return replace(finding, fixes=(*finding.fixes, *fixes)) if fixes else finding


def _identity(hit: Hit) -> tuple[object, ...]:
    """What makes a problem at a meeting place one finding: channels and padding do not tell two apart."""
    fact = hit.layer
    sizes = (fact.kernel_size, fact.stride, fact.dilation) if isinstance(fact, Layer) else (hit.problem.message,)
    return hit.number, place_of(hit), fact.call if hit.problem.place is None else None, fact.op, *sizes


def _order(hit: Hit) -> tuple[object, ...]:
    """Puts the same hit first in every run, whatever the order of the layers."""
    trace = tuple(step.place for step in hit.use.trace)
    origins = tuple(sorted(hit.use.origins.items()))
    return (
        -hit.problem.lost,
        trace,
        hit.use.meeting,
        origins,
        hit.layer.call,
        hit.number,
        hit.problem.message,
        str(hit.layer),
    )


def _innermost(use: Use, linted: frozenset[str]) -> Place | None:
    """The call nearest to the layer that stands in ``linted``."""
    return next((step.place for step in reversed(use.trace) if step.place.path in linted), None)


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

"""From layer facts and rules to findings: where they stand, what they say, and what happens when a rule fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pytest

from convlint.findings import Finding, Severity
from convlint.hits import NAMED_PLACES
from convlint.linter import lint
from convlint.network.layers import Confidence, Kind, Layer, Step, Use
from convlint.network.operations import Operation
from convlint.network.sizes import SizedLayer, SizedModule, Work
from convlint.network.verdicts import BRANCH, DEAD, Verdict, Verdicts
from convlint.registry import load_rules
from convlint.rule import Problem, Rule
from convlint.source import Place

LIBRARY = "torchvision/models/resnet.py"
DEAD_PIXELS = tuple(rule for rule in load_rules() if rule.name == "dead-pixels")


def at(path: str, line: int, column: int = 1, end_column: int = 80) -> Place:
    return Place(path, line, column, line, end_column)


def conv(call: Place, stride: int = 2, channels: int = 64, kernel_size: int = 1) -> Layer:
    return Layer(
        op="torch.nn.Conv2d",
        kind=Kind.CONVOLUTION,
        call=call,
        kernel_size=(kernel_size, kernel_size),
        stride=(stride, stride),
        dilation=(1, 1),
        padding=(0, 0),
        in_channels=channels,
        out_channels=2 * channels,
        groups=1,
    )


def use(
    *calls: Place,
    meeting: Place | None = None,
    kernel_size: Place | None = None,
    stride: Place | None = None,
    entry_points: tuple[str, ...] = ("model.Net",),
    count: int = 1,
    confidence: Confidence = Confidence.CERTAIN,
) -> Use:
    """One way to a layer: ``calls`` is its trace; the numbers meet in its last call unless said otherwise."""
    origins = {"kernel_size": kernel_size, "stride": stride}
    return Use(
        meeting=meeting or calls[-1],
        origins={name: place for name, place in origins.items() if place is not None},
        trace=tuple(Step(place, "f") for place in calls),
        entry_points=entry_points,
        count=count,
        confidence=confidence,
    )


@dataclass(frozen=True)
class Built:
    """A network that is written down."""

    ways: tuple[tuple[Layer, tuple[Use, ...]], ...]

    @property
    def layers(self) -> Sequence[Layer]:
        return [layer for layer, _ in self.ways]

    @property
    def operations(self) -> Sequence[Operation]:
        return ()

    @property
    def sized_layers(self) -> Sequence[SizedLayer]:
        return ()

    @property
    def sized_modules(self) -> Sequence[SizedModule]:
        return ()

    def works(self) -> Mapping[str, Work]:
        return {}

    def uses(self, layer: Layer | Operation | SizedLayer | SizedModule) -> Sequence[Use]:
        return next(uses for known, uses in self.ways if known == layer)

    def reached_from(self, layer: Layer | Operation) -> tuple[tuple[str, ...], Confidence]:
        uses = self.uses(layer)
        return tuple(sorted({name for use in uses for name in use.entry_points})), uses[0].confidence

    def verdicts(self, layer: Layer | Operation) -> Verdicts:
        return {}


def found(
    *ways: tuple[Layer, tuple[Use, ...]],
    rules: Sequence[Rule] = DEAD_PIXELS,
    linted: frozenset[str] = frozenset({"model.py"}),
    severities: dict[str, Severity] | None = None,
) -> tuple[Finding, ...]:
    return lint(Built(ways), rules, linted, severities or {})


def test_a_literal_call_gets_one_label() -> None:
    call = at("model.py", 7, 9, 60)
    way = use(call, kernel_size=at("model.py", 7, 30, 31), stride=at("model.py", 7, 40, 41))
    (finding,) = found((conv(call), (way,)))
    assert finding.place == call
    assert finding.severity is Severity.WARNING
    assert finding.message == "1x1 convolution with stride 2 reads 1 of every 4 pixels of its input"
    assert finding.picture == ("x o x o", "o o o o") * 2
    assert finding.labels == ((call, "kernel size 1 and stride 2 are set here"),)
    assert finding.dead_fraction == 0.75
    assert finding.verdict == "unknown"


def test_numbers_from_afar_are_labelled_where_they_are_set_and_where_they_meet() -> None:
    call, meeting = at("model.py", 56, 12, 90), at("model.py", 241, 17, 70)
    kernel_size, stride = at("model.py", 56, 40, 41), at("model.py", 202, 50, 51)
    way = use(at("model.py", 202), meeting, call, meeting=meeting, kernel_size=kernel_size, stride=stride)
    (finding,) = found((conv(call), (way,)))
    assert finding.place == meeting
    assert finding.labels == (
        (kernel_size, "kernel size 1 is set here"),
        (stride, "stride 2 is set here"),
        (meeting, "they meet here"),
    )
    assert finding.trace == way.trace
    assert finding.origins == {"kernel_size": kernel_size, "stride": stride}


def test_a_layer_that_holds_neither_number_is_labelled_too() -> None:
    call, meeting = at("layers.py", 3), at("model.py", 9)
    way = use(meeting, call, meeting=meeting, kernel_size=at("model.py", 9, 5, 6), stride=at("model.py", 9, 8, 9))
    (finding,) = found((conv(call), (way,)))
    assert finding.labels == (
        (meeting, "kernel size 1 and stride 2 are set here"),
        (call, "the convolution is built here"),
    )


def test_a_function_is_called_and_one_place_may_set_both_numbers() -> None:
    call, meeting, row = at("pool.py", 3), at("model.py", 9), at("model.py", 2, 1, 7)
    pool = replace(conv(call), op="torch.nn.functional.max_pool2d", kind=Kind.MAX_POOL)
    way = use(meeting, call, meeting=meeting, kernel_size=row, stride=row)
    (finding,) = found((pool, (way,)))
    assert finding.labels == (
        (row, "kernel size 1 and stride 2 are set here"),
        (meeting, "they meet here"),
        (call, "the max pool is called here"),
    )


def test_channels_do_not_multiply_findings() -> None:
    call, meeting = at("model.py", 56), at("model.py", 241)
    ways = [
        (
            conv(call, channels=channels),
            (
                use(
                    at("model.py", line),
                    meeting,
                    call,
                    meeting=meeting,
                    entry_points=(f"model.resnet{line}",),
                    confidence=confidence,
                ),
            ),
        )
        for channels, line, confidence in [(256, 204, Confidence.CERTAIN), (64, 202, Confidence.POSSIBLE)]
    ]
    (finding,) = found(*ways)
    assert finding.trace[0].place.line == 202
    assert finding.entry_points == ("model.resnet202", "model.resnet204")
    assert finding.confidence is Confidence.CERTAIN
    assert found(*reversed(ways)) == (finding,)


def test_strides_and_meeting_places_do() -> None:
    call, first, second = at("model.py", 56), at("model.py", 241), at("model.py", 300)
    findings = found(
        (conv(call, stride=2), (use(first, call, meeting=first), use(second, call, meeting=second))),
        (conv(call, stride=3), (use(first, call, meeting=first),)),
    )
    assert [(finding.place.line, finding.dead_fraction) for finding in findings] == [
        (241, 0.75),
        (241, pytest.approx(8 / 9)),
        (300, 0.75),
    ]


def test_a_possible_layer_stays_possible() -> None:
    call = at("model.py", 7)
    (finding,) = found((conv(call), (use(call, confidence=Confidence.POSSIBLE),)))
    assert finding.confidence is Confidence.POSSIBLE


def library_way(line: int, mine: Place, meeting_line: int = 241, count: int = 1) -> Use:
    meeting = at(LIBRARY, meeting_line)
    return use(mine, at(LIBRARY, line), meeting, at(LIBRARY, 56), meeting=meeting, count=count)


def test_what_a_library_builds_is_a_note_on_the_users_call() -> None:
    mine = at("model.py", 2, 9, 19)
    ways = [
        (conv(at(LIBRARY, 56), channels=channels), (library_way(line, mine),))
        for channels, line in [(64, 202), (128, 203), (256, 204)]
    ]
    (finding,) = found(*ways)
    assert finding.place == mine
    assert finding.severity is Severity.NOTE
    assert finding.message == f"builds 3 layers that read 1 of every 4 pixels of their input ({LIBRARY}:241)"
    assert finding.picture == ("x o x o", "o o o o") * 2
    assert finding.trace[1].place.line == 202
    assert finding.layer == ways[0][0]
    assert found(*reversed(ways)) == (finding,)


def test_one_layer_of_a_library_is_described_whole() -> None:
    (finding,) = found((conv(at(LIBRARY, 56)), (library_way(202, at("model.py", 2)),)))
    assert finding.message == (
        f"builds 1 layer: 1x1 convolution with stride 2 reads 1 of every 4 pixels of its input ({LIBRARY}:241)"
    )


@dataclass(frozen=True)
class Judged(Built):
    """A network of whose layers it is known what becomes of what they skip."""

    verdict: Verdict

    def verdicts(self, layer: Layer | Operation) -> Verdicts:
        return {"model.Net": self.verdict}


@pytest.mark.parametrize(
    ("channels", "name", "others", "said"),
    [
        (64, DEAD, "model.Net", ""),
        (128, DEAD, "model.Net", ""),
        (64, DEAD, "model.Other", "; nobody uses what these skip"),
        (64, BRANCH, "model.Net", "; other layers use what these skip"),
    ],
)
def test_of_two_calls_that_build_a_layer_it_is_not_said_whose_is_wasted(
    channels: int, name: str, others: str, said: str
) -> None:
    first, second = (library_way(202, at("model.py", line)) for line in (2, 3))
    second = replace(second, entry_points=(others,))
    layer, other = conv(at(LIBRARY, 56)), conv(at(LIBRARY, 56), channels=channels)
    ways = ((layer, (first, second)),) if layer == other else ((layer, (first,)), (other, (second,)))
    found = lint(Judged(ways, Verdict(name)), DEAD_PIXELS, frozenset({"model.py"}), {})
    one = "builds 1 layer: 1x1 convolution with stride 2 reads 1 of every 4 pixels of its input"
    assert [finding.place.line for finding in found] == [2, 3]
    assert found[0].message == f"{one} ({LIBRARY}:241){said}"


def test_layers_that_a_library_may_build_are_not_counted() -> None:
    mine = at("model.py", 2)
    possible = tuple(replace(library_way(1, mine, 100 + n, count=4), confidence=Confidence.POSSIBLE) for n in range(2))
    (finding,) = found((conv(at(LIBRARY, 56)), possible))
    assert finding.message == (
        f"may build layers that read 1 of every 4 pixels of their input ({LIBRARY}:100, {LIBRARY}:101)"
    )
    certain = library_way(1, mine, 300, count=2)
    (finding,) = found((conv(at(LIBRARY, 56)), (*possible, certain)))
    assert finding.message == f"builds 2 layers that read 1 of every 4 pixels of their input ({LIBRARY}:300)"


def test_several_kinds_and_places_share_one_note() -> None:
    mine = at("model.py", 2)
    ways = [
        (conv(at(LIBRARY, 56), channels=8), tuple(library_way(1, mine, 100 + n) for n in range(NAMED_PLACES + 2))),
        (conv(at(LIBRARY, 56), stride=3), (library_way(1, mine, 300, count=2),)),
        (conv(at(LIBRARY, 56), stride=4), (library_way(1, mine, 400),)),
        (conv(at(LIBRARY, 56), stride=5), (library_way(1, mine, 500),)),
        (conv(at(LIBRARY, 56), stride=6), (library_way(1, mine, 600),)),
    ]
    (finding,) = found(*ways)
    assert finding.message == (
        f"builds 5 layers that read 1 of every 4 pixels of their input "
        f"({LIBRARY}:100, {LIBRARY}:101, {LIBRARY}:102 and 2 more places); "
        f"2 layers that read 1 of every 9 pixels of their input ({LIBRARY}:300); "
        f"1 layer: 1x1 convolution with stride 4 reads 1 of every 16 pixels of its input ({LIBRARY}:400); "
        f"2 more of 2 other kinds"
    )
    assert finding.picture == ()


def test_the_innermost_linted_call_carries_the_note_and_each_call_its_own() -> None:
    layer = conv(at(LIBRARY, 56))
    outer, inner, other = at("app.py", 1), at("model.py", 5), at("model.py", 9)
    meeting = at(LIBRARY, 241)
    first = use(outer, inner, meeting, layer.call, meeting=meeting)
    second = use(outer, other, meeting, layer.call, meeting=meeting)
    findings = found((layer, (first, second)), linted=frozenset({"app.py", "model.py"}))
    assert [finding.place for finding in findings] == [inner, other]


def test_nothing_is_said_where_no_linted_call_is_on_the_way() -> None:
    assert found((conv(at(LIBRARY, 56)), (library_way(202, at("elsewhere.py", 2)),))) == ()


def test_a_layer_reached_both_ways_is_reported_both_ways() -> None:
    layer = conv(at(LIBRARY, 56))
    mine, builder = at("model.py", 2), at("model.py", 5)
    here = use(mine, layer.call, meeting=mine)
    away = library_way(202, builder)
    warning, note = found((layer, (here, away)))
    assert (warning.place, warning.severity) == (mine, Severity.WARNING)
    assert (note.place, note.severity) == (builder, Severity.NOTE)


def test_severities_override_the_rule_but_not_notes() -> None:
    layer = conv(at("model.py", 56))
    away = conv(at(LIBRARY, 56))
    ways = ((layer, (use(layer.call),)), (away, (library_way(202, at("model.py", 2)),)))
    findings = found(*ways, severities={"dead-pixels": Severity.ERROR})
    assert [finding.severity for finding in findings] == [Severity.NOTE, Severity.ERROR]


class Raises(Rule):
    name = "raises"
    group = "test"
    severity = Severity.NOTE

    def check(self, layer: Layer) -> Iterator[Problem]:
        yield Problem("about to fail", "fail")
        raise ZeroDivisionError("user input 0x7f")


class YieldsNonsense(Rule):
    name = "yields-nonsense"
    group = "test"
    severity = Severity.NOTE

    def check(self, layer: Layer) -> Iterator[Problem]:
        yield "not a problem"  # type: ignore[misc]


class SaysTwoThings(Rule):
    name = "says-two-things"
    group = "test"
    severity = Severity.NOTE

    def check(self, layer: Layer) -> Iterator[Problem]:
        yield Problem("first", "come first", parameters=())
        yield Problem("second", "come second", parameters=("stride", "bias"))


def test_a_rule_that_raises_is_one_error_and_the_others_go_on() -> None:
    first, second = conv(at("model.py", 7)), conv(at("model.py", 9))
    ways = tuple((layer, (use(layer.call),)) for layer in (first, second))
    findings = found(*ways, rules=[Raises(), *DEAD_PIXELS, YieldsNonsense()])
    errors = [finding for finding in findings if finding.rule == "internal-error"]
    assert [(error.place, error.severity, error.message) for error in errors] == [
        (
            first.call,
            Severity.ERROR,
            "rule raises raised ZeroDivisionError on 2 layers, so its findings are not complete",
        ),
        (
            first.call,
            Severity.ERROR,
            "rule yields-nonsense raised TypeError on 2 layers, so its findings are not complete",
        ),
    ]
    assert [finding.place for finding in findings if finding.rule == "dead-pixels"] == [first.call, second.call]


def test_an_internal_error_stands_in_the_linted_paths_where_it_can() -> None:
    away, here = conv(at(LIBRARY, 56), channels=3), conv(at("model.py", 9))
    called = (away, (library_way(202, at("model.py", 2)),))
    (error,) = found(called, (here, (use(here.call),)), rules=[Raises()])
    assert error.place == here.call
    (error,) = found(called, rules=[Raises()])
    assert error.place == at("model.py", 2)
    (error,) = found(called, rules=[Raises()], linted=frozenset({"other.py"}))
    assert error.place == away.call


def test_a_rule_may_say_two_things_of_one_layer() -> None:
    layer = conv(at("model.py", 7))
    first, second = found((layer, (use(layer.call, stride=at("model.py", 7, 9, 10)),)), rules=[SaysTwoThings()])
    assert (first.message, second.message) == ("first", "second")
    assert first.labels == ((layer.call, "the numbers meet here"),)
    assert second.labels == ((layer.call, "stride 2 is set here"),)


def test_findings_are_sorted_by_place() -> None:
    layers = [conv(at("b.py", 1)), conv(at("a.py", 20)), conv(at("a.py", 3))]
    findings = found(*((layer, (use(layer.call),)) for layer in layers), linted=frozenset({"a.py", "b.py"}))
    assert [finding.place[:2] for finding in findings] == [("a.py", 3), ("a.py", 20), ("b.py", 1)]


@pytest.mark.parametrize(("kernel_size", "stride"), [(2, 2), (3, 2), (7, 2), (1, 1)])
def test_a_layer_that_reads_everything_gives_nothing(kernel_size: int, stride: int) -> None:
    layer = conv(at("model.py", 7), stride=stride, kernel_size=kernel_size)
    assert found((layer, (use(layer.call),))) == ()

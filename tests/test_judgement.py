"""From verdicts of entry points to one severity and one sentence."""

from __future__ import annotations

import pytest

from convlint.findings import Severity
from convlint.judgement import judge, sentence
from convlint.network.verdicts import BRANCH, DEAD, GATE_ONLY, NOT_FOLLOWED, UNKNOWN, Reader, Verdict, worse
from convlint.source import Place

HERE = Place("models/net.py", 10, 1, 10, 20)
WIDE = Reader("the 3x3 convolution", Place("models/net.py", 12, 1, 12, 20))
FAR = Reader("the 5x5 pool", Place("layers/pool.py", 3, 1, 3, 9), Place("layers/blocks.py", 7, 1, 7, 9))
OUTPUT = Reader("the output of the model")


@pytest.mark.parametrize(
    ("names", "worst", "severity"),
    [
        ((BRANCH, DEAD, UNKNOWN, GATE_ONLY), DEAD, Severity.ERROR),
        ((BRANCH, UNKNOWN, GATE_ONLY), UNKNOWN, Severity.WARNING),
        ((BRANCH, GATE_ONLY), GATE_ONLY, Severity.NOTE),
        ((BRANCH,), BRANCH, Severity.NOTE),
    ],
)
def test_the_worst_decides(names: tuple[str, ...], worst: str, severity: Severity) -> None:
    known = {f"net.{number}": Verdict(name) for number, name in enumerate(names)}
    judged = judge(sorted(known), known)
    assert (judged.worst.name, judged.severity) == (worst, severity)
    assert judged.by_name == {name: (f"net.{number}",) for number, name in enumerate(names)}


def test_parts_count_only_where_nothing_else_does() -> None:
    part, whole = Verdict(UNKNOWN, outside=True), Verdict(BRANCH, (WIDE,))
    assert judge(["block", "net"], {"block": part, "net": whole}).worst is whole
    assert judge(["block"], {"block": part}).severity is Severity.WARNING
    loose = Verdict(DEAD, outside=True)
    assert judge(["make", "net"], {"make": loose, "net": whole}).worst is whole
    assert judge(["make", "block", "net"], {"make": loose, "block": part, "net": Verdict(UNKNOWN)}).worst is loose
    assert judge(["block", "other"], {"block": part, "other": Verdict(UNKNOWN, reason="x")}).worst.reason == "x"


def test_who_does_not_call_the_layer_does_not_decide() -> None:
    """A trainer is no network; where nobody calls the layer, that is all that is known."""
    whole = Verdict(BRANCH, (WIDE,))
    assert judge(["net", "trainer"], {"net": whole, "trainer": NOT_FOLLOWED}).worst is whole
    assert judge(["trainer"], {"trainer": NOT_FOLLOWED}).worst is NOT_FOLLOWED
    loose = Verdict(DEAD, outside=True)
    assert judge(["block", "trainer"], {"block": loose, "trainer": NOT_FOLLOWED}).worst is loose


def test_only_what_decides_is_named() -> None:
    """A factory whose arguments nobody gives is listed with its verdict, but not named for it."""
    known = {"make": Verdict(DEAD, outside=True), "net.a": Verdict(DEAD), "net.b": Verdict(BRANCH, (WIDE,))}
    judged = judge(sorted(known), known)
    assert judged.by_name[DEAD] == ("make", "net.a")
    assert sentence(judged, HERE).startswith("in a, nobody")


def test_what_was_not_followed_is_not_known() -> None:
    judged = judge(["net"], {})
    assert judged.worst is NOT_FOLLOWED
    assert sentence(judged, HERE) == ""
    assert judge([], {}).worst is NOT_FOLLOWED


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (Verdict(BRANCH, (WIDE,)), "the 3x3 convolution on line 12 reads the rest"),
        (
            Verdict(BRANCH, (WIDE, FAR)),
            "the 3x3 convolution on line 12 and the 5x5 pool at layers/blocks.py:7 read the rest",
        ),
        (Verdict(BRANCH, (OUTPUT,)), "the output of the model reads the rest"),
        (Verdict(BRANCH), "something else reads the rest"),
        (Verdict(GATE_ONLY), "only a gate or a statistic uses the rest"),
        (Verdict(DEAD), "nobody uses the rest"),
        (Verdict(DEAD, partly=True), "nobody uses a part of the rest"),
        (
            Verdict(DEAD, (WIDE,), FAR),
            "nobody uses the rest, computed by the 5x5 pool at layers/blocks.py:7: "
            "the 3x3 convolution on line 12 skips it as well",
        ),
        (Verdict(UNKNOWN, reason="`f`"), "whether anything else uses the rest is not known (`f`)"),
        (Verdict(UNKNOWN, reason="`f`", outside=True), ""),
    ],
)  # fmt: skip
def test_sentences(verdict: Verdict, said: str) -> None:
    assert sentence(judge(["net"], {"net": verdict}), HERE) == said


def test_many_readers_are_counted() -> None:
    readers = tuple(Reader(f"the {number}x{number} pool") for number in range(1, 6))
    said = sentence(judge(["net"], {"net": Verdict(BRANCH, readers)}), HERE)
    assert said == "the 1x1 pool, the 2x2 pool and 3 more read the rest"


def test_models_are_named_where_they_differ() -> None:
    known = {f"zoo.net{number}": Verdict(DEAD) for number in (2, 10, 1, 3)} | {"zoo.other": Verdict(BRANCH)}
    assert sentence(judge(sorted(known), known), HERE) == "in net1, net2, net3 and 1 more, nobody uses the rest"


def test_numbers_that_a_config_gives_warn_whoever_reads_the_rest() -> None:
    slip = Verdict(BRANCH, (WIDE,), by_hand=True)
    assert judge(["a.yaml"], {"a.yaml": slip}).severity is Severity.WARNING
    assert judge(["a.yaml", "b"], {"a.yaml": slip, "b": Verdict(DEAD)}).severity is Severity.ERROR
    assert worse(Verdict(BRANCH), slip) is slip
    assert sentence(judge(["a.yaml"], {"a.yaml": slip}), HERE).endswith("reads the rest")


def test_readers_that_read_alike_are_named_once() -> None:
    """Two layers that one line builds look the same to a reader."""
    twin = Reader(WIDE.words, WIDE.place._replace(column=2)) if WIDE.place else WIDE
    judged = judge(["net"], {"net": Verdict(BRANCH, (WIDE, twin, FAR))})
    assert sentence(judged, HERE).startswith("the 3x3 convolution on line 12 and the 5x5 pool at layers/blocks.py:7")


def test_what_stands_for_a_file_has_no_lines_of_it() -> None:
    reader = Reader("the 3x3 convolution", Place("<convlint-model>/torchvision/models/resnet.py", 12, 1, 12, 20))
    said = sentence(judge(["net"], {"net": Verdict(BRANCH, (reader,))}), HERE)
    assert said == "the 3x3 convolution at torchvision/models/resnet.py reads the rest"

"""Comments that silence findings, and what is said about those that silence nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from convlint.findings import Finding, Severity
from convlint.frontends.python.tokens import comments
from convlint.network.layers import Kind, Layer
from convlint.rule import Problem, Rule
from convlint.selection import Selection, select_rules
from convlint.source import Place
from convlint.suppressions import Stretches, judge, read, unused


class DeadPixels(Rule):
    """Finds nothing itself."""

    name = "dead-pixels"
    group = "sampling"
    severity = Severity.WARNING

    def check(self, layer: Layer) -> Iterator[Problem]:
        yield from ()


class OddGroups(DeadPixels):
    """Finds nothing either."""

    name = "odd-groups"
    group = "cost"


RULES = (DeadPixels(), OddGroups())
ALL = select_rules(RULES, (), (), {})


def finding(first: int, last: int | None = None, rule: str = "dead-pixels", layer: Place | None = None) -> Finding:
    """A finding in m.py, on these lines, about a layer built at ``layer``."""
    place = Place("m.py", first, 5, last or first, 20)
    sizes = (1, 1)
    built = None if layer is None else Layer("torch.nn.Conv2d", Kind.CONVOLUTION, layer, sizes, sizes, sizes, sizes)
    return Finding(rule, Severity.WARNING, place, "message", layer=built)


def outcome(
    text: str,
    *findings: Finding,
    selection: Selection = ALL,
    others: dict[str, str] | None = None,
    undecided: Stretches | None = None,
) -> tuple[list[int], list[str]]:
    """The lines of the findings that are left, and the complaints about comments, for ``text`` as m.py."""
    texts = {"m.py": text, **(others or {})}
    read_texts = {path: read(path, content, comments) for path, content in texts.items()}
    judged = judge(findings, lambda path: read_texts.get(path, ()), selection)
    assert judged.suppressed == len(findings) - len(judged.kept)
    complaints = unused(judged, {"m.py": read_texts["m.py"]}, selection, undecided or {})
    return [left.place.line for left in judged.kept], [f"{each.place.line}: {each.message}" for each in complaints]


@pytest.mark.parametrize(
    "comment",
    [
        "# convlint: ignore",
        "# convlint: ignore[dead-pixels]",
        "#convlint:ignore[ dead-pixels ]",
        "# convlint: ignore[odd-groups, dead-pixels]",
        "# convlint: ignore[sampling]",
        "# convlint: ignore[all]",
        "# convlint: ignore[dead-pixels] the shortcut of a ResNet",
        "# type: ignore  # convlint: ignore[dead-pixels]",
    ],
)
def test_a_comment_on_the_line_silences_the_finding(comment: str) -> None:
    left, _ = outcome(f"a = 1\nb = conv(1)  {comment}\n", finding(2))
    assert left == []


@pytest.mark.parametrize(
    "comment",
    ["# convlint: ignore[odd-groups]", "# ignore[dead-pixels]", "# convlint: ignore-file[odd-groups]", "# noqa"],
)
def test_another_comment_does_not(comment: str) -> None:
    left, _ = outcome(f"a = 1\nb = conv(1)  {comment}\n", finding(2))
    assert left == [2]


def test_any_line_of_a_call_will_do() -> None:
    text = "b = conv(\n    1,  # convlint: ignore\n    stride=2,\n)\nc = 1\n"
    assert outcome(text, finding(1, 4)) == ([], [])
    assert outcome(text, finding(5))[0] == [5]


def test_the_layer_s_own_call_counts_as_well_wherever_it_stands() -> None:
    layer = Place("layers.py", 2, 1, 2, 10)
    others = {"layers.py": "def f(s):\n    return nn.Conv2d(1, 1, 1, s)  # convlint: ignore[dead-pixels]\n"}
    assert outcome("f(2)\n", finding(1, layer=layer), others=others)[0] == []


def test_an_installed_package_does_not_decide_what_its_user_sees() -> None:
    path = ".venv/lib/python3.11/site-packages/zoo/layers.py"
    layer = Place(path, 1, 1, 1, 10)
    assert outcome("f(2)\n", finding(1, layer=layer), others={path: "conv()  # convlint: ignore\n"})[0] == [1]


def test_a_whole_file() -> None:
    text = "# convlint: ignore-file[dead-pixels]\na = 1\n"
    assert outcome(text, finding(2), finding(2, rule="odd-groups")) == ([2], [])
    assert outcome(text.replace("[dead-pixels]", ""), finding(2), finding(2, rule="odd-groups")) == ([], [])


def test_text_in_a_string_is_no_comment() -> None:
    assert outcome("a = '# convlint: ignore'\nb = '''\n# convlint: ignore-file\n'''\n", finding(1)) == ([1], [])


def test_what_silences_nothing_is_reported() -> None:
    assert outcome("a = 1  # convlint: ignore[dead-pixels]\n")[1] == [
        "1: no finding of dead-pixels is silenced by this comment"
    ]
    assert outcome("a = 1  # convlint: ignore\n")[1] == ["1: nothing is silenced by this comment"]
    assert outcome("# convlint: ignore-file\n")[1] == ["1: nothing is silenced by this comment"]


def test_only_the_names_that_silence_nothing_are_reported() -> None:
    text = "conv()  # convlint: ignore[dead-pixels, odd-groups, dead-pixel]\n"
    assert outcome(text, finding(1))[1] == [
        "1: no rule or group is called dead-pixel (did you mean 'dead-pixels'?); "
        "no finding of odd-groups is silenced by this comment"
    ]


def test_a_comment_beside_the_call_is_told_where_it_belongs() -> None:
    (said,) = outcome("# convlint: ignore[dead-pixels]\nconv()\n", finding(2))[1]
    assert said.endswith("silenced by this comment: it has to stand on a line of the call")


@pytest.mark.parametrize("comment", ["ignroe[dead-pixels]", "ignore[dead-pixels", "ignore[]", "ignore-next", "disable"])
def test_what_is_not_understood_is_reported(comment: str) -> None:
    left, (said,) = outcome(f"conv()  # convlint: {comment}\n", finding(1))
    assert left == [1]
    assert said.startswith("1: this comment is not understood")


def test_prose_about_convlint_is_left_alone() -> None:
    assert outcome("# convlint: a linter for networks\n") == ([], [])


def test_nothing_is_unused_where_a_named_rule_did_not_run() -> None:
    text = (
        "conv()  # convlint: ignore[dead-pixels]\nconv()  # convlint: ignore\nconv()  # convlint: ignore[odd-groups]\n"
    )
    only = select_rules(RULES, ("odd-groups", "unused-suppression"), (), {})
    assert outcome(text, selection=only)[1] == ["3: no finding of odd-groups is silenced by this comment"]


def test_nothing_is_unused_where_the_layer_is_not_decided() -> None:
    text = "def f(stride):\n    return conv(1, stride)  # convlint: ignore[dead-pixels]\n"
    assert outcome(text, undecided={"m.py": [(2, 2)]})[1] == []
    assert len(outcome(text, undecided={"m.py": [(1, 1)]})[1]) == 1


def test_a_comment_against_complaints_is_never_unused() -> None:
    assert outcome("a = 1  # convlint: ignore[unused-suppression]\n")[1] == []


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_places_count_characters_whatever_ends_a_line(end: str) -> None:
    text = f"é = '\u2028\x0c'{end}ß = 1  # 网 # convlint: ignore[sampling]{end}"
    (found,) = read("m.py", text, comments)
    assert found.place[:3] == ("m.py", 2, 12)
    assert found.names == ("sampling",)


def test_files_without_the_word_are_not_looked_at() -> None:
    def never(text: str) -> Sequence[tuple[int, str]]:
        raise AssertionError(text)

    assert read("m.py", "# nothing\n", never) == ()

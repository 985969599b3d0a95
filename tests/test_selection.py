"""Which rules run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from convlint.findings import Severity
from convlint.network.layers import Layer
from convlint.rule import Problem, Rule
from convlint.selection import OWN_FINDINGS, check_severities, select_rules
from convlint.usage import UsageError


def rule(rule_name: str, rule_group: str, on: bool = True) -> Rule:
    """A rule that finds nothing."""

    class Made(Rule):
        name = rule_name
        group = rule_group
        severity = Severity.WARNING
        enabled = on

        def check(self, layer: Layer) -> Iterator[Problem]:
            yield from ()

    return Made()


RULES = (rule("dead-pixels", "sampling"), rule("aliasing", "sampling", on=False), rule("odd-groups", "cost"))


def running(select: tuple[str, ...] = (), ignore: tuple[str, ...] = ()) -> str:
    """The rules that run, in words."""
    return " ".join(rule.name for rule in select_rules(RULES, select, ignore, {}).running())


@pytest.mark.parametrize(
    ("select", "ignore", "expected"),
    [
        ((), (), "dead-pixels odd-groups"),
        (("aliasing",), (), "aliasing"),
        (("sampling",), (), "dead-pixels aliasing"),
        (("all",), (), "dead-pixels aliasing odd-groups"),
        (("all",), ("sampling",), "odd-groups"),
        ((), ("dead-pixels",), "odd-groups"),
        (("dead-pixels",), ("sampling",), "dead-pixels"),
        (("sampling",), ("dead-pixels",), "aliasing"),
        (("dead-pixels",), ("dead-pixels",), ""),
        ((), ("all",), ""),
    ],
)
def test_a_name_counts_for_more_than_a_group_and_ignore_for_more_than_select(
    select: tuple[str, ...], ignore: tuple[str, ...], expected: str
) -> None:
    assert running(select, ignore) == expected


def test_our_own_findings_are_selected_like_rules() -> None:
    assert set(OWN_FINDINGS) <= select_rules(RULES, (), (), {}).active
    assert "unused-suppression" not in select_rules(RULES, ("dead-pixels",), (), {}).active
    assert "unused-suppression" not in select_rules(RULES, (), ("unused-suppression",), {}).active


def test_that_a_rule_failed_is_told_unless_it_is_ignored_by_name() -> None:
    assert "internal-error" in select_rules(RULES, ("dead-pixels",), ("all",), {}).active
    assert "internal-error" not in select_rules(RULES, (), ("internal-error",), {}).active


def test_names_are_checked_wherever_they_stand() -> None:
    with pytest.raises(
        UsageError, match=r"^select: unknown rule or group 'dead-pixel' \(did you mean 'dead-pixels'\?\)$"
    ):
        select_rules(RULES, ("dead-pixel",), (), {})
    with pytest.raises(UsageError, match=r"^per-file-ignores of 'a\.py': unknown rule or group 'x'"):
        select_rules(RULES, (), (), {"per-file-ignores of 'a.py'": ["x"]})
    with pytest.raises(UsageError, match=r"^severity: unknown rule 'sampling'"):
        check_severities(RULES, {"sampling": Severity.NOTE})

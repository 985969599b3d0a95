"""Which rules run, by their names and groups: what ``select``, ``ignore`` and ``severity`` mean."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from convlint.findings import Severity
from convlint.usage import UsageError, nearest

if TYPE_CHECKING:
    from convlint.rule import Rule

ALL = "all"
"""The word that stands for every rule."""

OWN_FINDINGS: Mapping[str, str] = {
    "unused-suppression": "A comment `# convlint: ignore[...]` that silences nothing, or names no known rule.\n\n"
    "Remove it, so that it cannot hide a later finding. It is reported only where every rule that the comment names "
    "has run, and where every layer that it could be about is known.",
    "duplicate-key": "A key that stands twice in one mapping of a config file, where it concerns a layer.\n\n"
    "The last one counts, and the other is silently ignored. Remove the one that is not meant.",
    "unknown-target": "A config file names a class, function or keyword that does not exist.\n\n"
    "Building the object would fail. Compare the name with the source of the module that it is taken from.",
    "internal-error": "A rule failed on a layer. This is a defect of the rule, not of the linted code.\n\n"
    "Please report it to the author of the rule; `--ignore RULE` goes on without it.",
}
"""Findings that convlint makes itself, outside any rule, and the page of each."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The rules that are installed, those of them that run, and what a name stands for."""

    rules: tuple[Rule, ...]
    active: frozenset[str]
    """Names of the rules, and of convlint's own findings, that are reported."""

    def names(self, word: str) -> frozenset[str] | None:
        """The names of the rules that a rule's or a group's name stands for; None for a word that is neither."""
        return _names(self.rules, word)

    def running(self) -> tuple[Rule, ...]:
        """The rules that run."""
        return tuple(rule for rule in self.rules if rule.name in self.active)

    def suggestion(self, word: str) -> str:
        """Which known name ``word`` may have been meant for."""
        return nearest(word, _words(self.rules))


def select_rules(
    rules: Sequence[Rule], select: Collection[str], ignore: Collection[str], others: Mapping[str, Collection[str]]
) -> Selection:
    """The rules that run: those selected, else those enabled by default, less the ignored ones.

    A rule's own name counts for more than its group's, and "ignore" for more than "select". ``others`` holds more
    names to check, by the option that has them. Raises UsageError for a name that is neither a rule nor a group.
    """
    for option, words in {"select": select, "ignore": ignore, **others}.items():
        for word in words:
            if _names(rules, word) is None:
                raise UsageError(f"{option}: unknown rule or group '{word}'{nearest(word, _words(rules))}")
    default = {rule.name: rule.enabled for rule in rules} | dict.fromkeys(OWN_FINDINGS, True)
    groups = {rule.name: rule.group for rule in rules}
    active = {
        name
        for name, enabled in default.items()
        if _runs(name, groups.get(name), frozenset(select), frozenset(ignore), enabled)
    }
    # A rule that failed must not pass for one that found nothing, unless that is asked for by name.
    if "internal-error" not in ignore:
        active.add("internal-error")
    return Selection(tuple(rules), frozenset(active))


def check_severities(rules: Sequence[Rule], severities: Mapping[str, Severity]) -> None:
    """Raises UsageError for a severity of a rule that does not exist; a group has none."""
    names = {rule.name for rule in rules} | set(OWN_FINDINGS)
    for name in severities:
        if name not in names:
            raise UsageError(f"severity: unknown rule '{name}'{nearest(name, names)}")


def _runs(name: str, group: str | None, select: frozenset[str], ignore: frozenset[str], enabled: bool) -> bool:
    if name in ignore:
        return False
    if name in select:
        return True
    if group in ignore or ALL in ignore:
        return False
    if group in select or ALL in select:
        return True
    return enabled and not select


def _names(rules: Sequence[Rule], word: str) -> frozenset[str] | None:
    if word in OWN_FINDINGS:
        return frozenset({word})
    named = {rule.name for rule in rules if word in (rule.name, rule.group, ALL)}
    return frozenset(named) if named or word == ALL else None


def _words(rules: Sequence[Rule]) -> set[str]:
    return {ALL, *OWN_FINDINGS, *(rule.name for rule in rules), *(rule.group for rule in rules)}

"""For rule authors: runs the examples on a rule's page through the real analysis."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from convlint.examples import Example, ExampleError, Expectation, examples
from convlint.findings import Finding
from convlint.fixes.apply import apply_edits
from convlint.rule import Rule

_SUFFIXES = {"python": ".py", "yaml": ".yaml", "json": ".json", "cfg": ".cfg"}


@dataclass(frozen=True, slots=True, repr=False)
class ExampleFailure:
    """An example that does not do what its page says; ``example`` is None where the page itself is at fault."""

    rule: str
    example: Example | None
    reason: str

    def __str__(self) -> str:
        where = f" ({self.example.title})" if self.example is not None else ""
        return f"{self.rule}{where}: {self.reason}"

    def __repr__(self) -> str:
        """What pytest prints where a test asserts that there are none."""
        return f"<{self}>"


def run_examples(rule: Rule) -> list[ExampleFailure]:
    """Every example of ``rule`` that fails; empty when its page tells the truth.

    A ``bad`` example must give at least one finding of this rule, a ``good`` and a ``fixed`` one none, and a ``fixed``
    one must be what the fixes give. A page needs at least one ``bad`` and one ``good`` example. Each example is one
    file of a project of its own, in which ``torch`` need not be installed.
    """
    try:
        found = examples(rule)
    except ExampleError as error:
        return [ExampleFailure(rule.name, None, str(error))]
    present = {example.expectation for example in found}
    failures = [
        ExampleFailure(rule.name, None, f"the page has no {needed.value} example")
        for needed in (Expectation.BAD, Expectation.GOOD)
        if needed not in present
    ]
    for number, example in enumerate(found):
        before = found[number - 1] if example.expectation is Expectation.FIXED else None
        reason = failure(rule, example, before)
        if reason is not None:
            failures.append(ExampleFailure(rule.name, example, reason))
    return failures


def failure(rule: Rule, example: Example, mends: Example | None = None) -> str | None:
    """Why ``example`` fails, or None; ``mends`` is the bad example that a fixed one comes from."""
    findings, errors = _lint(rule, example)
    if errors:
        return errors[0]
    others = [finding for finding in findings if finding.rule != rule.name]
    if others:
        return f"line {others[0].place.line}: {others[0].message}"
    if example.expectation is Expectation.BAD:
        return None if findings else "the rule finds nothing"
    if findings:
        return f"line {findings[0].place.line}: the rule finds '{findings[0].message}'"
    if mends is not None:
        edits = [edit for finding in _lint(rule, mends)[0] for fix in finding.fixes[:1] for edit in fix.edits]
        if apply_edits(mends.text, edits) != example.text:
            return "the fixes of the bad example give another text"
    return None


def _lint(rule: Rule, example: Example) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """What the rule finds in an example, and why it could not be read."""
    from tempfile import TemporaryDirectory

    from convlint.analysis import analyse
    from convlint.evaluate.project import Request
    from convlint.fixes.compose import Composer
    from convlint.linter import lint

    with TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        path = root / f"example{_SUFFIXES[example.language]}"
        path.write_text(example.text, encoding="utf-8", newline="\n")
        analysis = analyse(Request(root=root, linted=(path,)))
        linted = frozenset({path.name})
        compose = Composer({path.name: example.text}.get, linted, network=analysis.network)
        findings = lint(analysis.network, [rule], linted, {}, compose)
    return findings, tuple(f"line {error.line}: {error.message}" for error in analysis.errors)

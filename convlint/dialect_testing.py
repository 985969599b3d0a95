"""For authors of dialects: runs the examples on a dialect's page through the real analysis."""

from __future__ import annotations

import re
from pathlib import Path

from convlint.dialects import page
from convlint.evaluate.project import Analysis
from convlint.examples import Example, ExampleError, Expectation, parse
from convlint.findings import Finding
from convlint.frontends.config.dialect import Dialect
from convlint.network.layers import Layer, Size, Unknown, Use
from convlint.network.verdicts import UNKNOWN
from convlint.rule import Rule

_FILE = re.compile(r"(?m)^# file: (\S+)\n")


def run_dialect_examples(dialect: Dialect, rules: tuple[Rule, ...]) -> list[str]:
    """What is wrong with the examples on a dialect's page, one line each; empty when its page tells the truth.

    A ``bad`` example gives at least one finding and a ``good`` one none. The ``text`` block behind an example says what
    it gives: ``LINE:COLUMN RULE VERDICT`` for each finding of a bad one (no verdict where none is known), ``LINE:COLUMN
    OPERATION SIZES`` for each layer of a ``read`` one. A comment ``# file: NAME`` begins another file of the example.
    """
    try:
        found = parse(page(dialect))
    except ExampleError as error:
        return [f"{dialect.name}: {error}"]
    failures = [f"{dialect.name}: the page has no good example"]
    if any(example.expectation is Expectation.GOOD for example in found):
        failures.clear()
    if not any(example.expectation in (Expectation.BAD, Expectation.READ) for example in found):
        failures.append(f"{dialect.name}: the page has no bad example")
    for example in found:
        reason = failure(example, rules)
        if reason is not None:
            failures.append(f"{dialect.name} ({example.title}): {reason}")
    return failures


def failure(example: Example, rules: tuple[Rule, ...]) -> str | None:
    """Why an example does not give what its page says, or None."""
    analysis, findings = lint_example(example, rules)
    if analysis.errors:
        return f"{analysis.errors[0].path}:{analysis.errors[0].line}: {analysis.errors[0].message}"
    given = lines_of(example, analysis, findings)
    if example.expectation is Expectation.GOOD and findings:
        return f"line {findings[0].place.line}: {findings[0].message}"
    if example.expectation is Expectation.GOOD and not analysis.network.layers:
        return "no layer is read"
    if example.expectation is Expectation.BAD and not findings:
        return "no rule finds anything"
    if example.expectation is not Expectation.GOOD and given != (example.expected or ()):
        return f"the text block behind it should be {list(given)}"
    return None


def lines_of(example: Example, analysis: Analysis, findings: tuple[Finding, ...]) -> tuple[str, ...]:
    """What the text block behind an example has to say."""
    if example.expectation is Expectation.READ:
        network = analysis.network
        return tuple(
            f"{use.meeting.line}:{use.meeting.column} {_described(layer)}"
            for layer, use in sorted(
                ((layer, use) for layer in network.layers for use in network.uses(layer)),
                key=lambda pair: _order(pair[1]),
            )
        )
    return tuple(
        f"{finding.place.line}:{finding.place.column} {finding.rule}"
        + (f" {finding.verdict}" if finding.verdict != UNKNOWN else "")
        for finding in findings
    )


def lint_example(example: Example, rules: tuple[Rule, ...]) -> tuple[Analysis, tuple[Finding, ...]]:
    """The analysis of an example in a project of its own, and the findings in it, notes included, sorted."""
    from tempfile import TemporaryDirectory

    from convlint.analysis import analyse
    from convlint.evaluate.project import Request
    from convlint.findings import sort_key
    from convlint.linter import lint

    with TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        files = _files(root, example)
        linted = tuple(sorted(files))
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        analysis = analyse(Request(root=root, linted=linted))
        paths = frozenset(path.relative_to(root).as_posix() for path in linted)
        findings = lint(analysis.network, [rule for rule in rules if rule.enabled], paths, {})
    return analysis, tuple(sorted((*findings, *analysis.notes), key=sort_key))


def _files(root: Path, example: Example) -> dict[Path, str]:
    first, *rest = _FILE.split(example.text)
    suffix = {"python": ".py"}.get(example.language, f".{example.language}")
    files = {root / f"example{suffix}": first} if first.strip() else {}
    return files | {root / name: text for name, text in zip(rest[::2], rest[1::2], strict=True)}


def _described(layer: Layer) -> str:
    """``ConvTranspose1d kernel 16 stride 10``."""
    parts = [layer.op.rpartition(".")[2]]
    for word, sizes in (("kernel", layer.kernel_size), ("stride", layer.stride), ("dilation", layer.dilation)):
        shown = [_size(size) for size in sizes] if isinstance(sizes, tuple) else ["?"]
        if word != "dilation" or set(shown) != {"1"}:
            parts.append(f"{word} {shown[0] if len(set(shown)) == 1 else 'x'.join(shown)}")
    return " ".join(parts)


def _size(size: Size) -> str:
    return "?" if isinstance(size, Unknown) else str(size)


def _order(use: Use) -> tuple[object, ...]:
    return (use.meeting, use.trace)

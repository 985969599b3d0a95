"""What each command does: options in, a report out, an exit code back."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from convlint import config, output, report
from convlint.findings import Finding, InputError, Severity
from convlint.input_size import from_option
from convlint.pipeline import Order, Outcome, analyse, check, load_rules, rules_that_run
from convlint.progress import progress_bar
from convlint.report.run import Run, counted
from convlint.usage import UsageError, nearest
from convlint.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from convlint.fix_run import Mended
    from convlint.rule import Rule

STANDARD_INPUT = Path("-")
FOR_PERSONS = ("text", "concise")


def run_check(options: Mapping[str, Any]) -> int:
    """``convlint check``: 0 where nothing counts, 1 where a finding does, 2 where an input could not be read."""
    with progress_bar(not options["quiet"] and not options["verbose"]) as progress:
        order = _order(options, progress)
        mended = _mend(options, order) if options["fix"] or options["unsafe_fixes"] or options["diff"] else None
        outcome = mended.outcome if mended is not None else check(order)
    if mended is not None and options["diff"]:
        return _show_difference(options, mended)
    if mended is not None:
        _write_fixes(mended)
    findings, baselined = _apart_from_baseline(outcome, options["baseline"], options["write_baseline"])
    if options["confirm"]:
        findings = _confirmed(findings, outcome, options)
    fail_on = Severity(options["fail_on"]) if options["fail_on"] else outcome.workspace.config.fail_on
    fail_on = fail_on or Severity.WARNING
    errors = (*outcome.workspace.errors, *outcome.entry.errors)
    name = options["output_format"]
    run = Run(
        root=outcome.workspace.root,
        findings=findings,
        # Standard error has them; a person who reads both need not see them twice.
        errors=() if name in FOR_PERSONS and options["output"] is None else errors,
        stats=outcome.entry.stats,
        rules=rules_that_run(outcome.workspace, order) if name in report.DESCRIBE_RULES else (),
        sources=outcome.texts,
        fail_on=fail_on,
        statistics=options["statistics"],
        show_notes=options["show_notes"],
        suppressed=outcome.entry.suppressed,
        baselined=baselined,
    )
    _write(options["output"], lambda stream: _report(options, run, outcome, stream))
    _say_more(options, outcome.workspace, errors)
    if mended is not None and not options["quiet"]:
        _say(f"convlint: {counted(mended.fixed, 'finding')} mended in {counted(len(mended.texts), 'file')}")
    if options["verbose"]:
        _say_what_was_read(outcome)
    if errors:
        return 2
    return int(any(map(run.fails, findings)))


def _confirmed(findings: tuple[Finding, ...], outcome: Outcome, options: Mapping[str, Any]) -> tuple[Finding, ...]:
    """The findings with the verdicts of the models themselves. This runs the linted code."""
    from convlint.runtime.confirm import confirm

    workspace = outcome.workspace
    with progress_bar(not options["quiet"] and not options["verbose"]) as progress:
        return confirm(findings, workspace.root, workspace.linted, options["setup"], progress)


def _mend(options: Mapping[str, Any], order: Order) -> Mended:
    """Fix in memory. Raises UsageError for what cannot go together."""
    if order.standard_input is not None and not options["diff"]:
        raise UsageError("standard input cannot be fixed in place; --diff shows what would change")
    from convlint.fix_run import mend

    return mend(order, options["unsafe_fixes"])


def _write_fixes(mended: Mended) -> None:
    from convlint.fix_run import write

    write(mended)


def _show_difference(options: Mapping[str, Any], mended: Mended) -> int:
    """``--diff``: 1 where a fix would change something, 2 where an input could not be read."""
    from convlint.fix_run import difference

    _write(options["output"], lambda stream: stream.writelines(difference(mended)))
    errors = (*mended.outcome.workspace.errors, *mended.outcome.entry.errors)
    _say_more(options, mended.outcome.workspace, errors)
    return 2 if errors else int(bool(mended.texts))


def run_layers(options: Mapping[str, Any]) -> int:
    """``convlint layers``: 2 where an input could not be read, else 0."""
    from convlint import result_cache
    from convlint.deep_stack import run_deep

    graph = options["graph"]
    if options["output_format"] not in (report.GRAPH_FORMATS if graph else report.LAYER_FORMATS):
        raise UsageError("--output-format dot goes with --graph, and json without it")
    with progress_bar(not options["quiet"] and not options["verbose"]) as progress:
        order = _order(options, progress)
        workspace = open_workspace(order.paths, order.config_file, order.python, order.standard_input)
        folder = result_cache.prepare(workspace.root) if order.use_cache else None
        analysis = run_deep(lambda: analyse(workspace, order, folder, graph))

    def write(stream: TextIO) -> None:
        if graph:
            report.write_graphs(options["output_format"], analysis.graphs, stream)
            return
        report.write_layers(options["output_format"], workspace.root, analysis.network, stream, output.width(stream))

    # How a layer is reached is worked out only now, and as deeply as the code is nested.
    run_deep(lambda: _write(options["output"], write))
    errors = (*workspace.errors, *analysis.errors)
    _say_more(options, workspace, errors)
    return 2 if errors else 0


def page_of(name: str, config_file: Path | None) -> str:
    """A page on a rule, a dialect, one of convlint's own findings, or a reason for which a value is unknown."""
    from convlint.dialects import load_dialects, page
    from convlint.evaluate.unknown import REASONS
    from convlint.explain import explain, explain_dialect
    from convlint.selection import OWN_FINDINGS

    rules = {rule.name: rule for rule in _rules(config_file)}
    reason = name.removeprefix("unknown:")
    if name in rules:
        return explain(rules[name])
    if name in OWN_FINDINGS:
        return f"{name}\n\n{OWN_FINDINGS[name]}\n"
    if reason in REASONS:
        return f"{reason}: {REASONS[reason].explanation}.\n\nWhat helps: {REASONS[reason].hint}.\n"
    dialects = {dialect.name: dialect for dialect in load_dialects()}
    if name in dialects:
        return explain_dialect(name, page(dialects[name]))
    known = {*rules, *OWN_FINDINGS, *REASONS, *dialects}
    raise UsageError(f"unknown rule '{name}'{nearest(name, known) or ': convlint rules lists them all'}")


def table_of_rules(config_file: Path | None) -> str:
    """The list of all rules."""
    from convlint.explain import rules_table

    return rules_table(_rules(config_file))


def print_text(text: str) -> int:
    """Print, and succeed."""
    output.standard_output().write(text)
    return 0


def _rules(config_file: Path | None) -> tuple[Rule, ...]:
    """The installed rules and those of the project around the current folder."""
    settings = config.load(config_file.absolute()) if config_file is not None else config.find(Path.cwd())
    return load_rules(settings)


def _order(options: Mapping[str, Any], progress: Callable[[str, int, int], None] | None) -> Order:
    paths: tuple[Path, ...] = options["paths"] or (Path("."),)
    standard_input = None
    if STANDARD_INPUT in paths:
        if len(paths) > 1:
            raise UsageError("'-' stands for standard input, and takes no other paths beside it")
        if options["stdin_filename"] is None:
            raise UsageError("'-' needs --stdin-filename FILE: imports are resolved from where the file lies")
        paths = ()
        standard_input = (Path(os.path.abspath(options["stdin_filename"])), _standard_input())
    elif options["stdin_filename"] is not None:
        raise UsageError("--stdin-filename goes with '-' as the path")
    return Order(
        paths=paths,
        standard_input=standard_input,
        config_file=options["config"],
        python=options["python"],
        input_size=from_option(options["input_size"]) if options["input_size"] is not None else None,
        select=options.get("select", ()),
        ignore=options.get("ignore", ()),
        severity={rule: Severity(level) for rule, level in options.get("severity", {}).items()},
        use_cache=not options["no_cache"],
        progress=progress,
    )


def _standard_input() -> str:
    """Standard input as Python source text."""
    from convlint.frontends.python.source_text import SourceError, decode_source

    try:
        return decode_source(sys.stdin.buffer.read())
    except SourceError as error:
        raise UsageError(f"standard input:{error.line or 1}: {error.message}") from None


def _apart_from_baseline(outcome: Outcome, file: Path | None, new_file: Path | None) -> tuple[tuple[Finding, ...], int]:
    """The findings that count, and how many a baseline holds. One that is written now holds them all."""
    if file is None and new_file is None:
        return outcome.entry.findings, 0
    from convlint import baseline

    found, code_line = outcome.entry.findings, outcome.texts.line
    new = baseline.without(found, baseline.read(file), code_line) if file is not None else found
    if new_file is not None:
        baseline.write(new_file, found, code_line)
        new = ()
    return new, len(found) - len(new)


def _report(options: Mapping[str, Any], run: Run, outcome: Outcome, stream: TextIO) -> None:
    name = options["output_format"]
    nothing = not (run.findings or outcome.workspace.errors or outcome.entry.errors)
    if not (options["quiet"] and nothing and name == "text"):
        shown = replace(run, color=output.wants_color(stream), width=output.width(stream))
        report.write(name, shown, stream)
    if options["show_unknown"]:
        from convlint.report.unknown_table import write_unknowns

        # A format for programs must not be mixed with anything.
        aside = stream if name in FOR_PERSONS else sys.stderr
        write_unknowns(outcome.entry.unknowns, aside, output.width(aside))


def _write(file: Path | None, report: Callable[[TextIO], None]) -> None:
    if file is None:
        stream = output.standard_output()
        report(stream)
        stream.flush()
        return
    with output.write_file(file) as stream:
        report(stream)


def _say_more(options: Mapping[str, Any], workspace: Workspace, errors: tuple[InputError, ...]) -> None:
    """On standard error: what could not be read, and why nothing may have been linted."""
    output.take_any_text(sys.stderr)
    for error in errors:
        _say(f"{error.path}:{error.line}: {error.message}" if error.line else f"{error.path}: {error.message}")
    if options["quiet"]:
        return
    for path in workspace.skipped:
        _say(f"{path}: left out: convlint does not read files of this kind")
    if not workspace.linted and not workspace.skipped:
        _say("convlint: no Python or config files to lint")


def _say_what_was_read(outcome: Outcome) -> None:
    workspace, stats = outcome.workspace, outcome.entry.stats
    _say(f"root: {workspace.root}")
    _say(f"configuration: {workspace.config.file or 'none'}")
    for folder in workspace.packages:
        _say(f"installed packages: {folder}")
    _say(f"files linted: {stats['files']}, parsed: {stats['parsed']}, entry points: {stats['entry_points']}")
    _say(f"layers: {stats['layers']}, fully known: {stats['layers_known']}")
    if outcome.remembered:
        _say("nothing has changed since an earlier run")


def _say(line: str) -> None:
    """One line, in which nothing can drive a terminal."""
    sys.stderr.write(f"{output.printable(line)}\n")

"""One run from beginning to end: the table of contents of convlint. Each step is one function from values to values.

discover -> front ends and evaluation -> layer facts -> rules -> findings -> fixes -> suppressions -> report
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from convlint import result_cache
from convlint.config import Config
from convlint.findings import Severity
from convlint.input_size import KEY, OPTION
from convlint.result_cache import Entry
from convlint.selection import Selection, check_severities, select_rules
from convlint.texts import Texts
from convlint.usage import UsageError
from convlint.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from convlint.evaluate.project import Analysis, Progress
    from convlint.rule import Rule


@dataclass(frozen=True, slots=True)
class Order:
    """What a user asks for. What is left empty is as the configuration says."""

    paths: tuple[Path, ...]
    standard_input: tuple[Path, str] | None = None
    """The name of a file and the text that stands for it."""
    overlays: Mapping[Path, str] = field(default_factory=dict)
    """Texts that stand for files, by absolute path: what fixes have made of them so far."""
    config_file: Path | None = None
    python: Path | None = None
    input_size: tuple[int, ...] | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=dict)
    use_cache: bool = True
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run found, before a baseline is taken off."""

    workspace: Workspace
    entry: Entry
    texts: Texts
    remembered: bool
    """Whether nothing has changed since an earlier run, so that nothing was done anew."""


def check(order: Order) -> Outcome:
    """Lint. Raises UsageError for paths, options, rules and a configuration that cannot be used."""
    workspace = open_workspace(order.paths, order.config_file, order.python, order.standard_input)
    if order.overlays:
        workspace = dataclasses.replace(workspace, overlays={**workspace.overlays, **order.overlays})
    texts = Texts(workspace.root, workspace.overlays)
    folder = result_cache.prepare(workspace.root) if order.use_cache else None
    name = _name_of_run(workspace, order)
    # An editor's text changes with every key press, so what is found in it is not worth remembering.
    remembers = folder is not None and not workspace.overlays
    entry = result_cache.load(folder, name) if folder is not None and remembers else None
    if entry is not None:
        return Outcome(workspace, entry, texts, remembered=True)
    selection = _selection(load_rules(workspace.config), workspace, order)
    entry = _lint(workspace, order, selection, texts, folder)
    if folder is not None and remembers and all(error.line for error in entry.errors):
        result_cache.store(folder, name, entry)
    return Outcome(workspace, entry, texts, remembered=False)


def analyse(workspace: Workspace, order: Order, cache_folder: Path | None, graphs: bool = False) -> Analysis:
    """The layers that the linted files build, and what models compute. Call it where the stack is deep."""
    from convlint.analysis import analyse as analyse_all
    from convlint.evaluate.project import Request

    return analyse_all(
        Request(
            root=workspace.root,
            linted=workspace.linted,
            overlays=workspace.overlays,
            site_packages=workspace.packages,
            cache_folder=cache_folder,
            progress=order.progress,
            input_size=_input_size(order, workspace.config),
            graphs=graphs,
        )
    )


def _input_size(order: Order, settings: Config) -> tuple[tuple[int, ...], str] | None:
    """The size of the networks' input that the user says, and where: the command line comes first."""
    if order.input_size is not None:
        return order.input_size, OPTION
    return (settings.input_size, f"{KEY} in the configuration") if settings.input_size is not None else None


def load_rules(settings: Config) -> tuple[Rule, ...]:
    """The installed rules and the project's own. Raises UsageError for one that cannot be loaded."""
    from convlint import registry

    try:
        return registry.load_rules(settings.rules)
    except registry.RuleLoadError as error:
        raise UsageError(str(error)) from None


def rules_that_run(workspace: Workspace, order: Order) -> tuple[Rule, ...]:
    """The rules that are selected. Raises UsageError as ``load_rules`` does, and for names that are no rule's."""
    return _selection(load_rules(workspace.config), workspace, order).running()


def _lint(workspace: Workspace, order: Order, selection: Selection, texts: Texts, cache_folder: Path | None) -> Entry:
    """Evaluate, apply the rules, and take out what the user has silenced."""
    from convlint.deep_stack import run_deep
    from convlint.fixes.compose import Composer
    from convlint.linter import lint
    from convlint.silence import silence

    severities = {**workspace.config.severity, **order.severity}

    def work() -> Entry:
        analysis = analyse(workspace, order, cache_folder)
        linted = workspace.linted_paths()
        compose = Composer(texts, linted, cache_folder, analysis.network)
        found = lint(analysis.network, selection.running(), linted, severities, compose)
        notes = [replace(note, severity=severities.get(note.rule, note.severity)) for note in analysis.notes]
        findings = [finding for finding in (*found, *notes) if finding.rule in selection.active]
        kept, suppressed = silence(findings, analysis, workspace, selection, severities, texts)
        return Entry(
            findings=kept,
            errors=tuple(sorted(analysis.errors, key=lambda error: (error.path, error.line, error.message))),
            stats=dataclasses.asdict(analysis.stats),
            unknowns=analysis.unknowns,
            suppressed=suppressed,
            consulted=dict(analysis.consulted),
            absent=tuple(sorted(analysis.absent)),
            rules=result_cache.rule_stamps((*selection.rules, *analysis.dialects), analysis.unread),
        )

    return run_deep(work)


def _selection(rules: tuple[Rule, ...], workspace: Workspace, order: Order) -> Selection:
    """The rules that run. What is selected on the command line takes the place of what the configuration says."""
    settings = workspace.config
    check_severities(rules, {**settings.severity, **order.severity})
    return select_rules(
        rules,
        order.select or settings.select,
        order.ignore if order.select else (*settings.ignore, *order.ignore),
        {f"per-file-ignores of '{pattern}'": names for pattern, names in settings.per_file_ignores.items()},
    )


def _name_of_run(workspace: Workspace, order: Order) -> str:
    settings = workspace.config
    options = [
        order.select,
        order.ignore,
        {name: severity.value for name, severity in {**settings.severity, **order.severity}.items()},
        [settings.select, settings.ignore, settings.exclude, dict(settings.per_file_ignores)],
        _input_size(order, settings),
    ]
    return result_cache.key(workspace.root, workspace.linted, workspace.packages, settings.rules, options)

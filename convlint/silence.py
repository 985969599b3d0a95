"""Takes out the findings that a project has silenced, by a comment or for whole files, and adds the unused comments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from convlint import suppressions
from convlint.discover import is_excluded
from convlint.findings import Finding, Severity, sort_key
from convlint.frontends.config import section_nodes, yaml_nodes
from convlint.frontends.config.yaml_nodes import ConfigError
from convlint.frontends.python import tokens
from convlint.frontends.python.source_text import SourceError
from convlint.network.layers import Network, known
from convlint.selection import Selection
from convlint.suppressions import UNUSED, Comments, Stretches, Suppression
from convlint.texts import Texts
from convlint.workspace import Workspace

if TYPE_CHECKING:
    from convlint.evaluate.project import Analysis


def silence(
    findings: Sequence[Finding],
    analysis: Analysis,
    workspace: Workspace,
    selection: Selection,
    severities: Mapping[str, Severity],
    texts: Texts,
) -> tuple[tuple[Finding, ...], int]:
    """The findings to report, sorted, and how many a comment has silenced."""
    in_file: dict[str, Sequence[Suppression]] = {}

    def of_file(path: str) -> Sequence[Suppression]:
        if path not in in_file:
            in_file[path] = _read(path, texts)
        return in_file[path]

    findings = _outside_ignored_files(findings, workspace, selection)
    judged = suppressions.judge(findings, of_file, selection)
    kept, suppressed = judged.kept, judged.suppressed
    if UNUSED in selection.active:
        # What a comment in a broken file silences is not known.
        readable = sorted(workspace.linted_paths() - {error.path for error in analysis.errors})
        own = {path: found for path in readable if (found := of_file(path))}
        undecided = _undecided(analysis.network) if own else {}
        severity = severities.get(UNUSED, Severity.NOTE)
        idle = suppressions.unused(judged, own, selection, undecided, severity)
        again = suppressions.judge(_outside_ignored_files(idle, workspace, selection), of_file, selection)
        kept, suppressed = (*kept, *again.kept), suppressed + again.suppressed
    return tuple(sorted(kept, key=sort_key)), suppressed


def _read(path: str, texts: Texts) -> Sequence[Suppression]:
    text = texts(path)
    try:
        return suppressions.read(path, text, _comments_of(path)) if text is not None else ()
    except (SourceError, ConfigError):
        return ()


def _comments_of(path: str) -> Comments:
    """What finds the comments of a file, by its suffix."""
    suffix = path.rpartition(".")[2]
    if suffix == "py":
        return tokens.comments
    if suffix == "json":
        return lambda text: ()
    if suffix == "cfg":
        return section_nodes.comments
    return yaml_nodes.comments


def _outside_ignored_files(
    findings: Sequence[Finding], workspace: Workspace, selection: Selection
) -> tuple[Finding, ...]:
    """The findings that ``per-file-ignores`` leaves."""
    left = list(findings)
    for pattern, words in workspace.config.per_file_ignores.items():
        rules = frozenset().union(*(selection.names(word) or () for word in words))
        hidden = {
            path
            for path in {finding.place.path for finding in left if finding.rule in rules}
            if is_excluded(workspace.root / path, workspace.root, (pattern,))
        }
        left = [finding for finding in left if not (finding.rule in rules and finding.place.path in hidden)]
    return tuple(left)


def _undecided(network: Network) -> Stretches:
    """The calls of layers whose numbers are not all known: who else calls them may decide."""
    stretches: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for layer in network.layers:
        if None in (known(layer.kernel_size), known(layer.stride), known(layer.dilation)):
            for place in {layer.call, *(use.meeting for use in network.uses(layer))}:
                stretches[place.path].append((place.line, place.end_line))
    return stretches

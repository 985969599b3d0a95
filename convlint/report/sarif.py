"""The SARIF 2.1.0 report (OASIS standard), for code scanning and for editors. The document is ASCII."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TextIO
from urllib.parse import quote

import convlint
from convlint.findings import Applicability, Edit, Finding, Fix, InputError
from convlint.network.layers import Step
from convlint.registry import page
from convlint.report.fingerprint import fingerprints
from convlint.report.run import Run
from convlint.rule import Rule
from convlint.source import Place

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
ROOT = "SRCROOT"
"""The name that relative addresses are relative to."""
STEPS = 1000
"""A code flow shows at most so many calls, the innermost ones; a chain of calls is never near it."""

_OWN = {
    "unused-suppression": "A suppression comment that silences nothing.",
    "internal-error": "A rule that failed on a layer.",
}
_EXAMPLE_FENCE = re.compile(r"^(```\w+)[^\S\n][^\n]*$", re.MULTILINE)
_DRIVE = re.compile(r"[A-Za-z]:/")

Object = dict[str, object]


def write(run: Run, stream: TextIO) -> None:
    """Write the log file: one run of the tool ``convlint``."""
    rules = [_descriptor(rule) for rule in run.rules]
    names = [rule.name for rule in run.rules]
    for name in sorted({finding.rule for finding in run.findings} - set(names)):
        rules.append(_own_descriptor(name))
        names.append(name)
    index = {name: number for number, name in enumerate(names)}
    tool_run = {
        "tool": {"driver": {"name": "convlint", "version": convlint.__version__, "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"uri": _folder_address(run.root)}},
        "invocations": [_invocation(run.errors)],
        "results": [
            _result(finding, index[finding.rule], fingerprint)
            for finding, fingerprint in zip(run.findings, fingerprints(run), strict=True)
        ],
    }
    json.dump({"$schema": SCHEMA, "version": "2.1.0", "runs": [tool_run]}, stream, indent=1)
    stream.write("\n")


def _descriptor(rule: Rule) -> Object:
    text = page(rule)
    title, _, rest = text.partition("\n")
    title = title or rule.name
    return {
        "id": rule.name,
        "shortDescription": {"text": title},
        "fullDescription": {"text": _first_section(rest) or title},
        "help": {"text": text or title, "markdown": _EXAMPLE_FENCE.sub(r"\1", text) or title},
        "defaultConfiguration": {"enabled": rule.enabled, "level": rule.severity.value},
        "properties": {"tags": [rule.group]},
    }


def _own_descriptor(name: str) -> Object:
    text = _OWN.get(name, name)
    return {"id": name, "shortDescription": {"text": text}, "fullDescription": {"text": text}, "help": {"text": text}}


def _first_section(text: str) -> str:
    """The first paragraph that is not a heading, on one line."""
    paragraphs = (" ".join(paragraph.split()) for paragraph in text.split("\n\n"))
    return next((paragraph for paragraph in paragraphs if paragraph and not paragraph.startswith("#")), "")


def _invocation(errors: Sequence[InputError]) -> Object:
    return {"executionSuccessful": not errors, "toolExecutionNotifications": [_notification(error) for error in errors]}


def _notification(error: InputError) -> Object:
    physical: Object = {"artifactLocation": _artifact(error.path)}
    if error.line:
        physical["region"] = {"startLine": error.line}
    return {
        "level": "error",
        "message": _message(error.message),
        "locations": [{"physicalLocation": physical}],
    }


def _result(finding: Finding, index: int, fingerprint: str) -> Object:
    result: Object = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": finding.severity.value,
        "message": _message(finding.message),
        "locations": [_location(finding.place)],
        "partialFingerprints": {"convlintFinding/v1": fingerprint},
        "properties": _properties(finding),
    }
    related = _related(finding)
    if related:
        result["relatedLocations"] = related
    if finding.trace:
        result["codeFlows"] = [{"threadFlows": [{"locations": list(map(_flow_location, finding.trace[-STEPS:]))}]}]
    fixes = [_fix(fix) for fix in finding.fixes if fix.edits and fix.applicability is not Applicability.SUGGESTION]
    if fixes:
        result["fixes"] = fixes
    return result


def _related(finding: Finding) -> list[Object]:
    """The labelled places, and the layer's own call where no label stands there."""
    labels = [(place, words) for place, words in finding.labels if place != finding.place]
    call = None if finding.layer is None else finding.layer.call
    if call is not None and call not in (finding.place, *(place for place, _ in labels)):
        labels.append((call, "the layer is built here"))
    return [_location(place, words, number) for number, (place, words) in enumerate(labels, start=1)]


def _properties(finding: Finding) -> Object:
    facts: Object = {"confidence": finding.confidence.value, "verdict": finding.verdict}
    if finding.verdicts:
        facts["verdicts"] = {name: list(map(_legal, names)) for name, names in finding.verdicts.items() if names}
    if finding.dead_fraction is not None:
        facts["deadFraction"] = finding.dead_fraction
    if finding.entry_points:
        facts["entryPoints"] = list(map(_legal, finding.entry_points))
    return facts


def _location(place: Place, words: str | None = None, number: int | None = None) -> Object:
    location: Object = {} if number is None else {"id": number}
    location["physicalLocation"] = {"artifactLocation": _artifact(place.path), "region": _region(place)}
    if words:
        location["message"] = _message(words)
    return location


def _flow_location(step: Step) -> Object:
    location = _location(step.place, f"in {step.function}")
    location["logicalLocations"] = [{"fullyQualifiedName": _legal(step.function), "kind": "function"}]
    return {"location": location}


def _region(place: Place) -> Object:
    return {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }


def _artifact(path: str) -> Object:
    """A relative address under ``SRCROOT``, or a file's own address where the file lies elsewhere."""
    if path.startswith("/"):
        return {"uri": f"file://{_percent_encoded(path)}"}
    if _DRIVE.match(path):
        return {"uri": f"file:///{path[:2]}{_percent_encoded(path[2:])}"}
    return {"uri": _percent_encoded(path), "uriBaseId": ROOT}


def _folder_address(folder: Path) -> str:
    """The address of a folder, which ends in a slash: relative addresses are joined to it."""
    address = folder.absolute().as_uri()
    return address if address.endswith("/") else f"{address}/"


def _percent_encoded(path: str) -> str:
    try:
        return quote(path.encode("utf-8", "surrogateescape"))  # the bytes of a POSIX path that is not UTF-8
    except UnicodeEncodeError:
        return quote(path.encode("utf-8", "surrogatepass"))  # Windows allows lone surrogates


def _fix(fix: Fix) -> Object:
    """The edits by file; SARIF has no word for how far a fix may be trusted, so the description says it."""
    by_path = groupby(sorted(fix.edits, key=lambda edit: edit.place), key=lambda edit: edit.place.path)
    return {
        "description": _message(f"{fix.title} ({fix.applicability.value})"),
        "artifactChanges": [
            {"artifactLocation": _artifact(path), "replacements": _replacements(edits)} for path, edits in by_path
        ],
    }


def _replacements(edits: Iterable[Edit]) -> list[Mapping[str, object]]:
    return [{"deletedRegion": _region(edit.place), "insertedContent": {"text": _legal(edit.text)}} for edit in edits]


def _message(text: str) -> Object:
    """A plain message: SARIF reads ``[words](address)`` in it as a link, so the middle of one is escaped."""
    return {"text": _legal(text).replace("](", "\\](")}


def _legal(text: str) -> str:
    """``text`` without lone surrogates, which strict readers of JSON refuse."""
    return text.encode("utf-8", "replace").decode("utf-8")

"""Baselines: the findings that an old code base starts with, so that only new ones count."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from convlint.findings import Finding
from convlint.network.layers import Layer, Sizes, Unknown
from convlint.usage import UsageError

VERSION = 1
_EMPTY = f'{{"version": {VERSION}, "findings": []}}\n'


class Fingerprint(NamedTuple):
    """What stays the same about a finding when lines move: all but its position."""

    path: str
    rule: str
    code: str
    """The line on which the finding stands, without its indentation."""
    layer: str
    """The operation and its numbers, empty for a finding about no layer."""


CodeLine = Callable[[str, int], str]
"""One line of a file by its path and number, empty where it cannot be read."""


def write(file: Path, findings: Sequence[Finding], code_line: CodeLine) -> None:
    """Write all ``findings`` into a baseline, one a line and sorted. Raises UsageError where it cannot be written."""
    from convlint.output import write_file

    counts = Counter(fingerprint(finding, code_line) for finding in findings)
    entries = [json.dumps({**known._asdict(), "count": counts[known]}) for known in sorted(counts)]
    body = ",\n".join(entries)
    with write_file(file) as stream:
        stream.write(f'{{"version": {VERSION}, "findings": [\n{body}\n]}}\n' if entries else _EMPTY)


def read(file: Path) -> Counter[Fingerprint]:
    """How often the baseline holds each finding. Raises UsageError for a file that is no baseline."""
    try:
        content = json.loads(file.read_bytes())
    except OSError as error:
        raise UsageError(f"{file}: the baseline cannot be read: {error.strerror or error}") from None
    except json.JSONDecodeError as error:
        raise UsageError(f"{file}:{error.lineno}: the baseline is not JSON: {error.msg}") from None
    except (ValueError, RecursionError):
        raise UsageError(f"{file}: the baseline is not JSON") from None
    if not isinstance(content, dict) or not isinstance(content.get("findings"), list):
        raise UsageError(f"{file}: is not a baseline that --write-baseline wrote")
    if content.get("version") != VERSION:
        raise UsageError(f"{file}: is a baseline of version {content.get('version')!r}, not {VERSION}: write it anew")
    counts: Counter[Fingerprint] = Counter()
    for number, entry in enumerate(content["findings"], 1):
        count = entry.get("count") if isinstance(entry, dict) else None
        texts = [text for name in Fingerprint._fields if isinstance(text := entry.get(name), str)] if count else []
        if len(texts) != len(Fingerprint._fields) or type(count) is not int or count < 1:
            raise UsageError(f"{file}: finding {number} of the baseline is not complete")
        counts[Fingerprint(*texts)] += count
    return counts


def without(findings: Sequence[Finding], known: Counter[Fingerprint], code_line: CodeLine) -> tuple[Finding, ...]:
    """The findings that the baseline does not hold. Of several that look the same, the first ones are the old ones."""
    left = Counter(known)
    new: list[Finding] = []
    for finding in findings:
        same = fingerprint(finding, code_line)
        if left[same] > 0:
            left[same] -= 1
        else:
            new.append(finding)
    return tuple(new)


def fingerprint(finding: Finding, code_line: CodeLine) -> Fingerprint:
    """What is remembered of a finding."""
    code = code_line(finding.place.path, finding.place.line).strip()
    return Fingerprint(finding.place.path, finding.rule, code, _numbers(finding.layer))


def _numbers(layer: Layer | None) -> str:
    if layer is None:
        return ""
    numbers = {"kernel": layer.kernel_size, "stride": layer.stride, "dilation": layer.dilation}
    return " ".join([layer.op, *(f"{name}={_sizes(sizes)}" for name, sizes in numbers.items())])


def _sizes(sizes: Sizes | Unknown) -> str:
    if isinstance(sizes, Unknown):
        return "?"
    return "x".join("?" if isinstance(size, Unknown) else str(size) for size in sizes)

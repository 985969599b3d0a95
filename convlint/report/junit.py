"""The JUnit report: a test case for each finding, for build servers that know no better format."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TextIO
from xml.sax.saxutils import escape

from convlint.findings import Finding, InputError
from convlint.report.run import Run

# XML 1.0, section 2.2, production Char: everything else may not stand in a document, not even escaped.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(run: Run, stream: TextIO) -> None:
    """Write the document, in ASCII.

    What makes the run fail is a failure, what could not be read is an error, and a finding below ``fail_on`` is a
    passed test that says what was found. A run with nothing to say has one passed test, since an empty suite reads as
    a broken one.
    """
    cases = [*(_finding_case(finding, run) for finding in run.findings), *map(_error_case, run.errors)]
    if not cases:
        cases = ['    <testcase name="nothing found" classname="convlint" time="0"/>\n']
    failures = sum(run.fails(finding) for finding in run.findings)
    counts = _attributes(tests=str(len(cases)), failures=str(failures), errors=str(len(run.errors)))
    document = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuites name="convlint"{counts}>\n'
        f'  <testsuite name="convlint"{counts} skipped="0" time="0">\n'
        f"{''.join(cases)}"
        "  </testsuite>\n"
        "</testsuites>\n"
    )
    stream.write(document.encode("ascii", "xmlcharrefreplace").decode("ascii"))


def _finding_case(finding: Finding, run: Run) -> str:
    place = finding.place
    where = f"{place.path}:{place.line}:{place.column}"
    opening = _opening(f"{finding.rule} at {place.line}:{place.column}", place.path, place.line)
    body = _text("\n".join(_body(finding, where)))
    if run.fails(finding):
        attributes = _attributes(message=f"{where}: {finding.message}", type=finding.severity.value)
        return f"{opening}      <failure{attributes}>{body}</failure>\n    </testcase>\n"
    return f"{opening}      <system-out>{body}</system-out>\n    </testcase>\n"


def _body(finding: Finding, where: str) -> Iterator[str]:
    yield f"{where}: {finding.severity.value} {finding.rule} {finding.message}"
    yield from finding.picture
    for place, words in finding.labels:
        yield f"{place.path}:{place.line}:{place.column}: {words}"


def _error_case(error: InputError) -> str:
    opening = _opening("not read", error.path, error.line)
    attributes = _attributes(message=error.message, type="not read")
    return f"{opening}      <error{attributes}/>\n    </testcase>\n"


def _opening(name: str, path: str, line: int) -> str:
    attributes = {"name": name, "classname": path, "file": path, **({"line": str(line)} if line else {}), "time": "0"}
    return f"    <testcase{_attributes(**attributes)}>\n"


def _attributes(**values: str) -> str:
    quoted = {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
    return "".join(f' {name}="{escape(_legal(value), quoted)}"' for name, value in values.items())


def _text(value: str) -> str:
    return escape(_legal(value), {"\r": "&#13;"})


def _legal(value: str) -> str:
    """``value`` with the characters that XML forbids replaced by the replacement character."""
    return _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", value)

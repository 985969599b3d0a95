"""The GitLab report, and the fingerprints by which it is compared with the one before."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from report_runs import FILES, NOTE, UNREAD, WARNING, report, run_of

from convlint.findings import Severity
from convlint.report.run import Run
from convlint.source import Place


def issues(run: Run) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads(report("gitlab", run, encoding="ascii"))
    return listed


def test_an_issue_for_each_finding_and_error() -> None:
    found = issues(run_of(WARNING, NOTE, replace(NOTE, severity=Severity.ERROR), errors=(UNREAD,)))
    fingerprints = [issue.pop("fingerprint") for issue in found]
    assert len(set(fingerprints)) == 4
    assert found[0] == {
        "description": "1x1 convolution with stride 2 reads 1 of every 4 pixels of its input",
        "check_name": "dead-pixels",
        "severity": "major",
        "location": {"path": "models/resnet.py", "lines": {"begin": 5}},
    }
    assert [issue["severity"] for issue in found] == ["major", "info", "critical", "critical"]
    assert found[3]["location"] == {"path": "broken.py", "lines": {"begin": 7}}


def test_a_clean_run_is_an_empty_list() -> None:
    assert report("gitlab", run_of()) == "[]\n"


def test_fingerprints_stay_when_lines_move() -> None:
    moved_place = NOTE.place._replace(line=NOTE.place.line + 2, end_line=NOTE.place.end_line + 2)
    moved = replace(NOTE, place=moved_place)
    files = {**FILES, "app.py": "# one\n# two\n" + FILES["app.py"]}
    (before,), (after,) = issues(run_of(NOTE)), issues(run_of(moved, files=files))
    assert before["fingerprint"] == after["fingerprint"]
    (other,) = issues(run_of(replace(NOTE, rule="cost")))
    assert other["fingerprint"] != before["fingerprint"]


@given(st.lists(st.sampled_from([WARNING, NOTE, replace(NOTE, place=Place("\udcff", 1, 1, 1, 1))]), max_size=6))
def test_fingerprints_are_unique(findings: list[Any]) -> None:
    fingerprints = [issue["fingerprint"] for issue in issues(run_of(*findings, errors=(UNREAD, UNREAD)))]
    assert len(set(fingerprints)) == len(findings) + 2

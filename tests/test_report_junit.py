"""The JUnit report: well-formed whatever the findings say, and failing exactly where the run does."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st
from report_runs import NOTE, UNREAD, WARNING, report, run_of

from convlint.findings import InputError
from convlint.source import Place


def test_failures_errors_and_passes() -> None:
    assert report("junit", run_of(WARNING, NOTE, errors=(UNREAD,)), encoding="ascii") == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<testsuites name="convlint" tests="3" failures="1" errors="1">\n'
        '  <testsuite name="convlint" tests="3" failures="1" errors="1" skipped="0" time="0">\n'
        '    <testcase name="dead-pixels at 5:24" classname="models/resnet.py" file="models/resnet.py" line="5" '
        'time="0">\n'
        '      <failure message="models/resnet.py:5:24: 1x1 convolution with stride 2 reads 1 of every 4 pixels of its '
        'input" type="warning">models/resnet.py:5:24: warning dead-pixels 1x1 convolution with stride 2 reads 1 of '
        "every 4 pixels of its input\n"
        "x o x o\n"
        "o o o o\n"
        "models/resnet.py:2:49: kernel size 1 is set here\n"
        "models/resnet.py:4:51: stride 2 is set here\n"
        "models/resnet.py:5:24: they meet here</failure>\n"
        "    </testcase>\n"
        '    <testcase name="dead-pixels at 3:9" classname="app.py" file="app.py" line="3" time="0">\n'
        "      <system-out>app.py:3:9: note dead-pixels builds 3 layers that read 1 of every 4 pixels of their input "
        "(torchvision/models/resnet.py:241)</system-out>\n"
        "    </testcase>\n"
        '    <testcase name="not read" classname="broken.py" file="broken.py" line="7" time="0">\n'
        '      <error message="cannot be parsed: unexpected indent" type="not read"/>\n'
        "    </testcase>\n"
        "  </testsuite>\n"
        "</testsuites>\n"
    )


def test_a_clean_run_is_one_passed_test() -> None:
    suite = ElementTree.fromstring(report("junit", run_of()))
    assert suite.attrib == {"name": "convlint", "tests": "1", "failures": "0", "errors": "0"}
    assert [case.attrib["name"] for case in suite.iter("testcase")] == ["nothing found"]


@given(
    st.text(st.characters(), max_size=40) | st.text(st.sampled_from("a<>&\"'\t\r\n\0\x1b\ufffe\udcff]模"), max_size=40)
)
def test_any_text_is_well_formed_and_comes_back(text: str) -> None:
    hostile = replace(WARNING, message=text, place=Place(text, 1, 1, 1, 2), labels=(), picture=(), rule="r")
    document = report("junit", run_of(hostile, errors=(InputError(text, 0, text),)), encoding="ascii")
    suite = ElementTree.fromstring(document)
    failure, error = suite.find(".//failure"), suite.find(".//error")
    assert failure is not None
    assert error is not None
    legal = "".join(
        c if c in "\t\n\r" or (c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff") else "\ufffd"
        for c in text
    )
    assert failure.get("message") == f"{legal}:1:1: {legal}"
    assert failure.text == f"{legal}:1:1: warning r {legal}"
    assert error.get("message") == legal

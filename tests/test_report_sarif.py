"""The SARIF report: valid against the official schema where it is at hand, readable by a typed model everywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest
import sarif_pydantic
from hypothesis import given, settings
from hypothesis import strategies as st
from own_source import ROOT
from pydantic import BaseModel
from report_runs import CALL, NOTE, UNREAD, WARNING, report, run_of

from convlint.findings import Applicability, Edit, Fix, InputError
from convlint.registry import load_rules
from convlint.report.run import Run
from convlint.source import Place

SCHEMA = ROOT.parent / "shared" / "schemas" / "sarif-2.1.0.json"
UNMODELLED = {"columnKind", "toolExecutionNotifications"}
"""Keys of SARIF 2.1.0 that sarif-pydantic has no field for."""


def log(run: Run) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(report("sarif", run, encoding="ascii"))
    return document


def full_run(**changes: Any) -> Run:
    own = replace(NOTE, rule="unused-suppression", message="this comment silences nothing")
    return run_of(WARNING, NOTE, own, errors=(UNREAD, InputError("gone.py", 0, "no such file")), **changes)


def unknown_keys(model: object) -> Iterator[str]:
    """The keys that a parsed document has and the models do not."""
    if isinstance(model, BaseModel):
        yield from model.model_extra or ()
        for name in type(model).model_fields:
            yield from unknown_keys(getattr(model, name))
    elif isinstance(model, list):
        for each in model:
            yield from unknown_keys(each)


@pytest.fixture(scope="module")
def validator() -> Any:
    if not SCHEMA.is_file():
        pytest.skip("the official schema is not beside this checkout")
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    # Not jsonschema.validate: that checks the schema first, which has an `anyOf` among its properties.
    return jsonschema.validators.validator_for(schema)(schema)


@pytest.mark.parametrize("run", [full_run(), full_run(rules=load_rules()), run_of()], ids=["full", "rules", "clean"])
def test_it_is_valid(run: Run, validator: Any) -> None:
    assert list(validator.iter_errors(log(run))) == []


def test_the_schema_would_notice(validator: Any) -> None:
    broken = log(full_run())
    broken["runs"][0]["results"][0]["level"] = "loud"
    assert list(validator.iter_errors(broken))


def test_a_typed_model_reads_it() -> None:
    document = log(full_run())
    parsed = sarif_pydantic.Sarif.model_validate(document)
    assert set(unknown_keys(parsed)) == UNMODELLED
    assert [result.rule_id for result in parsed.runs[0].results or []] == [
        "dead-pixels",
        "dead-pixels",
        "unused-suppression",
    ]


def test_a_result_tells_where_why_and_how() -> None:
    (result, *_) = log(full_run())["runs"][0]["results"]
    fingerprint = result["partialFingerprints"].pop("convlintFinding/v1")
    assert len(fingerprint) == 64
    artifact = {"uri": "models/resnet.py", "uriBaseId": "SRCROOT"}
    kernel = {"startLine": 2, "startColumn": 49, "endLine": 2, "endColumn": 62}
    call = {"startLine": 2, "startColumn": 12, "endLine": 2, "endColumn": 90}
    meeting = {"startLine": 5, "startColumn": 24, "endLine": 7, "endColumn": 14}
    assert result == {
        "ruleId": "dead-pixels",
        "ruleIndex": 0,
        "level": "warning",
        "message": {"text": "1x1 convolution with stride 2 reads 1 of every 4 pixels of its input"},
        "locations": [{"physicalLocation": {"artifactLocation": artifact, "region": meeting}}],
        "partialFingerprints": {},
        "properties": {
            "confidence": "possible",
            "verdict": "unknown",
            "deadFraction": 0.75,
            "entryPoints": list(WARNING.entry_points),
        },
        "relatedLocations": [
            {
                "id": 1,
                "physicalLocation": {"artifactLocation": artifact, "region": kernel},
                "message": {"text": "kernel size 1 is set here"},
            },
            {
                "id": 2,
                "physicalLocation": {
                    "artifactLocation": artifact,
                    "region": {"startLine": 4, "startColumn": 51, "endLine": 4, "endColumn": 59},
                },
                "message": {"text": "stride 2 is set here"},
            },
            {
                "id": 3,
                "physicalLocation": {"artifactLocation": artifact, "region": call},
                "message": {"text": "the layer is built here"},
            },
        ],
        "codeFlows": [
            {
                "threadFlows": [
                    {
                        "locations": [
                            {
                                "location": {
                                    "physicalLocation": {"artifactLocation": artifact, "region": region},
                                    "message": {"text": f"in {function}"},
                                    "logicalLocations": [{"fullyQualifiedName": function, "kind": "function"}],
                                }
                            }
                            for region, function in (
                                (meeting, "models.resnet.ResNet.make_layer"),
                                (call, "models.resnet.conv1x1"),
                            )
                        ]
                    }
                ]
            }
        ],
        "fixes": [
            {
                "description": {"text": "set the kernel size to 3 (unsafe)"},
                "artifactChanges": [
                    {
                        "artifactLocation": artifact,
                        "replacements": [{"deletedRegion": kernel, "insertedContent": {"text": "kernel_size=3"}}],
                    }
                ],
            }
        ],
    }


def test_rules_carry_their_page() -> None:
    rules = log(run_of(rules=load_rules()))["runs"][0]["tool"]["driver"]["rules"]
    (dead_pixels,) = (rule for rule in rules if rule["id"] == "dead-pixels")
    assert dead_pixels["shortDescription"]["text"].endswith(".")
    assert dead_pixels["fullDescription"]["text"].startswith("Finds convolutions")
    assert "## What it does" in dead_pixels["help"]["text"]
    assert "```python\n" in dead_pixels["help"]["markdown"]
    assert "```python bad" not in dead_pixels["help"]["markdown"]
    assert dead_pixels["defaultConfiguration"] == {"enabled": True, "level": "warning"}
    assert dead_pixels["properties"] == {"tags": ["sampling"]}


def test_every_rule_index_names_its_rule() -> None:
    (run,) = log(full_run())["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert [rules[result["ruleIndex"]] for result in run["results"]] == [result["ruleId"] for result in run["results"]]


def test_errors_make_the_invocation_unsuccessful() -> None:
    (run,) = log(full_run())["runs"]
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert [
        notification["locations"][0]["physicalLocation"] for notification in invocation["toolExecutionNotifications"]
    ] == [
        {"artifactLocation": {"uri": "broken.py", "uriBaseId": "SRCROOT"}, "region": {"startLine": 7}},
        {"artifactLocation": {"uri": "gone.py", "uriBaseId": "SRCROOT"}},
    ]
    assert log(run_of())["runs"][0]["invocations"][0]["executionSuccessful"] is True


def test_fixes_never_change_nothing() -> None:
    fixes = (
        Fix("read the docs", Applicability.SAFE, ()),
        Fix("think about it", Applicability.SUGGESTION, (Edit(CALL, "x"),)),
        Fix("two files", Applicability.SAFE, (Edit(CALL, "x"), Edit(NOTE.place, "y"), Edit(WARNING.place, "z"))),
    )
    (result,) = log(run_of(replace(WARNING, fixes=fixes)))["runs"][0]["results"]
    (fix,) = result["fixes"]
    changes = fix["artifactChanges"]
    assert [change["artifactLocation"]["uri"] for change in changes] == ["app.py", "models/resnet.py"]
    assert [[each["insertedContent"]["text"] for each in change["replacements"]] for change in changes] == [
        ["y"],
        ["x", "z"],
    ]
    assert "fixes" not in log(run_of(replace(WARNING, fixes=fixes[:2])))["runs"][0]["results"][0]


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("a b/ü#1.py", {"uri": "a%20b/%C3%BC%231.py", "uriBaseId": "SRCROOT"}),
        ("a:b.py", {"uri": "a%3Ab.py", "uriBaseId": "SRCROOT"}),
        ("caf\udce9.py", {"uri": "caf%E9.py", "uriBaseId": "SRCROOT"}),
        ("/usr/lib/python3/x y.py", {"uri": "file:///usr/lib/python3/x%20y.py"}),
        ("C:/lib/x y.py", {"uri": "file:///C:/lib/x%20y.py"}),
    ],
)
def test_addresses(path: str, location: dict[str, str]) -> None:
    moved = replace(NOTE, place=NOTE.place._replace(path=path))
    (result,) = log(run_of(moved))["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == location


def test_the_root_is_an_address_that_ends_in_a_slash(tmp_path: Path) -> None:
    for root in (tmp_path, Path("/")):
        base = log(run_of(root=root))["runs"][0]["originalUriBaseIds"]["SRCROOT"]["uri"]
        assert base == (f"{root.as_uri()}/" if root == tmp_path else "file:///")


@settings(max_examples=50)
@given(st.text(st.characters(), min_size=1, max_size=30), st.text(st.characters(), max_size=30))
def test_any_path_and_message_fit(path: str, message: str) -> None:
    hostile = replace(WARNING, message=message, place=Place(path, 1, 1, 1, 2), labels=((CALL, message),))
    text = report("sarif", run_of(hostile, errors=(InputError(path, 1, message),)), encoding="ascii")
    (result,) = json.loads(text)["runs"][0]["results"]
    text.encode("utf-8")
    json.dumps(json.loads(text), ensure_ascii=False).encode("utf-8")  # no lone surrogate is left
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri.isascii()
    assert "](" not in result["message"]["text"].replace("\\](", "")
    if path.isascii() and not path.startswith("/") and path[1:3] != ":/":
        assert unquote(uri) == path

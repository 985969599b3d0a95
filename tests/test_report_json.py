"""The JSON documents, version 1: keys, their order, and null for what is not known; and the table of layers."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from report_runs import NOTE, UNREAD, WARNING, TwoModels, report, run_of

from convlint.report import FORMATS, LAYER_FORMATS, write_layers

STATS = {"files": 2, "parsed": 1, "layers": 3, "layers_known": 2, "entry_points": 1}


def layers_report(name: str, encoding: str = "utf-8") -> str:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, errors="strict", newline="\n")
    write_layers(name, Path("/project"), TwoModels(), stream)
    stream.flush()
    return raw.getvalue().decode(encoding)


def test_a_finding_has_every_documented_key_in_order() -> None:
    document = json.loads(report("json", run_of(WARNING)))
    assert list(document) == ["version", "root", "findings", "errors", "stats"]
    (finding,) = document["findings"]
    expected = {
        "rule": "dead-pixels",
        "severity": "warning",
        "path": "models/resnet.py",
        "line": 5,
        "column": 24,
        "end_line": 7,
        "end_column": 14,
        "message": "1x1 convolution with stride 2 reads 1 of every 4 pixels of its input",
        "dead_fraction": 0.75,
        "verdict": "unknown",
        "verdicts": {"dead": [], "unknown": [], "gate-only": [], "branch": []},
        "work": [],
        "confidence": "possible",
        "layer": {
            "op": "torch.nn.Conv2d",
            "path": "models/resnet.py",
            "line": 2,
            "column": 12,
            "kernel_size": [1, 1],
            "stride": [2, 2],
            "dilation": [1, None],
            "padding": None,
        },
        "origins": {
            "kernel_size": {"path": "models/resnet.py", "line": 2, "column": 49},
            "stride": {"path": "models/resnet.py", "line": 4, "column": 51},
        },
        "trace": [
            {"path": "models/resnet.py", "line": 5, "column": 24, "function": "models.resnet.ResNet.make_layer"},
            {"path": "models/resnet.py", "line": 2, "column": 12, "function": "models.resnet.conv1x1"},
        ],
        "entry_points": {
            "count": 4,
            "names": [
                "models.resnet.resnet101",
                "models.resnet.resnet18",
                "models.resnet.resnet34",
                "models.resnet.wide",
            ],
        },
        "fixes": [
            {
                "title": "set the kernel size to 3",
                "applicability": "unsafe",
                "edits": [
                    {
                        "path": "models/resnet.py",
                        "line": 2,
                        "column": 49,
                        "end_line": 2,
                        "end_column": 62,
                        "text": "kernel_size=3",
                    }
                ],
            }
        ],
    }
    assert json.dumps(finding) == json.dumps(expected)


def test_a_finding_without_layer_says_null() -> None:
    (finding,) = json.loads(report("json", run_of(NOTE)))["findings"]
    assert finding["layer"] is None
    assert finding["dead_fraction"] is None
    assert finding["confidence"] == "certain"
    assert finding["entry_points"] == {"count": 0, "names": []}


def test_an_empty_run_is_a_whole_document() -> None:
    assert report("json", run_of(stats=STATS)) == (
        '{"version": 1, "root": "/project", "findings": [],\n'
        '"errors": [],\n'
        '"stats": {"files": 2, "parsed": 1, "layers": 3, "layers_known": 2, "entry_points": 1}}\n'
    )


def test_each_finding_and_error_has_a_line_of_its_own() -> None:
    lines = report("json", run_of(WARNING, NOTE, errors=(UNREAD,))).splitlines()
    assert [json.loads(line.rstrip(","))["severity"] for line in lines[1:3]] == ["warning", "note"]
    assert lines[5] == '{"path": "broken.py", "line": 7, "message": "cannot be parsed: unexpected indent"}'


def test_padding_by_name_stays_a_name() -> None:
    assert WARNING.layer is not None
    same = replace(WARNING, layer=replace(WARNING.layer, padding="same"))
    assert json.loads(report("json", run_of(same)))["findings"][0]["layer"]["padding"] == "same"


def test_any_text_comes_back_whatever_the_stream_takes() -> None:
    hostile = replace(NOTE, message="\x1b[31m 模型 \udcff \u2028")
    text = report("json", run_of(hostile), encoding="ascii")
    assert text.count("\n") == 5
    assert json.loads(text)["findings"][0]["message"] == hostile.message


def test_the_layers_document() -> None:
    text = layers_report("json", encoding="ascii")
    assert json.loads(text) == {
        "version": 1,
        "root": "/project",
        "layers": [
            {
                "op": "torch.nn.Conv2d",
                "path": "models/resnet.py",
                "line": 2,
                "column": 12,
                "in_channels": 64,
                "out_channels": None,
                "kernel_size": [1, 1],
                "stride": [2, 2],
                "dilation": [1, None],
                "padding": None,
                "groups": 1,
                "confidence": "certain",
                "entry_points": {"count": 3, "names": ["zoo.large", "zoo.small", "zoo.tiny"]},
            },
            {
                "op": "torch.nn.functional.max_pool2d",
                "path": "models/resnet.py",
                "line": 2,
                "column": 49,
                "in_channels": None,
                "out_channels": None,
                "kernel_size": [1, 2],
                "stride": None,
                "dilation": [1, 1],
                "padding": "same",
                "groups": None,
                "confidence": "possible",
                "entry_points": {"count": 1, "names": ["zoo.large"]},
            },
        ],
    }


def test_the_layers_table_shares_what_models_share() -> None:
    assert layers_report("text", encoding="ascii") == (
        "zoo.large\n"
        "  operation     in  out  kernel  stride  dilation  padding  groups  where\n"
        "  Conv2d        64  ?    1x1     2x2     1x?       ?        1       models/resnet.py:2:12\n"
        "  F.max_pool2d  -   -    1x2     ?       1x1       same     -       models/resnet.py:2:49 (possible)\n"
        "\n"
        "zoo.small, zoo.tiny\n"
        "  operation  in  out  kernel  stride  dilation  padding  groups  where\n"
        "  Conv2d     64  ?    1x1     2x2     1x?       ?        1       models/resnet.py:2:12\n"
        "\n"
        "2 distinct layers. ? is not known. (possible) depends on a condition that could not be decided.\n"
    )


def test_unknown_formats_are_refused() -> None:
    assert FORMATS == ("text", "concise", "json", "github", "sarif", "gitlab", "junit")
    assert LAYER_FORMATS == ("text", "json")
    with pytest.raises(KeyError):
        report("xml", run_of())
    with pytest.raises(KeyError):
        layers_report("sarif")


def test_verdicts_name_their_entry_points() -> None:
    verdicts = {"dead": ("zoo.a", "zoo.b"), "branch": ("zoo.c",)}
    (found,) = json.loads(report("json", run_of(replace(WARNING, verdict="dead", verdicts=verdicts))))["findings"]
    assert found["verdict"] == "dead"
    assert found["verdicts"] == {"dead": ["zoo.a", "zoo.b"], "unknown": [], "gate-only": [], "branch": ["zoo.c"]}
    sarif = json.loads(report("sarif", run_of(replace(WARNING, verdict="dead", verdicts=verdicts))))
    properties = sarif["runs"][0]["results"][0]["properties"]
    assert (properties["verdict"], properties["verdicts"]) == (
        "dead",
        {name: list(of) for name, of in verdicts.items()},
    )

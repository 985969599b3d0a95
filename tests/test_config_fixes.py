"""Fixes of config files: text edits of one scalar, after which the rule is silent and all else stands as it was."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from config_runs import found

from convlint import cli
from convlint.findings import Applicability
from convlint.source import Lines

CASES = {
    "yolo.yaml": (
        "backbone:  # a comment\n  - [-1, 1, 'Conv', [ 128,1 , 2]]\nhead: &head\n  - [-1, 1, Detect, [80]]\n",
        "[ 128,3 , 2]",
    ),
    "wide.yaml": ("backbone:\n  - [-1, 1, Conv, [128, 3, 4]]\nhead:\n  - [-1, 1, Detect, [80]]\n", "[128, 5, 4]"),
    "d2.yaml": ("MODEL:\n  RESNETS:\n    STRIDE_IN_1X1: true  # MSRA\n", "STRIDE_IN_1X1: False  # MSRA"),
    "pycls.yaml": ("MODEL:\n  TYPE: resnet\nRESNET: {STRIDE_1X1: True}\n", "{STRIDE_1X1: False}"),
    "mm.py": ("model = dict(backbone=dict(type='ResNet', depth=50, style='caffe'))\n", "style='pytorch'"),
    "paddle.yml": ('architecture: X\nResNet:\n  depth: 50\n  variant: "a"\n', 'variant: "b"'),
    "slowfast.yaml": ("SLOWFAST:\n  ALPHA: 8\n  FUSION_KERNEL_SZ: 5\n", "FUSION_KERNEL_SZ: 9"),
    "config.json": (
        '{"model_type": "resnet", "depths": [1, 1], "downsample_in_bottleneck": true}\n',
        'bottleneck": false',
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_fix_changes_one_scalar_and_ends_the_finding(tmp_path: Path, name: str) -> None:
    text, after = CASES[name]
    (finding,) = found(tmp_path, {name: text})
    (fix,) = finding.fixes
    assert fix.applicability is Applicability.UNSAFE
    (edit,) = fix.edits
    starts = Lines(text).starts
    begin = starts[edit.place.line - 1] + edit.place.column - 1
    end = starts[edit.place.end_line - 1] + edit.place.end_column - 1
    mended = text[:begin] + edit.text + text[end:]
    assert after in mended
    assert mended.replace(edit.text, "", 1) != text
    assert found(tmp_path / "mended", {name: mended}) == ()


@pytest.mark.parametrize(
    "line",
    [
        "[-1, 1, Conv, [128, 1, 2, 0]]",
        "[-1, 1, Conv, [128, 2, 3]]",
        "[-1, 1, DWConv, [128, 3, 2, 2]]",
        "[-1, 1, SP, [1, 2]]",
    ],
)
def test_where_the_size_would_change_there_is_no_fix(tmp_path: Path, line: str) -> None:
    (finding,) = found(tmp_path, {"a.yaml": f"backbone:\n  - {line}\nhead:\n  - [-1, 1, Detect, [80]]\n"})
    assert finding.fixes == ()


def test_a_number_that_an_anchor_shares_has_no_fix(tmp_path: Path) -> None:
    text = (
        "k: &k 1\nbackbone:\n  - [-1, 1, Conv, [256, *k, 2]]\n  - [-1, 1, Conv, [256, *k, 1]]\n"
        "  - [-1, 1, Conv, [256, &j !!int 1, 2]]\nhead:\n  - [-1, 1, Detect, [80]]\n"
    )
    assert [(finding.place.line, finding.fixes) for finding in found(tmp_path, {"a.yaml": text})] == [(1, ()), (5, ())]


LINE = "[-1, 1, Conv, [512, 1, 2]]"


@pytest.mark.parametrize(
    "text",
    [
        f'backbone:  # früh 😀\r\n  - {LINE}   # 😀\r\n  - [-1, 1, "Conv", [ 512,   1 , 2, ]]\r\nhead: []\r\n',
        f"\ufeffbackbone:\n  - {LINE}\nhead: []\n",
        f"backbone:\r  - {LINE}\rhead: []\r",
        f"head: &head []\nbackbone:\n  - &one {LINE}\n  - *one",
        "backbone:\n- - -1\n  - 1\n  - Conv\n  - - 512\n    - 1  # k\n    - 2\n",
        "backbone:\n  - [-1, 1, Conv, [512,\t1,\t2]]\n",
    ],
    ids=["crlf", "byte-order-mark", "cr", "anchor", "block", "tab"],
)
def test_everything_but_the_number_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], text: str
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "net.yaml"
    path.write_bytes(text.encode())
    cli.run(["--unsafe-fixes", "--no-cache", "net.yaml"])
    assert "mended in 1 file" in capfd.readouterr().err
    assert path.read_bytes() == re.sub(r"(512,\s*|- )1(?=\s*,\s*2\b|  # k)", r"\g<1>3", text).encode()
    assert cli.run(["--no-cache", "net.yaml"]) == 0

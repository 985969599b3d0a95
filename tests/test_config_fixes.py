"""Fixes of config files: text edits of one scalar, after which the rule is silent and all else stands as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from config_runs import found

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

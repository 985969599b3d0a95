"""True cases and traps where a flag of a config moves a stride, each in the form in which people write it."""

from __future__ import annotations

from pathlib import Path

import pytest
from config_runs import dead, found, read, windows


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("BACKBONE: {NAME: build_resnet_backbone}", ["a.yaml:2:21"]),
        ("RESNETS: {DEPTH: 18}", []),
        ("RESNETS: {DEPTH: 50, STRIDE_IN_1X1: false}", []),
        ("BACKBONE: {NAME: build_swin_fpn_backbone}, RESNETS: {DEPTH: 50}", []),
        ("BACKBONE: {NAME: build_resnet_backbone, DEPTH: 50x, LAST_STRIDE: 1}", []),
        ("WEIGHTS: x.pkl", []),
    ],
)
def test_detectron2(tmp_path: Path, model: str, expected: list[str]) -> None:
    assert dead(tmp_path, {"a.yaml": f"MODEL:\n  {{{model}}}\n"}) == expected


def test_a_flag_in_a_base_file_is_found_there_and_told_from_the_child(tmp_path: Path) -> None:
    base = "MODEL:\n  RESNETS:\n    STRIDE_IN_1X1: True\n"
    findings = found(tmp_path, {"a.yaml": "_BASE_: base.yaml\nMODEL: {RESNETS: {DEPTH: 101}}\n", "base.yaml": base})
    assert [(finding.place.path, finding.place.line) for finding in findings] == [("base.yaml", 3)]
    assert findings[0].entry_points == ("a.yaml", "base.yaml")


def test_a_base_that_cannot_be_read_may_say_what_the_file_does_not(tmp_path: Path) -> None:
    text = "_BASE_: nowhere.yaml\nMODEL:\n  RESNETS: {DEPTH: 50}\n"
    assert dead(tmp_path, {"a.yaml": text}) == []
    assert dead(tmp_path, {"a.yaml": text.replace("_BASE_: nowhere.yaml", "X: 1")}) == ["a.yaml:3:20"]
    (finding,) = found(tmp_path, {"a.yaml": text.replace("50", "50, STRIDE_IN_1X1: True")})
    assert finding.message.endswith("is not known (a base of this config that cannot be read)")
    paddle = "_BASE_: [nowhere.yml]\narchitecture: X\nFPN: {out_channel: 256}\n"
    assert dead(tmp_path, {"a.yaml": paddle}) == []
    assert dead(tmp_path, {"a.yaml": paddle.replace("_BASE_: [nowhere.yml]", "x: 1")}) == ["a.yaml:3:1"]


def test_openmmlab_deletes_what_it_says_it_deletes(tmp_path: Path) -> None:
    base = "model = dict(backbone=dict(type='ResNet', depth=50, style='caffe'))\n"
    child = "_base_ = ['base.py']\nmodel = dict(backbone=dict(_delete_=True, type='ResNet', depth=50))\n"
    assert dead(tmp_path, {"base.py": base}) == ["base.py:1:59"]
    analysis = read(tmp_path, {"a.py": child})
    assert all("1x1" not in window for window in windows(analysis))


def test_openmmlab_s_new_style(tmp_path: Path) -> None:
    child = (
        "from mmengine.config import read_base\n\nwith read_base():\n    from .base import *\n\n"
        "model.update(dict(backbone=dict(style='caffe')))\n"
    )
    base = "from mmdet.models import ResNet\n\nmodel = dict(backbone=dict(type=ResNet, depth=50, style='pytorch'))\n"
    assert dead(tmp_path, {"a.py": child, "base.py": base}) == ["a.py:6:39"]


def test_a_python_file_that_is_no_config_is_evaluated_only(tmp_path: Path) -> None:
    source = (
        "from torch import nn\n\npool = nn.AvgPool2d(1, 2)\nsettings = dict(type='ResNet', depth=50, style='caffe')\n"
    )
    assert dead(tmp_path, {"a.py": source}) == ["a.py:3:8"]


def test_a_lazy_config_of_detectron2(tmp_path: Path) -> None:
    text = "model = L(ResNet)(stages=L(ResNet.make_default_stages)(depth=50, stride_in_1x1=True))\n"
    assert dead(tmp_path, {"a.py": text}) == ["a.py:1:80"]


def test_strides_of_mvit_are_divided_block_by_block(tmp_path: Path) -> None:
    text = (
        "MVIT:\n  DEPTH: 4\n  POOL_KVQ_KERNEL: [3, 3, 3]\n  POOL_KV_STRIDE_ADAPTIVE: [1, 8, 8]\n"
        "  POOL_Q_STRIDE: [[1, 1, 2, 2], [3, 1, 2, 2]]\n"
    )
    keys = [window for window in windows(read(tmp_path, {"a.yaml": text})) if "1x2x2" not in window]
    assert keys == ["Conv3d 3x3x3/1x8x8", "Conv3d 3x3x3/1x4x4"]


def test_a_base_of_many_is_read_for_each_of_them(tmp_path: Path) -> None:
    base = "model = dict(backbone=dict(type='ResNet', depth=50, style='caffe'))\n"
    files = {"b.py": base, "c.py": "_base_ = ['b.py', 'b.py', 'b.py']\nmodel = dict()\n"}
    files |= {f"n{number:03}.py": "_base_ = 'c.py'\n" for number in range(120)}
    findings = found(tmp_path, files)
    assert [finding.place[:2] for finding in findings] == [("b.py", 1)]
    assert len(findings[0].entry_points) == 122


def test_what_a_base_has_is_changed_by_its_name(tmp_path: Path) -> None:
    base = "model = dict(backbone=dict(type='ResNet', depth=50, style='pytorch'))\nloader = dict(batch=2)\n"
    child = "_base_ = 'b.py'\n_base_.loader.batch = 4\n_base_.model.backbone.style = 'caffe'\n"
    other = "_base_ = 'b.py'\n_base_.model['backbone'].update(dict(style='caffe'))\n"
    assert dead(tmp_path, {"a.py": child, "b.py": base, "c.py": other}) == ["a.py:3:31", "c.py:2:44"]


MM_BASE = (
    "model = dict(type='FasterRCNN', backbone=dict(type='ResNet', depth=50, style='caffe'),\n"
    "    neck=dict(type='FPN', in_channels=[1, 2], num_outs=3))\n"
)


@pytest.mark.parametrize(
    ("child", "expected"),
    [
        ("detector = _base_.model\nmodel = dict(_delete_=True, detector=detector)\n", ["b.py:1", "b.py:2"]),
        ("model = dict(_delete_=True, detector={{_base_.model}})\n", ["b.py:1", "b.py:2"]),
        ("detector = _base_.model\ndetector.backbone = dict(type='ResNet', depth=50)\ndel _base_.model\n", ["b.py:2"]),
        ("detector = _base_.model\ndetector['backbone'].update(dict(depth=101))\n", ["b.py:1", "b.py:2"]),
        ("_base_.model.backbone = dict(type='ResNet', depth=50)\n", ["b.py:2"]),
        ("neck = _base_.model.neck\ndel _base_.model\nmodel = dict(neck=neck)\n", ["b.py:2"]),
        ("del _base_.model\nmodel = dict(type='RetinaNet', backbone=dict(type='ResNet', depth=50))\n", []),
    ],
)
def test_parts_of_a_base_by_name(tmp_path: Path, child: str, expected: list[str]) -> None:
    findings = found(tmp_path, {"b.py": MM_BASE, "a.py": f"_base_ = 'b.py'\n{child}"})
    reached = [f"{one.place.path}:{one.place.line}" for one in findings if "a.py" in one.entry_points]
    assert reached == expected


def test_parts_of_a_base_in_yaml(tmp_path: Path) -> None:
    base = "model:\n  backbone: {type: ResNet, depth: 50, style: caffe}\n"
    child = '_base_: b.yaml\nmodel:\n  _delete_: true\n  student: "{{_base_.model.backbone}}"\n'
    (finding,) = found(tmp_path, {"b.yaml": base, "a.yaml": child})
    assert finding.entry_points == ("a.yaml", "b.yaml")


@pytest.mark.parametrize(
    ("model", "stages"),
    [
        ("RESNETS: {DEPTH: 50, OUT_FEATURES: [res2, res3, res4, res5]}", "res3, res4 and res5"),
        ("RESNETS: {DEPTH: 50, OUT_FEATURES: [res5], RES5_DILATION: 2}", "res3 and res4"),
        ("RESNETS: {DEPTH: 50, OUT_FEATURES: [res3]}", "res3"),
        ("RESNETS: {DEPTH: 50}", "res3 and res4"),
    ],
)
def test_detectron2_names_the_stages_that_stride(tmp_path: Path, model: str, stages: str) -> None:
    (finding,) = found(tmp_path, {"a.yaml": f"MODEL: {{{model}}}\n"})
    assert f"the first bottleneck in {stages};" in finding.message


def test_a_tag_that_would_run_code_stays_opaque(tmp_path: Path) -> None:
    text = (
        "MODEL:\n  RESNETS: {DEPTH: 50, STRIDE_IN_1X1: true}\n  ANCHOR_GENERATOR:\n"
        "    SIZES: !!python/object/apply:eval ['[[x, x * 2**(1.0/3)] for x in [32, 64]]']\n"
    )
    assert dead(tmp_path, {"a.yaml": text}) == ["a.yaml:2:39"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("MODEL: {TYPE: resnet}\nRESNET: {TRANS_FUN: bottleneck_transform}\n", ["a.yaml:1:15"]),
        ("MODEL: {TYPE: resnet}\nRESNET: {TRANS_FUN: basic_transform}\n", []),
        ("MODEL: {TYPE: resnet, DEPTH: 18}\nRESNET: {WIDTH: 1}\n", []),
        ("MODEL: {TYPE: anynet}\nRESNET: {WIDTH: 1}\n", []),
        ("MODEL: {ARCH: slowfast}\nRESNET: {DEPTH: 50}\n", []),
        ("MODEL: {ARCH: slowfast}\nRESNET: {STRIDE_1X1: True}\n", ["a.yaml:2:22"]),
        ("MODEL: {ARCH: slowfast}\nRESNET: {STRIDE_1X1: False}\n", []),
    ],
)
def test_pycls_and_slowfast_have_other_defaults(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert dead(tmp_path, {"a.yaml": text}) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SLOWFAST: {ALPHA: 8, FUSION_KERNEL_SZ: 5}\n", "5x1x1 convolution with stride 8x1x1"),
        ("SLOWFAST: {ALPHA: 8, FUSION_KERNEL_SZ: 7}\n", "7x1x1 convolution with stride 8x1x1"),
        ("SLOWFAST: {BETA_INV: 8}\n", "5x1x1 convolution with stride 8x1x1"),
        ("SLOWFAST: {ALPHA: 4, FUSION_KERNEL_SZ: 7}\n", ""),
        ("SLOWFAST: {ALPHA: 4}\n", ""),
    ],
)
def test_slowfast_s_lateral_connections(tmp_path: Path, text: str, message: str) -> None:
    findings = found(tmp_path, {"a.yaml": text})
    assert len(findings) == bool(message)
    assert all(message in finding.message for finding in findings)


def test_of_two_equal_keys_of_mvit_the_last_counts_and_is_told(tmp_path: Path) -> None:
    def strides(first: str, last: str) -> str:
        return (
            f"MVIT:\n  DEPTH: 2\n  POOL_KVQ_KERNEL: [3, 3, 3]\n  POOL_KV_STRIDE_ADAPTIVE: {first}\n"
            f"  MODE: conv\n  POOL_KV_STRIDE_ADAPTIVE: {last}\n"
        )

    findings = found(tmp_path, {"a.yaml": strides("[1, 2, 2]", "[1, 8, 8]")})
    assert [finding.rule for finding in findings] == ["dead-pixels", "duplicate-key"]
    assert "hides the one in line 4" in findings[1].message
    findings = found(tmp_path, {"a.yaml": strides("[1, 8, 8]", "[1, 2, 2]")})
    assert [finding.rule for finding in findings] == ["duplicate-key"]


PADDLE = "_BASE_: [b.yml]\nTrainReader:\n  sample_transforms: [!Foo {stride: 2, kernel_size: 1}]\n"


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("architecture: X\nResNet: {depth: 50, variant: a}\n", ["b.yml:2:30"]),
        ("architecture: X\nResNet: {depth: 50, variant: b}\n", []),
        ("architecture: X\nResNet: {depth: 50, variant: d, num_stages: 4}\n", []),
        ("architecture: X\nResNet: {depth: 34, variant: a}\n", []),
        ("architecture: X\nResNet: {depth: 50}\n", []),
        ("architecture: X\nFPN: {out_channel: 256}\n", ["b.yml:2:1"]),
        ("architecture: X\nFPN: {out_channel: 256, extra_stage: 0}\n", []),
        ("architecture: X\nFPN: {out_channel: 256, extra_stage: 2, has_extra_convs: true}\n", []),
        ("test_config: {is_slide: true, crop_size: [1024, 1024], stride: [768, 768]}\n", []),
    ],
)
@pytest.mark.parametrize("key", ["_BASE_: [b.yml]", "_BASE_: b.yml", "__include__: ['./b.yml']"])
def test_paddle(tmp_path: Path, key: str, base: str, expected: list[str]) -> None:
    files = {"a.yml": PADDLE.replace("_BASE_: [b.yml]", key), "b.yml": base}
    findings = [finding for finding in found(tmp_path, files) if "a.yml" in finding.entry_points]
    assert [f"{one.place.path}:{one.place.line}:{one.place.column}" for one in findings] == expected


@pytest.mark.parametrize(
    ("neck", "expected"),
    [
        ("num_outs=5", 1),
        ("num_outs=4", 0),
        ("num_outs=4, start_level=1", 1),
        ("num_outs=5, add_extra_convs='on_input'", 0),
        ("num_outs=5, add_extra_convs=True", 0),
        ("num_outs=5, add_extra_convs=False", 1),
        ("num_outs=5, add_extra_convs=flag()", 0),
        ("num_outs=4, end_level=2", 1),
    ],
)
def test_extra_levels_of_an_fpn(tmp_path: Path, neck: str, expected: int) -> None:
    text = f"model = dict(neck=dict(type='FPN', in_channels=[256, 512, 1024, 2048], {neck}))\n"
    assert len(dead(tmp_path, {"a.py": text})) == expected


@pytest.mark.parametrize("kind", ["ResNet", "mmdet.ResNet", "ResNeXt", "TridentResNet", "DetectoRS_ResNet"])
def test_what_has_a_style(tmp_path: Path, kind: str) -> None:
    text = "model = dict(backbone=dict(type='{}', depth={}, style='{}', avg_down=True))\n"
    assert len(dead(tmp_path, {"a.py": text.format(kind, 50, "caffe")})) == 1
    assert dead(tmp_path, {"a.py": text.format(kind, 50, "pytorch")}) == []
    assert dead(tmp_path, {"a.py": text.format(kind, 34, "caffe")}) == []


def test_layers_by_their_names(tmp_path: Path) -> None:
    text = "model = dict(a=dict(type='MaxPool2d', kernel_size=1, stride=2), b=dict(type='MaxPool2d', kernel_size=1))\n"
    assert dead(tmp_path, {"a.py": text}) == ["a.py:1:51"]

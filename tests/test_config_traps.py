"""True cases and traps of each dialect, as they stand in public files: each in the form in which people write it."""

from __future__ import annotations

from pathlib import Path

import pytest
from config_runs import dead, found, read, windows

YOLO = "backbone:\n  - {line}\nhead:\n  - [-1, 1, Detect, [80]]\n"


@pytest.mark.parametrize(
    "line",
    [
        "[-1, 1, Conv, [256, 1, 2]]",
        "[-1, 1, 'Conv', [256, 1, 2]]",
        "[[-1, 6], 1, Conv, [256, 1, 2, None, 1]]",
        "[-1, 1, GhostConv, [256, 1, 2]]",
        "[-1, 1, DWConv, [256, 3, 2, 2]]",
        "[-1, 1, SCDown, [256, 1, 2]]",
        "[-1, 1, nn.MaxPool2d, [1, 2, 0]]",
        "[-1, 1, nn.MaxPool2d, [2, 3]]",
        "[-1, 1, SP, [1, 2]]",
        "[-1, 1, nn.Conv2d, [64, 128, 1, 2]]",
        "[-1, 1, nn.Conv2d, [128, 1, 2]]",
        "[-1, 1, CBLinear, [[64, 128], 1, 2]]",
        "[-1, 1, ResNetLayer, [256, 128, 2, False, 4]]",
        "[-1, 1, CrossConv, [128, 1, 2]]",
    ],
)
def test_yolo_lines_that_skip_pixels(tmp_path: Path, line: str) -> None:
    assert len(dead(tmp_path, {"a.yaml": YOLO.format(line=line)})) >= 1


@pytest.mark.parametrize(
    "line",
    [
        "[-1, 1, Conv, [256, 3, 2]]",
        "[-1, 1, Conv, [256, 1]]",
        "[-1, 1, Conv, [256, 6, 2, 2]]",
        "[-1, 1, Conv, [32, 3, 2, None, 1, nn.LeakyReLU(0.1)]]",
        "[-1, 1, DWConv, [256, 3, 2, 3]]",
        "[-1, 1, Focus, [64, 3]]",
        "[-1, 1, ADown, [256]]",
        "[-1, 1, AConv, [256]]",
        "[-1, 1, nn.MaxPool2d, [2, 1, 0]]",
        "[-1, 1, nn.MaxPool2d, [2, None, 0]]",
        "[-1, 1, MP, []]",
        "[-1, 1, SP, [13, 1]]",
        "[-1, 1, DownC, [640]]",
        "[-1, 1, nn.ConvTranspose2d, [256, 2, 2, 0]]",
        "[-1, 1, ResNetLayer, [3, 64, 1, True, 1]]",
        "[-1, 1, ResNetLayer, [64, 64, 1, False, 3]]",
        "[-1, 1, HGStem, [32, 48]]",
        "[-1, 1, RepConv, [256, 3, 2]]",
        "[-1, 1, Mystery, [256, 1, 2]]",
    ],
)
def test_yolo_lines_that_read_everything(tmp_path: Path, line: str) -> None:
    assert dead(tmp_path, {"a.yaml": YOLO.format(line=line)}) == []


def test_yolo_in_block_style_as_a_program_dumps_it(tmp_path: Path) -> None:
    text = (
        "backbone:\n- - -1\n  - 1\n  - Conv\n  - - 64\n    - 1\n    - 2\nhead:\n- - -1\n  - 1\n  - Detect\n  - - 80\n"
    )
    assert dead(tmp_path, {"a.yaml": text}) == ["a.yaml:6:7"]


def test_what_only_has_a_head_and_a_backbone_is_no_yolo_file(tmp_path: Path) -> None:
    text = "backbone: Conv\nhead:\n  - [1, 2, Conv, 3]\n  - {Conv: [256, 1, 2]}\n"
    assert read(tmp_path, {"a.yaml": text}).network.layers == ()


@pytest.mark.parametrize(
    "text",
    [
        "kernel_size: 7\nstride: 2\n",
        "patch_embed: {patch_size: 16, stride: 32, kernel_size: 3}\n",
        "anchor_generator:\n  strides: [4, 8, 16]\n  kernel_sizes: [1, 1, 1]\n",
        "test_config: {kernel_size: [512, 512], stride: [768, 768]}\n",
        "loss: {kernel_size: 1, stride: 2}\n",
        "feature: {kernel_size: 3, window_stride: 10}\n",
        "up: {type: ConvTranspose2d, kernel: 1, stride: 2}\n",
        "upsample: {kernel_size: 1, stride: 2}\n",
        "stft: {n_fft: 512, kernel_size: 1, stride: 2}\n",
        "a: {kernel_size: [1, 1], stride: 2}\n",
        "a: {kernel_size: [1, 3], stride: [2, 2, 2]}\n",
        "a: {kernel_size: '1', stride: 2}\n",
        "a: {kernel_size: 1.0, stride: 2}\n",
        "a: {kernel: rbf, stride: 2}\n",
        "a: {kernel_size: 3, stride: 2, dilation: 3}\n",
    ],
)
def test_siblings_that_stay_silent(tmp_path: Path, text: str) -> None:
    assert dead(tmp_path, {"a.yaml": text}) == []


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("a: {kernel_size: 1, stride: 2}\n", 18),
        ("a: {kernel_size: [3, 1], strides: [2, 2]}\n", 22),
        ("a: {kernel_sizes: [3, 1], strides: [2, 2]}\n", 23),
        ("a: {conv_kernel_size: 3, conv_stride: 4}\n", 23),
        ("a: {kernel_size: 3, stride: 2, dilation: 2}\n", 18),
        ("a: {filter_size: 1, stride: 2}\n", 18),
    ],
)
def test_siblings_that_skip(tmp_path: Path, text: str, column: int) -> None:
    assert dead(tmp_path, {"a.yaml": text}) == [f"a.yaml:1:{column}"]


def test_levit_pairs_its_stride_with_its_kernel(tmp_path: Path) -> None:
    text = '{"model_type": "levit", "stride": 2, "patch_size": 1, "kernel_size": 3}\n'
    analysis = read(tmp_path, {"config.json": text})
    assert windows(analysis) == ["Conv2d 3x3/2x2"]


def test_hydra_positional_arguments_and_relative_references(tmp_path: Path) -> None:
    text = (
        "net:\n  width: 2\n  conv:\n    _target_: torch.nn.Conv2d\n    _args_: [8, 8, 1, '${...width}']\n"
        "  deep:\n    _target_: torch.nn.Conv2d\n    in_channels: 1\n    out_channels: 1\n    kernel_size: 1\n"
        "    stride: ${..width}\n"
    )
    assert dead(tmp_path, {"a.yaml": text}) == ["a.yaml:5:20", "a.yaml:10:18"]


def test_what_would_have_to_run_is_unknown(tmp_path: Path) -> None:
    text = (
        'a: {_target_: torch.nn.Conv2d, in_channels: 1, out_channels: 1, kernel_size: 1, stride: "$1 + 1"}\n'
        "b: {_target_: torch.nn.Conv2d, in_channels: 1, out_channels: 1, kernel_size: 1, stride: '${oc.env:S}'}\n"
        'c: {_target_: torch.nn.Conv2d, in_channels: 1, out_channels: 1, kernel_size: 1, stride: "???"}\n'
        "d: {_target_: torch.nn.Conv2d, in_channels: 1, out_channels: 1, kernel_size: 1, stride: '${d.stride}'}\n"
    )
    analysis = read(tmp_path, {"a.yaml": text})
    assert windows(analysis) == ["Conv2d 1x1/?"] * 4
    assert dead(tmp_path, {"a.yaml": text}) == []


def test_nothing_disabled_or_partial_is_built(tmp_path: Path) -> None:
    conv = "_target_: torch.nn.Conv2d, in_channels: 1, out_channels: 1, kernel_size: 1, stride: 2"
    text = f"a: {{{conv}, _disabled_: true}}\nb: {{{conv}, _partial_: true}}\n"
    assert dead(tmp_path, {"a.yaml": text}) == []


def test_hyperpyyaml_tuples_of_truth_values_are_no_strings(tmp_path: Path) -> None:
    source = (
        "from torch import nn\n\n\nclass Front(nn.Module):\n    def __init__(self, residuals=()):\n"
        "        super().__init__()\n        for residual in residuals:\n            if residual:\n"
        "                self.conv = nn.Conv2d(8, 8, 1, 2)\n"
    )
    for word, number in (("False, False", 0), ("False, True", 1)):
        folder = tmp_path / str(number)
        analysis = read(folder, {"a.yaml": f"cnn: !new:front.Front\n  residuals: ({word})\n", "front.py": source})
        reached = {name for layer in analysis.network.layers for name in analysis.network.reached_from(layer)[0]}
        assert ("a.yaml:cnn" in reached) == bool(number)


def test_a_network_built_from_a_config_is_found_at_the_number(tmp_path: Path) -> None:
    source = (
        "from torch import nn\n\n\nclass Net(nn.Module):\n"
        "    def __init__(self, strides):\n        super().__init__()\n"
        "        self.stages = nn.ModuleList(nn.Conv2d(8, 8, 3, stride) for stride in strides)\n"
    )
    text = "model:\n  class_path: nets.Net\n  init_args:\n    strides: [2, 4, 2]\n"
    assert dead(tmp_path, {"a.yaml": text, "nets.py": source}) == ["a.yaml:4:18"]


def test_a_missing_class_and_a_missing_keyword_are_told(tmp_path: Path) -> None:
    source = "from torch import nn\n\n\nclass Net(nn.Module):\n    def __init__(self, width=8):\n        pass\n"
    text = "a: {_target_: nets.Nett}\nb: {_target_: nets.Net, widht: 8}\nc: {_target_: nets.Net, width: 8}\n"
    assert [finding.message for finding in found(tmp_path, {"a.yaml": text, "nets.py": source})] == [
        "nets has no 'Nett' (did you mean 'Net'?)",
        "Net takes no 'widht' (did you mean 'width'?)",
    ]


def test_a_module_that_is_not_installed_is_no_missing_name(tmp_path: Path) -> None:
    assert found(tmp_path, {"a.yaml": "a: {_target_: nobody.knows.This, stride: 2}\n"}) == ()


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("BACKBONE: {NAME: build_resnet_backbone}", ["a.yaml:2:21"]),
        ("RESNETS: {DEPTH: 18}", []),
        ("RESNETS: {DEPTH: 50, STRIDE_IN_1X1: false}", []),
        ("BACKBONE: {NAME: build_swin_fpn_backbone}, RESNETS: {DEPTH: 50}", []),
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


def test_nnunet_inherits_and_counts_the_first_stage(tmp_path: Path) -> None:
    text = (
        '{"configurations": {"a": {"conv_kernel_sizes": [[3, 3], [1, 3]], "pool_op_kernel_sizes": [[2, 2]]},\n'
        '"b": {"inherits_from": "a"}}}\n'
    )
    assert dead(tmp_path, {"plans.json": text}) == ["plans.json:1:58"]
    assert windows(read(tmp_path, {"plans.json": text})) == ["Conv2d 3x3/1x1", "Conv2d 1x3/2x2"]


def test_monai_s_strides_by_level_are_no_strides_by_axis(tmp_path: Path) -> None:
    text = '{"net": {"_target_": "UNet", "strides": [2, 2, 2], "kernel_size": [1, 1, 1]}}\n'
    assert dead(tmp_path, {"train.json": text}) == []


def test_darknet_knows_its_defaults(tmp_path: Path) -> None:
    text = (
        "[net]\nheight=4\n[convolutional]\nsize=1\nstride=2\ndilation=2\n"
        "[maxpool]\nstride=2\n[convolutional]\nstride=2\n"
    )
    assert dead(tmp_path, {"a.cfg": text}) == ["a.cfg:4:6", "a.cfg:10:8"]
    assert dead(tmp_path, {"setup.cfg": "[metadata]\nsize=1\nstride=2\n"}) == []


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


@pytest.mark.parametrize(
    "text",
    [
        "net: {_target_: torch.nn.Conv2d, params: {in_channels: 1, out_channels: 1, kernel_size: 1, stride: 2}}\n",
        "net: {type: torch.nn.Conv2d, in_channels: 1, out_channels: 1, kernel_size: 1, stride: 2}\n",
        "net: {type: Conv2d, in_channels: 1, out_channels: 1, kernel_size: 1, stride: 2}\n",
        "net: {class_path: torch.nn.Conv2d, init_args: {in_channels: 1, out_channels: 1, kernel_size: 1, stride: 2}}\n",
        "net: !new:torch.nn.Conv2d {in_channels: 1, out_channels: 1, kernel_size: 1, stride: 2}\n",
        "net: !new:torch.nn.Conv2d [1, 1, 1, 2]\n",
        '{"n": {"k": 1}, "net": {"_target_": "torch.nn.Conv2d", "in_channels": 1, "out_channels": 1, '
        '"kernel_size": "@n::k", "stride": "@n#k"}, "pool": {"_target_": "torch.nn.MaxPool2d", "kernel_size": "%n::k",'
        '"stride": 2}}\n',
    ],
)
def test_every_way_to_ask_for_a_layer(tmp_path: Path, text: str) -> None:
    assert len(dead(tmp_path, {"a.yaml": text})) == 1


@pytest.mark.parametrize(
    "package",
    [
        {"nets/__init__.py": ""},
        {"nets/__init__.py": "import sys\nsys.modules[__name__ + '.old'] = None\n"},
        {"nets/__init__.py": "from utils import lazy_export_all\n\nlazy_export_all(__file__, __name__)\n"},
        {"nets/__init__.py": "", "nets/old.py": "for name in ('Net',):\n    globals()[name] = type(name, (), {})\n"},
    ],
)
def test_names_that_a_package_makes_itself_are_not_called_missing(tmp_path: Path, package: dict[str, str]) -> None:
    assert found(tmp_path, {"a.yaml": "net: {_target_: nets.old.Net, width: 8}\n", **package}) == ()


def test_the_length_of_a_list_is_known(tmp_path: Path) -> None:
    source = (
        "from torch import nn\n\n\nclass Net(nn.Module):\n    def __init__(self, dims):\n        super().__init__()\n"
        "        self.pool = (nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d)[dims - 1](1, 2)\n"
    )
    text = '{"size": [4, 4, 4], "dims": "$len(@size)", "net": {"_target_": "nets.Net", "dims": "@dims"}}\n'
    analysis = read(tmp_path, {"a.json": text, "nets.py": source})
    assert [
        layer.op for layer in analysis.network.layers if "a.json:net" in analysis.network.reached_from(layer)[0]
    ] == ["torch.nn.AvgPool3d"]


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

"""True cases and traps where a config names classes and their arguments, each in the form in which people write it."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
from config_runs import dead, found, read, windows


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


def test_monai_s_strides_by_level_are_no_strides_by_axis(tmp_path: Path) -> None:
    text = '{"net": {"_target_": "UNet", "strides": [2, 2, 2], "kernel_size": [1, 1, 1]}}\n'
    assert dead(tmp_path, {"train.json": text}) == []


@pytest.mark.parametrize(
    "text",
    [
        "net: {_target_: torch.nn.Conv2d, params: {in_channels: 1, out_channels: 1, kernel_size: 1, stride: 2}}\n",
        "net:\n  target: torch.nn.Conv2d\n  params: {in_channels: 1, out_channels: 1, kernel_size: 1, stride: 2}\n",
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


@pytest.mark.parametrize(
    "text",
    [
        'net: "$monai.networks.nets.resnet.resnet50(conv1_t_stride=[2, 2, 1], conv1_t_size=[1, 1, 1])"\n',
        "net: {_target_: torch.nn.Conv2d, kernel_size: 1, stride: '${last:${arch.strides}}'}\n",
        "net: !name:torch.nn.Conv2d {in_channels: 1, out_channels: 1, kernel_size: 1, stride: 2}\n",
        "net: !new:torch.nn.Conv2d {in_channels: 1, out_channels: 1, kernel_size: 1, stride: !PLACEHOLDER }\n",
        "net: !include:other.yaml {kernel: 1}\nx: !applyref:nets.f {y: 2}\nz: !module:torch.nn.Conv2d\n",
        "loss: {class_path: torch.nn.CrossEntropyLoss}\noptimizer: {_target_: torch.optim.Adam, lr: 1}\n",
        "net: {class_path: my.models.conv.Conv, init_args: {kernel_size: 1, stride: 2}}\n",
        "net: {_target_: monai.networks.nets.UNet, strides: [2, 2], kernel_size: 1}\n",
    ],
)
def test_objects_that_stay_silent(tmp_path: Path, text: str) -> None:
    assert found(tmp_path, {"a.yaml": text}) == ()


def test_arithmetic_and_copies_of_hyperpyyaml(tmp_path: Path) -> None:
    text = (
        "sizes: {kernel: 1, strides: [1, 2]}\n"
        "net: !new:torch.nn.Conv1d\n  in_channels: 1\n  out_channels: 1\n"
        "  kernel_size: !ref <sizes[kernel]>\n  stride: !ref <sizes[strides][1]> * 2 - 1\n"
    )
    (finding,) = found(tmp_path, {"a.yaml": text})
    assert (
        finding.message == "1-d convolution with kernel size 1 and stride 3 reads 1 of every 3 positions of its input"
    )


def test_three_unknown_keywords_are_somebody_elses(tmp_path: Path) -> None:
    source = "from torch import nn\n\n\nclass Net(nn.Module):\n    def __init__(self, width=8):\n        pass\n"
    text = "a: {_target_: nets.Net, name: x, where: y, depth: 3, width: 8}\n"
    assert found(tmp_path, {"a.yaml": text, "nets.py": source}) == ()
    assert len(found(tmp_path, {"a.yaml": text.replace(", depth: 3", ""), "nets.py": source})) == 2


def test_numbers_of_a_dialect_that_a_class_turns_into_layers_are_told_once(tmp_path: Path) -> None:
    source = (
        "from torch import nn\n\n\nclass Generator(nn.Module):\n"
        "    def __init__(self, upsample_kernel_sizes, upsample_factors):\n        super().__init__()\n"
        "        pairs = zip(upsample_kernel_sizes, upsample_factors)\n"
        "        self.ups = nn.ModuleList(nn.ConvTranspose1d(8, 8, k, u, (k - u) // 2) for k, u in pairs)\n"
    )
    text = (
        "sizes: &sizes [11, 8]\nnet: !new:nets.Generator\n  upsample_kernel_sizes: *sizes\n  upsample_factors: [5, 4]\n"
    )
    (finding,) = found(tmp_path, {"a.yaml": text, "nets.py": source})
    assert finding.place[:3] == ("a.yaml", 1, 16)
    assert finding.message.endswith(": upsampling 1 of 2")


def test_text_that_python_would_warn_of_is_silent(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        text = "m: {conv_feature_layers: '[(1if 2 else 3, 1, 2)]'}\nx: !ref 1or <y>\ny: 2\nz: !new:torch.nn.Conv1d\n"
        assert found(tmp_path, {"a.yaml": text}) == ()


def test_a_script_beside_the_config_counts_before_others_of_its_name(tmp_path: Path) -> None:
    net = "from torch import nn\n\n\ndef {name}():\n    return nn.Conv2d(8, 8, {kernel}, stride=2)\n"
    files = {
        "a/app.py": net.format(name="make", kernel=3),
        "b/__init__.py": "",
        "b/app.py": net.format(name="make", kernel=1),
        "b/conf.yaml": "net:\n  _target_: app.make\n",
        "c/app.py": net.format(name="other", kernel=3),
        "c/conf/net.yaml": "net:\n  _target_: app.other\n",
    }
    analysis = read(tmp_path, files)
    reached = {
        name: layer.kernel_size for layer in analysis.network.layers for name in analysis.network.reached_from(layer)[0]
    }
    assert analysis.notes == ()
    assert (reached["b/conf.yaml:net"], reached["c/conf/net.yaml:net"]) == ((1, 1), (3, 3))


def test_a_name_that_any_module_of_the_projects_has_is_not_missing(tmp_path: Path) -> None:
    files = {
        "one/nets.py": "def first():\n    return 1\n",
        "two/nets.py": "def second():\n    return 2\n",
        "conf/a.yaml": "net:\n  _target_: nets.second\n",
        "conf/b.yaml": "net:\n  _target_: nets.third\n",
    }
    assert [(note.place.path, note.message) for note in read(tmp_path, files).notes] == [
        ("conf/b.yaml", "nets has no 'third'")
    ]


NET = (
    "from torch import nn\nfrom mmengine.registry import MODELS\n\n\n{decorator}class Net(nn.Module):\n"
    "    def __init__(self, strides=(1,), kernels=(1,)):\n        super().__init__()\n"
    "        self.stages = nn.ModuleList(nn.Conv2d(8, 8, k, s) for k, s in zip(kernels, strides))\n"
)


@pytest.mark.parametrize(
    ("decorator", "kind", "places"),
    [
        ("@MODELS.register_module()\n", "Net", ["conf/a.py:1:49"]),
        ("@MODELS.register_module()\n", "mmdet.Net", ["conf/a.py:1:55"]),
        ("@MODELS.register_module(name='Other')\n", "Other", ["conf/a.py:1:51"]),
        ("@MODELS.register_module(name='Other')\n", "Net", []),
        ("@functools.cache\n", "Net", []),
        ("", "Net", []),
    ],
)
def test_a_registered_class_is_built_by_its_name(tmp_path: Path, decorator: str, kind: str, places: list[str]) -> None:
    text = f"model = dict(backbone=dict(type='{kind}', strides=(2,)))\n"
    assert dead(tmp_path, {"conf/a.py": text, "nets.py": NET.format(decorator=decorator)}) == places


def test_of_several_registered_classes_the_nearest_counts(tmp_path: Path) -> None:
    net = NET.format(decorator="@MODELS.register_module()\n")
    wide = net.replace("kernels=(1,)", "kernels=(3,)")
    text = "model = dict(backbone=dict(type='Net', strides=(2,)))\n"
    assert dead(tmp_path / "0", {"a/conf/x.py": text, "a/nets.py": net, "b/nets.py": wide}) == ["a/conf/x.py:1:49"]
    assert dead(tmp_path / "1", {"b/conf/x.py": text, "a/nets.py": net, "b/nets.py": wide}) == []
    assert dead(tmp_path / "2", {"conf/x.py": text, "a/nets.py": net, "b/nets.py": wide}) == []


def test_what_many_configs_take_in_is_built_once(tmp_path: Path) -> None:
    files = {
        "base.py": "model = dict(backbone=dict(type='Net', strides=(2,)))\n",
        "one.py": "_base_ = './base.py'\n",
        "two.py": "_base_ = './base.py'\nmodel = dict(backbone=dict(kernels=(1,)))\n",
        "three.py": "_base_ = './base.py'\nmodel = dict(backbone=dict(kernels=(2,)))\n",
        "nets.py": NET.format(decorator="@MODELS.register_module()\n"),
    }
    analysis = read(tmp_path, files)
    names = {name for layer in analysis.network.layers for name in analysis.network.reached_from(layer)[0]}
    assert {name for name in names if ".py:" in name} == {f"{n}.py:model.backbone" for n in ("base", "two", "three")}
    assert dead(tmp_path, files) == ["base.py:1:49", "two.py:2:37"]


OWN = (
    "from torch import nn\n\n\nclass Own(nn.Module):\n    def __init__(self, {signature}):\n"
    "        super().__init__()\n        self.m = nn.Sequential(*(nn.Conv2d(c2, c2, 3) for _ in range(n)))\n"
    "        self.conv = nn.Conv2d(8, c2, k, s)\n"
)


@pytest.mark.parametrize(
    ("signature", "args", "found_at"),
    [
        ("c1, c2, k=1, s=1, n=1", "[64, 1, 2]", ["y.yaml:3:23"]),
        ("c1, c2, k=1, s=1, n=1", "[64, 3, 2]", []),
        ("c1, c2, k=1, s=1, n=1", "[64, 1, s]", []),
        ("c1, c2, n=1, k=1, s=1", "[64, 1, 2]", ["y.yaml:3:23"]),
        ("in_channels, c2, n=1, k=1, s=1", "[64, 1, 2]", ["y.yaml:3:23"]),
        ("c2, k=1, s=1, n=1", "[64, 1, 2]", []),
        ("c1, c2, k=1, s=1, n=1", "[64, 1, 2, 1, 1, 1]", []),
        ("c1, c2, k=1, s=1, n=1", "[64, None, 2]", []),
    ],
)
def test_a_module_of_a_yolo_fork(tmp_path: Path, signature: str, args: str, found_at: list[str]) -> None:
    text = f"backbone:\n  - [-1, 1, Conv, [64, 3, 2]]\n  - [-1, 2, Own, {args}]\nhead:\n  - [-1, 1, Detect, [80]]\n"
    assert dead(tmp_path, {"y.yaml": text, "own.py": OWN.format(signature=signature)}) == found_at

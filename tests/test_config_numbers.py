"""True cases and traps where a config states a kernel size and a stride, each in the form in which people write it."""

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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"class_name": "Conv2D", "config": {"kernel_size": [3, 3], "strides": [2, 2]}}', "Conv2d 3x3/2x2"),
        ('{"class_name": "DepthwiseConv2D", "config": {"kernel_size": 3, "strides": [1, 1]}}', "Conv2d 3x3/1x1"),
        ('{"class_name": "SeparableConv1D", "config": {"kernel_size": [3], "strides": [4]}}', "Conv1d 3/4"),
        (
            '{"class_name": "Conv2DTranspose", "config": {"kernel_size": [1, 1], "strides": 2}}',
            "ConvTranspose2d 1x1/2x2",
        ),
        ('{"class_name": "MaxPooling3D", "config": {"pool_size": [2, 2, 1]}}', "MaxPool3d 2x2x1/2x2x1"),
        ('{"class_name": "AveragePooling2D", "config": {"pool_size": 2, "strides": null}}', "AvgPool2d 2x2/2x2"),
        ('{"type": "nn.Conv2d", "in_channels": 1, "out_channels": 1, "kernel_size": 1, "stride": 2}', "Conv2d 1x1/2x2"),
        ('{"type": "conv2d", "kernel_size": "(1, 1)", "stride": 2, "dilation": 1}', "Conv2d 1x1/2x2"),
        ('{"type": "conv_transpose2d", "k": 2, "s": 2}', "ConvTranspose2d 2x2/2x2"),
        ('{"layer": "conv2d", "kernel_size": [3, 1, 1, 3], "strides": [2, 2, 2, 2]}', None),
        ('{"type": "conv", "k": 1, "s": 2}', None),
        ('{"class_name": "Conv2D", "config": {"strides": [2, 2]}}', None),
    ],
)
def test_layers_that_say_what_they_are(tmp_path: Path, text: str, expected: str | None) -> None:
    shown = windows(read(tmp_path, {"model.json": text}))
    assert shown == [expected] if expected else not any("2d" in window for window in shown)


def test_a_typed_layer_is_one_finding_whatever_it_is_part_of(tmp_path: Path) -> None:
    text = "tokenizer:\n  blocks:\n    - {layer: Conv2D, kernel_size: [3, 3], stride: [4, 4]}\n"
    (finding,) = found(tmp_path, {"a.yaml": text})
    assert (finding.place.line, finding.place.column) == (3, 37)
    assert finding.message.startswith("3x3 convolution with stride 4 reads 9 of every 16 pixels")


def test_levit_pairs_its_stride_with_its_kernel(tmp_path: Path) -> None:
    text = '{"model_type": "levit", "stride": 2, "patch_size": 1, "kernel_size": 3}\n'
    analysis = read(tmp_path, {"config.json": text})
    assert windows(analysis) == ["Conv2d 3x3/2x2"]


def test_nnunet_inherits_and_counts_the_first_stage(tmp_path: Path) -> None:
    text = (
        '{"configurations": {"a": {"conv_kernel_sizes": [[3, 3], [1, 3]], "pool_op_kernel_sizes": [[2, 2]]},\n'
        '"b": {"inherits_from": "a"}}}\n'
    )
    assert dead(tmp_path, {"plans.json": text}) == ["plans.json:1:58"]
    assert windows(read(tmp_path, {"plans.json": text})) == ["Conv2d 3x3/1x1", "Conv2d 1x3/2x2"]


def test_darknet_knows_its_defaults(tmp_path: Path) -> None:
    text = (
        "[net]\nheight=4\n[convolutional]\nsize=1\nstride=2\ndilation=2\n"
        "[maxpool]\nstride=2\n[convolutional]\nstride=2\n"
    )
    assert dead(tmp_path, {"a.cfg": text}) == ["a.cfg:4:6", "a.cfg:10:8"]
    assert dead(tmp_path, {"setup.cfg": "[metadata]\nsize=1\nstride=2\n"}) == []


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("[-1, 1, ConvTranspose, [256, 1, 2]]", "transposed-holes"),
        ("[-1, 1, DWConvTranspose2d, [256, 2, 3]]", "transposed-holes"),
        ("[-1, 1, nn.ConvTranspose2d, [256, 1, 2]]", "transposed-holes"),
        ("[-1, 1, nn.ConvTranspose2d, [256, 3, 2]]", "transposed-uneven-overlap"),
        ("[-1, 1, ConvTranspose, [256]]", ""),
        ("[-1, 1, nn.ConvTranspose2d, [256, 4, 2, 1]]", ""),
        ("[-1, 1, nn.Upsample, [None, 2, 'nearest']]", ""),
        ("[-1, 1, ReOrg, []]", ""),
        ("[-1, 1, Conv, [nc, 3, 2]]", ""),
        ("[-1, 1, Detect, [nc, anchors]]", ""),
    ],
)
def test_yolo_lines_that_write(tmp_path: Path, line: str, rule: str) -> None:
    assert [finding.rule for finding in found(tmp_path, {"a.yaml": YOLO.format(line=line)})] == [rule][: len(rule)]


def test_yolo_builds_a_model_of_torchvision(tmp_path: Path) -> None:
    line = "[-1, 1, TorchVision, [512, resnet18, DEFAULT, True, 2]]"
    (finding,) = found(tmp_path, {"a.yaml": YOLO.format(line=line)})
    assert finding.message.startswith("builds 3 layers that read 1 of every 4 pixels")
    assert finding.place[:3] == ("a.yaml", 2, 32)


def test_scales_of_yolo_touch_no_kernel(tmp_path: Path) -> None:
    line = "[-1, 1, Conv, [64, 3, 2]]"
    text = f"nc: 80\nscales:\n  n: [0.5, 0.25, 1024]\ndepth_multiple: 0.33\n{YOLO.format(line=line)}"
    assert windows(read(tmp_path, {"a.yaml": text})) == ["Conv2d 3x3/2x2"]


@pytest.mark.parametrize(
    ("rates", "kernels", "uneven"),
    [
        ([10, 10, 2, 2], [16, 16, 4, 4], [0, 1]),
        ([10, 6, 2, 2, 2], [16, 16, 4, 4, 4], [0, 1]),
        ([10, 4, 2, 2, 2], [16, 16, 4, 4, 4], [0]),
        ([10, 8, 2, 2], [20, 16, 4, 4], []),
        ([12, 10, 2, 2], [24, 20, 4, 4], []),
        ([5, 4, 4, 2, 2], [11, 8, 8, 4, 4], [0]),
        ([5, 3, 2, 2, 2, 2], [11, 7, 4, 4, 4, 4], [0, 1]),
        ([8, 5, 3], [16, 11, 7], [1, 2]),
        ([5, 5, 2, 2, 2, 2], [9, 9, 4, 4, 4, 4], [0, 1]),
        ([2, 5, 4, 4], [16, 15, 4, 4], []),
        ([10, 4, 2, 2], [16, 8, 4, 4], [0]),
        ([8, 8, 2, 2], [16, 16, 4, 4], []),
    ],
)
@pytest.mark.parametrize("key", ["upsample_rates", "upsample_factors", "upsample_scales"])
def test_vocoders_that_people_publish(
    tmp_path: Path, key: str, rates: list[int], kernels: list[int], uneven: list[int]
) -> None:
    text = f"{key}: {rates}\nupsample_kernel_sizes: {kernels}\n"
    findings = found(tmp_path, {"a.yaml": text})
    assert [finding.rule for finding in findings] == ["transposed-uneven-overlap"] * len(uneven)
    assert [finding.message.rpartition(": ")[2] for finding in findings] == [
        f"upsampling {index + 1} of {len(rates)}" for index in uneven
    ]
    assert all(finding.place.line == 2 for finding in findings)


def test_a_vocoder_with_a_kernel_below_its_rate(tmp_path: Path) -> None:
    text = '{"upsample_rates": [8, 4], "upsample_kernel_sizes": [16, 3]}\n'
    assert [finding.rule for finding in found(tmp_path, {"a.json": text})] == ["transposed-holes"]
    assert found(tmp_path, {"a.json": text.replace("3]", "3, 4]")}) == (), "lists of unequal length are no pairs"


CITRINET = """\
model:
  model_defaults: {{separable: true, kernel: 11, stride: 2}}
  encoder:
    jasper:
      - &first
        filters: 256
        repeat: 5
        kernel: ["${{model.model_defaults.kernel}}"]
        stride: ["${{model.model_defaults.stride}}"]
        dilation: [1]
        residual: {residual}
        residual_mode: {mode}
        separable: "${{model.model_defaults.separable}}"
      - filters: ???
        kernel: [15]
        stride: [1]
        residual: true
        residual_mode: stride_add
"""


@pytest.mark.parametrize(
    ("residual", "mode", "expected"),
    [("true", "stride_add", ["a.yaml:2:57"]), ("true", "add", []), ("false", "stride_add", [])],
)
def test_citrinet_strides_in_its_residual(tmp_path: Path, residual: str, mode: str, expected: list[str]) -> None:
    assert dead(tmp_path, {"a.yaml": CITRINET.format(residual=residual, mode=mode)}) == expected


@pytest.mark.parametrize(
    "text",
    [
        '{"model_type": "segformer", "patch_sizes": [7, 3, 3, 3], "strides": [4, 2, 2, 2], "sr_ratios": [8, 4, 2, 1]}',
        '{"model_type": "cvt", "patch_sizes": [7, 3, 3], "patch_stride": [4, 2, 2], "stride_kv": [2, 2, 2]}',
        '{"model_type": "efficientnet", "kernel_sizes": [3, 5], "strides": [1, 2]}',
        '{"model_type": "resnet", "depths": [2, 2], "layer_type": "basic", "downsample_in_bottleneck": true}',
        '{"model_type": "resnet", "depths": [2, 2], "downsample_in_bottleneck": false}',
        '{"model_type": "vit", "patch_size": 1, "stride": 2}',
        '{"conv_layers": [{"kernel_size": 3, "stride": 2}], "fpn_strides": [8, 16], "kernel_size": 1}',
        '{"slide": {"crop_size": [512, 512], "stride": [768, 768], "kernel_size": [1, 1]}}',
        '{"LAYER_STRIDES": [2, 2], "UPSAMPLE_STRIDES": [0.5, 1, 2], "KERNEL": [1, 1]}',
        '{"conv_feature_layers": "__import__(\'os\').system(\'x\')", "generator_kernel": 9, "generator_stride": 3}',
    ],
)
def test_json_that_stays_silent(tmp_path: Path, text: str) -> None:
    assert found(tmp_path, {"config.json": text}) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"model_type": "x", "vision_config": {"model_type": "y", "patch_sizes": [7, 1], "strides": [4, 2]}}', [77]),
        ('{"model_type": "x", "conv_kernel": [10, 1], "conv_stride": [5, 2]}', [41]),
        ('{"model_type": "rt_detr_resnet", "depths": [1, 1, 1], "downsample_in_bottleneck": true}', [83]),
    ],
)
def test_json_that_skips(tmp_path: Path, text: str, expected: list[int]) -> None:
    assert dead(tmp_path, {"config.json": text}) == [f"config.json:1:{column}" for column in expected]


def test_a_vocabulary_has_kernels_and_strides(tmp_path: Path) -> None:
    words = ", ".join(f'"w{number}": {number}' for number in range(200))
    assert found(tmp_path, {"vocab.json": f'{{"kernel": 3, "stride": 900, {words}}}'}) == ()


def test_nnunet_of_today_and_its_planners_corner(tmp_path: Path) -> None:
    kernels, strides = "[[1, 3, 3], [1, 3, 3]]", "[[1, 1, 1], [2, 2, 2]]"
    text = (
        '{"configurations": {"3d_fullres": {"architecture": {"network_class_name": "a.PlainConvUNet",\n'
        f'"arch_kwargs": {{"kernel_sizes": {kernels}, "strides": {strides}}}}}}}}}}}\n'
    )
    assert dead(tmp_path, {"plans.json": text}) == ["plans.json:2:46"]


def test_darknet_s_dilations_and_its_other_sections(tmp_path: Path) -> None:
    def section(dilation: int) -> str:
        return f"[convolutional]\nsize=3\nstride=2\ndilation={dilation}\npad=1\n"

    others = "[reorg]\nstride=2\n[upsample]\nstride=2\n[route]\nlayers=-1\n"
    antialiased = "[convolutional]\nsize=1\nstride=2\nantialiasing=1\n"
    wide = "[maxpool]\nsize=1\nstride_x=1\nstride_y=2\n"
    text = f"[net]\nheight=4\n{section(3)}{others}{antialiased}{section(2)}{wide}"
    assert dead(tmp_path, {"a.cfg": text}) == ["a.cfg:19:6", "a.cfg:24:6"]

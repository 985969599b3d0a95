"""Lets torchvision be imported, and its models be built, beside a torch that its compiled operations were not made for.

    convlint verify --setup benchmarks/runtime_setup.py 'torchvision.models:*'

Its operations are declared, and two of them get a plain stand-in: ``nms`` keeps the first boxes, ``roi_align`` takes
the nearest positions. Neither is exact, and neither is known to convlint, so all that they read counts as live.
Weights are not fetched: which positions are read does not depend on them.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

KEPT_BOXES = 20
BACKWARD = ("_roi_align", "_roi_pool", "_ps_roi_align", "_ps_roi_pool", "_deform_conv2d")
FORWARD = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "roi_align(Tensor input, Tensor rois, float spatial_scale, int pooled_height, int pooled_width, "
    "int sampling_ratio, bool aligned) -> Tensor",
    "roi_pool(Tensor input, Tensor rois, float spatial_scale, int pooled_height, int pooled_width) -> (Tensor, Tensor)",
    "ps_roi_align(Tensor input, Tensor rois, float spatial_scale, int pooled_height, int pooled_width, "
    "int sampling_ratio) -> (Tensor, Tensor)",
    "ps_roi_pool(Tensor input, Tensor rois, float spatial_scale, int pooled_height, int pooled_width) "
    "-> (Tensor, Tensor)",
    "deform_conv2d(Tensor input, Tensor weight, Tensor offset, Tensor mask, Tensor bias, int stride_h, int stride_w, "
    "int pad_h, int pad_w, int dilation_h, int dilation_w, int groups, int offset_groups, bool use_mask) -> Tensor",
)


def declare_operations() -> Any:
    """Declare what is missing. The library must be kept: with it the declarations go. None where nothing is missing."""
    if hasattr(torch.ops.torchvision, "nms"):
        return None
    library: Any = torch.library.Library("torchvision", "DEF")  # type: ignore[no-untyped-call]
    for schema in FORWARD:
        library.define(schema)
    for name in BACKWARD:
        library.define(f"{name}_backward(Tensor grad) -> Tensor")
    library.impl("nms", first_boxes, "CPU")
    library.impl("roi_align", nearest_positions, "CPU")
    return library


def first_boxes(boxes: torch.Tensor, scores: torch.Tensor, iou_threshold: float) -> torch.Tensor:
    """The places of the boxes with the highest scores."""
    del iou_threshold, boxes
    return scores.argsort(descending=True)[:KEPT_BOXES]


def nearest_positions(
    features: torch.Tensor, rois: torch.Tensor, scale: float, height: int, width: int, ratio: int, aligned: bool
) -> torch.Tensor:
    """For each box a grid of the feature map's positions nearest to it."""
    del ratio, aligned
    parts = []
    for number, left, top, right, bottom in rois.mul(torch.tensor([1, scale, scale, scale, scale])).tolist():
        rows = torch.linspace(top, bottom, height).round().long().clamp(0, features.shape[2] - 1)
        columns = torch.linspace(left, right, width).round().long().clamp(0, features.shape[3] - 1)
        parts.append(features[int(number)][:, rows][:, :, columns])
    return torch.stack(parts) if parts else features.new_zeros((0, features.shape[1], height, width))


def accept_operations() -> None:
    """Let torchvision take the operations that are declared here for its own."""
    import torchvision

    torchvision.extension._has_ops = lambda: True


def fetch_no_weights() -> None:
    """Make a pretrained model an untrained one."""

    def nothing(*args: Any, **kwargs: Any) -> dict[str, Any]:
        return {}

    def keep(module: nn.Module, state: Any, *args: Any, **kwargs: Any) -> Any:
        return load(module, state, *args, **kwargs) if state else None

    load = nn.Module.load_state_dict
    torch.hub.load_state_dict_from_url = nothing
    nn.Module.load_state_dict = keep  # type: ignore[assignment]
    import torchvision

    torchvision._internally_replaced_utils.load_state_dict_from_url = nothing
    torchvision.models._api.load_state_dict_from_url = nothing


DECLARED = declare_operations()
if DECLARED is not None:
    accept_operations()
fetch_no_weights()

"""Sizes that nobody means and code that torch refuses: no crash, nothing that takes long, and nothing said of it."""

from __future__ import annotations

import pytest
from fixing import RULES, analysed, findings

HEAD = "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n\n\nclass Net(nn.Module):\n"
BODIES = (
    "self.c(x).unbind(-1), self.c(x).chunk(x.shape[-1], -1), x.split(1, 3)",
    "[self.c(x[..., i:]) for i in range(x.shape[-1])]",
    "F.max_pool2d(x, 0), F.max_pool2d(x, 2, -1), F.avg_pool2d(x, (1, 2, 3)), F.conv2d(x, x), F.conv_transpose2d(x, x)",
    "F.interpolate(x, scale_factor=float('inf')), F.interpolate(x, scale_factor=float('nan'))",
    "F.embedding(x, x[0, 0, 0, 0]), F.linear(x, x[0, 0, 0, 0]), F.pad(x, (10**12,) * 4), x.repeat(10**30, 1, 1, 1)",
    "x.view(0, -1), x.view(-1, -1), x.unflatten(1, (-1, -1)), x[..., ..., 0], x[0, 0, 0, 0, 0], torch.cat([])",
    "torch.einsum('', x), torch.einsum('......', x), x.permute(0, 0, 1, 2), x.mean(9), x.topk(-1), x.unfold(2, 3, 0)",
)
LAYERS = (
    "nn.Conv2d(3, 8, 3)",
    "nn.Conv2d(3, 8, 0, 0)",
    "nn.Conv2d(3, 8, 3, groups=0)",
    "nn.Conv2d(3, 8, 10**12, 10**12)",
)
SIZES = ((1,), (1 << 20,), (1000000, 1), (3, 1, 1), (5, 5, 5), (1, 2, 3, 4))


def network(layer: str, body: str) -> str:
    return (
        f"{HEAD}    def __init__(self):\n        super().__init__()\n        self.c = {layer}\n\n"
        f"    def forward(self, x):\n        return self.c(x), {body}\n"
    )


def internal(text: str, size: tuple[int, ...] | None) -> list[object]:
    """Mistakes of convlint's own, which would cost an entry point."""
    wanted = (size, "--input-size") if size is not None else None
    findings(text, list(RULES), input_size=wanted)
    analysis = analysed(text, input_size=wanted)
    analysis.network.works()
    return [unknown for unknown in analysis.unknowns if unknown.reason == "internal"]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("body", BODIES)
def test_sizes_that_the_user_says(body: str, size: tuple[int, ...]) -> None:
    for layer in LAYERS:
        assert internal(network(layer, body), size) == []


@pytest.mark.parametrize(
    "call",
    [
        "torch.zeros(3, 32, 32)", "torch.zeros(0, 3, 0, 0)", "torch.zeros(2)", "torch.zeros(1, 3, 10**7, 10**7)",
        "[torch.zeros(1, 3, 8, 8)]", "torch.zeros(1, 3, 8, 8), 5", "x=torch.zeros(1, 3, 8, 8)",
        "torch.zeros(-1, 3, 8, 8)",
        "torch.zeros(1, 3, 8, 8, 8)", "torch.zeros(1, 3, unknown, 8)", "*torch.zeros(2, 1, 3, 8, 8)",
    ],
)  # fmt: skip
def test_tensors_that_the_code_gives(call: str) -> None:
    for body in BODIES:
        assert internal(f"{network(LAYERS[0], body)}\n\nNet()({call})\n", None) == []


@pytest.mark.parametrize("size", [(30, 31, 32), (7, 30, 30), (3, 30, 30, 30)])
def test_a_size_with_other_axes_or_channels_is_not_meant(size: tuple[int, ...]) -> None:
    text = network("nn.Conv2d(3, 8, 4, 4)", "x")
    assert analysed(text, input_size=((3, 30, 30), "--input-size")).network.sized_layers
    assert not analysed(text, input_size=(size, "--input-size")).network.sized_layers

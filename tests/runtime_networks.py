"""Small networks of different make, written as people write them, and a generator of more."""

from __future__ import annotations

import random
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

C = 4
"""Channels of every network; few, so that each element can be tried."""


class Plain(nn.Module):
    """A stem, a pool, a strided 1x1 convolution whose neighbour is read by nobody."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(3, C, 3, padding=1), nn.BatchNorm2d(C), nn.ReLU(inplace=True), nn.MaxPool2d(2, ceil_mode=True),
            nn.Conv2d(C, C, 3, padding=1, bias=False), nn.Conv2d(C, C, 1, stride=2), nn.GELU(), nn.Conv2d(C, 2, 3),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.layers(x)
        return out


class Dilated(nn.Module):
    """Dilated branches: one whose stride meets every other residue only, one whose outer taps lie on padding."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, C, 3, padding=1)
        self.even = nn.Conv2d(C, C, 3, stride=2, dilation=2, padding=2)
        self.wide = nn.Conv2d(C, C, 3, stride=2, dilation=(10, 12), padding=(10, 12), groups=2)
        self.top = nn.Conv2d(C, 2, 2, dilation=3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        out: Tensor = self.top(F.relu(self.even(x) + self.wide(x)))
        return out


class Bottleneck(nn.Module):
    """A residual block with the stride in its 1x1 (v1) or its 3x3 convolution (v1.5)."""

    def __init__(self, stride: int, first: bool) -> None:
        super().__init__()
        strides = (stride, 1) if first else (1, stride)
        self.conv1 = nn.Conv2d(C, 2, 1, stride=strides[0], bias=False)
        self.bn1 = nn.BatchNorm2d(2)
        self.conv2 = nn.Conv2d(2, 2, 3, stride=strides[1], padding=1, bias=False)
        self.conv3 = nn.Conv2d(2, C, 1)
        self.relu = nn.ReLU(inplace=True)
        self.shortcut = nn.Conv2d(C, C, 1, stride=stride) if stride > 1 else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        out = self.conv3(self.relu(self.conv2(self.relu(self.bn1(self.conv1(x))))))
        out += self.shortcut(x)
        result: Tensor = self.relu(out)
        return result


def residual(first: bool) -> nn.Module:
    """Two blocks, the second with stride 2."""
    return nn.Sequential(
        nn.Conv2d(3, C, 3, padding=1), Bottleneck(1, first), Bottleneck(2, first), Bottleneck(1, first)
    )


class SqueezeExcitation(nn.Module):
    """A gate from the mean of all positions, in front of layers that skip three of four."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, C, 3, padding=1)
        self.reduce, self.expand = nn.Conv2d(C, 2, 1), nn.Conv2d(2, C, 1)
        self.strided = nn.Conv2d(C, C, 1, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        gate = torch.sigmoid(self.expand(F.relu(self.reduce(x.mean((2, 3), keepdim=True)))))
        out: Tensor = self.strided(F.relu(x * gate.expand_as(x)))
        return out


class Normed(nn.Module):
    """Norms whose statistics see every position."""

    def __init__(self, norm: Callable[[int], nn.Module]) -> None:
        super().__init__()
        self.stem, self.norm = nn.Conv2d(3, C, 3, padding=1), norm(C)
        self.strided = nn.Conv2d(C, C, 1, stride=(2, 3))

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        out: Tensor = self.strided(F.silu(self.norm(x)))
        return out


class Attention(nn.Module):
    """Patches, a class token, queries of which every other one is used, keys from a strided pool."""

    def __init__(self, fused: bool) -> None:
        super().__init__()
        self.fused = fused
        self.patches = nn.Conv2d(3, C, 2, stride=2)
        self.token = nn.Parameter(torch.zeros(1, 1, C))
        self.norm, self.qkv, self.mlp = nn.LayerNorm(C), nn.Linear(C, 3 * C), nn.Linear(C, C, bias=False)
        self.pool = nn.Conv1d(C, C, 1, stride=2, groups=C)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat((self.token.expand(x.shape[0], -1, -1), x), 1)
        q, k, v = (
            part.reshape(x.shape[0], -1, 2, C // 2).transpose(1, 2) for part in self.qkv(self.norm(x)).chunk(3, -1)
        )
        k = self.pool(k.transpose(1, 2).flatten(2).transpose(1, 2)).transpose(1, 2).reshape(x.shape[0], -1, 2, C // 2)
        k, v = k.transpose(1, 2), v[:, :, ::2]
        if self.fused:
            out = F.scaled_dot_product_attention(q[:, :, ::2], k, v)
        else:
            out = (q[:, :, ::2] @ k.transpose(-1, -2)).softmax(-1) @ v
        x = x[:, ::2] + out.transpose(1, 2).flatten(2)
        token: Tensor = self.mlp(x)[:, 0]
        return token


class Slicing(nn.Module):
    """Phases of a grid, of which two are dropped; parts that are written in place; circular padding."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, C, 3, padding=1, padding_mode="circular")
        self.mix = nn.Conv2d(2 * C, C, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        y = torch.cat((x[:, :, ::2, :10:2], x[:, :, 1::2, 1::2].roll(1, 3)), 1)
        z = y.clone()
        z[:, :2, 1:] = y[:, 2:4, :-1] * 2
        z[:, :, :, 0].mul_(3)
        z[:, 3].zero_()
        out: Tensor = self.mix(F.pixel_unshuffle(F.pixel_shuffle(z, 2), 2).flip(2))[:, :, :-1]
        return out


class Interpolate(nn.Module):
    """Resizing of every kind, one after the other."""

    def __init__(self, mode: str, size: int, align: bool | None = None, antialias: bool = False) -> None:
        super().__init__()
        self.stem, self.strided = nn.Conv2d(3, C, 3, padding=1), nn.Conv2d(C, 2, 2, stride=3)
        self.settings = {"mode": mode, "size": (size, size + 1), "align_corners": align, "antialias": antialias}

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.strided(F.interpolate(self.stem(x), **self.settings))  # type: ignore[arg-type]
        return out


class Pyramid(nn.Module):
    """Adaptive and padded pools, dilated branches, a transposed convolution, several outputs in a dictionary."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, C, 3, stride=2, padding=2, dilation=2)
        self.wide = nn.Conv2d(C, C, 3, padding=4, dilation=4, groups=2)
        self.up = nn.ConvTranspose2d(2 * C, C, 3, stride=2, padding=1, output_padding=1, groups=2)
        self.top = nn.Conv2d(C, 2, 1, stride=3)

    def forward(self, x: Tensor) -> dict[str, Tensor | list[Tensor]]:
        x = self.stem(x)
        y = torch.cat((self.wide(x), F.avg_pool2d(x, 3, 1, 1)), 1)
        z = self.up(F.pad(F.max_pool2d(y, 2, 3), (1, -1, 0, 1)))
        return {"top": self.top(z), "bins": [F.adaptive_avg_pool2d(z[:, :2, :5], (2, 3)), F.lp_pool2d(y, 2, 1, 2)]}


class Unfolded(nn.Module):
    """Patches by unfold and fold, a running sum, a sort, a gather by fixed places."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, C, 1)
        self.places: Tensor
        self.register_buffer("places", torch.tensor([2, 0, 0, 5]))

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        y = F.fold(F.unfold(x, 2, dilation=2, stride=3, padding=1)[..., 1:7], (6, 3), 2, stride=(2, 1))
        y = torch.cat((y.cumsum(3), F.pad(y, (1, 2, 0, 1), mode="reflect")[..., 1:, 3:].repeat(1, 1, 1, 1)), 1)
        picked = y[:, :, self.places][:, :, :, self.places[:2]]
        return torch.einsum("bchw,bcij->bhj", picked, x.unfold(2, 1, 4)[..., 0][:, [0, 1]].sum(1, keepdim=True))


NETWORKS: dict[str, Callable[[], nn.Module]] = {
    "plain": Plain,
    "dilated": Dilated,
    "residual v1": lambda: residual(first=True),
    "residual v1.5": lambda: residual(first=False),
    "squeeze-excitation": SqueezeExcitation,
    "group norm": lambda: Normed(lambda channels: nn.GroupNorm(2, channels)),
    "instance norm": lambda: Normed(nn.InstanceNorm2d),
    "layer norm over space": lambda: Normed(lambda channels: nn.GroupNorm(1, channels)),
    "attention": lambda: Attention(fused=False),
    "fused attention": lambda: Attention(fused=True),
    "slicing": Slicing,
    "bilinear down": lambda: Interpolate("bilinear", 3),
    "bilinear corners": lambda: Interpolate("bilinear", 5, align=True),
    "bicubic": lambda: Interpolate("bicubic", 2),
    "nearest": lambda: Interpolate("nearest", 7),
    "nearest exact": lambda: Interpolate("nearest-exact", 13),
    "area": lambda: Interpolate("area", 4),
    "antialias": lambda: Interpolate("bilinear", 4, antialias=True),
    "pyramid": Pyramid,
    "unfolded": Unfolded,
}


def generated(seed: int) -> nn.Module:
    """A random chain of layers and of blocks with two branches, the same for the same seed."""
    return _Chain(random.Random(seed), length=5, depth=2)


class _Chain(nn.Module):
    def __init__(self, chance: random.Random, length: int, depth: int) -> None:
        super().__init__()
        channels = 3 if depth == 2 else C
        parts: list[nn.Module] = [nn.Conv2d(channels, C, 3, padding=1)] if depth == 2 else []
        for _ in range(length):
            parts.append(_Branches(chance, depth - 1) if depth and chance.random() < 0.4 else _layer(chance))
        self.parts = nn.Sequential(*parts)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.parts(x)
        return out


class _Branches(nn.Module):
    """Two chains over one input, made one by addition, multiplication with a mean, or concatenation."""

    def __init__(self, chance: random.Random, depth: int) -> None:
        super().__init__()
        self.one, self.two = _Chain(chance, 2, depth), _Chain(chance, 1, depth)
        self.how = chance.choice(("add", "gate", "cat"))
        self.mix = nn.Conv2d(2 * C, C, 1)

    def forward(self, x: Tensor) -> Tensor:
        one, two = self.one(x), self.two(x)
        if self.how == "gate":
            return one * torch.sigmoid(two.mean((2, 3), keepdim=True))  # type: ignore[no-any-return]
        height, width = min(one.shape[2], two.shape[2]), min(one.shape[3], two.shape[3])
        one, two = one[:, :, :height, :width], two[:, :, :height, :width]
        if self.how == "add":
            return one + two  # type: ignore[no-any-return]
        out: Tensor = self.mix(torch.cat((one, two), 1))
        return out


def _layer(chance: random.Random) -> nn.Module:
    """One layer that keeps the channels; windows are padded so that any input is large enough."""
    kernel, stride, dilation = chance.randint(1, 3), chance.randint(1, 3), chance.randint(1, 2)
    padding = chance.randint(kernel // 2, dilation * (kernel - 1)) if kernel > 1 else 0
    pool_padding = min(padding, kernel // 2)
    ceil = chance.random() < 0.5
    makers: tuple[Callable[[], nn.Module], ...] = (
        lambda: nn.Conv2d(C, C, kernel, stride, dilation * (kernel - 1), dilation, groups=chance.choice((1, 2, C))),
        lambda: nn.Conv2d(C, C, 1, stride),
        lambda: nn.MaxPool2d(kernel, stride, pool_padding, ceil_mode=ceil),
        lambda: nn.AvgPool2d(kernel, stride, pool_padding, ceil_mode=ceil),
        lambda: nn.ConvTranspose2d(C, C, kernel, min(stride, 2), min(padding, kernel - 1), groups=2),
        lambda: nn.Upsample(scale_factor=chance.choice((1.5, 2.0)), mode=chance.choice(("nearest", "bilinear"))),
        lambda: nn.GroupNorm(2, C),
        lambda: nn.BatchNorm2d(C),
        lambda: nn.ReLU(inplace=chance.random() < 0.5),
        lambda: nn.ZeroPad2d((1, 0, 2, 1)),
    )
    return chance.choice(makers)()

"""Small networks of the kinds of operations that verdicts are about, drawn at random: source that torch can run."""

from __future__ import annotations

import random
from collections.abc import Callable

HEAD = """
import torch
import torch.nn.functional as F
from torch import nn


def shuffle(x, groups):
    b, c, h, w = x.size()
    x = x.view(b, groups, c // groups, h, w).transpose(1, 2).contiguous()
    return x.view(b, c, h, w)


def both(f, g, x):
    return f(x) + g(x)


class Gate(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Conv2d(4, 4, 1)

    def forward(self, x):
        return x * self.fc(x.mean((2, 3), keepdim=True)).sigmoid()


class Block(nn.Module):
    def __init__(self, kernel, stride, inner):
        super().__init__()
        self.conv = nn.Conv2d(4, 4, kernel, stride, kernel // 2)
        self.bn = nn.BatchNorm2d(4)
        self.inner = inner

    def forward(self, x):
        y = self.bn(self.conv(x))
        if self.inner is not None:
            return self.inner(y)
        return F.relu(y)


class Residual(nn.Module):
    def __init__(self, stride, early):
        super().__init__()
        self.conv1 = nn.Conv2d(4, 4, 1, stride if early else 1)
        self.conv2 = nn.Conv2d(4, 4, 3, 1 if early else stride, 1)
        self.shortcut = nn.Conv2d(4, 4, 1, stride) if stride > 1 else nn.Identity()

    def forward(self, x):
        return F.relu(self.conv2(F.relu(self.conv1(x))) + self.shortcut(x))
"""
SIZE = 24
LEAST = 4
"""A map is not made smaller than this."""

MODULES = {
    "nn.Conv2d(4, 4, 1)": 1,
    "nn.Conv2d(4, 4, 3, 1, 1)": 1,
    "nn.Conv2d(4, 4, 1, 2)": 2,
    "nn.Conv2d(4, 4, 3, 2, 2, dilation=2)": 2,
    "nn.Conv2d(4, 4, 3, 2, 1)": 2,
    "nn.Conv2d(4, 4, 3, 4, 1)": 4,
    "nn.BatchNorm2d(4)": 1,
    "nn.InstanceNorm2d(4)": 1,
    "nn.GroupNorm(2, 4)": 1,
    "nn.ZeroPad2d((-1, 1, -1, 1))": 1,
    "Gate()": 1,
    "Block(1, 1, None)": 1,
    "Block(3, 1, nn.Conv2d(4, 4, 1, 2))": 2,
    "Block(1, 2, Gate())": 2,
    "Block(3, 2, nn.ReLU())": 2,
    "Residual(1, True)": 1,
    "Residual(2, True)": 2,
    "Residual(2, False)": 2,
}
"""Modules, and by how much they divide the size."""

EXPRESSIONS = {
    "F.max_pool2d({x}, 2)": 2,
    "F.max_pool2d({x}, 1, 2)": 2,
    "F.avg_pool2d({x}, 3, 1, 1)": 1,
    "F.relu({x})": 1,
    "torch.tanh({x})": 1,
    "shuffle({x}, 2)": 1,
    "{x}[:, :, ::2, ::2]": 2,
    "{x}[..., 1::2, 1::2]": 2,
    "{x}[:, :, ::2, 1::2]": 2,
    "F.gelu({x}.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)": 1,
    "{x}.flatten(2).transpose(1, 2).transpose(1, 2).reshape({x}.shape)": 1,
    "{x} * ({x} > 0)": 1,
    "torch.flip({x}, (2,))": 1,
    "torch.roll({x}, 1, 3)": 1,
    "{x}.mul(2).clone()": 1,
    "torch.stack([{x}, torch.tanh({x})], dim=1).sum(dim=1)": 1,
    "torch.where({x} > 0, {x}, -{x})": 1,
    "{x} - {x}.mean(1, keepdim=True)": 1,
    "{x} + {x}.amax(2, keepdim=True)": 1,
    "{{'a': {x}, 'b': F.relu({x})}}['b']": 1,
    "torch.cat({x}.unbind(1)[::-1], 0).reshape(-1, *{x}.shape[1:])": 1,
}
"""Expressions over one tensor, and by how much they divide the size."""

HALVES = (
    ("nn.Conv2d(2, 2, 1, 2)", "nn.Conv2d(2, 2, 3, 2, 2, dilation=2)"),
    ("nn.Conv2d(2, 2, 3, 2, 1)", "nn.Conv2d(2, 2, 1, 2)"),
    ("nn.Conv2d(2, 2, 3, 2, 1)", "nn.Conv2d(2, 2, 3, 2, 2, dilation=2)"),
)


class _Writer:
    """The lines of ``__init__`` and ``forward``, while they are drawn."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.init = ["self.stem = nn.Conv2d(3, 4, 3, 1, 1)"]
        self.body = ["v0 = self.stem(x)"]
        self.sizes = {"v0": SIZE}
        self.made: list[tuple[str, int]] = []

    def module(self, text: str) -> str:
        name = f"self.m{len(self.init)}"
        self.init.append(f"{name} = {text}")
        return name

    def step(self) -> None:
        names = list(self.sizes)
        recent = self.random.random() < 0.8
        x = self.random.choice(names[-3:] if recent else names)
        ways: tuple[Callable[[str], tuple[str, int] | None], ...] = (
            self._module, self._module, self._module, self._expression, self._two, self._halves, self._again,
        )  # fmt: skip
        found = self.random.choice(ways)(x)
        expression, divided = found if found is not None else (f"F.relu({x})", 1)
        if self.sizes[x] // divided < LEAST:
            expression, divided = f"torch.tanh({x})", 1
        name = f"v{len(self.sizes)}"
        self.body.append(f"{name} = {expression}")
        self.sizes[name] = self.sizes[x] // divided

    def _module(self, x: str) -> tuple[str, int]:
        text, divided = self.random.choice(list(MODULES.items()))
        name = self.module(text)
        self.made.append((name, divided))
        return f"{name}({x})", divided

    def _expression(self, x: str) -> tuple[str, int]:
        text, divided = self.random.choice(list(EXPRESSIONS.items()))
        return text.format(x=x), divided

    def _two(self, x: str) -> tuple[str, int] | None:
        same = [name for name, size in self.sizes.items() if size == self.sizes[x] and name != x]
        if not same:
            return None
        y = self.random.choice(same)
        if self.random.random() < 0.5:
            return f"{x} + {y}", 1
        return f"{self.module('nn.Conv2d(8, 4, 1)')}(torch.cat([{x}, {y}], dim=1))", 1

    def _halves(self, x: str) -> tuple[str, int] | None:
        if self.sizes[x] // 2 < LEAST:
            return None
        first, second = map(self.module, self.random.choice(HALVES))
        number = len(self.sizes)
        how = self.random.choice(("chunk(2, dim=1)", "split(2, dim=1)", "split([2, 2], 1)"))
        self.body.append(f"p{number}, q{number} = {x}.{how}")
        return f"torch.cat(({first}(p{number}), {second}(q{number})), 1)", 2

    def _again(self, x: str) -> tuple[str, int] | None:
        if not self.made:
            return None
        name, divided = self.random.choice(self.made)
        return f"both({name}, {name}, {x})" if self.random.random() < 0.5 else f"{name}({x})", divided


def generated(seed: int) -> str:
    """The source of a module ``Net`` for images of 24 x 24."""
    writer = _Writer(seed)
    for _ in range(writer.random.randint(3, 9)):
        writer.step()
    names = list(writer.sizes)
    outputs = [names[-1], *(name for name in names[:-1] if writer.random.random() < 0.12)]
    lines = [*writer.body, f"return {', '.join(outputs)}"]
    return (
        f"{HEAD}\n\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        + "".join(f"        {line}\n" for line in writer.init)
        + "\n    def forward(self, x):\n"
        + "".join(f"        {line}\n" for line in lines)
    )

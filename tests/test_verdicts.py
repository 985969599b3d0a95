"""Who uses the values that a layer skips: architectures in a few lines each, and what is said of the layer in them."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from fixing import findings

from convlint.evaluate.project import Request, analyse
from convlint.evaluate.unknown import NOT_FOLLOWED
from convlint.findings import Finding, Severity

HEAD = """import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.checkpoint import checkpoint
"""


def network(init: str, forward: str, more: str = "") -> str:
    """A module ``Net`` with these bodies, behind other definitions."""
    return (
        f"{HEAD}\n\n{textwrap.dedent(more)}\n\n"
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        + textwrap.indent(textwrap.dedent(init).strip(), " " * 8)
        + "\n\n    def forward(self, x):\n"
        + textwrap.indent(textwrap.dedent(forward).strip(), " " * 8)
        + "\n"
    )


def of(text: str, entry_point: str = "model.Net") -> list[Finding]:
    """The findings that name an entry point."""
    return [found for found in findings(text) if entry_point in found.entry_points]


def verdict(text: str, entry_point: str = "model.Net") -> str:
    """The verdict on the only finding of an entry point."""
    (found,) = of(text, entry_point)
    names = [name for name, entry_points in found.verdicts.items() if entry_point in entry_points]
    assert len(names) == 1
    return names[0]


def line_of(text: str, words: str) -> int:
    return text[: text.index(words)].count("\n") + 1


STEM = "self.stem = nn.Conv2d(3, 8, 3, padding=1)\n"
SKIP = STEM + "self.skip = nn.Conv2d(8, 8, 1, stride=2)\n"
BLOCK = """
class Block(nn.Module):
    def __init__(self, first=1, second=1):
        super().__init__()
        self.conv1 = nn.Conv2d(8, 8, 1, first, bias=False)
        self.bn1 = nn.BatchNorm2d(8)
        self.conv2 = nn.Conv2d(8, 8, 3, second, padding=1, bias=False)
        self.relu = nn.ReLU(inplace=True)
        self.shortcut = None
        if first * second > 1:
            self.shortcut = nn.Sequential(
                nn.Conv2d(8, 8, 1, first * second, bias=False),
                nn.BatchNorm2d(8),
            )

    def forward(self, x):
        identity = x
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.conv2(y)
        if self.shortcut is not None:
            identity = self.shortcut(x)
        y += identity
        return self.relu(y)
"""
RESNET = """
self.stem = nn.Conv2d(3, 8, 7, stride=2, padding=3)
self.layer1 = nn.Sequential(*[Block() for _ in range(3)])
self.layer2 = nn.Sequential(Block({}), *[Block() for _ in range(3)])
self.head = nn.Linear(8, 10)
"""
RESNET_FORWARD = """
x = self.layer2(self.layer1(self.stem(x)))
return self.head(torch.flatten(F.adaptive_avg_pool2d(x, 1), 1))
"""


def test_resnet_with_the_stride_in_the_1x1_is_an_error_that_names_both_readers() -> None:
    text = network(RESNET.format("2, 1"), RESNET_FORWARD, BLOCK)
    first, second = of(text)
    assert {first.severity, second.severity} == {Severity.ERROR}
    assert {first.verdict, second.verdict} == {"dead"}
    conv1, shortcut = line_of(text, "self.conv1 ="), line_of(text, "nn.Conv2d(8, 8, 1, first * second")
    said = {found.layer.call.line: found.message for found in (first, second) if found.layer is not None}
    assert f"the 1x1 convolution on line {shortcut} skips it as well" in said[conv1]
    assert f"the 1x1 convolution on line {conv1} skips it as well" in said[shortcut]
    assert (
        f"nobody uses the rest, computed by the 3x3 convolution on line {line_of(text, 'self.conv2 =')}" in said[conv1]
    )


def test_resnet_with_the_stride_in_the_3x3_is_a_note_that_names_who_reads() -> None:
    text = network(RESNET.format("1, 2"), RESNET_FORWARD, BLOCK)
    (found,) = of(text)
    assert found.severity is Severity.NOTE
    assert found.verdict == "branch"
    assert found.message.endswith(f"; the 1x1 convolution on line {line_of(text, 'self.conv1 =')} reads the rest")


def test_basic_block_names_the_3x3() -> None:
    text = network(
        SKIP + "self.conv = nn.Conv2d(8, 8, 3, stride=2, padding=1)",
        "x = self.stem(x)\nreturn self.conv(x) + self.skip(x)",
    )
    (found,) = of(text)
    assert found.message.endswith(f"; the 3x3 convolution on line {line_of(text, 'self.conv =')} reads the rest")


SQUEEZE = """
class Squeeze(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Conv2d(8, 2, 1)
        self.fc2 = nn.Conv2d(2, 8, 1)

    def forward(self, x):
        gate = x.mean((2, 3), keepdim=True)
        gate = self.fc2(F.relu(self.fc1(gate)))
        return x * gate.sigmoid()
"""


@pytest.mark.parametrize(
    "gate",
    [
        "x = Squeeze.forward(self.gate, x)",
        "x = self.gate(x)",
        "x = x * F.adaptive_avg_pool2d(x, 1).sigmoid()",
        "x = x + x.mean(dim=(2, 3), keepdim=True)",
        "b, c, _, _ = x.size()\ny = nn.AdaptiveAvgPool2d(1)(x).view(b, c)\nx = x * y.view(b, c, 1, 1).expand_as(x)",
        "x = F.group_norm(x, 2)",
        "x = F.instance_norm(x)",
    ],
)
def test_what_only_a_gate_or_a_statistic_uses(gate: str) -> None:
    text = network(SKIP + "self.gate = Squeeze()", f"x = self.stem(x)\n{gate}\nreturn self.skip(x)", SQUEEZE)
    (found,) = of(text)
    assert (found.verdict, found.severity) == ("gate-only", Severity.NOTE)


@pytest.mark.parametrize(
    ("forward", "expected"),
    [
        # Nobody else.
        ("return self.skip(self.stem(x))", "dead"),
        ("return self.skip(F.relu(self.bn(self.stem(x))))", "dead"),
        ("x = self.stem(x)\ny = self.skip(x)\nz = self.skip(x)\nreturn y + z", "dead"),
        ("x = self.stem(x)\nreturn self.skip(x), x[:, :, ::2, ::2]", "dead"),
        ("x = self.stem(x)\nreturn self.skip(x), x[..., ::4, ::2]", "dead"),
        ("x = self.stem(x)\nreturn self.skip(torch.cat([x, x], 1))", "dead"),
        ("x = checkpoint(self.stem, x)\nreturn self.skip(x)", "dead"),
        ("x = self.stem(x)\nx = x.permute(0, 2, 3, 1)\nx = F.layer_norm(x, (8,))\n"
         "return self.skip(x.permute(0, 3, 1, 2))", "dead"),
        # A reader whose own result is only used where the other one skips.
        ("x = self.stem(x)\nreturn self.skip(x) + self.point(x)[:, :, ::2, ::2]", "dead"),
        ("x = self.stem(x)\nreturn self.skip(x) + self.skip(self.point(x))", "dead"),
        # Somebody else.
        ("x = self.stem(x)\nreturn self.skip(x) + self.wide(x)[:, :, ::2, ::2]", "branch"),
        ("x = self.stem(x)\nreturn self.skip(x), x", "branch"),
        ("x = self.stem(x)\nreturn {'low': x, 'high': self.skip(x)}", "branch"),
        ("x = self.stem(x)\nreturn [self.skip(x), [x]]", "branch"),
        ("x = self.stem(x)\nfeatures = []\nfeatures.append(x)\nx = self.skip(x)\nfeatures.append(x)\nreturn features",
         "branch"),
        ("x = self.stem(x)\nreturn self.skip(x) + F.max_pool2d(x, 2)", "branch"),
        ("x = self.stem(x)\nreturn self.skip(x) + x[:, :, 1::2, 1::2] + x[:, :, ::2, 1::2] + x[:, :, 1::2, ::2]",
         "branch"),
        ("x = self.stem(x)\ny = F.relu(x)\nreturn self.skip(y), self.wide(x)", "branch"),
        ("x = self.stem(x)\nreturn torch.cat([self.skip(x), F.avg_pool2d(x, 2)], 1)", "branch"),
        ("x = self.stem(x)\nreturn self.skip(x), F.interpolate(x, scale_factor=2)", "branch"),
        ("x = self.stem(x)\nq = x.flatten(2).transpose(1, 2)\nreturn self.skip(x), q @ q.transpose(1, 2)", "branch"),
        # Who knows.
        ("x = self.stem(x)\nreturn self.skip(x) + unknown_function(x)", "unknown"),
        ("x = self.stem(x)\nself.kept = unknown_function(x)\nreturn self.skip(x)", "unknown"),
        ("x = unknown_function(self.stem(x))\nreturn self.skip(x)", "unknown"),
        ("x = self.stem(x)\nfor item in x:\n    item.add_(1)\nreturn self.skip(x)", "unknown"),
        ("x = self.stem(x)\ny = torch.some_new_operation(x)\nreturn self.skip(x) + y", "unknown"),
        ("x = self.stem(x)\nself.kept = x\nreturn self.skip(x)", "unknown"),
        ("x = self.stem(x)\ny = self.skip(x)\nx[:, :, ::2] = y\nreturn y", "unknown"),
        ("x = self.stem(x)\ny = [F.relu(x) for _ in unknown_function() if _]\nreturn self.skip(x), y", "unknown"),
        ("x = self.stem(x)\ny = [self.wide(x) for _ in unknown_function()]\nreturn self.skip(x), y", "branch"),
        ("x = self.stem(x)\nz = x.clone()\nz.add_(1)\nreturn self.skip(x), {unknown_function(): x}", "unknown"),
        ("x = self.stem(x)\nreturn self.skip(x), x.type(torch.float64)", "branch"),
        ("x = self.stem(x)\nreturn self.skip(x), x.mH", "branch"),
        ("x = self.stem(x)\nmask = x > 0\nreturn self.skip(x), mask", "unknown"),
        ("x = self.stem(x)\nread = lambda: self.wide(x)\nreturn self.skip(x), read()", "branch"),
        ("x = self.stem(x)\nreturn self.skip(x), *(self.wide(y) for y in (x,))", "branch"),
        ("x = self.stem(x)\nKEPT.append(x)\nreturn self.skip(x)", "unknown"),
        # The input of the entry point: whoever calls it may use it.
        ("return self.skip(x)", "unknown"),
    ],
)  # fmt: skip
def test_who_else_uses_the_values(forward: str, expected: str) -> None:
    init = SKIP + (
        "self.bn = nn.BatchNorm2d(8)\nself.wide = nn.Conv2d(8, 8, 3, padding=1)\nself.point = nn.Conv2d(8, 8, 1)"
    )
    text = network(init, forward, "from elsewhere import unknown_function\nKEPT = []")
    assert verdict(text) == expected


@pytest.mark.parametrize(("kernel_size", "said"), [(3, "nobody uses a part of the rest"), (1, "nobody uses the rest")])
def test_another_layer_may_use_a_part(kernel_size: int, said: str) -> None:
    """Beside a shortcut of stride 6, a 3x3 convolution uses 9 of every 36 pixels, a 1x1 convolution the same one."""
    init = f"""{STEM}
self.skip = nn.Conv2d(8, 8, 1, stride=6)
self.wide = nn.Conv2d(8, 8, {kernel_size}, stride=6, padding={kernel_size // 2})
"""
    messages = [found.message for found in of(network(init, "x = self.stem(x)\nreturn self.skip(x) + self.wide(x)"))]
    assert len(messages) == 2
    assert any("reads 1 of every 36" in message and f"; {said}, computed by" in message for message in messages)


def test_parts_of_the_channels_are_told_apart() -> None:
    """SKNet: each path gets its own half of the channels, and the dilated one sees every second row and column."""
    init = STEM + "self.near = nn.Conv2d(4, 8, 3, stride=2, padding=1)\n"
    init += "self.far = nn.Conv2d(4, 8, 3, stride=2, padding=2, dilation=2)\nself.skip = nn.Conv2d(8, 8, 1, stride=2)"
    halves = "x = self.stem(x)\nparts = torch.split(x, 4, dim=1)\ny = self.near(parts[0]) + self.far(parts[1])\n"
    found = of(network(init, halves + "return y + self.skip(x)"))
    assert [each.verdict for each in found] == ["dead", "dead"]
    whole = "x = self.stem(x)\ny = self.near(x) + self.far(x)\nreturn y + self.skip(x)"
    assert {each.verdict for each in of(network(init, whole))} == {"branch"}


def test_repvgg_is_a_note() -> None:
    init = STEM + "self.dense = nn.Conv2d(8, 8, 3, 2, 1)\nself.point = nn.Conv2d(8, 8, 1, 2)"
    assert verdict(network(init, "x = self.stem(x)\nreturn F.relu(self.dense(x) + self.point(x))")) == "branch"


FACTORIZED = """
class Reduce(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(8, 4, 1, stride=2, bias=False)
        self.pad = nn.ZeroPad2d((-1, 1, -1, 1))
        self.conv2 = nn.Conv2d(8, 4, 1, stride=2, bias=False)

    def forward(self, x):
        x = F.relu(x)
        return torch.cat([self.conv1(x), self.conv2(self.pad(x))], dim=1)
"""


def test_a_private_activation_is_no_loss() -> None:
    """NASNet's factorized reduction skips half of a ReLU's results; what it was applied to is used elsewhere."""
    init = STEM + "self.reduce = Reduce()\nself.conv = nn.Conv2d(8, 8, 5, stride=2, padding=2)"
    used = network(init, "x = self.stem(x)\nreturn self.reduce(x) + self.conv(x)", FACTORIZED)
    assert {found.verdict for found in of(used)} == {"branch"}
    alone = network(init, "return self.reduce(self.stem(x))", FACTORIZED)
    assert {found.verdict for found in of(alone)} == {"dead"}


def test_entry_points_differ() -> None:
    text = network(RESNET.format("1, 2"), RESNET_FORWARD, BLOCK) + textwrap.dedent(
        """

        class Other(Net):
            def __init__(self):
                super().__init__()
                self.layer2 = nn.Sequential(Block(2, 1))


        def good():
            return Net()


        def bad():
            return Other()
        """
    )
    found = next(each for each in findings(text) if each.verdict == "dead" and "model.good" in each.entry_points)
    assert found.severity is Severity.ERROR
    assert set(found.verdicts["dead"]) == {"model.Other", "model.bad"}
    assert set(found.verdicts["branch"]) == {"model.Net", "model.good"}
    assert "in Other and bad, nobody uses the rest" in found.message


def test_a_subclass_that_puts_another_module_in_the_place_of_one_decides_nothing() -> None:
    text = network(RESNET.format("1, 2"), RESNET_FORWARD, BLOCK) + textwrap.dedent(
        """

        class Small(Net):
            def __init__(self):
                super().__init__()
                self.layer2 = nn.Sequential(nn.Conv2d(64, 64, 3))
        """
    )
    (found,) = [each for each in findings(text) if "model.Small" in each.entry_points]
    assert (found.verdict, found.severity) == ("branch", Severity.NOTE)
    assert found.verdicts == {"branch": ("model.Net", "model.Small")}


def test_a_part_says_nothing_where_a_network_does() -> None:
    """The values that a block skips come from outside of it; the network around it knows who else reads them."""
    text = network(
        STEM + "self.down = Down()", "x = self.stem(x)\nreturn self.down(x), x",
        "class Down(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.skip = nn.Conv2d(8, 8, 1, 2)\n\n    def forward(self, x):\n        return self.skip(x)\n",
    )  # fmt: skip
    (found,) = findings(text)
    assert (found.verdict, found.severity) == ("branch", Severity.NOTE)
    assert found.verdicts == {"unknown": ("model.Down",), "branch": ("model.Net",)}


@pytest.mark.parametrize(("beside", "expected"), [(", x", "branch"), ("", "unknown")])
def test_a_block_with_a_stride_of_its_own_is_judged_as_in_the_networks_around_it(beside: str, expected: str) -> None:
    """Its default meets the kernel in the block itself; no network gives that stride. Where one wastes what the block
    skips, that is said of the network, and the block alone is left open."""
    text = network(
        STEM + "self.down = Down(2)", f"x = self.stem(x)\nreturn self.down(x){beside}",
        "class Down(nn.Module):\n    def __init__(self, stride=2):\n        super().__init__()\n"
        "        self.skip = nn.Conv2d(8, 8, 1, stride)\n\n    def forward(self, x):\n        return self.skip(x)\n",
    )  # fmt: skip
    alone = next(found for found in findings(text) if found.entry_points == ("model.Down",))
    assert alone.verdict == expected
    assert alone.verdicts == {expected: ("model.Down",)}


@pytest.mark.parametrize("made", ["x.max(1, keepdim=True).values * 2", "x.min(dim=1, keepdim=True).indices + 1"])
def test_named_results_are_tensors(made: str) -> None:
    text = network(SKIP, f"x = self.stem(x)\ny = {made}\nreturn self.skip(x), y")
    assert verdict(text) == "branch"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("if self.training:\n    return self.skip(x)\nreturn self.skip(x), x", "branch"),
        ("if unknown:\n    y = self.skip(x)\nelse:\n    y = F.max_pool2d(x, 2)\nreturn y", "branch"),
        ("if unknown:\n    y = self.skip(x)\nelse:\n    y = self.skip(F.relu(x))\nreturn y", "dead"),
        ("z = F.relu(x) if unknown else x\nreturn self.skip(z)", "dead"),
        ("z = x if unknown else unknown_function(x)\nreturn self.skip(z)", "unknown"),
    ],
)
def test_both_ways_of_a_condition(condition: str, expected: str) -> None:
    """Dead only if dead on both."""
    text = network(SKIP, f"x = self.stem(x)\n{condition}", "from elsewhere import unknown, unknown_function")
    assert verdict(text) == expected


def test_what_is_built_instead_of_a_layer_does_not_read_beside_it() -> None:
    """With ``dilate`` nobody reads the rest, and without it there is nothing that skips."""
    init = "d = 2 if dilate else 1\nself.stem = nn.Conv2d(3, 8, 3)\nself.conv = nn.Conv2d(8, 8, 3, 2, d, d)"
    text = network(init, "return self.conv(self.stem(x))").replace("__init__(self)", "__init__(self, dilate)")
    (found,) = of(text)
    assert (found.verdict, found.severity) == ("unknown", Severity.WARNING)
    assert verdict(text.replace("self.conv(self.stem(x))", "self.conv(self.stem(x)), self.stem(x)")) == "unknown"
    beside = text.replace("return self.conv(self.stem(x))", "y = self.stem(x)\n        return self.conv(y), y")
    assert verdict(beside) == "branch"


@pytest.mark.parametrize(("centred", "count"), [("self.weight", 2), ("standardized(self.weight)", 1)])
def test_a_functional_layer_in_a_class_of_ones_own(centred: str, count: int) -> None:
    """The call that builds the layer is judged, and the one that does the work, where its kernel size is known."""
    standardized = f"""
    class Standardized(nn.Conv2d):
        def forward(self, x):
            weight = {centred}
            return F.conv2d(x, weight, self.bias, self.stride, self.padding, self.dilation, self.groups)
    """
    text = network(
        STEM + "self.skip = Standardized(8, 8, 1, 2)", "x = self.stem(x)\nreturn self.skip(x), x", standardized
    )
    assert [found.verdict for found in of(text)] == ["branch"] * count


HELPER = """
def point(stride):
    return nn.Conv2d(8, 8, 1, stride=stride)


class Down(nn.Module):
    def __init__(self, stride):
        super().__init__()
        self.wide = nn.Conv2d(8, 8, 3, stride, padding=1)
        self.shortcut = point(stride)

    def forward(self, x):
        return self.wide(x) + self.shortcut(x)
"""


def test_who_calls_a_helper_decides_for_the_layers_that_it_builds() -> None:
    """One call of torch's class builds both; they differ in where their stride is written."""
    init = STEM + "self.down = Down(2)\nself.mid = nn.Conv2d(8, 8, 3, padding=1)\nself.tail = point(2)"
    text = network(init, "return self.tail(self.mid(self.down(self.stem(x))))", HELPER)
    said = {found.place.line: (found.verdict, found.message) for found in of(text)}
    shortcut, tail = said[line_of(text, "self.shortcut =")], said[line_of(text, "self.tail =")]
    assert shortcut[0] == "branch"
    assert shortcut[1].endswith(f"; the 3x3 convolution on line {line_of(text, 'self.wide =')} reads the rest")
    assert tail[0] == "dead"
    assert tail[1].endswith(f"computed by the 3x3 convolution on line {line_of(text, 'self.mid =')}")


def test_numbers_that_are_written_once_are_judged_together() -> None:
    init = STEM + "for name in ('down', 'tail'):\n    setattr(self, name, (Down if name == 'down' else point)(2))"
    text = network(init, "return self.tail(self.stem(self.down(self.stem(x))))", HELPER)
    assert {found.verdict for found in of(text)} == {"dead"}


def test_a_hook_may_see_everything() -> None:
    init = SKIP + "self.stem.register_forward_hook(look)"
    assert verdict(network(init, "return self.skip(self.stem(x))", "from elsewhere import look")) == "unknown"


def test_equal_blocks_are_judged_where_they_stand() -> None:
    """One block in front of a reader of everything, an equal one not: the worse decides for the line."""
    blocks = """
    class Down(nn.Module):
        def __init__(self):
            super().__init__()
            self.skip = nn.Conv2d(8, 8, 1, stride=2)

        def forward(self, x):
            return F.relu(self.skip(x))
    """
    init = STEM + "self.one = Down()\nself.two = Down()\nself.conv = nn.Conv2d(8, 8, 3, padding=1)"
    same = "x = self.stem(x)\na = self.one(x)\nb = self.conv(a)\n"
    assert verdict(network(init, same + "return self.two(b), b, x", blocks)) == "branch"
    assert verdict(network(init, same + "return self.two(b), x", blocks)) == "dead"


def test_a_shared_helper_is_told_by_its_calls() -> None:
    """Both convolutions are built on one line; the one that reads is named by the line that calls it."""
    helper = "def pointwise(stride):\n    return nn.Conv2d(8, 8, 1, stride)\n"
    text = network(
        STEM + "self.skip = pointwise(2)\nself.all = pointwise(1)",
        "x = self.stem(x)\ny = self.all(x)\nreturn self.skip(x), y",
        helper,
    )
    (found,) = of(text)
    assert f"the 1x1 convolution called on line {line_of(text, 'y = self.all')} reads the rest" in found.message


def test_a_pyramid_of_a_list_of_features() -> None:
    """The subsampled level is a branch, in the detector and in the pyramid by itself, which gives what it reads."""
    pyramid = """
    class Pyramid(nn.Module):
        def __init__(self):
            super().__init__()
            self.laterals = nn.ModuleList(nn.Conv2d(8, 8, 1) for _ in range(2))

        def forward(self, features):
            levels = [lateral(feature) for lateral, feature in zip(self.laterals, features)]
            levels.append(F.max_pool2d(levels[-1], kernel_size=1, stride=2))
            return levels
    """
    text = network(
        STEM
        + "self.deep = nn.Conv2d(8, 8, 3, 2, 1)\nself.pyramid = Pyramid()\nself.head = nn.Conv2d(8, 4, 3, padding=1)",
        "x = self.stem(x)\nreturn [self.head(level) for level in self.pyramid([x, self.deep(x)])]",
        pyramid,
    )
    (found,) = findings(text)
    assert found.severity is Severity.NOTE
    assert found.verdicts == {"branch": ("model.Net", "model.Pyramid")}


def test_numbers_that_torch_computes_decide_what_is_built() -> None:
    """RegNet: the widths of its stages come out of vectors."""
    widths = """
    def widths(depth=13, slope=36.44, first=24, factor=2.49):
        steps = torch.arange(depth, dtype=torch.float32) * slope + first
        powers = torch.round(torch.log(steps / first) / 0.9122827)
        found = torch.round((first * torch.pow(factor, powers)) / 8) * 8
        values, counts = torch.unique(found, return_counts=True)
        return values.int().tolist(), counts.tolist()
    """
    text = network(
        "values, counts = widths()\n"
        "self.stem = nn.Conv2d(3, values[1], sum(counts), padding=6)\n"
        "self.skip = nn.Conv2d(values[1], 8, 1, len(values) // 2)",
        "x = self.stem(x)\nreturn self.skip(x), x",
        widths,
    )
    (found,) = of(text)
    assert found.layer is not None
    assert (found.layer.in_channels, found.layer.stride, found.verdict) == (56, (2, 2), "branch")


def test_what_nobody_gives_does_not_decide() -> None:
    """A base class alone would waste the values; the one network that is made of it does not."""
    base = (
        f"{HEAD}\n\nclass Base(nn.Module):\n    def __init__(self, width):\n        super().__init__()\n"
        + textwrap.indent(SKIP, " " * 8)
        + "\n    def forward(self, x):\n        return self.skip(self.stem(x))\n"
    )
    net = (
        "\n\nclass Net(Base):\n    def __init__(self):\n        super().__init__(8)\n\n"
        "    def forward(self, x):\n        x = self.stem(x)\n        return self.skip(x), x\n"
    )
    (found,) = findings(base)
    assert (found.verdict, found.severity) == ("dead", Severity.ERROR)
    (found,) = findings(base + net)
    assert (found.verdict, found.severity) == ("branch", Severity.NOTE)
    assert found.verdicts == {"dead": ("model.Base",), "branch": ("model.Net",)}


MAIN = """

def main():
    net = {}
    for batch in batches():
        net(batch).mean().backward()


if __name__ == "__main__":
    main()
"""


def test_who_trains_a_network_is_followed_as_well() -> None:
    """``main`` and the script give no model; the one that they build is found where the call gave it."""
    init = SKIP + "self.full = nn.Conv2d(8, 8, 3, 2, 1)"
    text = network(init, "x = self.stem(x)\nreturn self.skip(x) + self.full(x)")
    (found,) = findings(text + MAIN.format("Net()"))
    assert found.severity is Severity.NOTE
    assert found.verdicts == {"branch": ("model.Net", "model.main", "model:<module>")}
    assert found.message.endswith(f"the 3x3 convolution on line {line_of(text, 'self.full')} reads the rest")


def test_who_builds_what_cannot_be_followed_leaves_the_verdict_to_the_network() -> None:
    """Each call makes another object here, so nothing is remembered of what it gave."""
    init = SKIP + "self.full = nn.Conv2d(8, 8, 3, 2, 1)"
    text = network(init, "x = self.stem(x)\nreturn self.skip(x) + self.full(x)")
    keep = "MADE = []\n\n\ndef keep(made):\n    MADE.append(made)\n    return made\n"
    net = "keep([Net() for _ in range(2)])[0]"
    (found,) = findings(f"{text}\n\n{keep}{MAIN.format(net)}")
    assert found.severity is Severity.NOTE
    assert "model.Net" in found.verdicts["branch"]


def test_who_builds_a_block_and_was_not_seen_to_call_it_leaves_the_verdict_to_networks() -> None:
    """A trainer, or a search over blocks, that calls them in a way that nobody can follow."""
    down = (
        "class Down(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.skip = nn.Conv2d(8, 8, 1, 2)\n\n    def forward(self, x):\n        return self.skip(x)\n"
    )
    search = (
        "class Search(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.down = Down()\n\n"
        "    def forward(self, x):\n        return x.mean()\n"
    )
    init = STEM + "self.down = Down()"
    (found,) = findings(network(init, "x = self.stem(x)\nreturn self.down(x), x", down) + "\n\n" + search)
    assert found.severity is Severity.NOTE
    assert found.verdicts == {"branch": ("model.Net",), "unknown": ("model.Down", "model.Search")}


def test_reasons_are_counted() -> None:
    """``--show-unknown`` says why a verdict is not known."""
    forward = "x = self.stem(x)\nreturn self.skip(x) + torch.some_new_operation(x)"
    text = network(SKIP, forward)
    path = Path("/no-such-folder-of-convlint/model.py").absolute()
    (found,) = [
        unknown
        for unknown in analyse(Request(path.parent, (path,), overlays={path: text})).unknowns
        if unknown.reason == NOT_FOLLOWED
    ]
    assert (found.place.line, found.what, found.count) == (
        line_of(text, "self.skip ="),
        "who uses what the layer skips",
        1,
    )
    assert found.detail
    (finding,) = of(text)
    assert finding.message.endswith(f"whether anything else uses the rest is not known ({found.detail})")
    assert finding.severity is Severity.WARNING


@pytest.mark.parametrize(
    ("small", "expected"),
    [
        ("x.mean(1, keepdim=True)", "branch"),
        ("self.one(x)", "branch"),
        ("x.mean((2, 3), keepdim=True)", "branch"),
        ("x.amax(2, keepdim=True)", "unknown"),
        ("self.four(x)", "dead"),
    ],
)
def test_what_is_repeated_beside_another_tensor_is_no_loss(small: str, expected: str) -> None:
    """One value that is added to all channels is used as soon as one channel is; equal sizes are told apart."""
    init = STEM + (
        "self.one = nn.Conv2d(8, 1, 1)\nself.four = nn.Conv2d(8, 8, 1)\n"
        "self.near = nn.Conv2d(4, 8, 3, stride=2, padding=1)\nself.far = nn.Conv2d(4, 8, 1, stride=2)"
    )
    forward = f"x = self.stem(x)\ny = x * {small}\np, q = y.chunk(2, dim=1)\nreturn self.near(p) + self.far(q), x"
    assert verdict(network(init, forward)) == expected


OPEN_FORWARD = "y = self.block(x)\nelsewhere.look(y)\nreturn self.skip(y)"
BLOCK_THAT_GIVES = """
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)

    def forward(self, x):
        return self.conv(x)
"""


def test_who_could_not_be_followed_is_told_also_from_inside_a_call() -> None:
    more = "import elsewhere\n\n" + BLOCK_THAT_GIVES
    text = network("self.block = Block()\nself.skip = nn.Conv2d(8, 8, 1, stride=2)", OPEN_FORWARD, more)
    (found,) = of(text)
    assert found.verdict == "unknown"
    assert found.message.endswith("(not all that reads the result of `Block.forward` could be followed)"), found.message


DEEP = """
class Deep(nn.Module):
    def __init__(self, depth):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.layers = nn.Sequential()
        for index in range(depth):
            self.layers.add_module(f"block{index}", Block(%s))

    def forward(self, x):
        return self.layers(self.stem(x))
"""


def test_a_block_speaks_for_itself_where_the_network_cannot_be_followed() -> None:
    """The depth is a parameter. Whatever it is, the 3x3 of the same block uses what the shortcut skips."""
    text = network("pass", "return x", BLOCK + DEEP % "1, 2")
    (found,) = of(text, "model.Deep")
    assert found.severity is Severity.NOTE
    assert found.verdicts["branch"] == ("model.Deep",)
    assert "read" in found.message


def test_a_block_that_skips_all_of_its_input_says_nothing_by_itself() -> None:
    """With the stride in its first layer as well, who else uses the rest stands outside of the block."""
    text = network("pass", "return x", BLOCK + DEEP % "2, 1")
    found = of(text, "model.Deep")
    assert [(each.severity, each.verdicts["unknown"]) for each in found] == [(Severity.WARNING, ("model.Deep",))] * 2


def test_layers_of_a_helper_are_told_apart_by_the_blocks_that_call_it() -> None:
    """One call builds the shortcut of a block in which the 3x3 uses the rest, and the only layer of another."""
    pointwise = "def pointwise():\n    return nn.Conv2d(8, 8, 1, 2)\n"
    blocks = """
class Both(nn.Module):
    def __init__(self):
        super().__init__()
        self.skip, self.full = pointwise(), nn.Conv2d(8, 8, 3, 2, 1)

    def forward(self, x):
        return self.skip(x) + self.full(x)


class Alone(nn.Module):
    def __init__(self):
        super().__init__()
        self.skip = pointwise()

    def forward(self, x):
        return self.skip(x)
"""
    one = network("pass", "return x", pointwise + blocks + DEEP.replace("Block(%s)", "Both()"))
    two = network(
        "pass", "return x", pointwise + blocks + DEEP.replace("Block(%s)", "nn.ModuleList([Both(), Alone()])")
    )
    assert verdict(one, "model.Deep") == "branch"
    assert verdict(two, "model.Deep") == "unknown"


def test_a_module_of_a_file_is_followed_block_by_block() -> None:
    """Nobody calls it in this file; another one may import it."""
    text = f"{HEAD}\n\n{BLOCK}\n\nfeatures = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Sequential(Block(1, 2), Block()))\n"
    (found,) = of(text, "model:<module>")
    assert found.severity is Severity.NOTE


TABLE = """
class Table(nn.Sequential):
    def forward(self, x):
        return [module(x) for module in self._modules.values()]


class Sum(nn.Module):
    def forward(self, parts):
        return parts[0] + parts[1]


features = nn.Sequential(
    nn.Conv2d(3, 8, 3),
    Table(nn.Sequential(nn.Conv2d(8, 8, 3, 2, 1)), nn.Sequential(nn.Conv2d(8, 8, 1, 2))),
    Sum(),
)
"""


@pytest.mark.parametrize(("recurrent", "expected"), [("LSTM", "branch"), ("GRU", "branch"), ("Linear", "dead")])
def test_the_next_step_of_a_recurrent_layer_uses_what_its_reader_skips(recurrent: str, expected: str) -> None:
    init = f"self.steps = nn.{recurrent}(8, 8)\nself.skip = nn.Conv1d(8, 8, 1, stride=2)"
    steps = "y, state = self.steps(x)" if recurrent != "Linear" else "y = self.steps(x)"
    text = network(init, f"{steps}\nreturn self.skip(y.permute(1, 2, 0))")
    assert verdict(text) == expected


def test_what_a_file_binds_is_followed() -> None:
    """Networks that were converted from Lua: all layers stand in one statement at the level of the file."""
    (found,) = of(f"{HEAD}\n\n{TABLE}", "model:<module>")
    assert found.severity is Severity.NOTE
    (alone,) = of(f"{HEAD}\n\n{TABLE.replace('nn.Conv2d(8, 8, 3, 2, 1)', 'nn.ReLU()')}", "model:<module>")
    assert alone.severity is not Severity.ERROR


def test_a_trainer_that_holds_networks_leaves_the_verdict_to_them() -> None:
    more = f"""
{BLOCK}

class Critic(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = Block(1, 2)

    def forward(self, x):
        return self.block(x)


class Trainer(nn.Module):
    def __init__(self):
        super().__init__()
        self.critic = Critic()

    def forward(self, x):
        return x
"""
    (found,) = of(network("pass", "return x", more), "model.Trainer")
    assert found.severity is Severity.NOTE


def test_a_script_module_is_a_module() -> None:
    block = BLOCK.replace("nn.Module", "torch.jit.ScriptModule").replace(
        "    def forward", "    @torch.jit.script_method\n    def forward"
    )
    text = network("self.block = Block(1, 2)", "return self.block(x)", block)
    assert verdict(text) == "branch"


@pytest.mark.parametrize(
    "walked",
    [
        "[conv(feature) for conv, feature in zip(self.lateral, features)]",
        "[self.lateral[i](feature) for feature, i in zip(features, range(2))]",
    ],
)
@pytest.mark.parametrize(("result", "expected"), [("maps[0]", "branch"), ("maps[1]", "dead")])
def test_a_neck_that_gets_a_list_of_features(walked: str, result: str, expected: str) -> None:
    """As many as it has convolutions for."""
    init = "self.lateral = nn.ModuleList([nn.Conv2d(c, 8, 1) for c in (16, 32)])\nself.skip = nn.Conv2d(8, 8, 1, 2)"
    forward = f"maps = {walked}\nreturn self.skip({result}), maps[0]"
    assert verdict(network(init, forward).replace("def forward(self, x)", "def forward(self, features)")) == expected


@pytest.mark.parametrize(
    "held",
    [
        "features = list((x,))",
        "features = tuple([x])",
        "features = list(OrderedDict([('x', x)]).values())",
        "features = list(dict(x=x).values())",
        "features = [*deque([x])]",
    ],
)
def test_what_python_s_own_containers_hold_is_read_by_whom_they_are_given_to(held: str) -> None:
    more = "from collections import OrderedDict, deque"
    assert verdict(network(SKIP, f"x = self.stem(x)\n{held}\nreturn self.skip(features[-1])", more)) == "dead"
    assert verdict(network(SKIP, f"x = self.stem(x)\n{held}\nreturn self.skip(x), features", more)) == "branch"


def test_a_number_made_of_a_tensor_is_a_use_of_it() -> None:
    assert verdict(network(SKIP, "x = self.stem(x)\ny = int(x)\nreturn self.skip(x), y")) == "unknown"


@pytest.mark.parametrize(("result", "expected"), [("y", "dead"), ("y, x", "branch")])
@pytest.mark.parametrize(
    "settings",
    [
        "parser = ArgumentParser()\n    parser.add_argument('--stride', type=int, default=2)\n"
        "    args = parser.parse_args()",
        "args = SimpleNamespace(stride=2)",
        "args = Settings()\n    args.stride = 2",
    ],
)
def test_a_script_that_builds_its_network_of_an_object_of_settings(settings: str, result: str, expected: str) -> None:
    text = f"""{HEAD}
from argparse import ArgumentParser
from types import SimpleNamespace


class Settings:
    pass


class Net(nn.Module):
    def __init__(self, args):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3)
        self.skip = nn.Conv2d(8, 8, 1, stride=args.stride)

    def forward(self, x):
        x = self.stem(x)
        y = self.skip(x)
        return {result}


def main():
    {settings}
    net = Net(args).to("cpu")
    for _ in range(3):
        net.train()


if __name__ == "__main__":
    main()
"""
    assert verdict(text, "model.main") == expected


def test_a_layer_does_not_stand_beside_itself_on_the_other_way_of_a_condition() -> None:
    norm = "norm = nn.BatchNorm2d(8) if known() else nn.Identity()\n"
    init = STEM + norm + "self.down = nn.Sequential(nn.Conv2d(8, 8, 1, 2), norm)"
    (found,) = of(network(init, "return self.down(self.stem(x))", "from elsewhere import known"))
    assert found.verdict == "dead"
    assert "as well" not in found.message


@pytest.mark.parametrize(
    ("forward", "expected"),
    [
        ("x = self.stem(x)\nreturn self.skip(x), torch.ops.torchvision.roi_align(x, boxes, 1.0, 7, 7, 2, False)",
         "branch"),
        ("return self.skip(torch.ops.torchvision.roi_align(self.stem(x), boxes, 1.0, 7, 7, 2, False))", "dead"),
        ("x = self.stem(x)\nreturn self.skip(x), torch.ops.mine.looks_at(x)", "unknown"),
        ("x = self.stem(x)\nreturn self.skip(x.dequantize() if x.is_quantized else x)", "dead"),
    ],
)  # fmt: skip
def test_operations_that_are_not_written_in_python(forward: str, expected: str) -> None:
    assert verdict(network(SKIP, forward, "boxes = torch.zeros(4, 5)")) == expected


BLOCKS = """
class Block(nn.Module):
    def __init__(self, inner, outer, kernel_size, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(inner, outer, kernel_size, stride)
        self.relu = nn.ReLU()

    def forward(self, x):
        return self.relu(self.conv(x))
"""


def test_blocks_of_one_class_have_sources_of_their_own() -> None:
    text = network(
        STEM + "self.one = Block(8, 8, 1, 2)\nself.middle = nn.Conv2d(8, 8, 5)\nself.two = Block(8, 8, 1, 2)",
        "return self.two(self.middle(self.one(self.stem(x))))",
        BLOCKS,
    )
    one, two = of(text)
    assert one.message.endswith(f"computed by the 3x3 convolution on line {line_of(text, 'self.stem =')}")
    assert two.message.endswith(f"computed by the 5x5 convolution on line {line_of(text, 'self.middle =')}")


def test_blocks_of_one_class_have_verdicts_of_their_own() -> None:
    text = network(
        STEM + "self.short = Block(8, 8, 1, 2)\nself.long = nn.Conv2d(8, 8, 3, 2, 1)\n"
        "self.middle = nn.Conv2d(8, 8, 3)\nself.two = Block(8, 8, 1, 2)",
        "x = self.stem(x)\nx = self.middle(self.short(x) + self.long(x))\nreturn self.two(x)",
        BLOCKS,
    )
    found = {each.place.line: each.verdict for each in of(text)}
    assert found == {line_of(text, "self.short ="): "branch", line_of(text, "self.two ="): "dead"}


@pytest.mark.parametrize(
    ("forward", "expected"),
    [
        ("if options.fast:\n    x = self.skip(x)\nelse:\n    x = self.skip(x) * 2\nreturn x", "unknown"),
        ("if options.fast:\n    y = self.skip(x)\nelse:\n    y = self.pool(x)\nreturn y, x", "branch"),
        ("y = self.skip(x)\nif options.fast:\n    x = self.pool(x)\nelse:\n    x = x * 2\nreturn x, y", "branch"),
    ],
)
def test_what_one_arm_of_a_condition_does_is_not_done_beside_the_other(forward: str, expected: str) -> None:
    text = network(SKIP + "self.pool = nn.AvgPool2d(2)", f"x = self.stem(x)\n{forward}", "import options")
    assert verdict(text) == expected


def test_an_arm_that_raises_gives_nothing() -> None:
    forward = (
        "x = self.stem(x)\nif options.fast:\n    self.skip.missing()\n    x = self.skip(x)\n"
        "else:\n    x = self.skip(x)\nreturn x"
    )
    assert verdict(network(SKIP, forward, "import options")) != "branch"

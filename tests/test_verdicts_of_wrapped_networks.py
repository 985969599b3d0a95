"""Verdicts in networks that torch or torchvision changes or wraps after they are built, and that hooks look into."""

from __future__ import annotations

import textwrap

import pytest
from test_verdicts import HELPER, SKIP, STEM, network, of, verdict

DEAD = "return self.skip(self.stem(x))"
BRANCH = "x = self.stem(x)\nreturn self.skip(x), x"
NAMES = """
import copy
import torch.ao.quantization
from torch.nn.parallel import DistributedDataParallel
from torch.nn.utils import parametrize, prune, skip_init, spectral_norm, weight_norm
from torch.nn.utils.parametrizations import orthogonal
from torch.nn.utils.rnn import pack_padded_sequence
from torch.optim.swa_utils import AveragedModel
"""


@pytest.mark.parametrize(("forward", "expected"), [(DEAD, "dead"), (BRANCH, "branch")])
@pytest.mark.parametrize(
    "changed",
    [
        "self.stem = spectral_norm(self.stem)\nself.skip = spectral_norm(self.skip, n_power_iterations=2)",
        "self.skip = weight_norm(module=self.skip)",
        "self.skip = orthogonal(self.skip)",
        "self.skip = torch.nn.utils.parametrizations.weight_norm(self.skip)",
        "parametrize.register_parametrization(self.skip, 'weight', nn.Identity())",
        "self.skip = prune.l1_unstructured(self.skip, name='weight', amount=0.3)",
        "self.stem = skip_init(nn.Conv2d, 3, 8, kernel_size=3)",
        "self.skip = nn.utils.fusion.fuse_conv_bn_eval(self.skip, nn.BatchNorm2d(8))",
        "self.skip = nn.DataParallel(self.skip, device_ids=[0])",
        "self.skip = DistributedDataParallel(nn.SyncBatchNorm.convert_sync_batchnorm(self.skip))",
        "self.stem, self.skip = AveragedModel(self.stem), AveragedModel(model=self.skip)",
        "self.skip = nn.Sequential(torch.ao.quantization.QuantStub(), self.skip, torch.quantization.DeQuantStub())",
        "self.skip = torch.ao.quantization.QuantWrapper(torch.ao.quantization.convert(self.skip))",
        "self.stem = torch.jit.script(copy.deepcopy(self.stem))",
    ],
)
def test_a_module_that_is_changed_or_wrapped_is_followed(changed: str, forward: str, expected: str) -> None:
    assert verdict(network(SKIP + changed, forward, NAMES)) == expected


def test_arithmetic_in_modules_for_quantisation() -> None:
    init = SKIP + "self.wide = nn.Conv2d(8, 8, 3, 2, 1)\nself.add = torch.ao.nn.quantized.FloatFunctional()"
    forward = "x = self.stem(x)\nreturn self.add.add_relu(self.skip(x), self.wide(x))"
    assert verdict(network(init, forward, NAMES)) == "branch"
    assert verdict(network(init, forward.replace("self.wide(x)", "self.skip(x)"), NAMES)) == "dead"


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ("self.skip.stride = (1, 1)", "branch"),
        ("self.skip.stride = 1, 1\nself.skip.kernel_size = 1, 1", "branch"),
        ("for module in self.modules():\n    if getattr(module, 'stride', None) == (2, 2):\n"
         "        setattr(module, 'stride', (1, 1))", "branch"),
        ("self.skip.stride = (2, 2)", "dead"),
        ("self.skip.stride = (1, 1)\nself.skip.stride = (2, 2)", "dead"),
        ("self.skip.stride = (4, 4)", "unknown"),
        ("self.skip.padding = (1, 1)", "dead"),
    ],
)  # fmt: skip
def test_a_layer_whose_stride_is_changed_afterwards(changed: str, expected: str) -> None:
    text = network(SKIP + changed, DEAD)
    assert verdict(text) == expected
    (found,) = of(text)
    assert ("the layer itself" in found.message) == (expected == "branch")


KEEP = "self.kept = {}\nself.last = None\n"
HOOKS = """
from functools import partial
from types import MethodType


def keep(self, module, given, result):
    self.last = result


def scaled(module, given):
    return (given[0] * 2,)


def instead(module, given, result):
    return torch.relu(result)


def kept(features, name):
    def hook(module, given, result):
        features[name] = result

    return hook
"""


@pytest.mark.parametrize(
    ("hook", "forward", "expected"),
    [
        ("self.skip.register_forward_pre_hook(scaled)", DEAD, "dead"),
        ("self.stem.register_forward_hook(instead)", DEAD, "dead"),
        ("self.stem.register_forward_hook(instead).remove()", DEAD, "dead"),
        ("self.stem.register_forward_hook(kept(self.kept, 'x')).remove()", DEAD, "dead"),
        ("self.stem.register_forward_hook(kept(self.kept, 'x'))", DEAD, "unknown"),
        ("self.stem.register_forward_hook(kept(self.kept, 'x'))", DEAD + ", self.kept['x']", "branch"),
        ("self.stem.register_forward_hook(partial(keep, self))", DEAD, "unknown"),
        ("self.stem.register_forward_hook(partial(keep, self))", DEAD + ", self.last", "branch"),
        ("self.keep = MethodType(keep, self)\nself.stem.register_forward_hook(self.keep)", DEAD + ", self.last",
         "branch"),
        ("self.stem.register_forward_hook(lambda module, given, result: None)", DEAD, "dead"),
        ("self.skip.register_forward_hook(lambda module, given, result: self.kept.update(x=given[0]))", DEAD,
         "unknown"),
        ("self.stem.register_forward_hook(lambda module, given, result: 1 / 0)", DEAD, "unknown"),
    ],
)  # fmt: skip
def test_hooks_are_run(hook: str, forward: str, expected: str) -> None:
    assert verdict(network(SKIP + KEEP + hook, forward, HOOKS)) == expected


BODY = """
from torchvision.models.feature_extraction import create_feature_extractor


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(8, 8, 3, padding=1)
        self.relu = nn.ReLU()

    def forward(self, x):
        return self.relu(self.conv(self.relu(x)))


class Body(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.layers = nn.Sequential(Block(), Block())
        self.head = nn.Conv2d(8, 8, 3, padding=1)

    def forward(self, x):
        return self.head(self.layers(self.stem(x)))
"""


@pytest.mark.parametrize(
    ("nodes", "result", "expected"),
    [
        ("['layers']", "found['layers']", "dead"),  # the head is left out of such a model
        ("{'layers.0': 'low', 'head': 'high'}", "found['low']", "dead"),
        ("{'layers.0': 'low', 'head': 'high'}", "found['low'], found['high']", "branch"),
        ("{'layers.1.relu': 'low', 'head': 'high'}", "found['low'], found['high']", "branch"),
        ("{'layers.1.relu_1': 'low', 'head': 'high'}", "found['low'], found['high']", "branch"),
        ("{'layers.1.add': 'low'}", "found['low']", "unknown"),  # an operation between modules
        ("nodes_of(Body())", "found['low']", "unknown"),
    ],
)
def test_features_of_torchvision(nodes: str, result: str, expected: str) -> None:
    init = f"self.body = create_feature_extractor(Body(), return_nodes={nodes})\nself.skip = nn.Conv2d(8, 8, 1, 2)"
    first, comma, rest = result.partition(",")
    forward = f"found = self.body(x)\nreturn self.skip({first}){comma}{rest}"
    assert verdict(network(init, forward, BODY)) == expected


def test_what_an_extractor_leaves_out_says_nothing_of_what_is_left() -> None:
    """The second block does not run: who else would read its input there does not matter."""
    more = BODY + HELPER + "\nclass Downs(nn.Sequential):\n    def __init__(self):\n"
    more += "        super().__init__(nn.Conv2d(3, 8, 3), Down(2), nn.Conv2d(8, 8, 3), Down(2))\n"
    init = STEM + "self.body = create_feature_extractor(Downs(), return_nodes={'1': 'low'})"
    (found,) = of(network(init, "return self.body(x)['low']", more))
    assert found.verdict == "branch"


def test_what_a_hook_keeps_of_gradients_is_no_none() -> None:
    """Class activation maps: the network is run, and what both hooks have kept is used after that."""
    more = """
    class Maps:
        def __init__(self, net):
            self.net, self.seen, self.gradients = net, None, None
            net.stem.register_forward_hook(self.see)
            net.stem.register_full_backward_hook(self.see_gradients)

        def see(self, module, given, result):
            self.seen = result.detach()

        def see_gradients(self, module, given, result):
            self.gradients = result[0].detach()

        def __call__(self, x):
            self.net(x).sum().backward()
            return (self.gradients.mean((2, 3), keepdim=True) * self.seen).sum(1)


    def main():
        maps = Maps(Net())
        maps(torch.randn(1, 3, 32, 32))
        return nn.Conv2d(8, 8, 1, stride=3)
    """
    found = of(network(SKIP, DEAD) + textwrap.dedent(more), "model.main")
    assert (3, 3) in [each.layer.stride for each in found if each.layer is not None]

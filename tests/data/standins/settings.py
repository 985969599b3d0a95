"""How programs get their settings. Each function's docstring states its layers; read as source, never imported."""

from argparse import ArgumentParser, Namespace
from dataclasses import dataclass

import click
import torch.nn as nn
import wandb
from absl.flags import FLAGS, DEFINE_enum, DEFINE_integer
from addict import Dict as AddictDict
from click import echo
from easydict import EasyDict
from fire import Fire
from hydra.utils import instantiate
from ml_collections import ConfigDict, FieldReference
from munch import munchify
from omegaconf import OmegaConf
from simple_parsing import ArgumentParser as NestedParser
from simple_parsing import parse
from typer import Argument, Option
from tyro import cli
from wandb import init
from yacs.config import CfgNode


def options():
    """No layer."""
    parser = ArgumentParser(description="train")
    parser.add_argument("data")
    parser.add_argument("--kernel-size", type=int, default=1)
    parser.add_argument("--stride", type=int, default="2")
    return parser


def of_a_script():
    """
    Conv2d 3>8 k=1 s=2
    MaxPool2d k=? s=?
    """
    args = options().parse_args()
    return nn.Conv2d(3, 8, args.kernel_size, args.stride), nn.MaxPool2d(args.data)


def of_a_known_command_line():
    """Conv2d 3>8 k=3 s=2"""
    args = options().parse_args(["folder", "--kernel-size", "3"])
    return nn.Conv2d(3, 8, args.kernel_size, args.stride)


def of_a_namespace(args=Namespace(kernel=1, stride=4)):
    """Conv2d 3>8 k=1 s=4"""
    return nn.Conv2d(3, 8, args.kernel, vars(args)["stride"])


_C = CfgNode()
_C.MODEL = CfgNode()
_C.MODEL.STRIDES = [1, 2]
_C.MODEL.HEAD = CfgNode({"KERNEL": 1})
_C.MODEL.HEAD.STRIDE = 1


def of_yacs():
    """
    Conv2d 3>8 k=1 s=2
    Conv2d 3>8 k=1
    Conv2d 3>8 k=1 s=3
    """
    cfg = _C.clone()
    cfg.merge_from_list(["MODEL.HEAD.STRIDE", 3])
    cfg.freeze()
    head = nn.Conv2d(3, 8, cfg.MODEL.HEAD.KERNEL, cfg.MODEL.HEAD.STRIDE)
    return head, [nn.Conv2d(3, 8, _C.MODEL.HEAD.KERNEL, stride) for stride in cfg.MODEL.STRIDES]


def of_easydict():
    """Conv2d 3>8 k=1 s=2"""
    settings = EasyDict({"net": {"kernel": 1}}, stages=[{"stride": 2}])
    settings.net.width = 8
    return nn.Conv2d(3, settings["net"]["width"], settings.net.kernel, settings.stages[0].stride)


def of_addict():
    """Conv2d 3>8 k=1 s=2"""
    settings = AddictDict({"net": {"kernel": 1}})
    settings.head.stride = 2
    return nn.Conv2d(3, 8, settings.net.kernel, settings["head"]["stride"])


def of_munch():
    """Conv2d 3>8 k=1 s=2"""
    settings = munchify({"net": {"kernel": 1}, "stages": [{"stride": 2}]})
    return nn.Conv2d(3, 8, settings.net.kernel, settings.stages[0].stride)


def of_ml_collections():
    """Conv2d 3>8 k=1 s=2"""
    config = ConfigDict()
    config.net = ConfigDict({"kernel": 1})
    config.net.stride = FieldReference(2).get()
    with config.unlocked():
        config.update({"net": {"width": 8}})
    return nn.Conv2d(3, config.net.width, config.net.kernel, config["net"].stride)


@dataclass
class Net:
    """No layer."""

    kernel: int = 1
    stride: int = 2
    width: int = 8


def of_omegaconf():
    """
    Conv2d 3>8 k=1 s=2
    Conv2d 3>8 k=1 s=4
    Conv2d 3>8 k=?
    Conv2d 3>8 k=2 s=5
    """
    config = OmegaConf.merge({"net": OmegaConf.structured(Net)}, {"net": {"width": 8}})
    first = nn.Conv2d(3, config.net.width, config.net.kernel, config.net.stride)
    OmegaConf.update(config, "net.stride", 4)
    second = nn.Conv2d(3, 8, **{"kernel_size": config["net"]["kernel"], "stride": config.net.get("stride", 1)})
    third = nn.Conv2d(3, 8, OmegaConf.create({"kernel": "${net.kernel}"}).kernel)
    return first, second, third, nn.Conv2d(3, 8, 2, OmegaConf.create("stride: 5").stride)


def of_hydra():
    """Conv2d 3>8 k=1 s=2"""
    config = {"_target_": "torch.nn.Conv2d", "in_channels": 3, "out_channels": 8, "kernel_size": 1}
    return instantiate(config, stride=2)


@click.command()
@click.argument("data")
@click.option("--kernel", type=int, default=1)
@click.option("--stride", "-s", type=int, default="2")
@click.option("--deep/--flat", default=False)
def of_click(data, kernel, stride, deep):
    """Conv2d 3>8 k=1 s=2"""
    echo(data)
    return None if deep else nn.Conv2d(3, 8, kernel, stride)


def of_typer(kernel: int = Option(1, "--kernel"), stride: int = 2, width: int = Argument()):
    """Conv2d 3>? k=1 s=2"""
    return nn.Conv2d(3, width, kernel, stride)


DEFINE_integer("stride", 2, "how far a layer steps")
KERNEL = DEFINE_enum("kernel", 1, [1, 3], "size")


def of_absl():
    """Conv2d 3>8 k=1 s=2"""
    return nn.Conv2d(3, 8, KERNEL.value, FLAGS.stride)


def of_wandb():
    """
    Conv2d 3>8 k=1 s=2
    Conv2d 3>8 k=1 s=3
    """
    run = init(project="net", config={"kernel": 1, "stride": 2})
    first = nn.Conv2d(3, 8, run.config.kernel, run.config["stride"])
    wandb.config.update({"stride": 3})
    wandb.log({"loss": 0})
    return first, nn.Conv2d(3, 8, wandb.config.kernel, wandb.config.stride)


@dataclass
class Net:
    """No layer."""

    kernel: int = 1
    stride: int = 2


def of_tyro():
    """Conv2d 3>8 k=1 s=2"""
    net = cli(Net)
    return nn.Conv2d(3, 8, net.kernel, net.stride)


def of_simple_parsing():
    """Conv2d 3>8 k=1 s=2"""
    parser = NestedParser()
    parser.add_arguments(Net, dest="net")
    net = parser.parse_args().net
    return nn.Conv2d(3, 8, net.kernel, parse(Net).stride)


def of_fire():
    """Conv2d 3>8 k=1 s=2"""
    net = Fire(Net)
    return nn.Conv2d(3, 8, net.kernel, net.stride)

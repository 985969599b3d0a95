"""How programs get their settings. Each function's docstring states its layers; read as source, never imported."""

from argparse import ArgumentParser, Namespace

import torch.nn as nn


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

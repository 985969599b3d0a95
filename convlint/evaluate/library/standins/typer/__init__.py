"""Stands for typer 0.20: the defaults of a command's parameters."""

import sys


def Option(default=..., *param_decls, **settings):
    return sys.argv if default is ... else default


def Argument(default=..., **settings):
    return sys.argv if default is ... else default

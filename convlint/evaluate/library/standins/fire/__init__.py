"""Stands for fire 0.7: a call of the function that a program offers."""

import sys


def Fire(component=None, command=None, name=None, serialize=None):
    return component() if callable(component) else sys.argv

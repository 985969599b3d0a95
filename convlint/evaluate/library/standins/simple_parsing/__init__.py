"""Stands for simple_parsing 0.1: objects of the settings' classes with their defaults."""

import argparse


class ArgumentParser(argparse.ArgumentParser):
    def __init__(self, *args, parents=[], add_help=True, **settings):
        super().__init__(parents=parents)
        self._classes = []

    def add_arguments(self, dataclass, dest, *, prefix="", default=None, dataclass_wrapper_class=None):
        self._classes.append((dest, dataclass, default))

    def parse_known_args(self, args=None, namespace=None, attempt_to_reorder=False):
        found, rest = super().parse_known_args(args, namespace)
        for dest, dataclass, default in self._classes:
            setattr(found, dest, dataclass() if default is None else default)
        return found, rest


def parse(config_class, config_path=None, args=None, default=None, dest="config", **more):
    return config_class() if default is None else default

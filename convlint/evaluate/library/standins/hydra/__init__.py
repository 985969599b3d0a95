"""Stands for hydra 1.3: what builds objects that a configuration names, and the configuration of a program."""

import functools
import os
import sys

from __convlint__ import are_known

from . import utils
from .compose import compose, composed, initialize, initialize_config_dir


def main(config_path=None, config_name=None, version_base=None):
    def decorate(task_function):
        @functools.wraps(task_function)
        def started(*given):
            if given and are_known(given):
                return task_function(*given)
            file = sys.modules[task_function.__module__].__file__
            folder = None if config_path is None else os.path.join(os.path.dirname(file), config_path)
            return task_function(composed(folder, config_name))

        return started

    return decorate

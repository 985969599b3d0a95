"""Stands for click 8.3: a command is run with the defaults of its options."""

import sys


class Command:
    def __init__(self, name, context_settings=None, callback=None, params=None, **settings):
        self.name, self.callback = name, callback

    def __call__(self, *args, **kwargs):
        return self.callback()

    def main(self, args=None, prog_name=None, **settings):
        return self.callback()


class Group(Command):
    def command(self, *args, **kwargs):
        return command(*args, **kwargs)

    def group(self, *args, **kwargs):
        return group(*args, **kwargs)

    def add_command(self, cmd, name=None):
        pass


class _Run:
    """A function and the values of its options."""

    def __init__(self, function, values):
        self.function, self.values = function, values

    def __call__(self, *args, **kwargs):
        return self.function(*args, **{**self.values, **kwargs})


def _with(function, name, value):
    if isinstance(function, Command):
        function.callback = _with(function.callback, name, value)
        return function
    if isinstance(function, _Run):
        return _Run(function.function, {**function.values, name: value})
    return _Run(function, {name: value})


def command(name=None, cls=None, **attrs):
    if name is not None and not isinstance(name, str):
        return Command(None, callback=name)
    return lambda function: Command(name, callback=function)


def group(name=None, cls=None, **attrs):
    if name is not None and not isinstance(name, str):
        return Group(None, callback=name)
    return lambda function: Group(name, callback=function)


def _parameter(names):
    """The name that a function's parameter has: the one without dashes, else the first long one."""
    for name in names:
        if not name.startswith("-"):
            return name.lower()
    for name in names:
        if name.startswith("--"):
            return name.partition("/")[0][2:].replace("-", "_").lower()
    return names[0].lstrip("-").lower()


def option(*param_decls, cls=None, **attrs):
    if "default" in attrs:
        value = attrs["default"]
        if isinstance(value, str) and attrs.get("type") in (int, float, bool):
            value = attrs["type"](value)
        elif callable(value):
            value = value()
    elif attrs.get("required", False):
        value = sys.argv
    elif attrs.get("is_flag", False) or any("/" in name for name in param_decls):
        value = False
    else:
        value = () if attrs.get("multiple", False) else sys.argv if sys.argv else None
    return lambda function: _with(function, _parameter(param_decls), value)


def argument(*param_decls, cls=None, **attrs):
    return lambda function: _with(function, _parameter(param_decls), attrs.get("default", sys.argv))


def echo(message=None, file=None, nl=True, err=False, color=None):
    pass

"""Stands for tyro 0.9: an object of the settings' class, or a call of the function, with its defaults."""


def cli(f, *, prog=None, description=None, args=None, default=None, **more):
    return f() if default is None else default

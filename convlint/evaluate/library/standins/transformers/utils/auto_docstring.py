"""Stands for transformers.utils.auto_docstring of transformers 5: decorators that write documentation."""


def auto_docstring(obj=None, *, custom_intro=None, custom_args=None, checkpoint=None):
    return (lambda inner: inner) if obj is None else obj


auto_class_docstring = auto_docstring

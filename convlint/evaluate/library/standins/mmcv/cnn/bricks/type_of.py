"""Not a module of mmcv: how the stand-ins for its builders find the class that a configuration names."""

import inspect

from mmengine.registry import MODELS, types_registered_elsewhere


def type_of(kind, own):
    """The class ``kind`` itself, one of mmcv's ``own`` classes, or one that is registered; else an unknown."""
    if inspect.isclass(kind):
        return kind
    return own[kind] if kind in own else MODELS.get(kind) or types_registered_elsewhere

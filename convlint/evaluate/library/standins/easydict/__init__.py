"""Stands for easydict 1.13: a dict whose keys are attributes, dicts within it too."""


class EasyDict(dict):
    def __init__(self, d=None, **kwargs):
        super().__init__()
        self.update(d, **kwargs)

    def __getattr__(self, name):
        if name in self:
            return self[name]
        raise AttributeError(name)

    def __setattr__(self, name, value):
        self[name] = value

    def __setitem__(self, name, value):
        super().__setitem__(name, _wrapped(value))

    def update(self, e=None, **f):
        if e is not None:
            for name, value in e.items():
                self[name] = value
        for name, value in f.items():
            self[name] = value


def _wrapped(value):
    if isinstance(value, (list, tuple)):
        return type(value)([_wrapped(item) for item in value])
    return EasyDict(value) if isinstance(value, dict) and not isinstance(value, EasyDict) else value

"""Stands for munch 4.0: a dict whose keys are attributes."""


class Munch(dict):
    def __init__(self, *args, **kwargs):
        super().__init__()
        self.update(*args, **kwargs)

    def __getattr__(self, k):
        if k in self:
            return self[k]
        raise AttributeError(k)

    def __setattr__(self, k, v):
        self[k] = v

    def toDict(self):
        return unmunchify(self)

    @classmethod
    def fromDict(cls, d):
        return munchify(d, cls)


class DefaultMunch(Munch):
    def __init__(self, *args, **kwargs):
        super().__init__(*args[1:], **kwargs)


def munchify(x, factory=Munch):
    if isinstance(x, dict):
        return factory({name: munchify(value, factory) for name, value in x.items()})
    return type(x)([munchify(item, factory) for item in x]) if isinstance(x, (list, tuple)) else x


def unmunchify(x):
    if isinstance(x, dict):
        return {name: unmunchify(value) for name, value in x.items()}
    return type(x)([unmunchify(item) for item in x]) if isinstance(x, (list, tuple)) else x

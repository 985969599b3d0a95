"""Stands for addict 2.4: a dict whose keys are attributes; one that is missing is made."""


class Dict(dict):
    def __init__(self, *args, **kwargs):
        super().__init__()
        for given in args:
            if given:
                self.update(given)
        self.update(kwargs)

    def __getattr__(self, item):
        return self[item]

    def __setattr__(self, name, value):
        self[name] = value

    def __missing__(self, name):
        self[name] = Dict()
        return self[name]

    def update(self, *args, **kwargs):
        for given in (*args, kwargs):
            for name, value in given.items():
                self[name] = Dict(value) if isinstance(value, dict) and not isinstance(value, Dict) else value

    def to_dict(self):
        return {name: value.to_dict() if isinstance(value, Dict) else value for name, value in self.items()}

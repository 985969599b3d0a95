"""Stands for wandb 0.31: a run keeps the settings that it is started with."""


class Config(dict):
    def __getattr__(self, key):
        if key in self:
            return self[key]
        raise AttributeError(key)

    def __setattr__(self, key, val):
        self[key] = val

    def update(self, d, allow_val_change=None):
        for name, value in (d if isinstance(d, dict) else vars(d)).items():
            self[name] = value

    def setdefaults(self, d):
        for name, value in d.items():
            self.setdefault(name, value)


class Run:
    def __init__(self, settings):
        self.config = settings

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def log(self, data, step=None, commit=None):
        pass

    def finish(self, exit_code=None, quiet=None):
        pass

    def watch(self, models, criterion=None, log="gradients", log_freq=1000, idx=None, log_graph=False):
        pass


config = Config()


def _started(settings):
    if settings is not None:
        config.update(settings)
    return Run(config)


def init(
    entity=None,
    project=None,
    dir=None,
    id=None,
    name=None,
    notes=None,
    tags=None,
    config=None,
    **settings,
):
    return _started(config)

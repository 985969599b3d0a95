"""Stands for mmengine.registry of mmengine 0.10: tables from a name to a class, without scopes."""

# convlint takes it for an unknown: a type that nothing modelled has registered, as mmcv.ops would.
from . import types_registered_elsewhere


def build_from_cfg(cfg, registry, default_args=None):
    args = {**(default_args or {}), **cfg}
    args.pop("_scope_", None)
    kind = args.pop("type")
    if isinstance(kind, str):
        kind = registry.get(kind) or types_registered_elsewhere
    return kind(**args)


build_model_from_cfg = build_from_cfg


class Registry:
    def __init__(self, name, build_func=None, parent=None, scope=None, locations=()):
        self.name, self.parent, self.scope = name, parent, scope
        self.build_func = build_func or build_from_cfg
        self.children = {}
        self._module_dict = {}

    def __contains__(self, key):
        return self.get(key) is not None or types_registered_elsewhere

    @property
    def module_dict(self):
        return self._module_dict

    def get(self, key):
        name = key.rpartition(".")[2]
        if name in self._module_dict:
            return self._module_dict[name]
        return self.parent.get(name) if self.parent is not None else None

    def switch_scope_and_registry(self, scope):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *raised):
        return None

    def build(self, cfg, *args, **kwargs):
        return self.build_func(cfg, *args, **kwargs, registry=self)

    def register_module(self, name=None, force=False, module=None):
        def register(module):
            names = [name] if isinstance(name, str) else name or [module.__name__]
            self._module_dict.update(dict.fromkeys(names, module))
            return module

        return register if module is None else register(module)


MODELS = Registry("model")
TASK_UTILS = Registry("task util")
TRANSFORMS = Registry("transform")
DATASETS = Registry("dataset")
HOOKS = Registry("hook")
METRICS = Registry("metric")

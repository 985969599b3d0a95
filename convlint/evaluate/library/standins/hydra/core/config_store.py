"""Stands for hydra.core.config_store of hydra 1.3: configurations that a program keeps under a name."""


class ConfigStore:
    _instance = None

    @classmethod
    def instance(cls):
        return _STORE

    def __init__(self):
        self.repo = {}

    def store(self, name, node, group=None, package=None, provider=None):
        path = f"{group}/{name}" if group else name
        self.repo[path if path.endswith(".yaml") else f"{path}.yaml"] = (node, package)

    def load(self, config_path):
        try:
            return self.repo[config_path]
        except KeyError:
            return None


_STORE = ConfigStore()

"""Stands for ml_collections.config_dict of ml_collections 1.1: a mapping whose keys are attributes."""

import copy


class ConfigDict(dict):
    def __init__(
        self,
        initial_dictionary=None,
        type_safe=True,
        convert_dict=True,
        *,
        allow_dotted_keys=False,
        sort_keys=True,
    ):
        super().__init__()
        if initial_dictionary is not None:
            for name, value in initial_dictionary.items():
                self[name] = value

    def __getattr__(self, attribute):
        if attribute in self:
            return self[attribute]
        raise AttributeError(attribute)

    def __setattr__(self, attribute, value):
        self[attribute] = value

    def __setitem__(self, key, value):
        plain = isinstance(value, dict) and not isinstance(value, ConfigDict)
        super().__setitem__(key, ConfigDict(value) if plain else value)

    def update(self, *other, **kwargs):
        for given in (*other, kwargs):
            for name, value in given.items():
                if isinstance(value, dict) and isinstance(self.get(name), ConfigDict):
                    self[name].update(value)
                else:
                    self[name] = value

    def get_oneway_ref(self, key):
        return self[key]

    def get_ref(self, key):
        return self[key]

    def copy_and_resolve_references(self, visit_map=None):
        return copy.deepcopy(self)

    def to_dict(self, visit_map=None, preserve_field_references=False):
        return {name: value.to_dict() if isinstance(value, ConfigDict) else value for name, value in self.items()}

    def lock(self):
        return self

    def unlock(self):
        return self

    def unlocked(self):
        return _Open()


class FrozenConfigDict(ConfigDict):
    pass


class _Open:
    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass


class FieldReference:
    def __init__(self, default, field_type=None, op=None, required=False):
        self._value = default

    def get(self):
        return self._value

    def set(self, value, type_safe=True):
        self._value = value

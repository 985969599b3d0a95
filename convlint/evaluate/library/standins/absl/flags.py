"""Stands for absl.flags of absl 2.3: each flag has its default."""

_VALUES = {}


class FlagValues:
    def __getattr__(self, name):
        return _VALUES[name]

    def __setattr__(self, name, value):
        _VALUES[name] = value

    def __getitem__(self, name):
        return FlagHolder(name, _VALUES[name])


class FlagHolder:
    def __init__(self, name, value):
        self.name, self.value, self.default = name, value, value


FLAGS = FlagValues()


def _define(name, default, *settings, **named):
    _VALUES[name] = default
    return FlagHolder(name, default)


DEFINE_string = DEFINE_integer = DEFINE_float = DEFINE_bool = DEFINE_boolean = _define
DEFINE_list = DEFINE_multi_integer = DEFINE_multi_string = DEFINE_multi_float = DEFINE_enum = _define


def mark_flag_as_required(flag_name, flag_values=None):
    pass


def mark_flags_as_required(flag_names, flag_values=None):
    pass

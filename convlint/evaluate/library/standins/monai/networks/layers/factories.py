"""Stands for monai.networks.layers.factories of MONAI 1.6: layers by name and number of dimensions."""

import torch.nn as nn


class LayerFactory:
    """``table[name, dimensions]``, or ``table[name]`` where a layer is the same for all of them."""

    def __init__(self, name, description):
        self.name = name
        self._components = {}

    def add_factory_callable(self, name, func, desc=None):
        self._components.update({name.upper(): func})

    def add_factory_class(self, name, cls, desc=None):
        self.add_factory_callable(name, lambda x=None: cls)

    def factory_function(self, name):
        def add(func):
            self.add_factory_callable(name, func)
            return func

        return add

    def get_constructor(self, factory_name, *args):
        return self._components[factory_name.upper()](*args)

    def __getitem__(self, args):
        if isinstance(args, str):
            return self.get_constructor(args)
        return args if callable(args) else self.get_constructor(*args)

    def __getattr__(self, key):
        return key


def split_args(args):
    return (args, {}) if isinstance(args, str) else tuple(args)


def _table(name, by_dimension, single):
    table = LayerFactory(name, "")
    for key, kinds in by_dimension.items():
        table.add_factory_callable(key, lambda dim, kinds=kinds: kinds[dim - 1])
    for key, kind in single.items():
        table.add_factory_class(key, kind)
    return table


Dropout = _table("Dropout", {"dropout": (nn.Dropout, nn.Dropout2d, nn.Dropout3d)}, {"alphadropout": nn.AlphaDropout})
Norm = _table(
    "Norm",
    {
        "instance": (nn.InstanceNorm1d, nn.InstanceNorm2d, nn.InstanceNorm3d),
        "instance_nvfuser": (nn.InstanceNorm1d, nn.InstanceNorm2d, nn.InstanceNorm3d),
        "batch": (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d),
    },
    {
        "group": nn.GroupNorm,
        "layer": nn.LayerNorm,
        "localresponse": nn.LocalResponseNorm,
        "syncbatch": nn.SyncBatchNorm,
    },
)
Act = _table(
    "Act",
    {},
    {
        "elu": nn.ELU,
        "relu": nn.ReLU,
        "leakyrelu": nn.LeakyReLU,
        "prelu": nn.PReLU,
        "relu6": nn.ReLU6,
        "selu": nn.SELU,
        "celu": nn.CELU,
        "gelu": nn.GELU,
        "sigmoid": nn.Sigmoid,
        "tanh": nn.Tanh,
        "softmax": nn.Softmax,
        "logsoftmax": nn.LogSoftmax,
        "swish": nn.SiLU,
        "memswish": nn.SiLU,
        "mish": nn.Mish,
        "geglu": nn.GELU,
    },
)
Conv = _table(
    "Conv",
    {
        "conv": (nn.Conv1d, nn.Conv2d, nn.Conv3d),
        "convtrans": (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d),
    },
    {},
)
Pool = _table(
    "Pool",
    {
        "max": (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d),
        "adaptivemax": (nn.AdaptiveMaxPool1d, nn.AdaptiveMaxPool2d, nn.AdaptiveMaxPool3d),
        "avg": (nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d),
        "adaptiveavg": (nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d),
    },
    {},
)
Pad = _table(
    "Pad",
    {
        "replicationpad": (nn.ReplicationPad1d, nn.ReplicationPad2d, nn.ReplicationPad3d),
        "constantpad": (nn.ConstantPad1d, nn.ConstantPad2d, nn.ConstantPad3d),
    },
    {},
)

"""Stands for torchvision.utils of torchvision 0.28: what a copied model calls while it is built."""


def _log_api_usage_once(obj):
    pass


def _make_ntuple(x, n):
    return tuple(x) if isinstance(x, (tuple, list)) else (x,) * n

"""Stands for timm.layers.helpers of timm 1.0: numbers repeated to tuples, channels rounded."""

from collections.abc import Iterable


def to_ntuple(n):
    def repeated(x):
        return tuple(x) if isinstance(x, Iterable) and not isinstance(x, str) else (x,) * n

    return repeated


_ntuple = to_ntuple
to_1tuple = to_ntuple(1)
to_2tuple = to_ntuple(2)
to_3tuple = to_ntuple(3)
to_4tuple = to_ntuple(4)


def make_divisible(v, divisor=8, min_value=None, round_limit=0.9):
    nearest = max(min_value or divisor, int(v + divisor / 2) // divisor * divisor)
    return nearest + divisor if nearest < round_limit * v else nearest


def extend_tuple(x, n):
    x = tuple(x) if isinstance(x, (tuple, list)) else (x,)
    return x[:n] if len(x) >= n else x + x[-1:] * (n - len(x))

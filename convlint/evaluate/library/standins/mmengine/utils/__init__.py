"""Stands for mmengine.utils of mmengine 0.10: numbers repeated to tuples, and tests of sequences."""

from collections.abc import Iterable


def to_ntuple(n):
    def repeated(x):
        return x if isinstance(x, Iterable) else (x,) * n

    return repeated


to_1tuple = to_ntuple(1)
to_2tuple = to_ntuple(2)
to_3tuple = to_ntuple(3)
to_4tuple = to_ntuple(4)


def is_seq_of(seq, expected_type, seq_type=(tuple, list)):
    return isinstance(seq, seq_type) and all(isinstance(item, expected_type) for item in seq)


def is_list_of(seq, expected_type):
    return is_seq_of(seq, expected_type, list)


def is_tuple_of(seq, expected_type):
    return is_seq_of(seq, expected_type, tuple)


def is_str(x):
    return isinstance(x, str)

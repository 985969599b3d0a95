"""Operations that work on each element by itself, with broadcasting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from convlint.runtime.backward.contribution import Contribution, Rule
from convlint.runtime.backward.products import unbroadcast
from convlint.runtime.masks import Levels, at_most_gate, compact, most
from convlint.runtime.tape import Op, Ref


def elementwise(op: Op, out: Sequence[Levels]) -> Iterator[Contribution]:
    """An output reads the elements at its place; an operand that is repeated beside another one is a gate to it."""
    levels = compact(most(*out))
    for ref in op.reads:
        if is_gate(op, ref):
            yield ref, at_most_gate(unbroadcast(levels, ref.size))
        else:
            yield ref, unbroadcast(levels, ref.size)


def is_gate(op: Op, ref: Ref) -> bool:
    """Whether an operand is broadcast while another one that the input decides is not."""
    return _repeated(op, ref) and any(not _repeated(op, other) for other in op.reads)


def _repeated(op: Op, ref: Ref) -> bool:
    output = next(each for each in op.outputs if each is not None)
    if len(ref.size) < len(output.size):
        lead = output.size[: len(output.size) - len(ref.size)]
        if any(count > 1 for count in lead):
            return True
    pairs = zip(reversed(output.size), reversed(ref.size), reversed(ref.stride), strict=False)
    return any(count > 1 and (own == 1 or step == 0) for count, own, step in pairs)


def copied(op: Op, out: Sequence[Levels]) -> Iterator[Contribution]:
    """What is copied comes from the source; what was there before is gone."""
    ref = op.tensor("src" if "src" in op.arguments else "value")
    yield ref, unbroadcast(compact(out[0]), ref.size)


def halves(op: Op, out: Sequence[Levels]) -> Iterator[Contribution]:
    """``glu``: an output reads its element in both halves."""
    levels = compact(out[0])
    if isinstance(levels, int):
        yield op.tensor("self"), levels
        return
    axis = int(op.arguments["dim"])
    repeats = [1] * levels.dim()
    repeats[axis] = 2
    yield op.tensor("self"), levels.repeat(*repeats)


POINTWISE = frozenset(
    [
        "_to_copy",
        "clone",
        "hardswish",
        "hardswish_",
        "hardsigmoid_",
        "log_sigmoid_forward",
        "_prelu_kernel",
        "native_dropout",
        "floor_divide",
        "floor_divide_.Tensor",
        "bucketize.Tensor",
        "polar",
        "complex",
        "heaviside",
        "isnan",
        "isinf",
        "isfinite",
        "mish_",
        "celu_",
        "softshrink",
        "hardshrink",
        "angle",
        "quantize_per_tensor",
    ]
)
"""What works by element though torch does not tag it so."""
RULES: dict[str, Rule] = {
    **{f"aten.{name}": elementwise for name in POINTWISE},
    "aten.glu": halves,
    "aten.copy_": copied,
    "aten.fill_.Tensor": copied,
}

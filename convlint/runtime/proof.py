"""The proof: NaN, and then random numbers, in every element that is claimed to be dead, and not one bit of the output moves.

It knows nothing of the rules by which the claims were found. It runs the model itself, on the same device.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from convlint.runtime.liveness import Liveness
from convlint.runtime.masks import Levels, full
from convlint.runtime.tape import Numbered, Ref, Tape, tensors_in

SEED = 20240607
"""Every pass of one model starts its random numbers here, so that dropout that is always on repeats itself."""
LARGEST = 1000.0
"""Random numbers are drawn between minus and plus this: far from anything normal, and far from overflowing."""

Claims = Mapping[int, Sequence[Levels]]
"""For operations of the pass, the levels of what they wrote; level 0 is claimed dead. -1 stands for the inputs."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What became of the claims."""

    claimed: int
    """How many elements were overwritten at once."""
    finite: bool
    """Whether the output without any change is finite; if not, NaN would prove nothing."""
    nan: bool
    """Whether the output was bit-equal with NaN in all of them."""
    random: bool
    """Whether it was with random numbers."""
    retry: str = ""
    """How the passes were repeated because of a first mismatch: ``float64`` or ``cudnn off``; empty where there was none."""

    @property
    def holds(self) -> bool:
        """Whether the claims are proven."""
        return self.finite and self.nan and self.random


def claims_of(tape: Tape, liveness: Liveness) -> dict[int, Sequence[Levels]]:
    """Every element of floating point that the walk found dead."""
    claims: dict[int, Sequence[Levels]] = {}
    for op, levels in zip(tape.ops, liveness.outputs, strict=True):
        if op.reads and any(_claims(ref, each) for ref, each in zip(op.outputs, levels, strict=True)):
            claims[op.index] = levels
    if any(_claims(ref, each) for ref, each in zip(tape.inputs, liveness.inputs, strict=True)):
        claims[-1] = liveness.inputs
    return claims


def _claims(ref: Ref | None, levels: Levels) -> bool:
    if ref is None or not ref.floating or not ref.numel:
        return False
    return levels == 0 if isinstance(levels, int) else bool((levels == 0).any())


def prove(run: Callable[[Sequence[torch.Tensor]], Any], inputs: Sequence[torch.Tensor], claims: Claims) -> Proof:
    """Run the model three times: as it is, with NaN and with random numbers in what is claimed dead.

    ``run`` takes the inputs and returns the model's output; it is called under ``no_grad`` from a fixed seed.
    """
    plain = outputs_of(run, inputs)
    if not claims:
        return Proof(0, True, True, True)
    finite = all(bool(torch.isfinite(each).all()) for each in plain if each.is_floating_point())
    written = 0
    equal = {}
    for name in ("nan", "random"):
        overwrite = Overwrite(claims, name)
        changed = [tensor.clone() for tensor in inputs]
        overwrite.overwrite(-1, changed)
        equal[name] = same_bits(plain, outputs_of(run, changed, overwrite))
        written = overwrite.written
    return Proof(written, finite, equal["nan"], equal["random"])


def outputs_of(
    run: Callable[[Sequence[torch.Tensor]], Any], inputs: Sequence[torch.Tensor], mode: Numbered | None = None
) -> list[torch.Tensor]:
    """The tensors that one pass returns, cloned."""
    torch.manual_seed(SEED)
    with torch.no_grad():
        if mode is None:
            return [tensor.clone() for tensor in tensors_in(run(inputs))]
        with mode:
            result = run(inputs)
        return [tensor.clone() for tensor in tensors_in(result)]


def same_bits(one: Sequence[torch.Tensor], two: Sequence[torch.Tensor]) -> bool:
    """Whether two outputs are the same, bit for bit."""
    return len(one) == len(two) and all(
        a.shape == b.shape and a.dtype == b.dtype and torch.equal(a, b) for a, b in zip(one, two, strict=True)
    )


class Overwrite(Numbered):
    """Overwrites what is claimed dead as soon as it has been computed."""

    def __init__(self, claims: Claims, with_what: str) -> None:
        super().__init__()
        self.claims = claims
        self.with_what = with_what
        self.written = 0

    def operation(self, index: int, function: Any, outputs: Sequence[torch.Tensor]) -> None:
        if index in self.claims:
            self.overwrite(index, outputs)

    def overwrite(self, index: int, tensors: Sequence[torch.Tensor]) -> None:
        """Overwrite the dead elements of some tensors."""
        levels = [each for each in self.claims.get(index, ())]
        for tensor, each in zip(tensors, levels, strict=False):
            if not tensor.is_floating_point() or not tensor.numel():
                continue
            where = (full(each, tuple(tensor.shape)) == 0).to(tensor.device)
            self.written += int(where.sum())
            if self.with_what == "nan":
                tensor.masked_fill_(where, float("nan"))
            else:
                # A generator of its own: the model's random numbers must not shift.
                numbers = torch.rand(tuple(tensor.shape), generator=torch.Generator().manual_seed(index + 1))
                tensor.copy_(torch.where(where, ((numbers * 2 - 1) * LARGEST).to(tensor), tensor))

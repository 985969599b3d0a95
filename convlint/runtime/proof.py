"""The proof: NaN, then random numbers, in every element that is claimed dead, and not one bit of the output moves.

It knows nothing of the rules by which the claims were found. It runs the model itself, on the same device.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from convlint.runtime.liveness import Liveness
from convlint.runtime.masks import LIVE, Levels, full
from convlint.runtime.recorder import Numbered, tensors_in
from convlint.runtime.tape import Ref, Tape

SEED = 20240607
"""Every pass of one model starts its random numbers here, so that dropout that is always on repeats itself."""
LARGEST = 1000.0
"""Random numbers are drawn between minus and plus this: far from anything normal, and far from overflowing."""


_STARTS = 4096
"""In the row of random numbers, operations begin at so many different places."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One operation, known by its name, and the levels of what it wrote: level 0 is claimed dead."""

    name: str
    levels: tuple[Levels, ...]


@dataclass(frozen=True, slots=True)
class Claims:
    """All that is claimed about one pass."""

    inputs: tuple[Levels, ...]
    by_operation: Mapping[int, Claim]
    operations: int
    """How many operations the pass has."""
    anything: bool
    """Whether any element is claimed dead."""


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
    """How the passes were repeated because of a first mismatch: ``float64``; empty where there was none."""

    @property
    def holds(self) -> bool:
        """Whether the claims are proven."""
        return self.finite and self.nan and self.random


def claims_of(tape: Tape, liveness: Liveness) -> Claims:
    """Every element of floating point that the walk found dead."""
    by_operation = {}
    for op, of_op in zip(tape.ops, liveness.outputs, strict=True):
        written = [(ref, each) for ref, each in zip(op.outputs, of_op, strict=True) if ref is not None]
        # What a norm returns beside its result, and nobody takes, is not worth a pass.
        levels = tuple(LIVE if at and isinstance(each, int) else each for at, (_, each) in enumerate(written))
        if op.reads and any(_claims(ref, each) for (ref, _), each in zip(written, levels, strict=True)):
            by_operation[op.index] = Claim(str(op.function), levels)
    of_inputs = any(_claims(ref, each) for ref, each in zip(tape.inputs, liveness.inputs, strict=True))
    return Claims(liveness.inputs, by_operation, len(tape.ops), bool(by_operation) or of_inputs)


def _claims(ref: Ref | None, levels: Levels) -> bool:
    if ref is None or not ref.floating or not ref.numel:
        return False
    return levels == 0 if isinstance(levels, int) else bool((levels == 0).any())


def prove(
    run: Callable[..., Any],
    inputs: Sequence[torch.Tensor],
    claims: Claims,
    plain: Sequence[torch.Tensor] | None = None,
) -> Proof:
    """Run the model with NaN, and then with random numbers, in what is claimed dead.

    ``run`` is called with the inputs and returns the model's output, under ``no_grad`` and from a fixed seed. ``plain``
    is what it returned without any change; left out, it is run for that too.
    """
    if not claims.anything:
        return Proof(0, True, True, True)
    plain = outputs_of(run, inputs) if plain is None else plain
    finite = all(bool(torch.isfinite(each).all()) for each in plain if each.is_floating_point())
    written = 0
    equal = {}
    masks: dict[tuple[int, int], torch.Tensor] = {}
    for what in ("nan", "random"):
        overwrite = Overwrite(claims, what, masks)
        changed = [tensor.clone() for tensor in inputs]
        overwrite.overwrite(-1, changed, claims.inputs)
        same = same_bits(plain, outputs_of(run, changed, overwrite))
        equal[what] = same and not overwrite.strayed and overwrite.count == claims.operations
        written = overwrite.written
    return Proof(written, finite, equal["nan"], equal["random"])


def outputs_of(
    run: Callable[..., Any], inputs: Sequence[torch.Tensor], mode: Numbered | None = None
) -> list[torch.Tensor]:
    """The tensors that one pass returns, cloned."""
    torch.manual_seed(SEED)
    with torch.no_grad():
        if mode is None:
            return [tensor.clone() for tensor in tensors_in(run(*inputs))]
        with mode:
            result = run(*inputs)
        return [tensor.clone() for tensor in tensors_in(result)]


def same_bits(one: Sequence[torch.Tensor], two: Sequence[torch.Tensor]) -> bool:
    """Whether two outputs are the same, bit for bit."""
    return len(one) == len(two) and all(
        a.shape == b.shape and a.dtype == b.dtype and torch.equal(a, b) for a, b in zip(one, two, strict=True)
    )


class Overwrite(Numbered):  # type: ignore[no-untyped-call]
    """Overwrites what is claimed dead as soon as it has been computed."""

    def __init__(self, claims: Claims, what: str, masks: dict[tuple[int, int], torch.Tensor]) -> None:
        super().__init__()
        self.claims = claims
        self.what = what
        self.masks = masks
        """What is dead in each output of each operation, kept from the first pass for the second."""
        self.random = torch.empty(0)
        self.written = 0
        self.strayed = False
        """Whether the pass did another operation than the claims are about."""

    def operation(self, index: int, function: Any, outputs: Sequence[torch.Tensor]) -> None:
        claim = self.claims.by_operation.get(index)
        if claim is None:
            return
        if str(function) != claim.name or len(outputs) > len(claim.levels):
            self.strayed = True
            return
        self.overwrite(index, outputs, claim.levels)

    def overwrite(self, index: int, tensors: Sequence[torch.Tensor], levels: Sequence[Levels]) -> None:
        """Overwrite the dead elements of some tensors."""
        for at, (tensor, each) in enumerate(zip(tensors, levels, strict=False)):
            if not tensor.is_floating_point() or not tensor.numel() or (isinstance(each, int) and each):
                continue
            if isinstance(each, torch.Tensor) and each.shape != tensor.shape:
                self.strayed = True
                continue
            if (index, at) not in self.masks:
                self.masks[index, at] = (full(each, tuple(tensor.shape)) == 0).to(tensor.device)
            where = self.masks[index, at]
            self.written += int(where.count_nonzero())
            if self.what == "nan":
                tensor.masked_fill_(where, float("nan"))
            else:
                numbers = self._random_numbers(index, tensor.numel())
                torch.where(where, numbers.reshape(tensor.shape).to(tensor), tensor, out=tensor)

    def _random_numbers(self, index: int, count: int) -> torch.Tensor:
        """As many numbers as are asked for: a stretch of one long row of them, elsewhere for each operation."""
        start = index % _STARTS + 1
        if len(self.random) < count + start:
            # A generator of its own: the model's random numbers must not shift.
            generator = torch.Generator().manual_seed(SEED)
            self.random = torch.empty(count + _STARTS).uniform_(-LARGEST, LARGEST, generator=generator)
        return self.random[start : start + count]

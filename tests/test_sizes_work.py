"""Multiply-accumulates from source against those counted while the built model runs, on networks drawn at random."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

import pytest

torch = pytest.importorskip("torch")

from fixing import analysed
from generated_networks import SIZE, generated

from convlint.network.sizes import Work
from convlint.runtime.backward.products import macs_of
from convlint.runtime.liveness import walk
from convlint.runtime.recorder import Position, Recorder

SEEDS = range(40)
BORDER = 0.08
"""What borders add to the share that nobody uses, on maps of 24 x 24 and smaller ones behind them."""


def said_of(text: str, size: tuple[int, ...] = (SIZE, SIZE)) -> Work | None:
    """What is said from source."""
    return analysed(text, input_size=(size, "--input-size")).network.works().get("model.Net")


class Truth(NamedTuple):
    """Multiply-accumulates of the built model."""

    macs: int
    dead: int
    gate: int
    in_part: int
    """Of the dead ones, those of operations of whose results some part is used."""


@lru_cache(None)
def true_of(text: str, size: tuple[int, ...] = (3, SIZE, SIZE)) -> Truth:
    """What the built model multiplies."""
    namespace: dict[str, Any] = {"__name__": "generated"}
    exec(compile(text, "generated", "exec"), namespace)
    torch.manual_seed(0)
    model = namespace["Net"]().eval().double()
    x = torch.randn(1, *size, dtype=torch.float64)
    recorder = Recorder([x], Position())
    with torch.no_grad(), recorder:
        out = model(x)
    tape = recorder.finish(out)
    liveness = walk(tape)
    counts = [macs_of(op, levels) or (0, 0, 0) for op, levels in zip(tape.ops, liveness.outputs, strict=True)]
    return Truth(*liveness.macs(tape), sum(dead for macs, dead, _ in counts if dead < macs))


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_false_is_said(seed: int) -> None:
    """The same total, and of what nobody uses no more than there is."""
    text = generated(seed)
    truth, work = true_of(text), said_of(text)
    assert work is not None
    assert (work.macs, work.partial) == (truth.macs, False)
    assert work.dead <= truth.dead
    assert work.dead + work.gate_only <= truth.dead + truth.gate


def pruned(text: str) -> str:
    """A network without the lines of ``forward`` whose results nobody mentions.

    What seems to have no reader may have one that is not followed, so what it was computed from counts as used.
    """
    kept: list[str] = []
    for line in reversed(text.splitlines()):
        names = re.match(r"        ((?:[pqv]\d+(?:, )?)+) = ", line)
        rest = "\n".join(kept)
        if names is None or any(re.search(rf"\b{name}\b", rest) for name in names[1].split(", ")):
            kept.insert(0, line)
    return "\n".join(kept) + "\n"


def test_the_share_is_known_but_for_borders() -> None:
    """Of what is dead in part, where all is used in some way."""
    shares, exact = [], 0
    for seed in SEEDS:
        text = pruned(generated(seed))
        truth, work = true_of(text), said_of(text)
        assert work is not None
        assert work.dead <= truth.dead
        if truth.in_part:
            shares.append((truth.in_part - work.dead) / truth.macs)
            exact += work.dead == truth.in_part
    assert len(shares) > 10
    assert exact > len(shares) / 2
    assert sum(share < BORDER for share in shares) > len(shares) * 0.75

"""Multiply-accumulates from source against those counted while the built model runs, on networks drawn at random."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from fixing import analysed
from generated_networks import SIZE, generated

from convlint.network.sizes import Work
from convlint.runtime.liveness import walk
from convlint.runtime.recorder import Position, Recorder

SEEDS = range(60)
BORDER = 0.08
"""What borders add to the share that nobody uses, on maps of 24 x 24 and smaller ones behind them."""


def said_of(text: str, size: tuple[int, ...] = (SIZE, SIZE)) -> Work | None:
    """What is said from source."""
    return analysed(text, input_size=(size, "--input-size")).network.works().get("model.Net")


@lru_cache(None)
def true_of(text: str, size: tuple[int, ...] = (3, SIZE, SIZE)) -> tuple[int, int, int]:
    """What the built model multiplies: all, for nobody, for gates only."""
    namespace: dict[str, Any] = {"__name__": "generated"}
    exec(compile(text, "generated", "exec"), namespace)
    torch.manual_seed(0)
    model = namespace["Net"]().eval().double()
    x = torch.randn(1, *size, dtype=torch.float64)
    recorder = Recorder([x], Position())
    with torch.no_grad(), recorder:
        out = model(x)
    tape = recorder.finish(out)
    return walk(tape).macs(tape)


@pytest.mark.parametrize("seed", SEEDS)
def test_generated_networks(seed: int) -> None:
    """The same total; of what nobody uses no more than there is, and as much but for borders."""
    text = generated(seed)
    macs, dead, gate = true_of(text)
    work = said_of(text)
    assert work is not None
    assert work.macs <= macs
    assert work.partial or work.macs == macs
    assert work.dead <= dead
    assert work.dead + work.gate_only <= dead + gate

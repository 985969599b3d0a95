"""Verdicts from source against those of the whole graph of the built model, on networks drawn at random."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from fixing import findings
from generated_networks import SIZE, generated

from convlint.network.verdicts import VERDICTS
from convlint.runtime.liveness import walk
from convlint.runtime.recorder import Position, Recorder
from convlint.runtime.verdicts import skips_of

SEEDS = range(40)
Key = tuple[tuple[int, ...], ...]


def _worst(found: list[tuple[Key, str]]) -> dict[Key, str]:
    """By kernel size, stride and dilation, as the same module may be built and called in several places."""
    worst: dict[Key, str] = {}
    for key, verdict in found:
        worst[key] = min(worst.get(key, verdict), verdict, key=VERDICTS.index)
    return worst


@lru_cache(None)
def said_of(text: str) -> dict[Key, str]:
    """What is said from source."""
    found: list[tuple[Any, str]] = []
    for finding in findings(text):
        layer = finding.layer
        for verdict, names in finding.verdicts.items():
            if "model.Net" in names and layer is not None:
                found.append(((layer.kernel_size, layer.stride, layer.dilation), verdict))
    return _worst(found)


@lru_cache(None)
def true_of(text: str) -> dict[Key, str]:
    """What the built model says."""
    namespace: dict[str, Any] = {"__name__": "generated"}
    exec(compile(text, "generated", "exec"), namespace)
    torch.manual_seed(0)
    model = namespace["Net"]().eval().double()
    x = torch.randn(1, 3, SIZE, SIZE, dtype=torch.float64)
    recorder = Recorder([x], Position())
    with torch.no_grad(), recorder:
        out = model(x)
    tape = recorder.finish(out)
    skips = skips_of(tape, walk(tape))
    return _worst([((s.window.kernel_size, s.window.stride, s.window.dilation), s.verdict) for s in skips])


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_called_worse_than_it_is(seed: int) -> None:
    """Never dead where it is not, never gate-only where it is used. Borders may make the truth worse."""
    text = generated(seed)
    truth, said = true_of(text), said_of(text)
    for key, verdict in truth.items():
        claim = said.get(key, "unknown")
        if claim != "unknown":
            assert VERDICTS.index(claim) >= VERDICTS.index(verdict), (key, claim, verdict)


def test_most_is_known() -> None:
    """The networks have something to find, and little of it is left open."""
    seen: Counter[tuple[str, str]] = Counter()
    for seed in SEEDS:
        text = generated(seed)
        said = said_of(text)
        seen.update((verdict, said.get(key, "unknown")) for key, verdict in true_of(text).items())
    dead = sum(count for (truth, _), count in seen.items() if truth == "dead")
    assert dead > 10
    assert seen["dead", "dead"] > dead / 3
    assert seen["branch", "branch"] > 10

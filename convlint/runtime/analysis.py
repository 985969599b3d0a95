"""What is found out about one tape: levels, the layers that skip something, and what the skipping costs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from convlint.runtime import bounds
from convlint.runtime.liveness import Liveness, walk, walk_again
from convlint.runtime.masks import full
from convlint.runtime.tape import Tape
from convlint.runtime.verdicts import Skip, skips_of


@dataclass(frozen=True, slots=True)
class Analysis:
    tape: Tape
    liveness: Liveness
    skips: list[Skip]


def analyse(tape: Tape) -> Analysis:
    liveness = walk(tape)
    return Analysis(tape, liveness, skips_of(tape, liveness))


def same_claims(findings: Analysis, checked: Analysis) -> bool:
    """Whether what was proven on the model is what is claimed of the graph."""
    if findings is checked:
        return True
    ours, theirs = findings.liveness.macs(findings.tape), checked.liveness.macs(checked.tape)
    return ours == theirs and [skip.verdict for skip in findings.skips] == [skip.verdict for skip in checked.skips]


def pixels_of(tape: Tape, liveness: Liveness) -> tuple[int, int]:
    """Positions of all inputs with channels and space, and those of which no channel reaches the output."""
    positions = unread = 0
    for ref, levels in zip(tape.inputs, liveness.inputs, strict=True):
        if len(ref.size) < 3:
            continue
        read = full(levels, ref.size).amax(1)
        positions += read.numel()
        unread += int((read == 0).sum())
    return positions, unread


def weighed(findings: Analysis) -> dict[int, tuple[int, int]]:
    """For each skipping operation, the multiply-accumulates that would be needed if all that skip its input read it."""
    groups: dict[object, list[Skip]] = defaultdict(list)
    for skip in findings.skips:
        if skip.verdict != "branch":
            groups[skip.window.input].append(skip)
    before = findings.liveness.macs(findings.tape)
    costs = {}
    for skips in list(groups.values())[: bounds.GROUPS_WEIGHED]:
        after = _if_read(findings, skips).macs(findings.tape)
        for skip in skips:
            costs[skip.op.index] = (before[1] - after[1], max(0, before[2] - after[2]))
    return costs


def macs_by_skipping(findings: Analysis) -> tuple[int, int]:
    """Of the multiply-accumulates that nobody reads, and of those for a gate only: how many no skipping would need."""
    if not findings.skips:
        return 0, 0
    before, after = (each.macs(findings.tape) for each in (findings.liveness, _if_read(findings, findings.skips)))
    return before[1] - after[1], max(0, before[2] - after[2])


def _if_read(findings: Analysis, skips: Sequence[Skip]) -> Liveness:
    reads = {skip.op.index: (skip.window.input, skip.where) for skip in skips}
    return walk_again(findings.tape, findings.liveness, reads)

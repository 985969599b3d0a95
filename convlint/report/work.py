"""How much of what networks multiply is for values that nobody uses, in words."""

from __future__ import annotations

from convlint.findings import Finding
from convlint.network.sizes import Work

UNITS = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def work_line(finding: Finding) -> str:
    """``at 224x224, 9.7% of resnet50's 3.9 G multiply-accumulates are for values that nobody uses``; empty without."""
    if not finding.works:
        return ""
    name, work = max(finding.works.items(), key=lambda each: (_share(each[1]), each[0]))
    dead = work.dead >= work.gate_only
    use = "that nobody uses" if dead else "that only a gate or a statistic uses"
    size = "x".join(map(str, work.given.size))
    others = len(finding.works) - 1
    most = f", the most of {others + 1} models" if others else ""
    short = name.rpartition(".")[2]
    least = "at least " if work.partial else ""
    share = max(work.dead, work.gate_only) / work.macs
    all_of_it = f"{short}'s {least}{_short(work.macs)} multiply-accumulates"
    return f"at {size}, {share:.1%} of {all_of_it} are for values {use}{most}"


def _share(work: Work) -> float:
    return max(work.dead, work.gate_only) / work.macs


def _short(number: int) -> str:
    """``3.9 G``."""
    unit, letter = next(((unit, letter) for unit, letter in UNITS if number >= unit), (1, ""))
    return f"{number / unit:.1f} {letter}".strip() if letter else str(number)

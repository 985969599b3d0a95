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
    use = "nobody uses" if work.dead >= work.gate_only else "only a gate or a statistic uses"
    size = "x".join(map(str, work.given.size))
    models = len(finding.works)
    most = f", the most of {models} models" if models > 1 else ""
    all_of_it = f"{name.rpartition('.')[2]}'s {amount(work)} multiply-accumulates"
    return f"at {size}, {_share(work):.1%} of {all_of_it} are for values that {use}{most}"


def amount(work: Work) -> str:
    """``3.9 G``, ``at least 3.9 G``."""
    unit, letter = next(((unit, letter) for unit, letter in UNITS if work.macs >= unit), (1.0, ""))
    number = f"{work.macs / unit:.1f} {letter}" if letter else str(work.macs)
    return f"at least {number}" if work.partial else number


def _share(work: Work) -> float:
    return max(work.dead, work.gate_only) / work.macs

"""What ``--show-unknown`` prints: why layers could not be decided, by reason, with what would help."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TextIO

from convlint.evaluate.project import UnknownLayer
from convlint.evaluate.unknown import REASONS
from convlint.report.run import counted
from convlint.report.screen import NARROWEST, Screen

CASES_SHOWN = 10
"""So many cases of each reason are listed, the most frequent first; the others are counted."""


def write_unknowns(unknowns: Iterable[UnknownLayer], stream: TextIO, width: int) -> None:
    """Write one block for each reason, the most frequent one first."""
    screen = Screen(max(width, NARROWEST), False, getattr(stream, "encoding", None) or "utf-8")
    by_reason: dict[str, list[UnknownLayer]] = defaultdict(list)
    for unknown in unknowns:
        by_reason[unknown.reason].append(unknown)
    total = {reason: sum(case.count for case in cases) for reason, cases in by_reason.items()}
    if not total:
        stream.write("Everything that decides about a layer is known.\n")
        return
    values, reasons = counted(sum(total.values()), "value"), counted(len(total), "reason")
    stream.write(f"Not known: {values} of layers, for {reasons}.\n")
    for reason in sorted(total, key=lambda reason: (-total[reason], reason)):
        stream.write(f"\n{total[reason]:,}  {reason}\n")
        if reason in REASONS:
            stream.write(f"    {REASONS[reason].explanation}\n    what helps: {REASONS[reason].hint}\n")
        cases = sorted(by_reason[reason], key=lambda case: (-case.count, case.place, case.what, case.detail))
        for case in cases[:CASES_SHOWN]:
            detail = f" ({case.detail})" if case.detail else ""
            stream.write(f"    {screen.where(case.place)}  {case.count:,} x {screen.printable(case.what + detail)}\n")
        if len(cases) > CASES_SHOWN:
            stream.write(f"    and {counted(len(cases) - CASES_SHOWN, 'other place')}\n")

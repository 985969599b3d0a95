"""The progress bar: for people who wait at a terminal, and for nobody else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

SHORTEST = 30
"""A stage of fewer steps is over before a bar can be read, and shows none."""


@contextmanager
def progress_bar(wanted: bool) -> Iterator[Callable[[str, int, int], None] | None]:
    """A function to report progress to: a stage's name, the steps done, and all steps. None where nobody watches."""
    if not wanted or not sys.stderr.isatty():
        yield None
        return
    bar = _Bar()
    try:
        yield bar.report
    finally:
        bar.close()


class _Bar:
    def __init__(self) -> None:
        self.display: Progress | None = None
        self.tasks: dict[str, TaskID] = {}

    def report(self, stage: str, done: int, total: int) -> None:
        if total < SHORTEST:
            return
        if self.display is None:
            self.display = _display()
            self.display.start()
        if stage not in self.tasks:
            self.tasks[stage] = self.display.add_task(stage, total=total)
        self.display.update(self.tasks[stage], completed=done, total=total)

    def close(self) -> None:
        if self.display is not None:
            self.display.stop()


def _display() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)

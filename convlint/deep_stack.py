"""Runs a function with room for deep recursion: nested source is followed by nested calls."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")

STACKS = ((512 << 20, 100_000), (128 << 20, 25_000), (32 << 20, 6_000))
"""Stack sizes to ask for, the first that the system grants, and the depth of calls that each one bears (5 KiB a call).

The memory is reserved, and used only as deep as the calls go.
"""


def run_deep(function: Callable[[], Result]) -> Result:
    """What ``function()`` gives or raises, run in a thread with a large stack.

    Ctrl-C reaches the caller at once; the thread then ends with the process.
    """
    results: list[Result] = []
    failures: list[BaseException] = []

    def work() -> None:
        try:
            results.append(function())
        except BaseException as error:  # the caller raises it again
            failures.append(error)

    limit = sys.getrecursionlimit()
    thread, depth = _started(work)
    try:
        sys.setrecursionlimit(max(limit, depth))
        while thread.is_alive():
            # Waiting without an end cannot be interrupted on Windows.
            thread.join(1.0)
    finally:
        sys.setrecursionlimit(limit)
    if failures:
        raise failures[0]
    return results[0]


def _started(work: Callable[[], None]) -> tuple[threading.Thread, int]:
    """The running thread and the depth of calls that its stack bears."""
    before = threading.stack_size()
    for size, depth in STACKS:
        try:
            threading.stack_size(size)
            thread = threading.Thread(target=work, name="convlint", daemon=True)
            thread.start()
        except (ValueError, RuntimeError, MemoryError):
            continue
        finally:
            threading.stack_size(before)
        return thread, depth
    thread = threading.Thread(target=work, name="convlint", daemon=True)
    thread.start()
    return thread, sys.getrecursionlimit()

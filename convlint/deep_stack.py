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

FRAME_ROOM = (1 << 20) + 1_024
"""Slots that the outermost frame asks for, 8 bytes each and never touched.

Python keeps frames in chunks of 16 KiB and gives a chunk back to the system as soon as it is empty: a recursion that
goes up and down across the edge of one maps and unmaps memory at every call, a fifth of the time of a whole run. A
chunk is as large as the next power of two that its first frame needs; the other half of this one is room for all
frames above.
"""


def run_deep(function: Callable[[], Result]) -> Result:
    """What ``function()`` gives or raises, run in a thread with a large stack.

    Ctrl-C reaches the caller at once; the thread then ends with the process.
    """
    results: list[Result] = []
    failures: list[BaseException] = []
    limit = sys.getrecursionlimit()

    def work(depth: int) -> None:
        sys.setrecursionlimit(max(limit, depth))
        try:
            results.append(function())
        except BaseException as error:  # the caller raises it again
            failures.append(error)

    work.__code__ = work.__code__.replace(co_stacksize=FRAME_ROOM)
    thread = _started(work)
    try:
        while thread.is_alive():
            # Waiting without an end cannot be interrupted on Windows.
            thread.join(1.0)
    finally:
        sys.setrecursionlimit(limit)
    if failures:
        raise failures[0]
    return results[0]


def _started(work: Callable[[int], None]) -> threading.Thread:
    """A thread that runs ``work`` with the depth of calls that its stack bears."""
    before = threading.stack_size()
    for size, depth in STACKS:
        try:
            threading.stack_size(size)
            thread = threading.Thread(target=work, args=(depth,), name="convlint", daemon=True)
            thread.start()
        except (ValueError, RuntimeError, MemoryError):
            continue
        finally:
            threading.stack_size(before)
        return thread
    thread = threading.Thread(target=work, args=(sys.getrecursionlimit(),), name="convlint", daemon=True)
    thread.start()
    return thread

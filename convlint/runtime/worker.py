"""The process in which models are built: requests come in on standard input, answers go out on standard output.

It imports torch once and gives every model a process of its own, forked from it, with a bound on time and memory. Where
there is no ``fork`` it answers one request itself, and whoever started it keeps the time.
"""

from __future__ import annotations

import dataclasses
import json
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from convlint.runtime import bounds
from convlint.runtime.request import Request, decode

Emit = Callable[[dict[str, Any]], None]
_CHUNK = 1 << 16


def main() -> None:
    """Answer requests until standard input ends."""
    out = os.dup(1)
    _silence()
    import torch

    del torch
    for line in sys.stdin:
        request = decode(line)
        if hasattr(os, "fork"):
            _in_own_process(request, out)
        else:
            _answer(request, _writer(out))


def _silence() -> None:
    """Send whatever is printed nowhere: a model may print megabytes, and reports must stay clean."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)


def _writer(stream: int) -> Emit:
    def emit(message: dict[str, Any]) -> None:
        data = (json.dumps(message) + "\n").encode("ascii")
        while data:
            data = data[os.write(stream, data) :]

    return emit


def _in_own_process(request: Request, out: int) -> None:
    """Fork, answer there, pass the answer on, and end the process, and all that it started, when its time is over."""
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(reading)
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        _bound_memory(request.memory_gib)
        code = 0
        try:
            _answer(request, _writer(writing))
        except BaseException:
            code = 1
        finally:
            os._exit(code)
    os.close(writing)
    ended = _pass_on(reading, out, time.monotonic() + request.seconds)
    os.close(reading)
    if not ended:
        with suppress(OSError):
            os.killpg(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    with suppress(OSError):
        os.killpg(process, signal.SIGKILL)
    _writer(out)({"event": "end", "message": _why(request, ended, status)})


def _pass_on(reading: int, out: int, deadline: float) -> bool:
    """Copy whole lines until the end. False where the time ran out before, or more came than may come."""
    held = b""
    total = 0
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([reading], [], [], left)[0]:
            return False
        data = os.read(reading, _CHUNK)
        if not data:
            return True
        total += len(data)
        if total > bounds.RESULT_BYTES:
            return False
        whole, _, rest = (held + data).rpartition(b"\n")
        held = rest
        if whole:
            whole += b"\n"
            while whole:
                whole = whole[os.write(out, whole) :]


def _why(request: Request, ended: bool, status: int) -> str:
    """What to say of a process that gave no answer."""
    if not ended:
        return f"not done after {request.seconds:g} seconds (--timeout)"
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        name = signal.Signals(number).name if number in list(signal.Signals) else str(number)
        return f"its process was ended by {name}"
    return f"its process ended with exit code {os.WEXITSTATUS(status)} and no answer"


def _bound_memory(gib: float) -> None:
    """Let the process have so much memory of its own; what is beyond that raises MemoryError in it."""
    try:
        import resource
    except ImportError:
        return
    limit = int(gib * (1 << 30))
    for kind in ("RLIMIT_DATA", "RLIMIT_CORE"):
        with suppress(OSError, ValueError, AttributeError):
            resource.setrlimit(getattr(resource, kind), (limit if kind == "RLIMIT_DATA" else 0,) * 2)


def _answer(request: Request, emit: Emit) -> None:
    from convlint.runtime.refusal import RefusedError, in_one_line

    try:
        if request.target.endswith("*") or "*" in request.target.rpartition(":")[2]:
            from convlint.runtime.load import members, prepare

            prepare(request)
            emit({"event": "targets", "targets": list(members(request.target, request.folder))})
            return
        from convlint.runtime.examine import examine

        result = examine(request, lambda stage: emit({"event": "stage", "stage": stage}))
        emit({"event": "result", "result": dataclasses.asdict(result)})
    except RefusedError as error:
        emit({"event": "error", "message": str(error)})
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        emit({"event": "error", "message": in_one_line("import", error, request.folder)})


if __name__ == "__main__":
    main()

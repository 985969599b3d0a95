"""Has models examined in processes of their own, and gives back what came of each. Imports nothing heavy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import Empty, Queue
from typing import IO, Any

from convlint.runtime import bounds
from convlint.runtime.request import Request
from convlint.runtime.result import Failure, ModelResult, decode
from convlint.usage import UsageError

Stage = Callable[[str, str], None]
"""Called with a target and the stage that begins for it."""
Outcome = ModelResult | Failure


class Workshop:
    """The process that starts models, started when the first one comes, and again if it ends."""

    def __init__(self, python: str = sys.executable) -> None:
        self.python = python
        self.process: subprocess.Popen[bytes] | None = None
        self.lines: Queue[bytes | None] = Queue()

    def examine(self, request: Request, stage: Stage) -> Outcome:
        """What became of one model. Never raises for anything that the model does."""
        answer = self._ask(request, stage)
        if isinstance(answer, str):
            return Failure(request.target, answer)
        return decode(answer["result"])

    def expand(self, request: Request) -> list[str] | Failure:
        """The targets that a pattern stands for."""
        answer = self._ask(request, lambda target, stage: None)
        return Failure(request.target, answer) if isinstance(answer, str) else list(answer["targets"])

    def close(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            for stream in (self.process.stdin, self.process.stdout):
                if stream is not None:
                    with suppress(OSError):
                        stream.close()
            self.process = None

    def _ask(self, request: Request, stage: Stage) -> dict[str, Any] | str:
        """The answer, or one line on why there is none."""
        if self.process is None or self.process.poll() is not None:
            self._start()
        assert self.process is not None
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(request.encode().encode("ascii") + b"\n")
            self.process.stdin.flush()
        except OSError:
            self.close()
            return "the process that builds models ended"
        answer: dict[str, Any] | str = ""
        while True:
            message = self._next(request.seconds + bounds.GRACE_SECONDS)
            if message is None:
                self.close()
                return answer or "the process that builds models ended, or did not answer"
            if message["event"] == "stage":
                stage(request.target, message["stage"])
            elif message["event"] == "end":
                return answer or str(message["message"])
            else:
                answer = str(message["message"]) if message["event"] == "error" else message
                if not hasattr(os, "fork"):
                    return answer

    def _next(self, seconds: float) -> dict[str, Any] | None:
        with suppress(Empty, ValueError):
            line = self.lines.get(timeout=seconds)
            if line is not None:
                message = json.loads(line)
                return message if isinstance(message, dict) else None
        return None

    def _start(self) -> None:
        self.lines = Queue()
        self.process = subprocess.Popen(
            [self.python, "-m", "convlint.runtime.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self.process.stdout is not None
        threading.Thread(target=_read, args=(self.process.stdout, self.lines), daemon=True).start()


def _read(stream: IO[bytes], lines: Queue[bytes | None]) -> None:
    with suppress(OSError, ValueError):
        for line in stream:
            lines.put(line)
    lines.put(None)


@contextmanager
def workshop() -> Iterator[Workshop]:
    """A place to examine models in. Raises UsageError where torch is not installed."""
    from importlib.util import find_spec

    if find_spec("torch") is None:
        raise UsageError("building a model needs torch: pip install 'convlint[runtime]'")
    shop = Workshop()
    try:
        yield shop
    finally:
        shop.close()

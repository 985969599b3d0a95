"""What one command costs: CPU time and peak memory of a child process and of the processes that it waits for."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

FINDINGS = 1
"""convlint's exit code for a run that found something: a success, for a benchmark."""


class Cost(NamedTuple):
    """CPU seconds (user and system) and the peak resident memory of the largest single process, in MiB."""

    cpu: float
    memory: float


def convlint_command() -> list[str]:
    """The installed ``convlint`` of this interpreter's environment."""
    script = Path(sys.executable).with_name("convlint")
    if not script.is_file():
        sys.exit(f"{script} is missing: install convlint into the environment that runs this benchmark")
    return [sys.executable, str(script)]


def measure(command: Sequence[str], folder: Path) -> Cost:
    """Run a command in a folder, without input and with its output thrown away.

    Leaves with the command's last words where it ends with anything but 0 or 1.
    """
    with tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors
        )
        # wait4 gives the figures of this child alone; RUSAGE_CHILDREN would add up all earlier ones.
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode not in (0, FINDINGS):
            errors.seek(0)
            sys.exit(f"{' '.join(command)} gave {child.returncode}:\n{errors.read().decode(errors='replace')}")
    unit = 1024 if sys.platform == "darwin" else 1
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024 / unit)

"""CPU milliseconds of starting up: ``convlint --version`` and a run over an unchanged tree, beside a bare interpreter.

    python benchmarks/startup.py [--runs N]

Each command runs N times, in turns, so that a busy moment of the machine hits all of them. CPU time is user and system
time of the process; wall time would measure the machine's other work. The goal: at most 80 ms over the bare
interpreter.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median

from measure import convlint_command, measure

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


def main() -> None:
    """Measure and print one line for each command."""
    parser = argparse.ArgumentParser(description="CPU milliseconds of starting up, beside a bare interpreter")
    parser.add_argument("--runs", type=int, default=20, help="runs of each command (default 20)")
    runs: int = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(EXAMPLES, folder / "models", ignore=shutil.ignore_patterns("__pycache__", ".convlint_cache"))
        commands = {
            "bare interpreter": [sys.executable, "-c", "pass"],
            "convlint --version": [*convlint_command(), "--version"],
            "convlint models/ (unchanged)": [*convlint_command(), "models/"],
        }
        for command in commands.values():  # fills the cache and the compiled modules
            measure(command, folder)
        rounds = [
            {label: measure(command, folder).cpu * 1000 for label, command in commands.items()} for _ in range(runs)
        ]
    report(rounds)


def report(rounds: list[dict[str, float]]) -> None:
    """Print minimum and median of each command, and how far its minimum lies over the first one's."""
    print(f"{'CPU ms of ' + str(len(rounds)) + ' runs':<32}{'minimum':>9}{'median':>9}{'over bare':>11}")
    bare = min(turn["bare interpreter"] for turn in rounds)
    for label in rounds[0]:
        times = [turn[label] for turn in rounds]
        print(f"{label:<32}{min(times):>9.1f}{median(times):>9.1f}{min(times) - bare:>11.1f}")


if __name__ == "__main__":
    main()

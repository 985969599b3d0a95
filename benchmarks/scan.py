"""What linting a package costs, beside a bare ``libcst.parse_module`` loop over the same files in the same run.

    python benchmarks/scan.py PATH [--copies 1 2 4 8]

PATH is a package: a folder with Python files. It is copied first, so nothing is written there. Measured are a cold run
(no cache), a warm one (nothing changed), one with a changed file (a comment added to the largest), and cold runs over
1, 2, 4 and 8 copies of the package, each under a name of its own, to show how the cost grows. CPU is user and system
time of whole processes, their start included; memory is the peak of the largest process.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
from pathlib import Path

from measure import Cost, convlint_command, measure

CACHE = ".convlint_cache"
PARSE_LOOP = """
import sys
from pathlib import Path
import libcst
for file in sorted(Path(sys.argv[1]).rglob("*.py")):
    try:
        libcst.parse_module(file.read_bytes())
    except libcst.ParserSyntaxError:
        pass
"""


def main() -> None:
    """Measure and print one line for each run."""
    parser = argparse.ArgumentParser(description="what linting a package costs, beside a bare parse of its files")
    parser.add_argument("path", type=Path, help="a folder with Python files")
    parser.add_argument("--copies", type=int, nargs="*", default=[1, 2, 4, 8], help="sizes for the growth (1 2 4 8)")
    options = parser.parse_args()
    package: Path = options.path.resolve()
    if not package.is_dir():
        sys.exit(f"{options.path} is no folder")
    files = len(list(package.rglob("*.py")))
    print(f"{package.name}: {files} Python files; x = times the bare loop over one copy\n")
    print(f"{'':<34}{'CPU s':>8}{'x':>8}{'MiB':>8}")
    with tempfile.TemporaryDirectory() as name:
        bare = changes(package, Path(name))
    for copies in options.copies:
        with tempfile.TemporaryDirectory() as name:
            growth(package, Path(name), copies, bare)


def changes(package: Path, folder: Path) -> Cost:
    """Measure the bare loop, then cold, warm and one file changed. Returns the bare loop's cost."""
    tree = copy(package, folder, 1)
    bare = measure([sys.executable, "-c", PARSE_LOOP, str(tree)], folder)
    show("bare libcst.parse_module loop", bare, bare)
    show("cold", lint(folder), bare)
    show("warm, nothing changed", lint(folder), bare)
    largest = max(tree.rglob("*.py"), key=lambda file: file.stat().st_size)
    with largest.open("a", encoding="utf-8") as text:
        text.write("\n# changed\n")
    show(f"one file changed ({largest.name})", lint(folder), bare)
    return bare


def growth(package: Path, folder: Path, copies: int, bare: Cost) -> None:
    """Measure a cold run over some copies of the package, beside a bare loop over the same copies."""
    for number in range(1, copies + 1):
        copy(package, folder, number)
    show(f"{copies} copies, bare loop", measure([sys.executable, "-c", PARSE_LOOP, str(folder)], folder), bare)
    show(f"{copies} copies, cold", lint(folder), bare)


def copy(package: Path, folder: Path, number: int) -> Path:
    """Copy the package as number 1, 2, ...; from number 2 on it gets a name of its own, and imports itself by it."""
    name = package.name if number == 1 else f"{package.name}_{number}"
    tree = folder / name
    shutil.copytree(package, tree, ignore=shutil.ignore_patterns("__pycache__", CACHE))
    if number > 1:
        own_import = re.compile(rb"^(\s*(?:from|import)\s+)" + re.escape(package.name).encode() + rb"\b", re.MULTILINE)
        for file in tree.rglob("*.py"):
            file.write_bytes(own_import.sub(rb"\g<1>" + name.encode(), file.read_bytes()))
    return tree


def lint(folder: Path) -> Cost:
    """Lint everything in a folder."""
    return measure([*convlint_command(), "check", "--output-format", "json", "."], folder)


def show(label: str, cost: Cost, bare: Cost) -> None:
    """Print one line of the table."""
    print(f"{label:<34}{cost.cpu:>8.2f}{cost.cpu / bare.cpu:>8.2f}{cost.memory:>8.0f}", flush=True)


if __name__ == "__main__":
    main()

"""Runs over config files, for the tests: a folder, what is written into it, and what convlint finds there."""

from __future__ import annotations

from pathlib import Path

from convlint.analysis import analyse
from convlint.evaluate.project import Analysis, Request
from convlint.findings import Finding
from convlint.linter import lint
from convlint.network.layers import known
from convlint.registry import load_rules

YOLO_DEAD = (
    "backbone:\n  - [-1, 1, Conv, [64, 3, 2]]\n  - [-1, 1, Conv, [128, 1, 2]]\nhead:\n  - [-1, 1, Detect, [80]]\n"
)
YOLO_CLEAN = YOLO_DEAD.replace("[128, 1, 2]", "[128, 3, 2]")


def write(folder: Path, files: dict[str, str]) -> tuple[Path, ...]:
    """Write files into a folder; gives their paths, sorted."""
    paths = []
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
        paths.append(path)
    return tuple(sorted(paths))


def read(folder: Path, files: dict[str, str]) -> Analysis:
    """The analysis of files in a folder."""
    return analyse(Request(root=folder, linted=write(folder, files)))


def found(folder: Path, files: dict[str, str]) -> tuple[Finding, ...]:
    """The findings of all enabled rules, and the notes, in files of a folder."""
    analysis = read(folder, files)
    assert analysis.errors == ()
    rules = [rule for rule in load_rules() if rule.enabled]
    return (*lint(analysis.network, rules, frozenset(files), {}), *analysis.notes)


def dead(folder: Path, files: dict[str, str]) -> list[str]:
    """``path:line:column`` of each dead-pixels finding."""
    places = [finding.place for finding in found(folder, files) if finding.rule == "dead-pixels"]
    return [f"{place.path}:{place.line}:{place.column}" for place in places]


def windows(analysis: Analysis) -> list[str]:
    """``Conv2d 1x1/2x2`` for each layer: kernel size, stride and, where it is not one, dilation."""
    shown = []
    for layer in analysis.network.layers:
        parts = [known(sizes) for sizes in (layer.kernel_size, layer.stride, layer.dilation)]
        numbers = ["?" if sizes is None else "x".join(map(str, sizes)) for sizes in parts]
        if parts[2] is not None and set(parts[2]) == {1}:
            numbers.pop()
        shown.append(f"{layer.op.rpartition('.')[2]} {'/'.join(numbers)}")
    return shown

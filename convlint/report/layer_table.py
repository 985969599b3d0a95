"""The table of ``convlint layers``: a model summary without torch, one table for each model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TextIO

from convlint.network.layers import Confidence, Layer, Network, Size, Sizes, Unknown
from convlint.report.run import counted
from convlint.report.screen import NARROWEST, Screen, cells

HEADINGS = ("operation", "in", "out", "kernel", "stride", "dilation", "padding", "groups", "where")
_SHORT = (("torch.nn.functional.", "F."), ("torch.nn.", ""))
NAMES_IN_HEADING = 6
"""Models that build the same layers share a table, whose heading names so many of them."""


def write_layers(network: Network, stream: TextIO, width: int) -> None:
    """Write the tables, models that build exactly the same layers in one; ``?`` stands for what is not known."""
    screen = Screen(max(width, NARROWEST), False, getattr(stream, "encoding", None) or "utf-8")
    reached = [(layer, *network.reached_from(layer)) for layer in network.layers]
    if not reached:
        stream.write("No convolution or pooling layer is built here.\n")
        return
    rows = [_row(layer, confidence, screen) for layer, _, confidence in reached]
    for names, members in _models([names for _, names, _ in reached]).items():
        stream.write(_heading(names, screen) + "\n")
        for line in _table([rows[index] for index in members]):
            stream.write(line + "\n")
        stream.write("\n")
    stream.write(f"{counted(len(rows), 'distinct layer')}.{_legend(rows)}\n")


def _models(reached: Sequence[tuple[str, ...]]) -> dict[tuple[str, ...], tuple[int, ...]]:
    """The models, by the layers that they build: names of the models to indices of the layers."""
    built: dict[str, list[int]] = {}
    orphans = [index for index, names in enumerate(reached) if not names]
    for index, names in enumerate(reached):
        for name in names:
            built.setdefault(name, []).append(index)
    same: dict[tuple[int, ...], list[str]] = {}
    for name in sorted(built):
        same.setdefault(tuple(built[name]), []).append(name)
    models = {tuple(names): members for members, names in same.items()}
    return {**models, (): tuple(orphans)} if orphans else models


def _heading(names: tuple[str, ...], screen: Screen) -> str:
    if not names:
        return "Reached from no entry point"
    more = f" and {len(names) - NAMES_IN_HEADING:,} more" if len(names) > NAMES_IN_HEADING else ""
    return screen.printable(", ".join(names[:NAMES_IN_HEADING])) + more


def _row(layer: Layer, confidence: Confidence, screen: Screen) -> tuple[str, ...]:
    op = layer.op
    for prefix, short in _SHORT:
        if op.startswith(prefix):
            op = short + op.removeprefix(prefix)
            break
    where = screen.where(layer.call)
    return (
        screen.printable(op),
        _size(layer.in_channels),
        _size(layer.out_channels),
        _sizes(layer.kernel_size),
        _sizes(layer.stride),
        _sizes(layer.dilation),
        screen.printable(_sizes(layer.padding)),
        _size(layer.groups),
        where if confidence is Confidence.CERTAIN else f"{where} (possible)",
    )


def _size(size: Size | None) -> str:
    """``-`` where the operation has no such parameter."""
    if size is None:
        return "-"
    return "?" if isinstance(size, Unknown) else str(size)


def _sizes(sizes: Sizes | str | Unknown) -> str:
    """``3x3``; one number where the layer has one axis."""
    if isinstance(sizes, Unknown):
        return "?"
    return sizes if isinstance(sizes, str) else "x".join(map(_size, sizes))


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    lines = [HEADINGS, *rows]
    widths = [max(cells(line[column]) for line in lines) for column in range(len(HEADINGS))]
    for line in lines:
        padded = (text + " " * (width - cells(text)) for text, width in zip(line, widths, strict=True))
        yield ("  " + "  ".join(padded)).rstrip()


def _legend(rows: Sequence[tuple[str, ...]]) -> str:
    unknown = " ? is not known." if any("?" in cell for row in rows for cell in row[:-1]) else ""
    possible = any(row[-1].endswith(" (possible)") for row in rows)
    return unknown + (" (possible) depends on a condition that could not be decided." if possible else "")

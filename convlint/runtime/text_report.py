"""The text report of one model: a table of layers, a small picture of the dead pixels, and the totals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TextIO

from convlint.report.screen import Screen, cells
from convlint.runtime.result import Failure, LayerResult, ModelResult

HEADINGS = ("layer", "kernel", "stride", "verdict", "skipped", "dead", "wasted MACs", "where")
LAYERS_SHOWN = 200
"""A table has at most so many rows; JSON has them all."""
_STYLES = {"dead": "error", "unproven": "warning", "gate-only": "warning", "branch": "note", "none": "quiet"}
_MEANINGS = {
    "dead": "dead: computed, and nobody reads it",
    "unproven": "unproven: the walk calls it dead, the proof did not hold",
    "gate-only": "gate-only: only a gate or a statistic reads it",
    "branch": "branch: somebody else reads it",
}


def write(result: ModelResult, stream: TextIO, screen: Screen) -> None:
    """Write everything about one model."""
    for line in _lines(result, screen):
        stream.write(line.rstrip() + "\n")


def write_failure(failure: Failure, stream: TextIO, screen: Screen) -> None:
    """One line for a model that could not be verified."""
    words = screen.paint("not verified", "error")
    stream.write(f"{screen.printable(failure.target)}: {words}: {screen.printable(failure.message)}\n")


def write_summary(outcomes: Sequence[ModelResult | Failure], stream: TextIO, screen: Screen) -> None:
    """One line for each of several models."""
    rows = [("model", "verdict", "dead MACs", "gate MACs", "skip/dead layers", "untouched weights", "method", "s")]
    failures = []
    for outcome in outcomes:
        if isinstance(outcome, Failure):
            failures.append(outcome)
            continue
        model = outcome.model
        dead = sum(layer.verdict == "dead" for layer in outcome.layers)
        skipping = sum(layer.verdict != "none" for layer in outcome.layers)
        rows.append((
            screen.printable(outcome.target), outcome.worst(), share(model["dead_macs"], model["macs"]),
            share(model["gate_macs"], model["macs"]), f"{skipping}/{dead}",
            share(model["untouched_weights"], model["weights"]), outcome.method, f"{sum(outcome.timings.values()):.1f}",
        ))  # fmt: skip
    for row in _table(rows):
        stream.write(row.rstrip() + "\n")
    for failure in failures:
        write_failure(failure, stream, screen)
    stream.write(f"{len(rows) - 1} verified, {len(failures)} not verified.\n")


def _lines(result: ModelResult, screen: Screen) -> Iterator[str]:
    size = "x".join(map(str, result.input_shape))
    yield screen.paint(screen.printable(result.target), "path") + f"  input {size}  {result.device}  by {result.method}"
    for why in result.fallbacks:
        yield f"  {screen.printable(why)}"
    for note in result.notes:
        yield f"  {screen.printable(note)}"
    if result.layers:
        yield ""
        yield from _layer_table(result.layers, screen)
        yield ""
        yield from _picture(result.layers, screen)
        for verdict, meaning in _MEANINGS.items():
            if any(layer.verdict == verdict for layer in result.layers):
                yield f"  {meaning}"
    else:
        yield "  no layer skips anything"
    yield from _totals(result)


def _layer_table(layers: Sequence[LayerResult], screen: Screen) -> Iterator[str]:
    rows = [HEADINGS]
    for layer in layers[:LAYERS_SHOWN]:
        dead = layer.dead_fraction or layer.gate_fraction
        wasted = layer.wasted_macs or layer.gate_macs
        rows.append((
            screen.printable(f"{layer.module or '-'} {layer.op.rpartition('.')[2]}"),
            "x".join(map(str, layer.kernel_size)), "x".join(map(str, layer.stride)), layer.verdict,
            f"{layer.skipped_fraction:.1%}", f"{dead:.1%}" if dead else "-", short(wasted) if wasted else "-",
            screen.path(f"{layer.path}:{layer.line}") if layer.path else "",
        ))  # fmt: skip
    for number, line in enumerate(_table(rows)):
        verdict = layers[number - 1].verdict if number else ""
        yield "  " + (screen.paint(line, _STYLES[verdict]) if verdict in ("dead", "unproven") else line)
    if len(layers) > LAYERS_SHOWN:
        yield f"  and {len(layers) - LAYERS_SHOWN:,} more layers"


def _picture(layers: Sequence[LayerResult], screen: Screen) -> Iterator[str]:
    """The middle of the input of the layer that wastes most."""
    worst = max(layers, key=lambda layer: (layer.dead_fraction, layer.gate_fraction, layer.skipped_fraction))
    if not worst.picture:
        return
    name = screen.printable(worst.module or worst.op)
    yield f"  the input of {name}, {'x'.join(map(str, worst.input_shape))}, around its middle:"
    styles = {"x": "read", "+": "note", "~": "warning", "o": "unread"}
    for row in worst.picture:
        yield "    " + "".join(screen.paint(sign, styles[sign]) if sign in styles else sign for sign in row)
    yield "  x read by this layer, + by somebody else, ~ by a gate or a statistic only, o by nobody"


def _totals(result: ModelResult) -> Iterator[str]:
    model = result.model
    yield ""
    proof = result.proof
    if model["dead_macs"]:
        part = f", {share(model['dead_macs_by_skipping'], model['macs'])} because layers skip them"
        yield f"  {of('multiply-accumulates', model['dead_macs'], model['macs'])} have results that nobody reads{part}"
    elif not model.get("unproven_macs"):
        yield f"  of {short(model['macs'])} multiply-accumulates, none has a result that nobody reads"
    if model.get("unproven_macs"):
        yield f"  unproven: {of('multiply-accumulates', model['unproven_macs'], model['macs'])}"
    if model["gate_macs"]:
        yield f"  {of('multiply-accumulates', model['gate_macs'], model['macs'])} are for a gate or a statistic only"
    if model["unread_input_pixels"]:
        yield f"  {of('input pixels', model['unread_input_pixels'], model['input_pixels'])} can never matter"
    if model["untouched_weights"]:
        yield f"  {of('weights', model['untouched_weights'], model['weights'])} can never touch a pixel at this size"
    if proof.get("claimed"):
        outcome = (
            "finite and equal bit for bit" if proof["nan"] and proof["random"] and proof["finite"] else "not proven"
        )
        again = f" (repeated with {proof['retry']})" if proof["retry"] else ""
        yield f"  proof: {proof['claimed']:,} dead values overwritten with NaN, then random numbers: {outcome}{again}"
    if result.unknown_ops:
        yield f"  unknown operations, so that all they read counts as live: {', '.join(result.unknown_ops)}"


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(cells(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(text + " " * (width - cells(text)) for text, width in zip(row, widths, strict=True))


def of(what: str, part: int, whole: int) -> str:
    """``375.7 M of 3.858 G multiply-accumulates (9.7%)``."""
    return f"{short(part)} of {short(whole)} {what} ({share(part, whole)})"


def share(part: int, whole: int) -> str:
    """A part in per cent; ``0`` where there is none, never rounded to it."""
    if not part:
        return "0"
    percent = 100 * part / whole
    return f"{percent:.1f}%" if percent >= 0.05 else "<0.1%"


def short(number: int) -> str:
    """``3.858 G``: a large number with four digits."""
    for unit, size in (("T", 10**12), ("G", 10**9), ("M", 10**6), ("k", 10**3)):
        if number >= size:
            return f"{number / size:.4g} {unit}"
    return str(number)

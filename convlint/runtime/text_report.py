"""The text report of one model: a table of layers, a small picture of the dead pixels, and the totals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TextIO

from convlint.environment import PACKAGE_FOLDERS
from convlint.network.geometry import dead_fraction
from convlint.report.screen import Screen, cells
from convlint.runtime.result import Failure, LayerResult, ModelResult

HEADINGS = ("layer", "kernel", "stride", "skips", "verdict", "its MACs", "where")
LAYERS_NAMED = 3
"""So many layers are named on a line."""
SHORTENED = 100_000
"""Numbers from here on are shortened."""
LAYERS_SHOWN = 200
"""A table has at most so many rows; JSON has them all."""
_STYLES = {"dead": "error", "unproven": "warning", "gate-only": "warning", "branch": "note", "none": "quiet"}
_MEANINGS = {
    "dead": "dead: so many of its input's values are computed, and nobody reads them",
    "unproven": "unproven: the walk calls what it skips dead, the proof did not hold",
    "gate-only": "gate-only: so many of its input's values only a gate or a statistic reads",
    "branch": "branch: somebody else reads what it skips",
    "not run": "not run: it was built, and the forward pass does not reach it",
}
EDGE = "(edge)"
"""After the part that is skipped, where no position inside is."""
SAME = "(same)"
"""In place of a cost that an earlier row has, of the same values."""
_SIGNS = {
    "x": ("read", "read by this layer"),
    "+": ("note", "by somebody else"),
    "~": ("warning", "by a gate or a statistic only"),
    "o": ("unread", "by nobody"),
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
    rows = [("model", "verdict", "dead MACs", "gate MACs", "skipping", "dead", "untouched weights", "method", "s")]
    failures = []
    for outcome in outcomes:
        if isinstance(outcome, Failure):
            failures.append(outcome)
            continue
        model = outcome.model
        dead = sum(layer.verdict == "dead" for layer in outcome.layers)
        skipping = sum(layer.verdict not in ("none", "not run") for layer in outcome.layers)
        rows.append((
            screen.printable(outcome.target), outcome.worst(), share(model["dead_macs"], model["macs"]),
            share(model["gate_macs"], model["macs"]), str(skipping), str(dead),
            share(model["untouched_weights"], model["weights"]), outcome.method, f"{sum(outcome.timings.values()):.1f}",
        ))  # fmt: skip
    for row in _table(rows) if len(rows) > 1 else ():
        stream.write(row.rstrip() + "\n")
    for failure in failures:
        write_failure(failure, stream, screen)
    stream.write(f"{len(rows) - 1} verified, {len(failures)} not verified.\n")
    if len(rows) > 1:
        stream.write(
            "skipping: layers that leave positions of their input unread; dead: those where nobody reads them;\n"
            "dead MACs: multiply-accumulates whose results nobody reads, because of skipping or for any other reason.\n"
        )


def _lines(result: ModelResult, screen: Screen) -> Iterator[str]:
    size = "x".join(map(str, result.input_shape))
    how = {"export": "graph by torch.export", "fx": "graph by torch.fx", "hooks": "watched as it ran"}[result.method]
    yield screen.paint(screen.printable(result.target), "path") + f"  input {size}, {result.device}, {how}"
    for why in result.fallbacks:
        yield f"  {screen.printable(why)}"
    for note in result.notes:
        yield f"  {screen.printable(note)}"
    if result.layers:
        yield ""
        yield from _layer_table(result.layers, screen)
        yield from _legend(result.layers)
        yield from _picture(result.layers, screen)
    else:
        yield "  no layer skips anything"
    yield from _totals(result, screen)


def _layer_table(layers: Sequence[LayerResult], screen: Screen) -> Iterator[str]:
    rows = [HEADINGS]
    for layer in layers[:LAYERS_SHOWN]:
        rows.append((
            screen.printable(f"{layer.module or '-'} {layer.op.rpartition('.')[2]}"),
            "x".join(map(str, layer.kernel_size)), "x".join(map(str, layer.stride)),
            skip_words(layer), verdict_words(layer), cost_words(layer),
            screen.path(place_words(layer)),
        ))  # fmt: skip
    for number, line in enumerate(_table(rows)):
        verdict = layers[number - 1].verdict if number else ""
        yield "  " + (screen.paint(line, _STYLES[verdict]) if verdict in ("dead", "unproven") else line)
    if len(layers) > LAYERS_SHOWN:
        yield f"  and {len(layers) - LAYERS_SHOWN:,} more layers"


def skip_words(layer: LayerResult) -> str:
    """The part of the positions that a layer does not read, and whether that is an edge that its stride leaves over."""
    return f"{layer.skipped_fraction:.1%}" + (f" {EDGE}" if _only_an_edge(layer) else "")


def _only_an_edge(layer: LayerResult) -> bool:
    """Whether its taps meet every residue of its stride: then only what is behind its last step is left."""
    return layer.skipped_fraction > 0 and dead_fraction(layer.kernel_size, layer.stride, layer.dilation) == 0


def verdict_words(layer: LayerResult) -> str:
    """The verdict, and the part of the values of the layer's input that it is about."""
    part = layer.dead_fraction if layer.verdict == "dead" else layer.gate_fraction
    return f"{layer.verdict} {part:.1%}" if layer.verdict in ("dead", "gate-only") else layer.verdict


def cost_words(layer: LayerResult) -> str:
    """What the values that a layer skips cost; a dash where that is nothing."""
    if not (layer.wasted_macs or layer.gate_macs):
        return "-"
    return SAME if layer.same_input_as else short(layer.wasted_macs or layer.gate_macs)


def place_words(layer: LayerResult) -> str:
    """Where a layer was built, an installed file from its package on."""
    path = layer.path
    for folder in PACKAGE_FOLDERS:
        path = path.rpartition(f"/{folder}/")[2]
    return f"{path}:{layer.line}" if path else ""


def _legend(layers: Sequence[LayerResult]) -> Iterator[str]:
    """What the columns say, where they say it."""
    for verdict, meaning in _MEANINGS.items():
        if any(layer.verdict == verdict for layer in layers):
            yield f"  {meaning}"
    if any(_only_an_edge(layer) for layer in layers):
        yield f"  {EDGE}: only the last rows or columns, as the stride does not divide this size; another size has none"
    costs = {cost_words(layer) for layer in layers[:LAYERS_SHOWN]} - {"-"}
    if costs:
        same = f"; {SAME}: the same values as in a row above, counted there" if SAME in costs else ""
        yield f"  its MACs: multiply-accumulates that are done only for values that it skips{same}"
    yield ""


def _picture(layers: Sequence[LayerResult], screen: Screen) -> Iterator[str]:
    """The middle of the input of the layer that wastes most."""
    worst = max(layers, key=lambda layer: (layer.dead_fraction, layer.gate_fraction, layer.skipped_fraction))
    if not worst.picture:
        return
    name = screen.printable(worst.module or worst.op)
    yield f"  the input of {name}, {'x'.join(map(str, worst.input_shape))}, around its middle:"
    for row in worst.picture:
        yield "    " + "".join(screen.paint(sign, _SIGNS[sign][0]) if sign in _SIGNS else sign for sign in row)
    seen = [f"{sign} {words}" for sign, (_, words) in _SIGNS.items() if any(sign in row for row in worst.picture)]
    yield "  " + ", ".join(seen)


def most_untouched(result: ModelResult) -> str:
    """The layers with the most weights that can never touch a pixel, and how many."""
    worst = sorted(result.untouched.items(), key=lambda each: (-each[1], each[0]))
    words = ", ".join(f"{name or '-'} ({short(count)})" for name, count in worst[:LAYERS_NAMED])
    return words + (f" and {len(worst) - LAYERS_NAMED:,} more" if len(worst) > LAYERS_NAMED else "")


def _totals(result: ModelResult, screen: Screen) -> Iterator[str]:
    model = result.model
    yield ""
    proof = result.proof
    if model["dead_macs"]:
        part = because(model["dead_macs_by_skipping"], model["dead_macs"], model["macs"])
        yield f"  {of('multiply-accumulates', model['dead_macs'], model['macs'])} have results that nobody reads{part}"
    elif not model.get("unproven_macs"):
        yield f"  of {short(model['macs'])} multiply-accumulates, none has a result that nobody reads"
    if model.get("unproven_macs"):
        yield f"  unproven: {of('multiply-accumulates', model['unproven_macs'], model['macs'])}"
    if model["gate_macs"]:
        part = because(model["gate_macs_by_skipping"], model["gate_macs"], model["macs"])
        figures = of("multiply-accumulates", model["gate_macs"], model["macs"])
        yield f"  {figures} are for a gate or a statistic only{part}"
    if model["unread_input_pixels"]:
        yield f"  {of('input pixels', model['unread_input_pixels'], model['input_pixels'])} can never matter"
    if model["untouched_weights"]:
        figures = of("weights", model["untouched_weights"], model["weights"])
        yield f"  {figures} can never touch a pixel at this size: {screen.printable(most_untouched(result))}"
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


def because(skipped: int, part: int, whole: int) -> str:
    """How much of a part of the multiply-accumulates is there because layers skip positions."""
    if skipped == part:
        return ", because layers skip them"
    return f", {share(skipped, whole)} because layers skip them" if skipped else ", none because layers skip them"


def share(part: int, whole: int) -> str:
    """A part in per cent; ``0`` where there is none, never rounded to it."""
    if not part:
        return "0"
    percent = 100 * part / whole
    return f"{percent:.1f}%" if percent >= 0.05 else "<0.1%"


def short(number: int) -> str:
    """``3.858 G``: a large number with four digits; a smaller one, ``1,335``, as it is."""
    if number < SHORTENED:
        return f"{number:,}"
    for unit, size in (("T", 10**12), ("G", 10**9), ("M", 10**6)):
        if number >= size:
            return f"{number / size:.4g} {unit}"
    return f"{number / 1000:.4g} k"

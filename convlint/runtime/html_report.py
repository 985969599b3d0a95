"""The HTML report: one file that needs nothing else, a heat map for each affected tensor; light, dark and narrow."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import TextIO
from urllib.parse import quote

from convlint.runtime.launch import Outcome
from convlint.runtime.result import BRANCH, DEAD, GATE, READ, Failure, LayerResult, Map, ModelResult
from convlint.runtime.text_report import (
    EDGE,
    SAME,
    because,
    cost_words,
    most_untouched,
    place_words,
    share,
    short,
    skip_words,
    verdict_words,
)

COLORS = {READ: (0, 114, 178), BRANCH: (86, 180, 233), GATE: (230, 159, 0), DEAD: (213, 94, 0)}
"""Red, green and blue of each kind: four that people with any colour vision tell apart, on white and on black."""
FAINTEST = 90
"""The opacity, of 255, of a position of which hardly any channel is concerned."""
_WORDS = {
    READ: "read by the layer",
    BRANCH: "read by somebody else",
    GATE: "read by a gate only",
    DEAD: "read by nobody",
}
_STYLE = """
:root { color-scheme: light dark; --text: #1c2024; --back: #fff; --card: #f5f6f8; --line: #d5d9e0; --quiet: #5b6470;
  --dead: #c62a2f; --gate: #9a5b00; --branch: #3e5aa8; }
@media (prefers-color-scheme: dark) { :root { --text: #e8eaed; --back: #14161a; --card: #1e2127; --line: #363b44;
  --quiet: #a0a8b4; --dead: #ff7b7f; --gate: #f5b04a; --branch: #9db2f2; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 72rem; background: var(--back); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; overflow-wrap: anywhere; } * ~ h1 { border-top: 1px solid var(--line); margin-top: 3rem;
  padding-top: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
a { color: inherit; } .quiet { color: var(--quiet); } .dead, .unproven { color: var(--dead); font-weight: 600; }
.gate-only { color: var(--gate); font-weight: 600; } .branch { color: var(--branch); }
.totals { display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); gap: .75rem; padding: 0; }
.totals li, figure { list-style: none; background: var(--card); border: 1px solid var(--line); border-radius: .5rem;
  padding: .75rem; margin: 0; }
.totals b { display: block; font-size: 1.3rem; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: .875rem; width: 100%; }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
.maps { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(18rem, 100%), 1fr)); gap: .75rem; }
figure img { width: 100%; image-rendering: pixelated; background: var(--back); border: 1px solid var(--line); }
figure.whole { width: 12rem; } td.model { white-space: normal; min-width: 10rem; overflow-wrap: break-word; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
figcaption { font-size: .875rem; overflow-wrap: anywhere; }
.key span { display: inline-block; margin-right: 1rem; } .key i { display: inline-block; width: .9em; height: .9em;
  margin-right: .35em; vertical-align: -.1em; }
"""


def write(outcomes: Sequence[Outcome], stream: TextIO, folder: str = ".") -> None:
    """Write the whole document. ``folder`` is where relative source paths start, seen from the document."""
    title = outcomes[0].target if len(outcomes) == 1 else f"{len(outcomes)} models"
    stream.write('<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n')
    stream.write('<meta name="viewport" content="width=device-width, initial-scale=1">\n')
    stream.write(f"<title>convlint: {escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n")
    if len(outcomes) > 1:
        stream.writelines(line + "\n" for line in _overview(outcomes))
    for number, outcome in enumerate(outcomes):
        stream.write(f'<h1 id="model{number}">{_breakable(outcome.target)}</h1>\n')
        lines = _failure(outcome) if isinstance(outcome, Failure) else _model(outcome, folder)
        stream.writelines(line + "\n" for line in lines)
    stream.write("</body>\n</html>\n")


def _overview(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """A table with a line for each model, which leads to its part of the page."""
    yield f'<h1>{len(outcomes)} models</h1>\n<div class="scroll"><table><thead><tr><th>model</th><th>verdict</th>'
    yield '<th class="number">dead MACs</th><th class="number">gate MACs</th><th>input</th></tr></thead><tbody>'
    for number, outcome in enumerate(outcomes):
        link = f'<a href="#model{number}">{_breakable(outcome.target)}</a>'
        if isinstance(outcome, Failure):
            yield f'<tr><td class="model">{link}</td><td class="dead" colspan="4">not verified</td></tr>'
            continue
        model = outcome.model
        yield (
            f'<tr><td class="model">{link}</td><td class="{outcome.worst().replace(" ", "-")}">{outcome.worst()}</td>'
            f'<td class="number">{share(model["dead_macs"], model["macs"])}</td>'
            f'<td class="number">{share(model["gate_macs"], model["macs"])}</td>'
            f"<td>{'×'.join(map(str, outcome.input_shape))}</td></tr>"
        )
    yield "</tbody></table></div>"


def _breakable(target: str) -> str:
    """A target that a narrow page breaks between its parts."""
    return escape(target).replace("/", "/<wbr>").replace(":", ":<wbr>")


def _failure(failure: Failure) -> Iterator[str]:
    yield f'<p class="dead">Not verified: {escape(failure.message)}</p>'


def _model(result: ModelResult, folder: str) -> Iterator[str]:
    size = " × ".join(map(str, result.input_shape))
    how = "watched as it ran" if result.method == "hooks" else f"graph by torch.{escape(result.method)}"
    yield f'<p class="quiet">input {size}, on {escape(result.device)}, {how}</p>'
    for line in (*result.notes, *result.fallbacks):
        yield f'<p class="quiet">{escape(line)}</p>'
    yield from _totals(result)
    if result.layers:
        yield "<h2>Layers</h2>"
        yield from _table(result.layers, folder)
    else:
        yield "<p>No layer skips anything.</p>"
    figures = _figures(result.layers)
    if figures:
        yield "<h2>What becomes of what they skip</h2>"
        yield from _key({kind for map_, _ in figures for kind in _kinds(map_)})
        yield '<div class="maps">'
        yield from (_figure(map_, caption) for map_, caption in figures)
        yield "</div>"
    if result.input_map is not None:
        yield "<h2>The input</h2>"
        kinds = _kinds(result.input_map)
        yield from _key(kinds, {**_WORDS, READ: "can matter to the output"})
        yield '<div class="maps">'
        words = "every pixel can matter" if kinds == {READ} else "which pixels can matter"
        yield _figure(result.input_map, words, "whole" if kinds == {READ} else "")
        yield "</div>"


def _totals(result: ModelResult) -> Iterator[str]:
    model = result.model
    dead, gate = (
        because(model[f"{kind}_macs_by_skipping"], model[f"{kind}_macs"], model["macs"])
        if model[f"{kind}_macs"] else "" for kind in ("dead", "gate")
    )  # fmt: skip
    facts = [
        (share(model["dead_macs"], model["macs"]),
         f"of {short(model['macs'])} multiply-accumulates have results that nobody reads{dead}"),
        (share(model["gate_macs"], model["macs"]),
         f"of the multiply-accumulates are for a gate or a statistic only{gate}"),
        (share(model["unread_input_pixels"], model["input_pixels"]), "of the input's pixels can never matter"),
        (share(model["untouched_weights"], model["weights"]),
         f"of {short(model['weights'])} weights can never touch a pixel"
         + (f": {most_untouched(result)}" if result.untouched else "")),
    ]  # fmt: skip
    if model.get("unproven_macs"):
        facts.append(
            (share(model["unproven_macs"], model["macs"]), "of the multiply-accumulates look dead; not proven")
        )
    yield '<ul class="totals">'
    for figure, words in facts:
        yield f"<li><b>{figure}</b>{escape(words)}</li>"
    yield "</ul>"
    proof = result.proof
    if proof.get("claimed"):
        holds = proof["finite"] and proof["nan"] and proof["random"]
        outcome = "the output stayed finite and equal, bit for bit" if holds else "the claims could not be proven"
        yield f"<p>Proof: {proof['claimed']:,} dead values overwritten with NaN, then random numbers; {outcome}</p>"


_MACS = "multiply-accumulates that are done only for values that it skips"
_HEADS = {
    "layer": "", "verdict": "", "operation": "", "kernel": "", "stride": "", "dilation": "",
    "skips": "positions of its input that it does not read", "its MACs": _MACS, "source": "",
}  # fmt: skip
"""The columns of the table, and what is said of them where the pointer rests on them."""
_NUMBERS = ("skips", "its MACs")


def _table(layers: Sequence[LayerResult], folder: str) -> Iterator[str]:
    dilated = any(set(layer.dilation) - {1} for layer in layers)
    heads = {head: words for head, words in _HEADS.items() if dilated or head != "dilation"}
    yield '<div class="scroll"><table><thead><tr>'
    for head, words in heads.items():
        title = f' title="{words}"' if words else ""
        yield f"<th{_number_class(head)}{title}>{head}</th>"
    yield "</tr></thead><tbody>"
    for layer in layers:
        cells = (
            escape(layer.module or "-"),
            f'<span class="{layer.verdict.replace(" ", "-")}">{escape(verdict_words(layer))}</span>',
            escape(layer.op.rpartition(".")[2]), *(
                "×".join(map(str, sizes)) for sizes in (layer.kernel_size, layer.stride, layer.dilation)),
            skip_words(layer), cost_words(layer), _source(layer, folder),
        )  # fmt: skip
        columns = [(head, cell) for head, cell in zip(_HEADS, cells, strict=True) if head in heads]
        yield "<tr>" + "".join(f"<td{_number_class(head)}>{cell}</td>" for head, cell in columns) + "</tr>"
    yield "</tbody></table></div>"
    words = f"its MACs: {_MACS}"
    if any(cost_words(layer) == SAME for layer in layers):
        words += f"; {SAME}: the same values as in a row above, counted there"
    if any(EDGE in skip_words(layer) for layer in layers):
        words += f"; {EDGE}: only the last rows or columns, as the stride does not divide this size"
    yield f'<p class="quiet">{words}</p>'


def _number_class(head: str) -> str:
    return ' class="number"' if head in _NUMBERS else ""


def _source(layer: LayerResult, folder: str) -> str:
    if not layer.path:
        return ""
    # With a folder in front, no path can be read as an address with a scheme of its own.
    start = "" if layer.path.startswith("/") else f"{quote(folder)}/"
    return f'<a href="{start}{quote(layer.path)}#L{layer.line}">{escape(place_words(layer))}</a>'


def _figures(layers: Sequence[LayerResult]) -> list[tuple[Map, str]]:
    """A map and its words for each affected tensor: layers that skip the same of the same values share one."""
    shared: dict[tuple[str, Map], list[LayerResult]] = {}
    for layer in layers:
        if layer.map is not None:
            shared.setdefault((layer.same_input_as or layer.module or layer.op, layer.map), []).append(layer)
    return [(map_, _caption(readers)) for (_, map_), readers in shared.items()]


def _caption(readers: Sequence[LayerResult]) -> str:
    names = " and ".join(dict.fromkeys(layer.module or layer.op for layer in readers))
    return f"input of {names}, {'×'.join(map(str, readers[0].input_shape))}: {verdict_words(readers[0])}"


def _kinds(map_: Map) -> set[int]:
    return set(base64.b64decode(map_.kinds))


def _key(kinds: set[int], words: Mapping[int, str] = _WORDS) -> Iterator[str]:
    parts = []
    for kind in sorted(kinds):
        red, green, blue = COLORS[kind]
        parts.append(f'<span><i style="background: rgb({red} {green} {blue})"></i>{words[kind]}</span>')
    yield f'<p class="key">{"".join(parts)}</p>'


def _figure(map_: Map, caption: str, style: str = "") -> str:
    image = base64.b64encode(png(map_)).decode("ascii")
    words = escape(caption)
    size = f'width="{map_.columns}" height="{map_.rows}"'
    picture = f'<img alt="{words}" {size} style="height: auto" src="data:image/png;base64,{image}">'
    name = f' class="{style}"' if style else ""
    return f"<figure{name}>{picture}<figcaption>{words} ({map_.rows} × {map_.columns})</figcaption></figure>"


def png(map_: Map) -> bytes:
    """A map as a PNG image with one pixel for each position (PNG specification, ISO/IEC 15948: colour type 6)."""
    kinds, heat = base64.b64decode(map_.kinds), base64.b64decode(map_.heat)
    opaque = [FAINTEST + (255 - FAINTEST) * each // 255 for each in range(256)]
    pixels = {(kind, each): bytes((*COLORS[kind], opaque[each])) for kind in COLORS for each in set(heat)}
    rows = bytearray()
    for row in range(map_.rows):
        at = slice(row * map_.columns, (row + 1) * map_.columns)
        rows.append(0)
        rows += b"".join(pixels[pair] for pair in zip(kinds[at], heat[at], strict=True))
    header = struct.pack(">IIBBBBB", map_.columns, map_.rows, 8, 6, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

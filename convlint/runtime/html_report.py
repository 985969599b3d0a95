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
from convlint.runtime.text_report import of, share, short

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
h1 { font-size: 1.4rem; overflow-wrap: anywhere; } h2 { font-size: 1.1rem; margin-top: 2rem; }
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
figcaption { font-size: .875rem; overflow-wrap: anywhere; }
.key span { display: inline-block; margin-right: 1rem; } .key i { display: inline-block; width: .9em; height: .9em;
  margin-right: .35em; vertical-align: -.1em; }
"""


def write(outcomes: Sequence[Outcome], stream: TextIO) -> None:
    """Write the whole document."""
    title = outcomes[0].target if len(outcomes) == 1 else f"{len(outcomes)} models"
    stream.write('<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n')
    stream.write('<meta name="viewport" content="width=device-width, initial-scale=1">\n')
    stream.write(f"<title>convlint: {escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n")
    for outcome in outcomes:
        for line in _failure(outcome) if isinstance(outcome, Failure) else _model(outcome):
            stream.write(line + "\n")
    stream.write("</body>\n</html>\n")


def _failure(failure: Failure) -> Iterator[str]:
    yield f"<h1>{escape(failure.target)}</h1>"
    yield f'<p class="dead">Not verified: {escape(failure.message)}</p>'


def _model(result: ModelResult) -> Iterator[str]:
    size = " × ".join(map(str, result.input_shape))
    yield f"<h1>{escape(result.target)}</h1>"
    yield f'<p class="quiet">input {size}, on {escape(result.device)}, graph by {escape(result.method)}</p>'
    for line in (*result.notes, *result.fallbacks):
        yield f'<p class="quiet">{escape(line)}</p>'
    yield from _totals(result)
    if result.input_map is not None:
        yield "<h2>The input</h2>"
        yield from _key((READ, GATE, DEAD), {**_WORDS, READ: "can matter"})
        yield '<div class="maps">'
        yield _figure(result.input_map, "which positions can matter to the output")
        yield "</div>"
    if result.layers:
        yield "<h2>Layers</h2>"
        yield from _table(result.layers)
        yield "<h2>What becomes of what they skip</h2>"
        yield from _key((READ, BRANCH, GATE, DEAD))
        yield '<div class="maps">'
        for layer in result.layers:
            if layer.map is not None:
                yield _figure(layer.map, _caption(layer))
        yield "</div>"


def _totals(result: ModelResult) -> Iterator[str]:
    model = result.model
    facts = [
        (share(model["dead_macs"], model["macs"]), of("multiply-accumulates, whose results nobody reads",
         model["dead_macs"], model["macs"])),
        (share(model["gate_macs"], model["macs"]), "of the multiply-accumulates are for a gate or a statistic only"),
        (share(model["unread_input_pixels"], model["input_pixels"]), "of the input's pixels can never matter"),
        (share(model["untouched_weights"], model["weights"]),
         f"of {short(model['weights'])} weights can never touch a pixel"),
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


def _table(layers: Sequence[LayerResult]) -> Iterator[str]:
    heads = (
        "layer",
        "operation",
        "kernel",
        "stride",
        "dilation",
        "verdict",
        "skipped",
        "dead",
        "wasted MACs",
        "source",
    )
    yield '<div class="scroll"><table><thead><tr>'
    yield "".join(f"<th>{head}</th>" for head in heads)
    yield "</tr></thead><tbody>"
    for layer in layers:
        dead = layer.dead_fraction or layer.gate_fraction
        cells = (
            escape(layer.module or "-"), escape(layer.op.rpartition(".")[2]), *(
                "×".join(map(str, sizes)) for sizes in (layer.kernel_size, layer.stride, layer.dilation)),
            f'<span class="{layer.verdict.replace(" ", "-")}">{escape(layer.verdict)}</span>',
            f"{layer.skipped_fraction:.1%}", f"{dead:.1%}" if dead else "-",
            short(layer.wasted_macs or layer.gate_macs) if layer.wasted_macs or layer.gate_macs else "-",
            _source(layer),
        )  # fmt: skip
        yield "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
    yield "</tbody></table></div>"


def _source(layer: LayerResult) -> str:
    if not layer.path:
        return ""
    # With "./" in front, no path can be read as an address with a scheme of its own.
    start = "" if layer.path.startswith("/") else "./"
    words = escape(f"{layer.path}:{layer.line}")
    return f'<a href="{start}{quote(layer.path)}#L{layer.line}">{words}</a>'


def _caption(layer: LayerResult) -> str:
    shape = "×".join(map(str, layer.input_shape))
    return f"input of {layer.module or layer.op}, {shape}: {layer.verdict}"


def _key(kinds: Sequence[int], words: Mapping[int, str] = _WORDS) -> Iterator[str]:
    parts = []
    for kind in kinds:
        red, green, blue = COLORS[kind]
        parts.append(f'<span><i style="background: rgb({red} {green} {blue})"></i>{words[kind]}</span>')
    yield f'<p class="key">{"".join(parts)}</p>'


def _figure(map_: Map, caption: str) -> str:
    image = base64.b64encode(png(map_)).decode("ascii")
    words = escape(caption)
    size = f'width="{map_.columns}" height="{map_.rows}"'
    picture = f'<img alt="{words}" {size} style="height: auto" src="data:image/png;base64,{image}">'
    return f"<figure>{picture}<figcaption>{words} ({map_.rows} × {map_.columns})</figcaption></figure>"


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

"""Heat maps as image files, with axes and a legend. The only importer of matplotlib."""

from __future__ import annotations

import base64
import re
from pathlib import Path

from convlint.runtime.html_report import COLORS
from convlint.runtime.result import Map, ModelResult

INCHES = 5.0
"""The longer side of a heat map."""
NAMES = ("read by the layer", "read by somebody else", "read by a gate only", "read by nobody")


def write(result: ModelResult, folder: Path) -> list[Path]:
    """One file for the input and one for each layer that skips something. Returns their paths."""
    start = _plain(result.target)
    files = []
    if result.input_map is not None:
        files.append(_draw(result.input_map, "input", folder / f"{start}-input.png"))
    for number, layer in enumerate(result.layers):
        if layer.map is not None:
            name = layer.module or layer.op
            title = f"input of {name}: {layer.verdict}"
            files.append(_draw(layer.map, title, folder / f"{start}-{number:03}-{_plain(name)}.png"))
    return files


def _plain(name: str) -> str:
    """Letters, digits, dots and dashes only: no name of a model can lead out of the folder."""
    return re.sub(r"[^A-Za-z0-9.-]+", "_", name.rpartition("/")[2]).strip(".") or "model"


def _draw(map_: Map, title: str, file: Path) -> Path:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.colors import ListedColormap
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    kinds = base64.b64decode(map_.kinds)
    rows = [list(kinds[row * map_.columns : (row + 1) * map_.columns]) for row in range(map_.rows)]
    colors = ["#{:02x}{:02x}{:02x}".format(*COLORS[kind]) for kind in sorted(COLORS)]
    scale = INCHES / max(map_.rows, map_.columns)
    figure = Figure(
        figsize=(max(4.0, map_.columns * scale + 1), max(2.5, map_.rows * scale + 1.5)), layout="constrained"
    )
    axes = figure.subplots()
    axes.imshow(rows, cmap=ListedColormap(colors), vmin=0, vmax=len(colors) - 1, interpolation="nearest")
    axes.set_title(title, fontsize="small", parse_math=False)
    axes.set_xlabel("column")
    axes.set_ylabel("row")
    patches = [Patch(color=colors[kind], label=NAMES[kind]) for kind in sorted(set(kinds))]
    figure.legend(handles=patches, loc="outside lower center", ncols=2, fontsize="small")
    FigureCanvasAgg(figure)
    figure.savefig(file, format="png")
    return file

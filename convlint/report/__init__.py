"""Reports: findings, in; text, JSON, SARIF and annotations, out. One file for each format."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from convlint.network.graphs import ModelGraph
    from convlint.network.layers import Network
    from convlint.report.run import Run

_MODULES = {
    "text": "text",
    "concise": "concise",
    "json": "json_report",
    "github": "github",
    "sarif": "sarif",
    "gitlab": "gitlab",
    "junit": "junit",
}

FORMATS = tuple(_MODULES)
"""The names that ``--output-format`` takes."""

LAYER_FORMATS = ("text", "json")
"""The names that ``convlint layers --output-format`` takes."""

GRAPH_FORMATS = ("text", "dot")
"""The same with ``--graph``."""

DESCRIBE_RULES = frozenset({"sarif"})
"""The formats that say what each rule is about; the others need no rule to be loaded."""


def write(name: str, run: Run, stream: TextIO) -> None:
    """Write ``run`` in the format ``name`` (one of ``FORMATS``, else KeyError). Imports only that format's module."""
    import_module(f"convlint.report.{_MODULES[name]}").write(run, stream)


def write_layers(name: str, root: Path, network: Network, stream: TextIO, width: int = 100) -> None:
    """Write all layers of ``network`` as a ``text`` table or as the ``json`` document; ``LAYER_FORMATS`` names both."""
    if name == "json":
        from convlint.report import json_report

        json_report.write_layers(root, network, stream)
    elif name == "text":
        from convlint.report import layer_table

        layer_table.write_layers(network, stream, width)
    else:
        raise KeyError(name)


def write_graphs(name: str, models: Sequence[ModelGraph], stream: TextIO) -> None:
    """Write what models compute, as ``text`` or for Graphviz; ``GRAPH_FORMATS`` names both."""
    from convlint.report import graphs

    {"text": graphs.write_text, "dot": graphs.write_dot}[name](models, stream)

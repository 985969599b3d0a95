"""Tells what convlint itself has written about layers from a config that describes them."""

from __future__ import annotations

from convlint.frontends.config.nodes import Mapping, Node


def is_report(root: Node) -> bool:
    """Whether a file is what convlint wrote about layers, such as ``--output-format json``."""
    keys = root.entries if isinstance(root, Mapping) else {}
    return "version" in keys and ("root" in keys or "target" in keys) and ("findings" in keys or "layers" in keys)

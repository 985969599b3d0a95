"""Calls that a config asks for: the dotted name of a class or function, and arguments as plain trees."""

from __future__ import annotations

from dataclasses import dataclass, field

from convlint.frontends.config.nodes import Mapping, Node, Scalar, Source


@dataclass(slots=True, eq=False)
class Given:
    """A plain value that a call receives, and where it is written."""

    value: object
    node: Node


@dataclass(slots=True, eq=False)
class Listed:
    """A list or tuple of values."""

    items: list[Argument]
    node: Node
    is_tuple: bool = False


@dataclass(slots=True, eq=False)
class Keyed:
    """A mapping of values."""

    entries: dict[str, Argument]
    node: Node


@dataclass(slots=True, eq=False)
class Opaque:
    """A value that cannot be decided from the file."""

    detail: str
    node: Node


@dataclass(slots=True, eq=False)
class Call:
    """One instantiation: what is called, with what, and where that is written."""

    target: Scalar
    name: str
    """The dotted name that is called."""
    node: Mapping | Scalar
    path: str
    """Where in the file: ``model.encoder``."""
    positional: list[Argument] = field(default_factory=list)
    keywords: dict[str, Argument] = field(default_factory=dict)
    keys: dict[str, Scalar] = field(default_factory=dict)
    """The nodes of the keywords."""
    partial: bool = False
    """Arguments are bound, and nothing is called yet."""
    guessed: bool = False
    """The name may stand for something else: that nothing has it is no mistake."""
    asked_by: Source | None = None
    """The config that asks for it, where its target stands in another that is taken in."""
    bare: bool = False
    """The name is that of a class alone, which some file of the project defines."""
    registered: bool = False
    """A bare name counts only where a registry's decorator stands over the class."""
    repeats: int | None = None
    """YOLO's number of repeats: the channels of the line before go in front of the arguments, it goes behind the
    second where the class asks for it. None for calls that are written out."""


Argument = Given | Listed | Keyed | Opaque | Call

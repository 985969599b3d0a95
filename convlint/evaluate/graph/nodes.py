"""What ``forward`` computes, as a graph: operations that read tensors, function by function, shared where calls are."""

from __future__ import annotations

from typing import Any, NamedTuple

from convlint.evaluate.values import Span

SAME = "same"
"""Works on each position by itself: activations, sums, normalisation by stored statistics."""
NORM = "norm"
"""Works on each position, with statistics over many: group, instance and whole-map layer normalisation."""
WINDOW = "window"
"""A convolution, pool or unfold: ``info`` is a Window."""
POOL = "pool"
"""Gives one position from all of them."""
REDUCE = "reduce"
"""Reduces channels, position by position."""
MOVE = "move"
"""Puts values elsewhere, each of them once: ``info`` is what the backward walk calls the way (a Step)."""
PART = "part"
"""Gives some of the values: ``info`` is a Step."""
SHIFT = "shift"
"""Puts values further by known numbers of positions: ``info`` has one for each axis, the last one last."""
SLICE = "slice"
"""A strided slice: ``info`` has (start, step) for each axis."""
CAT = "cat"
"""Puts tensors side by side: ``info`` says whether along channels."""
JOIN = "join"
"""One tensor or the other, as a condition decides that is not known."""
ALL = "all"
"""Reads everything of its operands."""
OPAQUE = "opaque"
"""May read everything of its operands: it could not be followed."""
PORT = "port"
"""A tensor that the function is given: ``info`` is its number."""
CALL = "call"
"""A call of a function of the user's: ``info`` is its Graph."""
RESULT = "result"
"""A tensor that a call gives: ``info`` is its number."""

PASSING = frozenset({SAME, NORM, MOVE, PART, SHIFT, SLICE, CAT, JOIN})
"""Kinds whose results are no new values: whether they are wasted is asked of what they were computed from."""


class Step(NamedTuple):
    """A way in which the values of one tensor lie in another."""

    node: Node
    """The operation that did it. Two steps of one operation are the same movement."""
    which: int = 0
    group: Any = None
    """For parts: what tells them apart. Parts of one operation and one group, with different numbers ``which``, share
    nothing; None for a movement that leaves nothing out."""
    spatial: bool = False
    """Whether every value keeps its position."""
    order: tuple[int, ...] | None = None
    """For permutations: the axes, where they are known."""


class Window(NamedTuple):
    """The taps of a sliding window, one number for each spatial axis; ``padding`` is None where it is not known."""

    kernel_size: tuple[int, ...]
    stride: tuple[int, ...]
    dilation: tuple[int, ...]
    padding: tuple[int, ...] | None


Key = tuple[Span, tuple[int, ...], tuple[int, ...], tuple[int, ...]]
"""A layer as findings name it: the call that builds it, kernel size, stride and dilation."""


def slice_key(site: Span) -> Key:
    """The same for a strided slice, which its subscript alone names."""
    return site, (), (), ()


class Node:
    """One operation and the tensor that it gives. Compared by identity."""

    __slots__ = (
        "called", "channels", "graph", "info", "inputs", "keys", "kind", "known", "mixed", "number", "pooled", "rank",
        "read", "site", "solid", "sure", "words",
    )  # fmt: skip

    def __init__(self, graph: Graph, kind: str, inputs: tuple[Node, ...], info: Any = None) -> None:
        self.graph = graph
        self.kind = kind
        self.inputs = inputs
        self.info = info
        self.number = len(graph.nodes)
        self.pooled = False
        """Whether it has one position only."""
        self.rank: int | None = None
        """How many axes the tensor has, batch and channels included, where that is known."""
        self.channels: int | None = None
        """How many channels the tensor has, where that is known."""
        self.solid = False
        """Whether no spatial axis is one that is repeated beside another tensor: nothing was reduced on the way."""
        self.mixed = False
        """Whether it takes several tensors position by position, so that one of them may be repeated."""
        self.read = False
        """Whether anything was seen to read it."""
        self.site: Span | None = None
        """Where it is built, or called where nothing is built."""
        self.called: Span | None = None
        self.words = ""
        """What to call it in a message."""
        self.keys: tuple[Key, ...] = ()
        """The layers that it stands for, where it is a window; the subscript, where it is a strided slice."""
        self.known: Any = None
        """The module or function of torch that it is (a Known), where it is one that facts are told of."""
        self.sure = True
        """For those, calls and slices: whether it happens whenever its function runs; no condition is unknown."""
        graph.nodes.append(self)
        for each in inputs:
            each.read = True


class Graph:
    """What one function does with tensors."""

    __slots__ = ("doubts", "escaped", "lost", "name", "nodes", "outputs", "ports")

    def __init__(self, name: str, doubts: int = 0) -> None:
        self.name = name
        """The function's."""
        self.doubts = doubts
        """How many conditions that are not known led to the function: more inside of it are its own."""
        self.nodes: list[Node] = []
        self.ports: list[Node] = []
        self.outputs: tuple[Node, ...] = ()
        self.escaped: dict[Node, str] = {}
        """Tensors that something may read that is not followed, and what that is."""
        self.lost = ""
        """Why some reader may have been missed altogether; empty where none was."""

    def escape(self, node: Node, reason: str) -> None:
        """Something may read ``node`` that is not followed."""
        node.read = True
        self.escaped.setdefault(node, reason)

    def lose(self, reason: str) -> None:
        """A reader may have been missed."""
        self.lost = self.lost or reason


Form = tuple[bool, int | None, int | None, bool]
"""What is known of a tensor's shape: whether it has one position only, its rank, its channels, whether it is solid."""


def form_of(node: Node) -> Form:
    """The form of what a node gives."""
    return node.pooled, node.rank, node.channels, node.solid


def take_form(node: Node, form: Form) -> None:
    """Say that a node gives something of this form."""
    node.pooled, node.rank, node.channels, node.solid = form


def joined(yes: Node | None, no: Node | None) -> Node | None:
    """The tensor that is one or the other; None stands for a tensor that the input does not decide."""
    if yes is None or no is None or yes is no:
        return yes or no
    if yes.graph is not no.graph:
        yes.graph.lose("a tensor of another function")
        no.graph.lose("a tensor of another function")
        return yes
    node = Node(yes.graph, JOIN, (yes, no))
    node.pooled = yes.pooled and no.pooled
    node.rank = yes.rank if yes.rank == no.rank else None
    node.channels = yes.channels if yes.channels == no.channels else None
    node.solid = yes.solid and no.solid
    return node

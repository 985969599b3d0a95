"""What ``forward`` computes, as a graph: operations that read tensors, function by function, shared where calls are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from convlint.evaluate.sizes.shapes import Shape, same
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
"""One tensor or the other, as a condition decides that is not known: ``info`` is the decision."""
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


class Work(NamedTuple):
    """What a window at work is beside its taps."""

    per_value: int | None
    """The multiply-accumulates for each value that it gives: 0 for a pool; None where it is not known."""
    into: int | None
    """How many channels it takes, where that is one number and known."""
    weights: int | None
    """How many weights it has: 0 for a pool; None where it is not known."""
    ceil_mode: bool | None
    keeps_size: bool
    """Whether it is padded so that the size stays (``padding="same"``)."""
    zero_padded: bool
    """Whether what is put around the map says nothing: zeros, or nothing that a pool would choose."""


Key = tuple[Span, tuple[int, ...], tuple[int, ...], tuple[int, ...]]
"""A layer as findings name it: the call that builds it, kernel size, stride and dilation."""


Origins = tuple[Span | None, Span | None]
"""Where the kernel size and the stride of a layer are written."""


def slice_key(site: Span) -> Key:
    """The same for a strided slice, which its subscript alone names."""
    return site, (), (), ()


Arms = tuple[tuple[Any, bool], ...]
"""Decisions and how they were taken, in order."""


class Node:
    """One operation and the tensor that it gives. Compared by identity."""

    __slots__ = (
        "arms", "built_as", "called", "channels", "graph", "info", "inputs", "keys", "kind", "known", "macs", "mixed",
        "number", "origins", "pooled", "rank", "read", "several", "shape", "site", "solid", "sure", "under", "words",
        "work",
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
        self.origins: tuple[Origins, ...] = ()
        """The same of each of these layers."""
        self.built_as: tuple[Key, Origins] | None = None
        """The same as it was built, where its numbers have been changed since."""
        self.known: Any = None
        """The module or function of torch that it is (a Known), where it is one that facts are told of."""
        self.sure = True
        """For those, calls and slices: whether it happens whenever its function runs; no condition is unknown."""
        self.shape: Shape | None = None
        """The tensor's shape, where the network is followed for an input of known size."""
        self.several: list[Shape | None] | None = None
        """The shapes of the tensors of a tuple, where it stands for one that is not unpacked yet."""
        self.macs: int | None = 0
        """The multiply-accumulates that it takes, for an input of known size; None where that is not known."""
        self.arms: Arms = ()
        """The conditions that are not known on the way to it within its function, and how they were taken, where it
        multiplies anything."""
        self.under: Arms = ()
        """Of a window, the same for conditions that were open when the network was built: what its numbers hang on."""
        self.work: Work | None = None
        """What else a window is, where it is one and the network is followed for an input of known size."""
        graph.nodes.append(self)
        for each in inputs:
            each.read = True


class Graph:
    """What one function does with tensors."""

    __slots__ = ("begun", "doubts", "escaped", "lost", "misfit", "name", "nodes", "outputs", "ports")

    def __init__(self, name: str, begun: Collection[Any] = (), doubts: int = 0) -> None:
        self.name = name
        """The function's."""
        self.begun = begun
        """The decisions that were taken before it began."""
        self.misfit = False
        """Whether a convolution in it gets other channels than it takes, whatever the conditions: the size that the
        network is followed for is none of its."""
        self.doubts = doubts
        """How many of them were not forced: more inside of it are its own."""
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

    def release(self) -> None:
        """Let go of everything: nodes and graphs hold each other, and nobody looks for such circles meanwhile."""
        for node in self.nodes:
            node.inputs, node.info = (), None
            del node.graph
        self.nodes, self.ports, self.outputs = [], [], ()
        self.escaped.clear()

    def lose(self, reason: str) -> None:
        """A reader may have been missed."""
        self.lost = self.lost or reason


Form = tuple[bool, int | None, int | None, bool, "Shape | None"]
"""What is known of a tensor's shape: whether it has one position only, its rank, its channels, whether it is solid; and
the sizes of its axes."""


def form_of(node: Node) -> Form:
    """The form of what a node gives."""
    return node.pooled, node.rank, node.channels, node.solid, node.shape


def take_form(node: Node, form: Form) -> None:
    """Say that a node gives something of this form."""
    node.pooled, node.rank, node.channels, node.solid, node.shape = form


def arms_of(graph: Graph, taken: Mapping[Any, bool]) -> Arms:
    """The decisions of a path that were taken since ``graph`` began."""
    if len(taken) == len(graph.begun):
        return ()
    return tuple((decision, yes) for decision, yes in taken.items() if decision not in graph.begun)


def decided(node: Node | None, taken: Mapping[Any, bool]) -> Node | None:
    """The tensor that a tensor is where decisions are taken like this: of a join that they decide, one of the two."""
    while node is not None and node.kind == JOIN and node.info in taken:
        node = node.inputs[0 if taken[node.info] else 1]
    return node


def joined(decision: Any, yes: Node | None, no: Node | None) -> Node | None:
    """The tensor that is one or the other; None stands for a tensor that the input does not decide."""
    yes, no = decided(yes, {decision: True}), decided(no, {decision: False})
    if yes is None or no is None or yes is no:
        return yes or no
    if yes.graph is not no.graph:
        yes.graph.lose("a tensor of another function")
        no.graph.lose("a tensor of another function")
        return yes
    node = Node(yes.graph, JOIN, (yes, no), decision)
    node.pooled = yes.pooled and no.pooled
    node.rank = yes.rank if yes.rank == no.rank else None
    node.channels = yes.channels if yes.channels == no.channels else None
    node.solid = yes.solid and no.solid
    node.shape = same(yes.shape, no.shape)
    return node

"""Notes what operations do with tensors while ``forward`` is evaluated: the nodes of the graph are made here."""

from __future__ import annotations

from typing import Any

from convlint.evaluate.environment import Arguments
from convlint.evaluate.graph import operations, ranks
from convlint.evaluate.graph.arguments import (
    axes_of,
    axis_of,
    bounds_of,
    gives_one,
    is_channels,
    order_of,
    padding_of,
    plain,
    reduces_to,
    shift_of,
    slices_of,
)
from convlint.evaluate.graph.contents import tensors_in
from convlint.evaluate.graph.layers import LayerCall, contradicts, described, layer_of
from convlint.evaluate.graph.nodes import (
    ALL,
    CAT,
    JOIN,
    MOVE,
    OPAQUE,
    PART,
    POOL,
    REDUCE,
    SAME,
    SHIFT,
    SLICE,
    WINDOW,
    Graph,
    Node,
    Step,
    decided,
    slice_key,
)  # fmt: skip
from convlint.evaluate.paths import leaves, resolve
from convlint.evaluate.sizes import results
from convlint.evaluate.sizes.arguments import values_of
from convlint.evaluate.tensors.readers import ACTIVATIONS, Known
from convlint.evaluate.values import (
    HOLDING,
    Builtin,
    Class,
    Const,
    Instance,
    Iterator,
    List,
    Span,
    Tensor,
    Tuple,
    Unknown,
    Value,
)  # fmt: skip


class Tracer:
    """The graph of the function that runs now, while one ``forward`` is followed."""

    def __init__(self, name: str, sized: bool = False) -> None:
        self.graph = Graph(name)
        self.sized = sized
        """Whether the size of the input is known, and those of all tensors are to be."""
        self.machine: Any = None
        """The machine that runs the function."""
        self._sources: dict[int, tuple[Unknown, Node]] = {}
        self._known_elsewhere: dict[int, Instance] = {}
        """The objects that something got which is not followed: it may read what they are given later."""
        self.owners: list[LayerCall | None] = []
        """For each running function: the layer whose ``forward`` it is, where it is one of a class of the user's."""

    # --- nodes --------------------------------------------------------------------------------------------------------

    def node_of(self, tensor: Tensor) -> Node | None:
        """What gave a tensor; None where the network's input does not decide it."""
        node: Node | None = tensor.node
        if node is not None and node.kind == JOIN and self.machine is not None:
            node = decided(node, self.machine.path.taken)
        if node is None or node.graph is self.graph:
            return node
        node.graph.escape(node, "another function")
        return self.add(OPAQUE, (), words="a tensor of another function")

    def rank_of(self, tensor: Tensor) -> int | None:
        """How many axes a tensor has, where that is known."""
        node = self.node_of(tensor)
        return node.rank if node is not None else None

    def add(
        self, kind: str, inputs: tuple[Node, ...], info: Any = None, site: Span | None = None, words: str = ""
    ) -> Node:
        """A new node. It has one position where its operands have, and the operation keeps that."""
        node = Node(self.graph, kind, inputs, info)
        node.site, node.words = site, words
        node.rank = ranks.as_operands(kind, inputs)
        node.channels, node.solid = ranks.channels_of(kind, inputs), ranks.is_solid(kind, inputs)
        keeps = kind in operations.KEEPS_ONE_POSITION or kind in (PART, WINDOW, REDUCE)
        node.pooled = kind == POOL or (keeps and bool(inputs) and all(each.pooled for each in inputs))
        return node

    def nodes_in(self, *values: Any) -> tuple[Node, ...]:
        """What gave the tensors in some values, each once."""
        found = dict.fromkeys(self.node_of(tensor) for value in values for tensor in tensors_in(value))
        return tuple(node for node in found if node is not None)

    def source(self, unknown: Unknown) -> Node:
        """Stands for a value that is not known where a tensor is needed."""
        self.graph.lose("an operand that is not known")
        found = self._sources.get(id(unknown))
        if found is None or found[0] is not unknown or found[1].graph is not self.graph:
            found = self._sources[id(unknown)] = unknown, self.add(OPAQUE, (), words="a value that is not known")
        return found[1]

    def unseen(self, *values: Any, reason: str) -> None:
        """Something that is not followed gets ``values``."""
        for node in self.nodes_in(*values):
            self.graph.escape(node, reason)
        self._known_elsewhere.update({id(value): value for value in values if value.__class__ is Instance})

    def hold(self, target: Instance, *values: Any) -> None:
        """An object has ``values`` in its attributes."""
        if id(target) in self._known_elsewhere:
            self.unseen(*values, reason="an attribute")
        elif target.payload is None and any(next(tensors_in(value), None) is not None for value in values):
            target.payload = HOLDING

    def held(self, args: Arguments, made: Any) -> None:
        """A class gets ``args`` and gives ``made``: what that does not hold may be read by what is not followed."""
        values = (*args.positional, *args.keywords.values())
        inside = {id(tensor) for tensor in tensors_in(made)}
        for tensor in [tensor for value in values for tensor in tensors_in(value) if id(tensor) not in inside]:
            self.unseen(tensor, reason="a call that is not followed")

    def dropped(self, value: Any) -> None:
        """Nobody but those that were seen reads the tensors in ``value``."""
        for leaf in leaves(value):
            for node in self.nodes_in(leaf):
                node.read = True

    # --- called by the evaluator --------------------------------------------------------------------------------------

    def called(self, machine: Any, callee: Builtin, args: Arguments, result: Any, site: Span) -> None:
        """A modelled function or method gets ``args`` and gives ``result``."""
        if not self.sized:
            self._called(machine, callee, args, result, site)
            return
        macs, several = results.settle(machine, callee.name, args, result)
        self._called(machine, callee, args, result, site)
        results.measure(result, macs, several, machine.path.taken)

    def _called(self, machine: Any, callee: Builtin, args: Arguments, result: Any, site: Span) -> None:
        name = callee.name
        if name in operations.SHAPES_ONLY or name in operations.CONTAINERS:
            return
        target = args.positional[0] if args.positional else None
        if name in ("forward", "_conv_forward") and target.__class__ is Instance:
            fresh = result.__class__ is Tensor and result.node is None
            self._module(machine, target, args, result, site)
            if fresh and result.node is not None and target.payload.__class__ is Known:
                self._tell(machine, result.node, target.payload)
            return
        inputs = self.nodes_in(*args.positional, *args.keywords.values())
        if args.unknown is not None or (target.__class__ is Unknown and operations.of_function(name) != OPAQUE):
            self.graph.lose(f"an operand of {name} that is not known")
        if not inputs:
            return
        if result.__class__ is Tensor:
            if result.node is None:
                result.node = self._function(machine, name, args, inputs, site)
                if name in ACTIVATIONS:
                    self._tell(machine, result.node, Known(f"torch.nn.functional.{name}", site, ()))
        elif result.__class__ in (Tuple, List, Iterator):
            self._several(machine, name, args, result, inputs, site)
        elif result.__class__ not in (Const, Class):
            self.unseen(*args.positional, *args.keywords.values(), reason=name)

    def _tell(self, machine: Any, node: Node, known: Known) -> None:
        """Facts are told of what a node is."""
        node.known, node.sure = known, machine.path.doubts <= self.graph.doubts

    def _function(self, machine: Any, name: str, args: Arguments, inputs: tuple[Node, ...], site: Span) -> Node:
        layer = layer_of(machine, name, args, site)
        if layer is not None:
            return self._window(machine, layer, inputs, site)
        if name in operations.SPLITS:
            return self._split(machine, name, args, inputs)
        if name in operations.REDUCING:
            return self._reduction(machine, args, inputs, site, name)
        kind = operations.of_function(name)
        if name == "pad":
            return self._pad(inputs, padding_of(machine, args), site)
        if kind == POOL and not gives_one(machine, args, 1):
            kind = ALL
        if kind == MOVE:
            moved = self._step(inputs, site, name, order_of(machine, name, args))
            moved.rank = ranks.after_move(machine, name, args, inputs[0])
            moved.solid = moved.solid and not ranks.adds_axes(machine, name, args)
            return moved
        if kind == CAT:
            joined = self.add(
                CAT, inputs, name != "stack" and is_channels(axis_of(machine, args, 0), inputs[0].rank), site, name
            )
            joined.rank = ranks.beside(joined.rank, name == "stack")
            return joined
        made = self.add(kind, inputs, None, site, f"`{name}`")
        if name in ranks.KEEPING:
            made.rank, made.solid = inputs[0].rank, inputs[0].solid
        made.mixed = kind == SAME and name not in operations.PARAMETRIC and _count_tensors(args) > 1
        return made

    def _module(self, machine: Any, target: Instance, args: Arguments, result: Any, site: Span) -> None:
        """``forward`` of one of torch's own classes."""
        given = args.positional[1:]
        inputs = self.nodes_in(*given, *args.keywords.values())
        first = resolve(given[0], machine.path) if given else None
        if first.__class__ is Unknown:
            inputs = (self.source(first), *inputs)
        if not inputs or result.__class__ is not Tensor or result.node is not None:
            return
        layer = layer_of(machine, target, args, site)
        if layer is not None:
            result.node = self._window(machine, layer, inputs, site)
            return
        name = next((base.name for base in target.cls.mro if base.span is None), target.cls.name)
        kind = operations.of_module(name)
        if kind == POOL and not gives_one(machine, target, 0):
            kind = ALL
        if name.endswith(("Pad1d", "Pad2d", "Pad3d")):
            padding = target.attrs.get("padding")
            rank = int(name[-2])
            result.node = self._pad(inputs, shift_of(plain(machine, padding), rank) if padding else None, site)
        elif kind == MOVE:
            result.node = self._step(inputs, site, name)
        else:
            built = getattr(target.payload, "site", site)
            info = name if name in operations.RECURRENT else None
            result.node = self.add(kind, inputs, info, built, described(name))
            result.node.called = site
            if name in ranks.KEEPING:
                result.node.rank, result.node.solid = inputs[0].rank, inputs[0].solid

    def _window(self, machine: Any, layer: Any, inputs: tuple[Node, ...], site: Span) -> Node:
        owner = self.owners[-1] if self.owners else None
        if owner is not None and not contradicts(layer.numbers, owner.numbers):
            # The layer whose forward this is, at work: what one does not know, the other may.
            layer = layer._replace(key=layer.key if layer.window else owner.key, window=layer.window or owner.window)
        else:
            owner = None
        if layer.window is None:
            return self.add(ALL, inputs, None, layer.site, layer.words)
        node = self.add(WINDOW, inputs, layer.window, layer.site, layer.words)
        node.called = site
        if machine.forked:
            taken, before = machine.path.taken, machine.flow.decided_before
            node.under = tuple(
                [(each, taken[each]) for each in machine.forked if each in taken and each.number <= before]
            )
        node.rank = len(layer.window.stride) + 2 if layer.gives_map else 3
        node.rank = ranks.beside(node.rank, layer.gives_two)
        node.channels = layer.channels if not layer.keeps_channels else node.channels
        stands_for = {layer.key: layer.origins} | ({owner.key: owner.origins} if owner is not None else {})
        node.keys, node.origins = tuple(stands_for), tuple(stands_for.values())
        node.built_as = layer.built_as
        if self.sized:
            results.measure_window(node, layer, machine.path.taken)
        return node

    def _several(
        self, machine: Any, name: str, args: Arguments, result: Any, inputs: tuple[Node, ...], site: Span
    ) -> None:
        """A function that gives a tuple or list of new tensors."""
        items = result.items if result.items.__class__ is list or result.__class__ is Tuple else []
        fresh = [item for item in items if item.__class__ is Tensor and item.node is None]
        if not fresh and any(item.__class__ is Unknown for item in items):
            self.unseen(*args.positional, reason=name)
        if not fresh:
            return
        if name in operations.SPLITS:
            pieces = self._split(machine, name, args, inputs)
            for index, item in enumerate(fresh):
                item.node = self.piece(pieces, index)
            return
        whole = self.add(operations.of_function(name), inputs, None, site, f"`{name}`")
        for item in fresh:
            item.node = self.add(SAME, (whole,))

    def combined(self, machine: Any, op: str, values: tuple[Any, ...], span: Span | None = None) -> Tensor:
        """An operator gets its operands."""
        inputs = self.nodes_in(*values)
        made = Tensor()
        if inputs and op in ("T", "mT", "H", "mH"):
            made.node = self._step(inputs, span, op)
        elif inputs:
            made.node = self.add(ALL if op == "@" else SAME, inputs, None, span, f"`{op}`")
            made.node.mixed = sum(value.__class__ is Tensor for value in values) > 1
        if self.sized:
            shape, macs = results.combined(op, values)
            made.shape = values_of(shape)
            results.measure(made, macs, taken=machine.path.taken)
        return made

    def _pad(self, inputs: tuple[Node, ...], shift: tuple[int, ...] | None, site: Span) -> Node:
        return self._step(inputs, site, "pad") if shift is None else self.add(SHIFT, inputs[:1], shift, site)

    # --- parts --------------------------------------------------------------------------------------------------------

    def _step(
        self, inputs: tuple[Node, ...], site: Span | None, name: str, order: tuple[int, ...] | None = None
    ) -> Node:
        node = self.add(MOVE, inputs[:1], None, site, f"`{name}`")
        node.info = Step(node, order=order)
        for other in inputs[1:] if not name.endswith("_as") else ():  # they lend their shape
            self.graph.escape(other, name)
        return node

    def _split(self, machine: Any, name: str, args: Arguments, inputs: tuple[Node, ...]) -> Node:
        """The pieces together: the same values; ``info`` says whether each keeps its positions."""
        at = 1 if name == "unbind" else 2
        axis = axis_of(machine, args, 0, at)
        pieces = self.add(SAME, inputs[:1], name != "unbind" and is_channels(axis, inputs[0].rank))
        # Seen as one tensor, pieces have one more axis: the one along which they are taken.
        pieces.rank, pieces.channels = ranks.beside(pieces.rank, name != "unbind"), None
        return pieces

    def piece(self, pieces: Node, index: int) -> Node:
        """One of the pieces."""
        node = self.add(PART, (pieces,))
        node.info = Step(pieces, index, "pieces", pieces.kind == SAME and pieces.info is True)
        node.rank = pieces.rank - 1 if pieces.rank else None
        if pieces.several is not None:
            node.shape = pieces.several[index] if index < len(pieces.several) else None
        elif pieces.shape:
            node.shape = pieces.shape[1:]
        return node

    def unpacked(self, tensor: Tensor, parts: list[Any]) -> None:
        """``a, b = tensor``."""
        node = self.node_of(tensor)
        if node is not None:
            for index, part in enumerate(parts):
                part.node = self.piece(node, index)
                if self.sized:
                    results.measure(part, 0)

    def sliced(self, machine: Any, tensor: Tensor, key: Value, site: Span) -> Tensor:
        """``tensor[key]``."""
        if not self.sized:
            return self._sliced(machine, tensor, key, site)
        shape = results.subscripted(machine, tensor, resolve(key, machine.path))
        made = self._sliced(machine, tensor, key, site)
        made.shape = values_of(shape)
        results.measure(made, 0)
        return made

    def _sliced(self, machine: Any, tensor: Tensor, key: Value, site: Span) -> Tensor:
        made = Tensor()
        node = self.node_of(tensor)
        if node is None:
            if others := self.nodes_in(key):
                made.node = self.add(ALL, others, None, site, "a look-up")
            return made
        index = resolve(key, machine.path)
        if index.__class__ is Const and index.value.__class__ is int and index.value >= 0:
            made.node = self.piece(node, index.value)
        elif others := self.nodes_in(key):
            made.node = self.add(OPAQUE, (node, *others), None, site, "a look-up")
        else:
            made.node = self._slice(machine, node, index, site)
        return made

    def _slice(self, machine: Any, node: Node, key: Any, site: Span) -> Node:
        bounds = bounds_of(machine, key)
        axes = slices_of(machine, key) if bounds is None else None
        if axes is not None:
            if any(step > 1 for _, step in axes):
                taken = self.add(SLICE, (node,), axes, site, "the slice")
                taken.keys, taken.sure = (slice_key(site),), machine.path.doubts <= self.graph.doubts
                return taken
            return self.add(SHIFT, (node,), tuple(-start for start, _ in axes), site)
        made = self.add(PART, (node,), None, site)
        made.rank = ranks.after_subscript(key, node)
        made.solid = False  # one position may be left
        # No value is in both of two ranges of one axis of which one ends where the other begins.
        made.info = Step(node, *bounds) if bounds is not None else Step(made, 0, "some of it")
        return made

    def _reduction(self, machine: Any, args: Arguments, inputs: tuple[Node, ...], site: Span, name: str) -> Node:
        if name in ("max", "min") and len(inputs) > 1:
            larger = self.add(SAME, inputs, None, site, f"`{name}`")
            larger.mixed = True
            return larger
        axis = axis_of(machine, args, None)
        return self.add(reduces_to(axis, axes_of(machine, args), inputs[0].rank), inputs, None, site, f"`{name}`")


def _count_tensors(args: Arguments) -> int:
    """How many tensors an operation takes, parameters included."""
    return sum(value.__class__ is Tensor for value in (*args.positional, *args.keywords.values()))

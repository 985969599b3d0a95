"""Notes what operations do with tensors while ``forward`` is evaluated: the nodes of the graph are made here."""

from __future__ import annotations

from typing import Any

from convlint.evaluate.environment import Arguments
from convlint.evaluate.graph import operations
from convlint.evaluate.graph.contents import tensors_in
from convlint.evaluate.graph.layers import described, layer_of
from convlint.evaluate.graph.nodes import (
    ALL, CAT, MOVE, OPAQUE, PART, POOL, REDUCE, SAME, SHIFT, SLICE, WINDOW, Graph, Key, Node, Step,
)  # fmt: skip
from convlint.evaluate.paths import resolve
from convlint.evaluate.values import (
    Builtin,
    Const,
    Instance,
    Iterator,
    List,
    Slice,
    Span,
    Tensor,
    Tuple,
    Unknown,
    Value,
)  # fmt: skip


class Tracer:
    """The graph of the function that runs now, while one ``forward`` is followed."""

    def __init__(self) -> None:
        self.graph = Graph()
        self._sources: dict[int, tuple[Unknown, Node]] = {}
        self.owners: list[tuple[Key, ...]] = []
        """For each running function: the layer whose ``forward`` it is, where it is one of a class of the user's."""

    # --- nodes --------------------------------------------------------------------------------------------------------

    def node_of(self, tensor: Tensor) -> Node | None:
        """What gave a tensor; None where the network's input does not decide it."""
        node: Node | None = tensor.node
        if node is None or node.graph is self.graph:
            return node
        node.graph.escape(node, "another function")
        return self.add(OPAQUE, (), words="a tensor of another function")

    def add(
        self, kind: str, inputs: tuple[Node, ...], info: Any = None, site: Span | None = None, words: str = ""
    ) -> Node:
        """A new node. It has one position where its operands have, and the operation keeps that."""
        node = Node(self.graph, kind, inputs, info)
        node.site, node.words = site, words
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

    # --- called by the evaluator --------------------------------------------------------------------------------------

    def called(self, machine: Any, callee: Builtin, args: Arguments, result: Any, site: Span) -> None:
        """A modelled function or method gets ``args`` and gives ``result``."""
        name = callee.name
        if name in operations.SHAPES_ONLY or name in operations.CONTAINERS:
            return
        target = args.positional[0] if args.positional else None
        if name in ("forward", "_conv_forward") and target.__class__ is Instance:
            self._module(machine, target, args, result, site)
            return
        inputs = self.nodes_in(*args.positional, *args.keywords.values())
        if args.unknown is not None or (target.__class__ is Unknown and operations.of_function(name) != OPAQUE):
            self.graph.lose(f"an operand of {name} that is not known")
        if not inputs:
            return
        if result.__class__ is Tensor:
            if result.node is None:
                result.node = self._function(machine, name, args, inputs, site)
        elif result.__class__ in (Tuple, List, Iterator):
            self._several(machine, name, args, result, inputs, site)
        elif result.__class__ is not Const:
            self.unseen(*args.positional, *args.keywords.values(), reason=name)

    def _function(self, machine: Any, name: str, args: Arguments, inputs: tuple[Node, ...], site: Span) -> Node:
        layer = layer_of(machine, name, args, site)
        if layer is not None:
            return self._window(layer, inputs, site)
        if name in operations.SPLITS:
            return self._split(machine, name, args, inputs)
        if name in operations.REDUCING:
            return self._reduction(machine, args, inputs, site, name)
        kind = operations.of_function(name)
        if name == "pad":
            shift = _padding(machine, args)
            return self._step(inputs, site, "pad") if shift is None else self.add(SHIFT, inputs[:1], shift, site)
        if kind == POOL and not _gives_one(machine, args, 1):
            kind = ALL
        if kind == MOVE:
            return self._step(inputs, site, name, _order(machine, name, args))
        if kind == CAT:
            return self.add(CAT, inputs, name != "stack" and _axis(machine, args, 0) in (1, -3), site, name)
        return self.add(kind, inputs, None, site, f"`{name}`")

    def _module(self, machine: Any, target: Instance, args: Arguments, result: Any, site: Span) -> None:
        """``forward`` of one of torch's own classes."""
        given = args.positional[1:]
        inputs = self.nodes_in(*given, *args.keywords.values())
        first = resolve(given[0], machine.path) if given else None
        if first.__class__ is Unknown:
            inputs = (self.source(first), *inputs)  # type: ignore[arg-type]
        if not inputs or result.__class__ is not Tensor or result.node is not None:
            return
        layer = layer_of(machine, target, args, site)
        if layer is not None:
            result.node = self._window(layer, inputs, site)
            return
        name = next((base.name for base in target.cls.mro if base.span is None), target.cls.name)
        kind = operations.of_module(name)
        if kind == POOL and not _gives_one(machine, target, 0):
            kind = ALL
        if kind == MOVE:
            result.node = self._step(inputs, site, name)
        else:
            built = getattr(target.payload, "site", site)
            result.node = self.add(kind, inputs, None, built, described(name))

    def _window(self, layer: Any, inputs: tuple[Node, ...], site: Span) -> Node:
        if layer.window is None:
            return self.add(ALL, inputs, None, layer.site, layer.words)
        node = self.add(WINDOW, inputs, layer.window, layer.site, layer.words)
        owners = tuple(key for key in (self.owners[-1] if self.owners else ()) if key[1:] == layer.key[1:])
        node.keys = tuple(dict.fromkeys((layer.key, *owners)))
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

    def combined(self, op: str, values: tuple[Any, ...], span: Span | None = None) -> Tensor:
        """An operator gets its operands."""
        inputs = self.nodes_in(*values)
        made = Tensor()
        if inputs and op in ("T", "mT"):
            made.node = self._step(inputs, span, op)
        elif inputs:
            made.node = self.add(ALL if op == "@" else SAME, inputs, None, span, f"`{op}`")
        return made

    # --- parts --------------------------------------------------------------------------------------------------------

    def _step(
        self, inputs: tuple[Node, ...], site: Span | None, name: str, order: tuple[int, ...] | None = None
    ) -> Node:
        node = self.add(MOVE, inputs[:1], None, site, f"`{name}`")
        node.info = Step(node, order=order)
        for other in inputs[1:]:
            self.graph.escape(other, name)
        return node

    def _split(self, machine: Any, name: str, args: Arguments, inputs: tuple[Node, ...]) -> Node:
        """The pieces together: the same values; ``info`` says whether each keeps its positions."""
        at = 1 if name == "unbind" else 2
        axis = _axis(machine, args, 0, at)
        return self.add(SAME, inputs[:1], name != "unbind" and axis in (1, -3))

    def piece(self, pieces: Node, index: int) -> Node:
        """One of the pieces."""
        node = self.add(PART, (pieces,))
        node.info = Step(pieces, index, "pieces", pieces.kind == SAME and pieces.info is True)
        return node

    def unpacked(self, tensor: Tensor, parts: list[Any]) -> None:
        """``a, b = tensor``."""
        node = self.node_of(tensor)
        if node is not None:
            for index, part in enumerate(parts):
                part.node = self.piece(node, index)

    def sliced(self, machine: Any, tensor: Tensor, key: Value, site: Span) -> Tensor:
        """``tensor[key]``."""
        made = Tensor()
        node = self.node_of(tensor)
        if node is None:
            if others := self.nodes_in(key):
                made.node = self.add(ALL, others, None, site, "a look-up")
            return made
        plain = resolve(key, machine.path)
        if plain.__class__ is Const and plain.value.__class__ is int and plain.value >= 0:
            made.node = self.piece(node, plain.value)
        elif others := self.nodes_in(key):
            made.node = self.add(OPAQUE, (node, *others), None, site, "a look-up")
        else:
            made.node = self._slice(machine, node, plain, site)
        return made

    def _slice(self, machine: Any, node: Node, key: Any, site: Span) -> Node:
        axes = _slices(machine, key)
        if axes is not None:
            found, spatial = axes
            if spatial and any(step > 1 for _, step in found):
                return self.add(SLICE, (node,), found, site, "the slice")
            if spatial:
                return self.add(SHIFT, (node,), tuple(-start for start, _ in found), site)
        made = self.add(PART, (node,), None, site)
        bounds = _bounds(machine, key)
        # Of two ranges of one axis that do not meet, no value is in both; that is known where one ends as the other begins.
        made.info = Step(node, *bounds) if bounds is not None else Step(made, 0, "some of it")
        return made

    def _reduction(self, machine: Any, args: Arguments, inputs: tuple[Node, ...], site: Span, name: str) -> Node:
        if name in ("max", "min") and len(inputs) > 1:
            return self.add(SAME, inputs, None, site, f"`{name}`")
        axis = _axis(machine, args, None)
        return self.add(REDUCE if axis in (1, -3) else POOL, inputs, None, site, f"`{name}`")


def _plain(machine: Any, value: Any) -> Any:
    """A constant, or a tuple of them; None where it is not known."""
    value = resolve(value, machine.path)
    if isinstance(value, Const):
        return value.value
    items = value.items if isinstance(value, (Tuple, List)) else None
    if isinstance(items, (tuple, list)):
        found = tuple(_plain(machine, item) for item in items)
        return None if None in found else found
    return None


def _axis(machine: Any, args: Arguments, default: int | None, at: int = 1) -> int | None:
    """The one axis that an operation works along; None where it is not known, or not one."""
    given = args.keywords.get("dim", args.keywords.get("axis"))
    if given is None:
        given = args.positional[at] if len(args.positional) > at else None
    if given is None:
        return default
    found = _plain(machine, given)
    if isinstance(found, tuple) and len(found) == 1:
        found = found[0]
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _order(machine: Any, name: str, args: Arguments) -> tuple[int, ...] | None:
    if name != "permute":
        return None
    found = [_plain(machine, value) for value in (*args.positional[1:], *args.keywords.values())]
    axes = found[0] if len(found) == 1 and isinstance(found[0], tuple) else tuple(found)
    if any(not isinstance(axis, int) for axis in axes):
        return None
    return tuple(axis % len(axes) for axis in axes)


def _padding(machine: Any, args: Arguments) -> tuple[int, ...] | None:
    """How far ``F.pad`` moves positions, the last axis last."""
    given = args.keywords.get("pad", args.positional[1] if len(args.positional) > 1 else None)
    found = _plain(machine, given) if given is not None else None
    if not isinstance(found, tuple) or len(found) % 2 or not all(isinstance(each, int) for each in found):
        return None
    return tuple(reversed(found[::2]))


def _gives_one(machine: Any, given: Any, at: int) -> bool:
    """Whether an adaptive pool gives one position."""
    if isinstance(given, Instance):
        size = given.attrs.get("output_size")
    else:
        size = given.keywords.get("output_size", given.positional[at] if len(given.positional) > at else None)
    found = _plain(machine, size) if size is not None else None
    return found == 1 or (isinstance(found, tuple) and set(found) == {1})


def _slices(machine: Any, key: Any) -> tuple[tuple[tuple[int, int], ...], bool] | None:
    """(start, step) of each spatial axis of a subscript with open ends, where it is plain which axes these are."""
    items = key.items if isinstance(key, Tuple) else (key,)
    dots = [index for index, item in enumerate(items) if isinstance(item, Const) and item.value is ...]
    found: list[tuple[int, int]] = []
    for item in items:
        if isinstance(item, Const) and item.value is ...:
            continue
        if not isinstance(item, Slice):
            return None
        start, stop, step = (_bound(machine, each) for each in (item.lower, item.upper, item.step))
        start, step = 0 if start is None else start, 1 if step is None else step
        if stop is not None or not isinstance(start, int) or not isinstance(step, int) or start < 0 or step < 1:
            return None
        found.append((start, step))
    if dots == [0]:
        return tuple(found), bool(found)
    if dots or len(found) < 4 or found[:2] != [(0, 1), (0, 1)]:
        return None
    return tuple(found[2:]), True


def _bounds(machine: Any, key: Any) -> tuple[int, Any, bool] | None:
    """(which, group, spatial) of a subscript that takes ``[:n]`` or ``[n:]`` of one axis, and all of the others."""
    items = key.items if isinstance(key, Tuple) else (key,)
    found: tuple[int, Any, bool] | None = None
    for axis, item in enumerate(items):
        if not isinstance(item, Slice):
            return None
        lower, upper, step = (_bound(machine, each) for each in (item.lower, item.upper, item.step))
        if step not in (None, 1):
            return None
        if lower in (None, 0) and upper is None:
            continue
        if found is not None:
            return None
        if lower in (None, 0) and isinstance(upper, int) and upper > 0:
            found = 0, (axis, upper), axis == 1
        elif isinstance(lower, int) and lower > 0 and upper is None:
            found = 1, (axis, lower), axis == 1
        else:
            return None
    return found


class _NotKnown:
    """Stands for a bound that is given and not known."""


def _bound(machine: Any, value: Any) -> Any:
    value = resolve(value, machine.path)
    return value.value if isinstance(value, Const) else _NotKnown

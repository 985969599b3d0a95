"""Who reads which tensor: what calls do with tensors while ``forward`` is evaluated, noted function by function.

Readers are told apart within one activation of one function. What a function of the user's does with a tensor that it
is given is its own business: there the tensor counts as read, by something unknown. Notes go into the records beside
layers; ``convlint.evaluate.notes`` makes facts of them when all has been evaluated.
"""

from __future__ import annotations

from collections.abc import Iterator as Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from convlint.evaluate.environment import Arguments
from convlint.evaluate.paths import leaves, resolve
from convlint.evaluate.records import Record
from convlint.evaluate.tensor_ends import HANDED, RETURNED, Ends
from convlint.evaluate.tensor_readers import ACTIVATIONS, BuiltAt, Family, Known, Link, Product, Readers, note
from convlint.evaluate.tensor_slices import plain_arguments, read_grid, shifted_reads, sliced_axes
from convlint.evaluate.values import Builtin, Class, Function, Instance, List, Span, Tensor, Tuple, Value

if TYPE_CHECKING:
    from convlint.evaluate.machine import Machine

NOT_READING = frozenset(
    """size dim ndimension numel element_size is_floating_point is_contiguous data_ptr isinstance hasattr getattr len
    type id print str repr register_hook stride forward""".split()
)
"""Functions that look at a tensor from outside; ``forward`` is called by ``__call__``, which counts."""
GROWING = frozenset({"append", "insert", "extend"})
"""Methods of lists: what is put in is out of sight from then on, what is there already has been since it was put in."""
TRANSPARENT = frozenset(
    """Sequential Identity QuantStub DeQuantStub QuantWrapper DataParallel DistributedDataParallel
    FullyShardedDataParallel AveragedModel""".split()
)
"""Modules of torch that hand their input on as it is, to others or as their result."""
PASSING = tuple(
    "BatchNorm InstanceNorm GroupNorm LayerNorm Dropout ReLU SiLU GELU ELU Mish Hardswish Sigmoid Tanh".split()
)
"""Words in the names of modules that work on each position by itself."""
FILTERS = frozenset({"conv1d", "conv2d", "conv3d"})
"""Functions that make a slice of their result an ordinary way to subsample: first filtered, then thinned out."""
REARRANGING = frozenset({"reshape", "view", "permute", "transpose", "movedim", "contiguous"})
"""Functions whose result has the same values."""


TOLD = frozenset(
    """GroupNorm MultiheadAttention Upsample PixelUnshuffle InstanceNorm1d InstanceNorm2d InstanceNorm3d
    ReflectionPad1d ReflectionPad2d ReflectionPad3d CircularPad1d CircularPad2d CircularPad3d
    AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d AdaptiveMaxPool1d AdaptiveMaxPool2d
    AdaptiveMaxPool3d""".split()
)
"""Modules that are facts by themselves: rules ask about their arguments, or about the maps that they get."""


class TensorFlow:
    """What is known of the tensors of the present entry point."""

    def __init__(self) -> None:
        self._entry = -1
        self._alone: Instance | None = None
        self._families: dict[tuple[int, int], Family] = {}
        self._products: dict[int, tuple[Tensor, Product]] = {}
        self._records: dict[int, Record] = {}
        self.tracer: Any = None
        """Makes the graph of what is computed, while ``forward`` is followed for it (``convlint.evaluate.graph``)."""
        self.traced_since = 0
        """The machine's clock when it began."""
        self.decided_before = 0
        """How many conditions were open before: what is built hangs on them, and not what happens in ``forward``."""
        self.whole = False
        """Whether calls are followed as if their bodies stood in the caller: what is seen inside is used outside."""
        self.hooked = -1
        """The beginning (the machine's clock) of the last entry point in which a hook of the user's was registered."""
        self._layer_classes: dict[Class, bool] = {}
        self._filtered: dict[int, Tensor] = {}
        """What comes out of a function in ``FILTERS``, also rearranged."""
        self.loose: set[Span] = set()
        """The calls that build modules whose result something reads of which nothing is known."""
        self.ends = Ends()

    @contextmanager
    def within(self, target: Instance | None) -> Generator[bool]:
        """While ``forward`` of ``target`` runs for itself alone: what other modules do is not followed.

        Gives whether that is worth it; it is wherever ``target`` is None, and all is followed.
        """
        outer = self._alone
        self._alone = target
        try:
            yield target is None or target.cls.span is not None
        finally:
            self._alone = outer

    @contextmanager
    def in_one_piece(self) -> Generator[None]:
        """While what functions compute may be used outside of them."""
        outer, self.whole = self.whole, True
        try:
            yield
        finally:
            self.whole = outer

    def stays_outside(self, target: Any) -> bool:
        """Whether the module ``target`` of the user's is not to be followed."""
        return self._alone is not None and target.__class__ is Instance and not _is_torchs(target.cls)

    # --- called by the evaluator --------------------------------------------------------------------------------------

    def built(self, machine: Machine, made: Any, cls: Class, args: Arguments, site: Span) -> Any:
        """Note on an object of one of torch's own classes how it was built."""
        if (
            cls.span is None
            and made.__class__ is Instance
            and cls.name not in TRANSPARENT
            and cls.mro[-1].name == "Module"
        ):
            made.payload = self._construction(machine, made, cls, args, site)
            if cls.name in TOLD:
                machine.record.add(site, note(made.payload.op, site, made.payload), machine.path)
        elif made.__class__ is Instance and _is_chain(cls):
            if self.tracer is None:
                self._chained(machine, made)
        elif cls.span is not None and made.__class__ is Instance and self._is_layer(cls) and made.payload is None:
            made.payload = BuiltAt(site)
        return made

    def _is_layer(self, cls: Class) -> bool:
        """Whether a class of the user's is derived from a sliding window of torch's."""
        found = self._layer_classes.get(cls)
        if found is None:
            from convlint.evaluate.library.torch_layers import MODULES

            found = any(base.span is None and base.name in MODULES for base in cls.mro)
            self._layer_classes[cls] = found
        return found

    def _construction(self, machine: Machine, made: Instance, cls: Class, args: Arguments, site: Span) -> Known:
        """How an object of torch's was built. All copies of a remembered one were built with equal arguments."""
        from convlint.evaluate.library.torch_nn import parameters_of

        known = made.payload
        if known.__class__ is Known:
            return known if known.site == site else Known(known.op, site, known.arguments)
        known = Known(f"torch.nn.{cls.name}", site, plain_arguments(machine, args, parameters_of(cls.name)))
        if made.original is not None:
            made.original.payload = known
        return known

    def _chained(self, machine: Machine, made: Instance) -> None:
        """The neighbours in an ``nn.Sequential``, also where nobody is seen to call it."""
        from convlint.evaluate import memo

        before: Known | None = None
        row: list[Known] = []
        names = [name for name in made.attrs if name != "training"]
        children = [resolve(memo.read_attribute(machine, made, name), machine.path) for name in names]
        self.ends.chained(children, machine.record.scope.span, made.cls.span)
        for child in children:
            known = child.payload if child.__class__ is Instance and child.payload.__class__ is Known else None
            if before is not None and known is not None:
                readers = Readers(Family(Tensor()), {})
                readers.family.members[frozenset()] = readers
                readers.calls[(known.site, known.op)] = None
                link = Link(before, known, readers, True)
                self.ends.pairs.add((before.site, known.site))
                machine.record.add(known.site, note("succession", known.site, link), machine.path)
            row = self._row(machine, row, known) if known is not None else []
            before = known

    def passed(self, machine: Machine, args: Arguments, followed: bool = False) -> None:
        """A function of the user's gets ``args``, or something that is not ``followed``."""
        if self.tracer is not None:
            if not followed:
                self.unseen("a call that is not followed", *args.positional, *args.keywords.values())
            return
        for tensor in _tensors(args):
            self._unseen(machine, tensor)

    def held(self, machine: Machine, args: Arguments, made: Any) -> None:
        """A class gets ``args`` and gives ``made``: a list, a tuple or a dict holds its tensors, and reads none."""
        if self.tracer is not None:
            if made.__class__ is Instance and self._is_own(made):
                self.tracer.hold(made, *made.attrs.values())
            self.tracer.held(args, made)
        else:
            self.passed(machine, args)

    def stored(self, machine: Machine, target: Value, value: Any) -> None:
        """``target.name = value``: an object that was made on the way holds tensors as a list does.

        What a module keeps may be read in a later call, such as the buffer of a convolution that runs step by step.
        """
        if self.tracer is None:
            value.kept = True
            self._unseen(machine, value)
        elif target.__class__ is Instance and self._is_own(target):
            self.tracer.hold(target, value)
        else:
            self.unseen("an attribute", value)

    def _is_own(self, target: Any) -> bool:
        """Whether an object was made while ``forward`` is followed, and is no module."""
        return target.born > self.traced_since and not target.cls.derives_from_module

    def follows(self, args: Arguments) -> bool:
        """Whether a call gets tensors that are followed: each is itself, and no other of its shape."""
        return self.tracer is not None and self.tracer.concerns(args)

    def combined(self, machine: Machine, op: str, *values: Any, span: Span | None = None) -> Tensor:
        """An operator reads its operands."""
        if self.tracer is not None:
            made: Tensor = self.tracer.combined(machine, op, values, span)
            if made.shape is None and made.node is None:
                made.shape = _of_operator(op, values).shape
            return made
        for value in values:
            if value.__class__ is Tensor:
                self._unseen(machine, value)
        made = _of_operator(op, values)
        self.ends.computed(made)
        return made

    def called(self, machine: Machine, callee: Builtin, args: Arguments, result: Any, site: Span) -> None:
        """A modelled function or method gets ``args`` and gives ``result``."""
        name = callee.name
        target = args.positional[0] if args.positional else None
        keeps = self.tracer is None or not self.tracer.sized  # one that sizes all tensors does that itself
        if keeps and target.__class__ is Tensor and target.shape is not None and result.__class__ is Tensor:
            _keep_shape(machine, name, args, result)
        if self.tracer is not None:
            self.tracer.called(machine, callee, args, result, site)
            return
        if name in NOT_READING:
            return
        if name == "__call__" and target.__class__ is Instance:
            if _is_transparent(target):
                return
            known = target.payload if target.payload.__class__ is Known else None
        else:
            known = Known(f"torch.nn.functional.{name}", site, ()) if name in ACTIVATIONS else None
        if name in GROWING and target.__class__ is List:
            args = Arguments(args.positional[1:], args.keywords)
        tensors = _tensors(args)
        if tensors or known is not None:
            self._reads(machine, known, tensors, result, site)
        if known is None and name == "__call__" and target.__class__ is Instance and not _is_torchs(target.cls):
            self.ends.received(result)
        elif known is None:
            self.ends.computed(result)
        if result.__class__ is Tensor and (name in FILTERS or (name in REARRANGING and self._is_filtered(target))):
            self._filtered[id(result)] = result

    def returned(self, machine: Machine, function: Function, result: Any) -> None:
        """A function of the user's gave ``result``."""
        if self.tracer is None:
            for tensor in leaves(result):
                self.ends.received(tensor)
                entry = self._products.get(id(tensor))
                if entry is not None and entry[0] is tensor:
                    self.ends.give(entry[1].known, function.code.span, RETURNED)
                    self.ends.give(entry[1].known, machine.record.scope.span, RETURNED)

    def _is_filtered(self, tensor: Any) -> bool:
        return self._filtered.get(id(tensor)) is tensor

    def _reads(self, machine: Machine, known: Known | None, tensors: list[Tensor], result: Any, site: Span) -> None:
        row: list[Known] = []
        for tensor in tensors:
            if known is None:
                self._unseen(machine, tensor)
                continue
            readers = self._of(machine, tensor)
            readers.calls[(site, known.op)] = None
            self._strided(machine, readers, known, site)
            product = self._product(machine, tensor)
            if product is not None:
                readers.family.noted = True
                self.ends.pairs.add((product.known.site, known.site))
                link = Link(product.known, known, readers, product.site == site)
                machine.record.add(known.site, note("succession", known.site, link), machine.path)
                row = product.row
            else:
                self.ends.take(known, tensor, machine.record.scope.span)
        if known is not None and result.__class__ is Tensor:
            self._products[id(result)] = (
                result,
                Product(known, site, machine.record, self._row(machine, row, known)),
            )

    def sliced(self, machine: Machine, tensor: Tensor, key: Value, site: Span) -> Tensor:
        """``tensor[key]``."""
        if self.tracer is not None:
            taken: Tensor = self.tracer.sliced(machine, tensor, key, site)
            return taken
        part = Tensor()
        self.ends.computed(part)
        readers = self._of(machine, tensor)
        axes = sliced_axes(machine, key)
        others = readers.family.parent is not None or tensor.kept
        if axes is None or not axes or others or self._is_filtered(tensor):
            readers.read_unseen()
        elif any(step > 1 for _, _, step in axes):
            self._add_slice(machine, readers, site, axes)
        else:
            # A part that begins later, and goes on to the end: what reads it reads the whole, shifted.
            self._of(machine, part).family.parent = (readers, axes)
            readers.first = readers.first or site
        return part

    def unary(self, machine: Machine, op: str, tensor: Tensor, made: Tensor | None = None) -> Tensor:
        """``-tensor``, ``tensor.data``: one tensor gives another, of the same shape unless that is ``made``."""
        made = made or Tensor(tensor.shape)
        if self.tracer is not None:
            given = self.tracer.combined(machine, op, (tensor,))
            made.node, made.shape = given.node, made.shape or given.shape
        else:
            self.ends.computed(made)
        return made

    def gives_several(self, tensor: Tensor) -> bool:
        """Whether a tensor stands for a tuple of tensors whose shapes are known."""
        return self.tracer is not None and tensor.node is not None and tensor.node.several is not None

    def rank_of(self, tensor: Tensor) -> int | None:
        """How many axes a tensor has, where that is known while ``forward`` is followed."""
        found: int | None = self.tracer.rank_of(tensor) if self.tracer is not None else None
        return found

    def unpacked(self, tensor: Value, parts: list[Any]) -> list[Any]:
        """The parts of a tensor, in order."""
        if self.tracer is not None and tensor.__class__ is Tensor:
            self.tracer.unpacked(tensor, parts)
        return parts

    def unseen(self, reason: str, *values: Any) -> None:
        """Something that is not followed may read the tensors in ``values``."""
        if self.tracer is not None:
            self.tracer.unseen(*values, reason=reason)

    def dropped(self, value: Any) -> None:
        """A result that is known to be read by nobody but those that were seen."""
        if self.tracer is not None:
            self.tracer.dropped(value)

    def lost(self, reason: str) -> None:
        """Code was left out that may read tensors."""
        if self.tracer is not None:
            self.tracer.graph.lose(reason)

    # --- tensors ------------------------------------------------------------------------------------------------------

    def _of(self, machine: Machine, tensor: Tensor) -> Readers:
        if machine.entry_start != self._entry:
            self._entry = machine.entry_start
            for left in self._families.values():
                if not left.noted:
                    left.members.clear()  # they hold the family, in a circle
            self._families, self._products, self._records, self._filtered = {}, {}, {}, {}
            self.ends.forget()
        record = machine.record
        key = (id(record), id(tensor))
        family = self._families.get(key)
        if family is None:
            family = self._families[key] = Family(tensor)
            self._records[id(record)] = record  # keeps its identity taken
        path = machine.path
        found = family.members.get(path.key)
        if found is None:
            found = family.members[path.key] = Readers(family, path.taken)
        return found

    def _unseen(self, machine: Machine, tensor: Tensor) -> None:
        self._of(machine, tensor).read_unseen()
        product = self._product(machine, tensor)
        if product is not None:
            self.loose.add(product.known.site)
            self.ends.give(product.known, machine.record.scope.span, HANDED)

    def _product(self, machine: Machine, tensor: Tensor) -> Product | None:
        """How a tensor came about, where that was in the same activation."""
        entry = self._products.get(id(tensor))
        return entry[1] if entry is not None and entry[0] is tensor and entry[1].record is machine.record else None

    def _strided(self, machine: Machine, readers: Readers, known: Known, site: Span) -> None:
        """A convolution reads a tensor: where it skips on a grid, that is like a slice; else it reads everything."""
        reads = read_grid(known)
        if readers.family.parent is not None and reads is not None:
            parent, axes = readers.family.parent
            shifted = shifted_reads(axes, reads)
            if shifted is None:
                parent.read_unseen()
            else:
                self._add_slice(machine, parent, site, shifted)
        elif readers.family.parent is not None:
            readers.family.parent[0].whole = True
        if reads is None:
            readers.whole = True
        else:
            readers.slices[(site, ("grid", reads))] = None

    def _add_slice(self, machine: Machine, readers: Readers, site: Span, axes: Any) -> None:
        readers.slices[(site, axes)] = None
        if not readers.noted:
            readers.noted = readers.family.noted = True
            readers.first = readers.first or site
            made = note("slices", readers.first, readers)
            sure = machine.path.doubts == machine.record.birth.doubts
            self.ends.sliced.setdefault(machine.record.scope.span, {})[made] = sure
            machine.record.add(readers.first, made, machine.path)

    def _row(self, machine: Machine, row: list[Known], known: Known) -> list[Known]:
        """The convolutions in a row that end with ``known``, or that ``known`` leaves as they are."""
        name = known.op.rpartition(".")[2]
        if name.startswith("Conv") and not name.startswith("ConvTranspose"):
            longer = [*row, known]
            if len(longer) > 1:
                machine.record.add(known.site, note("stack", known.site, tuple(longer)), machine.path)
            return longer
        return row if any(word in name for word in PASSING) or name in ACTIVATIONS else []


def _tensors(args: Arguments) -> list[Tensor]:
    """The tensors among the arguments and in tuples and lists among them."""
    found: list[Tensor] = []
    for value in args.positional:
        if value.__class__ in _HOLDING:
            _add_tensors(found, value)
    for value in args.keywords.values():
        if value.__class__ in _HOLDING:
            _add_tensors(found, value)
    return found


def _add_tensors(found: list[Tensor], value: Any) -> None:
    if value.__class__ is Tensor:
        found.append(value)
    elif value.__class__ is Tuple or value.items.__class__ is list:
        found += [item for item in value.items if item.__class__ is Tensor]


_HOLDING = frozenset({Tensor, Tuple, List})


def _with_forward(cls: Class) -> Class | None:
    """The class that the ``forward`` of ``cls`` comes from."""
    for base in cls.mro:
        if "forward" in base.attrs:
            return base
    return None


def _is_torchs(cls: Class) -> bool:
    """Whether a class has its ``forward`` from torch."""
    found = _with_forward(cls)
    return found is None or found.span is None


def _is_chain(cls: Class) -> bool:
    """Whether a class is torch's Sequential, or one of the user's that leaves its ``forward`` as it is."""
    found = _with_forward(cls)
    return found is not None and found.span is None and found.name == "Sequential"


def _is_transparent(target: Instance) -> bool:
    return any(base.span is None and base.name in TRANSPARENT for base in target.cls.mro)


def _keep_shape(machine: Machine, name: str, args: Arguments, result: Tensor) -> None:
    """What is made of a tensor of known shape (a parameter, a table of positions) has a known shape, too."""
    from convlint.evaluate.sizes.results import settle

    settle(machine, name, args, result)


def _of_operator(op: str, values: tuple[Any, ...]) -> Tensor:
    """The result of an operator; its shape is known where those of the operands are."""
    if not any(value.__class__ is Tensor and value.shape is not None for value in values):
        return Tensor()
    from convlint.evaluate.sizes.arguments import values_of
    from convlint.evaluate.sizes.results import combined

    return Tensor(values_of(combined(op, values)[0]))

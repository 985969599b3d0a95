"""Who reads which tensor: noted function by function and path by path while ``forward`` is evaluated.

Readers are told apart within one activation of one function. What a function of the user's does with a tensor that it
is given is its own business: there the tensor counts as read, by something unknown. Notes go into the records beside
layers; ``convlint.evaluate.tensors.notes`` makes facts of them when all has been evaluated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convlint.evaluate.built.records import Record
from convlint.evaluate.paths import leaves, resolve
from convlint.evaluate.reuse import copies
from convlint.evaluate.tensors.ends import HANDED, RETURNED, Ends
from convlint.evaluate.tensors.readers import ACTIVATIONS, Family, Known, Link, Product, Readers, note
from convlint.evaluate.tensors.slices import read_grid, shifted_reads, sliced_axes
from convlint.evaluate.values import Function, Instance, Span, Tensor, Value

if TYPE_CHECKING:
    from convlint.evaluate.machine import Machine

PASSING = tuple(
    "BatchNorm InstanceNorm GroupNorm LayerNorm Dropout ReLU SiLU GELU ELU Mish Hardswish Sigmoid Tanh".split()
)
"""Words in the names of modules that work on each position by itself."""


class TensorReads:
    """Who reads the tensors of the present entry point."""

    def __init__(self) -> None:
        self._entry = -1
        """The beginning (the machine's clock) of the entry point whose tensors these are."""
        self._families: dict[tuple[int, int], Family] = {}
        self._products: dict[int, tuple[Tensor, Product]] = {}
        self._records: dict[int, Record] = {}
        self._filtered: dict[int, Tensor] = {}
        """What was filtered before it is sliced: that is an ordinary way to subsample."""
        self.loose: set[Span] = set()
        """The calls that build modules whose result something reads of which nothing is known."""
        self.ends = Ends()

    # --- what happens to tensors --------------------------------------------------------------------------------------

    def unseen(self, machine: Machine, tensor: Tensor) -> None:
        """Something reads a tensor of which nothing is known."""
        self.of(machine, tensor).read_unseen()
        product = self._product(machine, tensor)
        if product is not None:
            self.loose.add(product.known.site)
            self.ends.give(product.known, machine.record.scope.span, HANDED)

    def called(self, machine: Machine, known: Known | None, tensors: list[Tensor], result: Any, site: Span) -> None:
        """A call reads tensors and gives ``result``; ``known`` is what is called, where that is torch's."""
        row: list[Known] = []
        for tensor in tensors:
            if known is None:
                self.unseen(machine, tensor)
                continue
            readers = self.of(machine, tensor)
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

    def returned(self, machine: Machine, function: Function, result: Any) -> None:
        """A function of the user's gave ``result``."""
        for tensor in leaves(result):
            self.ends.received(tensor)
            entry = self._products.get(id(tensor))
            if entry is not None and entry[0] is tensor:
                self.ends.give(entry[1].known, function.code.span, RETURNED)
                self.ends.give(entry[1].known, machine.record.scope.span, RETURNED)

    def sliced(self, machine: Machine, tensor: Tensor, key: Value, site: Span) -> Tensor:
        """``tensor[key]``."""
        part = Tensor()
        self.ends.computed(part)
        readers = self.of(machine, tensor)
        axes = sliced_axes(machine, key)
        others = readers.family.parent is not None or tensor.kept
        if axes is None or not axes or others or self.is_filtered(tensor):
            readers.read_unseen()
        elif any(step > 1 for _, _, step in axes):
            self._add_slice(machine, readers, site, axes)
        else:
            # A part that begins later, and goes on to the end: what reads it reads the whole, shifted.
            self.of(machine, part).family.parent = (readers, axes)
            readers.first = readers.first or site
        return part

    def chained(self, machine: Machine, made: Instance) -> None:
        """The neighbours in an ``nn.Sequential``, also where nobody is seen to call it."""
        before: Known | None = None
        row: list[Known] = []
        names = [name for name in made.attrs if name != "training"]
        children = [resolve(copies.read_attribute(machine, made, name), machine.path) for name in names]
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

    def note_filtered(self, tensor: Tensor) -> None:
        """A tensor comes out of a filter, whatever was rearranged since."""
        self._filtered[id(tensor)] = tensor

    def is_filtered(self, tensor: Any) -> bool:
        """Whether it does."""
        return self._filtered.get(id(tensor)) is tensor

    # --- tensors ------------------------------------------------------------------------------------------------------

    def of(self, machine: Machine, tensor: Tensor) -> Readers:
        """Those of a tensor in the activation that runs, on the present path."""
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

"""Writes the tape while a forward pass runs, and numbers the operations of later passes in the same way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils._python_dispatch import TorchDispatchMode

from convlint.runtime.tape import Op, Ref, Storage, Tape

KEPT_ELEMENTS = 1 << 24
"""Index tensors of at most so many elements are kept; what is looked up by a larger one counts as read in whole."""


class Position:
    """Which module is running: recorders ask, whoever drives the pass tells."""

    def __init__(self) -> None:
        self.stack: list[tuple[str, int]] = []
        self.calls: dict[str, int] = {}

    def enter(self, module: str) -> None:
        """A module begins."""
        number = self.calls.get(module, 0)
        self.calls[module] = number + 1
        self.stack.append((module, number))

    def leave(self) -> None:
        """The innermost module ends."""
        if self.stack:
            self.stack.pop()

    @property
    def current(self) -> tuple[str, int]:
        """The innermost module that runs, and how often it had been called before."""
        return self.stack[-1] if self.stack else ("", 0)


class Numbered(TorchDispatchMode):
    """Numbers the operations of a pass as the tape does: views and operations without tensors have no number."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.count = 0

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        inputs = _addresses((*args, *kwargs.values()))
        result = function(*args, **kwargs)
        written = written_arguments(function, args, kwargs)
        if not is_recorded(function, result, inputs, written):
            return result
        self.operation(self.count, function, (*tensors_in(result), *extra_writes(result, written)))
        self.count += 1
        return result

    def operation(self, index: int, function: Any, outputs: Sequence[torch.Tensor]) -> None:
        """Called after operation ``index`` with what it wrote."""


class Recorder(TorchDispatchMode):
    """Writes a tape while a forward pass runs under it."""

    def __init__(
        self, inputs: Sequence[torch.Tensor], position: Position, frames: Callable[[], Any] | None = None
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.tape = Tape()
        self.position = position
        self.frames = frames
        self.known: dict[int, int] = {}
        # A storage's address is not given to another one while a weak reference to it lives.
        self.held: list[StorageWeakRef] = []
        self.tape.inputs = tuple(self._fresh(tensor, depends=True) for tensor in inputs)

    def finish(self, outputs: Any) -> Tape:
        """The tape, once the pass is over and has returned ``outputs``."""
        self.tape.outputs = tuple(self._ref(tensor) for tensor in tensors_in(outputs))
        return self.tape

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        given = bound_arguments(function, args, kwargs)
        arguments = {name: self._refs(value) for name, value in given.items()}
        inputs = _addresses((*args, *kwargs.values()))
        constants = self._constants(function, given)
        result = function(*args, **kwargs)
        written = written_arguments(function, args, kwargs)
        if function.overloadpacket.__name__ == "lift_fresh":
            self._fresh(result, depends=False)
        if is_recorded(function, result, inputs, written):
            self._record(function, arguments, constants, result, written, inputs)
        return result

    def _record(
        self,
        function: Any,
        arguments: Mapping[str, Any],
        constants: Mapping[str, Any],
        result: Any,
        written: Any,
        inputs: Any,
    ) -> None:
        reads = tuple(ref for ref in refs_in(arguments.values()) if self.tape.depends(ref))
        leaves = [*result] if isinstance(result, (tuple, list)) else [result]
        outputs: list[Ref | None] = []
        held = set(inputs)
        for leaf in leaves:
            for tensor in leaf if isinstance(leaf, (tuple, list)) else (leaf,):
                outputs.append(self._written(tensor, held, bool(reads)) if isinstance(tensor, torch.Tensor) else None)
        outputs += (self._written(tensor, held, bool(reads)) for tensor in extra_writes(result, written))
        name = str(function)
        module, call = self.position.current
        self.tape.ops.append(
            Op(
                index=len(self.tape.ops),
                name=name.removesuffix(".default"),
                function=function,
                arguments=arguments,
                outputs=tuple(outputs),
                reads=reads,
                constants=constants,
                pointwise=torch.Tag.pointwise in function.tags,
                module=module,
                call=call,
                frames=self.frames() if self.frames is not None and is_windowed(name) else (),
            )
        )

    def _written(self, tensor: torch.Tensor, held: set[int], depends: bool) -> Ref:
        """The window that an operation wrote; memory that is not among ``held`` is new, and is added to it."""
        if address(tensor) in held:
            ref = self._ref(tensor)
            self.tape.storages[ref.storage].depends |= depends
            return ref
        held.add(address(tensor))
        return self._fresh(tensor, depends)

    def _fresh(self, tensor: torch.Tensor, depends: bool) -> Ref:
        storage = tensor.untyped_storage()
        self.known[address(tensor)] = len(self.tape.storages)
        self.held.append(StorageWeakRef(storage))  # type: ignore[no-untyped-call]
        itemsize = tensor.element_size()
        self.tape.storages.append(Storage(storage.nbytes() // itemsize, itemsize, depends))
        return self._ref(tensor)

    def _ref(self, tensor: torch.Tensor) -> Ref:
        number = self.known.get(address(tensor))
        if number is None:
            return self._fresh(tensor, depends=False)
        return Ref(
            number,
            tuple(tensor.shape),
            tuple(tensor.stride()),
            int(tensor.storage_offset()),
            tensor.element_size(),
            tensor.is_floating_point(),
        )

    def _refs(self, value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            return self._ref(value)
        if isinstance(value, (list, tuple)):
            return [self._refs(each) for each in value]
        return value

    def _constants(self, function: Any, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Copies of the index tensors of an operation that looks up by index."""
        if function.overloadpacket.__name__ not in _INDEXED:
            return {}
        names = [name for name in ("index", "indices") if name in given]
        tensors = [tensor for name in names for tensor in tensors_in(given[name])]
        if any(self.tape.depends(self._ref(each)) or each.numel() > KEPT_ELEMENTS for each in tensors):
            return dict.fromkeys(names)
        return {name: _copied(given[name]) for name in names}


def _copied(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_copied(each) for each in value]
    return value.detach().to("cpu", copy=True) if isinstance(value, torch.Tensor) else value


_PLAIN = frozenset({int, float, bool, str, type(None), torch.dtype, torch.device, torch.layout, torch.memory_format})
"""What holds no tensor: most of the arguments of most operations."""
_INDEXED = frozenset({"index", "index_select", "gather", "embedding", "take"})
_WINDOWED = ("aten.convolution.", "aten.max_pool", "aten.avg_pool", "aten.im2col")


def is_windowed(name: str) -> bool:
    """Whether an operation slides a window over its input."""
    return name.startswith(_WINDOWED)


def address(tensor: torch.Tensor) -> int:
    """What identifies a tensor's storage while it lives."""
    return int(tensor.untyped_storage()._cdata)


def _addresses(arguments: Sequence[Any]) -> set[int]:
    """What identifies the storages of an operation's arguments."""
    found = set()
    for each in arguments:
        if isinstance(each, torch.Tensor):
            found.add(address(each))
        elif type(each) not in _PLAIN:
            found.update(map(address, tensors_in(each)))
    return found


def tensors_in(value: Any) -> Iterator[torch.Tensor]:
    """All tensors inside lists, tuples, dictionaries, dataclasses and plain objects, in order, each once."""
    seen: set[int] = set()
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if type(each) in _PLAIN:
            continue
        if isinstance(each, torch.Tensor):
            yield each
        elif isinstance(each, (list, tuple, set)):
            waiting += reversed(list(each))
        elif isinstance(each, Mapping):
            waiting += reversed(list(each.values()))
        elif hasattr(each, "__dict__") and not isinstance(each, type) and id(each) not in seen:
            seen.add(id(each))
            waiting += reversed(list(vars(each).values()))


def refs_in(value: Any) -> Iterator[Ref]:
    """All Refs inside lists."""
    if isinstance(value, Ref):
        yield value
    elif not isinstance(value, (str, int, float)) and hasattr(value, "__iter__"):
        for each in value:
            yield from refs_in(each)


def bound_arguments(function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of an operation by their names, with torch's defaults."""
    bound = {argument.name: argument.default_value for argument in function._schema.arguments}
    for argument, value in zip(function._schema.arguments, args, strict=False):
        bound[argument.name] = value
    bound.update(kwargs)
    return bound


def written_arguments(function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[torch.Tensor, ...]:
    """The arguments that an operation writes into."""
    if not function._schema.is_mutable:
        return ()
    bound = bound_arguments(function, args, kwargs)
    names = [a.name for a in function._schema.arguments if a.alias_info is not None and a.alias_info.is_write]
    return tuple(tensor for name in names for tensor in tensors_in(bound[name]))


def is_recorded(function: Any, result: Any, inputs: set[int], written: Sequence[torch.Tensor]) -> bool:
    """Whether an operation computed anything: what only returns or moves windows onto its arguments did not."""
    # A graph copies its constants where the model makes them anew: no input comes near either.
    if torch.Tag.inplace_view in function.tags or function.overloadpacket.__name__ == "lift_fresh_copy":
        return False
    returned = [result] if isinstance(result, torch.Tensor) else list(tensors_in(result))
    if written or not returned:
        return bool(written) or bool(inputs)
    return any(address(tensor) not in inputs for tensor in returned)


def extra_writes(result: Any, written: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """What an operation wrote into and did not return."""
    returned = {id(tensor) for tensor in tensors_in(result)}
    return [tensor for tensor in written if id(tensor) not in returned]

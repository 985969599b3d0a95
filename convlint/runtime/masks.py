"""How much each element of memory matters to the output: 0 not at all, 1 only through a gate or a statistic, 2 fully.

Levels of a whole tensor are one number where all elements agree, else a uint8 tensor of (or broadcastable to) its size.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from convlint.runtime.tape import Ref, Storage

DEAD, GATE, LIVE = 0, 1, 2
Levels = int | torch.Tensor


class Masks:
    """The levels of all storages, while the tape is walked backwards."""

    def __init__(self, storages: Sequence[Storage]) -> None:
        self.storages = storages
        self.levels: dict[int, Levels] = {}

    def touched(self, ref: Ref) -> bool:
        """Whether anything of the storage behind ``ref`` has a level above 0."""
        return ref.storage in self.levels

    def get(self, ref: Ref) -> Levels:
        """The levels of a window: a number, or a tensor of its size (not a view)."""
        held = self.levels.get(ref.storage, DEAD)
        if isinstance(held, int) or not ref.numel:
            return held if isinstance(held, int) else DEAD
        if not self._plain(ref):
            return int(held.max())
        if covers(ref, self.storages[ref.storage].numel):
            collapsed = compact(held)
            if isinstance(collapsed, int):
                self.levels[ref.storage] = collapsed
                return collapsed
        return held.as_strided(ref.size, ref.stride, ref.offset).clone()

    def raise_to(self, ref: Ref, levels: Levels) -> None:
        """Lift the elements of a window to at least ``levels``."""
        if (isinstance(levels, int) and levels == DEAD) or not ref.numel:
            return
        held = self.levels.get(ref.storage, DEAD)
        if isinstance(held, int) and held == LIVE:
            return
        if not self._plain(ref):
            levels = levels if isinstance(levels, int) else int(levels.max())
            self.levels[ref.storage] = max(levels, held) if isinstance(held, int) else held.clamp_(min=levels)
            return
        if isinstance(levels, int) and covers(ref, self.storages[ref.storage].numel):
            self.levels[ref.storage] = max(levels, held) if isinstance(held, int) else held.clamp_(min=levels)
            return
        self._raise_window(self._dense(ref.storage), ref, levels)

    def clear(self, ref: Ref) -> None:
        """Forget the levels of a window: going backwards, what it held before is another value."""
        if ref.storage not in self.levels or not self._plain(ref) or not ref.numel:
            return
        if covers(ref, self.storages[ref.storage].numel):
            del self.levels[ref.storage]
            return
        self._dense(ref.storage).as_strided(ref.size, ref.stride, ref.offset).zero_()

    def flat(self, storage: int) -> torch.Tensor:
        """The levels of a whole storage, one for each element."""
        return self._dense(storage)

    def _dense(self, storage: int) -> torch.Tensor:
        held = self.levels.get(storage, DEAD)
        if isinstance(held, int):
            held = torch.full((self.storages[storage].numel,), held, dtype=torch.uint8)
            self.levels[storage] = held
        return held

    def _plain(self, ref: Ref) -> bool:
        """Whether the window counts elements as its storage does; another type's view of it does not."""
        return ref.itemsize == self.storages[ref.storage].itemsize

    @staticmethod
    def _raise_window(flat: torch.Tensor, ref: Ref, levels: Levels) -> None:
        size, stride = list(ref.size), ref.stride
        for axis, step in enumerate(stride):
            if step == 0 and size[axis] > 1:
                if not isinstance(levels, int):
                    levels = full(levels, tuple(size)).amax(axis, keepdim=True)
                size[axis] = 1
        if not _overlaps(size, stride):
            window = flat.as_strided(size, stride, ref.offset)
            if isinstance(levels, int):
                window.clamp_(min=levels)
            else:
                torch.maximum(window, levels.expand(size), out=window)
            return
        places = torch.arange(flat.numel()).as_strided(size, stride, ref.offset)
        wanted = torch.full(size, levels, dtype=torch.uint8) if isinstance(levels, int) else levels.expand(size)
        for level in (GATE, LIVE):
            chosen = places[wanted >= level]
            flat[chosen] = flat[chosen].clamp(min=level)


def full(levels: Levels, size: Sequence[int]) -> torch.Tensor:
    """The levels as a tensor of exactly this size; it may be a view."""
    if isinstance(levels, int):
        return torch.full((1,) * len(size), levels, dtype=torch.uint8).expand(tuple(size))
    return levels.expand(tuple(size))


def compact(levels: Levels) -> Levels:
    """One number where all elements agree."""
    if isinstance(levels, int):
        return levels
    if not levels.numel():
        return DEAD
    least, most = levels.aminmax()
    return int(least) if bool(least == most) else levels


def most(*levels: Levels) -> Levels:
    """The greater level of each element."""
    result: Levels = DEAD
    for each in levels:
        if isinstance(each, int) and isinstance(result, int):
            result = max(each, result)
        elif isinstance(each, int):
            result = result if each == DEAD else result.clamp(min=each)  # type: ignore[union-attr]
        elif isinstance(result, int):
            result = each if result == DEAD else each.clamp(min=result)
        else:
            result = torch.maximum(result, each)
    return result


def at_most_gate(levels: Levels) -> Levels:
    """The same elements, but none above a gate."""
    return min(levels, GATE) if isinstance(levels, int) else levels.clamp(max=GATE)


def any_over(levels: Levels, axes: Sequence[int]) -> Levels:
    """The greatest level along some axes, which keep size 1."""
    if isinstance(levels, int) or not axes:
        return levels
    return levels.amax(tuple(axes), keepdim=True)


def covers(ref: Ref, numel: int) -> bool:
    """Whether a window shows every element of its storage once."""
    return ref.numel == numel and not _overlaps(ref.size, ref.stride)


def _overlaps(size: Sequence[int], stride: Sequence[int]) -> bool:
    """Whether two positions of a window may be one element; True where it is not plain that none are."""
    reach = 0
    for step, count in sorted((step, count) for step, count in zip(stride, size, strict=True) if count > 1):
        if step <= reach:
            return True
        reach += step * (count - 1)
    return False

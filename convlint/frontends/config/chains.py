"""Layers that a file lists one after the other, each naming what it reads: who else reads what one of them skips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from convlint.frontends.config.facts import Numbers
from convlint.network.geometry import read_fraction
from convlint.network.verdicts import BRANCH, DEAD, Reader, Verdict
from convlint.source import Place

Window = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]
"""Kernel size, stride and dilation by axis."""
MAX_READERS = 10_000
"""So many readers are looked at for one window; real networks have a few hundred layers in all."""


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of the list."""

    reader: Reader
    reads: tuple[int, ...]
    """The entries that it reads, all of which stand before it; what the network is given has the number -1."""
    window: Window | None = None
    """Through which it reads; None where it reads everything."""
    hands_on: bool = False
    """Whether it computes nothing: it adds or stacks what it reads, position by position."""


def link(words: str, place: Place, reads: Sequence[int], window: Window | None = None, hands_on: bool = False) -> Link:
    """An entry: ``the Conv``, where it stands, and what it reads."""
    return Link(Reader(words, place), tuple(reads), window, hands_on)


def plain(kernel_size: Numbers, stride: Numbers, dilation: Numbers) -> Window | None:
    """A window by axis, from one number for all axes or one for each; None where any is not known."""
    rank = max(len(kernel_size), len(stride), len(dilation))
    axes = []
    for numbers in (kernel_size, stride, dilation):
        sizes = tuple(size.value for size in numbers if isinstance(size.value, int) and size.value > 0)
        if len(sizes) != len(numbers) or len(sizes) not in (1, rank):
            return None
        axes.append(sizes if len(sizes) == rank else sizes * rank)
    return axes[0], axes[1], axes[2]


class Chain:
    """The entries of one file."""

    def __init__(self, links: Sequence[Link]) -> None:
        self.links = links
        self._readers: list[list[int]] = [[] for _ in links]
        self.sound = True
        """Whether every entry reads earlier ones only."""
        for index, each in enumerate(links):
            for read in dict.fromkeys(each.reads):
                if not -1 <= read < index:
                    self.sound = False
                elif read >= 0:
                    self._readers[read].append(index)

    def verdict(self, index: int) -> Verdict | None:
        """What becomes of the values that entry ``index`` skips; None where it reads the image, or it is not known."""
        own = self.links[index]
        if not self.sound or own.window is None or len(own.reads) != 1 or own.reads[0] < 0:
            return None
        use = _Use(index, own.window)
        above, seen = [own.reads[0]], {-1}  # nobody computes the image
        while above and not use.open:
            entry = above.pop()
            if entry in seen:
                continue
            seen.add(entry)
            if self._is_read(entry, use):
                continue
            if self.links[entry].hands_on:
                above += self.links[entry].reads
            else:
                use.lost.add(entry)
        return None if use.open else self._said(use)

    def _is_read(self, entry: int, use: _Use) -> bool:
        """Whether somebody beside the window reads all of ``entry``, also through what only hands it on."""
        below, seen = [*self._readers[entry]], {use.index}
        found = False
        while below and not use.open:
            reader = below.pop()
            if reader in seen:
                continue
            seen.add(reader)
            use.steps += 1
            of_reader = self.links[reader]
            if of_reader.hands_on and self._readers[reader]:
                below += self._readers[reader]
            elif of_reader.window == use.window:
                use.skipping.add(reader)
            elif of_reader.window is None or read_fraction(*of_reader.window) == 1:
                use.reading.add(reader)
                found = True
            else:
                use.open = True
            use.open |= use.steps > MAX_READERS
        return found

    def _said(self, use: _Use) -> Verdict | None:
        if not use.lost and not use.reading:
            return None  # it is the image that is handed on
        if not use.lost:
            return Verdict(BRANCH, tuple(self.links[reader].reader for reader in sorted(use.reading)))
        first, *others = [self.links[entry].reader for entry in sorted(use.lost)]
        words = " and ".join([first.words, *(other.words for other in others)])
        skipping = tuple(self.links[reader].reader for reader in sorted(use.skipping))
        return Verdict(DEAD, skipping, Reader(words, None if others else first.place))


class _Use:
    """What was found out about the values that one window skips."""

    def __init__(self, index: int, window: Window) -> None:
        self.index = index
        self.window = window
        self.reading: set[int] = set()
        self.skipping: set[int] = set()
        self.lost: set[int] = set()
        self.steps = 0
        self.open = False
        """Whether somebody reads some of them, and which ones was not looked at."""

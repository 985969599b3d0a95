"""Who else reads what a layer of a config skips, as far as the file tells: the verdicts that dialects give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from convlint.network.verdicts import BRANCH, DEAD, UNKNOWN, Reader, Verdict
from convlint.source import Place


class Input(NamedTuple):
    """What a layer reads: who computed it, and who else reads all of it."""

    words: str
    """``stage 1``."""
    reader: Reader | None = None
    """None where nobody does, if there is no ``reason`` either."""
    reason: str = ""
    """Why it is not known who does."""


def read_by(words: str, place: Place | None = None, by_hand: bool = False) -> Verdict:
    """Somebody reads the rest: ``the FPN``. ``by_hand``: the file says both numbers of the layer that skips it."""
    return Verdict(BRANCH, (Reader(words, place),), by_hand=by_hand)


def wasted(source: str, *skipping: str) -> Verdict:
    """Nobody uses the rest, which ``source`` computed; ``skipping`` read the same and skip the same."""
    return Verdict(DEAD, tuple(Reader(words) for words in skipping), Reader(source))


def not_told(reason: str) -> Verdict:
    """The file does not say."""
    return Verdict(UNKNOWN, reason=reason)


def not_read() -> Verdict:
    """What the file takes in cannot be read, and may say it."""
    return not_told("a base of this config that cannot be read")


def listed(words: Sequence[str]) -> str:
    """``res3``, ``res3 and res4``, ``res3, res4 and res5``."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def of_shortcuts(inputs: Sequence[Input]) -> Verdict:
    """The first blocks of stages whose shortcuts skip what their 1x1 convolutions skip, from what each block reads.

    What one of them loses for certain counts most; then what is not known.
    """
    lost = [each.words for each in inputs if each.reader is None and not each.reason]
    if lost:
        return wasted(listed(lost), "the shortcut")
    open_ones = [each.reason for each in inputs if each.reader is None]
    if open_ones:
        return not_told(open_ones[0])
    return Verdict(BRANCH, tuple(dict.fromkeys(each.reader for each in inputs if each.reader is not None)))

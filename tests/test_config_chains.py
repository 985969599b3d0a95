"""Lists of layers that name what they read: the verdict, against the positions that are read one by one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from convlint.frontends.config.chains import MAX_READERS, Chain, Link, Window, link, plain
from convlint.frontends.config.facts import OPEN, Number
from convlint.network.verdicts import BRANCH, DEAD
from convlint.source import Place

PERIOD = 12
"""A multiple of every stride below, so that what is read repeats."""
WINDOWS: tuple[Window, ...] = (
    ((1,), (2,), (1,)),
    ((3,), (2,), (2,)),
    ((1,), (3,), (1,)),
    ((2,), (3,), (1,)),
    ((3,), (2,), (1,)),
    ((3,), (1,), (1,)),
)


def entry(number: int, reads: list[int], window: Window | None = None, hands_on: bool = False) -> Link:
    return link(f"the layer {number}", Place("net.cfg", number, 1, number, 2), reads, window, hands_on)


@st.composite
def chains(draw: st.DrawFn) -> list[Link]:
    links: list[Link] = []
    for number in range(draw(st.integers(2, 9))):
        kind = draw(st.sampled_from(["window", "window", "all", "hands on"]))
        earlier = st.integers(max(-1, number - 4), number - 1)
        reads = draw(st.lists(earlier, min_size=1, max_size=3 if kind != "window" else 1))
        window = draw(st.sampled_from(WINDOWS)) if kind == "window" else None
        links.append(entry(number, reads, window, kind == "hands on"))
    return links


def positions_read(links: list[Link], number: int) -> set[int]:
    """Which positions of what entry ``number`` gives are read, modulo the period, by those who compute with them."""
    readers = [index for index, each in enumerate(links) if number in each.reads]
    found: set[int] = set()
    for reader in readers:
        window = links[reader].window
        if links[reader].hands_on and any(reader in each.reads for each in links):
            found |= positions_read(links, reader)
        elif window is None:
            found |= set(range(PERIOD))
        else:
            (kernel,), (stride,), (dilation,) = window
            steps = range(0, PERIOD, stride)
            found |= {(at + tap * dilation) % PERIOD for at in steps for tap in range(kernel)}
    return found


def computed(links: list[Link], number: int) -> set[int]:
    """The entries that computed what entry ``number`` hands on."""
    if number < 0:
        return set()
    if not links[number].hands_on:
        return {number}
    return {each for read in links[number].reads for each in computed(links, read)}


@given(chains())
def test_a_verdict_is_what_the_positions_say(links: list[Link]) -> None:
    chain = Chain(links)
    for number, each in enumerate(links):
        verdict = chain.verdict(number)
        if verdict is None or each.window is None:
            continue
        lost = {by for by in computed(links, each.reads[0]) if len(positions_read(links, by)) < PERIOD}
        reads_all = len(positions_read([entry(0, [-1]), entry(1, [0], each.window)], 0)) == PERIOD
        if not reads_all:
            assert verdict.name == (DEAD if lost else BRANCH)
            assert verdict.name == BRANCH or verdict.source is not None
            assert verdict.name == DEAD or verdict.readers


def test_who_reads_the_rest_is_named() -> None:
    skipping = WINDOWS[0]
    links = [entry(0, [-1]), entry(1, [0], skipping), entry(2, [0], skipping), entry(3, [0], WINDOWS[4])]
    verdict = Chain(links).verdict(1)
    assert verdict is not None
    assert (verdict.name, [reader.words for reader in verdict.readers]) == (BRANCH, ["the layer 3"])
    verdict = Chain(links[:3]).verdict(1)
    assert verdict is not None
    assert verdict.source is not None
    assert (verdict.name, verdict.source.words) == (DEAD, "the layer 0")
    assert [reader.words for reader in verdict.readers] == ["the layer 2"]


def test_what_cannot_be_told_has_no_verdict() -> None:
    skipping, other = WINDOWS[0], WINDOWS[2]
    assert Chain([entry(0, [-1], skipping)]).verdict(0) is None  # the image
    assert Chain([entry(0, [-1]), entry(1, [0], skipping), entry(2, [0], other)]).verdict(1) is None
    assert Chain([entry(0, [-1]), entry(1, [0], skipping), entry(2, [5])]).verdict(1) is None  # reads what comes later
    assert Chain([entry(0, [-1]), entry(1, [0])]).verdict(1) is None


def test_a_hostile_list_ends() -> None:
    """Entries that all hand on what all others hand on."""
    count = 600
    links = [entry(0, [-1])] + [entry(n, list(range(n)), None, True) for n in range(1, count)]
    links += [entry(count, [count - 1], WINDOWS[0]), entry(count + 1, [count])]
    assert count * count > MAX_READERS
    assert Chain(links).verdict(count) is None
    deep = [entry(0, [-1])] + [entry(n, [n - 1], None, True) for n in range(1, 5000)]
    verdict = Chain([*deep, entry(5000, [4999], WINDOWS[0])]).verdict(5000)
    assert verdict is None or verdict.name == DEAD


def test_a_window_has_a_number_for_each_axis() -> None:
    one, two, three = (Number(number) for number in (1, 2, 3))
    assert plain((three,), (two, one), (one,)) == ((3, 3), (2, 1), (1, 1))
    assert plain((three, three, three), (two, one), (one,)) is None
    assert plain((Number(OPEN),), (two,), (one,)) is None

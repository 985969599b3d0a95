"""The networks that an entry point builds and does not give: a script's, or those of ``main``, which trains one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from convlint.evaluate.built.records import Record
from convlint.evaluate.entry_points.entries import Entry
from convlint.evaluate.entry_points.trials import run_once
from convlint.evaluate.graph.follow import Verdicts
from convlint.evaluate.library.torch_modules import is_module
from convlint.evaluate.machine import Machine
from convlint.evaluate.paths import leaves
from convlint.evaluate.reuse import copies
from convlint.evaluate.values import Instance, Span

MAX_NETWORKS = 20
"""Where an entry point that gives none builds more networks than that, who uses what is not known."""


def follow_within(machine: Machine, verdicts: Verdicts, entries: Iterable[Entry]) -> None:
    """Follow ``forward`` of what entry points build where they were not followed themselves.

    A network is the outermost call that gave a module; what calls gave is remembered with what they built.
    """
    open_ended = [
        entry.root
        for entry in entries
        if id(entry.root) not in verdicts.outcomes.of
        and id(entry.root) not in verdicts.outcomes.partial
        and verdicts.wanted(entry.root)
    ]
    given = verdicts.given | given_modules(machine) if open_ended else {}
    for root in open_ended:
        networks = list(_networks(verdicts, root, given))
        for site, network in networks if len(networks) <= MAX_NETWORKS else ():

            def follow(site: Span = site, network: Instance = network, root: Record = root) -> None:
                copy = copies.copy(machine, network, None)
                verdicts.follow(machine, copy, site, root)
                verdicts.measure(machine, copy, site, root)

            run_once(machine, site, follow)


def given_modules(machine: Machine) -> dict[int, tuple[Instance, ...]]:
    """The modules that remembered calls gave, by the record of what the call built."""
    found: dict[int, tuple[Instance, ...]] = {}
    for hit, _ in machine.memo.values():
        modules = tuple([leaf for leaf in leaves(hit.result) if is_module(leaf)])
        if modules:
            found.update((id(child), modules) for _, child, _, _ in hit.calls)
    return found


def _networks(
    verdicts: Verdicts, root: Record, given: dict[int, tuple[Instance, ...]]
) -> Iterator[tuple[Span, Instance]]:
    """The outermost modules below a record that skip positions, each with the call that gave it."""
    stack: list[tuple[Span, Any]] = [(site, child) for site, child, _ in reversed(root.calls)]
    seen: set[int] = set()
    while stack:
        site, child = stack.pop()
        if not isinstance(child, Record) or id(child) in seen or not verdicts.leads_to_skip(child):
            continue
        seen.add(id(child))
        modules = given.get(id(child))
        if modules is not None:
            yield from ((site, module) for module in modules)
        else:
            stack += [(inner, below) for inner, below, _ in reversed(child.calls)]

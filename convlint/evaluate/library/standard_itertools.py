"""itertools: everything is worked out at once, and what has no end is cut where a loop would be."""

from __future__ import annotations

import itertools
from typing import Any

from convlint.evaluate import equality
from convlint.evaluate.budget import MAX_LOOP_TURNS
from convlint.evaluate.environment import Arguments, Raised
from convlint.evaluate.library.adapt import (
    attempt,
    bounded,
    builtin_table,
    give_up,
    integer,
    items,
    known,
    raw,
    run,
    take,
)  # fmt: skip
from convlint.evaluate.library.builtin_functions import filtered
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import arithmetic
from convlint.evaluate.objects.classes import make_class
from convlint.evaluate.paths import force
from convlint.evaluate.truth import truth
from convlint.evaluate.values import NONE, Builtin, Class, Const, Descriptor, Iterator, Span, Tuple, Unknown, Value


def contents(machine: Machine) -> dict[str, Value]:
    """The names of itertools."""
    chain = make_class("chain", (machine.modules.builtin_class("object"),), {})
    chain.make = _chain
    chain.attrs["from_iterable"] = Descriptor("staticmethod", Builtin("from_iterable", _chain_from))
    return {
        "chain": chain,
        **builtin_table(
            {
                "accumulate": _accumulate,
                "batched": _batched,
                "combinations": _chosen("combinations", itertools.combinations),
                "combinations_with_replacement": _chosen("combinations", itertools.combinations_with_replacement),
                "compress": _compress,
                "count": _count,
                "cycle": _cycle,
                "dropwhile": _while("dropwhile", False),
                "filterfalse": filtered("filterfalse", False),
                "groupby": _group,
                "islice": _slice,
                "pairwise": _pairs,
                "permutations": _chosen("permutations", itertools.permutations),
                "product": _product,
                "repeat": _repeat,
                "starmap": _star_map,
                "takewhile": _while("takewhile", True),
                "tee": _tee,
                "zip_longest": _zip_longest,
            }
        ),
    }


def _rows(rows: Any, site: Span) -> Iterator:
    """An iterator over tuples, within bounds."""
    return Iterator([Tuple(row) for row in bounded(rows, site)])


def _chain(machine: Machine, cls: Class, args: Arguments, site: Span) -> Value:
    parts = (item for source in known(args).positional for item in items(machine, source, site))
    return Iterator(bounded(parts, site))


def _chain_from(machine: Machine, args: Arguments, site: Span) -> Value:
    (sources,) = take(machine, args, "from_iterable", 1, "iterable")
    parts = (item for source in items(machine, sources, site) for item in items(machine, source, site))
    return Iterator(bounded(parts, site))


def _product(machine: Machine, args: Arguments, site: Span) -> Value:
    pools = [items(machine, source, site) for source in known(args).positional]
    times = integer(machine, args.keywords.get("repeat"), 1)
    if not 0 <= times * max(len(pools), 1) <= 64:
        give_up(Unknown("limit", "MAX_SEQUENCE", site))
    return _rows(itertools.product(*pools, repeat=times), site)


def _repeat(machine: Machine, args: Arguments, site: Span) -> Value:
    value, times = take(machine, args, "repeat", 1, "object", "times")
    count = integer(machine, times, MAX_LOOP_TURNS)
    return Iterator(bounded(attempt(itertools.repeat, value, count), site))


def _count(machine: Machine, args: Arguments, site: Span) -> Value:
    start, step = take(machine, args, "count", 0, "start", "step")
    first = 0 if start is None else raw(machine, start)
    by = 1 if step is None else raw(machine, step)
    return Iterator([Const(attempt(lambda index: first + index * by, index), site) for index in range(MAX_LOOP_TURNS)])


def _cycle(machine: Machine, args: Arguments, site: Span) -> Value:
    (source,) = take(machine, args, "cycle", 1, "iterable")
    found = items(machine, source, site)
    return Iterator(list(itertools.islice(itertools.cycle(found), MAX_LOOP_TURNS)))


def _accumulate(machine: Machine, args: Arguments, site: Span) -> Value:
    source, function, initial = take(machine, args, "accumulate", 1, "iterable", "func", "initial")
    plain = function is None or isinstance(function, Const)
    found = items(machine, source, site)
    if initial is not None and not (isinstance(initial, Const) and initial.value is None):
        found = [initial, *found]
    totals: list[Value] = found[:1]
    for item in found[1:]:
        if plain:
            totals.append(machine.apply(arithmetic.binary, machine, "+", totals[-1], item, site))
        else:
            totals.append(run(machine, function, site, totals[-1], item))
    return Iterator(totals)


def _slice(machine: Machine, args: Arguments, site: Span) -> Value:
    """``islice``: of an iterator it takes only what it needs."""
    if not 2 <= len(known(args).positional) <= 4:
        raise Raised("TypeError", "islice expected 2 to 4 arguments")
    source, *bounds = [force(value, machine.path) for value in args.positional]
    numbers = [integer(machine, bound) for bound in bounds]
    cut = attempt(lambda: slice(*numbers))
    if isinstance(source, Iterator):
        rest = source.items[source.position :]
        taken = len(range(*cut.indices(len(rest)))) and cut.indices(len(rest))[1]
        source.position += taken
        return Iterator(attempt(lambda: list(itertools.islice(rest, *numbers))))
    found = items(machine, source, site)
    return Iterator(attempt(lambda: list(itertools.islice(found, *numbers))))


def _chosen(name: str, choose: Any) -> Any:
    def call(machine: Machine, args: Arguments, site: Span) -> Value:
        source, size = take(machine, args, name, 1, "iterable", "r")
        found = items(machine, source, site)
        count = integer(machine, size, len(found))
        return _rows(attempt(choose, found, count), site)

    return call


def _compress(machine: Machine, args: Arguments, site: Span) -> Value:
    data, selectors = take(machine, args, "compress", 2, "data", "selectors")
    chosen = [raw(machine, selector) for selector in items(machine, selectors, site)]
    return Iterator(list(itertools.compress(items(machine, data, site), chosen)))


def _zip_longest(machine: Machine, args: Arguments, site: Span) -> Value:
    columns = [items(machine, source, site) for source in known(args).positional]
    return _rows(itertools.zip_longest(*columns, fillvalue=args.keywords.get("fillvalue", NONE)), site)


def _group(machine: Machine, args: Arguments, site: Span) -> Value:
    source, key = take(machine, args, "groupby", 1, "iterable", "key")
    found = items(machine, source, site)
    plain = key is None or isinstance(key, Const)
    keys = found if plain else [force(run(machine, key, site, item), machine.path) for item in found]
    groups: list[tuple[Value, list[Value]]] = []
    for item, found_key in zip(found, keys, strict=False):
        same = equality.equal(machine, groups[-1][0], found_key) if groups else False
        if same is None:
            give_up(Unknown("unknown-operand", "whether keys are equal", site))
        if same:
            groups[-1][1].append(item)
        else:
            groups.append((found_key, [item]))
    return Iterator([Tuple((name, Iterator(members))) for name, members in groups])


def _pairs(machine: Machine, args: Arguments, site: Span) -> Value:
    found = items(machine, take(machine, args, "pairwise", 1, "iterable")[0], site)
    return _rows(itertools.pairwise(found), site)


def _batched(machine: Machine, args: Arguments, site: Span) -> Value:
    source, size = take(machine, args, "batched", 2, "iterable", "n")
    count = integer(machine, size, 1)
    found = items(machine, source, site)
    starts = attempt(range, 0, len(found), count)
    return _rows((tuple(found[start : start + count]) for start in starts), site)


def _star_map(machine: Machine, args: Arguments, site: Span) -> Value:
    function, source = take(machine, args, "starmap", 2, "function", "iterable")
    return Iterator([run(machine, function, site, *items(machine, row, site)) for row in items(machine, source, site)])


def _tee(machine: Machine, args: Arguments, site: Span) -> Value:
    source, count = take(machine, args, "tee", 1, "iterable", "n")
    found = items(machine, source, site)
    return Tuple(tuple(bounded((Iterator(list(found)) for _ in range(integer(machine, count, 2))), site)))


def _while(name: str, takes: bool) -> Any:
    """``takewhile`` or ``dropwhile``."""

    def call(machine: Machine, args: Arguments, site: Span) -> Value:
        function, source = take(machine, args, name, 2, "predicate", "iterable")
        found = items(machine, source, site)
        count = 0
        for item in found:
            verdict = truth(machine, force(run(machine, function, site, item), machine.path))
            if isinstance(verdict, Unknown):
                give_up(verdict)
            if not verdict:
                break
            count += 1
        return Iterator(found[:count] if takes else found[count:])

    return call

"""``for`` and ``while``: loops over what is known turn by turn, others as not run or run once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from convlint.evaluate.budget import (
    LONG_TURN,
    MANY_TURNS,
    MAX_DOUBTFUL_TURNS,
    MAX_FOR_STEPS,
    MAX_IDLE_TURNS,
    MAX_LIVE_PATHS,
    MAX_LOOP_STEPS,
    MAX_LOOP_TURNS,
)
from convlint.evaluate.environment import Frame, NotIterable, Raised, follows
from convlint.evaluate.language.blocks import Live, Run, compile_block, nothing
from convlint.evaluate.language.conditions import run_both
from convlint.evaluate.language.expressions import Context, compile_expression
from convlint.evaluate.language.functions import bound_names
from convlint.evaluate.language.targets import compile_target, unknown_names
from convlint.evaluate.objects.iteration import iterate
from convlint.evaluate.paths import Path, Undecided, force, resolve
from convlint.evaluate.reuse.inert import is_inert_loop
from convlint.evaluate.truth import truth
from convlint.evaluate.values import UNBOUND, Const, Span, Unknown
from convlint.frontends.python import ir


def compile_for(context: Context, node: ir.ForLoop) -> Run:
    """The function that runs a ``for`` loop."""
    if is_inert_loop(node):
        return nothing
    machine, span = context.machine, context.span(node.iter)
    source, store = compile_expression(context, node.iter), compile_target(context, node.target)
    body = compile_block(context, node.body)
    orelse = compile_block(context, node.orelse) if node.orelse else None
    carried = bound_names(node.body)

    def loop(frame: Frame, value: Any) -> Live:
        value = resolve(value, machine.path)
        try:
            items = iterate(machine, value, span)
        except Undecided as undecided:
            return run_both(machine, frame, undecided.decision, lambda: loop(frame, value), lambda: loop(frame, value))
        except NotIterable as error:
            cause, item = error.cause, follows(error.cause)
            return _unknown_loop(machine, frame, cause, once=lambda: turn(frame, item), carried=carried)
        if len(items) > MAX_LOOP_TURNS:
            cause = Unknown("limit", "MAX_LOOP_TURNS", span)
            return _unknown_loop(machine, frame, cause, once=lambda: turn(frame, items[0]), carried=carried)
        turns = [lambda item=item: turn(frame, item) for item in items]
        if len(items) <= MAX_IDLE_TURNS or not all(map(_is_number, items)):
            return run_turns(machine, frame, turns, orelse)
        cut: list[Unknown] = []
        live = run_turns(machine, frame, _while_worthwhile(machine, turns, cut, span), orelse)
        if not cut:
            return live
        return _unknown_loop(machine, frame, cut[0], once=lambda: turn(frame, items[-1]), carried=carried)

    def turn(frame: Frame, item: Any) -> Live:
        store(frame, item)
        return body(frame)

    return lambda frame: loop(frame, source(frame))


def _is_number(item: Any) -> bool:
    return item.__class__ is Const and item.value.__class__ is int


def _while_worthwhile(machine: Any, turns: list[Any], cut: list[Unknown], span: Span) -> Iterator[Any]:
    """The turns of a loop over numbers while they are worth it; ``cut`` gets the reason where the last are left out."""
    start, idle = machine.steps, 0
    for done, turn in enumerate(turns):
        if done > MANY_TURNS and machine.steps - start > MAX_FOR_STEPS:
            cut.append(Unknown("limit", "MAX_FOR_STEPS", span))
            return
        if idle == MAX_IDLE_TURNS and not _within_forward(machine):
            cut.append(Unknown("limit", "MAX_IDLE_TURNS", span))
            return
        steps, made = machine.steps, machine.modules_made
        yield turn
        works_long = machine.steps - steps > LONG_TURN
        idle = idle + 1 if works_long and machine.modules_made == made else 0


def _within_forward(machine: Any) -> bool:
    """Whether a method of a module is running: its loops run over its parts, which have been built before."""
    owners = (function.owner for function in machine.running())
    return any(owner is not None and owner.derives_from_module for owner in owners)


def run_turns(machine: Any, frame: Frame, turns: Any, orelse: Run | None) -> Live:
    """Run the turns of a loop; returns, breaks and continues of some arms leave the others going."""
    start, before = machine.path, frame.exits
    outer_jumps, frame.jumps = frame.jumps, []
    live: list[Path] = [start]
    broken: list[Path] = []
    try:
        for turn in turns:
            machine.step()
            ends: list[Path] = []
            for path in live:
                machine.path = path
                exits = frame.exits
                frame.jumps = []
                result = turn()
                after = (path,) if result is None else result
                jumps = frame.jumps
                if frame.exits - exits == sum(kind == "continue" for kind, _ in jumps) and jumps:
                    ends.append(path)  # every arm goes on with the next turn
                    frame.exits = exits
                    continue
                ends += after
                ends += [jump for kind, jump in jumps if kind == "continue"]
                broken += [jump for kind, jump in jumps if kind == "break"]
            live = ends[:MAX_LIVE_PATHS]
            if len(ends) > len(live):
                machine.flow.lost("MAX_LIVE_PATHS")
            if not live:
                break
    finally:
        frame.jumps = outer_jumps
    return _after_loop(machine, frame, start, before, live, broken, orelse)


def _after_loop(
    machine: Any, frame: Frame, start: Path, before: int, live: list[Path], broken: list[Path], orelse: Run | None
) -> Live:
    if orelse is not None:
        ends: list[Path] = []
        for path in live:
            machine.path = path
            result = orelse(frame)
            ends += (path,) if result is None else result
        live = ends
    live = [*live, *broken]
    if frame.exits - before == len(broken):
        frame.exits = before
        machine.path = start
        return None  # no arm returned: all of them go on here
    machine.path = start
    return tuple(live) if len(live) <= MAX_LIVE_PATHS else (start,)


def _unknown_loop(machine: Any, frame: Frame, cause: Unknown, once: Callable[[], Live], carried: Any) -> Live:
    """A loop over something unknown: one turn under the decision that there is one; then what it changed is unknown."""
    if machine.full():
        unknown_names(carried, frame, cause, machine)
        return None
    decision, _ = machine.decide(Unknown(cause.reason, cause.detail, cause.span))
    outer, outer_jumps, exits = machine.path, frame.jumps, frame.exits
    machine.path = outer.also(decision, True)
    frame.jumps = []
    growing, machine.growing, start = machine.growing, [], machine.clock
    try:
        once()
    except Raised as error:
        machine.given_up(error)
    finally:
        machine.path = outer
        frame.jumps, frame.exits = outer_jumps, exits
        for changed in machine.growing:
            if machine.entry_start <= changed.born <= start:
                changed.more = changed.more or follows(cause)
        if growing is not None:
            growing += machine.growing
        machine.growing = growing
    unknown_names([name for name in carried if frame.locals.get(name, UNBOUND) is not UNBOUND], frame, cause, machine)
    return None


def compile_while(context: Context, node: ir.While) -> Run:
    """The function that runs a ``while`` loop."""
    machine, span = context.machine, context.span(node.test)
    test, body = compile_expression(context, node.test), compile_block(context, node.body)
    orelse = compile_block(context, node.orelse) if node.orelse else None
    carried = bound_names(node.body)

    def run(frame: Frame) -> Live:
        vague: list[Unknown] = []

        def turns() -> Any:
            exits, steps, doubtful = frame.exits, machine.steps, 0
            for done in range(MAX_LOOP_TURNS):
                doubtful += frame.exits != exits
                if doubtful > MAX_DOUBTFUL_TURNS:
                    vague.append(Unknown("limit", "MAX_DOUBTFUL_TURNS", span))
                    return
                if done > MAX_DOUBTFUL_TURNS and machine.steps - steps > MAX_LOOP_STEPS:
                    vague.append(Unknown("limit", "MAX_LOOP_STEPS", span))
                    return
                value = test(frame)
                verdict = machine.apply(lambda value=value: truth(machine, force(value, machine.path)))
                if verdict.__class__ is not bool:
                    known = settled(verdict)
                    if known is None:
                        vague.append(
                            verdict if isinstance(verdict, Unknown) else Unknown("choices", "a loop's condition", span)
                        )
                        return
                    verdict = known
                if not verdict:
                    return
                yield lambda: body(frame)
            vague.append(Unknown("limit", "MAX_LOOP_TURNS", span))

        def settled(verdict: Any) -> bool | None:
            if not isinstance(verdict, Unknown):
                return None
            decision, positive = machine.decide(verdict)
            known = machine.path.taken.get(decision)
            return None if known is None else known == positive

        live = run_turns(machine, frame, turns(), orelse)
        if vague:
            return _unknown_loop(machine, frame, vague[0], once=lambda: body(frame), carried=carried)
        return live

    return run

"""``if`` and ``assert``: known conditions choose an arm, unknown ones run both, each on its path."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convlint.evaluate.budget import MAX_LIVE_PATHS
from convlint.evaluate.environment import Frame, Raised
from convlint.evaluate.language.blocks import Live, Run, compile_block, nothing
from convlint.evaluate.language.expressions import Context, compile_expression
from convlint.evaluate.machine import Machine
from convlint.evaluate.paths import Path, Undecided, force, resolve
from convlint.evaluate.truth import truth
from convlint.evaluate.values import Const, Unknown
from convlint.frontends.python import ir


def compile_if(context: Context, node: ir.If) -> Run:
    """The function that runs an ``if``."""
    machine = context.machine
    test = compile_expression(context, node.test)
    body = compile_block(context, node.body)
    orelse = compile_block(context, node.orelse) if node.orelse else nothing

    def judge(frame: Frame, value: Any) -> Live:
        value = resolve(value, machine.path)
        try:
            verdict = truth(machine, force(value, machine.path))
        except Undecided as undecided:
            return both(frame, undecided.decision, lambda: judge(frame, value), lambda: judge(frame, value))
        if verdict.__class__ is bool:
            return body(frame) if verdict else orelse(frame)
        decision, positive = machine.decide(verdict)  # type: ignore[arg-type]
        yes, no = (body, orelse) if positive else (orelse, body)
        known = machine.path.taken.get(decision)
        if known is not None:
            return yes(frame) if known else no(frame)
        return both(frame, decision, lambda: yes(frame), lambda: no(frame))

    def both(frame: Frame, decision: Any, yes: Callable[[], Live], no: Callable[[], Live]) -> Live:
        return run_both(machine, frame, decision, yes, no)

    def run(frame: Frame) -> Live:
        value = test(frame)
        if value.__class__ is Const:
            return body(frame) if value.value else orelse(frame)
        return judge(frame, value)

    return run


def _run_first(machine: Any, decision: Any, yes: Callable[[], Live], no: Callable[[], Live]) -> Live:
    """Run one arm of a condition too many: the other only where the first raises, and not inside of another such try,
    or the number of tries would double with each condition.
    """
    outer, narrow = machine.path, machine.narrow
    machine.path, machine.narrow = outer.also(decision, True), True
    try:
        return yes()
    except Raised as error:
        if narrow:
            raise
        machine.given_up(error)
        machine.path = outer.also(decision, False, assumed=True)
        return no()
    finally:
        machine.path, machine.narrow = outer, narrow


def run_both(machine: Any, frame: Frame, decision: Any, yes: Callable[[], Live], no: Callable[[], Live]) -> Live:
    """Run both arms of an unknown condition, each on its path. An arm that raises is one that is not taken."""
    if machine.full():
        return _run_first(machine, decision, yes, no)
    outer = machine.path
    exits = frame.exits
    arms: list[tuple[Path, Live | Raised]] = []
    for taken, arm in ((True, yes), (False, no)):
        failed = bool(arms) and isinstance(arms[0][1], Raised)
        path = outer.also(decision, taken, assumed=failed)
        machine.path = path
        try:
            arms.append((path, arm()))
        except Raised as error:
            machine.given_up(error)
            arms.append((path, error.kept()))
            frame.exits += 1
    machine.path = outer
    failures = [result for _, result in arms if isinstance(result, Raised)]
    if len(failures) == 2:
        raise failures[0]
    if frame.exits == exits:
        return None
    ends: list[Path] = []
    for index, (path, result) in enumerate(arms):
        if isinstance(result, Raised):
            continue
        if failures and result is None:
            path = outer.also(decision, index == 0, assumed=True)
        ends += (path,) if result is None else result
    if len(ends) > MAX_LIVE_PATHS:
        return (outer,)
    return tuple(ends)


def compile_assert(context: Context, node: ir.Assert) -> Run:
    """A condition that fails raises; one that is not known is taken to hold, also where it is asked again."""
    machine = context.machine
    test = compile_expression(context, node.test)

    def judge(frame: Frame, value: Any) -> Live:
        value = resolve(value, machine.path)
        try:
            verdict = truth(machine, force(value, machine.path))
        except Undecided as undecided:
            return run_both(
                machine, frame, undecided.decision, lambda: judge(frame, value), lambda: judge(frame, value)
            )
        if isinstance(verdict, Unknown):
            return _assume(machine, verdict)
        if not verdict:
            raise Raised("AssertionError")
        return None

    return lambda frame: judge(frame, test(frame))


def _assume(machine: Machine, unknown: Unknown) -> Live:
    """Go on where ``unknown`` is true. Only what other conditions ask for as well is worth a path of its own."""
    root = unknown
    while root.negates is not None:
        root = root.negates
    if root.decision is None:
        return None
    decision, positive = machine.decide(unknown)
    known = machine.path.taken.get(decision)
    if known is None:
        return (machine.path.also(decision, positive, assumed=True),)
    if known != positive:
        raise Raised("AssertionError")
    return None

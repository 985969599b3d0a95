"""Blocks of statements, run one after another on the paths that are still live.

A statement gives the paths on which what follows goes on: None for "on the path it began on, all of it", an empty
tuple for "nowhere" (return, raise, break). One that leaves in one arm of an unknown condition gives the other arm's
path.
"""

from __future__ import annotations

from collections.abc import Callable

from convlint.evaluate.environment import Frame, Raised
from convlint.evaluate.language.expressions import Context
from convlint.evaluate.machine import Machine
from convlint.evaluate.paths import Path
from convlint.evaluate.values import UNBOUND
from convlint.frontends.python import ir

Live = tuple[Path, ...] | None
Run = Callable[[Frame], Live]


def compile_block(context: Context, body: tuple[ir.Stmt, ...]) -> Run:
    """The function that runs a block."""
    from convlint.evaluate.language.statements import COMPILE

    steps = [COMPILE[statement.__class__](context, statement) for statement in body]
    if len(steps) == 1:
        return steps[0]
    machine, count = context.machine, len(steps)

    def run(frame: Frame) -> Live:
        for index in range(count):
            machine.steps += 1
            live = steps[index](frame)
            if live is not None:
                return _split(machine, steps, frame, index + 1, live)
        return None

    return run


def _go_on(machine: Machine, steps: list[Run], frame: Frame, index: int) -> Live:
    """Run a block from its statement ``index`` on."""
    while index < len(steps):
        machine.steps += 1
        live = steps[index](frame)
        index += 1
        if live is not None:
            return _split(machine, steps, frame, index, live)
    return None


def _split(machine: Machine, steps: list[Run], frame: Frame, index: int, live: tuple[Path, ...]) -> Live:
    """Run the rest of a block on each of the paths that are live."""
    if index == len(steps) or not live:
        return live
    ends: list[Path] = []
    failure: Raised | None = None
    for path in live:
        machine.path = path
        try:
            rest = _go_on(machine, steps, frame, index)
        except Raised as error:
            if len(live) == 1:
                raise
            failure = error.kept()
            continue
        ends += (path,) if rest is None else rest
    if failure is not None and not ends and frame.result is UNBOUND:
        raise failure
    return tuple(ends)


def nothing(frame: Frame) -> Live:
    return None

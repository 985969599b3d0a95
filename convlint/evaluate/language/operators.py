"""Expressions with operators: arithmetic, ``and`` and ``or``, comparisons, and ``a if b else c``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convlint.evaluate.environment import Frame, Raised
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import arithmetic, comparison
from convlint.evaluate.paths import Undecided, choose, force
from convlint.evaluate.truth import truth
from convlint.evaluate.values import TRUE, UNBOUND, Const
from convlint.frontends.python import ir

if TYPE_CHECKING:
    from convlint.evaluate.language.expressions import Context, Run


def compile_binary(context: Context, node: ir.Binary) -> Run:
    """``a + b``."""
    left, right = context.compile(node.left), context.compile(node.right)
    machine, span, op = context.machine, context.span(node), node.op
    binary = arithmetic.binary

    def run(frame: Frame) -> Any:
        a, b = left(frame), right(frame)
        try:
            return binary(machine, op, a, b, span)
        except Undecided as undecided:
            return machine.fork(undecided.decision, binary, machine, op, a, b, span)

    return run


def compile_unary(context: Context, node: ir.Unary) -> Run:
    """``-a``, ``not a``."""
    operand = context.compile(node.operand)
    machine, span, op = context.machine, context.span(node), node.op

    def run(frame: Frame) -> Any:
        value = operand(frame)
        try:
            return arithmetic.unary(machine, op, value, span)
        except Undecided as undecided:
            return machine.fork(undecided.decision, arithmetic.unary, machine, op, value, span)

    return run


def compile_boolean(context: Context, node: ir.Boolean) -> Run:
    """``and``/``or``: an operand of unknown truth makes the rest run under the decision that it is not the result."""
    machine = context.machine
    parts = [context.compile(part) for part in node.values]
    stop_at = node.op == "or"
    last = len(parts) - 1

    def rest(frame: Frame, index: int) -> Any:
        while True:
            value = parts[index](frame)
            if index == last:
                return value
            if value.__class__ is not Const:
                return machine.apply(judge, frame, index, value)
            if bool(value.value) == stop_at:
                return value
            index += 1

    def judge(frame: Frame, index: int, value: Any) -> Any:
        value = force(value, machine.path)
        verdict = truth(machine, value)
        if isinstance(verdict, bool):
            return value if verdict == stop_at else rest(frame, index + 1)
        decision, positive = machine.decide(verdict)
        known = machine.path.taken.get(decision)
        if known is not None:
            return value if (known == positive) == stop_at else rest(frame, index + 1)
        goes_on = positive != stop_at
        outer = machine.path
        if machine.full():
            return value
        machine.path = outer.also(decision, goes_on)
        try:
            other = rest(frame, index + 1)
        except Raised as error:
            machine.given_up(error)
            other = UNBOUND
        finally:
            machine.path = outer
        if other is UNBOUND:
            return value
        return choose(decision, other, value) if goes_on else choose(decision, value, other)

    return lambda frame: rest(frame, 0)


def compile_compare(context: Context, node: ir.Compare) -> Run:
    """``a < b``, and chains of them."""
    machine, span = context.machine, context.span(node)
    left = context.compile(node.left)
    compare = comparison.compare
    if len(node.ops) == 1:
        op, right = node.ops[0], context.compile(node.comparators[0])

        def single(frame: Frame) -> Any:
            a, b = left(frame), right(frame)
            try:
                return compare(machine, op, a, b, span)
            except Undecided as undecided:
                return machine.fork(undecided.decision, compare, machine, op, a, b, span)

        return single
    rights = [context.compile(part) for part in node.comparators]

    def chain(frame: Frame) -> Any:
        a, result = left(frame), TRUE
        for op, right in zip(node.ops, rights, strict=False):
            b = right(frame)
            step = machine.apply(compare, machine, op, a, b, span)
            result = machine.apply(comparison.both, machine, result, step)
            a = b
        return result

    return chain


def compile_conditional(context: Context, node: ir.Conditional) -> Run:
    """``a if b else c``: an unknown condition runs both."""
    machine = context.machine
    test, body, orelse = (context.compile(part) for part in (node.test, node.body, node.orelse))

    def judge(frame: Frame, value: Any) -> Any:
        verdict = truth(machine, force(value, machine.path))
        if isinstance(verdict, bool):
            return body(frame) if verdict else orelse(frame)
        decision, positive = machine.decide(verdict)
        arms = (body, orelse) if positive else (orelse, body)
        known = machine.path.taken.get(decision)
        if known is not None:
            return arms[0 if known else 1](frame)
        return fork_arms(machine, decision, frame, arms)

    def run(frame: Frame) -> Any:
        value = test(frame)
        try:
            if value.__class__ is Const:
                return body(frame) if value.value else orelse(frame)
            return judge(frame, value)
        except Undecided as undecided:
            return machine.fork(undecided.decision, judge, frame, value)

    return run


def fork_arms(machine: Machine, decision: Any, frame: Frame, arms: tuple[Run, Run]) -> Any:
    """One arm if ``decision`` is taken, the other if not, joined; an arm that raises leaves the other."""
    outer = machine.path
    results: list[Any] = []
    both = ((True, arms[0]), (False, arms[1]))
    full = machine.full()
    for yes, arm in both:
        if full and results and not isinstance(results[0], Raised):
            break
        machine.path = outer.also(decision, yes)
        try:
            results.append(arm(frame))
        except Raised as error:
            machine.given_up(error)
            results.append(error.kept())
        finally:
            machine.path = outer
    failed = [isinstance(result, Raised) for result in results]
    if all(failed):
        raise results[0]
    if any(failed):
        return results[failed.index(False)]
    return results[0] if len(results) == 1 else choose(decision, results[0], results[1])

"""Comprehensions: loops that build a value, run like any loop over known items."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convlint.evaluate.budget import MAX_SEQUENCE
from convlint.evaluate.environment import Frame, NotIterable, Raised, follows
from convlint.evaluate.equality import key_of
from convlint.evaluate.language.displays import make_set
from convlint.evaluate.objects.iteration import iterate
from convlint.evaluate.paths import force
from convlint.evaluate.truth import truth
from convlint.evaluate.values import Dict, Iterator, Unknown, Value
from convlint.frontends.python import ir


class _Vague(Exception):
    """A condition of the comprehension is not known, so its items are not."""

    def __init__(self, cause: Unknown) -> None:
        super().__init__(cause)
        self.cause = cause


def comprehension(context: Any, node: ir.Comprehension) -> Callable[[Frame], Any]:
    """The function that evaluates a comprehension; a generator is evaluated at once."""
    from convlint.evaluate.language.expressions import compile_expression
    from convlint.evaluate.language.functions import bound_names, walrus_names
    from convlint.evaluate.language.targets import compile_target, write_name

    machine, span = context.machine, context.span(node)
    inner = context.inside(frozenset(bound_names(tuple(clause.target for clause in node.clauses))))
    first = compile_expression(context, node.clauses[0].iter)
    clauses = [
        (
            compile_target(inner, clause.target),
            compile_expression(inner, clause.iter),
            [compile_expression(inner, test) for test in clause.ifs],
        )
        for clause in node.clauses
    ]
    element = compile_expression(inner, node.element)
    value = compile_expression(inner, node.value) if node.value is not None else None
    leaving = sorted(walrus_names(node))

    def turns(frame: Frame, index: int, items: list[Value], found: list[Any]) -> None:
        store, _, tests = clauses[index]
        for item in items:
            machine.step()
            store(frame, item)
            if tests and not all(_known(machine, test(frame)) for test in tests):
                continue
            if index + 1 < len(clauses):
                turns(frame, index + 1, iterate(machine, clauses[index + 1][1](frame), span), found)
            elif value is not None:
                found.append((element(frame), value(frame)))
            else:
                found.append(element(frame))
            if len(found) > MAX_SEQUENCE:
                raise _Vague(Unknown("limit", "MAX_SEQUENCE", span))

    def collect(frame: Frame, source: Value) -> list[Any]:
        found: list[Any] = []
        turns(frame, 0, iterate(machine, source, span), found)
        return found

    def build(frame: Frame, source: Value) -> Any:
        child = Frame(frame.module, frame, machine.path, machine.clock)
        child.function, child.owner, child.receiver, child.limit = (
            frame.function,
            frame.owner,
            frame.receiver,
            frame.limit,
        )
        child.yielded = frame.yielded
        try:
            items = collect(child, source)
        except NotIterable as error:
            _once(child, error.cause)
            return follows(error.cause)
        except _Vague as error:
            machine.flow.lost("a comprehension with a condition that is not known")
            return follows(error.cause)
        for name in leaving:  # ``:=`` binds outside of the comprehension
            if name in child.locals:
                write_name(machine, frame, name, child.locals[name])
        if node.kind == "list":
            return machine.list(items)
        if node.kind == "set":
            return make_set(machine, items)
        if node.kind == "dict":
            return _dict(machine, items)
        return Iterator(items)

    def _once(child: Frame, cause: Unknown) -> None:
        """An unknown sequence: the element is evaluated one time with an unknown item, for the layers it may build."""
        if machine.full():
            return
        decision, _ = machine.decide(Unknown(cause.reason, cause.detail, cause.span))
        outer = machine.path
        machine.path = outer.also(decision, True)
        if len(clauses) > 1 or clauses[0][2]:
            machine.flow.lost("a comprehension over something that is not known")
        try:
            for store, _, _ in clauses:
                machine.apply(store, child, follows(cause))
            element(child)
            if value is not None:
                value(child)
        except Raised as error:
            machine.given_up(error)
        except NotIterable:
            machine.flow.lost("a comprehension over something that is not known")
        finally:
            machine.path = outer

    def run(frame: Frame) -> Any:
        return machine.apply(build, frame, first(frame))

    return run


def _known(machine: Any, value: Any) -> bool:
    verdict = truth(machine, force(value, machine.path))
    if verdict.__class__ is bool:
        return verdict
    decision, positive = machine.decide(verdict)
    known = machine.path.taken.get(decision)
    if known is None:
        raise _Vague(verdict)  # type: ignore[arg-type]
    return bool(known == positive)


def _dict(machine: Any, pairs: list[tuple[Value, Value]]) -> Dict:
    made: Dict = machine.dict()
    for key, value in pairs:
        plain = key_of(machine, key)
        if plain is None:
            made.unknown = key if isinstance(key, Unknown) else Unknown("unknown-key", "a key of a dict")
        else:
            made.entries[plain] = (key, value)
    return made

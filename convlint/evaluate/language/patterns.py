"""``match`` statements: patterns of known values; an unknown subject follows every case."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from convlint.evaluate import equality
from convlint.evaluate.environment import Frame, NotIterable, follows
from convlint.evaluate.objects import attributes, comparison, iteration
from convlint.evaluate.objects.instance_checks import is_instance
from convlint.evaluate.paths import force
from convlint.evaluate.values import UNBOUND, Choice, Class, Const, Dict, List, Span, Tuple, Unknown, Value
from convlint.frontends.python import ir

Test = Callable[[Frame, Value], "bool | Unknown"]


def compile_match(context: Any, node: ir.Match) -> Any:
    """The function that runs a ``match`` statement, as a chain of conditions."""
    from convlint.evaluate.language.blocks import compile_block
    from convlint.evaluate.language.conditions import run_both
    from convlint.evaluate.language.functions import pattern_names
    from convlint.evaluate.language.targets import unknown_names
    from convlint.evaluate.truth import truth

    machine = context.machine
    subject = context.compile(node.subject)
    cases = [
        (
            _pattern(context, case.pattern),
            context.compile(case.guard) if case.guard is not None else None,
            compile_block(context, case.body),
        )
        for case in node.cases
    ]

    captured = [sorted(pattern_names(case.pattern)) for case in node.cases]

    def try_case(frame: Frame, value: Value, index: int) -> Any:
        if index == len(cases):
            return None
        matches, guard, body = cases[index]
        before: dict[str, Any] = {name: frame.locals.get(name, UNBOUND) for name in captured[index]}
        verdict = machine.apply(lambda: matches(frame, force(value, machine.path)))
        sure = verdict is True
        if sure and guard is not None:
            held = guard(frame)
            verdict = machine.apply(lambda: truth(machine, force(held, machine.path)))
        if isinstance(verdict, Choice):
            again = partial(try_case, frame, value, index)
            return run_both(machine, frame, verdict.decision, again, again)
        if verdict is True:
            return body(frame)
        if verdict is False:
            return try_case(frame, value, index + 1)

        def perhaps() -> Any:
            """The body under the assumption that the pattern matches: what it then captures is not known."""
            if not sure:
                unbound = [name for name, old in before.items() if frame.locals.get(name, UNBOUND) is old]
                unknown_names(unbound, frame, verdict, machine)
            return body(frame)

        decision, positive = machine.decide(verdict)
        arms: tuple[Callable[[], Any], Callable[[], Any]] = (perhaps, lambda: try_case(frame, value, index + 1))
        yes, no = arms if positive else arms[::-1]
        known = machine.path.taken.get(decision)
        if known is not None:
            return yes() if known else no()
        return run_both(machine, frame, decision, yes, no)

    return lambda frame: try_case(frame, subject(frame), 0)


def _pattern(context: Any, node: ir.Pattern) -> Test:
    """The function that says whether a value matches, and binds the names of the pattern."""
    from convlint.evaluate.language.targets import write_name

    machine = context.machine
    parts = [_pattern(context, part) for part in node.parts]
    value = context.compile(node.value) if node.value is not None else None
    span = context.span(node.value) if node.value is not None else Span(context.file, 0, 0)

    def bind(frame: Frame, subject: Value) -> None:
        if node.name is not None:
            write_name(machine, frame, node.name, subject)

    def by_value(frame: Frame, subject: Value) -> bool | Unknown:
        assert value is not None
        result = comparison.compare(machine, "==", subject, value(frame), span)
        return result if isinstance(result, Unknown) else isinstance(result, Const) and bool(result.value)

    def by_parts(frame: Frame, subject: Value) -> bool | Unknown:
        for part in parts:
            verdict = part(frame, subject)
            if verdict is not True:
                return verdict
        bind(frame, subject)
        return True

    def any_of(frame: Frame, subject: Value) -> bool | Unknown:
        vague: bool | Unknown = False
        for part in parts:
            verdict = part(frame, subject)
            if verdict is True:
                return True
            vague = verdict if verdict is not False else vague
        return vague

    def sequence(frame: Frame, subject: Value) -> bool | Unknown:
        if isinstance(subject, Unknown):
            return follows(subject)
        if not isinstance(subject, (Tuple, List)):
            return False
        try:
            items = iteration.iterate(machine, subject, span)
        except NotIterable as error:
            return follows(error.cause)
        star = next((index for index, part in enumerate(node.parts) if part.kind == "star"), None)
        if (len(items) != len(parts)) if star is None else (len(items) < len(parts) - 1):
            return False
        if star is not None:
            rest = len(items) - (len(parts) - 1)
            items = [*items[:star], machine.list(items[star : star + rest]), *items[star + rest :]]
        return _all(frame, zip(parts, items, strict=True))

    def _all(frame: Frame, pairs: Any) -> bool | Unknown:
        for part, item in pairs:
            verdict = part(frame, force(item, machine.path))
            if verdict is not True:
                return verdict  # type: ignore[no-any-return]
        return True

    def mapping(frame: Frame, subject: Value) -> bool | Unknown:
        if not isinstance(subject, Dict):
            return follows(subject) if isinstance(subject, Unknown) else False
        found = []
        for key in keys:
            item = machine.read_entry(subject, equality.key_of(machine, key(frame)))
            if item is UNBOUND:
                return subject.unknown or False
            found.append(item)
        return _all(frame, zip(parts, found, strict=True))

    def by_class(frame: Frame, subject: Value) -> bool | Unknown:
        assert value is not None
        cls = force(value(frame), machine.path)
        verdict = is_instance(machine, subject, cls)
        if verdict is not True or not isinstance(cls, Class):
            return verdict
        names = [field.name for field in cls.fields or ()][: len(parts) - len(node.attrs)]
        names += node.attrs
        if len(names) != len(parts):
            return Unknown("unsupported", "positional class patterns", span)
        found = [attributes.get(machine, subject, name, span) for name in names]
        return _all(frame, zip(parts, found, strict=True))

    keys = [context.compile(key) for key in node.keys]
    kinds: dict[str, Test] = {
        "value": by_value,
        "capture": by_parts,
        "or": any_of,
        "sequence": sequence,
        "star": by_parts,
        "mapping": mapping,
        "class": by_class,
    }
    return kinds.get(node.kind, lambda frame, subject: Unknown("unsupported", "a pattern", span))

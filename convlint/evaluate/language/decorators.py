"""Decorators: what they make of the function or class below them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convlint.evaluate.environment import Arguments, Frame, Raised
from convlint.evaluate.objects import calls
from convlint.evaluate.paths import force
from convlint.evaluate.values import Span, Unknown, Value


def compile_decorators(context: Any, decorators: tuple[Any, ...]) -> Callable[[Frame, Value], Any]:
    """The function that applies decorators to a function or class; one that is unknown leaves it as it is."""
    if not decorators:
        return lambda frame, value: value
    machine = context.machine
    steps = [(context.compile(decorator), context.span(decorator)) for decorator in decorators]

    def apply_one(decorator: Value, value: Value, span: Span) -> Any:
        decorator = force(decorator, machine.path)
        if isinstance(decorator, Unknown):
            return value
        result = calls.call(machine, decorator, Arguments([value]), span)
        return value if result.__class__ is Unknown else result

    def run(frame: Frame, value: Value) -> Any:
        for evaluate, span in reversed(steps):
            try:
                decorator = evaluate(frame)
                machine.decorating += 1
                try:
                    value = machine.apply(apply_one, decorator, value, span)
                finally:
                    machine.decorating -= 1
            except Raised:
                continue
        return value

    return run

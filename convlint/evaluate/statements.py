"""Statements: each becomes a function from a frame to the paths on which what follows goes on.

None stands for "on the path it began on, all of it"; an empty tuple for "nowhere" (return, raise, break). A statement
that leaves in one arm of an unknown condition gives the other arm's path, and what follows runs only there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from convlint.evaluate import arithmetic, attributes, subscripts
from convlint.evaluate.budget import MAX_LIVE_PATHS, MAX_LOOP_TURNS
from convlint.evaluate.classes import compile_class
from convlint.evaluate.environment import Frame, NotIterable, Raised, follows
from convlint.evaluate.exceptions import caught, raised_by
from convlint.evaluate.expressions import Context, compile_call, compile_expression
from convlint.evaluate.functions import bound_names, make_function, prepare
from convlint.evaluate.inert import is_inert_loop
from convlint.evaluate.iteration import iterate
from convlint.evaluate.machine import Machine
from convlint.evaluate.paths import Path, Undecided, force, guarded, resolve
from convlint.evaluate.patterns import compile_match
from convlint.evaluate.targets import compile_target, unknown_names, write_name
from convlint.evaluate.truth import truth
from convlint.evaluate.values import NONE, UNBOUND, Function, List, Method, Partial, Span, Unknown, Value
from convlint.frontends.python import ir

Live = tuple[Path, ...] | None
Run = Callable[[Frame], Live]


def compile_block(context: Context, body: tuple[ir.Stmt, ...]) -> Run:
    """The function that runs a block."""
    steps = [_COMPILE[statement.__class__](context, statement) for statement in body]
    machine, count = context.machine, len(steps)

    def run(frame: Frame) -> Live:
        return go_on(frame, 0)

    def go_on(frame: Frame, index: int) -> Live:
        while index < count:
            machine.steps += 1
            live = steps[index](frame)
            index += 1
            if live is not None:
                return split(frame, index, live)
        return None

    def split(frame: Frame, index: int, live: tuple[Path, ...]) -> Live:
        if index == count or not live:
            return live
        ends: list[Path] = []
        failure: Raised | None = None
        for path in live:
            machine.path = path
            try:
                rest = go_on(frame, index)
            except Raised as error:
                if len(live) == 1:
                    raise
                failure = error
                continue
            ends += (path,) if rest is None else rest
        if failure is not None and not ends and frame.result is UNBOUND:
            raise failure
        return tuple(ends)

    if count == 1:
        return steps[0]
    return run


def _expression(context: Context, node: ir.ExprStmt) -> Run:
    if isinstance(node.value, ir.Call):
        return _call_alone(context, node.value)
    value = compile_expression(context, node.value)

    def run(frame: Frame) -> Live:
        value(frame)
        return None

    return run


def _call_alone(context: Context, node: ir.Call) -> Run:
    """A call whose result nobody uses: skipped where all that it can do is to initialise weights."""
    machine = context.machine
    callee = compile_expression(context, node.func)
    call = compile_call(context, node, callee)
    given = list(_judged(context, node.args))

    def run(frame: Frame) -> Live:
        target = callee(frame)
        if target.__class__ not in _MAYBE_INERT or not machine.inert.holds(target) or not borne(frame):
            call(frame, target)
        return None

    def borne(frame: Frame) -> bool:
        return all(machine.inert.bears(value(frame), called) for value, called in given)

    return run


def _judged(context: Context, args: tuple[ir.Argument, ...]) -> Iterator[tuple[Run, bool]]:
    """The names in arguments, which decide whether a call is inert, and whether each is itself called there."""
    for arg in args:
        value = arg.value
        if isinstance(value, ir.Call):
            yield compile_expression(context, value.func), True
            yield from _judged(context, value.args)
        elif isinstance(value, (ir.Name, ir.Attribute)):
            yield compile_expression(context, value), False


_MAYBE_INERT = frozenset({Function, Method, Partial})


def _assign(context: Context, node: ir.Assign) -> Run:
    value = compile_expression(context, node.value)
    stores = [compile_target(context, target) for target in node.targets]
    if len(stores) == 1:
        store = stores[0]

        def single(frame: Frame) -> Live:
            store(frame, value(frame))
            return None

        return single

    def run(frame: Frame) -> Live:
        result = value(frame)
        for store in stores:
            store(frame, result)
        return None

    return run


def _declare(context: Context, node: ir.Declare) -> Run:
    return lambda frame: None


def _augmented(context: Context, node: ir.AugAssign) -> Run:
    """``a op= b``; a list is extended in place."""
    machine, span, op = context.machine, context.span(node), node.op
    load, store = compile_expression(context, node.target), compile_target(context, node.target)
    value = compile_expression(context, node.value)

    def combine(old: Value, new: Value) -> Any:
        old = force(old, machine.path)
        if isinstance(old, List) and op == "+":
            try:
                items = iterate(machine, new, span)
            except NotIterable as error:
                machine.touch(old)
                old.items = follows(error.cause)
                return old
            machine.own_items(old).extend(items)
            return old
        result = attributes.in_place(machine, old, op, new, span)
        return arithmetic.binary(machine, op, old, new, span) if result is None else result

    def run(frame: Frame) -> Live:
        old, new = load(frame), value(frame)
        store(frame, machine.apply(combine, old, new))
        return None

    return run


def _if(context: Context, node: ir.If) -> Run:
    machine = context.machine
    test = compile_expression(context, node.test)
    body = compile_block(context, node.body)
    orelse = compile_block(context, node.orelse) if node.orelse else _nothing

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

    return lambda frame: judge(frame, test(frame))


def run_both(machine: Any, frame: Frame, decision: Any, yes: Callable[[], Live], no: Callable[[], Live]) -> Live:
    """Run both arms of an unknown condition, each on its path. An arm that raises is one that is not taken."""
    outer = machine.path
    if machine.full():
        machine.path = outer.also(decision, True)
        try:
            return yes()
        finally:
            machine.path = outer
    exits = frame.exits
    arms: list[tuple[Path, Live | Raised]] = []
    for taken, arm in ((True, yes), (False, no)):
        failed = bool(arms) and isinstance(arms[0][1], Raised)
        path = outer.also(decision, taken, assumed=failed)
        machine.path = path
        try:
            arms.append((path, arm()))
        except Raised as error:
            arms.append((path, error))
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


def _nothing(frame: Frame) -> Live:
    return None


def _for(context: Context, node: ir.ForLoop) -> Run:
    if is_inert_loop(node):
        return _nothing
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
        return run_turns(machine, frame, [lambda item=item: turn(frame, item) for item in items], orelse)

    def turn(frame: Frame, item: Any) -> Live:
        store(frame, item)
        return body(frame)

    return lambda frame: loop(frame, source(frame))


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
    try:
        once()
    except Raised:
        pass
    finally:
        machine.path = outer
        frame.jumps, frame.exits = outer_jumps, exits
    unknown_names([name for name in carried if frame.locals.get(name, UNBOUND) is not UNBOUND], frame, cause, machine)
    return None


def _while(context: Context, node: ir.While) -> Run:
    machine, span = context.machine, context.span(node.test)
    test, body = compile_expression(context, node.test), compile_block(context, node.body)
    orelse = compile_block(context, node.orelse) if node.orelse else None
    carried = bound_names(node.body)

    def run(frame: Frame) -> Live:
        vague: list[Unknown] = []

        def turns() -> Any:
            for _ in range(MAX_LOOP_TURNS):
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


def _jump(context: Context, node: ir.Jump) -> Run:
    machine, kind = context.machine, node.kind

    def run(frame: Frame) -> Live:
        frame.exits += 1
        frame.jumps.append((kind, machine.path))
        return ()

    return run


def _return(context: Context, node: ir.Return) -> Run:
    machine = context.machine
    value = compile_expression(context, node.value) if node.value is not None else None

    def run(frame: Frame) -> Live:
        result = value(frame) if value is not None else NONE
        path = machine.path
        frame.result = result if path is frame.birth else guarded(result, frame.result, path, frame.birth)
        frame.exits += 1
        return ()

    return run


def _raise(context: Context, node: ir.Raise) -> Run:
    machine, span = context.machine, context.span(node.exc) if node.exc is not None else None
    value = compile_expression(context, node.exc) if node.exc is not None else None

    def throw(error: Value) -> Live:
        raise raised_by(machine, error, span)

    def run(frame: Frame) -> Live:
        if value is None:
            raise Raised("Exception", "raised again")
        error = value(frame)
        return machine.apply(lambda: throw(force(error, machine.path)))  # type: ignore[no-any-return]

    return run


def _assert(context: Context, node: ir.Assert) -> Run:
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


def _with(context: Context, node: ir.With) -> Run:
    """The body runs once; what ``__enter__`` gives is the object itself unless its class says otherwise."""
    machine = context.machine
    items = [
        (
            compile_expression(context, item.context),
            compile_target(context, item.target) if item.target is not None else None,
        )
        for item in node.items
    ]
    body, span = compile_block(context, node.body), context.span(node.items[0].context)

    def run(frame: Frame) -> Live:
        for value, store in items:
            manager = value(frame)
            entered = machine.apply(attributes.enter, machine, manager, span)
            if store is not None:
                store(frame, entered)
        return body(frame)

    return run


def _try(context: Context, node: ir.Try) -> Run:
    machine = context.machine
    body = compile_block(context, (*node.body, *node.orelse))
    handlers = [
        (compile_expression(context, handler.exception) if handler.exception is not None else None, handler.name,
         compile_block(context, handler.body))
        for handler in node.handlers
    ]  # fmt: skip
    final = compile_block(context, node.final) if node.final else None

    def guarded_body(frame: Frame) -> Live:
        path = machine.path
        frame.trying += bool(handlers)
        machine.trying += bool(handlers)
        try:
            live = body(frame)
        except Raised as error:
            frame.trying -= bool(handlers)
            machine.trying -= bool(handlers)
            machine.path = path
            for kind, name, handle in handlers:
                if kind is None or caught(machine, error, kind(frame)):
                    if name is not None:
                        write_name(
                            machine,
                            frame,
                            name,
                            error.value or machine.instance(machine.modules.builtin_class(error.kind)),
                        )
                    return handle(frame)
            raise
        frame.trying -= bool(handlers)
        return live

    def run(frame: Frame) -> Live:
        if final is None:
            return guarded_body(frame)
        try:
            live = guarded_body(frame)
        except Raised:
            final(frame)
            raise
        ended = final(frame)
        return live if ended is None else ended

    return run


def _remove_name(machine: Machine, name: str, frame: Frame) -> None:
    write_name(machine, frame, name, UNBOUND)


def _remove_attribute(machine: Machine, owner: Callable[[Frame], Any], name: str, frame: Frame) -> None:
    machine.apply(attributes.remove, machine, owner(frame), name)


def _remove_item(
    machine: Machine, owner: Callable[[Frame], Any], key: Callable[[Frame], Any], span: Span, frame: Frame
) -> None:
    machine.apply(subscripts.remove, machine, owner(frame), key(frame), span)


def _delete(context: Context, node: ir.Delete) -> Run:
    machine = context.machine
    removals: list[Callable[[Frame], None]] = []
    for target in node.targets:
        if isinstance(target, ir.Name):
            removals.append(partial(_remove_name, machine, target.id))
        elif isinstance(target, ir.Attribute):
            removals.append(partial(_remove_attribute, machine, context.compile(target.value), target.attr))
        elif isinstance(target, ir.Subscript):
            owner, key, span = context.compile(target.value), context.compile(target.index), context.span(target)
            removals.append(partial(_remove_item, machine, owner, key, span))

    def run(frame: Frame) -> Live:
        for remove in removals:
            remove(frame)
        return None

    return run


def _scope(context: Context, node: ir.Scope) -> Run:
    return lambda frame: None


def _import(context: Context, node: ir.Import) -> Run:
    machine = context.machine

    def run(frame: Frame) -> Live:
        machine.modules.run_import(frame, node)
        return None

    return run


def _import_from(context: Context, node: ir.ImportFrom) -> Run:
    machine = context.machine

    def run(frame: Frame) -> Live:
        machine.modules.run_import_from(frame, node)
        return None

    return run


def _function(context: Context, node: ir.Function) -> Run:
    machine = context.machine
    qualname = f"{context.qualname}.{node.name}" if context.qualname else node.name
    blank = prepare(context, node, qualname)
    decorate = attributes.compile_decorators(context, node.decorators)

    def run(frame: Frame) -> Live:
        owner = frame.owner if frame.function is None else None
        function = make_function(machine, blank, frame, owner)
        write_name(machine, frame, node.name, decorate(frame, function))
        return None

    return run


def _class(context: Context, node: ir.Class) -> Run:
    machine = context.machine
    build = compile_class(context, node)
    decorate = attributes.compile_decorators(context, node.decorators)

    def run(frame: Frame) -> Live:
        write_name(machine, frame, node.name, decorate(frame, build(frame)))
        return None

    return run


_COMPILE: dict[type, Callable[[Context, Any], Run]] = {
    ir.ExprStmt: _expression,
    ir.Assign: _assign,
    ir.Declare: _declare,
    ir.AugAssign: _augmented,
    ir.If: _if,
    ir.ForLoop: _for,
    ir.While: _while,
    ir.With: _with,
    ir.Try: _try,
    ir.Return: _return,
    ir.Raise: _raise,
    ir.Assert: _assert,
    ir.Delete: _delete,
    ir.Jump: _jump,
    ir.Scope: _scope,
    ir.Import: _import,
    ir.ImportFrom: _import_from,
    ir.Function: _function,
    ir.Class: _class,
    ir.Match: compile_match,
}

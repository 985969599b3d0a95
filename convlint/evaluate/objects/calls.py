"""Calls: what happens when each kind of value is called; the user's functions run, objects built."""

from __future__ import annotations

from typing import Any

from convlint.evaluate.budget import MAX_CALL_DEPTH, MAX_DOUBTFUL_RECURSION, MAX_RECURSION
from convlint.evaluate.built.records import Record, Scope
from convlint.evaluate.environment import Arguments, Frame, NotIterable, Raised, follows
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import classes
from convlint.evaluate.objects.binding import bind
from convlint.evaluate.paths import force, guarded, with_default, without_unbound
from convlint.evaluate.reuse import call_keys, memo
from convlint.evaluate.values import (
    NONE,
    UNBOUND,
    Builtin,
    Choice,
    Class,
    Descriptor,
    Function,
    Instance,
    Iterator,
    Method,
    Module,
    Partial,
    Span,
    Tensor,
    Unknown,
    Value,
)  # fmt: skip


def call(machine: Machine, callee: Value, args: Arguments, site: Span) -> Any:
    """``callee(*args)`` at ``site``. Raises Undecided where the callee, or what a modelled one needs, is a choice."""
    kind = callee.__class__
    if kind is Method:
        args = Arguments([callee.receiver, *args.positional], args.keywords, args.unknown)  # type: ignore[attr-defined]
        callee = callee.function  # type: ignore[attr-defined]
        kind = callee.__class__
    if kind is Function:
        machine.flow.passed(machine, args, followed=True)
        given = invoke(machine, callee, args, site)  # type: ignore[arg-type]
        if given.__class__ is Tensor or given.__class__ is Choice:
            machine.flow.returned(machine, callee, given)  # type: ignore[arg-type]
        return given
    if kind is Builtin:
        machine.step()
        try:
            result = callee.call(machine, args, site)  # type: ignore[attr-defined]
        except NotIterable as error:
            machine.flow.passed(machine, args)
            return follows(error.cause)
        machine.flow.called(machine, callee, args, result, site)  # type: ignore[arg-type]
        return result
    if kind is Class:
        made = instantiate(machine, callee, args, site)  # type: ignore[arg-type]
        machine.flow.held(machine, args, made)
        return made
    if kind is Choice:
        return call(machine, force(callee, machine.path), args, site)
    if kind is Partial:
        keywords = {**callee.keywords, **args.keywords}  # type: ignore[attr-defined]
        bound = Arguments([*callee.args, *args.positional], keywords, args.unknown)  # type: ignore[attr-defined]
        return call(machine, callee.function, bound, site)  # type: ignore[attr-defined]
    if kind is Instance:
        return _call_instance(machine, callee, args, site)  # type: ignore[arg-type]
    if kind is Unknown:
        machine.flow.passed(machine, args)
        if machine.verdicts is not None and machine.flow.tracer is None:
            machine.verdicts.handed_on(machine, args, site)
        return follows(callee)  # type: ignore[arg-type]
    if kind is Descriptor or kind is Method:
        if kind is Method:
            args = Arguments([callee.receiver, *args.positional], args.keywords, args.unknown)  # type: ignore[attr-defined]
        return call(machine, callee.function, args, site)  # type: ignore[attr-defined]
    if kind is Tensor:
        machine.flow.unseen("a call of a tensor", callee, *args.positional)
        return Tensor()
    if kind is Module:
        raise Raised("TypeError", "a module is not callable")
    raise Raised("TypeError", "not callable")


def _call_instance(machine: Machine, target: Instance, args: Arguments, site: Span) -> Any:
    """``target(...)``: a user's ``__call__``, else ``forward`` (that is what torch.nn.Module.__call__ does)."""
    method = classes.lookup(target.cls, "__call__")
    if method is None:
        if target.cls.incomplete is not None:
            return follows(target.cls.incomplete)
        raise Raised("TypeError", f"{target.cls.name} object is not callable")
    if isinstance(method, Descriptor):
        return call(machine, method.function, args, site)
    return call(machine, method, Arguments([target, *args.positional], args.keywords, args.unknown), site)


# --- functions of the user --------------------------------------------------------------------------------------------


def invoke(machine: Machine, function: Function, args: Arguments, site: Span) -> Any:
    """Run a function of the user's, or take the result of the same call made before."""
    if machine.flow.tracer is not None and machine.flow.tracer.concerns(args):
        return machine.flow.tracer.invoke(machine, function, args, site)
    key = call_keys.call_key(machine, function, args) if closes_over_nothing_new(function) else None
    if key is not None:
        hit = machine.memo.get(key)
        if hit is not None:
            return memo.replay(machine, hit, args, site)
    try:
        return memo.remember(machine, key, site, run_function, function, args)
    except Raised as error:
        return _given_up(machine, function, site, error)


def _given_up(machine: Machine, function: Value, site: Span, error: Raised) -> Unknown:
    """What a call gives where an exception would come out of an installed package into linted code: an unknown.

    It is rather the package's code that was misread than the user's call that is wrong. Any other exception goes on.
    """
    if machine.trying or not isinstance(function, Function):
        raise error
    sources, source = machine.modules.sources, function.module.source
    if source is None or source.linted or not 0 <= site.file < len(sources) or not sources[site.file].linted:
        raise error
    given = Unknown("raises", f"{error.kind} in {function.qualname}()", site)
    machine.note_gap(given.reason, given.detail, site, "what the call builds")
    return given


def closes_over_nothing_new(function: Function) -> bool:
    """Whether the variables that a function closes over can no longer change."""
    frame = function.closure
    while frame is not None:
        if not frame.ended:
            return False
        frame = frame.parent
    return True


def run_function(machine: Machine, function: Function, args: Arguments, site: Span) -> Any:
    """Run a function of the user's."""
    code = function.code
    machine.activated.add(code)
    machine.step()
    depth = machine.active.get(code, 0)
    if depth >= (MAX_DOUBTFUL_RECURSION if machine.path.doubts else MAX_RECURSION):
        return Unknown("recursion", function.qualname, site)
    if machine.depth >= MAX_CALL_DEPTH:
        return Unknown("limit", "MAX_CALL_DEPTH", site)
    frame = Frame(function.module, function.closure, machine.path, machine.clock)
    frame.function = function
    bind(machine, function, args, frame.locals)
    if function.owner is not None and function.signature.positional:
        frame.owner, frame.receiver = function.owner, frame.locals[function.signature.positional[0]]
    elif function.closure is not None:
        frame.owner, frame.receiver = function.closure.owner, function.closure.receiver
    if function.owner is not None:
        frame.owner = function.owner
    record = Record(scope_of(function), machine.path)
    outer_record, outer_path = machine.record, machine.path
    machine.record = record
    machine.depth += 1
    machine.active[code] = depth + 1
    machine.frames.append(frame)
    try:
        return _run_body(machine, function, frame)
    finally:
        machine.record, machine.path = outer_record, outer_path
        machine.depth -= 1
        machine.frames.pop()
        machine.active[code] = depth
        frame.ended = True
        if record.calls:
            outer_record.add(site, record, outer_path)


def _run_body(machine: Machine, function: Function, frame: Frame) -> Any:
    """The result of a function's body, run in ``frame``."""
    code = function.code
    run = code.run
    if run is None:
        from convlint.evaluate.language.functions import compile_body

        run = compile_body(machine, code, function.module)
    if code.is_lambda:
        return run(frame)
    frame.declared = code.declared
    if code.generator:
        frame.yielded = []
    try:
        live = run(frame)
    except Raised:
        # Some paths returned before; this one cannot have been taken.
        if frame.result is UNBOUND:
            raise
        live = ()
    if code.generator:
        return Iterator(frame.yielded or [])
    result = frame.result
    for path in (frame.birth,) if live is None else live:
        falls_through = with_default(result, NONE) if path is frame.birth else NONE
        result = guarded(falls_through, result, path, frame.birth)
    return without_unbound(result) if result is not UNBOUND else NONE


def scope_of(function: Function) -> Scope:
    """The function as a record names it."""
    if function.scope is None:
        owner = function.owner.span if function.owner is not None else None
        function.scope = Scope(f"{function.module.name}.{function.qualname}", function.code.span, owner)
    return function.scope


# --- objects ----------------------------------------------------------------------------------------------------------


def instantiate(machine: Machine, cls: Class, args: Arguments, site: Span) -> Any:
    """``cls(...)``."""
    if cls.make is not None:
        machine.step()
        try:
            return cls.make(machine, cls, args, site)
        except NotIterable as error:
            return follows(error.cause)
    key = call_keys.call_key(machine, cls, args) if not machine.flow.follows(args) else None
    if key is not None:
        hit = machine.memo.get(key)
        if hit is not None:
            return machine.constructions.noted(machine, memo.replay(machine, hit, args, site), cls, args, site)
    try:
        made = memo.remember(machine, key, site, build, cls, args)
    except Raised as error:
        return _given_up(machine, classes.lookup(cls, "__init__"), site, error)
    if key is None and made.__class__ is Instance and machine.verdicts is not None:
        _note_network(machine, made)
    return machine.constructions.noted(machine, made, cls, args, site)


def _note_network(machine: Machine, made: Instance) -> None:
    """Keep a network that no remembered call gave: its arguments are an object, such as those of the command line.

    Modules that are built within others' ``__init__`` are parts of these.
    """
    if machine.flow.tracer is None and all(function.code.name != "__init__" for function in machine.running()):
        last = next(reversed(machine.record.calls), None)
        is_module = made.cls.derives_from_module
        if is_module and last is not None and last[1].__class__ is Record and machine.verdicts.leads_to_skip(last[1]):
            machine.verdicts.given[id(last[1])] = (made,)


def build(machine: Machine, cls: Class, args: Arguments, site: Span) -> Any:
    """Make an object and run its ``__init__``."""
    new = classes.lookup(cls, "__new__")
    if isinstance(new, Descriptor):
        new = new.function
    if new is not None:
        made = call(machine, new, Arguments([cls, *args.positional], args.keywords, args.unknown), site)
        made = force(made, machine.path)
        if not isinstance(made, Instance) or cls not in made.cls.mro:
            return made
        target = made
    else:
        target = machine.instance(cls)
    init = classes.lookup(cls, "__init__")
    if init is not None:
        bound = Arguments([target, *args.positional], args.keywords, args.unknown)
        if isinstance(init, Function):
            if target.made is None:  # an object that has no name yet leaves a call without a key
                run_function(machine, init, bound, site)
            else:
                invoke(machine, init, bound, site)
        else:
            call(machine, init, bound, site)
    return target

"""Calls: binding arguments, running the user's functions, memoising them, building objects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convlint.evaluate import classes, iteration, memo
from convlint.evaluate.budget import MAX_CALL_DEPTH, MAX_DOUBTFUL_RECURSION, MAX_RECURSION
from convlint.evaluate.environment import Arguments, Frame, NotIterable, Raised, follows
from convlint.evaluate.machine import Machine
from convlint.evaluate.paths import force, guarded, with_default, without_unbound
from convlint.evaluate.records import Record, Scope
from convlint.evaluate.values import (
    NONE,
    UNBOUND,
    Builtin,
    Choice,
    Class,
    Const,
    Descriptor,
    Dict,
    Function,
    Instance,
    Iterator,
    Method,
    Module,
    Partial,
    Span,
    Super,
    Tensor,
    Tuple,
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


def gather(machine: Machine, parts: list[tuple[str, str | None, Value]]) -> Arguments:
    """Arguments from evaluated parts with stars among them. Raises Undecided where a starred one is a choice."""
    positional: list[Value] = []
    keywords: dict[str, Value] = {}
    unknown: Unknown | None = None
    for star, name, value in parts:
        if star == "*":
            try:
                positional += iteration.iterate(machine, value, Span(-1, 0, 0))
            except NotIterable as error:
                unknown = unknown or error.cause
        elif star == "**":
            unknown = _merge_keywords(machine, keywords, force(value, machine.path)) or unknown
        elif name is not None:
            keywords[name] = value
        else:
            positional.append(value)
    return Arguments(positional, keywords, unknown)


def _merge_keywords(machine: Machine, keywords: dict[str, Value], value: Value) -> Unknown | None:
    """Add the items of a mapping; the unknown in it, where there is one."""
    if isinstance(value, Instance) and isinstance(value.payload, Dict):
        value = value.payload
    if isinstance(value, Dict):
        for key, (_, item) in value.entries.items():
            if key.__class__ is str:
                if item.__class__ is Choice:
                    item = machine.read_entry(value, key)
                if item is not UNBOUND:
                    keywords[key] = item
        return value.unknown
    return value if isinstance(value, Unknown) else Unknown("unsupported", "** of an object that is not a dict")


# --- functions of the user --------------------------------------------------------------------------------------------


def bind(function: Function, args: Arguments, names: dict[str, Any], machine: Machine, vague: bool = False) -> None:
    """Bind arguments to parameters in ``names``, as Python does. ``vague``: what is missing is unknown."""
    signature = function.signature
    positional, given = signature.positional, args.positional
    if len(given) > len(positional):
        names.update(zip(positional, given, strict=False))
        if signature.star is None:
            raise Raised(
                "TypeError", f"{function.name}() takes {len(positional)} positional arguments, {len(given)} given"
            )
        names[signature.star] = Tuple(tuple(given[len(positional) :]))
    else:
        names.update(zip(positional, given, strict=False))
        if signature.star is not None:
            names[signature.star] = args.unknown if args.unknown is not None else Tuple(())
    extra: dict[Any, tuple[Value, Any]] = {}
    for name, value in args.keywords.items():
        if name in signature.by_name:
            if name in names:
                raise Raised("TypeError", f"{function.name}() got multiple values for argument '{name}'")
            names[name] = value
        elif signature.double_star is not None:
            extra[name] = (Const(name), value)
        else:
            raise Raised("TypeError", f"{function.name}() got an unexpected keyword argument '{name}'")
    if signature.double_star is not None:
        rest = machine.dict(extra)
        rest.unknown = args.unknown
        names[signature.double_star] = rest
    if len(names) < len(positional) + len(signature.keyword) + (signature.star is not None) + (
        signature.double_star is not None
    ):
        _bind_missing(function, args.unknown, names, vague)


def _bind_missing(function: Function, unknown: Unknown | None, names: dict[str, Any], vague: bool) -> None:
    """Give parameters without an argument their default, or an unknown."""
    signature = function.signature
    for name in (*signature.positional, *signature.keyword):
        if name in names:
            continue
        if unknown is not None:
            names[name] = follows(unknown)
        elif name in signature.defaults:
            names[name] = signature.defaults[name]
        elif vague:
            names[name] = _no_default(function, name)
        else:
            raise Raised("TypeError", f"{function.name}() missing argument '{name}'")


def _no_default(function: Function, name: str) -> Unknown:
    span = function.code.span
    for param in (
        *function.code.node.params.posonly,
        *function.code.node.params.args,
        *function.code.node.params.kwonly,
    ):
        if param.name == name:
            span = Span(span.file, param.at, param.end)
    return Unknown("no-default", f"parameter '{name}' of {function.qualname}", span)


def invoke(machine: Machine, function: Function, args: Arguments, site: Span, vague: bool = False) -> Any:
    """Run a function of the user's, or take the result of the same call made before."""
    if machine.flow.tracer is not None and not vague and machine.flow.tracer.concerns(args):
        return machine.flow.tracer.invoke(machine, function, args, site)
    key = memo.call_key(machine, function, args) if not vague and closes_over_nothing_new(function) else None
    if key is not None:
        hit = machine.memo.get(key)
        if hit is not None:
            return memo.replay(machine, hit, args, site)
    try:
        return memo.remember(machine, key, site, run_function, function, args, site, vague)
    except Raised as error:
        return _given_up(machine, function, site, error)


def _given_up(machine: Machine, function: Value, site: Span, error: Raised) -> Unknown:
    """What a call gives where an exception would come out of an installed package into linted code: an unknown.

    It is rather the package's code that was misread than the user's call that is wrong. Any other exception goes on.
    """
    sources = machine.modules.sources
    source = function.module.source if isinstance(function, Function) else None
    if machine.trying or source is None or source.linted or not 0 <= site.file < len(sources):
        raise error
    if not sources[site.file].linted:
        raise error
    given = Unknown("raises", f"{error.kind} in {function.qualname}()", site)  # type: ignore[attr-defined]
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


def run_function(machine: Machine, function: Function, args: Arguments, site: Span, vague: bool) -> Any:
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
    bind(function, args, frame.locals, machine, vague)
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
        from convlint.evaluate.functions import compile_body

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
    key = memo.new_key(machine, cls, args) if not machine.flow.follows(args) else None
    if key is not None:
        hit = machine.memo.get(key)
        if hit is not None:
            return machine.flow.built(machine, memo.replay(machine, hit, args, site), cls, args, site)
    try:
        made = memo.remember(machine, key, site, build, cls, args, site, False)
    except Raised as error:
        return _given_up(machine, classes.lookup(cls, "__init__"), site, error)
    if key is None and made.__class__ is Instance and machine.verdicts is not None:
        _note_network(machine, made)
    return machine.flow.built(machine, made, cls, args, site)


def _note_network(machine: Machine, made: Instance) -> None:
    """Keep a network that no remembered call gave: its arguments are an object, such as those of the command line.

    Modules that are built within others' ``__init__`` are parts of these.
    """
    within = (frame.function for frame in machine.frames if frame.function is not None)
    if machine.flow.tracer is None and all(function.code.name != "__init__" for function in within):
        last = next(reversed(machine.record.calls), None)
        is_module = made.cls.derives_from_module
        if is_module and last is not None and last[1].__class__ is Record and machine.verdicts.leads_to_skip(last[1]):
            machine.verdicts.given[id(last[1])] = (made,)


def build(machine: Machine, cls: Class, args: Arguments, site: Span, vague: bool) -> Any:
    """Make an object and run its ``__init__`` (``vague``: parameters that are missing are unknown)."""
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
                run_function(machine, init, bound, site, vague)
            else:
                invoke(machine, init, bound, site, vague)
        else:
            call(machine, init, bound, site)
    return target


def merge_super(machine: Machine, frame: Frame, _: Value, args: Arguments, site: Span) -> Value:
    """``super()`` and ``super(Class, self)``."""
    if len(args.positional) >= 2:
        after, receiver = force(args.positional[0], machine.path), force(args.positional[1], machine.path)
    else:
        owner_frame: Frame | None = frame
        while owner_frame is not None and owner_frame.owner is None:
            owner_frame = owner_frame.parent
        if owner_frame is None or owner_frame.owner is None or owner_frame.receiver is None:
            return Unknown("unsupported", "super() outside of a method", site)
        after, receiver = owner_frame.owner, force(owner_frame.receiver, machine.path)
    if not isinstance(after, Class):
        return Unknown("unsupported", "super() of something that is not a class", site)
    return Super(after, receiver)


def all_locals(machine: Machine, frame: Frame, _: Value, args: Arguments, site: Span) -> Value:
    """``locals()``, and ``vars()`` without arguments."""
    made = machine.dict()
    for name, value in frame.locals.items():
        made.entries[name] = (Const(name), value)
    return made


def all_globals(machine: Machine, frame: Frame, _: Value, args: Arguments, site: Span) -> Value:
    """``globals()``: the module itself, whose subscripts are its names."""
    return frame.module


def evaluated(machine: Machine, frame: Frame, _: Value, args: Arguments, site: Span) -> Value:
    """``eval`` of a literal or a dotted name; what else it would do is unknown."""
    from convlint.evaluate import attributes
    from convlint.evaluate.library.standard_ast import literal

    given = force(args.positional[0], machine.path) if args.positional else NONE
    if not isinstance(given, Const) or not isinstance(given.value, str):
        return given if isinstance(given, Unknown) else Unknown("not-modelled", "eval()", site)
    names = given.value.strip().split(".")
    if len(args.positional) > 1 or args.keywords or not all(name.isidentifier() for name in names):
        try:
            return literal(machine, given.value, site)
        except Raised:
            return Unknown("not-modelled", "eval()", site)
    value: Any = machine.modules.lookup(frame, names[0], site)
    for name in names[1:]:
        value = attributes.get(machine, value, name, site)
    return value  # type: ignore[no-any-return]


class Special(Builtin):
    """A built-in that needs the caller's frame: ``super``, ``locals``."""

    __slots__ = ()


SPECIAL: dict[str, tuple[type, Callable[..., Value]]] = {
    "super": (Special, merge_super),
    "locals": (Special, all_locals),
    "globals": (Special, all_globals),
    "eval": (Special, evaluated),
}

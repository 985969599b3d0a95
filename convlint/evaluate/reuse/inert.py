"""Code that only initialises weights: it changes no layer, and models call it on hundreds of modules.

A function is inert if all it can do is compute numbers and write them into tensors: its statements are conditions,
loops and calls, and every call is to ``torch.nn.init``, to a tensor's in-place method (a trailing underscore), to a
harmless built-in or to another inert function. A statement that calls an inert function, or loops over a model's
modules with an inert body, is skipped. Whatever is in doubt is run.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from convlint.evaluate.language.names import global_name
from convlint.evaluate.library.torch_signatures import FUNCTIONS, MODULES
from convlint.evaluate.objects import classes
from convlint.evaluate.values import Builtin, Class, Code, Descriptor, Function, Instance, Method, Module, Partial, Span
from convlint.frontends.python import ir

WALKS = frozenset({"modules", "named_modules", "parameters", "named_parameters", "buffers", "named_buffers"})
"""Methods that give all modules or tensors of a model."""
READING = WALKS | frozenset(
    """children named_children size dim numel item tolist startswith endswith format lower upper split get keys
    values items type float long contiguous view reshape flatten t transpose permute expand clone detach
    new_zeros new_ones new_tensor new_empty stride count index join replace strip warning info debug apply log
    sqrt exp erf no_grad pow abs mean sum max min prod ceil floor fromfile numpy from_numpy tensor ones zeros
    empty full eye arange linspace rand randn cat stack chunk outer repeat unsqueeze squeeze bernoulli clamp
    erfinv is_floating_point inference_mode to flip roll masked_fill cos sin bool double half""".split()
)
"""Methods and functions, by name, that give numbers, texts or tensors and keep nothing."""
INITIALISING = frozenset(
    {"init_weights", "_init_weights", "reset_parameters", "_reset_parameters", "init_non_persistent_buffers",
    "init_parameters",
     "reset_parameters_", "_init_params", "init_params", "zero_init_last"}
)  # fmt: skip
"""Methods that initialise, by torch's own convention and that of the libraries around it."""
BUILT_IN = frozenset(
    """isinstance hasattr getattr len range min max sum int float any all zip enumerate print callable abs round
    tuple list dict set sorted str bool reversed repr type issubclass pow partial next iter""".split()
)
"""Built-in functions that keep nothing."""
NUMBERS = frozenset(
    {"data", "weight", "bias", "eps", "momentum", "requires_grad", "grad", "gamma", "beta", "running_mean",
    "running_var",
     "in_proj_weight", "in_proj_bias"}
)  # fmt: skip
"""Attributes that hold numbers or tensors: writing them changes no layer."""


def is_inert_loop(node: ir.ForLoop) -> bool:
    """Whether a loop walks over a model's modules or tensors and its body can do nothing but change numbers in them."""
    iterated = node.iter
    if not isinstance(iterated, ir.Call) or not isinstance(iterated.func, ir.Attribute):
        return False
    return iterated.func.attr in WALKS and not node.orelse and all(_inert_in_loop(statement) for statement in node.body)


COLLECTING = frozenset(
    {"append", "extend", "add", "insert", "update", "setdefault", "register_module", "add_module",
    "register_forward_hook",
     "__setattr__", "pop", "remove"}
)  # fmt: skip
"""Methods that keep something for later."""
TELLING = frozenset(
    {"stride", "dilation", "padding", "kernel_size", "groups", "in_channels", "out_channels", "forward"}
)
"""Attributes of a module whose change could matter to a layer built or run later."""


def _inert_in_loop(statement: ir.Stmt) -> bool:
    if isinstance(statement, ir.If):
        return all(_inert_in_loop(inner) for inner in (*statement.body, *statement.orelse))
    if isinstance(statement, (ir.ForLoop, ir.With)):
        return all(_inert_in_loop(inner) for inner in statement.body)
    if isinstance(statement, ir.Assign):
        return all(_harmless_target(target, statement.value) for target in statement.targets)
    if isinstance(statement, ir.AugAssign):
        return _harmless_target(statement.target, statement.value)
    if isinstance(statement, ir.ExprStmt):
        value = statement.value
        if not isinstance(value, ir.Call):
            return not isinstance(value, (ir.Yield, ir.Await, ir.Walrus))
        if isinstance(value.func, ir.Attribute):
            return value.func.attr not in COLLECTING
        return isinstance(value.func, ir.Name) and value.func.id not in ("setattr", "exec")
    return isinstance(statement, (ir.Jump, ir.Assert, ir.Raise))


def _harmless_target(target: ir.Expr, value: ir.Expr) -> bool:
    """An attribute that no layer depends on, or a name for a number (not for something that is kept)."""
    if isinstance(target, ir.Attribute):
        return target.attr not in TELLING
    kept = isinstance(value, (ir.Name, ir.Attribute, ir.Sequence, ir.Subscript, ir.Conditional))
    return isinstance(target, ir.Name) and not kept


# --- functions --------------------------------------------------------------------------------------------------------


class Body(NamedTuple):
    """A function whose statements are judged: as a method of ``cls``, if it is one."""

    function: Function
    cls: Class | None
    params: frozenset[str]
    bound: frozenset[str]
    """Names that stand for inert functions: nested ones, and results of what is judged here as well."""
    fresh: frozenset[str]
    """Names of containers that the function makes itself: whatever happens to those stays in it."""


class Inertness:
    """Which functions are inert, judged once for each ``def`` and class. A cycle of calls is, if all else in it is."""

    def __init__(self, machine: Any) -> None:
        self.machine = machine
        self._verdicts: dict[tuple[Code, Class | None], bool] = {}

    def holds(self, value: Any) -> bool:
        """Whether calling ``value`` can do nothing that matters."""
        if isinstance(value, Method):
            receiver = value.receiver
            return self._callable(value.function, receiver.cls if isinstance(receiver, Instance) else None)
        return self._callable(value, None)

    def _callable(self, value: Any, cls: Class | None) -> bool:
        if isinstance(value, Function):
            return self._function(value, cls)
        if isinstance(value, Partial):
            given = (*value.args, *value.keywords.values())
            return self.holds(value.function) and all(self.holds(item) for item in given if isinstance(item, JUDGED))
        return isinstance(value, Builtin) and value.name == "apply"

    def _function(self, function: Function, cls: Class | None) -> bool:
        key = function.code, cls
        verdict = self._verdicts.get(key)
        if verdict is None:
            self._verdicts[key] = True  # a call back to it is no reason against it
            node = function.code.node
            if isinstance(node, ir.Function):
                params = node.params
                named = (*params.posonly, *params.args, *params.kwonly)
                bound, fresh = _local_names(node.body)
                body = Body(function, cls, frozenset(param.name for param in named), bound, fresh)
                verdict = all(self._statement(body, statement) for statement in node.body)
            else:
                verdict = self._expression(Body(function, cls, frozenset(), frozenset(), frozenset()), node.body)
            self._verdicts[key] = verdict
        return verdict

    def _statement(self, body: Body, statement: ir.Stmt) -> bool:
        if isinstance(statement, ir.Assign):
            if not all(_number_target(body, target, statement.value) for target in statement.targets):
                return False
        elif isinstance(statement, ir.AugAssign):
            if not _number_target(body, statement.target, statement.value):
                return False
        elif isinstance(statement, ir.Function):
            return all(self._statement(body, inner) for inner in statement.body)
        elif not isinstance(statement, _ALLOWED):
            return False
        return self._parts(body, statement)

    def _parts(self, body: Body, node: Any) -> bool:
        for field in node.__struct_fields__:
            value = getattr(node, field)
            for part in value if isinstance(value, tuple) else (value,):
                if isinstance(part, _STATEMENTS):
                    if not self._statement(body, part):
                        return False
                elif isinstance(part, ir.Node) and not self._expression(body, part):
                    return False
        return True

    def _expression(self, body: Body, node: Any) -> bool:
        if isinstance(node, (ir.Await, ir.Walrus)):
            return False
        if isinstance(node, (ir.Name, ir.Attribute)):
            value = self._meaning(body, node)
            if isinstance(value, Function) and not self._function(value, self._class_of(body, node)):
                return False
        if isinstance(node, ir.Call) and not self._call(body, node.func):
            return False
        return self._parts(body, node)

    def _call(self, body: Body, func: ir.Expr) -> bool:
        if isinstance(func, ir.Attribute):
            name, target = func.attr, func.value
            if _in_place(name) or name in INITIALISING or name in READING:
                return True
            if isinstance(target, ir.Name) and target.id in body.fresh:
                return True
        elif isinstance(func, ir.Name):
            # What is passed for a parameter is judged where it is passed.
            if func.id in body.params or func.id in body.bound or func.id in BUILT_IN or _in_place(func.id):
                return True
        else:
            return False
        value = self._meaning(body, func)
        if isinstance(value, Class):
            return value.name in PLAIN_CLASSES
        if isinstance(value, Builtin):
            return value.name not in CHANGING
        return value is HARMLESS or (isinstance(value, Function) and self._function(value, self._class_of(body, func)))

    def _class_of(self, body: Body, node: ir.Expr) -> Class | None:
        return body.cls if isinstance(node, ir.Attribute) and _is_self(node.value) else None

    def _meaning(self, body: Body, node: ir.Expr) -> Any:
        """What a name of the module, a dotted name or ``self.method`` stands for; None where that is not known."""
        path: list[str] = []
        while isinstance(node, ir.Attribute):
            path.append(node.attr)
            node = node.value
        if not isinstance(node, ir.Name):
            return None
        if _is_self(node):
            found = classes.lookup(body.cls, path[0]) if body.cls is not None and len(path) == 1 else None
            return found.function if isinstance(found, Descriptor) and found.kind == "staticmethod" else found
        if node.id in body.params or node.id in body.bound or node.id in body.fresh:
            return None
        value = self._around(body.function, node.id)
        for name in reversed(path):
            if not isinstance(value, Module):
                return None
            if value.name in NUMERIC_MODULES:
                return HARMLESS
            value = self.machine.modules.attribute(value, name, NOWHERE)
        return value

    def _around(self, function: Function, name: str) -> Any:
        """What a name means outside of a function."""
        frame = function.closure
        while frame is not None:
            if name in frame.locals:
                return frame.locals[name]
            frame = frame.parent
        return global_name(self.machine, function.module, name, None, NOWHERE)

    def bears(self, value: Any, called: bool) -> bool:
        """Whether an argument leaves an inert call inert; ``called``: the arguments themselves call that value."""
        if isinstance(value, JUDGED):
            return self.holds(value)
        return not called or (isinstance(value, (Builtin, Class)) and value.name in BUILT_IN)


def _in_place(name: str) -> bool:
    """Whether a function says by its name, as torch's do, that it changes a tensor in place."""
    return name.endswith("_") and not name.startswith("__")


def _is_self(node: ir.Expr) -> bool:
    return isinstance(node, ir.Name) and node.id in ("self", "cls")


def _local_names(statements: tuple[ir.Stmt, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """Names that are only bound to what may be called, and names only bound to new containers."""
    bound: dict[str, bool] = {}
    fresh: dict[str, bool] = {}
    stack: list[Any] = list(statements)
    while stack:
        node = stack.pop()
        if isinstance(node, ir.Function):
            bound[node.name] = bound.get(node.name, True)
            stack += node.body
        elif isinstance(node, ir.Assign):
            for target in node.targets:
                if isinstance(target, ir.Name):
                    bound[target.id] = bound.get(target.id, True) and _may_be_called(node.value)
                    fresh[target.id] = fresh.get(target.id, True) and _is_new(node.value)
        else:
            for field in getattr(node, "__struct_fields__", ()):
                value = getattr(node, field)
                stack += [
                    part for part in (value if isinstance(value, tuple) else (value,)) if isinstance(part, _BLOCKS)
                ]
    return frozenset(name for name, sure in bound.items() if sure), frozenset(
        name for name, sure in fresh.items() if sure
    )


def _may_be_called(value: ir.Expr) -> bool:
    """Whether all functions that an expression can give are judged where they are named in it."""
    if isinstance(value, ir.Boolean):
        return all(_may_be_called(part) for part in value.values)
    if isinstance(value, ir.Conditional):
        return _may_be_called(value.body) and _may_be_called(value.orelse)
    return isinstance(value, (ir.Name, ir.Call, ir.Lambda))


def _is_new(value: ir.Expr) -> bool:
    """Whether an expression makes a container."""
    if isinstance(value, ir.Call):
        return isinstance(value.func, ir.Name) and value.func.id in ("list", "dict", "set")
    return isinstance(value, (ir.Sequence, ir.Dict, ir.Comprehension))


HARMLESS = object()
"""A function of a module of numbers."""
JUDGED = (Function, Method, Partial)
CHANGING = frozenset({"setattr", "delattr", "exec", "eval", "vars", "globals", "locals", "super", *MODULES, *FUNCTIONS})
"""Modelled functions that change something, or are layers."""
NOWHERE = Span(-1, 0, 0)
NUMERIC_MODULES = frozenset({"torch.nn.init", "math", "warnings", "logging", "numpy", "itertools", "operator"})
PLAIN_CLASSES = frozenset({"Tensor", "ValueError", "RuntimeError", "NotImplementedError", "TypeError"})
_STATEMENTS = (
    ir.ExprStmt, ir.Assign, ir.Declare, ir.AugAssign, ir.If, ir.ForLoop, ir.While, ir.With, ir.Try, ir.Return, ir.Raise,
    ir.Assert, ir.Delete, ir.Jump, ir.Scope, ir.Import, ir.ImportFrom, ir.Function, ir.Class, ir.Match,
)  # fmt: skip
_BLOCKS = (*_STATEMENTS, ir.Handler)
_ALLOWED = (ir.ExprStmt, ir.Declare, ir.If, ir.ForLoop, ir.With, ir.Try, ir.Return, ir.Raise, ir.Assert, ir.Jump)


def _number_target(body: Body, target: ir.Expr, value: ir.Expr) -> bool:
    if isinstance(target, ir.Attribute):
        return target.attr in NUMBERS or (target.attr.endswith("_cache") and _is_new(value))
    if isinstance(target, ir.Sequence):
        return all(_number_target(body, item, value) for item in target.items)
    if isinstance(target, ir.Subscript):
        return _holds_numbers(body, target)
    return isinstance(target, ir.Name)


def _holds_numbers(body: Body, target: ir.Subscript) -> bool:
    """Whether an item that is written belongs to a tensor or to a container that the function made itself."""
    if isinstance(target.index, (ir.Slice, ir.Sequence, ir.EllipsisLiteral)):
        return True
    owner = target.value
    while isinstance(owner, ir.Subscript):
        owner = owner.value
    if isinstance(owner, ir.Attribute):
        return owner.attr in NUMBERS
    return isinstance(owner, ir.Name) and owner.id in body.fresh | body.bound

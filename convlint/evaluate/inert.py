"""Code that only initialises weights: it changes no layer, and models call it on hundreds of modules.

A function is inert if all it can do is compute numbers and write them into tensors: its statements are conditions, loops and
calls, and every call is to ``torch.nn.init``, to a tensor's in-place method (a trailing underscore), to a harmless built-in or
to another inert function. A statement that calls an inert function, or loops over a model's modules with an inert body, is
skipped. Whatever is in doubt is run.
"""

from __future__ import annotations

from typing import Any

from convlint.evaluate.values import Builtin, Class, Function, Method, Module, Partial, Span
from convlint.frontends.python import ir

WALKS = frozenset({"modules", "named_modules", "parameters", "named_parameters", "buffers", "named_buffers"})
"""Methods that give all modules or tensors of a model."""
READING = WALKS | frozenset(
    """children named_children size dim numel item tolist startswith endswith format lower upper split get keys values items
    type float long contiguous view reshape flatten t transpose permute expand clone detach new_zeros new_ones new_tensor
    new_empty stride count index join replace strip warning info debug apply log sqrt exp erf no_grad pow abs mean sum max min
    prod ceil floor fromfile numpy from_numpy tensor ones zeros empty full eye arange linspace rand randn cat stack chunk
    outer repeat unsqueeze squeeze bernoulli clamp erfinv is_floating_point inference_mode""".split()
)
"""Methods and functions, by name, that give numbers, texts or tensors and keep nothing."""
INITIALISING = frozenset(
    {"init_weights", "_init_weights", "reset_parameters", "_reset_parameters", "init_non_persistent_buffers", "init_parameters",
     "reset_parameters_", "_init_params", "init_params"}
)  # fmt: skip
"""Methods that initialise, by torch's own convention and that of the libraries around it."""
BUILT_IN = frozenset(
    """isinstance hasattr getattr len range min max sum int float any all zip enumerate print callable abs round tuple list
    dict set sorted str bool reversed repr type issubclass pow partial next iter""".split()
)
"""Built-in functions that keep nothing."""
NUMBERS = frozenset(
    {"data", "weight", "bias", "eps", "momentum", "requires_grad", "grad", "gamma", "beta", "running_mean", "running_var",
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
    {"append", "extend", "add", "insert", "update", "setdefault", "register_module", "add_module", "register_forward_hook",
     "__setattr__", "pop", "remove"}
)  # fmt: skip
"""Methods that keep something for later."""
TELLING = frozenset({"stride", "dilation", "padding", "kernel_size", "groups", "in_channels", "out_channels", "forward"})
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


class Inertness:
    """Which functions are inert. Judged once for each ``def``; a cycle of calls is inert if nothing else in it is not."""

    def __init__(self, machine: Any) -> None:
        self.machine = machine
        self._verdicts: dict[Any, bool] = {}

    def holds(self, value: Any) -> bool:
        """Whether calling ``value`` can do nothing that matters."""
        if isinstance(value, Method):
            return self.holds(value.function)
        if isinstance(value, Partial):
            return self.holds(value.function) and all(
                self.holds(given) for given in (*value.args, *value.keywords.values()) if isinstance(given, (Function, Partial))
            )
        if isinstance(value, Builtin):
            return value.name == "apply"
        return isinstance(value, Function) and self._function(value)

    def _function(self, function: Function) -> bool:
        code = function.code
        verdict = self._verdicts.get(code)
        if verdict is None:
            self._verdicts[code] = True  # a call back to it is no reason against it
            node = code.node
            if isinstance(node, ir.Function):
                names = {param.name for param in (*node.params.posonly, *node.params.args, *node.params.kwonly)}
                names |= {inner.name for inner in node.body if isinstance(inner, ir.Function)}
                verdict = all(self._statement(function, statement, names) for statement in node.body)
            else:
                verdict = isinstance(node, ir.Lambda) and self._expression(function, node.body, set())
            self._verdicts[code] = verdict
        return verdict

    def _statement(self, function: Function, statement: ir.Stmt, params: set[str]) -> bool:
        if isinstance(statement, ir.Assign):
            if not all(_number_target(target) for target in statement.targets):
                return False
        elif isinstance(statement, ir.AugAssign):
            if not _number_target(statement.target):
                return False
        elif isinstance(statement, ir.Function):
            return all(self._statement(function, inner, params) for inner in statement.body)
        elif not isinstance(statement, _ALLOWED):
            return False
        return self._parts(function, statement, params)

    def _parts(self, function: Function, node: Any, params: set[str]) -> bool:
        for field in node.__struct_fields__:
            value = getattr(node, field)
            for part in value if isinstance(value, tuple) else (value,):
                if isinstance(part, _STATEMENTS):
                    if not self._statement(function, part, params):
                        return False
                elif isinstance(part, ir.Node) and not self._expression(function, part, params):
                    return False
        return True

    def _expression(self, function: Function, node: Any, params: set[str]) -> bool:
        if isinstance(node, (ir.Await, ir.Walrus)):
            return False
        if isinstance(node, ir.Name) and node.id not in params:
            value = self.machine.modules.global_name(function.module, node.id, None, Span(-1, 0, 0))
            if isinstance(value, Function) and not self._function(value):
                return False
        if isinstance(node, ir.Call) and not self._call(function, node, params):
            return False
        return self._parts(function, node, params)

    def _call(self, function: Function, node: ir.Call, params: set[str]) -> bool:
        func = node.func
        if isinstance(func, ir.Attribute):
            if func.attr.endswith("_") or func.attr in INITIALISING or func.attr in READING:
                return True
            return self._global(function, func, params)
        if isinstance(func, ir.Name):
            if func.id in params or func.id in BUILT_IN:
                return True  # what is passed for a parameter is judged where it is passed
            return self._global(function, func, params)
        return False

    def _global(self, function: Function, func: ir.Expr, params: set[str]) -> bool:
        """A function reached from a module-level name: ``init.normal_``, ``math.sqrt``, ``trunc_normal_``."""
        path: list[str] = []
        while isinstance(func, ir.Attribute):
            path.append(func.attr)
            func = func.value
        if not isinstance(func, ir.Name) or func.id in params or func.id in ("self", "cls"):
            return False
        modules, span = self.machine.modules, Span(-1, 0, 0)
        value = modules.global_name(function.module, func.id, None, span)
        for name in reversed(path):
            if not isinstance(value, Module):
                return False
            if value.name in ("torch.nn.init", "math", "warnings", "logging", "numpy"):
                return True
            value = modules.attribute(value, name, span)
        if isinstance(value, Class):
            return value.name in ("Tensor", "ValueError", "RuntimeError", "NotImplementedError", "TypeError")
        if isinstance(value, Builtin):
            return value.name in BUILT_IN or value.name.endswith("_")
        return isinstance(value, Function) and self._function(value)


_STATEMENTS = (
    ir.ExprStmt, ir.Assign, ir.Declare, ir.AugAssign, ir.If, ir.ForLoop, ir.While, ir.With, ir.Try, ir.Return, ir.Raise,
    ir.Assert, ir.Delete, ir.Jump, ir.Scope, ir.Import, ir.ImportFrom, ir.Function, ir.Class, ir.Match,
)  # fmt: skip
_ALLOWED = (ir.ExprStmt, ir.Declare, ir.If, ir.ForLoop, ir.With, ir.Try, ir.Return, ir.Raise, ir.Assert, ir.Jump)


def _number_target(target: ir.Expr) -> bool:
    if isinstance(target, ir.Attribute):
        return target.attr in NUMBERS
    if isinstance(target, ir.Sequence):
        return all(_number_target(item) for item in target.items)
    return isinstance(target, (ir.Name, ir.Subscript))

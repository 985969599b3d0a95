"""Loops that only initialise weights: ``for m in self.modules(): ...`` changes no layer, and models have hundreds of modules."""

from __future__ import annotations

from convlint.frontends.python import ir

WALKS = frozenset({"modules", "named_modules", "parameters", "named_parameters", "buffers", "named_buffers"})
"""Methods that give all modules or tensors of a model."""
TELLING = frozenset(
    {"stride", "dilation", "padding", "kernel_size", "groups", "in_channels", "out_channels", "forward", "weight_shape"}
)
"""Attributes of a module whose change could matter to a layer built or run later."""
COLLECTING = frozenset(
    {"append", "extend", "add", "insert", "update", "setdefault", "register_module", "add_module", "register_forward_hook",
     "__setattr__", "pop", "remove"}
)  # fmt: skip
"""Methods that keep something for later."""


def is_inert(node: ir.ForLoop) -> bool:
    """Whether a loop walks over a model's modules or tensors and its body can do nothing but change numbers in them."""
    iterated = node.iter
    if not isinstance(iterated, ir.Call) or not isinstance(iterated.func, ir.Attribute):
        return False
    return iterated.func.attr in WALKS and not node.orelse and all(_inert(statement) for statement in node.body)


def _inert(statement: ir.Stmt) -> bool:
    if isinstance(statement, ir.If):
        return all(_inert(inner) for inner in (*statement.body, *statement.orelse))
    if isinstance(statement, (ir.ForLoop, ir.With)):
        return all(_inert(inner) for inner in statement.body)
    if isinstance(statement, ir.Assign):
        kept = isinstance(statement.value, (ir.Name, ir.Attribute, ir.Sequence, ir.Subscript, ir.Conditional))
        return all(_number_inside(target) and not (kept and isinstance(target, ir.Name)) for target in statement.targets)
    if isinstance(statement, ir.AugAssign):
        return _number_inside(statement.target)
    if isinstance(statement, ir.ExprStmt):
        return _inert_call(statement.value)
    if isinstance(statement, ir.Jump):
        return True
    return isinstance(statement, (ir.Assert, ir.Raise))


def _number_inside(target: ir.Expr) -> bool:
    """An attribute of a module that no layer depends on, or a name that holds a number for the next line."""
    if isinstance(target, ir.Attribute):
        return target.attr not in TELLING
    return isinstance(target, ir.Name)


def _inert_call(value: ir.Expr) -> bool:
    if not isinstance(value, ir.Call):
        return not isinstance(value, (ir.Yield, ir.Await, ir.Walrus))
    if isinstance(value.func, ir.Attribute):
        return value.func.attr not in COLLECTING
    return isinstance(value.func, ir.Name) and value.func.id not in ("setattr", "exec")

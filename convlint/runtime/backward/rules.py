"""The rule for an operation, if there is one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from convlint.runtime.backward import elementwise, movement, products, statistics, windows
from convlint.runtime.backward.contribution import Contribution, Rule
from convlint.runtime.masks import LIVE, Levels
from convlint.runtime.tape import Op

_RULES: dict[str, Rule] = {
    **windows.RULES,
    **products.RULES,
    **statistics.RULES,
    **movement.RULES,
    **elementwise.RULES,
}


def rule_of(op: Op) -> Rule | None:
    """The rule for an operation; None where convlint knows none, so that all that it read counts as live."""
    rule = _RULES.get(op.name)
    if rule is not None:
        return rule
    if op.name.startswith(products.ATTENTION):
        return products.attention
    return elementwise.elementwise if op.pointwise else None


def everything(op: Op, out: Sequence[Levels]) -> Iterator[Contribution]:
    """For an unknown operation: all that it read is live."""
    for ref in op.reads:
        yield ref, LIVE


def is_same_place(op: Op) -> bool:
    """Whether an output comes from the elements at its own place: activations, sums, norms, copies."""
    rule = rule_of(op)
    return rule in (
        elementwise.elementwise,
        elementwise.copied,
        statistics.batch_norm,
        statistics.group_norm,
        statistics.layer_norm,
    )

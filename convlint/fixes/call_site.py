"""A call at which a fix may be written: which of its arguments are literals, and what a helper passes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from convlint.evaluate.library.torch_signatures import FUNCTIONS, MODULES
from convlint.fixes.call_text import argument_index
from convlint.fixes.source_view import SourceView, is_literal, is_simple, walk
from convlint.frontends.python import ir
from convlint.network.changes import Number
from convlint.network.layers import Use
from convlint.source import Place

OTHERS = {
    "interpolate": ("input", "size", "scale_factor", "mode", "align_corners", "recompute_scale_factor", "antialias")
}
"""Parameters, in order, of what is no sliding window."""


@dataclass(frozen=True, slots=True)
class CallSite:
    """One call: its node and those around it, outermost first, its callee's parameters, and how they are renamed."""

    view: SourceView
    chain: tuple[Any, ...]
    parameters: tuple[str, ...]
    """The callee's parameters, in order."""
    renamed: tuple[tuple[str, str], ...] = ()
    """For a helper: torch's name of a parameter, and the helper's."""
    settled: frozenset[str] = frozenset()
    """For a helper: parameters of torch's that it writes as literals itself."""
    removable: frozenset[str] = frozenset()
    """For a helper: parameters of torch's whose default in the helper is the value that they are to get."""

    @property
    def call(self) -> ir.Call:
        """The call's own node."""
        node = self.chain[-1]
        assert isinstance(node, ir.Call)
        return node

    @property
    def start(self) -> int:
        """The offset at which the call begins."""
        return self.call.at

    @property
    def text(self) -> str:
        """The call as it is written."""
        return self.view.code(self.call)

    def own_name(self, name: str) -> str | None:
        """What the callee calls torch's parameter ``name``; None where it does not take it."""
        if not self.renamed:
            return name
        return dict(self.renamed).get(name)

    def argument(self, name: str) -> Any | None:
        """The expression that is passed for torch's parameter ``name``."""
        own = self.own_name(name)
        args = self.call.args
        index = argument_index([(arg.star, arg.name) for arg in args], self.parameters, own) if own else None
        return args[index].value if index is not None else None

    @property
    def has_stars(self) -> bool:
        """Whether some arguments cannot be seen."""
        return any(arg.star for arg in self.call.args)

    def is_literal_or_missing(self, name: str) -> bool:
        """Whether the value of torch's parameter ``name`` is decided by this call's own text, or by a default."""
        if name in self.settled:
            return True
        value = self.argument(name)
        return not self.has_stars if value is None else is_literal(value)

    def repeatable(self, name: str) -> str | None:
        """The text of the argument for torch's parameter ``name`` where it may be written two times."""
        value = self.argument(name)
        return self.view.code(value) if value is not None and is_simple(value) else None


def call_site(view: SourceView, op: str, place: Place) -> CallSite | None:
    """The layer's own call, where it is written with torch's name: ``nn.Conv2d(...)``, ``F.max_pool2d(...)``."""
    chain = view.chain(place)
    if not chain:
        return None
    full, name = view.full_name(chain[-1].func), op.rpartition(".")[2]
    if full.rpartition(".")[2] != name or not full.startswith("torch."):
        return None
    spec = MODULES.get(name) or FUNCTIONS.get(name)
    return CallSite(view, chain, spec.names if spec is not None else OTHERS.get(name, ()))


def helper_site(view: SourceView, site: CallSite, use: Use, values: Sequence[tuple[str, Number]]) -> CallSite | None:
    """The call of a helper that does nothing but build the layer at ``site``; None where that call says too little.

    The helper is a plain function whose body is one ``return`` of the layer's call. Each parameter that is to get a
    value is handed on as it is, and used for nothing else.
    """
    if len(use.trace) < 2 or use.trace[-2].place != use.meeting:
        return None
    return helper_at(view, site, view.chain(use.meeting), values)


def helper_at(
    view: SourceView, site: CallSite, chain: tuple[Any, ...], values: Sequence[tuple[str, Number]]
) -> CallSite | None:
    """As ``helper_site``, for the call at the end of ``chain``."""
    function = _helper(site)
    if function is None or not chain or any(arg.star for arg in chain[-1].args):
        return None
    own = tuple(param.name for param in (*function.params.posonly, *function.params.args))
    renamed, settled = [], set()
    for name in site.parameters:
        value = site.argument(name)
        if isinstance(value, ir.Name) and value.id in own:
            renamed.append((name, value.id))
        elif not site.has_stars and (value is None or is_literal(value)):
            settled.add(name)
    helper = CallSite(view, chain, own, tuple(renamed) or (("", ""),), frozenset(settled))
    for name in site.parameters:
        value = site.argument(name)
        open_question = name not in settled and value is not None and not isinstance(value, ir.Name)
        if open_question and _decided_by(helper, value, own):
            settled.add(name)
    removable = set()
    for name, wanted in values:
        passed = helper.own_name(name)
        if (
            passed is None
            or sum(isinstance(node, ir.Name) and node.id == passed for node in walk(_body(function))) != 1
        ):
            return None
        default = next(
            param.default for param in (*function.params.posonly, *function.params.args) if param.name == passed
        )
        if isinstance(default, ir.Number) and default.value == wanted:
            removable.add(name)
    return CallSite(view, chain, own, helper.renamed, frozenset(settled), frozenset(removable))


def _decided_by(helper: CallSite, value: Any, own: Sequence[str]) -> bool:
    """Whether an expression such as ``kernel_size // 2`` depends only on parameters that the call gives as literals."""
    for node in walk(value):
        if isinstance(node, ir.Name) and node.id not in ("None", "True", "False"):
            if node.id not in own:
                return False
            args = helper.call.args
            index = argument_index([(arg.star, arg.name) for arg in args], own, node.id)
            if index is not None and not is_literal(args[index].value):
                return False
    return not any(isinstance(node, (ir.Call, ir.Attribute)) for node in walk(value))


def _helper(site: CallSite) -> ir.Function | None:
    """The function that returns the layer's call and does nothing else."""
    if len(site.chain) < 3:
        return None
    *outer, function, statement, _ = site.chain
    if not isinstance(function, ir.Function) or not isinstance(statement, ir.Return) or function.decorators:
        return None
    if any(isinstance(node, (ir.Class, ir.Function)) for node in outer):
        return None
    rest = [node for node in function.body if node is not statement]
    if any(not (isinstance(node, ir.ExprStmt) and isinstance(node.value, ir.Text)) for node in rest):
        return None
    return function


def _body(function: ir.Function) -> Any:
    return function.body[-1]

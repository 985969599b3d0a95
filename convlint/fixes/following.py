"""The convolution that alone gets what another layer gives, with only normalisation and activation between.

In an ``nn.Sequential`` that is the next one among its arguments. Else one block of statements keeps both under names of
``self``, each is used at one place of the class or of one that it is derived from, and the result goes from call to
call without being read twice. Anything else, and there is none: what cannot be seen may read the result, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from convlint.fixes.call_site import CallSite
from convlint.fixes.precede import sequential_around
from convlint.fixes.result_flow import next_call
from convlint.fixes.source_view import SourceView, walk
from convlint.frontends.python import ir
from convlint.source import Place

CLASSES = re.compile(
    r"torch\.nn\.(?:(?:Sync)?BatchNorm(?:[123]d)?|InstanceNorm[123]d|GroupNorm|Identity|ReLU6?|LeakyReLU|PReLU|RReLU"
    r"|ELU|CELU|SELU|GELU|SiLU|Mish|Hardtanh|Hardswish|Hardsigmoid|Sigmoid|Tanh|Softplus|Dropout(?:[123]d)?)"
)
"""Modules whose result has the shape of their input, whatever its size."""
FUNCTIONS = re.compile(
    r"torch\.(?:nn\.functional\.)?(?:relu6?_?|leaky_relu_?|elu_?|selu_?|gelu|silu|mish|hardtanh_?|hardswish|sigmoid"
    r"|tanh|dropout|dropout2d)"
)
"""Functions that keep the shape likewise."""
_SETS_SIZES = re.compile(
    r"^[ \t]*[\w.\[\], \t]*(?<!\bself)\.(?:stride|padding|dilation|kernel_size)\b[\w.\[\], \t]*=(?!=)", re.MULTILINE
)
"""A statement that gives a layer other numbers after it was built."""

KeepsShape = Callable[[Place], bool]
"""Whether all that the call at a place was seen to build keeps the shape of its input."""


def following(site: CallSite, keeps_shape: KeepsShape) -> tuple[Any, ...]:
    """The nodes around the call that builds the following module, the call itself last; empty where none is sure.

    Both calls stand in one block of statements, or among the arguments of one call. What the module is, the caller has
    to ask.
    """
    if _SETS_SIZES.search(site.view.text):
        return ()
    around = sequential_around(site)
    return _in_sequential(site, around, keeps_shape) if around is not None else _in_forward(site, keeps_shape)


def _in_sequential(site: CallSite, around: ir.Call, keeps_shape: KeepsShape) -> tuple[Any, ...]:
    if not _taken_whole(site, around):
        return ()
    index = next(number for number, arg in enumerate(around.args) if arg.value is site.call)
    for arg in around.args[index + 1 :]:
        call = arg.value
        if arg.star or not isinstance(call, ir.Call):
            return ()
        if not _keeps_shape(site.view, call, keeps_shape):
            return site.view.chain(site.view.place(call.at, call.end))
    return ()


def _taken_whole(site: CallSite, around: ir.Call) -> bool:
    """Whether nobody takes an ``nn.Sequential`` apart: its class never says ``self``, or its name is only called."""
    owner = _owner(site.chain)
    if owner is None or _has_heirs(site.view, owner):
        return False
    if isinstance(around.func, ir.Attribute) and around.func.attr == "__init__":
        return not any(isinstance(node, ir.Name) and node.id == "self" for node in walk(owner))
    kept = _kept(site.chain, around)
    return kept is not None and _only_call(_lineage(site.view, owner), kept[1]) is not None


def _in_forward(site: CallSite, keeps_shape: KeepsShape) -> tuple[Any, ...]:
    owner, kept = _owner(site.chain), _kept(site.chain, site.call)
    if owner is None or kept is None or _has_heirs(site.view, owner):
        return ()
    block, name = kept
    family = _lineage(site.view, owner)
    call = _only_call(family, name)
    while call is not None:
        call = next_call(site.view, call)
        if call is None:
            break
        target = _own_attribute(call.func)
        if target is None:
            if FUNCTIONS.fullmatch(site.view.full_name(call.func)):
                continue
            break
        built = _built(family, target)
        if built and all(isinstance(each, ir.Call) and _keeps_shape(site.view, each, keeps_shape) for each in built):
            continue
        if not built or not isinstance(built[0], ir.Call) or _only_call(family, target) is not call:
            break
        chain = site.view.chain(site.view.place(built[0].at, built[0].end))
        other = _kept(chain, built[0])
        return chain if other is not None and other[0] is block else ()
    return ()


def _keeps_shape(view: SourceView, call: ir.Call, keeps_shape: KeepsShape) -> bool:
    return bool(CLASSES.fullmatch(view.full_name(call.func))) or keeps_shape(view.place(call.at, call.end))


def _owner(chain: Sequence[Any]) -> ir.Class | None:
    return next((node for node in reversed(chain) if isinstance(node, ir.Class)), None)


def _lineage(view: SourceView, owner: ir.Class) -> tuple[ir.Class, ...]:
    """A class and those that it is derived from, as far as they stand in the same file."""
    family = [owner]
    for cls in family:
        bases = (view.top_level(arg.value.id) for arg in cls.args if isinstance(arg.value, ir.Name))
        family += [base for base in bases if isinstance(base, ir.Class) and not any(base is each for each in family)]
    return tuple(family)


def _has_heirs(view: SourceView, owner: ir.Class) -> bool:
    """Whether a class of the same file is derived from this one: it may use what is kept in another way."""
    return re.search(rf"^\s*class\s+\w+\s*\([^)]*\b{re.escape(owner.name)}\b", view.text, re.MULTILINE) is not None


def _kept(chain: Sequence[Any], value: Any) -> tuple[Any, str] | None:
    """The block of statements that keeps ``value`` as it is in an attribute of ``self``, and the attribute's name."""
    index = next((number for number, node in enumerate(chain) if isinstance(node, ir.Assign)), None)
    if index is None or not index or chain[index].value is not value or len(chain[index].targets) != 1:
        return None
    name = _own_attribute(chain[index].targets[0])
    for field in ("body", "orelse"):
        block = getattr(chain[index - 1], field, ())
        if name is not None and any(node is chain[index] for node in block):
            return block, name
    return None


def _own_attribute(node: Any) -> str | None:
    """``name`` for ``self.name``."""
    own = isinstance(node, ir.Attribute) and isinstance(node.value, ir.Name) and node.value.id == "self"
    return node.attr if own else None


def _built(family: Sequence[ir.Class], name: str) -> list[Any]:
    """What is kept as ``self.name`` anywhere in some classes."""
    return [
        node.value
        for cls in family
        for node in walk(cls)
        if isinstance(node, ir.Assign) and any(_own_attribute(target) == name for target in node.targets)
    ]


def _only_call(family: Sequence[ir.Class], name: str) -> ir.Call | None:
    """The call of ``self.name``, where that name is kept one time, called one time, and not used otherwise."""
    nodes = [node for cls in family for node in walk(cls)]
    mentions = sum(_own_attribute(node) == name or (isinstance(node, ir.Text) and node.value == name) for node in nodes)
    calls = [node for node in nodes if isinstance(node, ir.Call) and _own_attribute(node.func) == name]
    return calls[0] if mentions == 2 and len(calls) == 1 == len(_built(family, name)) else None

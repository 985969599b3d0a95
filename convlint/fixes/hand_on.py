"""Gives the stride of a 1x1 convolution to the larger one behind it: ResNet v1 becomes v1.5, all sizes kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from convlint.findings import Edit
from convlint.fixes.call_site import CallSite, call_site, helper_at
from convlint.fixes.call_text import REMOVE, with_arguments
from convlint.fixes.following import KeepsShape, following
from convlint.fixes.source_view import SourceView, is_literal, is_simple, walk
from convlint.fixes.trim import trimmed
from convlint.frontends.python import ir
from convlint.network.changes import HandOn

CONVOLUTIONS = ("Conv1d", "Conv2d", "Conv3d")


@dataclass(frozen=True, slots=True)
class Built:
    """A convolution: the call at which its arguments are given, and torch's own call, which may be in a helper."""

    given: CallSite
    own: CallSite

    def value(self, name: str) -> Any | None:
        """The expression for torch's parameter ``name`` where ``given`` stands; None where it is left to torch."""
        value = self.own.argument(name)
        if self.own is self.given or not isinstance(value, ir.Name) or is_literal(value):
            return value
        passed = self.given.argument(name)
        if passed is not None:
            return passed
        function = next(node for node in reversed(self.own.chain) if isinstance(node, ir.Function))
        params = (*function.params.posonly, *function.params.args)
        return next((param.default for param in params if param.name == value.id), value)


def handed_on(first: CallSite, change: HandOn, keeps_shape: KeepsShape) -> tuple[Edit, ...]:
    """The edits of both calls; none where it is not certain that all shapes stay. ``first`` gets the stride."""
    stride = first.argument("stride")
    one = all(first.is_literal_or_missing(name) for name in ("kernel_size", "padding"))
    if stride is None or not one or not is_simple(stride):
        return ()
    chain = following(first, keeps_shape)
    second = _built(first.view, chain) if chain else None
    if second is None or not _fits(second, change.stride) or _is_rebound(first, second.given, stride):
        return ()
    before = _with_stride(first, REMOVE if "stride" in first.removable else "1") or _with_stride(first, "1")
    after = _with_stride(second.given, first.view.code(stride))
    if before is None or after is None:
        return ()
    given = second.given
    return (*trimmed(first.view, first.start, first.text, before), *trimmed(given.view, given.start, given.text, after))


def _with_stride(site: CallSite, text: str) -> str | None:
    name = site.own_name("stride")
    return with_arguments(site.text, site.parameters, {name: text}) if name is not None else None


def _built(view: SourceView, chain: tuple[Any, ...]) -> Built | None:
    """The convolution that the call at the end of ``chain`` builds, itself or by a helper of the same file."""
    call = chain[-1]
    site = _convolution(view, call)
    if site is not None:
        return Built(site, site)
    helper = view.top_level(call.func.id) if isinstance(call.func, ir.Name) else None
    body = helper.body if isinstance(helper, ir.Function) else ()
    inner = next((node.value for node in body if isinstance(node, ir.Return)), None)
    own = _convolution(view, inner) if isinstance(inner, ir.Call) else None
    given = helper_at(view, own, chain, (("stride", 1),)) if own is not None else None
    return Built(given, own) if own is not None and given is not None else None


def _convolution(view: SourceView, call: ir.Call) -> CallSite | None:
    full = view.full_name(call.func)
    if full not in [f"torch.nn.{name}" for name in CONVOLUTIONS] or any(arg.star for arg in call.args):
        return None
    return call_site(view, full, view.place(call.at, call.end))


def _fits(second: Built, stride: tuple[int, ...]) -> bool:
    """Whether the layer keeps the size of its input now, and reads all of it with the stride."""
    rank = len(stride)
    kernel, own = _sizes(second.value("kernel_size"), rank, None), _sizes(second.value("stride"), rank, 1)
    if kernel is None or own is None or set(own) != {1}:
        return False
    if not second.own.view.full_name(second.own.call.func).endswith(f"Conv{rank}d"):
        return False
    if any(k < s for k, s in zip(kernel, stride, strict=True)):
        return False
    padding, dilation = second.value("padding"), second.value("dilation")
    pads, spread = _sizes(padding, rank, 0), _sizes(dilation, rank, 1)
    if pads is not None and spread is not None:
        return all(2 * p == d * (k - 1) for k, p, d in zip(kernel, pads, spread, strict=True))
    # Not known, but the same: p = d(k - 1) / 2 holds for a kernel size of 3 only.
    same = isinstance(padding, ir.Name) and isinstance(dilation, ir.Name) and padding.id == dilation.id
    return same and set(kernel) == {3}


def _sizes(value: Any | None, rank: int, default: int | None) -> tuple[int, ...] | None:
    """A literal as one number for each axis."""
    if value is None:
        return (default,) * rank if default is not None else None
    items = value.items if isinstance(value, ir.Sequence) and value.kind in ("tuple", "list") else (value,) * rank
    numbers = tuple(item.value for item in items if isinstance(item, ir.Number) and isinstance(item.value, int))
    return numbers if len(numbers) == len(items) == rank else None


def _is_rebound(first: CallSite, second: CallSite, stride: Any) -> bool:
    """Whether a statement of the function gives another value to a name in ``stride`` between the two calls."""
    names = {node.id for node in walk(stride) if isinstance(node, ir.Name) and not is_literal(node)}
    function = next((node for node in reversed(first.chain) if isinstance(node, ir.Function)), None)
    between = range(min(first.call.at, second.call.at), max(first.call.at, second.call.at))
    for statement in walk(function) if function is not None else ():
        targets = (*getattr(statement, "targets", ()), getattr(statement, "target", None))
        bound = {node.id for target in targets if target is not None for node in walk(target)
                 if isinstance(node, ir.Name)}  # fmt: skip
        at = getattr(statement, "at", -1)
        if at in between and bound & names and not _is_plain_attribute(targets, stride):
            return True
    return False


def _is_plain_attribute(targets: tuple[Any, ...], stride: Any) -> bool:
    """Whether attributes are bound of which none stands in ``stride``: ``self.bn1`` beside ``self.stride``."""
    used = {node.attr for node in walk(stride) if isinstance(node, ir.Attribute)}
    kept = [target for target in targets if target is not None]
    return all(isinstance(target, ir.Attribute) and target.attr not in used for target in kept)

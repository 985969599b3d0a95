"""From remedies to fixes: where a change to a layer is written, and with which edits. Nothing is written here.

A change is made at the layer's own call, or, where a helper only hands its parameters on to that call, at the call of
the helper, or at the literal from which the layer's numbers come. Whatever the change relies on has to be written there
as a literal: then no other layer comes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from convlint.discover import SUFFIXES
from convlint.findings import Edit, Fix
from convlint.fixes.call_site import CallSite, call_site, helper_at, helper_site
from convlint.fixes.call_text import with_arguments
from convlint.fixes.following import CLASSES
from convlint.fixes.hand_on import handed_on
from convlint.fixes.naming import in_style_of
from convlint.fixes.passed_on import passed_on
from convlint.fixes.precede import follows, preceded
from convlint.fixes.source_view import SourceView
from convlint.fixes.trim import trimmed
from convlint.frontends.python.store import IrStore
from convlint.network.changes import Change, HandOn, ReplaceModule, SetArguments, written
from convlint.network.layers import Network, Use
from convlint.network.operations import Succession
from convlint.rule import Remedy
from convlint.source import Place


class Composer:
    """Writes fixes into the files that ``linted`` names. ``texts`` gives the text of a file by its path."""

    def __init__(
        self,
        texts: Callable[[str], str | None],
        linted: frozenset[str],
        cache_folder: Path | None = None,
        network: Network | None = None,
    ) -> None:
        self._texts = texts
        self._linted = linted
        self._network = network
        self._kept_shapes: dict[Place, bool] | None = None
        self._store = IrStore(cache_folder)
        self._views: dict[str, SourceView | None] = {}

    def __call__(self, op: str, call: Place, use: Use, remedies: Sequence[Remedy]) -> tuple[Fix, ...]:
        """The fixes for the layer ``op``, built at ``call`` in the way ``use``: one for each remedy that works."""
        found = []
        for remedy in remedies:
            edits = self._edits(op, call, use, remedy.change)
            if edits:
                said = isinstance(remedy.change, HandOn) and remedy.change.said
                found.append(Fix(remedy.title, remedy.applicability, () if said else edits))
        return tuple(found)

    def _edits(self, op: str, call: Place, use: Use, change: Change) -> tuple[Edit, ...]:
        view = self._view(call.path)
        site = call_site(view, op, call) if view is not None else None
        if site is None:
            return ()  # a class of the user's, whose parameters may mean anything
        own = site.view.path in self._linted
        if isinstance(change, ReplaceModule):
            return _replaced(site, change) if own else ()
        if isinstance(change, SetArguments):
            edits = _with_values(site, change) if own else ()
            return edits or passed_on(self._view, site, use, change, self._linted)
        if isinstance(change, HandOn):
            return self._handed_on(site, use, change)
        edits = preceded(site, change) if own else ()
        outer = self._view(use.meeting.path) if use.meeting.path in self._linted else None
        if edits or outer is None or use.meeting == call:
            return edits
        helper = helper_site(outer, site, use, change.values)
        return preceded(helper, change) if helper is not None else ()

    def _handed_on(self, site: CallSite, use: Use, change: HandOn) -> tuple[Edit, ...]:
        edits = handed_on(site, change, self._keeps_shape) if site.view.path in self._linted else ()
        outer = use.trace[-2].place if len(use.trace) > 1 else None
        view = self._view(outer.path) if outer is not None and outer.path in self._linted else None
        if edits or outer is None or view is None:
            return edits
        helper = helper_at(view, site, view.chain(outer), (("stride", 1),))
        return handed_on(helper, change, self._keeps_shape) if helper is not None else ()

    def _keeps_shape(self, call: Place) -> bool:
        """Whether whatever the call at a place was seen to build keeps the shape of its input."""
        if self._kept_shapes is None:
            self._kept_shapes = {}
            for each in self._network.operations if self._network is not None else ():
                for module in (each.first, each.second) if isinstance(each, Succession) else ():
                    kept = CLASSES.fullmatch(module.op) is not None
                    self._kept_shapes[module.call] = kept and self._kept_shapes.get(module.call, True)
        return self._kept_shapes.get(call, False)

    def _view(self, path: str) -> SourceView | None:
        if path not in self._views:
            text = self._texts(path) if SUFFIXES.get(Path(path).suffix) == "python" else None
            self._views[path] = SourceView(path, text, self._store) if text is not None else None
        return self._views[path]


def _with_values(site: CallSite, change: SetArguments) -> tuple[Edit, ...]:
    names = {name for name, _ in change.values}
    if not all(site.is_literal_or_missing(name) for name in (*names, *change.relies_on)):
        return ()
    text = with_arguments(site.text, site.parameters, {name: written(value) for name, value in change.values})
    return trimmed(site.view, site.start, site.text, text) if text is not None else ()


def _replaced(site: CallSite, change: ReplaceModule) -> tuple[Edit, ...]:
    named = in_style_of(site.view, site.call.func, change.module)
    if named is None or (change.after is not None and not follows(site, change.after)):
        return ()
    return (*named.edits, *trimmed(site.view, site.start, site.text, f"{named.text}()"))

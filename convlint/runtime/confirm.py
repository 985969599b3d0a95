"""``check --confirm``: the verdict of the running model for each static finding. Runs the code of the linted files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from convlint.findings import Finding, Severity
from convlint.network.entry_points import natural_order, short_name
from convlint.network.layers import known
from convlint.runtime import bounds
from convlint.runtime.launch import Outcome, workshop
from convlint.runtime.request import CONFIG_SUFFIXES, Request
from convlint.runtime.result import VERDICTS, Failure, LayerResult
from convlint.source import Place

UNCONFIRMED = "unconfirmed"
"""The verdict of a finding whose layer was in no model that could be built and run."""
_SEVERITY = {"dead": Severity.ERROR, "branch": Severity.NOTE}

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Match:
    """A finding's layers in one built model."""

    entry_point: str
    layers: tuple[LayerResult, ...]
    looseness: int
    """0 where places and numbers agree; more where less does."""

    @property
    def worst(self) -> LayerResult:
        """The layer with the worst verdict."""
        return min(self.layers, key=lambda layer: VERDICTS.index(layer.verdict))


def confirm(
    findings: Sequence[Finding], root: Path, linted: Sequence[Path], setup: Path | None, progress: Progress | None
) -> tuple[Finding, ...]:
    """The findings with their verdicts: an error where somebody's work is wasted, a note where somebody else reads it.

    Findings of rules that are not about positions that nobody reads stay as they are.

    Builds entry points that reach the findings, those that reach the most first, each in a process of its own with a
    bound on its time and memory, and matches layers by the source positions of the calls that built them. A layer may
    be wasteful in one model and not in another: of all that were built, the worst counts.
    """
    skipping = [finding for finding in findings if finding.dead_fraction is not None]
    with_verdicts = iter(_confirmed(skipping, _Targets(root, linted, setup), progress))
    return tuple(finding if finding.dead_fraction is None else next(with_verdicts) for finding in findings)


def _confirmed(findings: Sequence[Finding], targets: _Targets, progress: Progress | None) -> Iterator[Finding]:
    wanted = Counter(name for finding in findings for name in finding.entry_points)
    built: dict[str, Outcome] = {}
    why: list[list[str]] = []
    with workshop() as shop:
        for number, finding in enumerate(findings):
            if progress is not None:
                progress("confirm", number, len(findings))
            names = _ordered(finding, targets.module_of(finding), wanted, built) if finding.layer is not None else []
            reasons: list[str] = []
            tried = 0
            for name in names:
                request = targets.request(name)
                if request is None or (name not in built and (tried >= bounds.MODELS_PER_FINDING or _spent(built))):
                    continue
                if name not in built:
                    tried += 1
                    built[name] = shop.examine(request, lambda target, stage: None)
                if _match(finding, name, built[name]) is not None:
                    break
                reasons.append(_reason(name, built[name]))
            why.append(reasons)
    for finding, reasons in zip(findings, why, strict=True):
        yield _with_verdict(finding, _matches(finding, built), reasons)


def _matches(finding: Finding, built: dict[str, Outcome]) -> list[Match]:
    """The models with its layers, the worst verdict first; those built for other findings count as well."""
    found = [match for name, outcome in built.items() if (match := _match(finding, name, outcome)) is not None]
    least = min((match.looseness for match in found), default=0)
    found = [match for match in found if match.looseness == least]
    return sorted(found, key=lambda match: VERDICTS.index(match.worst.verdict))


def _spent(built: dict[str, Outcome]) -> bool:
    return len(built) >= bounds.MODELS_PER_RUN


class _Targets:
    """Entry points by their dotted names, as the evaluator gives them, as targets that can be built."""

    def __init__(self, root: Path, linted: Sequence[Path], setup: Path | None) -> None:
        self.root = root
        self.setup = "" if setup is None else str(setup.resolve())
        self.files = {_module_name(path): path for path in linted}
        self.modules = {path: name for name, path in self.files.items()}

    def module_of(self, finding: Finding) -> str:
        """The dotted name of the module that a finding stands in; empty for a file that is not linted."""
        return self.modules.get(self.root / finding.place.path, "")

    def request(self, name: str) -> Request | None:
        """How to build an entry point; None for what is no class or function of a module."""
        module, _, rest = name.partition(":")
        if module.endswith(CONFIG_SUFFIXES):
            target = f"{(self.root / module).as_posix()}:{rest}" if rest else (self.root / module).as_posix()
            return self._to_build(target)
        attribute = ""
        while module not in self.files and "." in module:
            module, _, last = module.rpartition(".")
            attribute = f"{last}.{attribute}" if attribute else last
        if rest or not attribute or module not in self.files:
            return None
        return self._to_build(f"{self.files[module].as_posix()}:{attribute}")

    def _to_build(self, target: str) -> Request:
        return Request(target=target, folder=self.root.as_posix(), setup=self.setup, every_layer=True)


def _module_name(path: Path) -> str:
    """The dotted name of a file's module, counted from above its outermost package."""
    parts = [] if path.name == "__init__.py" else [path.stem]
    folder = path.parent
    while (folder / "__init__.py").is_file() and folder != folder.parent:
        parts.insert(0, folder.name)
        folder = folder.parent
    return ".".join(parts) or path.parent.name


def _ordered(finding: Finding, module: str, wanted: Counter[str], built: dict[str, Outcome]) -> list[str]:
    """The finding's entry points: built ones first, then those of its own module, functions, public and useful ones."""

    def order(name: str) -> tuple[object, ...]:
        last = name.rpartition(".")[2]
        elsewhere = not name.startswith(f"{module}.")
        return (
            name not in built,
            elsewhere,
            last[:1].isupper(),
            last.startswith("_"),
            -wanted[name],
            natural_order(last),
            name,
        )

    return sorted(finding.entry_points, key=order)


def _match(finding: Finding, name: str, outcome: Outcome) -> Match | None:
    """The built layers that a finding is about: by the calls that built or ran them, and by their numbers."""
    if isinstance(outcome, Failure) or finding.layer is None:
        return None
    places = {finding.place, finding.layer.call}
    # A stand-in for a library's source has other lines than the library; what the user wrote is the same.
    choices = [(places, True), ({finding.place}, True), ({finding.place}, False)]
    if finding.place.path.endswith(CONFIG_SUFFIXES):  # there it stands at a number, not at a call
        choices = [({finding.layer.call}, True)]
    for looseness, (chosen, same_numbers) in enumerate(choices):
        for exact in (True, False):
            layers = tuple(
                layer
                for layer in outcome.layers
                if not _is_whole_model(layer)
                and any(_all_in(chosen, calls, exact) for calls in (layer.built_at, layer.called_at))
                and (_numbers_agree(finding, layer) if same_numbers else layer.verdict != "none")
            )
            if layers:
                return Match(name, layers, looseness)
    return None


def _is_whole_model(layer: LayerResult) -> bool:
    """Whether the layer is all that was built: who else reads its input is then not to be seen."""
    return not layer.module and ".functional." not in layer.op


def _all_in(places: set[Place], calls: Sequence[tuple[str, int, int, int, int]], exact: bool) -> bool:
    return all(any(_same(place, at, exact) for at in calls) for place in places)


def _same(place: Place, at: tuple[str, int, int, int, int], exact: bool) -> bool:
    if (place.path, place.line) != at[:2]:
        return False
    return not exact or at[2] in (0, place.column)


def _numbers_agree(finding: Finding, layer: LayerResult) -> bool:
    assert finding.layer is not None
    pairs = (
        (finding.layer.kernel_size, layer.kernel_size),
        (finding.layer.stride, layer.stride),
        (finding.layer.dilation, layer.dilation),
    )
    return all(_one_each(known(ours)) == _one_each(theirs) for ours, theirs in pairs)


def _one_each(sizes: tuple[int, ...] | None) -> tuple[int, ...] | None:
    """One number where all axes agree: a module may hold ``2`` for what the source calls ``(2, 2)``."""
    return sizes[:1] if sizes and len(set(sizes)) == 1 else sizes


def _reason(name: str, outcome: Outcome) -> str:
    short = short_name(name)
    if isinstance(outcome, Failure):
        return f"{short}: {outcome.message}"
    if any(_is_whole_model(layer) for layer in outcome.layers):
        return f"{short}: it is a single layer; what reads its input beside it is not in this file"
    return f"{short}: it was built and run, and has no layer that was built there with these numbers"


def _with_verdict(finding: Finding, matches: Sequence[Match], reasons: Sequence[str]) -> Finding:
    if not matches:
        if finding.layer is None:
            why = "models are watched for convolutions, pools and unfold only"
        else:
            why = reasons[0] if reasons else "no entry point that reaches it can be built by itself"
        more = f"; {len(reasons) - 1} more tried" if len(reasons) > 1 else ""
        return replace(finding, verdict=UNCONFIRMED, message=f"{finding.message}; not confirmed: {why}{more}")
    worst = matches[0].worst
    words = "; ".join((*_words(matches[0], worst), *_elsewhere(matches)))
    return replace(
        finding,
        verdict=worst.verdict,
        severity=_SEVERITY.get(worst.verdict, finding.severity),
        message=f"{finding.message}; {words}",
    )


def _elsewhere(matches: Sequence[Match]) -> Iterator[str]:
    """Where the same layer has a better verdict."""
    best = matches[-1]
    if best.worst.verdict != matches[0].worst.verdict:
        yield f"in {short_name(best.entry_point)} it is '{best.worst.verdict}'"


def _words(match: Match, worst: LayerResult) -> Iterator[str]:
    """What the verdict says, in one model, about the worst of the layers."""
    model = short_name(match.entry_point)
    where = f"{worst.module or 'a call'} of {model}"
    if worst.verdict == "dead":
        yield f"confirmed: in {where} nobody uses {worst.dead_fraction:.0%} of the values (proven)"
    elif worst.verdict == "unproven":
        yield f"in {where} nobody seems to use what it skips, which could not be proven"
    elif worst.verdict == "gate-only":
        yield f"in {where} only a gate or a statistic uses {worst.gate_fraction:.0%} of the values"
    elif worst.verdict == "branch":
        yield f"in {where} somebody else uses what it skips"
    elif worst.verdict == "not run":
        yield f"{where} was built, and its forward pass does not reach it"
    else:
        yield f"in {where}, at this size of the input, it skips nothing"
    count = sum(layer.verdict == worst.verdict for layer in match.layers)
    if count > 1:
        yield f"the same for {count - 1} more layers built there"

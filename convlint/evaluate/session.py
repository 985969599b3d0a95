"""One run of the evaluator over a project: files in, entry points evaluated, an Analysis out."""

from __future__ import annotations

import gc
from collections import Counter
from pathlib import Path

from convlint.evaluate.built.reach import EvaluatedNetwork
from convlint.evaluate.built.sites import Sites
from convlint.evaluate.entry_points.entries import Entry, Postponed, entries_of, uncalled
from convlint.evaluate.graph.across import follow_across
from convlint.evaluate.graph.drawing import drawn
from convlint.evaluate.graph.follow import Verdicts
from convlint.evaluate.graph.parts import follow_parts
from convlint.evaluate.graph.within import follow_within
from convlint.evaluate.machine import Machine
from convlint.evaluate.project import Analysis, Request, Stats, UnknownLayer
from convlint.evaluate.sources.finder import Finder
from convlint.evaluate.sources.imports import Imports
from convlint.evaluate.sources.modules import Modules
from convlint.evaluate.unknown import NOT_FOLLOWED
from convlint.findings import Finding, InputError
from convlint.frontends.python.python_file import PythonFile
from convlint.frontends.python.store import IrStore
from convlint.network.graphs import ModelGraph
from convlint.network.layers import Layer, Unknown, known


class Session:
    """The machine and the files of one run."""

    def __init__(self, request: Request) -> None:
        self.request = request
        store = IrStore(request.cache_folder)
        self.finder = Finder(request.root, request.linted, request.overlays, request.site_packages, store)
        self.modules = Modules(self.finder, frozenset(request.linted))
        self.machine = Machine(self.modules)
        self.modules.machine = self.machine
        self.machine.verdicts = self.verdicts = Verdicts(request.graphs, request.input_size)
        self.sites = Sites(self.modules.sources, request.root, self.machine.documents)

    def run(self) -> Analysis:
        """Evaluate everything.

        Nearly all that an entry point makes lives to the end of the run, because its calls are remembered; the rest
        hardly ever holds itself in a circle. Looking for such circles takes a tenth of the time of the evaluation and
        frees a tenth of its memory, so it is left until afterwards.
        """
        collecting = gc.isenabled()
        gc.disable()
        try:
            return self._run()
        finally:
            # All that was made counts as old from here on; as new objects, all of it would be looked at once more.
            gc.freeze()
            gc.unfreeze()
            if collecting:
                gc.enable()

    def _run(self) -> Analysis:
        files = self._that_matter()
        entries: list[Entry] = []
        postponed: list[Postponed] = []
        for done, path in enumerate(files):
            if self.request.progress is not None:
                self.request.progress("evaluating", done, len(files))
            module = self.modules.at(path)
            if module is not None and module.source is not None:
                entries += entries_of(self.machine, module.source, postponed)
        notes: list[Finding] = []
        outside: frozenset[str] = frozenset()
        if self.request.calls:
            from convlint.evaluate.entry_points.outside import Outside

            others = Outside(self.machine, self.request.calls)
            entries += others.entries()
            notes, outside = others.notes, frozenset(others.paths)
        entries += uncalled(self.machine, postponed)
        follow_within(self.machine, self.verdicts, entries)
        follow_parts(self.machine, self.verdicts, entries)
        across = follow_across(self.machine, self.verdicts, {id(entry.root): entry.name for entry in entries})
        self.machine.memo.clear()  # no call is evaluated any more, and what was remembered takes half of the memory
        self.verdicts.forget()
        linted = outside | {self._shown(path) for path in (*self.request.linted, *self.request.configs)}
        network = EvaluatedNetwork(entries, self.sites, linted, across, self.verdicts)
        errors = self._unreadable()
        for file in self.finder.files.values():
            if isinstance(file, PythonFile):
                file.save()
        parsed = sum(isinstance(file, PythonFile) and file.parsed for file in self.finder.files.values())
        sure = sum(
            all(known(size) for size in (layer.kernel_size, layer.stride, layer.dilation)) for layer in network.layers
        )
        stats = Stats(len(self.request.linted), parsed, len(network.layers), sure, len(entries))
        return Analysis(
            network,
            errors,
            stats,
            self._unknowns(network),
            self.finder.consulted,
            frozenset(self.finder.absent),
            tuple(dict.fromkeys(notes)),
            graphs=self._graphs(entries, network),
            read=network.read(),
        )

    def _graphs(self, entries: list[Entry], network: EvaluatedNetwork) -> tuple[ModelGraph, ...]:
        """What the entry points compute, where that was asked for."""
        known = self.verdicts.graphs or {}
        ordered = sorted(entries, key=lambda entry: entry.name)
        works = network.works()
        return tuple(
            drawn(entry.name, known[id(entry.root)], self.sites, works.get(entry.name))
            for entry in ordered
            if id(entry.root) in known
        )

    def _that_matter(self) -> list[Path]:
        """The linted files that can lead to a layer."""
        imports = Imports(self.finder)
        files = ((path, self.finder.file(path)) for path in self.request.linted)
        return [path for path, file in files if isinstance(file, PythonFile) and imports.can_matter(path)]

    def _unreadable(self) -> tuple[InputError, ...]:
        """The linted files that do not parse. Asked when all has run: a file that was lowered whole has been parsed."""
        errors: list[InputError] = []
        for path in self.request.linted:
            file = self.finder.file(path)
            problem = file.syntax_error() if isinstance(file, PythonFile) else file
            if problem is not None:
                errors.append(InputError(self._shown(path), problem.line, problem.message))
        return tuple(errors)

    def _shown(self, path: Path) -> str:
        root = self.request.root
        return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()

    def _unknowns(self, network: EvaluatedNetwork) -> tuple[UnknownLayer, ...]:
        """Every layer parameter that is not known, and every entry point that was given up."""
        found: Counter[tuple[str, str, object, str]] = Counter()
        for layer in network.layers:
            for parameter, unknown in _gaps(layer):
                place = unknown.place or layer.call
                found[(unknown.reason, unknown.detail, place, f"{parameter} of {layer.op}")] += 1
        for (reason, detail, span, what), count in self.machine.gaps.items():
            found[(reason, detail, self.sites.place(span), what)] += count
        for what, place, count in self.verdicts.outcomes.unknowns(self.sites):
            found[(NOT_FOLLOWED, what, place, "who uses what the layer skips")] += count
        return tuple(UnknownLayer(*key, count) for key, count in sorted(found.items(), key=str))  # type: ignore[arg-type]


def _gaps(layer: Layer) -> list[tuple[str, Unknown]]:
    found: list[tuple[str, Unknown]] = []
    for name in ("kernel_size", "stride", "dilation"):
        sizes = getattr(layer, name)
        unknown = next((size for size in sizes if isinstance(size, Unknown)), None)
        if unknown is not None:
            found.append((name, unknown))
    return found

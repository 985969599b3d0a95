"""One operation of torch in a module each: what convlint says of its result's shape, and what torch says."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from convlint.evaluate.graph import traces
from convlint.evaluate.project import Request, analyse
from convlint.evaluate.sizes.arguments import shape_of

Sizes = tuple[int, ...]
HEAD = """import math
import torch
import torch.nn.functional as F
from torch import nn
"""
_FOLDER = Path(tempfile.gettempdir()).resolve() / "convlint-no-such-folder"


class Case(NamedTuple):
    """What ``forward`` does with ``x`` of a shape, and the module ``self.m`` that it may use."""

    shape: Sizes
    body: str
    module: str = "None"

    def __str__(self) -> str:
        return f"{self.body}, x of {'x'.join(map(str, self.shape))}" + f", {self.module}" * (self.module != "None")


Cases = dict[Sizes, list[Case]]


def read(file: Path) -> tuple[Cases, Cases]:
    """The cases of a file, by the shape of ``x``: those of which all has to be known, and the others."""
    known: Cases = {}
    others: Cases = {}
    found: list[Case] = []
    shape: Sizes = ()
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("="):
            *title, sizes = line.strip("= ").split()
            shape = tuple(map(int, sizes.split("x")))
            found = (others if title else known).setdefault(shape, [])
        elif line and not line.startswith("#"):
            body, _, module = line.partition(" | ")
            found.append(Case(shape, body, module or "None"))
    return known, others


def source(cases: Sequence[Case]) -> str:
    """A file with one module for each case, and a call of each with a tensor of its shape."""
    parts = [HEAD]
    for number, case in enumerate(cases):
        *lines, last = case.body.split("; ")
        body = "".join(f"        {line}\n" for line in (*lines, f"return {last}"))
        parts.append(
            f"class Net{number}(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
            f"        self.m = {case.module}\n\n    def forward(self, x):\n{body}"
        )
    parts += [f"Net{number}()(torch.zeros{case.shape})" for number, case in enumerate(cases)]
    return "\n\n".join(parts) + "\n"


def said_of(cases: Sequence[Case], monkeypatch: pytest.MonkeyPatch) -> list[list[Any]]:
    """The shapes of all tensors that each module gives, None for one that is not known, as the evaluator has them."""
    found: list[list[Any]] = [[] for _ in cases]
    traced, outputs = traces.Traces.graph_of, traces._outputs
    running: list[int] = []

    def noted(verdicts: Any, machine: Any, target: Any, site: Any, given: Any = None, *rest: Any) -> Any:
        name = target.cls.name
        running.append(int(name.removeprefix("Net")) if given is not None and name.startswith("Net") else -1)
        return traced(verdicts, machine, target, site, given, *rest)

    def gathered(result: Any) -> Iterator[Any]:
        tensors = list(outputs(result))
        if running[-1] >= 0:
            found[running[-1]] = [of for tensor in tensors for of in (shape_of(tensor), tensor.node.shape)]
        yield from tensors

    with monkeypatch.context() as patched:
        patched.setattr(traces.Traces, "graph_of", noted)
        patched.setattr(traces, "_outputs", gathered)
        path = _FOLDER / "model.py"
        analysis = analyse(Request(root=_FOLDER, linted=(path,), overlays={path: source(cases)}))
    assert not analysis.errors, analysis.errors
    return found


def true_of(cases: Sequence[Case]) -> list[list[Sizes]]:
    """What torch gives, without computing anything."""
    import torch

    namespace: dict[str, Any] = {"__name__": "generated"}
    with torch.device("meta"), torch.no_grad():
        text = source(cases).partition("Net0()(")[0]
        exec(compile(text, "generated", "exec"), namespace)
        return [
            [tuple(tensor.shape) for tensor in _tensors(_run(namespace[f"Net{number}"], case))]
            for number, case in enumerate(cases)
        ]


def _run(made: Any, case: Case) -> Any:
    import torch

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return made().eval()(torch.zeros(case.shape))
    except Exception as error:
        raise AssertionError(f"torch does not run {case}: {error}") from error


def _tensors(value: Any) -> Iterator[Any]:
    if isinstance(value, (tuple, list)):
        for each in value:
            yield from _tensors(each)
    elif hasattr(value, "shape"):
        yield value


def differences(cases: Sequence[Case], monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], list[str]]:
    """The cases of which something false is said; and those of which not all is known."""
    wrong, unknown = [], []
    for case, said, truth in zip(cases, said_of(cases, monkeypatch), true_of(cases), strict=True):
        twice = [shape for shape in truth for _ in range(2)]
        if len(said) != len(twice):
            unknown.append(f"{case}: {len(said) // 2} tensors of {len(truth)}")
            continue
        for mine, theirs in zip(said, twice, strict=True):
            if mine is None:
                unknown.append(f"{case}: nothing, for {theirs}")
            elif len(mine) != len(theirs) or any(a not in (None, b) for a, b in zip(mine, theirs, strict=True)):
                wrong.append(f"{case}: {mine}, but it is {theirs}")
            elif None in mine:
                unknown.append(f"{case}: {mine}, for {theirs}")
    return list(dict.fromkeys(wrong)), list(dict.fromkeys(unknown))

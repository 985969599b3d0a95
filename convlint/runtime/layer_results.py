"""What a report says of each layer: its name, where it was built, its verdict and what it costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from torch import nn

from convlint.runtime import construction, heatmaps
from convlint.runtime.analysis import Analysis, weighed
from convlint.runtime.backward.windows import Window, window_of
from convlint.runtime.refusal import relative
from convlint.runtime.request import Request
from convlint.runtime.result import LayerResult
from convlint.runtime.tape import Op, Tape
from convlint.runtime.verdicts import Skip


def layers_of(
    request: Request,
    model: nn.Module,
    findings: Analysis,
    checked: Analysis,
    holds: bool,
) -> tuple[LayerResult, ...]:
    """One result for each call of a layer that skips something; for all layers on request.

    ``findings`` are about the graph, ``checked`` about the model's own pass; ``holds``: the claims are proven.
    """
    skips = {skip.op.index: skip for skip in findings.skips}
    modules = dict(model.named_modules())
    # The graph has no Python frames; the model's own pass, with the same layers in the same order, has.
    watched = dict(_numbered(checked.tape))
    costs = weighed(findings)
    layers: list[LayerResult] = []
    first_reader: dict[object, str] = {}
    for key, op in _numbered(findings.tape):
        window = window_of(op)
        skip = skips.get(op.index)
        if window is None or (skip is None and not request.every_layer):
            continue
        seen = watched.get(key, op)
        layer = _layer(request, modules.get(op.module), seen, window, skip, holds, costs.get(op.index, (0, 0)))
        if skip is not None:
            values = window.input, _last_write(findings.tape, op, window)
            layer = replace(layer, same_input_as=first_reader.get(values, ""))
            first_reader.setdefault(values, layer.module or layer.op)
        layers.append(layer)
    if request.every_layer:
        layers += _not_run(request, modules, {layer.module for layer in layers})
    return tuple(layers)


def _numbered(tape: Tape) -> Iterator[tuple[tuple[str, int, str, int], Op]]:
    """The windowed operations, by the module that did them, which of its calls it was, and which operation in it."""
    seen: Counter[tuple[str, int, str]] = Counter()
    for op in tape.ops:
        if window_of(op) is not None:
            key = op.module, op.call, op.name
            yield (*key, seen[key]), op
            seen[key] += 1


def _last_write(tape: Tape, layer: Op, window: Window) -> int:
    """The last operation before a layer that wrote into the memory that it reads; -1 for the model's input."""
    writes = (
        op.index
        for op in reversed(tape.ops[: layer.index])
        if any(ref is not None and ref.storage == window.input.storage for ref in op.outputs)
    )
    return next(writes, -1)


def _not_run(request: Request, modules: dict[str, nn.Module], run: set[str]) -> Iterator[LayerResult]:
    """The layers that were built and that the pass did not reach."""
    for name, module in modules.items():
        if not isinstance(module, construction.WINDOWED) or name in run:
            continue
        places = _from(request.folder, construction.built_at(module))
        size, stride, dilation, padding = (
            _numbers(getattr(module, each, 1)) for each in ("kernel_size", "stride", "dilation", "padding")
        )
        yield LayerResult(
            name, _torch_name(module), places[0][0] if places else "", places[0][1] if places else 0,
            size, stride, dilation, padding, (), 0.0, 0.0, 0.0, "not run", None, 0, 0, built_at=places,
        )  # fmt: skip


def _numbers(value: Any) -> tuple[int, ...]:
    return tuple(each for each in (value if isinstance(value, tuple) else (value,)) if isinstance(each, int))


def _from(folder: str, places: Sequence[construction.Place]) -> tuple[construction.Place, ...]:
    return tuple((relative(path, folder), *rest) for path, *rest in places)  # type: ignore[misc]


def _torch_name(module: nn.Module) -> str:
    """The name of the class of torch.nn that a layer is, or inherits from."""
    owner = next((c for c in type(module).__mro__ if c.__module__.startswith("torch.nn.")), type(module))
    return f"torch.nn.{owner.__name__}"


def _layer(
    request: Request,
    module: nn.Module | None,
    op: Op,
    window: Window,
    skip: Skip | None,
    holds: bool,
    costs: tuple[int, int],
) -> LayerResult:
    name, places = _identity(module, op, window)
    places = _from(request.folder, places)
    axes = len(window.kernel_size)
    if "1d" in name and axes == 2:  # torch runs it as a 2-d one of height 1
        axes = 1
    verdict = "none" if skip is None else skip.verdict
    if verdict == "dead" and not holds:
        verdict = "unproven"
    return LayerResult(
        module=op.module,
        op=name,
        path=places[0][0] if places else "",
        line=places[0][1] if places else 0,
        kernel_size=window.kernel_size[-axes:],
        stride=window.stride[-axes:],
        dilation=window.dilation[-axes:],
        padding=window.padding[-axes:],
        input_shape=window.input.size,
        skipped_fraction=skip.skipped_fraction if skip else 0.0,
        dead_fraction=skip.dead_fraction if skip and holds else 0.0,
        gate_fraction=skip.gate_fraction if skip else 0.0,
        verdict=verdict,
        proven=holds if skip and skip.verdict == "dead" else None,
        wasted_macs=costs[0] if holds else 0,
        gate_macs=costs[1],
        built_at=places,
        called_at=_from(request.folder, op.frames),
        picture=heatmaps.picture(skip) if skip else (),
        map=heatmaps.of_skip(skip) if skip and request.maps else None,
    )


def _identity(module: nn.Module | None, op: Op, window: Window) -> tuple[str, tuple[Any, ...]]:
    """The full torch name of a layer, and the calls that built it; for a function the calls that led to it."""
    if isinstance(module, construction.WINDOWED):
        return _torch_name(module), construction.built_at(module)
    axes = len(window.kernel_size)
    names = {
        "Conv": f"conv{axes}d",
        "ConvTranspose": f"conv_transpose{axes}d",
        "MaxPool": f"max_pool{axes}d",
        "AvgPool": f"avg_pool{axes}d",
        "Unfold": "unfold",
    }
    return f"torch.nn.functional.{names[window.kind]}", op.frames

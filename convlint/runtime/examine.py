"""One model from beginning to end, in its own process: build, capture, walk, prove, and write down what came out."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import nn

from convlint.runtime import bounds, capture, construction, devices, heatmaps
from convlint.runtime.backward.windows import Window, window_of
from convlint.runtime.liveness import Liveness, walk, walk_again
from convlint.runtime.load import build, prepare, random_inputs, shapes_of
from convlint.runtime.masks import full
from convlint.runtime.proof import Proof, claims_of, outputs_of, prove
from convlint.runtime.refusal import RefusedError, in_one_line, relative
from convlint.runtime.request import Request
from convlint.runtime.result import LayerResult, ModelResult
from convlint.runtime.tape import Op, Tape, tensors_in
from convlint.runtime.verdicts import Skip, skips_of
from convlint.runtime.weights import untouched_weights

STAGES = ("build", "export", "record", "analyse", "prove")
Progress = Callable[[str], None]
"""Called with the name of each stage as it begins."""


@dataclass(slots=True)
class Clock:
    """Seconds that each stage took; and which one is running."""

    progress: Progress
    timings: dict[str, float] = field(default_factory=dict)
    stage: str = STAGES[0]

    @contextmanager
    def time(self, stage: str) -> Iterator[None]:
        """One stage."""
        self.stage = stage
        self.progress(stage)
        begin = time.perf_counter()
        yield
        self.timings[stage] = self.timings.get(stage, 0.0) + time.perf_counter() - begin


def examine(request: Request, progress: Progress) -> ModelResult:
    """Everything about one model. Raises RefusedError with one line for whatever cannot be built or run."""
    clock = Clock(progress)
    try:
        return _examine(request, clock)
    except RefusedError as error:
        raise RefusedError(f"{clock.stage}: {error}") from None
    except (Exception, SystemExit) as error:
        raise RefusedError(in_one_line(clock.stage, error, request.folder)) from None


def _examine(request: Request, clock: Clock) -> ModelResult:
    with clock.time("build"):
        prepare(request)
        device = devices.choose(request.device)
        torch.manual_seed(0)
        model = build(request).to(device)
        dtype = next((p.dtype for p in model.parameters() if p.is_floating_point()), torch.float32)
        candidates = shapes_of(request, model)
    with devices.cudnn(device == "cpu"):
        with clock.time("record"):
            shapes, inputs, watched, plain = _recorded(model, candidates, device, dtype)
        method, tape, fallbacks = _captured(model, inputs, watched, clock)
        with clock.time("analyse"):
            findings = _analyse(tape)
            checked = findings if tape is watched else _analyse(watched)
        with clock.time("prove"):
            proof = _proved(model, inputs, plain, checked, device)
    return _written_down(request, model, shapes, device, method, fallbacks, findings, checked, proof, clock)


@dataclass(frozen=True, slots=True)
class _Findings:
    tape: Tape
    liveness: Liveness
    skips: list[Skip]


def _recorded(
    model: nn.Module, candidates: Sequence[tuple[tuple[int, ...], ...]], device: str, dtype: torch.dtype
) -> tuple[tuple[tuple[int, ...], ...], list[torch.Tensor], Tape, list[torch.Tensor]]:
    """The first sizes that the model takes, the inputs, the tape and the output. Raises what it raised on the first."""
    first: Exception | None = None
    for shapes in candidates:
        inputs = random_inputs(shapes, device, dtype)
        try:
            # Some models prepare something, such as anchors, in their first pass; a later pass is like any other.
            outputs_of(model, inputs)
            tape, outputs = capture.record_model(model, inputs)
        except Exception as error:  # the model's own
            first = first or error
            continue
        if not tape.outputs:
            raise RefusedError(f"its output, of type {type(outputs).__name__}, has no tensor in it")
        return shapes, inputs, tape, [tensor.clone() for tensor in tensors_in(outputs)]
    assert first is not None
    raise first


def _captured(
    model: nn.Module, inputs: Sequence[torch.Tensor], watched: Tape, clock: Clock
) -> tuple[str, Tape, tuple[str, ...]]:
    """How the graph was taken, its tape, and why better ways failed.

    Where the graph does the very operations that the model did, the model's own tape stands for both.
    """
    fallbacks = []
    for method, take in capture.METHODS:
        try:
            with clock.time("export"):
                tape = capture.record_graph(take(model, inputs), inputs)
        except (Exception, SystemExit) as error:  # these run the model's code in ways its author never saw
            fallbacks.append(in_one_line(f"torch.{method}", error, ""))
            continue
        return method, watched if tape.same_operations(watched) else tape, tuple(fallbacks)
    return "hooks", watched, tuple(fallbacks)


def _analyse(tape: Tape) -> _Findings:
    liveness = walk(tape)
    return _Findings(tape, liveness, skips_of(tape, liveness))


def _proved(
    model: nn.Module,
    inputs: Sequence[torch.Tensor],
    plain: Sequence[torch.Tensor],
    findings: _Findings,
    device: str,
) -> Proof:
    """The proof on the model itself; repeated in ways that smear nothing before a mismatch counts."""
    claims = claims_of(findings.tape, findings.liveness)
    proof = Proof(0, False, False, False)
    for number, way in enumerate(devices.retries(device)):
        if way == "float64":
            model = model.double()
            inputs = [tensor.double() if tensor.is_floating_point() else tensor for tensor in inputs]
        proof = prove(model, inputs, claims, plain if number == 0 else None)
        if number:
            proof = replace(proof, retry=way)
        if proof.holds or not proof.finite:
            break
    return proof


def _written_down(
    request: Request,
    model: nn.Module,
    shapes: tuple[tuple[int, ...], ...],
    device: str,
    method: str,
    fallbacks: tuple[str, ...],
    findings: _Findings,
    checked: _Findings,
    proof: Proof,
    clock: Clock,
) -> ModelResult:
    tape, liveness = findings.tape, findings.liveness
    holds = proof.holds and _same_claims(findings, checked)
    macs, dead, gate = liveness.macs(tape)
    pixels, unread = _pixels(tape, liveness)
    weighed = _weighed(findings)
    totals = {
        "macs": macs,
        "dead_macs": dead if holds else 0,
        "gate_macs": gate,
        "input_pixels": pixels,
        "unread_input_pixels": unread if holds else 0,
        "weights": sum(parameter.numel() for parameter in model.parameters()),
        "untouched_weights": untouched_weights(tape),
        "unproven_macs": 0 if holds else dead,
        "dead_macs_by_skipping": _by_skipping(findings, dead) if holds else 0,
    }
    layers = _layers(request, model, findings, checked, holds, weighed)
    proven = {
        "claimed": proof.claimed,
        "finite": proof.finite,
        "nan": proof.nan,
        "random": proof.random,
        "retry": proof.retry,
    }
    return ModelResult(
        target=request.target,
        input_shape=shapes[0],
        device=device,
        method=method,
        fallbacks=fallbacks,
        model=totals,
        layers=layers,
        unknown_ops=liveness.unknown,
        timings={name: round(seconds, 4) for name, seconds in clock.timings.items()},
        proof=proven,
        notes=_notes(method, proof, findings, checked),
        input_map=heatmaps.of_input(tape, liveness) if request.maps else None,
    )


def _notes(method: str, proof: Proof, findings: _Findings, checked: _Findings) -> tuple[str, ...]:
    notes = []
    if method == "hooks":
        notes.append(
            "no graph could be taken, so the model was watched: what is said holds for the path that this input took"
        )
    if not proof.finite:
        notes.append("the output is not finite even without a change, so nothing could be proven")
    elif not proof.holds:
        notes.append("overwriting what is claimed dead changed the output, so nothing is reported as dead")
    if not _same_claims(findings, checked):
        notes.append("the graph and the model do not do the same operations, so the graph's claims are not proven")
    return tuple(notes)


def _same_claims(findings: _Findings, checked: _Findings) -> bool:
    """Whether what was proven on the model is what is claimed of the graph."""
    if findings is checked:
        return True
    ours, theirs = findings.liveness.macs(findings.tape), checked.liveness.macs(checked.tape)
    return ours == theirs and [skip.verdict for skip in findings.skips] == [skip.verdict for skip in checked.skips]


def _pixels(tape: Tape, liveness: Liveness) -> tuple[int, int]:
    """Positions of all inputs with channels and space, and those of which no channel reaches the output."""
    positions = unread = 0
    for ref, levels in zip(tape.inputs, liveness.inputs, strict=True):
        if len(ref.size) < 3:
            continue
        read = full(levels, ref.size).amax(1)
        positions += read.numel()
        unread += int((read == 0).sum())
    return positions, unread


def _weighed(findings: _Findings) -> dict[int, tuple[int, int]]:
    """For each skipping operation, the multiply-accumulates that would be needed if all that skip its input read it."""
    groups: dict[object, list[Skip]] = defaultdict(list)
    for skip in findings.skips:
        if skip.verdict != "branch":
            groups[skip.window.input].append(skip)
    before = findings.liveness.macs(findings.tape)
    weighed = {}
    for skips in list(groups.values())[: bounds.GROUPS_WEIGHED]:
        after = _if_read(findings, skips).macs(findings.tape)
        for skip in skips:
            weighed[skip.op.index] = (before[1] - after[1], max(0, before[2] - after[2]))
    return weighed


def _by_skipping(findings: _Findings, dead: int) -> int:
    return dead - _if_read(findings, findings.skips).macs(findings.tape)[1] if findings.skips else 0


def _if_read(findings: _Findings, skips: Sequence[Skip]) -> Liveness:
    reads = {skip.op.index: (skip.window.input, skip.where) for skip in skips}
    return walk_again(findings.tape, findings.liveness, reads)


def _layers(
    request: Request,
    model: nn.Module,
    findings: _Findings,
    checked: _Findings,
    holds: bool,
    weighed: dict[int, tuple[int, int]],
) -> tuple[LayerResult, ...]:
    skips = {skip.op.index: skip for skip in findings.skips}
    modules = dict(model.named_modules())
    # The graph has no Python frames; the model's own pass, with the same layers in the same order, has.
    watched = {(op.module, op.call, op.name): op for op in checked.tape.ops if window_of(op) is not None}
    layers = []
    for op in findings.tape.ops:
        window = window_of(op)
        skip = skips.get(op.index)
        if window is None or (skip is None and not request.every_layer):
            continue
        seen = watched.get((op.module, op.call, op.name), op)
        layers.append(_layer(request, modules.get(op.module), seen, window, skip, holds, weighed.get(op.index, (0, 0))))
    if request.every_layer:
        layers += _not_run(request, modules, {layer.module for layer in layers})
    return tuple(layers)


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
            size, stride, dilation, padding, (), 0.0, 0.0, 0.0, "not run", None, 0, 0, places,
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
    weighed: tuple[int, int],
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
        wasted_macs=weighed[0] if holds else 0,
        gate_macs=weighed[1],
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

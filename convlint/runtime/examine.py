"""One model from beginning to end, in its own process: build, capture, walk, prove, and write down what came out."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import torch
from torch import nn

from convlint.runtime import capture, devices, heatmaps
from convlint.runtime.analysis import Analysis, analyse, macs_by_skipping, pixels_of, same_claims
from convlint.runtime.layer_results import layers_of
from convlint.runtime.load import built, prepare, random_inputs, shapes_of
from convlint.runtime.proof import Proof, claims_of, outputs_of, prove
from convlint.runtime.recorder import tensors_in
from convlint.runtime.refusal import RefusedError, in_one_line
from convlint.runtime.request import Request
from convlint.runtime.result import ModelResult
from convlint.runtime.tape import Tape
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
    except (Exception, SystemExit, KeyboardInterrupt) as error:  # a model may raise anything
        raise RefusedError(in_one_line(clock.stage, error, request.folder)) from None


def _examine(request: Request, clock: Clock) -> ModelResult:
    with clock.time("build"):
        prepare(request)
        device = devices.choose(request.device)
        torch.manual_seed(0)
        model, keywords = built(request)
        model = model.to(device)
        dtype = next((p.dtype for p in model.parameters() if p.is_floating_point()), torch.float32)
        candidates = shapes_of(request, model, keywords)
    with devices.cudnn(device == "cpu"):
        with clock.time("record"):
            shapes, inputs, watched, plain = _recorded(model, candidates, device, dtype)
        method, tape, fallbacks = _captured(model, inputs, watched, clock)
        with clock.time("analyse"):
            findings = analyse(tape)
            checked = findings if tape is watched else analyse(watched)
        with clock.time("prove"):
            proof = _proved(model, inputs, plain, checked, device)
    return _written_down(request, model, shapes, device, method, fallbacks, findings, checked, proof, clock)


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


def _proved(
    model: nn.Module,
    inputs: Sequence[torch.Tensor],
    plain: Sequence[torch.Tensor],
    findings: Analysis,
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
    findings: Analysis,
    checked: Analysis,
    proof: Proof,
    clock: Clock,
) -> ModelResult:
    tape, liveness = findings.tape, findings.liveness
    holds = proof.holds and same_claims(findings, checked)
    macs, dead, gate = liveness.macs(tape)
    pixels, unread = pixels_of(tape, liveness)
    dead_by_skipping, gate_by_skipping = macs_by_skipping(findings)
    untouched = untouched_weights(tape)
    totals = {
        "macs": macs,
        "dead_macs": dead if holds else 0,
        "gate_macs": gate,
        "input_pixels": pixels,
        "unread_input_pixels": unread if holds else 0,
        "weights": sum(parameter.numel() for parameter in model.parameters()),
        "untouched_weights": sum(untouched.values()),
        "unproven_macs": 0 if holds else dead,
        "dead_macs_by_skipping": dead_by_skipping if holds else 0,
        "gate_macs_by_skipping": gate_by_skipping,
    }
    return ModelResult(
        target=request.target,
        input_shape=shapes[0],
        device=device,
        method=method,
        fallbacks=fallbacks,
        model=totals,
        layers=layers_of(request, model, findings, checked, holds),
        untouched=untouched,
        unknown_ops=liveness.unknown,
        timings={name: round(seconds, 4) for name, seconds in clock.timings.items()},
        proof=dataclasses.asdict(proof),
        notes=_notes(method, proof, findings, checked),
        input_map=heatmaps.of_input(tape, liveness) if request.maps else None,
    )


def _notes(method: str, proof: Proof, findings: Analysis, checked: Analysis) -> tuple[str, ...]:
    notes = []
    if method == "hooks":
        notes.append(
            "no graph could be taken, so the model was watched: what is said holds for the path that this input took"
        )
    if not proof.finite:
        notes.append("the output is not finite even without a change, so nothing could be proven")
    elif not proof.holds:
        notes.append("overwriting what is claimed dead changed the output, so nothing is reported as dead")
    if not same_claims(findings, checked):
        notes.append("the graph and the model do not do the same operations, so the graph's claims are not proven")
    return tuple(notes)

"""What the runtime proof finds in known models, what it costs, and how far ``--confirm`` gets.

    python benchmarks/runtime.py [expected] [cost] [zoo] [confirm] [gpu]

Needs torch 2.13.0, and beside it torchvision 0.28.0 and timm 1.0.31, installed with ``--no-deps``. Without a word it
does all but ``gpu``. Costs are CPU time on one thread.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from measure import convlint_command

from convlint.runtime.launch import workshop
from convlint.runtime.request import Request
from convlint.runtime.result import Failure, ModelResult

HERE = Path(__file__).resolve().parent
SETUP = HERE / "runtime_setup.py"
MODELS = HERE / "runtime_models.py"
IMAGE = (1, 3, 224, 224)
EXPECTED: tuple[tuple[str, tuple[int, ...], str], ...] = (
    (f"{MODELS}:resnet50_v1", IMAGE, "9.7% of MACs dead"),
    ("torchvision.models:resnet18", IMAGE, "3 shortcuts, all branch; nothing dead"),
    ("torchvision.models:resnet50", IMAGE, "3 shortcuts, all branch; nothing dead"),
    ("timm.models:skresnet18", IMAGE, "7.2% of MACs dead"),
    ("timm.models:legacy_seresnet50", IMAGE, "about 9.7% of MACs gate-only"),
    ("torchvision.models.video:mvit_v2_s", (1, 3, 16, 224, 224), "1.7% of MACs dead by its pools, 5.6% in all"),
    ("timm.models:repvgg_a0", IMAGE, "nothing dead; 50,127 positions skipped by one branch or another"),
    ("torchvision.models:resnet18", (1, 3, 32, 32), "59% of the parameters touch no pixel"),
)
CONVOLUTIONAL = (
    "torchvision.models:resnet18",
    "torchvision.models:resnet50",
    f"{MODELS}:resnet50_v1",
    "torchvision.models:densenet121",
    "torchvision.models:efficientnet_b0",
    "torchvision.models:mobilenet_v3_small",
    "torchvision.models:convnext_tiny",
    "torchvision.models:googlenet",
    "timm.models:skresnet18",
    "timm.models:legacy_seresnet50",
    "timm.models:repvgg_a0",
)
OTHERS = ("torchvision.models:swin_t", "torchvision.models:vit_b_16")
RESNET_FAMILY = ("resnet", "resnetv2", "resnest", "res2net", "sknet", "senet")
REPEATS = 5


def main() -> None:
    """Run the parts that are asked for."""
    parser = argparse.ArgumentParser(description="what the runtime proof finds, and what it costs")
    parser.add_argument("parts", nargs="*", choices=["expected", "cost", "zoo", "confirm", "gpu", []])
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    parts: dict[str, Callable[[int], None]] = {
        "expected": expected, "cost": cost, "zoo": zoo, "confirm": confirm, "gpu": gpu,
    }  # fmt: skip
    for name in options.parts or ("expected", "cost", "zoo", "confirm"):
        print(f"\n== {name}", flush=True)
        parts[name](options.threads)


def expected(threads: int) -> None:
    """Known models: what is expected, and what comes out."""
    with workshop() as shop:
        for target, shape, words in EXPECTED:
            request = Request(target, shapes=(shape,), setup=str(SETUP), threads=threads, seconds=900)
            outcome = shop.examine(request, lambda target, stage: None)
            name = target.rpartition(":")[2]
            said = outcome.message if isinstance(outcome, Failure) else summary(outcome)
            print(f"{name} {'x'.join(map(str, shape))}\n   expected: {words}\n   measured: {said}", flush=True)


def summary(result: ModelResult) -> str:
    """The figures of one model on one line."""
    model, layers = result.model, result.layers
    verdicts = {
        verdict: sum(layer.verdict == verdict for layer in layers) for verdict in ("dead", "gate-only", "branch")
    }
    skipped = sum(round(layer.skipped_fraction * positions(layer.input_shape, layer.kernel_size)) for layer in layers)
    proof = result.proof
    return (
        f"dead {percent(model['dead_macs'], model['macs'])} "
        f"(by skipping {percent(model['dead_macs_by_skipping'], model['macs'])}), "
        f"gate-only {percent(model['gate_macs'], model['macs'])} "
        f"(by skipping {percent(model['gate_macs_by_skipping'], model['macs'])}) of {model['macs'] / 1e9:.3f} G MACs; "
        f"layers {verdicts}; {skipped:,} positions skipped; "
        f"untouched weights {percent(model['untouched_weights'], model['weights'])}; "
        f"proof: {proof['claimed']:,} values, holds {proof['finite'] and proof['nan'] and proof['random']}; "
        f"by {result.method}"
    )


def positions(shape: Sequence[int], kernel_size: Sequence[int]) -> int:
    """The spatial positions of a layer's input."""
    count = 1
    for size in shape[len(shape) - len(kernel_size) :]:
        count *= size
    return count


def percent(part: int, whole: int) -> str:
    """With two decimals."""
    return f"{100 * part / whole:.2f}%"


def cost(threads: int) -> None:
    """Each stage beside one forward and one forward and backward pass, in the same process."""
    del threads
    import torch

    torch.set_num_threads(1)
    print(f"{'CPU ms':<22}{'forward':>9}{'fwd+bwd':>9}{'export':>9}{'record':>9}{'analysis':>10}{'proof':>9}"
          f"{'analysis/fwd':>14}{'proof/fwd':>11}  the graph's operations are the model's")  # fmt: skip
    for target in (*CONVOLUTIONAL, *OTHERS):
        one_cost(target)


def one_cost(target: str) -> None:
    """One line of the table."""
    import torch

    from convlint.runtime import capture
    from convlint.runtime.liveness import walk
    from convlint.runtime.load import build, prepare
    from convlint.runtime.proof import claims_of, prove
    from convlint.runtime.recorder import tensors_in
    from convlint.runtime.verdicts import skips_of

    request = Request(target, setup=str(SETUP))
    prepare(request)
    model = build(request)
    x = torch.randn(IMAGE)
    with torch.no_grad():
        forward = timed(lambda: model(x))

    def both() -> None:
        model.zero_grad()
        model(x).sum().backward()

    both_ways = timed(both)
    tape, plain = capture.record_model(model, [x])
    plain = [tensor.clone() for tensor in tensors_in(plain)]
    recording = timed(lambda: capture.record_model(model, [x]))
    begin = time.process_time()
    graph = capture.exported(model, [x])
    exporting = time.process_time() - begin
    same = capture.record_graph(graph, [x]).same_operations(tape)
    liveness = walk(tape)
    analysis = timed(lambda: skips_of(tape, walk(tape)))
    claims = claims_of(tape, liveness)
    proof = timed(lambda: prove(model, [x], claims, plain)) if claims.anything else 0.0
    name = target.rpartition(":")[2]
    figures = (forward, both_ways, exporting, recording)
    operations = "same" if same else "other"
    print(f"{name:<22}" + "".join(f"{each * 1e3:>9.0f}" for each in figures) + f"{analysis * 1e3:>10.0f}"
          f"{proof * 1e3:>9.0f}{analysis / forward:>14.2f}{proof / forward:>11.2f}  {operations}",
          flush=True)  # fmt: skip


def timed(work: Callable[[], Any], repeats: int = REPEATS) -> float:
    """The least of some runs, in CPU seconds, after one not counted: what else runs on the machine only adds to it."""
    work()
    seconds = []
    for _ in range(repeats):
        begin = time.process_time()
        work()
        seconds.append(time.process_time() - begin)
    return min(seconds)


def zoo(threads: int) -> None:
    """All of torchvision's classification models, in one command."""
    command = [*convlint_command(), "verify", "--setup", str(SETUP), "--threads", str(threads), "--timeout", "900"]
    begin = time.perf_counter()
    done = subprocess.run([*command, "--memory", "12", "torchvision.models:*"], check=False)
    print(f"exit code {done.returncode}, {time.perf_counter() - begin:.0f} s")


def confirm(threads: int) -> None:
    """``check --confirm`` over torchvision and over timm's family of residual networks."""
    del threads
    import importlib.util

    for package, files in (("torchvision", ()), ("timm", RESNET_FAMILY)):
        spec = importlib.util.find_spec(package)
        assert spec is not None
        assert spec.origin is not None
        folder = Path(spec.origin).parent
        confirm_package(package, folder, [folder / "models" / f"{name}.py" for name in files] or [folder])


def confirm_package(package: str, folder: Path, paths: Sequence[Path]) -> None:
    """Run the command, and count the verdicts."""
    with tempfile.TemporaryDirectory() as name:
        report = Path(name) / "report.json"
        command = [*convlint_command(), "check", "--confirm", "--setup", str(SETUP), "--no-cache", "--quiet"]
        begin = time.perf_counter()
        subprocess.run([*command, "--output-format", "json", "--output", str(report), *map(str, paths)],
                       check=False, cwd=folder.parent)  # fmt: skip
        every = json.loads(report.read_text(encoding="utf-8"))["findings"]
    findings = [finding for finding in every if finding["dead_fraction"] is not None]
    verdicts: dict[str, int] = {}
    for finding in findings:
        verdicts[finding["verdict"]] = verdicts.get(finding["verdict"], 0) + 1
    print(f"{package}: {len(findings)} findings of unread positions, {verdicts}, {time.perf_counter() - begin:.0f} s")
    for finding in findings:
        print(f"  {finding['path']}:{finding['line']} {finding['severity']} {finding['verdict']}: "
              f"{finding['message'].partition('; ')[2]}")  # fmt: skip


def gpu(threads: int) -> None:
    """The same ten models on a GPU and on the CPU: verdicts, and seconds of each stage."""
    with workshop() as shop:
        for target in CONVOLUTIONAL[:10]:
            outcomes = [
                shop.examine(Request(target, setup=str(SETUP), device=device, threads=threads), lambda t, s: None)
                for device in ("cpu", "cuda")
            ]
            said = [
                each.message if isinstance(each, Failure) else f"{each.device} {summary(each)} {dict(each.timings)}"
                for each in outcomes
            ]
            same = "same" if verdicts_of(outcomes[0]) == verdicts_of(outcomes[1]) else "DIFFERENT"
            print(f"{target.rpartition(':')[2]}: {same}\n   " + "\n   ".join(said), flush=True)


def verdicts_of(outcome: ModelResult | Failure) -> list[tuple[str, str]] | None:
    """The layers and their verdicts."""
    return None if isinstance(outcome, Failure) else [(layer.module, layer.verdict) for layer in outcome.layers]


if __name__ == "__main__":
    main()

"""Where a model runs, and what happens to a proof that does not hold at first. GPU tests skip where there is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from runtime_networks import NETWORKS

from convlint.runtime import devices, examine
from convlint.runtime.analysis import Analysis, analyse
from convlint.runtime.capture import record_model
from convlint.runtime.liveness import walk
from convlint.runtime.proof import Claim, Proof, claims_of, prove
from convlint.runtime.refusal import RefusedError

GPU = torch.cuda.is_available()


@pytest.fixture(autouse=True)
def _few_threads() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.parametrize(
    ("wanted", "there", "chosen"),
    [
        ("auto", True, "cuda"),
        ("auto", False, "cpu"),
        ("cuda", True, "cuda"),
        ("cpu", True, "cpu"),
        ("cpu", False, "cpu"),
    ],
)
def test_the_device_is_the_one_asked_for_or_the_best(wanted: str, there: bool, chosen: str) -> None:
    assert devices.choose(wanted, lambda: there) == chosen


def test_a_gpu_that_is_not_there_is_refused() -> None:
    with pytest.raises(RefusedError, match="no CUDA device"):
        devices.choose("cuda", lambda: False)


@pytest.mark.parametrize(("device", "enabled"), [("cpu", True), ("cuda", False)])
def test_cudnn_is_off_for_a_gpu_and_put_back(device: str, enabled: bool) -> None:
    before = torch.backends.cudnn.enabled
    with devices.cudnn(device == "cpu"):
        assert torch.backends.cudnn.enabled is enabled
        assert not torch.backends.cudnn.benchmark
    assert torch.backends.cudnn.enabled is before


def recorded() -> tuple[Any, list[Any], Any, list[Any]]:
    torch.manual_seed(0)
    model = NETWORKS["residual v1"]().eval()
    inputs = [torch.randn(1, 3, 12, 11)]
    tape, output = record_model(model, inputs)
    return model, inputs, Analysis(tape, walk(tape), []), [output.clone()]


@pytest.mark.parametrize(("device", "first"), [("cpu", ""), ("cuda", "cudnn off")])
def test_a_first_mismatch_is_repeated_in_float64(monkeypatch: pytest.MonkeyPatch, device: str, first: str) -> None:
    """As where kernels work on tiles and smear a NaN: the device is a fake, the proof's first answer too."""
    model, inputs, findings, plain = recorded()
    seen = []

    def smeared(model: Any, inputs: Sequence[Any], claims: Any, plain: Any) -> Proof:
        seen.append(inputs[0].dtype)
        proof = prove(model, inputs, claims, plain)
        return proof if inputs[0].dtype == torch.float64 else Proof(proof.claimed, True, False, True)

    assert devices.retries(device)[0] == first
    monkeypatch.setattr(examine, "prove", smeared)
    proof = examine._proved(model, inputs, plain, findings, device)
    assert seen == [torch.float32, torch.float64]
    assert proof.holds
    assert proof.retry == "float64"


def test_a_false_claim_is_not_proven() -> None:
    model, inputs, findings, plain = recorded()
    claims = claims_of(findings.tape, findings.liveness)
    assert prove(model, inputs, claims, plain).holds
    # The control: one live value claimed dead, and the NaN comes out.
    index = next(op.index for op in findings.tape.ops if op.name == "aten.convolution")
    levels = torch.full(findings.tape.ops[index].outputs[0].size, 2, dtype=torch.uint8)
    levels[0, :, 6, 6] = 0
    false = {**claims.by_operation, index: Claim(str(findings.tape.ops[index].function), (levels,))}
    proof = prove(model, inputs, replace(claims, by_operation=false), plain)
    assert proof.finite
    assert not proof.nan
    assert not proof.random


def test_a_pass_that_does_something_else_proves_nothing() -> None:
    model, inputs, findings, plain = recorded()
    claims = claims_of(findings.tape, findings.liveness)

    def longer(x: Any) -> Any:
        return model(x) * 1

    proof = prove(longer, inputs, claims, plain)
    assert not proof.nan


@pytest.mark.gpu
@pytest.mark.skipif(not GPU, reason="no CUDA device")
@pytest.mark.parametrize("name", list(NETWORKS)[:10])
def test_a_gpu_gives_the_same_verdicts(name: str) -> None:
    torch.manual_seed(0)
    model = NETWORKS[name]().eval()
    found = []
    for device in ("cpu", "cuda"):
        with devices.cudnn(device == "cpu"):
            own = model.to(device)
            inputs = [torch.randn(1, 3, 12, 11, generator=torch.Generator().manual_seed(0)).to(device)]
            tape, _ = record_model(own, inputs)
            findings = analyse(tape)
            assert examine._proved(own, inputs, None, findings, device).holds  # type: ignore[arg-type]
            model = own.float()
            found.append(([skip.verdict for skip in findings.skips], findings.liveness.macs(tape)))
    assert found[0] == found[1]

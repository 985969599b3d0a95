"""Every value of small networks, one at a time: only what the walk calls dead leaves the output free of NaN."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from runtime_networks import NETWORKS, generated

from convlint.runtime.liveness import Liveness, walk
from convlint.runtime.masks import full
from convlint.runtime.recorder import Numbered, Position, Recorder, tensors_in
from convlint.runtime.tape import Tape
from convlint.runtime.weights import untouched_weights

SIZE = (2, 3, 12, 11)
"""Two examples, of which the first is tried: with one alone some operations need not copy, and leave others out."""
ELEMENTS = 260
"""A tensor of more elements is tried position by position, all channels at once."""
SEEDS = range(12)


@pytest.fixture(autouse=True)
def _few_threads() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


class Taint(Numbered):  # type: ignore[no-untyped-call]
    """Writes NaN into another part of one operation's output for each element of the batch."""

    def __init__(self, index: int, groups: Any, batch: int) -> None:
        super().__init__()
        self.index, self.groups, self.batch = index, groups, batch

    def operation(self, index: int, function: Any, outputs: Sequence[Any]) -> None:
        if index == self.index:
            taint(outputs[0], self.groups, self.batch)


def taint(tensor: Any, groups: Any, batch: int) -> None:
    """NaN in the elements of group b of example b."""
    per_example = tensor.reshape(batch, -1)
    where = groups.reshape(1, -1) == torch.arange(batch)[:, None]
    tensor.copy_(per_example.masked_fill(where, float("nan")).reshape(tensor.shape))


def groups_of(size: Sequence[int]) -> Any:
    """The number of the group of each element: of its own, or of all channels at its position."""
    count = 1
    for each in size:
        count *= each
    numbers = torch.arange(count).reshape(size)
    if count <= ELEMENTS:
        return numbers
    return (numbers[:, :1] if len(size) == 4 else numbers[..., :1]).expand(size).contiguous()


def record(model: Any) -> tuple[Tape, Liveness]:
    x = torch.randn(SIZE, dtype=torch.float64)
    recorder = Recorder([x], Position())
    with torch.no_grad(), recorder:
        out = model(x)
    tape = recorder.finish(out)
    return tape, walk(tape)


def reaches(model: Any, index: int, groups: Any) -> list[bool]:
    """For each group, whether a NaN in it reaches any output."""
    names = groups.unique()
    batch = len(names)
    groups = torch.searchsorted(names, groups)
    x = torch.randn(batch, *SIZE[1:], dtype=torch.float64)
    with torch.no_grad():
        if index < 0:
            taint(x, groups, batch)
            out = model(x)
        else:
            with Taint(index, groups, batch):
                out = model(x)
    hit = torch.zeros(batch, dtype=torch.bool)
    for tensor in tensors_in(out):
        hit |= torch.isnan(tensor.reshape(batch, -1)).any(1)
    return hit.tolist()  # type: ignore[no-any-return]


def disagreements(model: Any) -> tuple[int, int, list[str]]:
    """Groups tried, groups that are dead, and every group on which walk and NaN differ."""
    model = model.double().eval()
    tape, liveness = record(model)
    assert liveness.unknown == ()
    tried = dead = 0
    differ = []
    places = [(-1, tape.inputs[0], liveness.inputs[0])]
    places += [
        (op.index, op.outputs[0], liveness.outputs[op.index][0])
        for op in tape.ops
        if op.reads and op.outputs[0] is not None and op.outputs[0].floating and op.outputs[0].numel
    ]
    for index, ref, levels in places:
        size = (ref.size[0] // 2, *ref.size[1:]) if ref.size[0] > 1 else (1, ref.size[1] // 2, *ref.size[2:])
        groups = groups_of(size)
        found = reaches(model, index, groups)
        wide = full(levels, ref.size).reshape(2, -1)[0]
        names = groups.unique().tolist()
        for name, hit in zip(names, found, strict=True):
            live = bool((wide[groups.reshape(-1) == name] > 0).any())
            tried, dead = tried + 1, dead + (not hit)
            if live != hit:
                differ.append(f"operation {index} {tape.ops[index].name if index >= 0 else 'input'} {ref.size} {name}")
    return tried, dead, differ


@pytest.mark.parametrize("name", NETWORKS)
def test_what_is_called_dead_is_exactly_what_no_output_feels(name: str) -> None:
    torch.manual_seed(0)
    tried, _, differ = disagreements(NETWORKS[name]())
    assert tried > 250
    assert differ == []


@pytest.mark.parametrize("seed", SEEDS)
def test_generated_networks_agree_too(seed: int) -> None:
    torch.manual_seed(seed)
    tried, _, differ = disagreements(generated(seed))
    assert tried > 100
    assert differ == []


def test_the_networks_have_something_to_find() -> None:
    torch.manual_seed(0)
    assert all(disagreements(NETWORKS[name]())[1] > 0 for name in ("plain", "dilated", "residual v1", "slicing"))


@pytest.mark.parametrize("seed", range(20))
def test_a_weight_is_untouched_where_no_output_feels_it(seed: int) -> None:
    chance = random.Random(seed)
    kernel, stride, dilation = ([chance.randint(1, most) for _ in range(2)] for most in (4, 3, 9))
    padding = [d * (k - 1) // 2 for k, d in zip(kernel, dilation, strict=True)]
    zeros = [chance.randint(0, 3) for _ in range(4)]
    conv = torch.nn.Conv2d(2, 4, kernel, stride, padding, dilation, groups=2, bias=False).double()
    model = torch.nn.Sequential(torch.nn.ZeroPad2d(zeros), conv)
    x = torch.ones(1, 2, 9, 12, dtype=torch.float64)
    recorder = Recorder([x], Position())
    with torch.no_grad(), recorder:
        out = model(x)
    felt = 0
    for tap in range(kernel[0] * kernel[1]):
        with torch.no_grad():
            conv.weight.zero_().reshape(4, -1)[:, tap] = 1
            felt += 4 * bool(model(x).any())
    assert sum(untouched_weights(recorder.finish(out)).values()) == conv.weight.numel() - felt

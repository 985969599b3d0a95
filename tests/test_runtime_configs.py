"""``convlint verify`` and ``check --confirm`` on config files: what is built, of what, and what is said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("torch")

from convlint.cli import run
from convlint.runtime.launch import Outcome, Workshop, workshop
from convlint.runtime.request import Request
from convlint.runtime.result import Failure, ModelResult

NETS = """\
from torch import nn

class Block(nn.Module):
    def __init__(self, stride=1, inner=None):
        super().__init__()
        self.conv = nn.Conv2d(4, 4, 1, stride=stride)
        self.inner = inner

    def forward(self, x):
        x = self.conv(x)
        return x if self.inner is None else self.inner(x)

class Net(nn.Module):
    def __init__(self, stem, body, img_size=20, make_norm=None):
        super().__init__()
        self.stem, self.body = stem, body
        self.norm = make_norm(4) if make_norm else nn.Identity()

    def forward(self, x):
        return self.body(self.norm(self.stem(x)))

def small(width, **rest):
    return Net(nn.Conv2d(3, width, 3), Block(**rest))
"""
HYDRA = """\
stride: 3
trainer:
  model: {_target_: pathlib.PurePath}
model:
  _target_: toynets.Net
  img_size: [24, 18]
  stem: {_target_: torch.nn.Conv2d, in_channels: 3, out_channels: 4, kernel_size: 3, padding: 1}
  body:
    _target_: toynets.Block
    inner: {_target_: torch.nn.AvgPool2d, kernel_size: 1, stride: "${stride}"}
  make_norm: {_target_: torch.nn.BatchNorm2d, _partial_: true}
optimizer:
  _partial_: true
  _target_: torch.optim.Adam
"""
LIGHTNING = """\
model:
  class_path: toynets.Net
  init_args:
    stem: {class_path: torch.nn.Conv2d, init_args: {in_channels: 3, out_channels: 4, kernel_size: 3}}
    body: {class_path: toynets.Block, init_args: {stride: 4}}
    img_size: 18
"""
HYPERPYYAML = """\
stride: 1
encoder: !new:torch.nn.Sequential
  - !new:torch.nn.Conv2d [3, 4, 3]
  - !ref <pool>
pool: !new:torch.nn.MaxPool2d
  kernel_size: (2, 1)
  stride: !ref <stride> * 2
"""
TWO = "one: {_target_: toynets.Block}\ntwo: {_target_: toynets.Block}\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("configs")
    (made / "toynets.py").write_text(NETS, encoding="utf-8")
    for name, text in (("hydra", HYDRA), ("lightning", LIGHTNING), ("hyper", HYPERPYYAML), ("two", TWO)):
        (made / f"{name}.yaml").write_text(text, encoding="utf-8")
    bundle = {"network_def": {"_target_": "toynets.small", "width": 4, "stride": "@step"}, "step": 2}
    (made / "bundle.json").write_text(json.dumps(bundle), encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def shop() -> Iterator[Workshop]:
    with workshop() as open_shop:
        yield open_shop


def verify(shop: Workshop, folder: Path, target: str) -> Outcome:
    request = Request(f"{folder}/{target}", folder=str(folder), threads=1, device="cpu")
    return shop.examine(request, lambda target, stage: None)


@pytest.mark.parametrize(
    ("target", "shape", "layers"),
    [
        ("hydra.yaml", (24, 18), [("body.inner", (3, 3), "hydra.yaml", 10)]),
        ("hydra.yaml:model", (24, 18), [("body.inner", (3, 3), "hydra.yaml", 10)]),
        ("lightning.yaml", (18, 18), [("body.conv", (4, 4), "toynets.py", 6)]),
        ("hyper.yaml", (224, 224), [("1", (2, 2), "hyper.yaml", 5)]),
        ("bundle.json", (224, 224), [("body.conv", (2, 2), "toynets.py", 6)]),
    ],
)
def test_the_network_of_a_config_is_built(
    shop: Workshop,
    folder: Path,
    target: str,
    shape: tuple[int, int],
    layers: list[tuple[str, tuple[int, ...], str, int]],
) -> None:
    found = verify(shop, folder, target)
    assert isinstance(found, ModelResult), found
    assert found.input_shape == (1, 3, *shape)
    assert [(each.module, each.stride, each.path, each.line) for each in found.layers] == layers


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("model: {_target_: toynets.Nett}\n", "config.yaml:1: toynets has no 'Nett'"),
        ("a: 1\nmodel: {_target_: nowhere.Net}\n", "config.yaml:2: nowhere.Net cannot be imported: No module named "),
        ("model:\n  _target_: toynets.Block\n  stride: ${oc.env:X}\n", "config.yaml:3: '${oc.env:X}' is not decided"),
        ("model:\n  _target_: toynets.Block\n stride: 3\n", "line 3: is not valid YAML"),
        ("model: {_target_: pathlib.PurePath}\n", "it names no network"),
        ("model: 3\n", "it names no network"),
        (TWO, "it names 2 networks: say which, as in config.yaml:one, config.yaml:two"),
    ],
)
def test_a_config_that_builds_nothing_says_why(shop: Workshop, folder: Path, text: str, message: str) -> None:
    (folder / "config.yaml").write_text(text, encoding="utf-8")
    outcome = verify(shop, folder, "config.yaml")
    assert isinstance(outcome, Failure)
    assert outcome.message.startswith(f"build: {message}"), outcome.message


def test_a_path_into_the_file_says_which(shop: Workshop, folder: Path) -> None:
    found = verify(shop, folder, "two.yaml:two")
    assert isinstance(found, ModelResult)
    assert found.input_shape == (1, 4, 224, 224)
    outcome = verify(shop, folder, "two.yaml:three")
    assert isinstance(outcome, Failure)
    assert outcome.message == "build: nothing is built at 'three'; the file builds one, two"


def test_a_pattern_stands_for_the_networks_of_a_config(shop: Workshop, folder: Path) -> None:
    names = shop.expand(Request(f"{folder}/two.yaml:t*", folder=str(folder)))
    assert names == [f"{folder}/two.yaml:two"]


def test_confirm_builds_what_a_config_names(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    (folder / "alone.yaml").write_text("pool: {_target_: torch.nn.AvgPool2d, kernel_size: 1, stride: 2}\n", "utf-8")
    assert run(["check", "hydra.yaml", "alone.yaml", "--confirm", "--no-cache", "--output-format", "json"]) == 1
    found = {each["path"]: each for each in json.loads(capsys.readouterr().out)["findings"]}
    assert found["hydra.yaml"]["verdict"] == "dead"
    assert "body.inner of hydra.yaml:model nobody uses 89%" in found["hydra.yaml"]["message"]
    # Who reads the input of a layer that is built by itself cannot be seen.
    assert found["alone.yaml"]["verdict"] == "unconfirmed"
    assert "it is a single layer" in found["alone.yaml"]["message"]

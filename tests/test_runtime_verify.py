"""``convlint verify`` on models that work and on models that do not: what is said, and the exit code."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

pytest.importorskip("torch")

from convlint.cli import run
from convlint.runtime.launch import Outcome, Workshop, workshop
from convlint.runtime.request import Request
from convlint.runtime.result import Failure, ModelResult, document

MODELS = """\
import os, sys, time
import torch
from torch import nn

class Wasteful(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, padding=1)
        self.down = nn.Conv2d(4, 4, 1, stride=2)
    def forward(self, x):
        return {"out": (self.down(torch.relu(self.stem(x))), [None, 1])}

class Careful(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, padding=1)
        self.down = nn.Conv2d(4, 4, 1, stride=2)
        self.wide = nn.Conv2d(4, 4, 3, stride=2, padding=1)
    def forward(self, x):
        x = self.stem(x)
        return self.down(torch.relu(x)) + self.wide(x)

class Flow(Wasteful):
    def forward(self, x):
        x = self.stem(x)
        return self.down(x) if x.mean() > 0 else self.down(x * 2)

class Needs(nn.Conv2d):
    def __init__(self, width):
        super().__init__(3, width, 1)

class Raises(nn.Module):
    def __init__(self):
        raise ValueError("no \\x1b[31mweights\\nsecond line")

class RaisesLater(nn.Module):
    def forward(self, x):
        return x.nothing()

class Hangs(nn.Module):
    def forward(self, x):
        while True:
            time.sleep(0.01)

class Hoards(nn.Module):
    def __init__(self):
        super().__init__()
        self.kept = []
        while True:
            self.kept.append(torch.ones(1 << 24))

class Prints(Wasteful):
    def __init__(self):
        super().__init__()
        os.write(1, b"{" * 70000)
    def forward(self, x):
        print("x" * (1 << 20))
        sys.stderr.write("y" * (1 << 20))
        return super().forward(x)

class Exits(nn.Module):
    def __init__(self):
        os._exit(7)

class Crashes(nn.Module):
    def __init__(self):
        os.kill(os.getpid(), 11)

class Pairs(Careful):
    def forward(self, one, two):
        return super().forward(one + two)

class Unsayable(Exception):
    def __str__(self):
        raise RuntimeError("no words")

class RaisesThat(nn.Module):
    def forward(self, x):
        raise Unsayable

class Interrupts(nn.Module):
    def forward(self, x):
        raise KeyboardInterrupt

class Nothing(nn.Module):
    def forward(self, x):
        return 3

class NotFinite(Wasteful):
    def forward(self, x):
        return super().forward(x)["out"][0] / 0

class Random(Wasteful):
    def forward(self, x):
        return nn.functional.dropout(super().forward(x)["out"][0], 0.5, True)

class Picks(Wasteful):
    def forward(self, x):
        if not hasattr(self, "prepared"):
            self.prepared = torch.arange(4).to(torch.float64)
        stem = self.stem(x)
        y = stem.flatten(2)
        best = y[:, 0].topk(3).indices
        picked = y.gather(2, best[:, None].expand(-1, 4, -1))
        return self.down(stem), picked[picked > 0], y[:, :, self.prepared.long()]

def number() -> int:
    return 3

def _hidden():
    return Wasteful()
"""
SHARED = """\

class Shared(Careful):
    def __init__(self):
        super().__init__()
        self.wide = nn.Conv2d(4, 4, 1, stride=2)
        self.gate = nn.Linear(4, 4)
    def forward(self, x):
        x = self.stem(nn.functional.max_pool2d(x, 3, 2))
        x = self.down(x) + self.wide(x)
        return x * self.gate(x.mean((2, 3)))[:, :, None, None]
"""
IMAGE = ((1, 3, 16, 16),)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("models") / "networks.py"
    file.write_text(MODELS + SHARED, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def shop() -> Iterator[Workshop]:
    with workshop() as open_shop:
        yield open_shop


@pytest.fixture
def examine(shop: Workshop, models: Path) -> Callable[..., Outcome]:
    def ask(name: str, **settings: object) -> Outcome:
        request = Request(f"{models}:{name}", shapes=IMAGE, folder=str(models.parent), threads=1, device="cpu")
        return shop.examine(replace(request, **settings), lambda target, stage: None)  # type: ignore[arg-type]

    return ask


def result(outcome: Outcome) -> ModelResult:
    assert isinstance(outcome, ModelResult), outcome
    return outcome


def test_wasted_work_is_dead_and_proven(examine: Callable[..., Outcome]) -> None:
    found = result(examine("Wasteful"))
    (layer,) = found.layers
    assert (layer.module, layer.op, layer.path) == ("down", "torch.nn.Conv2d", "networks.py")
    assert MODELS.splitlines()[layer.line - 1].strip() == "self.down = nn.Conv2d(4, 4, 1, stride=2)"
    assert (layer.verdict, layer.proven, layer.dead_fraction) == ("dead", True, 0.75)
    assert found.method == "export"
    assert found.model["macs"] == 16 * 16 * 4 * 27 + 8 * 8 * 16
    assert layer.wasted_macs == found.model["dead_macs"] == 16 * 16 * 4 * 27 * 3 // 4
    assert found.model["unread_input_pixels"] == 0  # the stem's windows overlap
    assert found.proof["claimed"] > 0


def test_a_private_activation_is_a_branch(examine: Callable[..., Outcome]) -> None:
    found = result(examine("Careful"))
    assert [(layer.module, layer.verdict, layer.proven) for layer in found.layers] == [("down", "branch", None)]
    assert found.model["dead_macs"] == 0
    assert found.worst() == "branch"


def test_layers_with_the_same_input_share_a_cost(
    models: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(models.parent)
    options = ["--input", "1,3,16,16", "--threads", "1", "--quiet", "--device", "cpu"]
    assert run(["verify", "networks.py:Shared", *options]) == 1
    lines = capsys.readouterr().out.splitlines()
    # A pool of 3 by 2 leaves the 16th row and column over; the stem makes 7x7 values of what it gives.
    cost = (7 * 7 - 4 * 4) * 4 * 27
    rows = [re.split(r"  +", line.strip()) for line in lines if "networks.py:" in line and "input" not in line]
    assert [row[3:6] for row in rows] == [
        ["12.1% (edge)", "dead 12.1%", "-"],
        ["67.3%", "dead 67.3%", f"{cost:,}"],
        ["67.3%", "dead 67.3%", "(same)"],
    ]
    (gate,) = (line for line in lines if "for a gate or a statistic only" in line)
    assert gate.strip().startswith("16 of 5,820 multiply-accumulates (0.3%) are for a gate")
    assert gate.endswith("none because layers skip them")


def test_weights_that_only_meet_padding_are_counted_by_layer(
    examine: Callable[..., Outcome], models: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # On one pixel, eight of the nine taps of a padded 3x3 kernel lie on padding.
    found = result(examine("Careful", shapes=((1, 3, 1, 1),)))
    assert found.untouched == {"stem": 8 * 3 * 4, "wide": 8 * 4 * 4}
    assert found.model["untouched_weights"] == 224
    monkeypatch.chdir(models.parent)
    assert run(["verify", "networks.py:Careful", "--input", "1,3,1,1", "--threads", "1", "--quiet"]) == 0
    text = capsys.readouterr().out
    assert "224 of 280 weights (80.0%) can never touch a pixel at this size: wide (128), stem (96)" in text


def test_every_layer_is_listed_on_request(examine: Callable[..., Outcome]) -> None:
    found = result(examine("Careful", every_layer=True))
    assert [(layer.module, layer.verdict) for layer in found.layers] == [
        ("stem", "none"),
        ("down", "branch"),
        ("wide", "none"),
    ]


def test_control_flow_on_values_is_watched_instead(examine: Callable[..., Outcome]) -> None:
    found = result(examine("Flow"))
    assert found.method == "hooks"
    assert [reason.partition(":")[0] for reason in found.fallbacks] == ["torch.export", "torch.fx"]
    # The condition reads every value, so nothing is dead.
    assert [layer.verdict for layer in found.layers] == ["branch"]


def test_what_is_looked_up_by_value_is_live(examine: Callable[..., Outcome]) -> None:
    found = result(examine("Picks"))
    assert [layer.verdict for layer in found.layers] == ["branch"]
    assert found.proof["finite"]
    assert found.proof["nan"]
    assert found.proof["random"]
    assert found.unknown_ops == ()


@pytest.mark.parametrize("name", ["Prints", "Random"])
def test_noise_and_randomness_do_no_harm(examine: Callable[..., Outcome], name: str) -> None:
    assert result(examine(name)).model["dead_macs"] == result(examine("Wasteful")).model["dead_macs"]


def test_what_cannot_be_proven_is_not_called_dead(examine: Callable[..., Outcome]) -> None:
    found = result(examine("NotFinite"))
    assert [(layer.verdict, layer.proven, layer.dead_fraction) for layer in found.layers] == [("unproven", False, 0.0)]
    assert found.model["dead_macs"] == 0
    assert found.model["unproven_macs"] > 0
    assert any("not finite" in note for note in found.notes)


def test_several_inputs_have_one_size(examine: Callable[..., Outcome]) -> None:
    assert result(examine("Pairs", shapes=())).input_shape == (1, 3, 224, 224)


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("Needs", {}, r"build: .*'width'; give arguments with --args and --kwargs"),
        ("Raises", {}, r"build: ValueError: no \\x1b\[31mweights \(networks\.py:34\)"),
        ("RaisesLater", {}, r"record: AttributeError: .*nothing.* \(networks\.py:\d+\)"),
        ("Hangs", {"seconds": 1.5}, r"not done after 1\.5 seconds \(--timeout\)"),
        ("Hoards", {"memory_gib": 1.5}, r"build: needs more memory than it may take \(--memory\)"),
        ("RaisesThat", {}, r"record: Unsayable \(networks\.py:\d+\)"),
        ("Interrupts", {}, r"record: KeyboardInterrupt \(networks\.py:\d+\)"),
        ("Exits", {}, r"its process ended with exit code 7 and no answer"),
        ("Crashes", {}, r"its process was ended by SIGSEGV"),
        ("Nothing", {}, r"record: its output, of type int, has no tensor in it"),
        ("number", {}, r"build: it gives an int, not a torch\.nn\.Module"),
        ("missing", {}, r"build: .*networks\.py has no 'missing'"),
        ("Wasteful", {"shapes": ((1, 5, 8, 8),)}, r"record: RuntimeError: .*channels.*"),
        ("Wasteful", {"setup": "/missing.py"}, r"build: FileNotFoundError: .*"),
    ],
)
def test_a_model_that_fails_gives_one_line(
    examine: Callable[..., Outcome], name: str, settings: dict[str, object], message: str
) -> None:
    outcome = examine(name, **settings)
    assert isinstance(outcome, Failure)
    assert re.fullmatch(message, outcome.message), outcome.message
    # The next one is not affected.
    assert isinstance(examine("Needs", kwargs={"width": 2}), ModelResult)


def test_a_pattern_stands_for_what_can_be_built(shop: Workshop, models: Path) -> None:
    names = shop.expand(Request(f"{models}:*", folder=str(models.parent)))
    assert isinstance(names, list)
    short = [name.rpartition(":")[2] for name in names]
    assert {"Wasteful", "Careful", "Raises"} <= set(short)
    assert not {"Needs", "number", "_hidden", "torch", "nn"} & set(short)


@pytest.mark.parametrize(
    "config",
    [
        "model:\n  _target_: networks.Needs\n  width: 2\n",
        "model:\n  class_path: networks.Needs\n  init_args:\n    width: 2\n",
        "_target_: networks.Needs\n_args_: [2]\n",
    ],
)
def test_a_configuration_names_a_class(shop: Workshop, models: Path, config: str) -> None:
    file = models.parent / "model.yaml"
    file.write_text(config, encoding="utf-8")
    request = Request(str(file), folder=str(models.parent), shapes=IMAGE, every_layer=True, threads=1)
    assert [layer.kernel_size for layer in result(shop.examine(request, lambda t, s: None)).layers] == [(1, 1)]


def test_the_document_has_every_promised_key(examine: Callable[..., Outcome]) -> None:
    plain = json.loads(json.dumps(document(result(examine("Wasteful", maps=True)))))
    assert plain["version"] == 1
    assert {"target", "input_shape", "device", "method", "model", "layers", "unknown_ops", "timings"} <= set(plain)
    assert {
        "macs",
        "dead_macs",
        "gate_macs",
        "input_pixels",
        "unread_input_pixels",
        "weights",
        "untouched_weights",
    } <= (set(plain["model"]))
    assert {
        "module", "op", "path", "line", "kernel_size", "stride", "dilation", "padding", "input_shape",
        "skipped_fraction", "dead_fraction", "verdict", "proven",
    } <= set(plain["layers"][0])  # fmt: skip


class _Tags(HTMLParser):
    """What a page refers to, and whether its elements are closed."""

    VOID = frozenset({"meta", "img", "br", "wbr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_command_line_in_every_format(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(models.parent)
    options = ["--input", "1,3,16,16", "--threads", "1", "--quiet", "--device", "cpu"]
    assert run(["verify", "networks.py:Wasteful", *options]) == 1
    text = capsys.readouterr().out
    assert "down Conv2d" in text
    assert "networks.py:9" in text
    assert "x o x o" in text
    assert run(["verify", "networks.py:Careful", "networks:Raises", *options]) == 2
    text = capsys.readouterr().out
    assert "1 verified, 1 not verified." in text
    page = tmp_path / "page.html"
    pictures = tmp_path / "pictures"
    code = run(["verify", "networks.py:Careful", *options, "--format", "html", "-o", str(page), "--png", str(pictures)])
    assert code == 0
    tags = _Tags()
    tags.feed(page.read_text(encoding="utf-8"))
    assert tags.open == []
    links = [each for each in tags.addresses if not each.startswith("data:image/png;base64,")]
    assert [Path(tmp_path, each.removesuffix("#L17")).resolve() for each in links] == [models.resolve()]
    assert len(tags.addresses) == 3
    assert len(list(pictures.glob("*.png"))) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["networks"], "write package.module:callable"),
        (["missing.py:Net"], "no such file"),
        (["networks.py:Net", "--input", "1,x"], "sizes are positive numbers"),
        (["networks.py:Net", "--args", "{"], "not JSON"),
        (["networks.py:Net", "--kwargs", "[]"], "takes an object in JSON"),
    ],
)
def test_options_that_cannot_be_used(
    arguments: list[str],
    message: str,
    models: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(models.parent)
    assert run(["verify", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_confirm_adds_the_verdict_to_every_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "networks.py").write_text(MODELS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert run(["check", "networks.py", "--confirm", "--no-cache", "--output-format", "json"]) == 1
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert [(each["line"], each["severity"], each["verdict"]) for each in findings] == [
        (9, "error", "dead"),
        (17, "note", "branch"),
    ]
    assert run(["check", "networks.py", "--confirm", "--no-cache", "--output-format", "sarif"]) == 1
    results = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    assert [each["properties"]["verdict"] for each in results] == ["dead", "branch"]
    assert "nobody uses 75% of the values (proven)" in results[0]["message"]["text"]


OTHERS = """\
from torch import nn

def halved():
    return nn.Conv2d(4, 4, 1, stride=2)

class Careful(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3)
        self.norm = nn.BatchNorm2d(4)
        self.down, self.wide = halved(), nn.Conv2d(4, 4, 3, stride=2, padding=1)
        self.pool = nn.AvgPool2d(1, 2)
    def forward(self, x):
        x = self.norm(self.stem(x))
        return self.down(x) + self.wide(x) + self.pool(x)

class Wasteful(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(3, 4, 3), halved(), nn.AvgPool2d(1, 2))
    def forward(self, x):
        return self.layers(x)
"""


def test_confirm_tells_the_worst_of_the_models_and_leaves_other_rules_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "others.py").write_text(OTHERS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert run(["check", "others.py", "--confirm", "--no-cache", "--output-format", "json"]) == 1
    found = {(each["rule"], each["line"]): each for each in json.loads(capsys.readouterr().out)["findings"]}
    shared = next(each for each in found.values() if "1x1 convolution with stride 2" in each["message"])
    assert (shared["verdict"], shared["severity"]) == ("dead", "error")
    assert "in layers.1 of Wasteful nobody uses 75% of the values (proven)" in shared["message"]
    assert shared["message"].endswith("in Careful it is 'branch'")
    # What is not about positions that nobody reads keeps its words and its severity.
    (bias,) = (each for each in found.values() if each["rule"] == "bias-before-norm")
    assert bias["message"].endswith("behind it")
    assert bias["severity"] == "note"


def test_confirm_says_why_it_could_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "model.py").write_text(
        "from torch import nn\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.pool = nn.AvgPool2d(1, 2)\n        raise OSError('no licence')\n",
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    assert run(["check", "model.py", "--confirm", "--no-cache", "--output-format", "concise"]) == 1
    assert "not confirmed: Net: build: OSError: no licence (model.py:6)" in capsys.readouterr().out

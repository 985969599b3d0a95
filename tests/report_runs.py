"""Findings and runs built by hand, for the tests of the reports."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from convlint.findings import Applicability, Edit, Finding, Fix, InputError, Severity
from convlint.network.layers import Confidence, Kind, Layer, Network, Step, Unknown, Use
from convlint.network.operations import Operation
from convlint.network.sizes import SizedLayer, SizedModule, Work
from convlint.network.verdicts import Verdicts
from convlint.report import write
from convlint.report.run import Run
from convlint.rule import Problem, Rule
from convlint.source import Lines, Place

RESNET = "models/resnet.py"
FILES = {
    RESNET: (
        "def conv1x1(channels_in, channels_out, stride=1):\n"
        "    return nn.Conv2d(channels_in, channels_out, kernel_size=1, stride=stride, bias=False)\n"
        "\n"
        "        self.layer2 = self.make_layer(block, 128, stride=2)\n"
        "            shortcut = conv1x1(\n"
        "                self.channels, channels * block.expansion, stride\n"
        "            )\n"
    ),
    "app.py": "from torchvision.models import resnet18\n\nmodel = resnet18()\n",
}


class DeadPixels(Rule):
    """A rule to report under; it finds nothing itself."""

    name = "dead-pixels"
    group = "sampling"
    severity = Severity.WARNING

    def check(self, layer: Layer) -> Iterator[Problem]:
        """None."""
        yield from ()


def at(path: str, fragment: str, files: dict[str, str] | None = None) -> Place:
    """The place of the first occurrence of a fragment."""
    text = (FILES if files is None else files)[path]
    start = text.index(fragment)
    return Lines(text).place(path, start, start + len(fragment))


MEETING = at(RESNET, "conv1x1(\n                self.channels, channels * block.expansion, stride\n            )")
CALL = at(RESNET, "nn.Conv2d(channels_in, channels_out, kernel_size=1, stride=stride, bias=False)")
STRIDE = at(RESNET, "stride=2")
KERNEL = at(RESNET, "kernel_size=1")

LAYER = Layer(
    "torch.nn.Conv2d",
    Kind.CONVOLUTION,
    CALL,
    (1, 1),
    (2, 2),
    (1, Unknown("parameter")),
    Unknown("parameter"),
    in_channels=64,
    out_channels=Unknown("parameter"),
    groups=1,
)

WARNING = Finding(
    rule="dead-pixels",
    severity=Severity.WARNING,
    place=MEETING,
    message="1x1 convolution with stride 2 reads 1 of every 4 pixels of its input",
    picture=("x o x o", "o o o o"),
    labels=((KERNEL, "kernel size 1 is set here"), (STRIDE, "stride 2 is set here"), (MEETING, "they meet here")),
    dead_fraction=0.75,
    confidence=Confidence.POSSIBLE,
    layer=LAYER,
    origins={"kernel_size": KERNEL, "stride": STRIDE},
    trace=(Step(MEETING, "models.resnet.ResNet.make_layer"), Step(CALL, "models.resnet.conv1x1")),
    entry_points=("models.resnet.resnet101", "models.resnet.resnet18", "models.resnet.resnet34", "models.resnet.wide"),
    fixes=(Fix("set the kernel size to 3", Applicability.UNSAFE, (Edit(KERNEL, "kernel_size=3"),)),),
)

NOTE = Finding(
    rule="dead-pixels",
    severity=Severity.NOTE,
    place=at("app.py", "resnet18()"),
    message="builds 3 layers that read 1 of every 4 pixels of their input (torchvision/models/resnet.py:241)",
)

UNREAD = InputError("broken.py", 7, "cannot be parsed: unexpected indent")


def run_of(*findings: Finding, files: Any = None, **changes: Any) -> Run:
    """A finished run over ``FILES``."""
    values: dict[str, Any] = {
        "root": Path("/project"),
        "findings": findings,
        "errors": (),
        "stats": {"files": 14, "parsed": 9, "layers": 1200, "layers_known": 1100, "entry_points": 30},
        "rules": (DeadPixels(),),
        "sources": (FILES if files is None else files).get,
        "fail_on": Severity.WARNING,
    }
    return Run(**{**values, **changes})


def report(name: str, run: Run, encoding: str = "utf-8") -> str:
    """What ``write`` writes, strictly in one encoding."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, errors="strict", newline="\n")
    write(name, run, stream)
    stream.flush()
    return raw.getvalue().decode(encoding)


class TwoModels(Network):
    """A small network: one layer of two models, one that only a condition leads to."""

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Both layers."""
        pool = Layer(
            "torch.nn.functional.max_pool2d", Kind.MAX_POOL, KERNEL, (1, 2), Unknown("parameter"), (1, 1), "same"
        )
        return LAYER, pool

    @property
    def operations(self) -> tuple[Operation, ...]:
        """None: reports do not ask."""
        return ()

    @property
    def sized_layers(self) -> tuple[SizedLayer, ...]:
        """None: reports do not ask."""
        return ()

    @property
    def sized_modules(self) -> tuple[SizedModule, ...]:
        """None: reports do not ask."""
        return ()

    def works(self) -> dict[str, Work]:
        """None: reports do not ask."""
        return {}

    def uses(self, layer: Layer | Operation | SizedLayer | SizedModule) -> tuple[Use, ...]:
        """None: reports do not ask."""
        return ()

    def reached_from(self, layer: Layer | Operation) -> tuple[tuple[str, ...], Confidence]:
        """Both models build the convolution, the second one perhaps the pool."""
        if isinstance(layer, Layer) and layer.kind is Kind.MAX_POOL:
            return ("zoo.large",), Confidence.POSSIBLE
        return ("zoo.large", "zoo.small", "zoo.tiny"), Confidence.CERTAIN

    def verdicts(self, layer: Layer | Operation) -> Verdicts:
        return {}

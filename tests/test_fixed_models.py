"""Whole models after ``--unsafe-fixes``: they build, give what has the same shape, and have nothing left to mend."""

from __future__ import annotations

import shutil
import sys
import warnings
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

from convlint import cli

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # torch complains where numpy is missing
    torch: Any = pytest.importorskip("torch")

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
SIZES = (64, 65, 97, 100, 127)
"""Odd ones among them."""
MODELS: dict[str, Callable[[Any], Any]] = {
    "resnet.py": lambda module: module.resnet18(),
    "strided_pool.py": lambda module: module.Detector(),
    "dilated_stride.py": lambda module: module.MultiScaleDownsample(3),
}


def load(path: Path) -> Any:
    name = f"fixed_{path.parent.name.replace('-', '_')}_{path.stem}"
    spec = spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def shapes(model: Any) -> list[Any]:
    model.eval()
    with torch.no_grad():
        return [_shape(model(torch.zeros(1, 3, size, size + 4))) for size in SIZES]


def _shape(output: Any) -> Any:
    return tuple(output.shape) if hasattr(output, "shape") else [_shape(each) for each in output]


@pytest.mark.parametrize("name", MODELS)
def test_examples_keep_their_shapes(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "before").mkdir()
    (tmp_path / "after").mkdir()
    before, after = tmp_path / "before" / name, tmp_path / "after" / name
    for path in (before, after):
        shutil.copy(EXAMPLES / name, path)
    cli.run(["--no-cache", "--unsafe-fixes", "--select", "dead-pixels", str(after)])
    assert after.read_text() != before.read_text()
    assert cli.run(["--no-cache", "--select", "dead-pixels", str(after)]) == 0, capsys.readouterr().out
    once = after.read_text()
    cli.run(["--no-cache", "--unsafe-fixes", "--select", "dead-pixels", str(after)])
    assert after.read_text() == once
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert shapes(MODELS[name](load(after))) == shapes(MODELS[name](load(before)))


@pytest.mark.parametrize(
    ("name", "model", "size"),
    [
        ("resnet.py", "resnet18", "1,3,65,97"),
        ("strided_pool.py", "Detector", "1,3,65,97"),
        ("dilated_stride.py", "MultiScaleDownsample", "1,128,65,97"),
    ],
)
def test_fixed_examples_skip_nothing(
    name: str, model: str, size: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Built and run, not by the static rule."""
    path = tmp_path / name
    shutil.copy(EXAMPLES / name, path)
    reports = []
    for _ in range(2):
        capsys.readouterr()
        cli.run(["verify", "--input", size, f"{path}:{model}"])
        reports.append(capsys.readouterr().out)
        cli.run(["--no-cache", "--unsafe-fixes", "--select", "dead-pixels", str(path)])
    assert "verdict" in reports[0], reports[0]
    assert "no layer skips anything" not in reports[0], reports[0]
    assert "no layer skips anything" in reports[1], reports[1]

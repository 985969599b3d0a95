"""What the runtime commands say where torch is not installed."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from convlint.cli import run
from convlint.runtime.request import Request, decode, shape_of, split_target
from convlint.usage import UsageError


def test_without_torch_one_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "model.py").write_text("from torch import nn\npool = nn.AvgPool2d(1, 2)\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    for arguments in (["verify", "model.py:pool"], ["check", "--confirm", "--no-cache", "."]):
        assert run(arguments) == 2
        captured = capsys.readouterr()
        assert captured.err.startswith("convlint: building a model needs torch: pip install 'convlint[runtime]'")
        assert captured.out == ""


def test_a_request_survives_the_way_to_another_process() -> None:
    request = Request("a.b:c", args=(1, "x"), kwargs={"y": [2]}, shapes=((1, 3, 8, 8),), roots=("z",), memory_gib=0.5)
    assert decode(request.encode()) == request


@pytest.mark.parametrize("text", ["", "1,", "0,3", "-1", "1x3"])
def test_sizes_that_are_no_sizes(text: str) -> None:
    with pytest.raises(UsageError):
        shape_of(text)


@pytest.mark.parametrize("target", ["", ":", "a:", ":b", "module", "missing.yaml", "missing.py:Net"])
def test_targets_that_are_no_targets(target: str) -> None:
    with pytest.raises(UsageError):
        split_target(target)

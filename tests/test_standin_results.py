"""How results name places in stand-ins: readable, the same on every machine, and valid in every output format."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import jsonschema
import pytest
import sarif_pydantic
from own_source import ROOT

from convlint.evaluate.sources.standins import SHOWN_STANDINS, STANDINS, file_of

SARIF_SCHEMA = ROOT.parent / "shared" / "schemas" / "sarif-2.1.0.json"
SURROUNDINGS = ("VIRTUAL_ENV", "NO_COLOR", "FORCE_COLOR", "GITHUB_ACTIONS")
NET = """\
import torchvision
from mmcv.cnn import ConvModule
from timm.layers import ConvNormAct
from torchvision.ops import Conv2dNormActivation


def net(stride=2):
    first = Conv2dNormActivation(3, 8, 1, stride=stride)
    second = ConvModule(8, 8, 1, stride=2)
    return first, second, ConvNormAct(8, 8, stride=2)


model = torchvision.models.resnet18()
"""
PLACES = [("warning", 8), ("warning", 9), ("warning", 10), ("note", 13)]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Uses three packages in an environment that holds none."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "net.py").write_text(NET, encoding="utf-8")
    (folder / ".venv" / "lib" / "python3.12" / "site-packages").mkdir(parents=True)
    (folder / ".venv" / "pyvenv.cfg").write_text("version = 3.12\n", encoding="utf-8")
    return folder


def report(folder: Path, output_format: str) -> str:
    """What a run over the project prints."""
    environment = {name: value for name, value in os.environ.items() if name not in SURROUNDINGS}
    done = subprocess.run(
        [sys.executable, "-m", "convlint", "net.py", "--no-cache", "--output-format", output_format],
        cwd=folder,
        env={**environment, "PYTHONIOENCODING": "utf-8", "COLUMNS": "100"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
    return done.stdout


def paths(document: Any) -> set[str]:
    """Every value of a key ``path`` in a document."""
    if isinstance(document, dict):
        own = {value for key, value in document.items() if key == "path" and isinstance(value, str)}
        return own.union(*map(paths, document.values()))
    return set().union(*map(paths, document)) if isinstance(document, list) else set()


def test_findings_stand_on_the_user_s_own_lines(project: Path) -> None:
    found = json.loads(report(project, "json"))["findings"]
    assert [(finding["severity"], finding["line"]) for finding in found] == PLACES
    assert {finding["path"] for finding in found} == {"net.py"}


def test_no_path_of_this_machine_is_in_a_result(project: Path) -> None:
    for output_format in ("text", "concise", "github", "gitlab", "junit", "sarif", "json"):
        printed = report(project, output_format)
        assert STANDINS.as_posix() not in printed
        assert str(ROOT) not in printed


def test_paths_in_json_are_the_project_s_or_a_stand_in_s(project: Path) -> None:
    found = paths(json.loads(report(project, "json")))
    assert "net.py" in found
    inside = {path for path in found if path != "net.py"}
    assert inside
    assert all((file := file_of(path)) is not None and file.is_file() for path in inside)


def test_the_text_shows_the_stand_in_s_own_lines(project: Path) -> None:
    """But in a sentence it is called by what it stands for, whose lines are other ones."""
    printed = report(project, "text")
    assert "not at hand" not in printed
    assert f"{SHOWN_STANDINS}/mmcv/cnn/bricks/conv.py:" in printed
    assert "return layer(*args, **kwargs, **cfg)" in printed
    assert "builds 3 layers that read 1 of every 4 pixels of their input (torchvision/models/resnet.py)" in printed


def test_sarif_is_valid_and_its_addresses_are_relative(project: Path) -> None:
    document = json.loads(report(project, "sarif"))
    sarif_pydantic.Sarif.model_validate(document)
    results = document["runs"][0]["results"]
    assert len(results) == len(PLACES)
    addresses = set()
    for result in results:
        (location,) = result["locations"]
        assert location["physicalLocation"]["artifactLocation"]["uri"] == "net.py"
        flow = result["codeFlows"][0]["threadFlows"][0]["locations"]
        for place in (*result["relatedLocations"], *(step["location"] for step in flow)):
            addresses.add(place["physicalLocation"]["artifactLocation"]["uri"])
    assert len(addresses) > 1
    for address in addresses:
        assert not set("<> ") & set(address)
        assert urlsplit(address)[:2] == ("", "")
        assert not address.startswith("/")
        assert unquote(address) == "net.py" or unquote(address).startswith(SHOWN_STANDINS + "/")


def test_sarif_keeps_to_the_official_schema(project: Path) -> None:
    if not SARIF_SCHEMA.is_file():
        pytest.skip("the official schema is not at hand")
    schema = json.loads(SARIF_SCHEMA.read_text(encoding="utf-8"))
    # Not jsonschema.validate: that checks the schema first, which has an `anyOf` among its properties.
    validator: Any = jsonschema.validators.validator_for(schema)(schema)
    assert list(validator.iter_errors(json.loads(report(project, "sarif")))) == []


def test_annotations_stand_on_the_user_s_file_and_are_one_line_each(project: Path) -> None:
    *annotations, summary = report(project, "github").splitlines()
    assert summary == "convlint: 3 warnings, 1 note in 1 file."
    assert [line.partition(" ")[0] for line in annotations] == ["::warning"] * 3 + ["::notice"]
    for line, (_, number) in zip(annotations, PLACES, strict=True):
        assert line.split(" ", 1)[1].startswith(f"file=net.py,line={number},")
        assert SHOWN_STANDINS in line


def test_gitlab_names_the_user_s_file(project: Path) -> None:
    found = json.loads(report(project, "gitlab"))
    assert [(each["location"]["path"], each["location"]["lines"]["begin"]) for each in found] == [
        ("net.py", line) for _, line in PLACES
    ]
    assert len({each["fingerprint"] for each in found}) == len(PLACES)


def test_only_the_shown_folder_names_a_stand_in() -> None:
    assert file_of(f"{SHOWN_STANDINS}/timm/layers/eca.py") == STANDINS / "timm/layers/eca.py"
    assert file_of("timm/layers/eca.py") is None
    assert file_of("net.py") is None

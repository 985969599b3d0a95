"""What is installed: two packages from one distribution, whole, typed, and light enough to run without torch."""

from __future__ import annotations

import re
import sys
import zipfile
from email.parser import Parser
from importlib.metadata import entry_points, requires, version
from pathlib import Path

import pytest
from own_source import ROOT, copy_of_own_source, plain_environment, run

import convlint


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel of the source as it stands."""
    folder = tmp_path_factory.mktemp("wheel")
    source = copy_of_own_source(folder / "source")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    done = run([*command, "--wheel-dir", str(folder), str(source)], folder, plain_environment(folder))
    assert done.returncode == 0, done.stdout
    (file,) = folder.glob("convlint-*.whl")
    return zipfile.ZipFile(file)


def modules_in_source() -> set[str]:
    """Every module and marker of the two packages, by the name that it has in a wheel."""
    folders = {"convlint": ROOT / "convlint", "convlint_rules": ROOT / "rules"}
    return {
        f"{package}/{path.relative_to(folder).as_posix()}"
        for package, folder in folders.items()
        for path in folder.rglob("*")
        if path.suffix == ".py" or path.name == "py.typed"
    }


def test_the_wheel_holds_every_module_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    inside = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert inside == modules_in_source()
    assert {"convlint/py.typed", "convlint_rules/py.typed"} <= inside


def test_the_wheel_says_what_it_needs(wheel: zipfile.ZipFile) -> None:
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    metadata = Parser().parsestr(wheel.read(name).decode("utf-8"))
    assert metadata["Version"] == convlint.__version__
    assert metadata["Requires-Python"] == ">=3.10"
    always = [need for need in metadata.get_all("Requires-Dist") or [] if "extra ==" not in need]
    assert {re.split(r"[<>=; ]", need)[0].lower() for need in always} == {
        "click",
        "libcst",
        "msgspec",
        "pathspec",
        "pyyaml",
        "rich",
        "tomli",
    }


def test_torch_is_an_extra_and_the_development_one_is_pinned() -> None:
    torch = sorted(need for need in requires("convlint") or [] if need.startswith("torch"))
    assert [need.partition(";")[0].strip() for need in torch] == ["torch==2.13.0", "torch>=2.4"]
    assert all("extra ==" in need for need in torch)


def test_the_installed_distribution_announces_the_rules_as_a_third_party_would() -> None:
    ours = [point for point in entry_points(group="convlint.rules") if point.value == "convlint_rules"]
    assert [point.name for point in ours] == ["builtin"]
    module = ours[0].load()
    assert Path(module.__file__ or "").resolve() == ROOT / "rules" / "__init__.py"
    assert version("convlint") == convlint.__version__


def test_the_command_runs_from_the_wheel_alone(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path)
    program = "import sys; sys.path.insert(0, sys.argv.pop(1)); from convlint.cli import main; main()"
    done = run([sys.executable, "-c", program, str(tmp_path), "--version"], tmp_path, plain_environment(tmp_path))
    assert done.returncode == 0, done.stdout
    assert convlint.__version__ in done.stdout

"""Stand-ins for packages that are not installed: they build what the packages build, and results name them well.

``tests/data/standins`` holds what people build with those packages; each function's docstring states its layers. With
CONVLINT_SOURCES naming folders of unpacked packages, what their own source gives is compared as well.
"""

from __future__ import annotations

import ast
import os
import re
import sysconfig
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest

from convlint.deep_stack import run_deep
from convlint.evaluate.project import Analysis, Request, analyse
from convlint.evaluate.sources.standins import ALWAYS_STANDINS, STANDINS
from convlint.network.layers import Confidence, Layer, Size, Sizes, Unknown

CASES = Path(__file__).parent / "data" / "standins"
NOTHING = "No layer."
POSSIBLE = " possible"
PACKAGES = {
    "hub_files": ("huggingface_hub",),
    "lightning_modules": ("lightning", "pytorch_lightning", "einops"),
    "mmcv_cnn": ("mmcv", "mmengine"),
    "monai_blocks": ("monai",),
    "timm_layers": ("timm",),
    "torchaudio_transforms": ("torchaudio",),
    "torchvision_ops": ("torchvision",),
    "transformers_models": ("transformers", "huggingface_hub"),
}
"""Which packages a file of cases is compared with, where all of them are at hand."""
UNLIKE = frozenset({"whole_model_wide", "whole_model_grouped"})
"""Cases in which the evaluator gets the channels of the package itself wrong: a helper writes into ``kwargs``."""
TITLES = {"lightning": "Lightning", "monai": "MONAI", "pytorch_lightning": "Lightning"}
"""How packages write their own names."""
STANDIN_FILES = sorted(STANDINS.rglob("*.py"))


# --- what is built ----------------------------------------------------------------------------------------------------


def size_text(size: Size | None) -> str:
    """One number, or a question mark."""
    return str(size) if isinstance(size, int) else "?"


def sizes_text(sizes: Sizes | str | Unknown) -> str:
    """``3``, ``1,3`` or ``?``."""
    if not isinstance(sizes, tuple):
        return sizes if isinstance(sizes, str) else "?"
    texts = [size_text(size) for size in sizes]
    return texts[0] if len(set(texts)) == 1 else ",".join(texts)


def layer_text(layer: Layer) -> str:
    """``Conv2d 3>8 k=3 s=2 p=1``; what is usual is left out."""
    parts = [layer.op.removeprefix("torch.nn.").replace("functional.", "F.")]
    if layer.in_channels is not None:
        parts.append(f"{size_text(layer.in_channels)}>{size_text(layer.out_channels)}")
    parts.append(f"k={sizes_text(layer.kernel_size)}")
    for letter, sizes, usual in (("s", layer.stride, "1"), ("d", layer.dilation, "1"), ("p", layer.padding, "0")):
        if sizes_text(sizes) != usual:
            parts.append(f"{letter}={sizes_text(sizes)}")
    if layer.groups not in (None, 1):
        parts.append(f"g={size_text(layer.groups)}")
    return " ".join(parts)


def analysed(file: Path, *site_packages: Path) -> Analysis:
    """One file as a project of its own."""
    request = Request(root=file.parent, linted=(file,), site_packages=site_packages)
    analysis = run_deep(lambda: analyse(request))
    assert not analysis.errors
    return analysis


@cache
def built(file: Path, *site_packages: Path) -> Mapping[str, frozenset[str]]:
    """The layers of each function and class of a file."""
    network = analysed(file, *site_packages).network
    found: dict[str, set[str]] = defaultdict(set)
    for layer in network.layers:
        names, confidence = network.reached_from(layer)
        for name in names:
            found[name.rpartition(".")[2]].add(layer_text(layer) + POSSIBLE * (confidence is Confidence.POSSIBLE))
    return {name: frozenset(layers) for name, layers in found.items()}


def stated(file: Path) -> Mapping[str, frozenset[str]]:
    """The layers that docstrings state."""
    found = {}
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            lines = frozenset((ast.get_docstring(node) or "").splitlines())
            assert lines, f"{file.name}: {node.name} states nothing"
            found[node.name] = lines - {NOTHING}
    return found


def cases() -> list[object]:
    """Every function and class of the files of cases."""
    files = sorted(CASES.glob("*.py"))
    return [pytest.param(file, name, id=f"{file.stem}-{name}") for file in files for name in stated(file)]


@pytest.mark.parametrize(("file", "name"), cases())
def test_a_stand_in_builds_what_is_stated(file: Path, name: str) -> None:
    """A question mark is a value that need not be known; of what no stand-in models, it must not be."""
    found, expected = built(file).get(name, frozenset()), stated(file)[name]
    if file.stem not in PACKAGES or not agree(found, expected):
        assert sorted(found) == sorted(expected)


def test_there_are_cases_for_every_package() -> None:
    imported = {
        node.module.partition(".")[0]
        for file in CASES.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module
    }
    assert {path.name for path in STANDINS.iterdir() if path.is_dir()} <= imported | {"pytorch_lightning"}


# --- against the packages themselves ----------------------------------------------------------------------------------


def source_of(package: str) -> Path | None:
    """The folder that holds a package's own source, in CONVLINT_SOURCES or in this interpreter's environment."""
    folders = [folder for folder in os.environ.get("CONVLINT_SOURCES", "").split(os.pathsep) if folder]
    for folder in (*folders, sysconfig.get_path("purelib")):
        if (Path(folder) / package / "__init__.py").is_file():
            return Path(folder)
    return None


def sources_of(packages: Sequence[str]) -> tuple[Path, ...]:
    """The folders of several packages; skips the test where one is not at hand."""
    found = {package: source_of(package) for package in packages}
    missing = [package for package, folder in found.items() if folder is None]
    if missing:
        pytest.skip(f"the source of {' and '.join(missing)} is not at hand")
    return tuple(dict.fromkeys(folder for folder in found.values() if folder is not None))


def agree(ours: frozenset[str], theirs: frozenset[str]) -> bool:
    """Whether two sets of layers are the same, where ``theirs`` may know less."""

    def matches(layer: str, other: str) -> bool:
        pattern = re.escape(other.removesuffix(POSSIBLE)).replace(r"p=\?", r"p=\S+").replace(r"\?", r"\S+")
        without = pattern.replace(r"\ p=\S+", "")
        return any(re.fullmatch(each, layer.removesuffix(POSSIBLE)) for each in (pattern, without))

    return all(any(matches(layer, other) for other in theirs) for layer in ours) and all(
        any(matches(layer, other) for layer in ours) for other in theirs
    )


@pytest.mark.slow
@pytest.mark.parametrize("stem", sorted(PACKAGES))
def test_a_stand_in_builds_what_the_package_builds(stem: str) -> None:
    folders = sources_of(PACKAGES[stem])
    file = CASES / f"{stem}.py"
    ours, theirs = built(file), built(file, *folders)
    assert theirs
    names = [name for name in stated(file) if name not in UNLIKE]
    unlike = {
        name: (sorted(ours.get(name, ())), sorted(theirs.get(name, ())))
        for name in names
        if not agree(ours.get(name, frozenset()), theirs.get(name, frozenset()))
    }
    assert unlike == {}


def test_agreement_lets_a_package_know_less_and_nothing_else() -> None:
    known = frozenset({"Conv2d 3>8 k=3 s=2 p=1", "Conv2d 8>8 k=1"})
    assert agree(known, known)
    assert agree(known, frozenset({"Conv2d 3>8 k=3 s=2 p=? possible", "Conv2d 8>8 k=1 p=?"}))
    assert not agree(known, frozenset({"Conv2d 3>8 k=3 s=2 p=1"}))
    assert not agree(frozenset({"Conv2d 8>8 k=1"}), known)
    assert not agree(known, frozenset({"Conv2d 3>8 k=3 s=1 p=1", "Conv2d 8>8 k=1"}))
    assert not agree(known, frozenset({"Conv2d 3>16 k=3 s=2 p=1", "Conv2d 8>8 k=1"}))


def parameters(node: ast.FunctionDef) -> list[tuple[str, str | None]]:
    """The names of a function's parameters and the text of their defaults."""
    arguments = node.args
    plain = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(plain) - len(arguments.defaults))
    defaults += [*arguments.defaults, *arguments.kw_defaults]
    return [
        (argument.arg, ast.unparse(default).replace("torch.nn.", "nn.") if default is not None else None)
        for argument, default in zip([*plain, *arguments.kwonlyargs], defaults, strict=True)
    ]


def signatures(file: Path) -> dict[str, list[tuple[str, str | None]]]:
    """The parameters of each public function of a file, and of each class's constructor."""
    found = {}
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        bodies = node.body if isinstance(node, ast.ClassDef) else []
        for inner in (node, *bodies):
            if isinstance(inner, ast.FunctionDef) and (inner is node or inner.name == "__init__"):
                found[getattr(node, "name", "")] = parameters(inner)
    return {name: given for name, given in found.items() if not name.startswith("_")}


def same_default(ours: str | None, theirs: str | None) -> bool:
    """Whether two defaults are the same value; what is no literal is compared as text."""
    try:
        return bool(ast.literal_eval(str(ours)) == ast.literal_eval(str(theirs)))
    except ValueError:
        return ours == theirs or str(ours).startswith(("{", "_")) or "dict(" in str(theirs) or "/" in str(theirs)


@pytest.mark.parametrize("file", STANDIN_FILES, ids=lambda file: file.relative_to(STANDINS).as_posix())
def test_parameters_are_the_package_s(file: Path) -> None:
    inside = file.relative_to(STANDINS)
    (folder,) = sources_of([inside.parts[0]])
    if not (folder / inside).is_file():
        pytest.skip("a module of another version")
    theirs = signatures(folder / inside)
    for name, ours in signatures(file).items():
        if name in theirs and "renamed" not in dict(ours):
            assert [parameter for parameter, _ in ours] == [parameter for parameter, _ in theirs[name]], name
            for (parameter, mine), (_, other) in zip(ours, theirs[name], strict=True):
                assert same_default(mine, other), f"{name}({parameter}={mine}), not {other}"


# --- the files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", STANDIN_FILES, ids=lambda file: file.relative_to(STANDINS).as_posix())
def test_a_stand_in_says_what_it_stands_for_and_needs_nothing_but_torch(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"), feature_version=(3, 10))
    module = ".".join(file.relative_to(STANDINS).with_suffix("").parts).removesuffix(".__init__")
    title = (ast.get_docstring(tree) or "").splitlines()[0]
    named = re.match(r"Stands for ([\w.]+)[ ,]|Not a module of", title)
    assert named, title
    assert named[1] in (None, module, TITLES.get(module)), title
    own = {path.name for path in STANDINS.iterdir()}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)) and not getattr(node, "level", 0):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [str(node.module)]
            assert {name.partition(".")[0] for name in names} <= own | {
                "__convlint__", "ast", "collections", "copy", "dataclasses", "functools", "importlib", "inspect",
                "math", "os", "re", "sys", "torch", "types", "yaml",
            }  # fmt: skip


# --- which one is read ------------------------------------------------------------------------------------------------


def project(folder: Path, files: Mapping[str, str]) -> Analysis:
    """A project whose ``net.py`` is linted, with installed packages under ``site-packages``."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return analysed(folder / "net.py", folder / "site-packages")


def layers_of(analysis: Analysis) -> list[str]:
    """What an analysis found."""
    return sorted(map(layer_text, analysis.network.layers))


TIMM_USER = "from timm.layers import create_conv2d\n\nlayer = create_conv2d(3, 8, 1, stride=2)\n"


def test_an_installed_package_goes_before_its_stand_in(tmp_path: Path) -> None:
    own = "from torch import nn\n\n\ndef create_conv2d(a, b, k, **kw):\n    return nn.Conv1d(a, b, k)\n"
    files = {"net.py": TIMM_USER, "site-packages/timm/__init__.py": "", "site-packages/timm/layers.py": own}
    analysis = project(tmp_path, files)
    assert layers_of(analysis) == ["Conv1d 3>8 k=1"]
    assert not any(path.startswith(str(STANDINS)) for path in analysis.consulted)


def test_a_part_that_an_installed_package_lacks_is_not_modelled(tmp_path: Path) -> None:
    assert layers_of(project(tmp_path, {"net.py": TIMM_USER, "site-packages/timm/__init__.py": ""})) == []


def test_a_folder_of_the_name_that_is_no_package_hides_nothing(tmp_path: Path) -> None:
    analysis = project(tmp_path, {"net.py": TIMM_USER, "timm/notes.txt": "weights lie here"})
    assert layers_of(analysis) == ["Conv2d 3>8 k=1 s=2"]


def test_no_stand_in_is_noted_as_read(tmp_path: Path) -> None:
    analysis = project(tmp_path, {"net.py": TIMM_USER})
    assert [Path(path).name for path in analysis.consulted] == ["net.py"]
    assert str(tmp_path / "timm") in analysis.absent


def test_some_stand_ins_go_first_however_they_are_imported(tmp_path: Path) -> None:
    broken = "raise ImportError('not followed')\n"
    user = (
        "import torch.nn.functional as F\nfrom einops import rearrange\nfrom monai.networks.layers import Conv\n\n\n"
        "def net(x):\n    Conv['conv', 2](3, 8, 1, 2)\n    return F.max_pool2d(rearrange(x, 'a b -> b a'), 1, 2)\n"
    )
    files = {
        "net.py": user,
        "site-packages/einops/__init__.py": broken,
        "site-packages/monai/__init__.py": "",
        "site-packages/monai/networks/__init__.py": "",
        "site-packages/monai/networks/layers/__init__.py": "from .factories import Conv\n",
        "site-packages/monai/networks/layers/factories.py": broken,
    }
    assert layers_of(project(tmp_path, files)) == ["Conv2d 3>8 k=1 s=2", "F.max_pool2d k=1 s=2"]


@pytest.mark.parametrize("name", sorted(ALWAYS_STANDINS))
def test_what_goes_first_is_there(name: str) -> None:
    module = STANDINS.joinpath(*name.split("."))
    assert module.with_suffix(".py").is_file() or (module / "__init__.py").is_file()

"""Which files can lead to a layer, by what they import: a wrong no loses layers, a wrong yes costs time."""

from __future__ import annotations

from pathlib import Path

import pytest
from config_runs import write

from convlint.evaluate.project import Request, analyse
from convlint.evaluate.sources.finder import Finder
from convlint.evaluate.sources.imports import MAX_FILES, Imports
from convlint.frontends.python.store import IrStore


def matters(root: Path, name: str, texts: dict[str, str], installed: Path | None = None) -> bool:
    """Whether file ``name`` of a project can lead to a layer."""
    files = write(root, texts)
    site_packages = (installed,) if installed is not None else ()
    return Imports(Finder(root, files, {}, site_packages, IrStore(None))).can_matter(root / name)


@pytest.mark.parametrize(
    "text",
    [
        "import torch\n",
        "import os, torch.nn as nn\n",
        "import os; import torch\n",
        "try:\n    from torch import nn\nexcept ImportError: nn = None\n",
        "if True: import torch\n",
        "import timm\n",
        "from torchvision.ops import Conv2dNormActivation\n",
        "import importlib\nnn = importlib.import_module('torch.nn')\n",
        "from layers import conv\n",
        "from .layers import conv\n",
        "from . import layers\n",
        "from . import (\n    other,\n    layers,\n)\n",
        "import package.inner\n",
        "from package import inner\n",
        "from importlib import import_module\n\n\ndef load(name):\n    return import_module(name)\n",
    ],
)
def test_a_way_to_torch(tmp_path: Path, text: str) -> None:
    texts = {"net.py": text, "layers.py": "from torch import nn\n", "other.py": "import os\n"}
    inner = {"package/__init__.py": "", "package/inner.py": "from ..layers import conv\nimport torch\n"}
    root = {"__init__.py": ""} if "from ." in text or "import_module(name)" in text else {}
    assert matters(tmp_path, "net.py", {**texts, **inner, **root})


@pytest.mark.parametrize(
    "text",
    [
        "x = 1\n",
        "import os\nimport numpy as np\n",
        "import paddle\nfrom paddle import nn\n",
        "from other import helper\n",
        "import missing\n",
        "from .missing import torch_like\n",
        "from importlib import import_module\n\nother = import_module('other')\n",
    ],
)
def test_no_way_to_torch(tmp_path: Path, text: str) -> None:
    texts = {"net.py": text, "other.py": "import os\nfrom net import x\n", "layers.py": "import torch\n"}
    assert not matters(tmp_path, "net.py", texts)


def test_what_is_installed_is_taken_to_lead_there_unless_it_is_known_not_to(tmp_path: Path) -> None:
    installed = tmp_path / "site-packages"
    write(installed, {"acme/__init__.py": "", "cv2/__init__.py": ""})
    project = tmp_path / "project"
    assert matters(project, "a.py", {"a.py": "import acme\n"}, installed)
    assert not matters(project, "b.py", {"b.py": "import cv2\n"}, installed)


def test_a_circle_and_a_long_way_end(tmp_path: Path) -> None:
    circle = {"a.py": "import b\n", "b.py": "import a\n"}
    assert not matters(tmp_path / "circle", "a.py", circle)
    chain = {f"m{number}.py": f"import m{number + 1}\n" for number in range(50)}
    assert not matters(tmp_path / "chain", "m0.py", chain)
    assert matters(tmp_path / "chain", "m0.py", {**chain, "m50.py": "import torch\n"})
    assert len(chain) < MAX_FILES


def test_a_project_of_another_framework_is_not_evaluated(tmp_path: Path) -> None:
    texts = {"net.py": "from paddle import nn\n\n\ndef conv():\n    return nn.Conv2D(8, 8, 1, 2)\n"}
    assert analyse(Request(root=tmp_path, linted=write(tmp_path, texts))).stats.entry_points == 0

"""Which modules are modelled and by which file: Python's own library, torch, a few functions of popular packages."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from convlint.evaluate.library.standard import MODULES as STANDARD
from convlint.evaluate.values import Module, Unknown, Value

if TYPE_CHECKING:
    from convlint.evaluate.machine import Machine

ALWAYS = frozenset(
    "attr attrs distutils numpy packaging pkg_resources pydantic pydantic_settings torch typing_extensions".split()
)
"""Packages that are modelled even where their source is installed."""

FIRST = frozenset({"torchvision.models.feature_extraction"})
"""Modules of packages that are modelled even where their source is installed: nobody can follow what it does."""

WITHOUT_LAYERS = frozenset(
    """absl accelerate addict albumentations bokeh boto3 botocore click comet_ml cv2 dask datasets distributed
    easydict fastapi filelock fire flask flax fsspec gradio h5py httpx huggingface_hub hydra imageio imgaug
    IPython ipywidgets jax jinja2 joblib jsonschema keras librosa lightning lightning_fabric lmdb loguru mako
    markupsafe matplotlib ml_collections mlflow mpl_toolkits munch neptune networkx nibabel nltk numba omegaconf
    onnx onnxruntime openai optuna pandas PIL plotly polars psutil pyarrow pycocotools pydicom pygments
    pyparsing pytest pytorch_lightning ray regex requests rich ruamel scipy seaborn shapely simple_parsing skimage
    sklearn skopt soundfile spacy sphinx sqlalchemy streamlit swanlab sympy tabulate tensorboard tensorboardX tensorflow
    termcolor tokenizers toml tomli tomlkit trimesh typer tyro urllib3 visdom wandb xarray yacs yaml zarr""".split()
)
"""Popular packages that build no torch layer of their own. Their source is not followed where it is installed: it is
long, and nothing in it can matter. What they give is unknown, but for what a stand-in models."""

TORCH = {
    "torch": ("torch_root", "contents"),
    "torch.nn": ("torch_nn", "contents"),
    "torch.nn.modules": ("torch_nn", "contents"),
    "torch.nn.functional": ("torch_functional", "contents"),
    "torch.nn.init": ("torch_root", "initialisers"),
    "torch.nn.modules.utils": ("torch_root", "tuples"),
    "torch.nn.parameter": ("torch_nn", "contents"),
    "torch.multiprocessing": ("torch_wrappers", "processes"),
    "torch.jit": ("torch_root", "scripting"),
    "torch.autograd": ("torch_root", "differentiating"),
    "torch.fx": ("torch_root", "tracing"),
    "torch.ops": ("torch_root", "operators"),
    "torch.utils.checkpoint": ("torch_root", "checkpointing"),
    "torch.nn.utils": ("torch_wrappers", "utilities"),
    "torch.nn.parallel": ("torch_wrappers", "parallel"),
    "torch.optim.swa_utils": ("torch_wrappers", "parallel"),
    "torch.distributed.fsdp": ("torch_wrappers", "parallel"),
    "torch.quantization": ("torch_wrappers", "quantization"),
    "torch.ao.quantization": ("torch_wrappers", "quantization"),
    "torch.nn.quantized": ("torch_wrappers", "quantized"),
    "torch.ao.nn.quantized": ("torch_wrappers", "quantized"),
    "torchvision.models.feature_extraction": ("torchvision_features", "contents"),
}
"""Module of torch, or built on it -> (file of this folder, function that gives its contents)."""

PACKAGES = frozenset(
    name[:end] for name in TORCH if name.startswith("torch.") for end, sign in enumerate(name) if sign == "."
)
"""Packages that hold these."""

FOLDERS = {
    "torch.nn.modules.": "torch.nn",
    "torch.nn.parameter": "torch.nn",
    **{f"{name}.": name for name in TORCH if name.endswith(("utils", "parallel", "quantization", "quantized"))},
}
"""Beginnings of modules whose names are found in another as well."""


def load(machine: Machine, name: str) -> Module | None:
    """The modelled module ``name``, or None where convlint has no model of it."""
    known = machine.modules.by_name
    if name in known:
        return known[name]
    found = TORCH.get(name) or STANDARD.get(name)
    # A capital begins a class: it is found as an attribute of the module that holds it.
    if found is None and name.rpartition(".")[2].islower():
        found = next((TORCH[whole] for start, whole in FOLDERS.items() if name.startswith(start)), None)
    if found is None and name not in PACKAGES:
        return None
    module = Module(name)
    known[name] = module
    if found == TORCH["torch.nn"] and name != "torch.nn":
        same = load(machine, "torch.nn")  # a class is one object, wherever it is imported from
        assert same is not None
        module.attrs, module.fallback = same.attrs, same.fallback
        return module
    file, function = found or ("", "")
    contents = getattr(import_module(f"convlint.evaluate.library.{file}"), function)(machine) if found else {}
    other: Callable[[str], Value | None] | None = contents.pop("*", None)
    module.attrs.update(contents)
    if name == "sys":
        from convlint.evaluate.library.reflection import module_table

        module.attrs["modules"] = module_table(machine)
    module.fallback = lambda attribute: _fallback(machine, module.name, other, attribute)
    return module


def _fallback(machine: Machine, name: str, other: Callable[[str], Value | None] | None, attribute: str) -> Value | None:
    found = other(attribute) if other is not None else None
    if found is not None:
        return found
    if attribute.startswith("__") and attribute not in ("__version__",):
        return None
    return Unknown("not-modelled", f"{name}.{attribute}")


def unlisted(name: str) -> Module:
    """A module of Python's own library, or of torch, that has no model: each of its names is unknown."""
    module = Module(name)
    module.fallback = lambda attribute: Unknown("not-modelled", f"{name}.{attribute}")
    return module

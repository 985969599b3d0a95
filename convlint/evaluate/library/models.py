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

WITHOUT_LAYERS = frozenset(
    """absl accelerate addict albumentations bokeh boto3 botocore click comet_ml cv2 dask datasets distributed
    easydict fastapi filelock fire flask flax fsspec gradio h5py httpx huggingface_hub hydra imageio imgaug
    IPython ipywidgets jax jinja2 joblib jsonschema keras librosa lightning lightning_fabric lmdb loguru mako
    markupsafe matplotlib ml_collections mlflow mpl_toolkits munch neptune networkx nibabel nltk numba omegaconf
    onnx onnxruntime openai optuna pandas PIL plotly polars psutil pyarrow pycocotools pydicom pygments
    pyparsing pytest pytorch_lightning ray regex requests rich ruamel scipy seaborn shapely skimage sklearn
    skopt soundfile spacy sphinx sqlalchemy streamlit swanlab sympy tabulate tensorboard tensorboardX tensorflow
    termcolor tokenizers toml tomli tomlkit trimesh typer urllib3 visdom wandb xarray yacs yaml zarr""".split()
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
    "torch.nn.parallel": ("torch_wrappers", "parallel"),
    "torch.multiprocessing": ("torch_wrappers", "processes"),
    "torch.jit": ("torch_root", "scripting"),
    "torch.autograd": ("torch_root", "differentiating"),
    "torch.fx": ("torch_root", "tracing"),
    "torch.utils.checkpoint": ("torch_root", "checkpointing"),
}
"""Module of torch -> (file of this folder, function that gives its contents)."""

TORCH_NN_FOLDERS = ("torch.nn.modules.", "torch.nn.parameter", "torch.nn.quantized")
"""Modules whose classes are also found in torch.nn."""


def load(machine: Machine, name: str) -> Module | None:
    """The modelled module ``name``, or None where convlint has no model of it."""
    known = machine.modules.by_name
    if name in known:
        return known[name]
    found = TORCH.get(name) or STANDARD.get(name)
    # A capital begins a class: it is found as an attribute of the module that holds it.
    if found is None and name.startswith(TORCH_NN_FOLDERS) and name.rpartition(".")[2].islower():
        found = TORCH["torch.nn"]
    if found is None:
        return None
    file, function = found
    module = Module(name)
    known[name] = module
    if found == TORCH["torch.nn"] and name != "torch.nn":
        same = load(machine, "torch.nn")  # a class is one object, wherever it is imported from
        assert same is not None
        module.attrs, module.fallback = same.attrs, same.fallback
        return module
    contents = getattr(import_module(f"convlint.evaluate.library.{file}"), function)(machine)
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

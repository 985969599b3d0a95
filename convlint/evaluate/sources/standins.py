"""Stand-ins, small models of popular packages written as source: where they lie, and how results name them."""

from __future__ import annotations

from pathlib import Path

STANDINS = Path(__file__).parent.parent / "library" / "standins"
"""Searched last, for packages that are found nowhere else. Its README says more."""
ALWAYS_STANDINS = frozenset(
    {
        "einops",
        "mmengine.registry",
        "monai.networks.layers.convutils",
        "monai.networks.layers.factories",
        "torchaudio.transforms",
        "torchvision.extension",
        "transformers.configuration_utils",
        "transformers.modeling_utils",
        "transformers.models.auto.auto_factory",
        "transformers.utils.auto_docstring",
    }
)
"""Modules, with all inside them, whose stand-ins are read even where the package is installed: nobody can follow what
their source does to tables, arrays and tensors, or they compute only when they are called what is decided when they
are built."""
SETTINGS = frozenset(
    {
        "absl",
        "addict",
        "argparse",
        "click",
        "easydict",
        "fire",
        "ml_collections",
        "munch",
        "omegaconf",
        "simple_parsing",
        "typer",
        "tyro",
        "wandb",
        "yacs",
    }
)
"""Packages by which a program gets its settings: their stand-ins build no layer, and lead to none."""
STANDARD_STANDINS = frozenset({"argparse"})
"""Modules of Python's own library whose model is a stand-in."""
_PACKAGES = frozenset(name.partition(".")[0] for name in ALWAYS_STANDINS)
SHOWN_STANDINS = "<convlint-model>"
"""What results call the folder: the same on every machine, and no path that a project would have."""


def is_standin(path: Path) -> bool:
    """Whether a path is a stand-in's: those change only with convlint itself, so no run notes that it read them."""
    return str(path).startswith(str(STANDINS))


def goes_first(module: str) -> bool:
    """Whether a module, by its dotted name, is read from its stand-in even where its package is installed."""
    return any(module == name or module.startswith(f"{name}.") for name in ALWAYS_STANDINS)


def may_go_first(path: Path) -> bool:
    """A quick look at a path: whether it can be the file of a module for which ``goes_first`` holds."""
    return not _PACKAGES.isdisjoint(path.parts) and not is_standin(path)


def shown_path(path: Path) -> str:
    """How results name the file of a stand-in."""
    return f"{SHOWN_STANDINS}/{path.relative_to(STANDINS).as_posix()}"


def file_of(shown: str) -> Path | None:
    """The file of a stand-in by the name that results give it; None for any other path."""
    folder, _, inside = shown.partition("/")
    return STANDINS / inside if folder == SHOWN_STANDINS else None

"""Builds the model that a target names. This is where the user's code runs; only the model's own process calls it."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import GenericAlias, ModuleType
from typing import Any

import torch
from torch import nn

from convlint.runtime import bounds, configs
from convlint.runtime.construction import noted
from convlint.runtime.refusal import RefusedError
from convlint.runtime.request import CONFIG_SUFFIXES, DEFAULT_SIDE, Request, split_target

USUAL_IMAGES = ((DEFAULT_SIDE, DEFAULT_SIDE), (32, 32))
"""What is tried where a model says nothing: ImageNet's size, then CIFAR's."""
USUAL_CLIPS = ((16, 112, 112), (16, DEFAULT_SIDE, DEFAULT_SIDE))
"""The same for models that begin with a 3-d convolution: frames, height, width."""
SIZE_KEYS = ("img_size", "image_size", "input_size", "input_shape", "spatial_size")
"""What constructors call the size of the image that they are made for."""


def prepare(request: Request) -> None:
    """Set up imports and threads, and run the setup file."""
    folder = str(Path(request.folder).resolve())
    sys.path[:0] = [folder, *request.roots]
    # This path for transformers exists only outside of a traced graph, and hides many operations in one.
    torch.backends.mha.set_fastpath_enabled(False)
    if request.threads:
        torch.set_num_threads(request.threads)
    if request.setup:
        _from_file(Path(request.setup), "convlint_runtime_setup")


def build(request: Request) -> nn.Module:
    """The model, in eval mode. Raises RefusedError, or whatever the user's code raises."""
    return built(request)[0]


def built(request: Request) -> tuple[nn.Module, Mapping[str, Any]]:
    """The model, in eval mode, and the keywords that it was made with. Raises as ``build`` does."""
    where, name = split_target(request.target)
    args, kwargs = list(request.args), dict(request.kwargs)
    # Also while modules are imported: some build their models then.
    with noted():
        if where.endswith(CONFIG_SUFFIXES):
            call = configs.network_call(where, name, request.folder)
            model = configs.made(call, args, kwargs)
            kwargs = {**configs.numbers_in(call), **kwargs}
        else:
            found = _attribute(_module(where), where, name)
            model = found if isinstance(found, nn.Module) else _called(found, request.target, args, kwargs)
    if not isinstance(model, nn.Module):
        raise RefusedError(f"it gives {_a(type(model).__name__)}, not a torch.nn.Module")
    return model.eval(), kwargs


def shapes_of(
    request: Request, model: nn.Module, keywords: Mapping[str, Any] | None = None
) -> list[tuple[tuple[int, ...], ...]]:
    """Sizes of the inputs, to be tried in turn: the user's; else the model's own configuration's; else the usual ones.

    In front of the usual ones comes a size that is among the model's ``keywords``. A ``forward`` that needs several
    arguments gets as many inputs of one size.
    """
    if request.shapes:
        return [request.shapes]
    count = _needed_inputs(model)
    for name in ("pretrained_cfg", "default_cfg"):
        settings = getattr(model, name, None)
        size = settings.get("input_size") if isinstance(settings, Mapping) else None
        if isinstance(size, (tuple, list)) and all(isinstance(each, int) for each in size):
            return [((1, *size),) * count]
    first = next((m for m in model.modules() if isinstance(m, nn.modules.conv._ConvNd)), None)
    if isinstance(first, nn.Conv1d):
        raise RefusedError("its first convolution is a Conv1d: say the size of the input with --input")
    channels = first.in_channels if first is not None else 3
    usual = USUAL_CLIPS if isinstance(first, nn.Conv3d) else USUAL_IMAGES
    sizes = (*_named_sizes(keywords or {}, channels, 3 if isinstance(first, nn.Conv3d) else 2), *usual)
    return [((1, channels, *size),) * count for size in sizes]


def _named_sizes(keywords: Mapping[str, Any], channels: int, axes: int) -> Iterator[tuple[int, ...]]:
    """The sizes that a model's keywords name: one number for all axes, one for each, or the channels in front."""
    for key in SIZE_KEYS:
        value = keywords.get(key)
        numbers = [value] * axes if isinstance(value, int) else list(value) if isinstance(value, (list, tuple)) else []
        if len(numbers) == axes + 1 and numbers[0] == channels:
            del numbers[0]
        if len(numbers) == axes and all(isinstance(each, int) and each > 0 for each in numbers):
            yield tuple(numbers)


def _needed_inputs(model: nn.Module) -> int:
    try:
        parameters = inspect.signature(model.forward).parameters.values()
    except (TypeError, ValueError):
        return 1
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return max(1, sum(p.default is p.empty and p.kind in kinds for p in parameters))


def members(pattern: str, folder: str) -> Iterator[str]:
    """The targets that ``package.module:pattern*`` stands for: public callables that need no argument, sorted.

    Functions that say that they return something else than a module are left out, and so are submodules. For a config
    file, the networks that it names, in its order.
    """
    from fnmatch import fnmatchcase

    where, name = split_target(pattern)
    if where.endswith(CONFIG_SUFFIXES):
        yield from (f"{where}:{path}" for path in configs.networks(where, folder) if fnmatchcase(path, name))
        return
    module = _module(where)
    names = getattr(module, "__all__", None) or vars(module)
    count = 0
    for each in sorted(names):
        value = getattr(module, each, None)
        if (
            not each.startswith("_")
            and fnmatchcase(each, name)
            and _may_build(value)
            and count < bounds.EXPANDED_TARGETS
        ):
            count += 1
            yield f"{where}:{each}"


def _may_build(value: object) -> bool:
    if not callable(value) or isinstance(value, (ModuleType, GenericAlias)):
        return False
    if isinstance(value, type) and not issubclass(value, nn.Module):
        return False
    try:
        signature = inspect.signature(value, eval_str=False)
    except (TypeError, ValueError):
        return False
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    if any(p.default is p.empty and p.kind not in kinds for p in signature.parameters.values()):
        return False
    returns = signature.return_annotation
    if isinstance(value, type) or returns is signature.empty or isinstance(returns, str):
        return True
    return issubclass(type(returns), type) and issubclass(returns, nn.Module)


def _module(where: str) -> ModuleType:
    return _file_module(Path(where)) if where.endswith(".py") else importlib.import_module(where)


def _file_module(file: Path) -> ModuleType:
    """A file as part of the package that it lies in, so that its relative imports work; else by itself."""
    file = Path(os.path.realpath(file))
    folder, parts = file.parent, [file.stem]
    while (folder / "__init__.py").is_file() and folder != folder.parent:
        parts.insert(0, folder.name)
        folder = folder.parent
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    if len(parts) > 1:
        return importlib.import_module(".".join(parts).removesuffix(".__init__"))
    return _from_file(file, file.stem)


def _from_file(file: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise RefusedError(f"{file}: cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _attribute(module: ModuleType, where: str, name: str) -> Any:
    value: Any = module
    for part in name.split("."):
        if not hasattr(value, part):
            raise RefusedError(f"{where} has no '{name}'")
        value = getattr(value, part)
    return value


def _called(found: Any, target: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    if not callable(found):
        raise RefusedError(f"{target.rpartition(':')[2]} is {_a(type(found).__name__)}, which cannot be called")
    try:
        signature = inspect.signature(found)
    except (TypeError, ValueError):
        return found(*args, **kwargs)
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        raise RefusedError(f"it cannot be called like this: {error}; give arguments with --args and --kwargs") from None
    return found(*args, **kwargs)


def _a(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def random_inputs(shapes: tuple[tuple[int, ...], ...], device: str, dtype: torch.dtype) -> list[torch.Tensor]:
    """Random inputs, the same in every run."""
    generator = torch.Generator().manual_seed(0)
    return [torch.randn(shape, generator=generator).to(device, dtype) for shape in shapes]

"""Stands for hydra.compose of hydra 1.3: what a file and its defaults list give where nothing is overridden."""

import os
import sys

import yaml
from __convlint__ import can_be_read
from omegaconf import DictConfig, OmegaConf

from .core.config_store import ConfigStore

_SELF, _GLOBAL = "_self_", "_global_"
_FOLDER = []


def compose(config_name=None, overrides=None, return_hydra_config=False, strict=None):
    if overrides or not _FOLDER:
        return sys.argv
    return composed(_FOLDER[-1], config_name)


class initialize:
    def __init__(self, config_path=None, job_name=None, caller_stack_depth=1, version_base=None):
        _FOLDER.append(config_path)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        pass


class initialize_config_dir(initialize):
    def __init__(self, config_dir, job_name="app", version_base=None):
        _FOLDER.append(config_dir)


def composed(folder, name):
    """The configuration of this name, with those that its defaults list names. Unknown where it is open."""
    if name is None:
        return DictConfig({})
    found = OmegaConf.merge(*_parts(folder, name.removesuffix(".yaml"), "", ""))
    OmegaConf.resolve(found)
    return found


def _parts(folder, name, group, package):
    """What is merged for one file, in order, each in its place."""
    content, package = _loaded(folder, os.path.join(group, name), package)
    defaults = content.pop("defaults", [])
    parts, seen = [], False
    for entry in defaults:
        if entry == _SELF:
            parts.append(_placed(content, package))
            seen = True
        elif isinstance(entry, str):
            path, at = _split(entry)
            parts.extend(_below(folder, os.path.dirname(path), os.path.basename(path), at, group, package))
        else:
            for key in entry:
                parts.extend(_chosen(folder, key, entry[key], group, package))
    if not seen:
        parts.append(_placed(content, package))
    return parts


def _chosen(folder, key, option, group, package):
    """What the option of a group gives: nothing where there is none, or where it is about hydra itself."""
    optional, key = key.startswith("optional "), key.removeprefix("optional ")
    if option is None or key.removeprefix("override ").removeprefix("/").startswith("hydra/"):
        return []
    if key.startswith("override "):
        return [sys.argv]
    path, at = _split(key)
    parts = []
    for name in option if isinstance(option, list) else [option]:
        parts.extend(_below(folder, path, name, at, group, package, optional))
    return parts


def _below(folder, path, name, at, group, package, optional=False):
    """What a file of a group gives, which counts from the group of the file that names it."""
    if "???" in name or "${" in name:
        return [sys.argv]
    inner = path[1:] if path.startswith("/") else os.path.join(group, path)
    if optional and not can_be_read(os.path.join(folder, inner, f"{name}.yaml")):
        return []
    own = path.strip("/").replace("/", ".") if at is None else at
    if own.startswith(_GLOBAL):
        own, package = own.removeprefix(_GLOBAL).lstrip("."), ""
    if own == "_here_":
        own = ""
    return _parts(folder, name.removesuffix(".yaml"), inner, ".".join([part for part in (package, own) if part]))


def _split(entry):
    path, at, package = entry.partition("@")
    return path, package if at else None


def _loaded(folder, name, package):
    """The content of a file, or of what a program has stored by this name, and where it belongs."""
    stored = ConfigStore.instance().load(f"{name}.yaml")
    if stored is not None:
        node, at = stored
        return OmegaConf.to_container(OmegaConf.structured(node)), package if at is None else at
    with open(os.path.join(folder, f"{name}.yaml")) as stream:
        text = stream.read()
    for line in text.splitlines():
        if line.startswith("# @package "):
            package = line[len("# @package ") :].strip().removeprefix(_GLOBAL).lstrip(".")
        elif line and not line.startswith("#"):
            break
    return yaml.safe_load(text) or {}, package


def _placed(content, package):
    for part in reversed(package.split(".") if package else []):
        content = {part: content}
    return content

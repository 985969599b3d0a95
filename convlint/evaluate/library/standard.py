"""Which modules of Python's standard library (and a few packages) are modelled, and by which file of this folder."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

MODULES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "__convlint__": ("knowing", "contents"),
        "abc": ("standard_abstract", "abc"),
        "ast": ("standard_ast", "contents"),
        "attr": ("records", "attrs"),
        "attrs": ("records", "attrs"),
        "collections": ("standard_collections", "contents"),
        "collections.abc": ("standard_collections", "abstract"),
        "contextlib": ("standard_quiet", "contexts"),
        "copy": ("standard_copy", "contents"),
        "dataclasses": ("standard_dataclasses", "contents"),
        "distutils": ("standard_versions", "package"),
        "distutils.version": ("standard_versions", "contents"),
        "enum": ("standard_enum", "contents"),
        "functools": ("standard_functools", "contents"),
        "importlib": ("standard_system", "importing"),
        "importlib.util": ("standard_system", "import_utilities"),
        "inspect": ("standard_inspect", "contents"),
        "itertools": ("standard_itertools", "contents"),
        "json": ("standard_text", "json"),
        "logging": ("standard_quiet", "logging"),
        "math": ("standard_math", "contents"),
        "numpy": ("standard_numpy", "contents"),
        "numbers": ("standard_abstract", "numbers"),
        "operator": ("standard_operator", "contents"),
        "os": ("standard_system", "os"),
        "os.path": ("standard_system", "paths"),
        "packaging": ("standard_versions", "package"),
        "packaging.version": ("standard_versions", "contents"),
        "pathlib": ("standard_pathlib", "contents"),
        "pkg_resources": ("standard_versions", "contents"),
        "pprint": ("standard_quiet", "printing"),
        "pydoc": ("standard_system", "locating"),
        "pydantic": ("records", "pydantic"),
        "pydantic.dataclasses": ("records", "decorated"),
        "pydantic_settings": ("records", "pydantic"),
        "re": ("standard_re", "contents"),
        "string": ("standard_text", "strings"),
        "sys": ("standard_system", "sys"),
        "textwrap": ("standard_text", "wrapping"),
        "types": ("standard_types", "contents"),
        "typing": ("standard_typing", "contents"),
        "typing_extensions": ("standard_typing", "contents"),
        "warnings": ("standard_quiet", "warnings"),
        "yaml": ("data_files", "yaml"),
    }
)
"""Module -> (file of this folder, function that gives its contents). Each is loaded when it is first imported."""

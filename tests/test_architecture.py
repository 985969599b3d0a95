"""The arrows of docs/architecture.md: which part of convlint may import which, read from the import statements."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from own_source import ROOT

ORDER = (
    ("convlint", "convlint.deep_stack", "convlint.input_size", "convlint.source", "convlint.usage"),
    ("convlint.network",),
    ("convlint.findings",),
    ("convlint.rule",),
    ("convlint.frontends",),
    ("convlint.evaluate",),
    ("convlint.config", "convlint.discover", "convlint.environment", "convlint.output", "convlint.registry"),
    ("convlint.dialects",),
    ("convlint.analysis",),
    (
        "convlint.examples",
        "convlint.explain",
        "convlint.judgement",
        "convlint.selection",
        "convlint.texts",
        "convlint.workspace",
    ),
    ("convlint.hits",),
    ("convlint.baseline", "convlint.linter", "convlint.suppressions"),
    ("convlint.silence",),
    ("convlint.fixes",),
    ("convlint.report",),
    ("convlint.result_cache",),
    ("convlint.dialect_testing", "convlint.pipeline", "convlint.testing"),
    ("convlint.runtime",),
    ("convlint.command_help", "convlint.fix_run", "convlint.new_rule", "convlint.progress", "convlint.verify_command"),
    ("convlint.commands",),
    ("convlint.cli",),
    ("convlint.__main__",),
)
"""The parts of convlint, lowest first. A part imports lower ones, and itself."""

RULES_IMPORT = ("convlint.findings", "convlint.network", "convlint.rule")
LIBCST_IN = ("convlint.frontends", "convlint.fixes")
TORCH_IN = ("convlint.runtime",)
LIGHT = ("convlint.source", "convlint.network", "convlint.findings", "convlint.rule")
"""What every rule imports: these import nothing but each other and the standard library."""


def module_name(path: Path) -> str:
    """The dotted name of one of our files."""
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[str]:
    """The dotted names that a file imports, at its top and inside its functions."""
    package = module_name(path) if path.name == "__init__.py" else module_name(path).rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1]) if node.level else ""
            source = ".".join(part for part in (base, node.module) if part)
            # `from package import name`: the name may be a module of the package.
            yield from (
                f"{source}.{alias.name}" if is_module(f"{source}.{alias.name}") else source for alias in node.names
            )


def is_module(name: str) -> bool:
    """Whether one of our files has this dotted name."""
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def within(name: str, part: str) -> bool:
    """Whether a dotted name is a part of convlint or lies inside it."""
    return name == part or (name.startswith(part + ".") and part != "convlint")


def rank(name: str) -> int:
    """The place in ORDER of the longest part that holds a module."""
    ranks = {part: row for row, parts in enumerate(ORDER) for part in parts if within(name, part)}
    assert ranks, f"{name} has no place in the order of parts: add it, and to docs/architecture.md"
    return ranks[max(ranks, key=len)]


STANDINS = ROOT / "convlint" / "evaluate" / "library" / "standins"
"""Models of other packages: read as source, never imported."""

FILES = {
    module_name(path): path
    for folder in ("convlint", "rules")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if STANDINS not in path.parents
}


@pytest.mark.parametrize("module", [name for name in FILES if name.startswith("convlint")])
def test_imports_point_one_way(module: str) -> None:
    for name in imports(FILES[module]):
        if name.split(".")[0] == "convlint":
            assert rank(name) <= rank(module), f"{module} imports {name}, which stands above it"


@pytest.mark.parametrize("module", [name for name in FILES if name.startswith("rules")])
def test_a_rule_imports_only_what_a_third_party_s_rule_may(module: str) -> None:
    for name in imports(FILES[module]):
        if name.split(".")[0] == "convlint":
            assert any(within(name, part) for part in RULES_IMPORT), f"{module} imports {name}"


@pytest.mark.parametrize(("package", "places"), [("libcst", LIBCST_IN), ("torch", TORCH_IN)])
def test_a_dear_package_is_imported_in_one_part_only(package: str, places: tuple[str, ...]) -> None:
    importers = {module for module, path in FILES.items() for name in imports(path) if name.split(".")[0] == package}
    assert {module for module in importers if not any(within(module, place) for place in places)} == set()


@pytest.mark.parametrize("module", [name for name in FILES if any(within(name, part) for part in LIGHT)])
def test_what_rules_import_is_light(module: str) -> None:
    outside = {"click", "libcst", "msgspec", "pathspec", "rich", "tomli", "torch", "yaml"}
    assert {name.split(".")[0] for name in imports(FILES[module])} & outside == set()


def test_nothing_of_ours_imports_the_rules_by_name() -> None:
    for module, path in FILES.items():
        for name in imports(path):
            assert name.split(".")[0] not in {"convlint_rules", "rules"} or module.startswith("rules"), module


def test_the_page_names_every_file_of_the_evaluator() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    evaluator = ROOT / "convlint" / "evaluate"
    folders = [folder for folder in sorted(evaluator.iterdir()) if (folder / "__init__.py").is_file()]
    assert {folder.name for folder in folders if f"`{folder.name}/`" not in page} == set()
    named = [evaluator, *(folder for folder in folders if folder.name not in {"graph", "library", "sizes"})]
    files = {path.name for folder in named for path in folder.glob("*.py")} - {"__init__.py"}
    assert {name for name in files if f"`{name}`" not in page} == set()

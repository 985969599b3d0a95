"""Where installed packages are looked for. No interpreter is run to find out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from convlint.environment import site_packages
from convlint.usage import UsageError


def environment(folder: Path, version: str = "3.11", settings: str = "") -> Path:
    """A virtual environment as ``python -m venv`` lays it out, with an interpreter that cannot run."""
    packages = folder / "lib" / f"python{version}" / "site-packages"
    packages.mkdir(parents=True)
    (folder / "pyvenv.cfg").write_text(f"version = {version}.4\n{settings}", encoding="utf-8")
    (folder / "bin").mkdir()
    (folder / "bin" / "python").write_text("not a program", encoding="utf-8")
    return packages


def test_an_environment_is_named_by_folder_interpreter_or_packages(tmp_path: Path) -> None:
    packages = environment(tmp_path / "env")
    for chosen in (tmp_path / "env", tmp_path / "env" / "bin" / "python", packages):
        assert site_packages(chosen, tmp_path, {}) == (packages,)


def test_the_interpreter_of_an_environment_is_a_link_and_is_not_followed(tmp_path: Path) -> None:
    packages = environment(tmp_path / "env")
    system = tmp_path / "usr" / "bin" / "python3.11"
    system.parent.mkdir(parents=True)
    system.write_text("", encoding="utf-8")
    (tmp_path / "usr" / "lib" / "python3.11" / "site-packages").mkdir(parents=True)
    (tmp_path / "env" / "bin" / "python3").symlink_to(system)
    assert site_packages(tmp_path / "env" / "bin" / "python3", tmp_path, {}) == (packages,)


def test_a_plain_installation_has_its_packages_beside_it(tmp_path: Path) -> None:
    for version in ("3.9", "3.12"):
        (tmp_path / "lib" / f"python{version}" / "site-packages").mkdir(parents=True)
    (tmp_path / "lib" / "python3" / "dist-packages").mkdir(parents=True)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python3.9").write_text("", encoding="utf-8")
    shown = [
        path.relative_to(tmp_path).as_posix() for path in site_packages(tmp_path / "bin" / "python3.9", tmp_path, {})
    ]
    assert shown == ["lib/python3.9/site-packages", "lib/python3/dist-packages"]


def test_windows_layout(tmp_path: Path) -> None:
    (tmp_path / "env" / "Lib" / "site-packages").mkdir(parents=True)
    (tmp_path / "env" / "pyvenv.cfg").write_text("version = 3.12.1\n", encoding="utf-8")
    (found,) = site_packages(tmp_path / "env", tmp_path, {})
    assert found.name == "site-packages"


def test_a_folder_that_pip_filled_is_an_environment(tmp_path: Path) -> None:
    (tmp_path / "unpacked" / "torchvision").mkdir(parents=True)
    (tmp_path / "unpacked" / "torchvision" / "__init__.py").write_text("", encoding="utf-8")
    assert site_packages(tmp_path / "unpacked", tmp_path, {}) == (tmp_path / "unpacked",)


def test_without_a_choice_the_active_environment_counts_then_the_project_s(tmp_path: Path) -> None:
    active, own = environment(tmp_path / "active"), environment(tmp_path / "project" / ".venv")
    project, variables = tmp_path / "project", {"VIRTUAL_ENV": str(tmp_path / "active")}
    assert site_packages(None, project, variables) == (active,)
    assert site_packages(None, project, {}) == (own,)
    assert site_packages(None, project, {**variables, "PRE_COMMIT": "1"}) == (own,)


def test_else_convlint_s_own_packages_are_read(tmp_path: Path) -> None:
    import click

    assert Path(click.__file__).parent.parent.resolve() in [
        path.resolve() for path in site_packages(None, tmp_path, {})
    ]


def test_system_packages_come_after_an_environment_s_own(tmp_path: Path) -> None:
    system = tmp_path / "usr" / "lib" / "python3.11" / "site-packages"
    system.mkdir(parents=True)
    settings = f"home = {tmp_path / 'usr' / 'bin'}\ninclude-system-site-packages = true\n"
    assert site_packages(environment(tmp_path / "env", settings=settings).parents[2], tmp_path, {})[1:] == (system,)


def test_paths_in_pth_files_are_followed_and_code_in_them_is_not_run(tmp_path: Path) -> None:
    packages = environment(tmp_path / "env")
    (tmp_path / "checkout" / "src").mkdir(parents=True)
    lines = [
        f"{tmp_path / 'checkout' / 'src'}",
        "# words",
        "import os; os.mkdir('trapped')",
        "nowhere",
        "",
        "bad\0path",
    ]
    (packages / "editable.pth").write_text("\n".join(lines), encoding="utf-8")
    assert site_packages(tmp_path / "env", tmp_path, {}) == (packages, tmp_path / "checkout" / "src")
    assert not os.path.exists("trapped")


@pytest.mark.parametrize("name", ["nowhere", "empty"])
def test_a_choice_without_packages_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=name):
        site_packages(tmp_path / name, tmp_path, {})

"""Which files are linted."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from convlint.discover import discover
from convlint.usage import UsageError


def make(root: Path, *files: str) -> None:
    """Empty files; one that ends in a slash is a folder."""
    for name in files:
        path = root / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("", encoding="utf-8")


def found(root: Path, *paths: str, exclude: Sequence[str] = ()) -> list[str]:
    """What is found under ``paths`` (the root without any), relative to the root."""
    named = [root / path for path in paths or (".",)]
    return [file.relative_to(root).as_posix() for file in discover(named, root, exclude).files]


def test_python_files_are_found_in_folders_in_order(tmp_path: Path) -> None:
    make(tmp_path, "b.py", "a/z.py", "a/y.txt", "a/__init__.py", "c/d/e.py", "empty/")
    assert found(tmp_path) == ["a/__init__.py", "a/z.py", "b.py", "c/d/e.py"]


def test_a_file_is_linted_one_time_however_often_it_is_named(tmp_path: Path) -> None:
    make(tmp_path, "a/x.py")
    assert found(tmp_path, "a/x.py", "a", ".", "a/../a/x.py") == ["a/x.py"]


def test_folders_that_hold_no_source_are_left_out_unless_named(tmp_path: Path) -> None:
    make(
        tmp_path,
        ".venv/a.py",
        "node_modules/b.py",
        "__pycache__/c.py",
        "build/d.py",
        "my_env/pyvenv.cfg",
        "my_env/e.py",
    )
    assert found(tmp_path) == []
    assert found(tmp_path, "build", ".venv") == [".venv/a.py", "build/d.py"]


def test_a_package_called_build_is_source(tmp_path: Path) -> None:
    make(tmp_path, "zoo/build/__init__.py", "zoo/build/resnet.py", "zoo/dist/resnet.py")
    assert found(tmp_path) == ["zoo/build/__init__.py", "zoo/build/resnet.py"]


def test_gitignore_is_obeyed_and_nested_ones_have_the_last_word(tmp_path: Path) -> None:
    make(tmp_path, "a/made.py", "a/kept.py", "a/b/made.py", "a/b/made_too.py", "out/x.py", "a/out.py")
    (tmp_path / ".gitignore").write_text("# generated\nmade*.py\n/out/\n", encoding="utf-8")
    (tmp_path / "a" / "b" / ".gitignore").write_text("!made.py\n", encoding="utf-8")
    assert found(tmp_path) == ["a/b/made.py", "a/kept.py", "a/out.py"]


def test_patterns_of_the_repository_hold_in_a_folder_that_is_named(tmp_path: Path) -> None:
    make(tmp_path, ".git/", "src/a.py", "src/made.py")
    (tmp_path / ".gitignore").write_text("made.py\n", encoding="utf-8")
    assert found(tmp_path, "src") == ["src/a.py"]
    assert found(tmp_path, "src/made.py") == ["src/made.py"], "a named file is linted although git ignores it"


def test_a_named_folder_is_linted_although_git_ignores_it(tmp_path: Path) -> None:
    make(tmp_path, ".git/", "data/a.py", "data/b/c.py")
    (tmp_path / ".gitignore").write_text("data/\n", encoding="utf-8")
    assert found(tmp_path) == []
    assert found(tmp_path, "data") == ["data/a.py", "data/b/c.py"]


def test_lines_that_are_no_patterns_match_nothing(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "b.py")
    (tmp_path / ".gitignore").write_bytes(b"!\n\xff\xfe[\n\nb.py\n")
    assert found(tmp_path) == ["a.py"]


def test_exclude_holds_for_named_files_too(tmp_path: Path) -> None:
    make(tmp_path, "old/a.py", "old/b/c.py", "new/a.py", "new/a_pb2.py")
    exclude = ["old/", "*_pb2.py"]
    assert found(tmp_path, exclude=exclude) == ["new/a.py"]
    assert found(tmp_path, "old/a.py", "old", "old/b", "new/a_pb2.py", "new/a.py", exclude=exclude) == ["new/a.py"]


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere: no such file or folder$"):
        found(tmp_path, "nowhere")


def test_named_files_of_other_kinds_are_left_out_and_told(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "b.toml")
    result = discover([tmp_path / "a.py", tmp_path / "b.toml"], tmp_path)
    assert [file.name for file in result.files] == ["a.py"]
    assert result.skipped == (str(tmp_path / "b.toml"),)


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_links_in_a_circle_end(tmp_path: Path) -> None:
    make(tmp_path, "a/x.py")
    (tmp_path / "a" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "a" / "self.py").symlink_to(tmp_path / "a" / "self.py")
    (tmp_path / "a" / "twice.py").symlink_to(tmp_path / "a" / "x.py")
    (tmp_path / "a" / "gone.py").symlink_to(tmp_path / "gone.py")
    assert len(found(tmp_path)) == 1, "a file and a link to it are one file"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a folder that cannot be read")
def test_a_closed_folder_is_an_error_and_the_others_are_linted(tmp_path: Path) -> None:
    make(tmp_path, "a/x.py", "closed/y.py")
    (tmp_path / "closed").chmod(0)
    try:
        result = discover([tmp_path], tmp_path)
    finally:
        (tmp_path / "closed").chmod(0o700)
    assert [file.name for file in result.files] == ["x.py"]
    assert [(error.path, error.message) for error in result.errors] == [("closed", "cannot be read: Permission denied")]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_never_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    assert found(tmp_path) == []
    with pytest.raises(UsageError, match="is neither a file nor a folder"):
        found(tmp_path, "pipe.py")

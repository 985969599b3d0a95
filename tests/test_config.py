"""The configuration: which file applies, and what is said about one that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from convlint import config
from convlint.findings import Severity
from convlint.usage import UsageError

FULL = """\
exclude = ["third_party/", "*_pb2.py"]
select = ["dead-pixels"]
ignore = ["cost"]
fail-on = "note"
python = "environment"
rules = ["tools/my_rules"]

[severity]
dead-pixels = "note"

[per-file-ignores]
"legacy/*.py" = ["dead-pixels"]
"""


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def complaint(file: Path, text: str) -> str:
    """What is said about a file, without the folder."""
    write(file, text)
    with pytest.raises(UsageError) as caught:
        config.find(file.parent)
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(f"{file.parent}/")


def test_every_key_is_read_and_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "environment").mkdir()
    (tmp_path / "tools" / "my_rules").mkdir(parents=True)
    file = write(tmp_path / "convlint.toml", FULL)
    assert config.find(tmp_path) == config.Config(
        file=file,
        exclude=("third_party/", "*_pb2.py"),
        per_file_ignores={"legacy/*.py": ("dead-pixels",)},
        severity={"dead-pixels": Severity.NOTE},
        select=("dead-pixels",),
        ignore=("cost",),
        fail_on=Severity.NOTE,
        rules=(tmp_path / "tools" / "my_rules",),
        python=tmp_path / "environment",
    )


def test_the_nearest_file_upwards_wins(tmp_path: Path) -> None:
    outer = write(tmp_path / "pyproject.toml", "[tool.convlint]\nignore = ['outer']\n")
    inner = write(tmp_path / "a" / "b" / "convlint.toml", "ignore = ['inner']\n")
    write(tmp_path / "a" / "b" / "c" / "pyproject.toml", "[project]\nname = 'other'\n")
    assert config.find(tmp_path / "a").file == outer
    assert config.find(tmp_path / "a" / "b" / "c").file == inner
    assert config.find(tmp_path / "a" / "b" / "c").ignore == ("inner",)


def test_in_one_folder_convlint_toml_wins(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", "[tool.convlint]\nignore = ['a']\n")
    write(tmp_path / "convlint.toml", "ignore = ['b']\n")
    assert config.find(tmp_path).ignore == ("b",)


def test_a_broken_pyproject_that_does_not_speak_of_convlint_is_somebody_else_s(tmp_path: Path) -> None:
    write(tmp_path / "convlint.toml", "ignore = ['b']\n")
    write(tmp_path / "sub" / "pyproject.toml", "[project\n")
    assert config.find(tmp_path / "sub").ignore == ("b",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("exlude = []\n", "convlint.toml:1: unknown key 'exlude' (did you mean 'exclude'?)"),
        ("\nfail_on = 'note'\n", "convlint.toml:2: unknown key 'fail_on' (did you mean 'fail-on'?)"),
        ("exclude = 'x'\n", "convlint.toml:1: 'exclude' must be a list of strings, not a string"),
        ("select = [\n 'a',\n 1]\n", "convlint.toml:1: 'select[1]' must be a string, not a number"),
        ("# words\nfail-on = 'loud'\n", "convlint.toml:2: 'fail-on' must be one of note, warning, error, not 'loud'"),
        ("[severity]\n\ndead-pixels = 3\n", "convlint.toml:3: 'severity.dead-pixels' must be a string, not a number"),
        ("severity = 1979-05-27\n", "convlint.toml:1: 'severity' must be a table, not a date"),
        ("[per-file-ignores]\na=3\n", "convlint.toml:2: 'per-file-ignores.a' must be a list of strings, not a number"),
        ("rules = ['nowhere']\n", "convlint.toml:1: 'rules': no such file or folder: nowhere"),
        ("python = true\n", "convlint.toml:1: 'python' must be a string, not a boolean"),
        ("a = 1\nb = [\n", "convlint.toml:3: Invalid value"),
        ("a = \n", "convlint.toml:1: Invalid value"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    assert complaint(tmp_path / "convlint.toml", text) == said


def test_lines_in_pyproject_are_those_of_our_own_table(tmp_path: Path) -> None:
    text = "[tool.other]\nselect = 1\n\n[tool.convlint]\nselect = 1\n"
    said = complaint(tmp_path / "pyproject.toml", text)
    assert said == "pyproject.toml:5: 'select' must be a list of strings, not a number"


def test_text_that_is_not_utf_8(tmp_path: Path) -> None:
    (tmp_path / "convlint.toml").write_bytes(b"# fine\n# \xff\n")
    with pytest.raises(UsageError, match=r"convlint\.toml:2: is not UTF-8 text$"):
        config.find(tmp_path)


def test_nesting_without_end_is_refused(tmp_path: Path) -> None:
    depth = 100_000
    write(tmp_path / "convlint.toml", f"exclude = {'[' * depth}{']' * depth}\n")
    with pytest.raises(UsageError, match=r"convlint\.toml.*"):
        config.find(tmp_path)


def test_a_named_file_must_be_there_and_must_speak_of_convlint(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.toml: cannot be read"):
        config.load(tmp_path / "nowhere.toml")
    file = write(tmp_path / "pyproject.toml", "[project]\nname = 'x'\n")
    with pytest.raises(UsageError, match=r"there is no \[tool\.convlint\] table"):
        config.load(file)

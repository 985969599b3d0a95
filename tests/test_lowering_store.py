"""Files lowered piece by piece and kept between runs: what is kept, and what a broken or hostile cache does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from convlint.frontends.python import ir, store
from convlint.frontends.python.python_file import PythonFile
from convlint.frontends.python.source_text import SourceError
from convlint.frontends.python.store import IrStore

TEXT = "import a\n\ndef f(x=1.5):\n    return {'k': [x, -2]}\n\nb = f(f'{a!r:>3}')\n"


def entry_of(folder: Path) -> Path:
    (found,) = folder.glob("*.msgpack")
    return found


def lower_all(file: PythonFile) -> list[tuple[ir.Stmt, ...]]:
    return [file.statements(index) for index in range(len(file.pieces))]


def test_what_was_lowered_comes_back_without_the_parser(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    first = PythonFile("a.py", TEXT, IrStore(folder))
    expected = lower_all(first)
    assert first.parsed
    first.save()
    second = PythonFile("a.py", TEXT, IrStore(folder))
    assert lower_all(second) == expected
    assert second.pieces == first.pieces
    assert second.syntax_error() is None
    assert not second.parsed


def test_only_what_is_asked_for_is_lowered_and_later_runs_add_to_it(tmp_path: Path) -> None:
    one = PythonFile("a.py", TEXT, IrStore(tmp_path))
    assert one.mentions("return")
    assert not one.mentions("torch")
    one.statements(1)
    one.save()
    two = PythonFile("a.py", TEXT, IrStore(tmp_path))
    two.statements(1)
    without_the_parser = not two.parsed
    two.statements(0)
    assert (without_the_parser, two.parsed) == (True, True)
    two.save()
    three = PythonFile("a.py", TEXT, IrStore(tmp_path))
    three.statements(0)
    three.statements(1)
    assert not three.parsed


def test_a_warm_run_imports_no_libcst(tmp_path: Path) -> None:
    file = PythonFile("a.py", TEXT, IrStore(tmp_path))
    lower_all(file)
    file.syntax_error()
    file.save()
    script = (
        "import sys\nfrom pathlib import Path\n"
        "from convlint.frontends.python.python_file import PythonFile\n"
        "from convlint.frontends.python.store import IrStore\n"
        f"file = PythonFile('a.py', {TEXT!r}, IrStore(Path({str(tmp_path)!r})))\n"
        "assert [len(file.statements(i)) for i in range(len(file.pieces))] == [1, 1, 1]\n"
        "assert file.syntax_error() is None\n"
        "assert 'libcst' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=Path(__file__).parent.parent)


def test_a_changed_text_replaces_its_entry(tmp_path: Path) -> None:
    old = PythonFile("a.py", TEXT, IrStore(tmp_path))
    lower_all(old)
    old.save()
    new = PythonFile("a.py", TEXT + "c = 1\n", IrStore(tmp_path))
    assert new.statements(0)
    assert new.parsed
    new.save()
    assert len(list(tmp_path.glob("*.msgpack"))) == 1
    again = PythonFile("a.py", TEXT, IrStore(tmp_path))
    again.statements(0)
    assert again.parsed


def test_the_folder_tells_git_and_backups_to_pass_it_by(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "cache"
    file = PythonFile("a.py", TEXT, IrStore(folder))
    lower_all(file)
    file.save()
    assert (folder / ".gitignore").read_text() == "*\n"
    assert (folder / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55\n")
    assert sorted(path.suffix for path in folder.iterdir()) == ["", ".TAG", ".msgpack"]


def test_nothing_new_writes_nothing(tmp_path: Path) -> None:
    file = PythonFile("a.py", TEXT, IrStore(tmp_path))
    file.save()
    assert list(tmp_path.iterdir()) == []
    lower_all(file)
    file.save()
    before = entry_of(tmp_path).stat().st_mtime_ns
    warm = PythonFile("a.py", TEXT, IrStore(tmp_path))
    lower_all(warm)
    warm.save()
    assert entry_of(tmp_path).stat().st_mtime_ns == before


def test_without_a_folder_everything_still_works() -> None:
    file = PythonFile("a.py", TEXT, IrStore(None))
    assert len(lower_all(file)) == 3
    file.save()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xc1",
        b"\x91" * 100_000,
        b"\xdd\xff\xff\xff\xff",
        b"\xc6\xff\xff\xff\xff",
        msgspec.msgpack.encode(["x", [], {}, {}, False, None]),
        msgspec.msgpack.encode([b"x" * 20, None, {}, {}, True, None]),
    ],
    ids=["empty", "reserved", "deep", "long-array", "long-bytes", "wrong-types", "other-text"],
)
def test_a_broken_entry_is_a_miss(tmp_path: Path, content: bytes) -> None:
    file = PythonFile("a.py", TEXT, IrStore(tmp_path))
    expected = lower_all(file)
    file.save()
    entry_of(tmp_path).write_bytes(content)
    again = PythonFile("a.py", TEXT, IrStore(tmp_path))
    assert lower_all(again) == expected
    assert again.parsed


@pytest.mark.parametrize(
    "raw", [b"", b"\x01", b"\x91\x92\xa7Unknown\x00", b"\x91" * 5_000, b"\x91\x93\xa4Name\x00\x01"]
)
def test_a_broken_piece_is_lowered_anew(tmp_path: Path, raw: bytes) -> None:
    file = PythonFile("a.py", TEXT, IrStore(tmp_path))
    expected = lower_all(file)
    entry = store.Entry(store.digest_of(TEXT), file.pieces, {1: msgspec.Raw(raw or b"\xc0")})
    IrStore(tmp_path).save("a.py", entry)
    again = PythonFile("a.py", TEXT, IrStore(tmp_path))
    assert lower_all(again) == expected


@pytest.mark.parametrize("place", [(0, 10_000), (-5, 3), (5, 2)])
def test_pieces_outside_the_text_are_a_miss(tmp_path: Path, place: tuple[int, int]) -> None:
    piece = ir.Piece("other", None, False, *place)
    IrStore(tmp_path).save("a.py", store.Entry(store.digest_of(TEXT), (piece,)))
    assert len(PythonFile("a.py", TEXT, IrStore(tmp_path)).pieces) == 3


def test_links_in_the_cache_are_not_followed(tmp_path: Path) -> None:
    folder, outside = tmp_path / "cache", tmp_path / "outside"
    outside.mkdir()
    file = PythonFile("a.py", TEXT, IrStore(folder))
    lower_all(file)
    file.save()
    entry = entry_of(folder)
    entry.rename(outside / "entry")
    entry.symlink_to(outside / "entry")
    linked = PythonFile("a.py", TEXT, IrStore(folder))
    linked.statements(0)
    assert linked.parsed
    (tmp_path / "link").symlink_to(outside, target_is_directory=True)
    through = PythonFile("b.py", TEXT, IrStore(tmp_path / "link"))
    lower_all(through)
    through.save()
    assert [path.name for path in outside.iterdir()] == ["entry"]


def test_a_folder_that_cannot_be_used_means_no_cache(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    file = PythonFile("a.py", TEXT, IrStore(blocked / "cache"))
    assert len(lower_all(file)) == 3
    file.save()
    assert blocked.read_text() == ""


def test_an_interrupted_write_leaves_the_old_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = PythonFile("a.py", TEXT, IrStore(tmp_path))
    file.statements(0)
    file.save()
    before = entry_of(tmp_path).read_bytes()

    def refuse(*paths: object) -> None:
        raise OSError("no space")

    monkeypatch.setattr(os, "replace", refuse)
    file.statements(1)
    file.save()
    assert entry_of(tmp_path).read_bytes() == before
    assert list(tmp_path.glob("*.tmp")) == []


# --- syntax errors ----------------------------------------------------------------------------------------------------

BROKEN = "a = 1\n\ndef f():\n    return = 2\n\nb = 3\n"


def test_a_syntax_error_is_found_whether_or_not_its_piece_is_reached(tmp_path: Path) -> None:
    file = PythonFile("a.py", BROKEN, IrStore(tmp_path))
    assert file.statements(0)
    error = file.syntax_error()
    assert error is not None
    assert error.line == 4
    assert file.statements(2)
    with pytest.raises(SourceError) as refusal:
        file.statements(1)
    assert str(refusal.value) == str(error)
    file.save()
    warm = PythonFile("a.py", BROKEN, IrStore(tmp_path))
    assert str(warm.syntax_error()) == str(error)
    with pytest.raises(SourceError):
        warm.statements(1)
    assert not warm.parsed


def test_a_syntax_check_of_a_good_file_needs_no_parser() -> None:
    file = PythonFile("a.py", TEXT, IrStore(None))
    assert file.syntax_error() is None
    assert not file.parsed


def test_what_a_newer_interpreter_reads_is_no_error() -> None:
    file = PythonFile("a.py", "type A[B] = C\ndef f[T: int = str](): pass\nx = t'{y}'\n", IrStore(None))
    assert file.syntax_error() is None


def test_brackets_beyond_the_limit_are_a_syntax_error() -> None:
    file = PythonFile("a.py", "a = 1\nb = " + "(" * 300, IrStore(None))
    error = file.syntax_error()
    assert error is not None
    assert error.line == 2
    with pytest.raises(SourceError, match="brackets"):
        assert file.pieces


def test_a_large_text_is_looked_at_before_the_interpreter_parses_it() -> None:
    file = PythonFile("a.py", "a = 1\nb = " + "+".join(["1"] * 600_000), IrStore(None))
    error = file.syntax_error()
    assert error is not None
    assert "nests too deeply" in error.message


def test_odd_texts_are_decided_without_a_crash() -> None:
    for text in ("", "\n", "\ud800", "a\x00b", "\x1a", "a = '\ud800'"):
        file = PythonFile("a\x00.py", text, IrStore(None))
        error = file.syntax_error()
        assert error is None or "\n" not in error.message

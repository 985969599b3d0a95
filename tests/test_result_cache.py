"""The memory of whole runs: it answers only where nothing has changed, and believes nothing it cannot check."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from report_runs import NOTE, WARNING

from convlint import result_cache
from convlint.evaluate.project import UnknownLayer
from convlint.findings import InputError
from convlint.result_cache import Entry
from convlint.source import Place

NAME = "0" * 32


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A prepared cache folder."""
    prepared = result_cache.prepare(tmp_path)
    assert prepared is not None
    return prepared


def entry(tmp_path: Path) -> Entry:
    """The outcome of a run that read one file and missed another."""
    file = tmp_path / "model.py"
    file.write_text("x = 1\n", encoding="utf-8")
    rules = tmp_path / "my_rules"
    rules.mkdir(exist_ok=True)
    (rules / "one.py").write_text("", encoding="utf-8")
    return Entry(
        findings=(WARNING, NOTE),
        errors=(InputError("bad.py", 3, "is not Python"),),
        stats={"files": 2},
        unknowns=(UnknownLayer("no-default", "stride", Place("model.py", 1, 1, 1, 2), "stride of torch.nn.Conv2d", 4),),
        suppressed=1,
        consulted={str(file): result_cache.digest(b"x = 1\n")},
        absent=(str(tmp_path / "torch.py"),),
        rules={str(rules): result_cache.stamp(rules)},
    )


def test_an_outcome_comes_back_as_it_was(tmp_path: Path, folder: Path) -> None:
    stored = entry(tmp_path)
    result_cache.store(folder, NAME, stored)
    assert result_cache.load(folder, NAME) == stored
    assert result_cache.load(folder, "1" * 32) is None


def test_any_change_makes_it_forget(tmp_path: Path, folder: Path) -> None:
    stored = entry(tmp_path)
    model, rules, missing = tmp_path / "model.py", tmp_path / "my_rules", tmp_path / "torch.py"

    def still_known() -> bool:
        return result_cache.load(folder, NAME) is not None

    result_cache.store(folder, NAME, stored)
    status = model.stat()
    model.write_text("x = 2\n", encoding="utf-8")
    os.utime(model, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert not still_known(), "the content counts, not the time"
    model.write_text("x = 1\n", encoding="utf-8")
    assert still_known()
    missing.write_text("", encoding="utf-8")
    assert not still_known()
    missing.unlink()
    (rules / "two.py").write_text("", encoding="utf-8")
    assert not still_known()
    (rules / "two.py").unlink()
    assert still_known()
    model.unlink()
    assert not still_known()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"\x80\x04\x95",
        b"[" * 100_000,
        b"\xff\xfe",
        b'{"findings": [{"rule": 1}], "errors": [], "stats": {}, "unknowns": [], "suppressed": 0,'
        b' "consulted": {}, "absent": [], "rules": {}}',
        b'{"findings": [], "errors": [], "stats": {}, "unknowns": [], "suppressed": 0,'
        b' "consulted": {"a\\u0000b": ""}, "absent": [], "rules": {}}',
    ],
)
def test_what_it_did_not_write_itself_counts_as_nothing(folder: Path, content: bytes) -> None:
    (folder / "runs" / f"{NAME}.json").write_bytes(content)
    assert result_cache.load(folder, NAME) is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_forged_entry_cannot_make_it_wait(tmp_path: Path, folder: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    result_cache.store(folder, NAME, replace(entry(tmp_path), consulted={str(tmp_path / "pipe"): ""}))
    assert result_cache.load(folder, NAME) is None


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_it_writes_through_no_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / ".convlint_cache").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert result_cache.prepare(tmp_path) is None
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_the_folder_ignores_itself_and_may_be_deleted(tmp_path: Path, folder: Path) -> None:
    assert (folder / ".gitignore").read_text(encoding="utf-8") == "*\n"
    assert (folder / "CACHEDIR.TAG").is_file()
    assert result_cache.prepare(tmp_path) == folder


def test_a_file_in_its_place_only_means_no_cache(tmp_path: Path) -> None:
    (tmp_path / ".convlint_cache").write_text("", encoding="utf-8")
    assert result_cache.prepare(tmp_path) is None


def test_it_does_not_grow_without_end(tmp_path: Path, folder: Path) -> None:
    stored = entry(tmp_path)
    for number in range(result_cache.MAXIMUM_ENTRIES + 5):
        result_cache.store(folder, f"{number:032}", stored)
        os.utime(folder / "runs" / f"{number:032}.json", ns=(number, number))
    kept = sorted(path.name for path in (folder / "runs").iterdir())
    assert len(kept) == result_cache.MAXIMUM_ENTRIES
    assert kept[-1] == f"{result_cache.MAXIMUM_ENTRIES + 4:032}.json"


def test_what_is_asked_makes_the_name(tmp_path: Path) -> None:
    files = [tmp_path / "a.py"]
    first = result_cache.key(tmp_path, files, [], [], {"select": []})
    assert first == result_cache.key(tmp_path, files, [], [], {"select": []})
    rules = tmp_path / "rules"
    rules.mkdir()
    others = {
        result_cache.key(tmp_path / "b", files, [], [], {"select": []}),
        result_cache.key(tmp_path, [*files, tmp_path / "b.py"], [], [], {"select": []}),
        result_cache.key(tmp_path, files, [tmp_path], [], {"select": []}),
        result_cache.key(tmp_path, files, [], [rules], {"select": []}),
        result_cache.key(tmp_path, files, [], [], {"select": ["dead-pixels"]}),
    }
    (rules / "new.py").write_text("", encoding="utf-8")
    others.add(result_cache.key(tmp_path, files, [], [rules], {"select": []}))
    assert len(others | {first}) == 7

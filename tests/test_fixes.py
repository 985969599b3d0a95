"""Fixes from findings to files: how edits are composed, chosen, applied and written."""

from __future__ import annotations

import codecs
import io
import os
import stat
from pathlib import Path

import pytest
from fixing import findings
from hypothesis import given
from hypothesis import strategies as st

from convlint import cli
from convlint.findings import Applicability, Edit, Finding, Fix, Severity
from convlint.fixes.apply import apply_edits, choose
from convlint.fixes.call_text import with_arguments
from convlint.source import Lines, Place

HEAD = "from torch import nn\n\n"
PARAMETERS = ("in_channels", "out_channels", "kernel_size", "stride", "padding")


# The text of one call.


@pytest.mark.parametrize(
    ("call", "values", "expected"),
    [
        ("nn.Conv2d(3, 8, 1, 2)", {"stride": "1"}, "nn.Conv2d(3, 8, 1, 1)"),
        ("nn.Conv2d(3, 8, kernel_size = 1)", {"kernel_size": "3"}, "nn.Conv2d(3, 8, kernel_size = 3)"),
        ("nn.Conv2d(3, 8, 1)", {"padding": "1"}, "nn.Conv2d(3, 8, 1, padding=1)"),
        ("nn.Conv2d(3, 8, 1, )", {"padding": "1"}, "nn.Conv2d(3, 8, 1, padding=1, )"),
        ("pool()", {"stride": "2"}, "pool(stride=2)"),
        ("f(3, 8, 1, 2)", {"stride": ""}, "f(3, 8, 1)"),
        ("f(3, 8, 1, stride=2)", {"stride": ""}, "f(3, 8, 1)"),
        ("f(3, 8, stride=2, kernel_size=1)", {"stride": ""}, None),
        ("f(3, 8, 1, stride=2  # halved\n)", {"stride": ""}, None),
        ("f(*sizes)", {"stride": "1"}, None),
        ("f(*sizes, stride=2)", {"stride": "1"}, "f(*sizes, stride=1)"),
        ("f(3, 8, **more)", {"stride": "1"}, None),
        ("f(3, 8, stride=2, **more)", {"stride": "1"}, "f(3, 8, stride=1, **more)"),
        (
            "f(\n    3,  # in\n    8,\n    1,  # pointwise\n)",
            {"padding": "1"},
            "f(\n    3,  # in\n    8,\n    1,  # pointwise\n    padding=1,\n)",
        ),
        ("f(\n    3,\n    8\n)", {"padding": "1"}, "f(\n    3,\n    8,\n    padding=1\n)"),
        ("f(\r\n\t3,\r\n\t8,\r\n)", {"padding": "1"}, "f(\r\n\t3,\r\n\t8,\r\n\tpadding=1,\r\n)"),
        ("(nn\n .Conv2d)(3, 8, 1)", {"padding": "1"}, "(nn\n .Conv2d)(3, 8, 1, padding=1)"),
        ("not a call", {"padding": "1"}, None),
        ("f(", {"padding": "1"}, None),
    ],
)
def test_the_arguments_of_a_call(call: str, values: dict[str, str], expected: str | None) -> None:
    assert with_arguments(call, PARAMETERS, values) == expected


# Edits.


def place(text: str, start: int, end: int) -> Place:
    return Lines(text).place("model.py", start, end)


@given(
    st.text("ab\n\r", max_size=30),
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5), st.text("xy\n")), max_size=5),
)
def test_applied_edits_change_their_places_and_nothing_else(text: str, drawn: list[tuple[int, int, str]]) -> None:
    edits: list[Edit] = []
    position = 0
    expected = ""
    for gap, length, new in drawn:
        start = position + gap + (1 if edits else 0)
        if start + length > len(text) or "\r\n" in text:
            break
        expected += text[position:start] + new
        edits.append(Edit(place(text, start, start + length), new))
        position = start + length
    assert apply_edits(text, reversed(edits)) == expected + text[position:]


def finding(*edits: Edit, applicability: Applicability = Applicability.UNSAFE) -> Finding:
    fixes = (Fix("mend it", applicability, edits),)
    return Finding("some-rule", Severity.WARNING, Place("model.py", 1, 1, 1, 2), "wrong", fixes=fixes)


TEXT = "abcdefghij\n"


def edit(start: int, end: int, text: str = "X") -> Edit:
    return Edit(place(TEXT, start, end), text)


def chosen(*found: Finding, allowed: Applicability = Applicability.UNSAFE) -> list[Finding]:
    return [each.finding for each in choose(found, {allowed}, (), lambda path: TEXT)]


def test_fixes_that_overlap_or_touch_wait() -> None:
    first, second, third = finding(edit(0, 3)), finding(edit(2, 4)), finding(edit(5, 6))
    assert chosen(first, second, third) == [first, third]
    assert chosen(first, finding(edit(3, 4))) == [first]
    assert chosen(second, first) == [second]


def test_the_same_import_may_be_added_by_several_fixes() -> None:
    first, second = finding(edit(0, 0), edit(4, 5)), finding(edit(0, 0), edit(7, 8))
    assert chosen(first, second) == [first, second]
    assert apply_edits(TEXT, [e for f in (first, second) for e in f.fixes[0].edits]) == "XabcdXfgXij\n"
    assert chosen(first, finding(edit(0, 0, "Y"))) == [first]


def test_only_what_is_allowed_is_chosen() -> None:
    unsafe, safe = finding(edit(0, 1)), finding(edit(4, 5), applicability=Applicability.SAFE)
    suggestion = finding(edit(7, 8), applicability=Applicability.SUGGESTION)
    assert chosen(unsafe, safe, suggestion) == [unsafe]
    assert chosen(unsafe, safe, suggestion, allowed=Applicability.SAFE) == [safe]
    assert choose([unsafe], {Applicability.UNSAFE}, {unsafe.fixes[0].edits}, lambda path: TEXT) == []


# Where a fix is written.


def mended(text: str, number: int = 0, of: int = 0) -> str:
    """``text`` after one fix of one of its findings."""
    return apply_edits(text, findings(text)[of].fixes[number].edits)


def titles(text: str) -> list[str]:
    return [fix.title for found in findings(text) for fix in found.fixes]


POOL = "AvgPool2d(2, 2, ceil_mode=True, count_include_pad=False)"


def test_a_pool_goes_on_its_own_line_and_comments_stay() -> None:
    text = HEAD + "net = nn.Sequential(\n    # shortcut\n    nn.Conv2d(3, 8, 1, stride=2),  # 1x1\n    nn.ReLU(),\n)\n"
    after = f"nn.{POOL},\n    nn.Conv2d(3, 8, 1, stride=1)"
    assert mended(text) == text.replace("nn.Conv2d(3, 8, 1, stride=2)", after)


def test_an_ordered_dict_keeps_the_keys_and_brings_its_import() -> None:
    text = "import torch\nfrom torch import nn\n\nnet = nn.Sequential(nn.Conv2d(3, 8, 1, stride=2), nn.ReLU())\n"
    assert mended(text, 1) == (
        "from collections import OrderedDict\nimport torch\nfrom torch import nn\n\n"
        f'net = nn.Sequential(OrderedDict([("pool", nn.{POOL}), '
        '("0", nn.Conv2d(3, 8, 1, stride=1)), ("1", nn.ReLU())]))\n'
    )


@pytest.mark.parametrize(
    ("head", "call", "expected_head", "prefix"),
    [
        ("import torch.nn as nn\n", "nn.Conv2d", "import torch.nn as nn\n", "nn."),
        ("import torch\n", "torch.nn.Conv2d", "import torch\n", "torch.nn."),
        (
            "from torch.nn import Conv2d  # layers\n",
            "Conv2d",
            "from torch.nn import Conv2d  # layers\nfrom torch.nn import AvgPool2d\nfrom torch.nn import Sequential\n",
            "",
        ),
        (
            "from torch.nn import (\n    AvgPool2d,\n    Conv2d,\n    Sequential,\n)\n",
            "Conv2d",
            "from torch.nn import (\n    AvgPool2d,\n    Conv2d,\n    Sequential,\n)\n",
            "",
        ),
    ],
)
def test_names_follow_the_file(head: str, call: str, expected_head: str, prefix: str) -> None:
    text = f"{head}\nproject = {call}(3, 8, 1, 2)\n"
    assert mended(text) == f"{expected_head}\nproject = {prefix}Sequential({prefix}{POOL}, {call}(3, 8, 1, 1))\n"


@pytest.mark.parametrize(
    "layer",
    [
        "class Conv(nn.Conv2d):\n    pass\n\nlayer = Conv(3, 8, 1, 2)\n",
        "def build(k, s):\n    return nn.Conv2d(3, 8, k, s)\n\nlayers = [build(k, 2) for k in (1, 3)]\n",
        "sizes = {'kernel_size': 1, 'stride': 2}\nlayers = [nn.Conv2d(3, 8, **sizes)]\n",
        "layers = [nn.LPPool2d(2, 1, stride=2)]\n",
        "layers = [nn.Unfold(1, stride=2)]\n",
        "def two(s=1):\n    print(s)\n    return nn.Conv2d(3, 8, 1, s)\n\nlayer = nn.Sequential(two(2))\n",
    ],
)
def test_where_the_call_does_not_decide_alone_there_is_no_fix(layer: str) -> None:
    assert findings(HEAD + layer)
    assert titles(HEAD + layer) == []


BRANCH = """class Branch(nn.Module):
    def __init__(self, channels, stride, dilation=1):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride=stride, padding=dilation, dilation=dilation)


"""


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        ("layer = Branch(8, 2, 2)\n", "layer = Branch(8, 2, 3)\n"),
        ("layer = Branch(8, dilation=2, stride=2)\n", "layer = Branch(8, dilation=3, stride=2)\n"),
        ("layers = [Branch(8, 2, d) for d in (1, 2, 4)]\n", "layers = [Branch(8, 2, d) for d in (1, 3, 4)]\n"),
        (
            "def net(rates=(1, 2)):\n    layers = []\n    for rate in rates:\n"
            "        layers.append(Branch(8, 2, rate))\n    return nn.Sequential(*layers)\n\n\nlayer = net()\n",
            "def net(rates=(1, 3)):\n    layers = []\n    for rate in rates:\n"
            "        layers.append(Branch(8, 2, rate))\n    return nn.Sequential(*layers)\n\n\nlayer = net()\n",
        ),
        (
            "def net(rates):\n    return [Branch(8, 2, rate) for rate in rates]\n\n\nlayers = net([2, 1])\n",
            "def net(rates):\n    return [Branch(8, 2, rate) for rate in rates]\n\n\nlayers = net([3, 1])\n",
        ),
    ],
)
def test_a_number_that_is_passed_on_is_mended_where_it_is_written(use: str, expected: str) -> None:
    assert mended(HEAD + BRANCH + use) == HEAD + BRANCH + expected


@pytest.mark.parametrize(
    "use",
    [
        # The stride comes from somewhere else: other layers may get this dilation with another stride.
        "def net(stride):\n    return Branch(8, stride, 2)\n\n\nlayer = net(2)\n",
        # The number is used for something else as well.
        "def net(d=2):\n    return nn.Sequential(Branch(8, 2, d), nn.Conv2d(8, 8 * d, 1))\n\n\nlayer = net()\n",
        "def net(d=2):\n    d = d + 0\n    return Branch(8, 2, d)\n\n\nlayer = net()\n",
        "def net(ds=(2, 3)):\n    return [Branch(8, 2, d) for d in ds] * len(ds)\n\n\nlayers = net()\n",
        "layers = [nn.Sequential(Branch(8, 2, d), nn.Conv2d(8, d, 1)) for d in (1, 2)]\n",
        # It is no literal, or cannot be seen.
        "D = 2\nlayer = Branch(8, 2, D)\n",
        "layer = Branch(*(8, 2, 2))\n",
        "layer = Branch(**dict(channels=8, stride=2, dilation=2))\n",
        "class Other(Branch):\n    def __init__(self):\n        super().__init__(8, 2, 2)\n\n\nlayer = Other()\n",
    ],
)
def test_a_number_that_may_be_passed_on_to_others_stays(use: str) -> None:
    assert findings(HEAD + BRANCH + use)
    assert titles(HEAD + BRANCH + use) == []


def test_a_layer_that_is_asked_for_more_is_not_wrapped() -> None:
    kept = HEAD + "layer = nn.Conv2d(3, 8, 1, 2)\n"
    assert any("begin with" in title for title in titles(kept))
    assert not any("begin with" in title for title in titles(kept + "layer.weight.data.zero_()\n"))


def test_a_layer_in_parentheses_gets_nothing_before_it() -> None:
    text = HEAD + "net = nn.Sequential((nn.Conv2d(3, 8, 1, 2)), nn.ReLU())\n"
    assert [title for title in titles(text) if "average" in title] == []


def test_what_is_outside_the_linted_files_is_not_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "library.py").write_text(HEAD + "def down(s=2):\n    return nn.Conv2d(3, 8, 1, s)\n")
    (tmp_path / "model.py").write_text("from library import down\n\nlayer = down(2)\n")
    before = (tmp_path / "library.py").read_bytes()
    cli.run(["--no-cache", "--unsafe-fixes", str(tmp_path / "model.py")])
    assert (tmp_path / "library.py").read_bytes() == before


# From the command line.

DEAD = HEAD + "net = nn.Sequential(\n    nn.Conv2d(3, 8, 1, 2),\n    nn.ReLU(),\n)\npool = nn.MaxPool2d(1, 2)\n"
MENDED = DEAD.replace("nn.Conv2d(3, 8, 1, 2)", f"nn.{POOL},\n    nn.Conv2d(3, 8, 1, 1)").replace(
    "MaxPool2d(1, 2)", "MaxPool2d(2, 2, ceil_mode=True)"
)


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "convlint.toml").write_text("")
    path = tmp_path / "model.py"
    path.write_bytes(DEAD.encode())
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = cli.run(arguments)
    return (code, *capsys.readouterr())


def test_unsafe_fixes_are_written_only_when_asked_for(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "--fix", "model.py")[0] == 1
    assert model.read_text() == DEAD
    code, out, err = run(capsys, "--unsafe-fixes", "model.py")
    assert (code, model.read_text()) == (0, MENDED)
    assert "Nothing found" in out
    assert err == "convlint: 2 findings mended in 1 file\n"
    assert run(capsys, "--unsafe-fixes", "model.py")[2] == "convlint: 0 findings mended in 0 files\n"
    assert model.read_text() == MENDED
    assert sorted(path.name for path in model.parent.iterdir()) == [".convlint_cache", "convlint.toml", "model.py"]


def test_a_difference_is_only_shown(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--diff", "--unsafe-fixes", "model.py")
    assert code == 1
    assert out.startswith("--- a/model.py\n+++ b/model.py\n@@ ")
    assert "\n-pool = nn.MaxPool2d(1, 2)\n+pool = nn.MaxPool2d(2, 2, ceil_mode=True)\n" in out
    assert model.read_text() == DEAD
    assert run(capsys, "--diff", "model.py")[:2] == (0, "")


def test_selected_rules_alone_are_fixed(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "--unsafe-fixes", "--ignore", "dead-pixels", "model.py")
    assert model.read_text() == DEAD


def test_a_suppressed_finding_is_not_mended(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = DEAD.replace("MaxPool2d(1, 2)", "MaxPool2d(1, 2)  # convlint: ignore[dead-pixels]")
    model.write_text(text)
    run(capsys, "--unsafe-fixes", "model.py")
    assert "nn.MaxPool2d(1, 2)  # convlint" in model.read_text()


def test_standard_input_has_no_place_to_write(
    model: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(DEAD.encode())))
    code, _, err = run(capsys, "--fix", "-", "--stdin-filename", "model.py")
    assert code == 2
    assert "standard input cannot be fixed" in err


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("CRLF", DEAD.replace("\n", "\r\n").encode()),
        ("tabs", DEAD.replace("    ", "\t").encode()),
        ("byte order mark", codecs.BOM_UTF8 + DEAD.encode()),
        ("Latin-1", ("# coding: latin-1\n# caf\u00e9\n" + DEAD).encode("latin-1")),
        ("no final newline", DEAD.rstrip("\n").encode()),
        ("form feed", DEAD.replace("\nnet", "\n\x0cnet").encode()),
        ("wide characters", (DEAD + "# \U0001f600 \u00e9\n").encode()),
    ],
)
def test_a_file_keeps_what_it_had(model: Path, name: str, data: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    model.write_bytes(data)
    run(capsys, "--unsafe-fixes", "model.py")
    now = model.read_bytes()
    undone = now.replace(b"MaxPool2d(2, 2, ceil_mode=True)", b"MaxPool2d(1, 2)").replace(b"8, 1, 1)", b"8, 1, 2)")
    inserted = f"nn.{POOL},".encode()
    lines = [line for line in undone.splitlines(keepends=True) if inserted not in line]
    assert b"".join(lines) == data
    (new,) = [line for line in now.splitlines(keepends=True) if inserted in line]
    assert new.endswith(b"\r\n") == (name == "CRLF")
    assert new.startswith(b"\t") == (name == "tabs")


@pytest.mark.skipif(os.name == "nt", reason="modes are those of POSIX")
def test_modes_and_links_stay(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = model.parent / "real.py"
    model.rename(target)
    model.symlink_to(target)
    target.chmod(0o444)
    run(capsys, "--unsafe-fixes", "model.py")
    assert model.is_symlink()
    assert target.read_text() == MENDED
    assert stat.S_IMODE(target.stat().st_mode) == 0o444


def test_a_file_that_has_changed_meanwhile_is_left_alone(model: Path) -> None:
    from convlint.fixes.write import write_source
    from convlint.usage import UsageError

    with pytest.raises(UsageError, match="has changed since"):
        write_source(model, "another text", "new")
    assert model.read_text() == DEAD


def test_a_fix_that_does_not_help_is_not_written(
    model: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rule of the project offers an edit that breaks the file, and one that changes nothing that matters."""
    (model.parent / "my_rules.py").write_text(
        '"""Page."""\n'
        "from convlint.findings import Applicability, Edit, Fix, Severity\n"
        "from convlint.rule import Problem, Rule\n"
        "from convlint.source import Place\n\n\n"
        "class Bad(Rule):\n"
        '    name = "bad-fix"\n    group = "mine"\n    severity = Severity.WARNING\n\n'
        "    def check(self, layer):\n"
        "        start = Place(layer.call.path, 1, 1, 1, 1)\n"
        "        edits = [Edit(start, '((('), Edit(start, '# a comment')]\n"
        "        fixes = tuple(Fix('mend', Applicability.SAFE, (edit,)) for edit in edits)\n"
        "        yield Problem('never right', 'are never right', fixes=fixes)\n"
    )
    (model.parent / "convlint.toml").write_text('rules = ["my_rules.py"]\n')
    code, _, err = run(capsys, "--fix", "--select", "bad-fix", "model.py")
    assert code == 1
    assert err == "convlint: 0 findings mended in 0 files\n"
    assert model.read_text() == DEAD

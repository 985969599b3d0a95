"""Rules and their pages: every example of every installed rule is run; a third party's rules are as good as ours."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from convlint.examples import Example, ExampleError, Expectation, examples, parse
from convlint.explain import explain, page_with_titled_examples, rules_table, summary
from convlint.findings import Applicability, Edit, Fix, Severity
from convlint.network.layers import Kind, Layer, Sizes, Unknown
from convlint.registry import load_rules, page
from convlint.rule import Problem, Rule
from convlint.source import Place
from convlint.testing import ExampleFailure, failure, run_examples

ROOT = Path(__file__).resolve().parent.parent
ACME = ROOT / "tests" / "acme_rules"
RULES = {rule.name: rule for rule in load_rules()}
DEAD_PIXELS = RULES["dead-pixels"]
HEADINGS = ("What it does", "Why it matters", "Examples", "Fix safety", "Limits", "References")


def all_examples() -> Iterator[object]:
    for name, rule in RULES.items():
        for number, example in enumerate(examples(rule)):
            yield pytest.param(rule, number, id=f"{name}-{example.language}-{example.expectation.value}-{number}")


@pytest.mark.parametrize(("rule", "number"), list(all_examples()))
def test_an_example_does_what_its_page_says(rule: Rule, number: int) -> None:
    found = examples(rule)
    mends = found[number - 1] if found[number].expectation is Expectation.FIXED else None
    assert failure(rule, found[number], mends) is None


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_page_has_its_headings_and_two_examples_of_each_sort(rule: Rule) -> None:
    assert re.findall(r"^## (.+)$", page(rule), re.MULTILINE) == list(HEADINGS)
    sorts = [example.expectation for example in examples(rule)]
    assert sorts.count(Expectation.BAD) >= 2
    assert sorts.count(Expectation.GOOD) >= 2


# dead-pixels: what it says of layers that are written down.


def layer(
    kernel_size: Sizes | Unknown,
    stride: Sizes | Unknown,
    dilation: Sizes | Unknown = (1, 1),
    kind: Kind = Kind.CONVOLUTION,
    channels: tuple[int, int] = (64, 1),
) -> Layer:
    return Layer(
        op="torch.nn.Conv2d",
        kind=kind,
        call=Place("model.py", 1, 1, 1, 9),
        kernel_size=kernel_size,
        stride=stride,
        dilation=dilation,
        padding=(0, 0),
        in_channels=channels[0],
        groups=channels[1],
    )


@pytest.mark.parametrize(
    ("built", "message"),
    [
        (layer((1, 1), (2, 2)), "1x1 convolution with stride 2 reads 1 of every 4 pixels of its input"),
        (layer((3, 3), (4, 4)), "3x3 convolution with stride 4 reads 9 of every 16 pixels of its input"),
        (
            layer((3, 3), (2, 2), (2, 2)),
            "3x3 convolution with stride 2 and dilation 2 reads 1 of every 4 pixels of its input",
        ),
        (layer((1, 3), (2, 1)), "1x3 convolution with stride 2x1 reads 1 of every 2 pixels of its input"),
        (
            layer((3, 3), (2, 1), (2, 1)),
            "3x3 convolution with stride 2x1 and dilation 2x1 reads 1 of every 2 pixels of its input",
        ),
        (
            layer((3, 3, 3), (1, 8, 8), (1, 1, 1), channels=(96, 96)),
            "3x3x3 depthwise convolution with stride 1x8x8 reads 9 of every 64 voxels of its input",
        ),
        (
            layer((2,), (3,), (1,)),
            "1-d convolution with kernel size 2 and stride 3 reads 2 of every 3 positions of its input",
        ),
        (
            layer((3,), (4,), (2,)),
            "1-d convolution with kernel size 3, stride 4 and dilation 2 reads 1 of every 2 positions of its input",
        ),
        (
            layer((1, 1), (2, 2), kind=Kind.MAX_POOL),
            "1x1 max pool with stride 2 reads 1 of every 4 pixels of its input",
        ),
        (
            layer((1, 1), (2, 2), kind=Kind.AVERAGE_POOL),
            "1x1 average pool with stride 2 reads 1 of every 4 pixels of its input",
        ),
        (layer((2, 2), (3, 3), kind=Kind.LP_POOL), "2x2 LP pool with stride 3 reads 4 of every 9 pixels of its input"),
        (layer((2, 2), (4, 4), kind=Kind.UNFOLD), "2x2 unfold with stride 4 reads 1 of every 4 pixels of its input"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_dead_pixels_says_what_is_read(built: Layer, message: str) -> None:
    (problem,) = DEAD_PIXELS.check(built)
    assert problem.message == message
    assert problem.builds == "read " + message.rpartition(" reads ")[2].replace("its input", "their input")
    assert ("dilation" in problem.parameters) == ("dilation" in message)


SOMEWHERE = Unknown("parameter-without-default")


@pytest.mark.parametrize(
    "built",
    [
        layer((3, 3), (2, 2)),
        layer((2, 2), (2, 2)),
        layer((3, 3), (2, 2), (3, 3)),
        layer((3, 3), (1, 1), (2, 2)),
        layer((1, 1), (2, 2), kind=Kind.TRANSPOSED),
        layer(SOMEWHERE, (2, 2)),
        layer((1, 1), SOMEWHERE),
        layer((1, 1), (2, 2), SOMEWHERE),
        layer((1, SOMEWHERE), (2, 2)),
        layer((1, 1), (2, SOMEWHERE)),
        layer((0, 0), (2, 2)),
        layer((1, 1), (0, 0)),
        layer((1, 1), (-2, -2)),
        layer((1,), (2, 2)),
        layer((), (), ()),
    ],
)
def test_dead_pixels_is_silent_on_what_is_read_whole_unknown_or_refused_by_torch(built: Layer) -> None:
    assert list(DEAD_PIXELS.check(built)) == []


# Reading pages, and holding rules to them.


def test_only_marked_blocks_are_examples() -> None:
    unmarked = "First.\n\n```text\nx o\n```\n\n```python\nprint()\n```\n\n"
    text = unmarked + "```python bad\na = 1\n\n```\n\n```yaml good\nb: 1\n```\n"
    assert parse(text) == (
        Example("python", Expectation.BAD, "a = 1\n\n", 12),
        Example("yaml", Expectation.GOOD, "b: 1\n", 17),
    )
    for example in parse(text):
        assert text.splitlines()[example.line - 1] == example.text.splitlines()[0]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("Text\n\n```python bad\na = 1\n", "line 3: this code block is not closed"),
        ("```python worse\na = 1\n```\n", "line 1: 'python worse' is not python or yaml with bad, good or fixed"),
        ("```rust bad\n```\n", "line 1: 'rust bad' is not python or yaml"),
        ("```python good\n```\n\n```python fixed\n```\n", "line 4: a fixed block follows the bad block"),
    ],
)
def test_a_page_that_cannot_be_read_says_where(text: str, complaint: str) -> None:
    with pytest.raises(ExampleError, match=re.escape(complaint)):
        parse(text)


BAD = "from torch import nn\n\nlayer = nn.Conv2d(3, 8, kernel_size=1, stride=2)\n"
GOOD = BAD.replace("kernel_size=1", "kernel_size=2")


def rule_with(monkeypatch: pytest.MonkeyPatch, text: str) -> Rule:
    """dead-pixels with another page."""
    monkeypatch.setattr(sys.modules[type(DEAD_PIXELS).__module__], "__doc__", text)
    return DEAD_PIXELS


def fenced(**blocks: str) -> str:
    return "Page.\n" + "".join(f"\n```python {marker}\n{text}```\n" for marker, text in blocks.items())


def test_true_examples_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run_examples(rule_with(monkeypatch, fenced(bad=BAD, good=GOOD))) == []


def test_false_examples_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    failures = run_examples(rule_with(monkeypatch, fenced(bad=GOOD, good=BAD)))
    assert [str(failure) for failure in failures] == [
        "dead-pixels (python bad, line 4): the rule finds nothing",
        "dead-pixels (python good, line 10): line 3: the rule finds '1x1 convolution with stride 2 reads 1 of every 4 "
        "pixels of its input'",
    ]


def test_a_fixed_example_is_what_fixes_give(monkeypatch: pytest.MonkeyPatch) -> None:
    (failed,) = run_examples(rule_with(monkeypatch, fenced(bad=BAD, fixed=GOOD, good=GOOD)))
    assert failed.reason == "the fixes of the bad example give another text"


def test_a_fixed_example_passes_where_the_fixes_give_it(monkeypatch: pytest.MonkeyPatch) -> None:
    check = type(DEAD_PIXELS).check
    column = BAD.splitlines()[2].index("=1") + 2

    def check_and_mend(self: Rule, layer: Layer) -> Iterator[Problem]:
        for problem in check(DEAD_PIXELS, layer):
            number = Place(layer.call.path, 3, column, 3, column + 1)
            fixes = (Fix("enlarge the kernel", Applicability.UNSAFE, (Edit(number, "2"),)),)
            yield replace(problem, fixes=fixes)

    monkeypatch.setattr(type(DEAD_PIXELS), "check", check_and_mend)
    assert run_examples(rule_with(monkeypatch, fenced(bad=BAD, fixed=GOOD, good=GOOD))) == []
    (failed,) = run_examples(rule_with(monkeypatch, fenced(bad=BAD, fixed=GOOD + "\n", good=GOOD)))
    assert failed.reason == "the fixes of the bad example give another text"


def test_an_example_that_is_no_python_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    failures = run_examples(rule_with(monkeypatch, fenced(bad=BAD, good="from torch import nn\nnn.Conv2d(\n")))
    assert [failure.example is not None and failure.example.expectation for failure in failures] == [Expectation.GOOD]


def test_a_page_needs_examples_of_both_sorts(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run_examples(rule_with(monkeypatch, "Page.\n")) == [
        ExampleFailure("dead-pixels", None, "the page has no bad example"),
        ExampleFailure("dead-pixels", None, "the page has no good example"),
    ]
    (failed,) = run_examples(rule_with(monkeypatch, "```python bad\n"))
    assert str(failed) == "dead-pixels: line 1: this code block is not closed"


def test_a_rule_that_raises_fails_its_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    def check(self: Rule, layer: Layer) -> Iterator[Problem]:
        raise ZeroDivisionError

    monkeypatch.setattr(type(DEAD_PIXELS), "check", check)
    failures = run_examples(rule_with(monkeypatch, fenced(bad=BAD, good=GOOD)))
    assert len(failures) == 2
    assert all("raised ZeroDivisionError" in failure.reason for failure in failures)


# Explained and listed.


def test_explain_is_plain_text_with_the_picture_and_the_code() -> None:
    text = explain(DEAD_PIXELS)
    assert text.startswith("dead-pixels (sampling, warning, on by default)\n\n")
    assert "\n    x o x o\n    o o o o\n" in text
    assert "\n  Reported:\n\n    from torch import nn\n" in text
    assert "```" not in text
    assert "\x1b" not in text
    for heading in HEADINGS:
        assert f"\n{heading}\n{'-' * len(heading)}\n" in text
    for example in examples(DEAD_PIXELS):
        assert "".join(f"    {line}".rstrip() + "\n" for line in example.text.splitlines()) in text
    words = " ".join(line for line in page(DEAD_PIXELS).splitlines() if not line.startswith(("```", "#")))
    assert set(words.split()) - set(text.split()) == set()
    assert max(map(len, text.splitlines())) <= 100


def test_the_table_has_a_line_for_each_rule() -> None:
    head, *rows = rules_table([DEAD_PIXELS]).splitlines()
    assert head.split() == ["rule", "group", "severity", "default", "finds"]
    assert [row.split()[:4] for row in rows] == [["dead-pixels", "sampling", "warning", "on"]]
    assert rows[0].endswith(summary(DEAD_PIXELS))


# The generated documents.


def document_rules(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "scripts" / "document_rules.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_documents_are_up_to_date() -> None:
    checked = document_rules("--check")
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def test_a_stale_document_is_told_and_written(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "docs" / "rules", tmp_path / "docs" / "rules")
    (tmp_path / "README.md").write_text("# A\n\n<!-- rules -->\nold\n<!-- /rules -->\n\nB\n")
    (tmp_path / "docs" / "rules" / "gone.md").write_text("a rule that is gone")
    (tmp_path / "docs" / "rules" / "dead-pixels.md").write_text("old")
    checked = document_rules("--check", "--root", str(tmp_path))
    assert checked.returncode == 1
    assert checked.stdout.splitlines() == [
        "stale: README.md",
        "stale: docs/rules/dead-pixels.md",
        "stale: docs/rules/gone.md",
    ]
    assert document_rules("--root", str(tmp_path)).returncode == 0
    assert not (tmp_path / "docs" / "rules" / "gone.md").exists()
    assert page_with_titled_examples(DEAD_PIXELS) in (tmp_path / "docs" / "rules" / "dead-pixels.md").read_text()
    readme = (tmp_path / "README.md").read_text()
    assert "| [`dead-pixels`](docs/rules/dead-pixels.md) | sampling |" in readme
    assert readme.startswith("# A\n")
    assert readme.endswith("\n\nB\n")
    assert "old" not in readme
    assert document_rules("--check", "--root", str(tmp_path)).returncode == 0


def test_a_readme_without_a_place_for_the_table_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# A\n")
    failed = document_rules("--root", str(tmp_path))
    assert failed.returncode == 1
    assert "README.md needs the lines <!-- rules --> and <!-- /rules -->" in failed.stderr


# A third party's package, as docs/writing-rules.md describes it.

WRITING_RULES = (ROOT / "docs" / "writing-rules.md").read_text(encoding="utf-8")


def blocks(marker: str) -> dict[str, str]:
    """The code blocks of docs/writing-rules.md behind a comment such as ``<!-- file: NAME -->``, by what it names."""
    found = re.findall(
        rf"<!-- {marker}(?:: (\S+))? -->\n(`{{3,}})\w+\n(.*?)^\2\n", WRITING_RULES, re.DOTALL | re.MULTILINE
    )
    return {name: text for name, _, text in found}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, written down from the page."""
    folder = tmp_path_factory.mktemp("acme")
    for name, text in blocks("file").items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def installed(written: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which the package is installed beside convlint."""
    target = tmp_path_factory.mktemp("site-packages")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-build-isolation", "--no-deps"]
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    done = subprocess.run(
        [*command, "--target", str(target), str(written)], capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr
    return {**environment, "PYTHONPATH": str(target)}


def convlint(environment: dict[str, str], *arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "convlint", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=folder)


def test_the_page_and_the_package_in_the_tests_are_the_same() -> None:
    files = {path.relative_to(ACME).as_posix(): path for path in ACME.rglob("*") if path.suffix in (".py", ".toml")}
    shown = blocks("file")
    assert {name: path.read_text(encoding="utf-8") for name, path in files.items()} == {
        name: text for name, text in shown.items() if name in files
    }
    assert set(shown) - set(files) == {"convlint.toml"}


def test_the_commands_on_the_page_work(installed: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(GOOD)
    shell = re.search(r"```sh\n(.*?)```", WRITING_RULES, re.DOTALL)
    assert shell is not None
    install, *commands = shell[1].splitlines()
    assert install == "pip install -e ."
    assert len(commands) == 3
    for command in commands:
        done = convlint(installed, *command.split()[1:], folder=tmp_path)
        assert done.returncode == 0, done.stderr
        assert "even-kernel" in done.stdout or "--select" in command


def test_a_third_party_s_rule_is_listed_and_explained_like_ours(installed: dict[str, str]) -> None:
    rows = convlint(installed, "rules").stdout.splitlines()
    assert [row.split()[0] for row in rows if row.split()[:1] and row.split()[0] in ("dead-pixels", "even-kernel")] == [
        "dead-pixels",
        "even-kernel",
    ]
    text = convlint(installed, "explain", "even-kernel").stdout
    assert "A convolution without a centre tap" in text
    assert "House rule of the Acme vision group." in text


def test_a_third_party_s_rule_runs_like_ours(installed: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(BAD + GOOD.replace("stride=2", "stride=1").partition("\n\n")[2])
    done = convlint(installed, "--output-format", "concise", "model.py", folder=tmp_path)
    assert done.returncode == 1
    assert "model.py:3:9" in done.stdout
    assert "dead-pixels" in done.stdout
    assert "model.py:4:9" in done.stdout
    assert "2x2 convolution with stride 1 has no centre tap" in done.stdout
    done = convlint(installed, "--output-format", "concise", "--ignore", "acme", "model.py", folder=tmp_path)
    assert "even-kernel" not in done.stdout


def test_the_test_on_the_page_passes_and_can_fail(installed: dict[str, str], written: Path, tmp_path: Path) -> None:
    (test,) = blocks("test").values()
    (tmp_path / "test_acme.py").write_text(test)
    command = [sys.executable, "-m", "pytest", "-vv", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=installed, cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    lying = tmp_path / "lying"
    shutil.copytree(Path(installed["PYTHONPATH"]), lying)
    page_of_rule = lying / "acme_rules" / "even_kernel.py"
    page_of_rule.write_text(page_of_rule.read_text().replace("kernel_size=3, ", "kernel_size=4, "))
    broken = {**installed, "PYTHONPATH": str(lying)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=broken, cwd=tmp_path)
    assert done.returncode == 1
    assert "python good" in done.stdout


def test_rules_of_a_project_are_loaded_by_path(written: Path) -> None:
    loaded = load_rules([written / "acme_rules"])
    assert [rule.name for rule in loaded] == sorted([*RULES, "even-kernel"])
    (acme,) = (rule for rule in loaded if rule.name == "even-kernel")
    assert acme.severity is Severity.NOTE
    assert explain(acme).startswith("even-kernel (acme, note, on by default)\n")
    assert run_examples(acme) == []

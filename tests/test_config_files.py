"""Runs over config files: errors, silence, memory, formats and costs are those of Python files."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from config_runs import YOLO_CLEAN, YOLO_DEAD, dead, found, read, windows

from convlint import cli
from convlint.frontends.config.limits import MAX_BYTES

PYTHON = "from torch import nn\n\npool = nn.AvgPool2d(1, 2)\n"
WORKFLOW = (
    "name: CI\non: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n"
)
CHART = "apiVersion: v1\nkind: Deployment\nspec:\n  {{- if .Values.x }}\n  template: {{ .Values.base }}\n  {{- end }}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, which is the root of a repository."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")


def run(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    capfd.readouterr()
    code = cli.run(arguments)
    return (code, *capfd.readouterr())


def rules(capfd: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """``path:line:column rule severity`` of each finding."""
    report = json.loads(run(capfd, *arguments, "--output-format", "json")[1])
    return [
        f"{one['path']}:{one['line']}:{one['column']} {one['rule']} {one['severity']}" for one in report["findings"]
    ]


class TestErrors:
    def test_a_file_that_does_not_parse_is_one_line_and_the_others_are_read(
        self, folder: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        write(folder, bad__yaml="backbone:\n  - [-1, 1, Conv, [64\nhead: 1\n", net__yaml=YOLO_DEAD)
        code, out, err = run(capfd, ".", "--output-format", "concise")
        assert code == 2
        assert out.startswith("net.yaml:3:25: error dead-pixels")
        assert err == "bad.yaml:3: is not valid YAML: did not find expected ',' or ']' (column 5)\n"

    def test_text_that_is_not_utf_8(self, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        (folder / "a.yaml").write_bytes(b"# \xe9\n" + YOLO_DEAD.encode())
        assert run(capfd, ".")[2] == "a.yaml:1: is not UTF-8 text (column 3)\n"

    def test_a_large_config_is_refused_and_large_data_is_not_looked_at(
        self, folder: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        (folder / "net.yaml").write_text(YOLO_DEAD + "# x\n" * (MAX_BYTES // 4), encoding="utf-8")
        (folder / "data.json").write_text("[" + "1," * (MAX_BYTES // 2) + "1]", encoding="utf-8")
        code, _, err = run(capfd, ".")
        assert (code, err) == (2, f"net.yaml: is larger than {MAX_BYTES:,} bytes, and is not read\n")
        assert run(capfd, "data.json")[0] == 0

    def test_an_alias_bomb(self, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        lines = ["backbone: &a0 [Conv, Conv, Conv, Conv, Conv, Conv, Conv, Conv, Conv]"]
        lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]" for level in range(1, 12)]
        write(folder, bomb__yaml="\n".join(lines) + "\n")
        code, _, err = run(capfd, ".")
        assert code == 2
        assert "bomb.yaml:7: has more than 2,000,000 values once its aliases are written out" in err

    def test_bases_in_a_circle_end(self, tmp_path: Path) -> None:
        model = "MODEL:\n  RESNETS:\n    DEPTH: 50\n"
        files = {"a.yaml": f"_BASE_: b.yaml\n{model}", "b.yaml": f"_BASE_: a.yaml\n{model}"}
        assert dead(tmp_path, files) == ["a.yaml:4:12", "b.yaml:4:12"]

    @pytest.mark.parametrize("name", ["/dev/zero", "../../../../etc/passwd", "x\\0.yaml", "https://a/b.yaml"])
    def test_a_base_that_is_no_config_is_not_read(self, tmp_path: Path, name: str) -> None:
        files = {"a.yaml": f'_BASE_: "{name}"\nMODEL:\n  RESNETS:\n    STRIDE_IN_1X1: True\n'}
        assert dead(tmp_path, files) == ["a.yaml:4:20"]

    def test_text_that_would_take_a_careless_reader_forever(self, tmp_path: Path) -> None:
        twice = [f"{name}{level}: !ref <x{level + 1}> - <y{level + 1}> + 1" for level in range(40) for name in "xy"]
        files = {
            "references.yaml": "\n".join([*twice, "x40: 2", "y40: 1", "c: !new:torch.nn.Conv2d [!ref <x0>]\n"]),
            "angles.yaml": f"a: 1\nc: !new:torch.nn.Conv2d\n  in_channels: !ref {'<a>' * 300_000}\n",
            "blank.cfg": f"[net]\n[convolutional]\nsize=x{' ' * 300_000}x\n",
            "lines.yaml": "target: a.b" + "\n" * 1_000_000 + "x: 1\n",
            "dots.yaml": f"a: !new:{'a.' * 300_000}B {{}}\nb: {{class_path: {'a.' * 300_000}B}}\n",
            "builder.yaml": f"MODEL:\n  RESNETS: {{DEPTH: 50}}\n  BACKBONE: {{NAME: build_{'resnet_' * 300_000}}}\n",
            "digits.yaml": f"kernel_size: 1\nstride: {'1' * 1_000_000}\n",
        }
        assert found(tmp_path, files) == ()


class TestSilence:
    def test_comments_silence_in_yaml(self, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        comment = "  # convlint: ignore[dead-pixels]"
        write(folder, a__yaml=YOLO_DEAD.replace("[128, 1, 2]]", f"[128, 1, 2]]{comment}"))
        write(folder, b__yaml=f"# convlint: ignore-file\n{YOLO_DEAD}")
        write(folder, c__yaml=YOLO_DEAD.replace("Conv, [128", f"'Conv{comment.strip()}', [128"))
        assert rules(capfd, ".") == []
        write(folder, d__yaml=YOLO_CLEAN.replace("[128, 3, 2]]", f"[128, 3, 2]]{comment}"))
        assert rules(capfd, ".") == ["d.yaml:3:33 unused-suppression note"]

    @pytest.mark.parametrize("line", [1, 2, 5, 6])
    def test_a_comment_beside_either_number_silences(
        self, folder: Path, capfd: pytest.CaptureFixture[str], line: int
    ) -> None:
        lines = ["net:", "  _target_: torch.nn.Conv2d", "  in_channels: 1", "  out_channels: 1"]
        lines += ["  kernel_size: 1", "  stride: 2"]
        lines[line - 1] += "  # convlint: ignore[dead-pixels]"
        write(folder, a__yaml="\n".join(lines) + "\n")
        silent = ["a.yaml:5:16 dead-pixels warning", "a.yaml:1:7 unused-suppression note"]
        assert sorted(rules(capfd, ".")) == (sorted(silent) if line == 1 else [])

    def test_json_has_per_file_ignores(self, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        write(folder, config__json='{"model_type": "x", "kernel_size": 1, "stride": 2}\n')
        assert rules(capfd, ".") == ["config.json:1:36 dead-pixels warning"]
        write(folder, convlint__toml='[per-file-ignores]\n"*.json" = ["dead-pixels"]\n')
        assert rules(capfd, ".") == []

    def test_notes_of_configs_are_selected_and_graded_as_rules_are(
        self, folder: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        write(folder, a__yaml="stem:\n  kernel_size: 3\n  stride: 1\n  stride: 2\n")
        write(folder, b__yaml="stem:\n  _target_: torch.nn.Conv9d\n")
        both = ["a.yaml:4:3 duplicate-key note", "b.yaml:2:13 unknown-target note"]
        assert rules(capfd, ".") == both
        assert rules(capfd, ".", "--ignore", "duplicate-key") == both[1:]
        assert rules(capfd, ".", "--select", "duplicate-key") == both[:1]
        assert rules(capfd, ".", "--severity", "unknown-target=error")[1:] == ["b.yaml:2:13 unknown-target error"]

    def test_a_duplicate_that_concerns_no_layer_is_nobodys_business(self, tmp_path: Path) -> None:
        text = "title: a\ntitle: b\nstem:\n  kernel_size: 3\n  stride: 2\n"
        assert found(tmp_path, {"a.yaml": text}) == ()


class TestMemory:
    def test_a_run_is_remembered_until_a_file_changes(self, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        write(folder, a__yaml="_BASE_: b.yml\nMODEL:\n  RESNETS:\n    STRIDE_IN_1X1: True\n", other__yaml="x: 1\n")
        remembered = "nothing has changed since an earlier run"
        assert remembered not in run(capfd, ".", "-v")[2]
        code, out, err = run(capfd, ".", "-v")
        assert code == 1
        assert remembered in err
        assert "a.yaml:4:20" in out
        write(folder, other__yaml=YOLO_DEAD)
        assert "other.yaml:3:25" in run(capfd, ".", "-v")[1]
        assert remembered in run(capfd, "a.yaml", "-v")[2] or remembered in run(capfd, "a.yaml", "-v")[2]
        write(folder, b__yml="MODEL:\n  RESNETS:\n    DEPTH: 18\n")
        assert run(capfd, "a.yaml")[0] == 0, "the base that was missing is there now"


class TestReports:
    @pytest.mark.parametrize("command", ["check", "layers"])
    def test_a_report_beside_the_sources_is_no_network(
        self, folder: Path, capfd: pytest.CaptureFixture[str], command: str
    ) -> None:
        write(folder, net__py="from torch import nn\n\nnn.Conv2d(8, 8, 1, 2)\n")
        run(capfd, command, ".", "--output-format", "json", "-o", "report.json")
        assert "kernel_size" in (folder / "report.json").read_text(encoding="utf-8")
        assert rules(capfd, ".") == ["net.py:3:1 dead-pixels warning"]


class TestNames:
    def test_configs_in_python_are_called_by_their_files(self, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        """A base that many take in: each of them is named, and where they differ, those for which it holds."""
        backbone = "backbone=dict(type='ResNet', depth=50, style='caffe')"
        write(folder, base__py=f"model = dict({backbone}, neck=dict(type='FPN', start_level=0))\n")
        write(folder, first__py="_base_ = './base.py'\nmodel = dict(neck=dict(start_level=1))\n")
        write(folder, second__py="_base_ = './base.py'\nmodel = dict(neck=dict(start_level=1, num_outs=5))\n")
        out = run(capfd, ".")[1]
        assert "in first.py and second.py, nobody uses the rest, computed by stage 1 (FPN leaves it out)" in out
        assert "reached from base.py, first.py and second.py" in out


class TestFormats:
    def test_json_names_the_number_and_the_other_one(self, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        write(folder, a__yaml="SLOWFAST:\n  ALPHA: 8\n  BETA_INV: 8\n  FUSION_KERNEL_SZ: 5\n")
        finding = json.loads(run(capfd, ".", "--output-format", "json")[1])["findings"][0]
        assert (finding["line"], finding["column"]) == (4, 21)
        assert finding["message"].endswith(
            ": the lateral connections from the fast to the slow pathway; the fast pathway reads the rest"
        )
        assert [fix["title"] for fix in finding["fixes"]] == ["kernel size 9 (same output size; the weights grow)"]
        out = run(capfd, ".")[1]
        assert "stride 8x1x1 (SLOWFAST.ALPHA) is set here" in out
        assert "unsafe fix: kernel size 9 (same output size; the weights grow)" in out

    def test_text_names_the_number_and_the_other_one(self, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        write(folder, a__yaml="model:\n  _name: wav2vec2\n  conv_feature_layers: '[(512,10,5)] + [(512,1,2)] * 4'\n")
        out = run(capfd, ".")[1]
        assert "nobody uses the rest, computed by layer 0" in out
        assert "kernel size 1 (kernel) is set here" in out
        assert "stride 2 (stride) is set here" in out

    @pytest.mark.parametrize("form", ["sarif", "github", "gitlab", "junit", "concise", "text"])
    def test_every_format_takes_them(self, folder: Path, capfd: pytest.CaptureFixture[str], form: str) -> None:
        write(folder, a__yaml=YOLO_DEAD, b__json='{"model_type": "x", "kernel_size": 1, "stride": 2}\n')
        code, out, _ = run(capfd, ".", "--output-format", form)
        assert code == 1
        assert "a.yaml" in out
        assert "b.json" in out

    def test_layers_lists_them(self, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        write(folder, a__yaml=YOLO_DEAD, b__py=PYTHON)
        code, out, _ = run(capfd, "layers", ".")
        assert code == 0
        assert "a.yaml\n" in out
        assert "a.yaml:3:5" in out
        assert "b.py:3:8" in out
        assert out.endswith("3 distinct layers. ? is not known.\n")

    def test_what_a_config_leaves_open_is_told(self, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        write(folder, a__yaml=YOLO_CLEAN.replace("[128, 3, 2]", "[128, kernel, 2]"))
        out = run(capfd, ".", "--show-unknown")[1]
        assert "a.yaml:3:5" in out
        assert "kernel_size of torch.nn.Conv2d" in out

    def test_standard_input(
        self, folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import io

        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(YOLO_DEAD.encode())))
        assert rules(capfd, "-", "--stdin-filename", "net.yaml") == ["net.yaml:3:25 dead-pixels error"]


class TestCost:
    def test_what_is_no_config_is_not_parsed(self, tmp_path: Path) -> None:
        files = {"ci.yml": WORKFLOW, "chart.yaml": CHART, "package.json": '{"name": "x", "scripts": {"head": "y"}}\n'}
        files["captions.json"] = '{"annotations": [{"caption": "A kernel of corn, taken in its stride: fine"}]}\n'
        words = {f"word{number:05}": number for number in range(2_000)}
        files["vocab.json"] = json.dumps({"kernel": 3} | words | {"stride": 40_000})
        analysis = read(tmp_path, files)
        assert analysis.stats.parsed == 0
        assert analysis.errors == ()

    @pytest.mark.parametrize(
        ("files", "absent"),
        [
            ({"a.py": PYTHON}, {"yaml"}),
            ({"a.py": PYTHON, "ci.yml": WORKFLOW}, {"yaml"}),
            ({"net.yaml": YOLO_DEAD}, {"libcst"}),
            ({"net.yaml": "stem:\n  _target_: torch.nn.AvgPool2d\n  kernel_size: 1\n  stride: 2\n"}, {"libcst"}),
            ({"net.json": '{"kernel_size": 1, "stride": 2}\n'}, {"libcst", "yaml"}),
        ],
    )
    def test_only_what_is_needed_is_imported(self, folder: Path, files: dict[str, str], absent: set[str]) -> None:
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        program = "import sys\nfrom convlint.cli import run\nrun(['--no-cache', '.'])\nprint(*sys.modules)\n"
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert "dead-pixels" in done.stdout
        assert {"libcst", "yaml"} & absent & set(done.stdout.split()) == set()


def test_two_runs_give_the_same(tmp_path: Path) -> None:
    files = {f"{number}.yaml": YOLO_DEAD for number in range(3)}
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    assert found(tmp_path / "one", files) == found(tmp_path / "two", files)
    assert windows(read(tmp_path / "one", files))[:2] == ["Conv2d 3x3/2x2", "Conv2d 1x1/2x2"]

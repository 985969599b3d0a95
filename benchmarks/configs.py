"""CPU seconds of a cold pass over 3,000 config files in which no network is described.

    python benchmarks/configs.py [--files N] [--runs N]

The files are what lies about in repositories: workflows, charts and their templates, manifests, package files, data
sets, training settings. The time over a run on one empty file is what they cost. The goal: under 2 s.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from measure import convlint_command, measure

STEPS = "".join(f"      - name: step {number}\n        run: make target-{number}\n" for number in range(30))
KINDS = {
    "workflow.yml": f"name: CI\non: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n{STEPS}",
    "chart/values.yaml": "".join(f"service{number}:\n  port: {number}\n  enabled: true\n" for number in range(40)),
    "chart/templates/deployment.yaml": "{{- if .Values.base }}\nkind: Deployment\nname: {{ .Release.Name }}\n"
    + "".join(f"  label{number}: {{{{ .Values.x{number} }}}}\n" for number in range(40))
    + "{{- end }}\n",
    "manifest.yaml": "---\n".join(
        f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: m{number}\ndata:\n  key: value\n" for number in range(20)
    ),
    "package.json": json.dumps({"name": "x", "dependencies": {f"package-{n}": "^1.0.0" for n in range(80)}}, indent=2),
    "data.yaml": "path: data\ntrain: images/train\nnames:\n" + "".join(f"  {n}: class {n}\n" for n in range(80)),
    "train.yaml": "optimizer: {lr: 0.01, momentum: 0.9}\nepochs: 300\nbatch: 16\nscheduler: cosine\nseed: 0\n" * 8,
    "annotations.json": json.dumps({"images": [{"id": n, "file_name": f"{n:012}.jpg"} for n in range(300)]}),
}


def write(folder: Path, files: int) -> None:
    """Write ``files`` files of all kinds in turn, no two alike."""
    for number in range(files):
        name, text = list(KINDS.items())[number % len(KINDS)]
        path = folder / f"project{number:05}" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        mark = "" if name.endswith(".json") else f"# {number}\n"
        path.write_text(mark + text, encoding="utf-8")


def main() -> None:
    """Measure and print one line."""
    parser = argparse.ArgumentParser(description="CPU seconds of a cold pass over config files without a network")
    parser.add_argument("--files", type=int, default=3000, help="how many files (default 3000)")
    parser.add_argument("--runs", type=int, default=5, help="runs of each command (default 5)")
    options = parser.parse_args()
    command = [*convlint_command(), "check", "--no-cache", "--quiet", "."]
    with tempfile.TemporaryDirectory() as name:
        full, empty = Path(name) / "full", Path(name) / "empty"
        empty.mkdir()
        (empty / "one.yaml").write_text("a: 1\n", encoding="utf-8")
        write(full, options.files)
        for folder in (full, empty):  # fills the compiled modules
            measure(command, folder)
        cost = min(measure(command, full).cpu for _ in range(options.runs))
        start = min(measure(command, empty).cpu for _ in range(options.runs))
    print(f"{options.files:,} config files: {cost - start:.2f} CPU s beyond the {start:.2f} s of starting up")


if __name__ == "__main__":
    main()

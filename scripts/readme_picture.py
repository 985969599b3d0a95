"""Makes README.md's pictures of convlint's output from a real run: docs/output.svg and the block of text below it.

Run it without arguments to write both, or with --check to fail where one is stale.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "output.svg"
README = ROOT / "README.md"
COMMAND = ("convlint", "--input-size", "224", "examples/resnet.py")
FOUND = 1
"""The exit code of a run with findings."""

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_BLOCK = re.compile(r"(?<=^<!-- output -->\n).*?(?=^<!-- /output -->$)", re.MULTILINE | re.DOTALL)

# rich fills in what is in braces. Fonts are the reader's own: a picture in a README may load none.
_SVG = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" xml:space="preserve">
<!-- made by scripts/readme_picture.py from a run that printed FINGERPRINT -->
<style>
.{unique_id}-matrix {{
  font-family: Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace;
  font-size: {char_height}px;
  line-height: {line_height}px;
}}
.{unique_id}-title {{ font-family: sans-serif; font-size: 18px; font-weight: bold; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def main() -> int:
    """Write both, or check them; 1 where one is stale or the run is not as expected."""
    printed = real_output()
    fingerprint = hashlib.sha256(printed.encode()).hexdigest()
    wanted = readme_with(README.read_text(encoding="utf-8"), printed)
    if "--check" in sys.argv[1:]:
        # The fingerprint is compared and not the bytes, which differ between versions of rich.
        drawn = PICTURE.read_text(encoding="utf-8") if PICTURE.is_file() else ""
        stale = [PICTURE] if fingerprint not in drawn else []
        stale += [README] if README.read_text(encoding="utf-8") != wanted else []
        for file in stale:
            print(f"{file.relative_to(ROOT)} is stale: run scripts/readme_picture.py", file=sys.stderr)
        return int(bool(stale))
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(picture(printed, fingerprint), encoding="utf-8", newline="\n")
    README.write_text(wanted, encoding="utf-8", newline="\n")
    return 0


def real_output() -> str:
    """What the command prints, in colour."""
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    run = subprocess.run(
        [sys.executable, "-m", *COMMAND, "--no-cache"],
        cwd=ROOT,
        env={**environment, "FORCE_COLOR": "1", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if run.returncode != FOUND:
        sys.exit(f"{' '.join(COMMAND)} gave exit code {run.returncode}, not {FOUND}:\n{run.stderr}")
    return run.stdout


def readme_with(readme: str, printed: str) -> str:
    """The README's text, with what was printed between its two output marks."""
    block = f"```text\n$ {' '.join(COMMAND)}\n{_COLOUR.sub('', printed)}```\n"
    text, count = _BLOCK.subn(lambda _: block, readme)
    if count != 1:
        sys.exit(f"README.md has {count} output blocks, not one")
    return text


def picture(printed: str, fingerprint: str) -> str:
    """The output as a terminal shows it, as SVG."""
    from rich.cells import cell_len
    from rich.console import Console
    from rich.text import Text

    width = max(cell_len(line) for line in _COLOUR.sub("", printed).splitlines())
    console = Console(record=True, width=width, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(printed), soft_wrap=True)
    template = _SVG.replace("FINGERPRINT", fingerprint)
    svg = console.export_svg(title=" ".join(COMMAND), code_format=template, unique_id="convlint")
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"


if __name__ == "__main__":
    sys.exit(main())

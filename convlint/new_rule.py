"""``convlint new-rule NAME``: a rule file to begin with, complete enough to pass its own tests."""

from __future__ import annotations

import re
from pathlib import Path

from convlint.registry import RESERVED_NAMES
from convlint.usage import UsageError

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")

TEMPLATE = '''"""A convolution with an even kernel and stride 1. (One line: what is found.)

## What it does

Finds ... (the exact condition, in torch's words).

## Why it matters

... (what is lost; leave it to the reader whether that matters).

## Examples

```python bad
from torch import nn

conv = nn.Conv2d(64, 64, kernel_size=2)
```

```python bad
from torch import nn

conv = nn.Conv1d(64, 64, 4, padding=2)
```

```python good
from torch import nn

conv = nn.Conv2d(64, 64, kernel_size=3, padding=1)
```

```python good
from torch import nn

patches = nn.Conv2d(3, 192, kernel_size=16, stride=16)
```

## Fix safety

There is no fix.

## Limits

...

## References

...
"""

from __future__ import annotations

from collections.abc import Iterator

from convlint.findings import Severity
from convlint.network.layers import Kind, Layer, known
from convlint.rule import Problem, Rule


class {class_name}(Rule):
    name = "{name}"
    group = "{group}"
    severity = Severity.WARNING

    def check(self, layer: Layer) -> Iterator[Problem]:
        kernel_size, stride = known(layer.kernel_size), known(layer.stride)
        if layer.kind is not Kind.CONVOLUTION or kernel_size is None or stride is None:
            return  # what is not known is not reported
        if max(stride) > 1 or all(size % 2 for size in kernel_size):
            return
        yield Problem(
            message=f"{{'x'.join(map(str, kernel_size))}} convolution with stride 1",
            builds="have an even kernel",
            parameters=("kernel_size",),
        )
'''
"""The file, with one rule that works: changing it line by line, with green tests, is the quickest way to one's own."""


def write_rule(name: str, folder: Path, group: str) -> Path:
    """Write the file for a rule called ``name`` into ``folder``, and give its path. Raises UsageError."""
    for word, value in (("name", name), ("group", group)):
        if not _NAME.fullmatch(value) or value in RESERVED_NAMES:
            raise UsageError(f"'{value}' cannot be the {word} of a rule: use kebab-case, such as 'dead-pixels'")
    path = folder / f"{name.replace('-', '_')}.py"
    class_name = "".join(part.capitalize() for part in name.split("-"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with open(path, "x", encoding="utf-8", newline="\n") as stream:
            stream.write(TEMPLATE.format(class_name=class_name, name=name, group=group))
    except FileExistsError:
        raise UsageError(f"{path}: exists already") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from None
    return path

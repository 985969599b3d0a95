"""``convlint layers --graph``: what each model computes, as text or for Graphviz."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TextIO

from convlint.network.graphs import FunctionGraph, GraphOperation, ModelGraph
from convlint.network.sizes import Work
from convlint.report.work import amount
from convlint.source import named_place

NOT_FOLLOWED = "not followed"


def write_text(models: Sequence[ModelGraph], stream: TextIO) -> None:
    """Each function once, one operation a line, with the numbers of the operations whose results it reads."""
    if not models:
        stream.write("No model was found whose forward could be followed.\n")
    for model in models:
        stream.write(f"{model.entry_point}{_work(model.work)}\n")
        for index, function in enumerate(model.functions):
            stream.write(f"  {_title(index, function)}\n")
            for line in _lines(function):
                stream.write(f"    {line}\n")
        stream.write("\n")


def write_dot(models: Sequence[ModelGraph], stream: TextIO) -> None:
    """One graph for each model, one cluster for each function; dashed edges lead from a call to the function."""
    for model in models:
        stream.write(f"digraph {_quoted(model.entry_point)} {{\n  node [shape=box];\n")
        for index, function in enumerate(model.functions):
            for line in _cluster(index, function):
                stream.write(f"  {line}\n")
        stream.write("}\n")


def _title(index: int, function: FunctionGraph) -> str:
    lost = f"  ({NOT_FOLLOWED} to the end: {function.lost})" if function.lost else ""
    return f"[{index}] {function.name}{lost}"


def _lines(function: FunctionGraph) -> Iterator[str]:
    rows = [
        (str(each.number), _what(each), _shape(each.shape), _where(each), _reads(each.reads))
        for each in function.operations
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)] if rows else []
    for (number, *cells), operation in zip(rows, function.operations, strict=True):
        mark = "" if operation.followed else f"  ({NOT_FOLLOWED})"
        padded = [cell.ljust(width) for cell, width in zip(cells, widths[1:], strict=True)]
        yield ("  ".join([number.rjust(widths[0]), *filter(None, padded)]) + mark).rstrip()
    yield f"gives {', '.join(map(str, function.gives)) or 'nothing'}"


def _what(operation: GraphOperation) -> str:
    return operation.words if operation.function is None else f"{operation.words} [{operation.function}]"


def _shape(shape: tuple[int | None, ...] | None) -> str:
    """``1x64x56x56``; ``?`` for an axis that is not known."""
    return "x".join("?" if size is None else str(size) for size in shape) if shape is not None else ""


def _work(work: Work | None) -> str:
    """``: for an input of 224x224, 4.1 G multiply-accumulates, 9.7% of them for values that nobody uses``."""
    if work is None:
        return ""
    size = "x".join(map(str, work.given.size))
    parts = [f"for an input of {size}, {amount(work)} multiply-accumulates"]
    for count, use in ((work.dead, "nobody uses"), (work.gate_only, "only a gate or a statistic uses")):
        if count:
            parts.append(f"{count / work.macs:.1%} of them for values that {use}")
    return f": {', '.join(parts)}"


def _where(operation: GraphOperation) -> str:
    return named_place(operation.place) if operation.place is not None else ""


def _reads(numbers: tuple[int, ...]) -> str:
    return f"of {', '.join(map(str, numbers))}" if numbers else ""


def _cluster(index: int, function: FunctionGraph) -> Iterator[str]:
    yield f"subgraph cluster_{index} {{"
    yield f"  label={_quoted(_title(index, function))};"
    for each in function.operations:
        label = "\n".join(part for part in (_what(each), _shape(each.shape), _where(each)) if part)
        style = "" if each.followed else ", style=dashed, color=red"
        yield f"  f{index}_{each.number} [label={_quoted(label)}{style}];"
    yield f"  f{index}_out [label=out, shape=plain];"
    yield "}"
    for each in function.operations:
        yield from (f"f{index}_{read} -> f{index}_{each.number};" for read in each.reads)
        if each.function is not None:
            yield f"f{index}_{each.number} -> f{each.function}_out [style=dashed, lhead=cluster_{each.function}];"
    yield from (f"f{index}_{number} -> f{index}_out;" for number in function.gives)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'

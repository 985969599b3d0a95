"""``convlint verify``: builds models, runs them, and reports what their layers leave unread. Runs the user's code."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from convlint import output
from convlint.report.screen import NARROWEST, Screen
from convlint.runtime import bounds
from convlint.runtime.launch import Outcome, Workshop, workshop
from convlint.runtime.request import Request, json_of, shape_of, split_target
from convlint.runtime.result import Failure, ModelResult, document

if TYPE_CHECKING:
    from rich.progress import Progress


def run_verify(options: Mapping[str, Any]) -> int:
    """``convlint verify``: 0 where nothing is dead, 1 where something is, 2 where a model could not be verified."""
    for target in options["targets"]:
        split_target(target)
    _check_folders(options)
    with _bar(not options["quiet"]) as show, workshop() as shop:
        requests = list(_requests(options, shop))
        outcomes = [failure for failure in requests if isinstance(failure, Failure)]
        wanted = [request for request in requests if isinstance(request, Request)]
        done: list[Outcome] = [*outcomes]
        for number, request in enumerate(wanted):
            show(request.target, "", number, len(wanted))
            at = number
            done.append(shop.examine(request, lambda t, s, at=at: show(t, s, at, len(wanted))))  # type: ignore[misc]
    _report(options, done)
    if options["png"] is not None:
        _write_pictures(options["png"], done)
    for outcome in done:
        if isinstance(outcome, Failure) and (options["format"] != "text" or options["output"] is not None):
            output.take_any_text(sys.stderr)
            sys.stderr.write(f"{output.printable(f'{outcome.target}: {outcome.message}')}\n")
    if any(isinstance(outcome, Failure) for outcome in done):
        return 2
    return int(any(outcome.worst() == "dead" for outcome in done if isinstance(outcome, ModelResult)))


def _requests(options: Mapping[str, Any], shop: Workshop) -> Iterator[Request | Failure]:
    """One request for each model; a pattern stands for several."""
    for target in options["targets"]:
        request = Request(
            target=target,
            args=tuple(json_of("--args", options["args"], list, ())),
            kwargs=json_of("--kwargs", options["kwargs"], dict, {}),
            shapes=tuple(map(shape_of, options["input"])),
            device=options["device"],
            setup=str(options["setup"].resolve()) if options["setup"] else "",
            folder=Path.cwd().as_posix(),
            every_layer=options["all"],
            maps=options["format"] == "html" or options["png"] is not None,
            seconds=options["timeout"] or bounds.SECONDS,
            memory_gib=options["memory"] or bounds.MEMORY_GIB,
            threads=options["threads"] or bounds.THREADS,
        )
        if "*" not in target.rpartition(":")[2]:
            yield request
            continue
        targets = shop.expand(request)
        if isinstance(targets, Failure):
            yield targets
            continue
        if not targets:
            yield Failure(target, "no function or class fits the pattern and needs no arguments")
        from dataclasses import replace

        yield from (replace(request, target=each) for each in targets)


def _check_folders(options: Mapping[str, Any]) -> None:
    from convlint.usage import UsageError

    if options["setup"] is not None and not options["setup"].is_file():
        raise UsageError(f"{options['setup']}: no such file")
    if options["png"] is not None:
        from importlib.util import find_spec

        if find_spec("matplotlib") is None:
            raise UsageError("--png needs matplotlib: pip install 'convlint[runtime]'")
        try:
            options["png"].mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"{options['png']}: cannot be made: {error.strerror or error}") from None


def _report(options: Mapping[str, Any], outcomes: list[Outcome]) -> None:
    if options["output"] is None:
        stream = output.standard_output()
        _write(options["format"], outcomes, stream, ".")
        stream.flush()
        return
    with output.write_file(options["output"]) as stream:
        _write(options["format"], outcomes, stream, _way_back(options["output"]))


def _way_back(file: Path) -> str:
    """From the folder of a file to the one that source paths are relative to."""
    try:
        return Path(os.path.relpath(Path.cwd(), file.resolve().parent)).as_posix()
    except ValueError:  # another drive
        return Path.cwd().as_uri()


def _write(name: str, outcomes: list[Outcome], stream: TextIO, folder: str) -> None:
    if name == "json":
        for outcome in outcomes:
            stream.write(json.dumps(_document(outcome)) + "\n")
    elif name == "html":
        from convlint.runtime.html_report import write

        write(outcomes, stream, folder)
    else:
        _write_text(outcomes, stream)


def _write_text(outcomes: list[Outcome], stream: TextIO) -> None:
    from convlint.runtime import text_report

    encoding = getattr(stream, "encoding", None) or "utf-8"
    screen = Screen(max(output.width(stream), NARROWEST), output.wants_color(stream), encoding)
    if len(outcomes) > 1:
        text_report.write_summary(outcomes, stream, screen)
    elif isinstance(outcomes[0], Failure):
        text_report.write_failure(outcomes[0], stream, screen)
    else:
        text_report.write(outcomes[0], stream, screen)


def _document(outcome: Outcome) -> dict[str, object]:
    if isinstance(outcome, Failure):
        return {"version": 1, "target": outcome.target, "error": outcome.message}
    return document(outcome)


def _write_pictures(folder: Path, outcomes: list[Outcome]) -> None:
    from convlint.runtime.png_report import write

    for outcome in outcomes:
        if isinstance(outcome, ModelResult):
            write(outcome, folder)


@contextmanager
def _bar(wanted: bool) -> Iterator[Callable[[str, str, int, int], None]]:
    """A bar over the models and one over a model's stages, where somebody watches."""
    if not wanted or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda target, stage, number, count: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as display:
        yield _shown(display)


def _shown(display: Progress) -> Callable[[str, str, int, int], None]:
    stages = ("build", "record", "export", "analyse", "prove")
    models = display.add_task("models", total=1)
    steps = display.add_task("", total=len(stages))

    def show(target: str, stage: str, number: int, count: int) -> None:
        name = output.printable(target.rpartition(":")[2])
        display.update(models, completed=number, total=count)
        at = stages.index(stage) if stage in stages else 0
        display.update(steps, completed=at, description=f"{name}: {stage or 'import'}")

    return show

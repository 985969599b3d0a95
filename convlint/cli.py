"""The command line: what a user can ask for, and how it is answered."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import click

from convlint import __version__
from convlint.command_help import DefaultGroup, SectionCommand, SectionOption
from convlint.usage import UsageError

LAYER_FORMATS = ("text", "json", "dot")
LEVELS = ("error", "warning", "note")
FORMATS = ("text", "concise", "json", "github", "sarif", "gitlab", "junit")
"""As in ``convlint.report.FORMATS``, which is not imported for ``--help``; a test compares the two."""

VERIFY_FORMATS = ("text", "json", "html")
DEVICES = ("auto", "cuda", "cpu")

FILE = click.Path(path_type=Path)
INTERRUPTED = 130
PIPE_CLOSED = 141
"""Exit codes as shells give them for processes that end by SIGINT and SIGPIPE."""

Function = TypeVar("Function", bound=Callable[..., Any])


def _option(section: str, *names: str, **settings: Any) -> Callable[[Function], Function]:
    return click.option(*names, cls=SectionOption, section=section, **settings)


def _split(_context: click.Context, _parameter: click.Parameter, values: Sequence[str]) -> tuple[str, ...]:
    """Names given by several options or with commas between them."""
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


def _levels(_context: click.Context, _parameter: click.Parameter, values: Sequence[str]) -> dict[str, str]:
    levels = {}
    for value in values:
        rule, _, level = value.partition("=")
        if not rule or level not in LEVELS:
            raise click.BadParameter(f"'{value}' is not RULE=LEVEL with one of {', '.join(LEVELS)}")
        levels[rule.strip()] = level
    return levels


def _for_any_run(command: Function) -> Function:
    """The options of every command that reads source."""
    for option in reversed(
        (
            click.argument("paths", nargs=-1, type=FILE),
            _option("Where", "--config", type=FILE, metavar="FILE", help="Use this configuration file."),
            _option("Where", "--python", type=FILE, metavar="PATH",
                    help="Interpreter or environment whose packages are read; nothing in it is run."),
            _option("Where", "--stdin-filename", type=FILE, metavar="FILE",
                    help="With '-' as the path: the file that standard input stands for."),
            _option("Models", "--input-size", metavar="SIZE",
                    help="The size of the models' input: 224, 224,320 or 3,224,224. [default: what a model says]"),
            _option("Running", "--jobs", type=click.IntRange(min=1), metavar="N", expose_value=False,
                    help="Processes to use at most; a run needs only one, so no number changes anything."),
            _option("Running", "--no-cache", is_flag=True, help="Neither read nor write .convlint_cache."),
            _option("Running", "-q", "--quiet", is_flag=True, help="Say nothing but findings and errors."),
            _option("Running", "-v", "--verbose", is_flag=True, help="Say also what was read, and from where."),
        )
    ):  # fmt: skip
        command = option(command)
    return command


@click.group(cls=DefaultGroup, no_args_is_help=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="convlint", message="%(prog)s %(version)s")
def cli() -> None:
    """Find convolution and pooling layers that never read part of their input.

    convlint reads the source that builds a model, follows its numbers, and runs nothing; only verify and
    check --confirm do.
    """


@cli.command(cls=SectionCommand)
@_option("Rules", "--select", multiple=True, callback=_split, metavar="NAMES", help="Run only these rules or groups.")
@_option("Rules", "--ignore", multiple=True, callback=_split, metavar="NAMES", help="Leave these rules or groups out.")
@_option(
    "Rules",
    "--severity",
    multiple=True,
    callback=_levels,
    metavar="RULE=LEVEL",
    help="Report a rule as error, warning or note.",
)
@_option("Rules", "--fail-on", type=click.Choice(LEVELS), help="What makes the exit code 1. [default: warning]")
@_option("Rules", "--baseline", type=FILE, metavar="FILE", help="Leave out the findings in this file.")
@_option("Rules", "--write-baseline", type=FILE, metavar="FILE", help="Write all findings into this file.")
@_option("Runtime", "--confirm", is_flag=True, help="Build and run the models too: THIS RUNS THE LINTED CODE.")
@_option(
    "Runtime", "--setup", type=FILE, metavar="FILE", help="With --confirm: a Python file to run before each model."
)
@_option("Fixes", "--fix", is_flag=True, help="Apply the fixes that change nothing observable.")
@_option("Fixes", "--unsafe-fixes", is_flag=True, help="Apply also those that keep shapes, but not numbers or keys.")
@_option("Fixes", "--diff", is_flag=True, help="Show what would be applied, and change no file.")
@_option("Output", "--output-format", type=click.Choice(FORMATS), default="text", help="[default: text]")
@_option("Output", "-o", "--output", type=FILE, metavar="FILE", help="Write the report into a file.")
@_option("Output", "--statistics", is_flag=True, help="Count the findings of each rule.")
@_option("Output", "--show-notes", is_flag=True, help="In text: list also layers whose skipped values others use.")
@_option("Output", "--show-unknown", is_flag=True, help="Say why layers could not be decided, and what would help.")
@_for_any_run
def check(**options: Any) -> int:
    """Lint files and folders. This is what happens without a command."""
    from convlint.commands import run_check

    return run_check(options)


@cli.command(cls=SectionCommand)
@_option("Output", "--output-format", type=click.Choice(LAYER_FORMATS), default="text", help="[default: text]")
@_option("Output", "--graph", is_flag=True, help="Print what each model computes; dot is for Graphviz.")
@_option("Output", "-o", "--output", type=FILE, metavar="FILE", help="Write the table into a file.")
@_for_any_run
def layers(**options: Any) -> int:
    """List every layer that a model builds: a summary without torch."""
    from convlint.commands import run_layers

    return run_layers(options)


@cli.command(cls=SectionCommand)
@click.argument("targets", nargs=-1, required=True, metavar="TARGET...")
@_option("Model", "--args", metavar="JSON", help="Positional arguments of the callable, as a list.")
@_option("Model", "--kwargs", metavar="JSON", help="Keyword arguments of the callable, as an object.")
@_option(
    "Model",
    "--input",
    multiple=True,
    metavar="SIZES",
    help="The size of the input, as in 1,3,224,224; once for each input. [default: what the model says, else 224]",
)
@_option("Model", "--setup", type=FILE, metavar="FILE", help="A Python file to run before the target is imported.")
@_option("Running", "--device", type=click.Choice(DEVICES), default="auto", help="[default: auto]")
@_option(
    "Running",
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Time for each model. [default: 300]",
)
@_option(
    "Running",
    "--memory",
    type=click.FloatRange(min=0, min_open=True),
    metavar="GIB",
    help="Memory for each model. [default: 8]",
)
@_option("Running", "--threads", type=click.IntRange(min=1), metavar="N", help="Threads that torch computes with.")
@_option("Running", "-q", "--quiet", is_flag=True, help="Show no progress.")
@_option("Output", "--format", type=click.Choice(VERIFY_FORMATS), default="text", help="[default: text]")
@_option("Output", "-o", "--output", type=FILE, metavar="FILE", help="Write the report into a file.")
@_option("Output", "--png", type=FILE, metavar="DIR", help="Write heat maps into a folder.")
@_option("Output", "--all", is_flag=True, help="List every layer, also those that skip nothing.")
def verify(**options: Any) -> int:
    """Build a model, run it, and prove which of its values nobody reads. THIS RUNS THE MODEL'S CODE.

    TARGET is package.module:callable, path/to/file.py:Class, package.module:pattern* for all that fit, or a YAML or
    JSON file that names a class (_target_, class_path, !new:), with :path.in.it where it names several. The exit code
    is 0 where nothing is dead, 1 where something is, and 2 where a model could not be built or run. Needs torch:
    pip install 'convlint[runtime]'.
    """
    from convlint.verify_command import run_verify

    return run_verify(options)


@cli.command()
@click.argument("rule")
@click.option("--config", type=FILE, metavar="FILE", help="Use this configuration file.")
def explain(rule: str, config: Path | None) -> int:
    """Print what a rule finds, why it matters and what to do."""
    from convlint.commands import page_of, print_text

    return print_text(page_of(rule, config))


@cli.command()
@click.option("--config", type=FILE, metavar="FILE", help="Use this configuration file.")
def rules(config: Path | None) -> int:
    """List all rules, ours and those of plugins."""
    from convlint.commands import print_text, table_of_rules

    return print_text(table_of_rules(config))


@cli.command("new-rule")
@click.argument("name")
@click.option("--folder", type=FILE, default=Path("rules"), metavar="FOLDER", help="[default: rules]")
@click.option("--group", default="local", metavar="NAME", help="[default: local]")
def new_rule(name: str, folder: Path, group: str) -> int:
    """Write a rule file that passes its own tests, to begin with."""
    from convlint.commands import print_text
    from convlint.new_rule import write_rule

    return print_text(f"{write_rule(name, folder, group)}\n")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run convlint and end the process with its exit code."""
    # A run makes millions of objects that live to its end: looking at old ones again and again would take seconds.
    gc.set_threshold(100_000, 50, 10_000)
    code = run(arguments)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    # To free all of it, object by object, takes a seventh of the time of a long run; the system takes it back at once.
    os._exit(code)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run convlint and return its exit code. Whatever goes wrong is one line on standard error."""
    try:
        # Not cli.main(), which turns a closed pipe into exit code 1, and that means findings here.
        with cli.make_context("convlint", list(sys.argv[1:] if arguments is None else arguments)) as context:
            code = cli.invoke(context)
        sys.stdout.flush()
        return int(code)
    except click.exceptions.Exit as end:  # after --help and --version
        sys.stdout.flush()
        return end.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except UsageError as error:
        return _failed(str(error))
    except (KeyboardInterrupt, click.Abort):
        _failed("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        _drop_standard_output()
        return PIPE_CLOSED
    except Exception as error:
        if {"-v", "--verbose"} & set(sys.argv if arguments is None else arguments):
            raise
        text = str(error).strip().splitlines()
        what = f"{type(error).__name__}: {text[0]}" if text else type(error).__name__
        return _failed(f"internal error: {what} (please report this; --verbose shows where it happened)")


def _failed(message: str) -> int:
    from convlint.output import printable, take_any_text

    take_any_text(sys.stderr)
    with suppress(OSError):
        sys.stderr.write(f"convlint: {printable(message)}\n")
    return 2


def _drop_standard_output() -> None:
    """Send what is still buffered nowhere, so that the interpreter does not complain about it when it ends."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)

"""The shape of the command line: a default command, and help in sections that a person can read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

EXAMPLES = (
    ("convlint src/", "lint the files under src/"),
    ("convlint check rules", "lint a folder that is called like a command"),
    ("convlint - --stdin-filename model.py", "lint standard input"),
    ("convlint --write-baseline old.json src/", "accept what is found today ..."),
    ("convlint --baseline old.json src/", "... and fail only on what is new"),
    ("convlint explain dead-pixels", "what a rule finds, and why it matters"),
)
EXIT_CODES = (
    ("0", "nothing found at or above --fail-on"),
    ("1", "findings at or above --fail-on"),
    ("2", "an option, the configuration or an input cannot be used"),
)


class SectionOption(click.Option):
    """An option that is listed under a heading of its own."""

    def __init__(self, *arguments: Any, section: str = "Options", **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.section = section


class SectionCommand(click.Command):
    """A command whose help lists its options by section."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, section by section, in the order of their definition."""
        write_sections(self, ctx, formatter)


class DefaultGroup(click.Group):
    """Commands, and ``check`` for anything else: ``convlint src/`` is ``convlint check src/``."""

    default = "check"

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default command in front where the first word is neither a command nor an option of the group."""
        own = {name for parameter in self.get_params(ctx) for name in parameter.opts}
        if args and args[0] not in self.commands and args[0] not in own:
            args = [self.default, *args]
        return super().parse_args(ctx, args)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write how convlint is called."""
        name = ctx.command_path
        formatter.write_usage(name, "[OPTIONS] PATHS...")
        formatter.write_usage(name, "COMMAND [OPTIONS] ...", prefix=" " * len("Usage: "))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write examples, commands, the default command's options and the exit codes."""
        with formatter.section("Examples"):
            formatter.write_dl(EXAMPLES)
        self.format_commands(ctx, formatter)
        check = self.commands[self.default]
        write_sections(check, ctx, formatter, skip=("--help",))
        super(click.Group, self).format_options(ctx, formatter)
        with formatter.section("Exit codes"):
            formatter.write_dl(EXIT_CODES)


def write_sections(
    command: click.Command, ctx: click.Context, formatter: click.HelpFormatter, skip: Sequence[str] = ()
) -> None:
    """Write the options of ``command`` under their headings."""
    sections: dict[str, list[tuple[str, str]]] = {}
    for parameter in command.get_params(ctx):
        record = parameter.get_help_record(ctx)
        if record is not None and isinstance(parameter, click.Option) and not set(parameter.opts) & set(skip):
            sections.setdefault(getattr(parameter, "section", "Options"), []).append(record)
    for heading, records in sections.items():
        with formatter.section(heading):
            formatter.write_dl(records)

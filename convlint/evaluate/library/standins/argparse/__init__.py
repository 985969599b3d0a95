"""Stands for argparse of Python's standard library: what a script gets that is started with no options."""

import sys

from __convlint__ import are_known

SUPPRESS = "==SUPPRESS=="
OPTIONAL, ZERO_OR_MORE, ONE_OR_MORE, PARSER, REMAINDER = "?", "*", "+", "A...", "..."
_FLAGS = {"store_true": (False, True), "store_false": (True, False)}
_SILENT = ("help", "version")


class ArgumentError(Exception):
    pass


class ArgumentTypeError(Exception):
    pass


class HelpFormatter:
    pass


class RawDescriptionHelpFormatter(HelpFormatter):
    pass


class RawTextHelpFormatter(RawDescriptionHelpFormatter):
    pass


class ArgumentDefaultsHelpFormatter(HelpFormatter):
    pass


class MetavarTypeHelpFormatter(HelpFormatter):
    pass


class Namespace:
    def __init__(self, **kwargs):
        for name in kwargs:
            setattr(self, name, kwargs[name])

    def __contains__(self, key):
        return key in self.__dict__


class Action:
    def __init__(self, option_strings, dest, nargs=None, const=None, default=None, type=None, **options):
        self.option_strings, self.dest, self.nargs, self.const = option_strings, dest, nargs, const
        self.default, self.type, self.choices = default, type, options.get("choices")


class BooleanOptionalAction(Action):
    pass


class FileType:
    def __init__(self, *options, **named):
        pass

    def __call__(self, string):
        return sys.stdin


class _Option:
    """One argument of a parser, with its value where nobody gives another one."""

    def __init__(self, names, options, parser):
        self.option_strings = names if names and names[0].startswith("-") else ()
        self.dest = options["dest"] if "dest" in options else _destination(names)
        self.action, self.nargs = options.get("action", "store"), options.get("nargs")
        self.type, self.const, self.choices = options.get("type"), options.get("const"), options.get("choices")
        self.needed = options.get("required", False) if self.option_strings else self.nargs not in ("?", "*", "...")
        if "default" in options:
            self.default = options["default"]
        elif self.action in _FLAGS:
            self.default = _FLAGS[self.action][0]
        elif self.action in _SILENT:
            self.default = SUPPRESS
        elif self.dest in parser._defaults:
            self.default = parser._defaults[self.dest]
        elif not self.option_strings and self.nargs in ("*", "..."):
            self.default = []
        else:
            self.default = parser.argument_default

    def value(self):
        if self.needed:
            return sys.argv
        if self.default is None:
            # What is told apart from what a user gives is what such an option is for; what needs it raises with None.
            return sys.argv if sys.argv else None
        if self.type is not None and isinstance(self.default, str):
            return self.type(self.default)
        return self.default

    def converted(self, text):
        return text if self.type is None else self.type(text)


def _destination(names):
    for name in names:
        if name.startswith("--"):
            return name[2:].replace("-", "_")
    return names[0].lstrip("-").replace("-", "_") if names[0].startswith("-") else names[0]


class _Commands:
    def __init__(self, dest):
        self.dest, self.choices = dest, {}

    def add_parser(self, name, *, aliases=(), help=None, deprecated=False, **options):
        parser = self.choices[name] = ArgumentParser(**options)
        return parser


class ArgumentParser:
    def __init__(
        self,
        prog=None,
        usage=None,
        description=None,
        epilog=None,
        parents=[],
        formatter_class=HelpFormatter,
        prefix_chars="-",
        fromfile_prefix_chars=None,
        argument_default=None,
        conflict_handler="error",
        add_help=True,
        allow_abbrev=True,
        exit_on_error=True,
        **more,
    ):
        self.prog, self.usage, self.description, self.epilog = prog, usage, description, epilog
        self.argument_default, self.conflict_handler = argument_default, conflict_handler
        self._actions, self._defaults, self._commands = [], {}, None
        for parent in parents:
            self._actions.extend(parent._actions)
            self._defaults.update(parent._defaults)

    def add_argument(self, *names, **options):
        option = _Option(names, options, self)
        if self.conflict_handler == "resolve":
            self._actions = [old for old in self._actions if not set(old.option_strings) & set(option.option_strings)]
        self._actions.append(option)
        return option

    def add_argument_group(self, *names, **options):
        return self

    def add_mutually_exclusive_group(self, **options):
        return self

    def add_subparsers(self, **options):
        self._commands = _Commands(options.get("dest"))
        return self._commands

    def set_defaults(self, **values):
        self._defaults.update(values)
        for option in self._actions:
            if option.dest in values:
                option.default = values[option.dest]

    def get_default(self, dest):
        for option in self._actions:
            if option.dest == dest:
                return option.default
        return self._defaults.get(dest)

    def parse_args(self, args=None, namespace=None):
        return self.parse_known_args(args, namespace)[0]

    def parse_intermixed_args(self, args=None, namespace=None):
        return self.parse_known_args(args, namespace)[0]

    def parse_known_args(self, args=None, namespace=None):
        if namespace is None:
            namespace = Namespace()
        for option in self._actions:
            if option.default != SUPPRESS and not hasattr(namespace, option.dest):
                setattr(namespace, option.dest, option.value())
        for name in self._defaults:
            if not hasattr(namespace, name):
                setattr(namespace, name, self._defaults[name])
        if self._commands is not None:
            self._parse_command(namespace)
        if args is None:
            return namespace, []
        # What somebody types is not known: the options are then those of a script that is started with none.
        return namespace, self._read(args, namespace) if are_known(args) else args

    def parse_known_intermixed_args(self, args=None, namespace=None):
        return self.parse_known_args(args, namespace)

    def _parse_command(self, namespace):
        for name, parser in self._commands.choices.items():
            if sys.argv[1] == name:
                if self._commands.dest:
                    setattr(namespace, self._commands.dest, name)
                chosen = vars(parser.parse_known_args()[0])
                for attribute in chosen:
                    setattr(namespace, attribute, chosen[attribute])
                break

    def _read(self, args, namespace):
        """Take over what a known list of arguments says; gives what no option takes."""
        named = {name: option for option in self._actions for name in option.option_strings}
        waiting = [option for option in self._actions if not option.option_strings]
        taking, rest = None, []
        for word in args:
            name, equals, text = word.partition("=")
            if name in named:
                taking = _begin(named[name], namespace)
                if equals and taking is not None:
                    taking = _take(taking, text, namespace)
            elif taking is not None:
                taking = _take(taking, word, namespace)
            elif waiting:
                taking = _take(_begin(waiting.pop(0), namespace), word, namespace)
            else:
                rest.append(word)
        return rest

    def print_help(self, file=None):
        pass

    def print_usage(self, file=None):
        pass

    def exit(self, status=0, message=None):
        raise SystemExit(status)

    def error(self, message):
        raise SystemExit(2)


def _begin(option, namespace):
    """The option, where words that follow belong to it."""
    if option.action in _FLAGS:
        setattr(namespace, option.dest, _FLAGS[option.action][1])
        return None
    if option.action in ("store_const", "append_const", "count") or option.action in _SILENT:
        setattr(namespace, option.dest, option.const)
        return None
    if option.nargs == "?":
        setattr(namespace, option.dest, option.const)
    elif option.nargs is not None:
        setattr(namespace, option.dest, [])
    return option


def _take(option, word, namespace):
    """Give an option a word; the option, where it takes further ones."""
    value = option.converted(word)
    if option.nargs is None or option.nargs == "?":
        setattr(namespace, option.dest, value)
        return None
    taken = [*getattr(namespace, option.dest), value]
    setattr(namespace, option.dest, taken)
    return None if len(taken) == option.nargs else option

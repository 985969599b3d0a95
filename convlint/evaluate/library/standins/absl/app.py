"""Stands for absl.app of absl 2.3: it calls the program's main function."""

import sys


def parse_flags_with_usage(args):
    return args


def run(main, argv=None, flags_parser=parse_flags_with_usage):
    main(sys.argv)

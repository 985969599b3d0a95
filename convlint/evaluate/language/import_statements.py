"""Import statements that run, in functions and blocks; what plain ones of a module bind is looked up when used."""

from __future__ import annotations

from convlint.evaluate.environment import Frame, Raised
from convlint.evaluate.language.blocks import Live, Run
from convlint.evaluate.language.expressions import Context
from convlint.evaluate.language.targets import write_name
from convlint.evaluate.sources.later import Later
from convlint.evaluate.sources.source_module import SourceModule
from convlint.evaluate.values import Unknown
from convlint.frontends.python import ir


def compile_import(context: Context, node: ir.Import) -> Run:
    """``import a.b`` binds ``a``, ``import a.b as c`` the module inside of it."""
    machine, modules = context.machine, context.machine.modules
    name = node.bound or node.module.partition(".")[0]

    def run(frame: Frame) -> Live:
        source: SourceModule = frame.module.source
        value = modules.imported(source, Later(node.module, 0, None), trying=frame.trying > 0)
        if not node.bound and not isinstance(value, Unknown):
            value = modules.imported(source, Later(name, 0, None))
        write_name(machine, frame, name, value)
        return None

    return run


def compile_import_from(context: Context, node: ir.ImportFrom) -> Run:
    """``from a import b``; a star adds to the module's, whose names are looked up through it."""
    machine, modules = context.machine, context.machine.modules

    def run(frame: Frame) -> Live:
        source: SourceModule = frame.module.source
        for name, bound in node.names:
            later = Later(node.module, node.level, name)
            if name == "*":
                if frame.limit is not None:
                    source.stars.append((frame.limit, later))
                if frame.trying and modules.module_of(source, later) is None:
                    raise Raised("ModuleNotFoundError", node.module)
                continue
            write_name(machine, frame, bound, modules.imported(source, later, trying=frame.trying > 0))
        return None

    return run

"""Training on several devices: modules that hold one other module and run it, and processes."""

from __future__ import annotations

from typing import Any

from convlint.evaluate import attributes, calls, classes
from convlint.evaluate.environment import Arguments
from convlint.evaluate.iteration import iterate
from convlint.evaluate.library.adapt import builtin_table, take
from convlint.evaluate.library.torch_modules import target_of
from convlint.evaluate.machine import Machine
from convlint.evaluate.values import NONE, Class, Const, Descriptor, Span, Value

WRAPPERS = ("DataParallel", "DistributedDataParallel")


def wrappers(module: Class) -> dict[str, Any]:
    """The wrapping classes, derived from ``nn.Module``."""
    methods = builtin_table({"__init__": _keep, "forward": _forward})
    return {name: classes.make_class(name, (module,), dict(methods)) for name in WRAPPERS}


def parallel(machine: Machine) -> dict[str, Any]:
    """``torch.nn.parallel``: the wrapping classes by their other name."""
    from convlint.evaluate.library.models import load

    nn = load(machine, "torch.nn")
    return {name: nn.attrs[name] for name in WRAPPERS} if nn is not None else {}


def processes(machine: Machine) -> dict[str, Any]:
    """``torch.multiprocessing``: ``spawn`` calls a function in each process; the first one is followed."""
    return dict(builtin_table({"spawn": _spawn}))


def _spawn(machine: Machine, args: Arguments, site: Span) -> Value:
    function, given, *_ = take(machine, args, "spawn", 1, "fn", "args", "nprocs", "join", "daemon", "start_method")
    rest = iterate(machine, given, site) if given is not None else []
    machine.apply(calls.call, machine, function, Arguments([Const(0, site), *rest]), site)
    return NONE


def _keep(machine: Machine, args: Arguments, site: Span) -> Value:
    target = target_of(machine, args)
    held = args.positional[1] if len(args.positional) > 1 else args.keywords.get("module", NONE)
    machine.write_attribute(target, "module", held)
    return NONE


def _forward(machine: Machine, args: Arguments, site: Span) -> Value:
    held = attributes.get(machine, target_of(machine, args), "module", site)
    given = Arguments(args.positional[1:], args.keywords, args.unknown)
    return calls.call(machine, held, given, site)  # type: ignore[no-any-return]


def converting() -> Descriptor:
    """``SyncBatchNorm.convert_sync_batchnorm``: the module that it is given, with other normalisation layers."""

    def convert(machine: Machine, args: Arguments, site: Span) -> Value:
        return take(machine, args, "convert_sync_batchnorm", 1, "module", "process_group")[0]  # type: ignore[no-any-return]

    return Descriptor("staticmethod", builtin_table({"convert_sync_batchnorm": convert})["convert_sync_batchnorm"])

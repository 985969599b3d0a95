"""torch's functions that give back the module they get, and its modules that hold another: reparametrised, fused,
quantised, run in parallel, averaged."""

from __future__ import annotations

from typing import Any

from convlint.evaluate.environment import Arguments, Raised
from convlint.evaluate.library.adapt import builtin_table, take
from convlint.evaluate.library.torch_functional import gives_tensor
from convlint.evaluate.library.torch_modules import target_of
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import attributes, calls, classes
from convlint.evaluate.objects.iteration import iterate
from convlint.evaluate.values import NONE, Builtin, Class, Const, Module, Span, Value

KEEPING = frozenset(
    """spectral_norm weight_norm orthogonal remove_spectral_norm remove_weight_norm register_parametrization
    remove_parametrizations identity random_unstructured l1_unstructured random_structured ln_structured
    custom_from_mask remove fuse_conv_bn_eval fuse_linear_bn_eval convert_conv2d_weight_memory_format
    prepare prepare_qat convert quantize quantize_dynamic quantize_qat fuse_modules fuse_modules_qat swap_module
    disable_fake_quant enable_fake_quant disable_observer enable_observer""".split()
)
"""Functions of ``torch.nn.utils`` and of the quantisation whose result is their first argument, as far as layers go."""
PACKING = ("pack_padded_sequence", "pad_packed_sequence", "pack_sequence", "pad_sequence", "unpack_sequence")
"""Functions of ``torch.nn.utils.rnn``."""
ARITHMETIC = {"add": "add", "mul": "mul", "cat": "cat", "add_scalar": "add", "mul_scalar": "mul", "matmul": "matmul"}
"""Methods of ``FloatFunctional``, and the functions that they are; ``add_relu`` differs in nothing that matters."""
HOLDERS = ("DataParallel", "DistributedDataParallel", "FullyShardedDataParallel", "AveragedModel", "QuantWrapper")
"""Modules that call the one that they hold as ``module``."""


def utilities(machine: Machine) -> dict[str, Any]:
    """``torch.nn.utils`` and what is below it."""
    found: dict[str, Any] = {name: gives_tensor(name) for name in PACKING}
    return found | _keepers() | {"skip_init": Builtin("skip_init", _skip_init)}


def quantization(machine: Machine) -> dict[str, Any]:
    """``torch.ao.quantization``, and ``torch.quantization``, its older name."""
    nn = _names_of_nn(machine)
    stubs = {name: classes.make_class(name, (nn["Identity"],), {}) for name in ("QuantStub", "DeQuantStub")}
    return {**stubs, **_keepers(), "QuantWrapper": _holder(nn, "QuantWrapper")}


def quantized(machine: Machine) -> dict[str, Any]:
    """``torch.ao.nn.quantized`` and ``torch.nn.quantized``: functions as methods; layers of the names of torch.nn."""
    nn = _names_of_nn(machine)
    methods: dict[str, Any] = {name: _as_method(function) for name, function in ARITHMETIC.items()}
    methods["add_relu"] = methods["add"]
    made = {
        name: classes.make_class(name, (nn["Module"],), methods)
        for name in ("FloatFunctional", "FXFloatFunctional", "QFunctional")
    }
    return {**made, "*": lambda name: nn.get(name)}


def parallel(machine: Machine) -> dict[str, Any]:
    """``torch.nn.parallel``, ``torch.optim.swa_utils`` and ``torch.distributed.fsdp``: modules around another."""
    nn = _names_of_nn(machine)
    return {name: _holder(nn, name) for name in HOLDERS}


def holders(module: Class) -> dict[str, Class]:
    """The modules of ``torch.nn`` itself that hold another."""
    return {"DataParallel": _holder({"Module": module}, "DataParallel")}


def _names_of_nn(machine: Machine) -> dict[str, Any]:
    from convlint.evaluate.library.models import load

    nn = load(machine, "torch.nn")
    assert isinstance(nn, Module)
    return nn.attrs


def _holder(nn: dict[str, Any], name: str) -> Class:
    attrs = {"__init__": Builtin("__init__", _hold), "forward": Builtin("forward", _forward_of_held)}
    return classes.make_class(name, (nn["Module"],), attrs)


def _hold(machine: Machine, args: Arguments, site: Span) -> Value:
    held = args.positional[1] if len(args.positional) > 1 else args.keywords.get("module", args.keywords.get("model"))
    if held is None:
        raise Raised("TypeError", "a module is needed")
    machine.write_attribute(target_of(machine, args), "module", held)
    return NONE


def _forward_of_held(machine: Machine, args: Arguments, site: Span) -> Value:
    held = attributes.get(machine, args.positional[0], "module", site)
    given = Arguments(args.positional[1:], args.keywords, args.unknown)
    return calls.call(machine, held, given, site)  # type: ignore[no-any-return]


def _keepers() -> dict[str, Any]:
    return {name: Builtin(name, _first) for name in sorted(KEEPING)}


def _first(machine: Machine, args: Arguments, site: Span) -> Value:
    named = (args.keywords[name] for name in ("module", "model", "conv") if name in args.keywords)
    first = args.positional[0] if args.positional else next(named, None)
    if first is None:
        raise Raised("TypeError", "a module is needed")
    return first


def _skip_init(machine: Machine, args: Arguments, site: Span) -> Value:
    """``skip_init(cls, ...)`` builds the module, whose weights are left as they happen to be."""
    rest = Arguments(args.positional[1:], args.keywords, args.unknown)
    return calls.call(machine, args.positional[0], rest, site)  # type: ignore[no-any-return]


def _as_method(name: str) -> Builtin:
    """A method that is a function of tensors; what it does is noted of the function."""
    function = gives_tensor(name)

    def call(machine: Machine, args: Arguments, site: Span) -> Value:
        rest = Arguments(args.positional[1:], args.keywords, args.unknown)
        return calls.call(machine, function, rest, site)  # type: ignore[no-any-return]

    return Builtin("__call__", call)


def processes(machine: Machine) -> dict[str, Any]:
    """``torch.multiprocessing``: ``spawn`` calls a function in each process; the first one is followed."""
    return dict(builtin_table({"spawn": _spawn}))


def _spawn(machine: Machine, args: Arguments, site: Span) -> Value:
    function, given, *_ = take(machine, args, "spawn", 1, "fn", "args", "nprocs", "join", "daemon", "start_method")
    rest = iterate(machine, given, site) if given is not None else []
    machine.apply(calls.call, machine, function, Arguments([Const(0, site), *rest]), site)
    return NONE

"""torch itself, torch.jit, torch.fx and the small modules that model code calls while it builds."""

from __future__ import annotations

from typing import Any

from convlint.evaluate.environment import Arguments, NotIterable
from convlint.evaluate.equality import plain
from convlint.evaluate.library.torch_functional import gives_tensor
from convlint.evaluate.library.torch_layers import build_function
from convlint.evaluate.library.torch_operations import framing
from convlint.evaluate.library.torch_signatures import FUNCTIONS
from convlint.evaluate.library.torch_vectors import FUNCTIONS as FUNCTIONS_OF_VECTORS
from convlint.evaluate.library.torch_vectors import MAX_VECTOR, knowing, tensor, unique, vector
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import calls, classes
from convlint.evaluate.objects.iteration import iterate
from convlint.evaluate.paths import force
from convlint.evaluate.values import (
    FALSE,
    NONE,
    Builtin,
    Const,
    Instance,
    List,
    Module,
    Span,
    Tensor,
    Tuple,
    Unknown,
    Value,
)  # fmt: skip

VERSION = "2.13.0"
"""What ``torch.__version__`` says to code that asks."""
TENSOR_FUNCTIONS = frozenset(
    """abs add addmm all amax amin any arange argmax argmin as_tensor atan2 baddbmm bernoulli bmm broadcast_tensors cat
    cdist ceil chunk clamp clone complex concat concatenate conj cos cosh cross cumprod cumsum diag diff div dot einsum
    eq erf exp expm1 eye fft flatten flip floor floor_divide fmod from_numpy full full_like gather ge gelu greater gt
    hstack index_select inverse isfinite isinf isnan le lerp less linspace log log10 log1p log2 logical_and logical_not
    logical_or logspace lt masked_fill masked_select matmul max maximum mean median meshgrid min minimum mm mul
    multinomial narrow ne neg nonzero norm normal ones_like outer permute polar pow prod quantile rand_like randint
    randn_like randperm real reciprocal relu remainder repeat_interleave reshape rfft roll round rsqrt scatter select
    sigmoid sign sin sinh softmax sort split sqrt square squeeze stack std sub sum swapaxes t take tan tanh tensor tile
    topk trace transpose tril triu trunc unbind unflatten unique unsqueeze var view_as_complex view_as_real vstack where
    zeros_like tensor_split split_with_sizes hsplit moveaxis movedim swapdims multiply divide subtract true_divide clip
    var_mean std_mean aminmax logsumexp empty_like addcmul addcdiv batch_norm layer_norm group_norm instance_norm
    dropout adaptive_avg_pool1d pixel_shuffle pixel_unshuffle channel_shuffle inner kron mv take_along_dim scatter_add
    index_add rot90 nan_to_num bucketize softplus tril_indices triu_indices silu rsub column_stack dstack""".split()
)
SHAPED = ("zeros", "ones", "empty", "rand", "randn", "full")
"""Functions that make a tensor of the shape that they are given."""


def contents(machine: Machine) -> dict[str, Any]:
    """The names of ``torch``."""
    found: dict[str, Any] = {name: gives_tensor(name) for name in sorted(TENSOR_FUNCTIONS)}
    for name, spec in FUNCTIONS.items():
        if spec.op.split(".")[-1].startswith(("conv", "max_pool", "avg_pool1d")):
            found[name] = build_function(spec)
    found |= {name: knowing(name, found[name].call) for name in FUNCTIONS_OF_VECTORS & found.keys()}
    found |= {"tensor": Builtin("tensor", tensor), "unique": Builtin("unique", unique)}
    found |= {name: Builtin(name, _shaped) for name in SHAPED}
    found |= {"linspace": Builtin("linspace", _linspace), "arange": Builtin("arange", _arange)}
    found["stft"] = framing()
    found["__version__"] = Const(VERSION)
    found["Tensor"] = tensor_class = classes.make_class("Tensor", (), {})
    tensor_class.make = lambda machine, cls, args, site: _constructed(machine, args, site)
    for name in ("FloatTensor", "LongTensor", "BoolTensor", "IntTensor"):
        found[name] = tensor_class
    size = classes.make_class("Size", (), {})
    size.make = lambda machine, cls, args, site: args.positional[0] if args.positional else Tuple(())
    found["Size"] = size
    never = Builtin("are_deterministic_algorithms_enabled", lambda machine, args, site: FALSE)
    found[never.name] = never
    found["_assert"] = Builtin("_assert", _nothing)
    found["compile"] = Builtin("compile", _identity)
    found["is_tensor"] = Builtin("is_tensor", lambda machine, args, site: Const(_is_tensor(machine, args)))
    for name in ("no_grad", "inference_mode", "enable_grad", "set_grad_enabled"):
        found[name] = _context(machine, name)
    return found


def _is_tensor(machine: Machine, args: Arguments) -> bool:
    return isinstance(force(args.positional[0], machine.path), Tensor)


def _nothing(machine: Machine, args: Arguments, site: Span) -> Value:
    return NONE


def _identity(machine: Machine, args: Arguments, site: Span) -> Value:
    """A decorator that changes nothing; called with options only, it gives itself."""
    if args.positional:
        return args.positional[0]
    return Builtin("decorator", _identity)


def _context(machine: Machine, name: str) -> Value:
    """A context manager that is a decorator too."""
    cls = classes.make_class(
        name, (), {"__call__": Builtin("__call__", lambda machine, args, site: args.positional[-1])}
    )

    def make(machine: Machine, made: Any, args: Arguments, site: Span) -> Value:
        first = force(args.positional[0], machine.path) if args.positional else NONE
        return machine.instance(cls) if isinstance(first, Const) else first

    cls.make = make
    return cls


def _shaped(machine: Machine, args: Arguments, site: Span) -> Value:
    """A tensor of the given shape: ``zeros(1, 2)``, ``zeros((1, 2))``, ``zeros(size=...)``."""
    sizes = list(args.positional)
    if "size" in args.keywords:
        sizes = [args.keywords["size"]]
    first = force(sizes[0], machine.path) if sizes else None
    if isinstance(first, (Tuple, List)):
        try:
            sizes = iterate(machine, first, site)
        except NotIterable:
            return Tensor()
    elif isinstance(first, (Unknown, Tensor, Instance)) and len(sizes) == 1:
        return Tensor()
    return Tensor(tuple(sizes))


def _constructed(machine: Machine, args: Arguments, site: Span) -> Value:
    """``Tensor(2, 3)`` has that shape; ``Tensor([2, 3])`` holds these numbers."""
    first = force(args.positional[0], machine.path) if args.positional else None
    if isinstance(first, (Tuple, List)) and len(args.positional) == 1:
        return tensor(machine, args, site)
    return _shaped(machine, args, site)


def _linspace(machine: Machine, args: Arguments, site: Span) -> Value:
    names = {**dict(zip(("start", "end", "steps"), args.positional, strict=False)), **args.keywords}
    start, end, steps = (plain(machine, names[name]) if name in names else None for name in ("start", "end", "steps"))
    if not all(isinstance(part, (int, float)) for part in (start, end)) or not isinstance(steps, int):
        return Tensor()
    if not 0 < steps <= MAX_VECTOR:
        return Tensor()
    step = (end - start) / (steps - 1) if steps > 1 else 0.0  # type: ignore[operator]
    return vector([start + step * index for index in range(steps)], site)  # type: ignore[operator]


def _arange(machine: Machine, args: Arguments, site: Span) -> Value:
    numbers = [plain(machine, value) for value in args.positional]
    if not numbers or not all(isinstance(number, int) for number in numbers):
        return Tensor()
    try:
        found = range(*numbers)
    except (TypeError, ValueError):
        return Tensor()
    return vector(list(found), site) if len(found) <= MAX_VECTOR else Tensor()


def initialisers(machine: Machine) -> dict[str, Any]:
    """``torch.nn.init``: nothing that it does matters here."""
    return {"*": lambda name: None if name.startswith("__") else Builtin(name, _nothing)}


def scripting(machine: Machine) -> dict[str, Any]:
    """``torch.jit``: never scripting, its decorators change nothing, and a ``ScriptModule`` is a module."""
    from convlint.evaluate.library.models import load

    nn = load(machine, "torch.nn")
    never = Builtin("is_scripting", lambda machine, args, site: FALSE)

    def other(name: str) -> Value | None:
        if name.startswith("__"):
            return None
        return classes.make_class(name, (), {}) if name[:1].isupper() else Builtin(name, _identity)

    return {
        "ScriptModule": classes.make_class("ScriptModule", (nn.attrs["Module"],), {}) if nn is not None else NONE,
        "trace": Builtin("trace", _traced),
        "is_scripting": never,
        "is_tracing": never,
        "isinstance": machine.modules.builtins["isinstance"],
        "annotate": Builtin("annotate", lambda machine, args, site: args.positional[-1]),
        "*": other,
    }


def _traced(machine: Machine, args: Arguments, site: Span) -> Value:
    """``torch.jit.trace``: the module, which is called with the example that it is given."""
    if machine.verdicts is not None and machine.flow.tracer is None:
        machine.verdicts.handed_on(machine, args, site)
    return _identity(machine, args, site)


def differentiating(machine: Machine) -> dict[str, Any]:
    """``torch.autograd``: a ``Variable`` has long been a tensor."""
    return {"Variable": Builtin("Variable", _identity)}


def tracing(machine: Machine) -> dict[str, Any]:
    """``torch.fx``: ``wrap`` gives back what it is given."""
    return {"wrap": Builtin("wrap", _identity)}


def operators(machine: Machine) -> dict[str, Any]:
    """``torch.ops``: folders of functions that are not written in Python; each gives a tensor."""

    def folder(name: str) -> Value | None:
        made = Module(f"torch.ops.{name}")
        made.fallback = lambda attribute: None if attribute.startswith("__") else gives_tensor(attribute)
        return None if name.startswith("__") else made

    return {"*": folder, "load_library": Builtin("load_library", _nothing)}


def checkpointing(machine: Machine) -> dict[str, Any]:
    """``torch.utils.checkpoint``: the function is called."""

    def checkpoint(machine: Machine, args: Arguments, site: Span) -> Value:
        return calls.call(machine, args.positional[0], Arguments(args.positional[1:]), site)  # type: ignore[no-any-return]

    def checkpoint_sequential(machine: Machine, args: Arguments, site: Span) -> Value:
        from convlint.evaluate.library.torch_containers import items_of

        functions = force(args.positional[0], machine.path)
        value: Any = args.positional[2] if len(args.positional) > 2 else args.keywords.get("input", Tensor())
        found = [child for _, child in items_of(machine, functions)] if isinstance(functions, Instance) else iterate(
            machine, functions, site
        )  # fmt: skip
        for function in found:
            value = machine.apply(calls.call, machine, function, Arguments([value]), site)
        return value  # type: ignore[no-any-return]

    return {
        "checkpoint": Builtin("checkpoint", checkpoint),
        "checkpoint_sequential": Builtin("checkpoint_sequential", checkpoint_sequential),
    }


def tuples(machine: Machine) -> dict[str, Any]:
    """``torch.nn.modules.utils``: a number repeated, or a sequence as it is."""

    def repeated(count: int) -> Builtin:
        def call(machine: Machine, args: Arguments, site: Span) -> Value:
            value = force(args.positional[0], machine.path)
            if isinstance(value, (Tuple, List)):
                return Tuple(tuple(iterate(machine, value, site)))
            return Tuple((value,) * count)

        return Builtin("_ntuple", call)

    def any_count(machine: Machine, args: Arguments, site: Span) -> Value:
        count = plain(machine, args.positional[0])
        return (
            repeated(count)
            if isinstance(count, int) and 0 < count < 10
            else Unknown("unknown-operand", "_ntuple", site)
        )

    found: dict[str, Any] = {
        f"_{word}": repeated(count) for count, word in enumerate(("single", "pair", "triple", "quadruple"), 1)
    }
    found["_ntuple"] = Builtin("_ntuple", any_count)
    return found

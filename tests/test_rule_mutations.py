"""Each rule's own examples hold its condition fast: they fail when a part of it is changed or left out."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from pathlib import Path

import pytest
from fixing import RULES

from convlint.rule import Rule
from convlint.testing import run_examples

# For each rule: a piece of its source that decides, and what stands there instead.
MUTATIONS = {
    "avgpool-border-bias": [
        ("not any(sizes[3])", "any(sizes[3])"),
        ('layer.options.get("count_include_pad") is not True or', ""),
        ("if layer.kind is Kind.AVERAGE_POOL", "if layer.kind is Kind.MAX_POOL"),
        ('layer.options.get("divisor_override") is not None', "False"),
    ],
    "bias-before-norm": [
        ('first.arguments.get("bias", True) is not True', "False"),
        ("not pair.alone or", ""),
        ("groups == channels", "True"),
        ("isinstance(groups, int) and groups == channels", "False"),
        ("first.op in _CONVOLUTIONS or", ""),
        (", \"torch.nn.InstanceNorm\"", ""),
        ("or _is_plain_linear(first, norm)", ""),
        ("pair.alone", "pair.together"),
    ],
    "dead-pixels": [
        ("if layer.kind is Kind.TRANSPOSED:", "if layer.kind is not Kind.CONVOLUTION:"),
        ("if layer.kind is Kind.TRANSPOSED:", "if False:"),
        ("read_fraction(kernel_size, stride, dilation)", "read_fraction(kernel_size, stride, (1,) * len(stride))"),
        ("if read == 1:", "if min(kernel_size) > 1:"),
        ("if read == 1:", "if max(stride) == 1:"),
        ("if read == 1:", "if min(stride) == 1:"),
    ],
    "dead-taps": [
        ("if not alive or Fraction", "if Fraction(total - alive, total) > MOST_ALIVE or Fraction"),
        ("MOST_ALIVE = Fraction(1, 3)", "MOST_ALIVE = Fraction(1, 20)"),
        ("MOST_ALIVE = Fraction(1, 3)", "MOST_ALIVE = Fraction(1)"),
        ("k - len(dead_taps(n, o, k, s, d, p))", "k - len(dead_taps(n, o, k, s, 1, p))"),
    ],
    "gridding": [
        ("sorted(dilations)", "dilations"),
        ("(kernel - 1) * reach + 1", "kernel * reach + 1"),
        ("(kernel - 1) * reach + 1", "(kernel - 1) * reach"),
        ("reach += dilation", "reach = dilation"),
    ],
    "hop-exceeds-window": [
        ("window < hop", "window <= hop"),
        ("window < hop", "window > hop"),
        ("frames.hop_length, frames.win_length", "frames.hop_length, frames.n_fft"),
        ("window < hop", "2 * window < hop"),
    ],
    "interpolate-drops-pixels": [
        ("or resize.antialias", ""),
        ("or _LABELS.search(resize.subject)", ""),
        ('or mode == "area"', ""),
        ('mode == "nearest" else ratio * (j', 'mode != "nearest" else ratio * (j'),
        ('reach = 2 if mode == "bicubic" else 1', "reach = 1"),
        ('reach = 2 if mode == "bicubic" else 1', "reach = 2"),
    ],
    "invalid-layer": [
        ("any(n % factor for n in size)", "False"),
        ("and max(size) == 1", "and max(size) == 0"),
        ("min(fact.outputs) < 1", "min(fact.outputs) < 0"),
        ("p >= n for p, n", "p > 2 * n for p, n"),
        ("channels % groups", "groups > channels"),
        ("any(size != 1 for size in stride)", "max(stride) > 3"),
        ("given != wanted", "False"),
        ("total % divisor", "divisor > total"),
        ("(d * (k - 1) + 1) // 2", "d * k"),
        ("op >= max(s, d)", "op > max(s, d)"),
        ("op >= max(s, d)", "op >= min(s, d)"),
        ("if not pair.together:", "if pair.together:"),
        ("given % factor**power", "given % factor"),
        ("resize.align_corners is not None", "resize.antialias"),
        ('not in ("bilinear", "bicubic", "lanczos", None)', 'not in ("nearest", None)'),
        ("min(numbers) < least", "min(numbers) < 0"),
        ("_WRONG_NUMBER.fullmatch(size.detail)", "False"),
        ("not {given + 1, given + 2} & {fewest, wanted + 2}", "given == 7"),
        ("resize.mode not in _MODES", 'resize.mode == "cubical"'),
        ('"linear": 1, "bilinear": 2', '"linear": 1'),
        ("1 < len(factors) != axes", "3 < len(factors) != axes"),
        ("features != expected", "False"),
        ('"Linear": "in_features"', '"Linear": "out_features"'),
        ("and _is_bound(pair.second)", ""),
        ("and _is_bound(pair.second)", "and False"),
    ],
    "missing-slice-phases": [
        ("read == total or", "read * 2 >= total or"),
        ("or _LABELS.search(slices.subject)", ""),
        ("read == total or", "read == total or slices.count > 1 or"),
        ("read == total or", "read == total or slices.count == 1 or"),
        ("read_cells(slices)", "(slices.count, len(slices.periods) * 2)"),
    ],
    "no-op-pool": [
        ("or not fact.reduced or", "or"),
        ("or not fact.reduced or", "or fact.reduced or"),
        ("max(*kernel, *stride) > 1", "max(*stride) > 1"),
        ("max(*kernel, *stride) > 1", "max(*kernel) > 1"),
        ("written_in_call=True", "written_in_call=False"),
        ("(Kind.MAX_POOL, Kind.AVERAGE_POOL)", "(Kind.MAX_POOL,)"),
    ],
    "padding-only-window": [
        ("(p - d * (k - 1) - 1)", "(p - (k - 1) - 1)"),
        ("(p - d * (k - 1) - 1)", "(p - d * k - 1)"),
        ('layer.options.get("padding_mode", "zeros") != "zeros"', "False"),
        ("(p - d * (k - 1) - 1)", "(p - 1)"),
        ("if empty < 1:", "if empty < 2:"),
    ],
    "repeated-activation": [
        ('"relu": frozenset({"relu", "relu6"}) | _UP_TO_ONE', '"relu": frozenset({"relu6"}) | _UP_TO_ONE'),
        ('"relu": frozenset({"relu", "relu6"}) | _UP_TO_ONE', '"relu": frozenset({"relu", "relu6"})'),
        ("first not in _KEEPS.get(second, ())", "first != second"),
        ("first not in _KEEPS.get(second, ())", "second not in _KEEPS"),
        ("if pair.together", "if False"),
    ],
    "trailing-pixels-unread": [
        ("if not any(left) or", "if"),
        ("trailing_unread(n, o, k, s, d, p) if", "trailing_unread(n, o, k, s, d, 0) if"),
        ("residues_reached(k, s, d) == s else 0", "residues_reached(k, s, d) < s else 0"),
        ("fact.size, fact.outputs, kernel", "fact.outputs, fact.outputs, kernel"),
    ],
    "transposed-holes": [
        ("if written == 1:", "if min(kernel) > 1:"),
        ("if written == 1:", "if max(stride) < 3:"),
        ("read_fraction(kernel, stride, dilation)", "read_fraction(kernel, stride, (1,) * len(stride))"),
        ("layer.kind is Kind.TRANSPOSED", "True"),
    ],
    "transposed-output-padding": [
        ("range(1, op - p + 1)", "range(1, op + 1)"),
        ("range(1, op - p + 1)", "range(1, op - p)"),
        ("range(1, op - p + 1)", "range(1, op - 2 * p + 1)"),
        ("range(1, op - p + 1)", "range(1, 2)"),
        ("(d * (k - 1) + more) % s in met", "True"),
        ("if layer.kind is Kind.TRANSPOSED", "if layer.kind is Kind.TRANSPOSED and layer.op.endswith('2d')"),
    ],
    "transposed-uneven-overlap": [
        ("all(k % s == 0 for k, s, _ in axes)", "all(k % 2 == 0 for k, s, _ in axes)"),
        ("all(k % s == 0 for k, s, _ in axes)", "False"),
        ("all(k % s == 0 for k, s, _ in axes)", "all(k == s for k, s, _ in axes)"),
        ("any(k < s or gcd(d, s) > 1 for k, s, d in axes)", "False"),
        ("any(k < s or gcd(d, s) > 1 for k, s, d in axes)", "any(k < s for k, s, d in axes)"),
    ],
    "uneven-padding": [
        ("(2 * p - d * (k - 1) - 1) % s", "(p - d * (k - 1) - 1) % s"),
        ("if left > p", "if left >= p"),
        ("if left > p", "if False"),
        ("(column - tap) % s == 0", "True"),
        ("range(p - left, p)", "range(p - left)"),
    ],
}  # fmt: skip


def mutated(rule: Rule, old: str, new: str, monkeypatch: pytest.MonkeyPatch) -> Rule:
    """The rule with one piece of its file replaced, under the same name and with the same page."""
    original = sys.modules[type(rule).__module__]
    assert original.__file__ is not None
    source = Path(original.__file__).read_text(encoding="utf-8")
    _, start, code = source.partition("\nfrom __future__ import annotations\n")
    assert code.count(old) == 1, f"{old!r} stands {code.count(old)} times in the rule"
    name = f"{original.__name__}_mutated"
    spec = importlib.util.spec_from_loader(name, loader=None)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, module)
    exec(compile(start + code.replace(old, new), f"{name}.py", "exec"), vars(module))
    module.__doc__ = original.__doc__
    (changed,) = [
        value
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, Rule) and value.__module__ == name
    ]
    return changed()


@pytest.mark.parametrize(
    ("name", "old", "new"), [(name, *pair) for name, pairs in sorted(MUTATIONS.items()) for pair in pairs]
)
def test_an_example_fails_when_the_condition_is_another(
    name: str, old: str, new: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = run_examples(mutated(RULES[name], old, new, monkeypatch))
    assert failures
    assert not any("raised" in failed.reason for failed in failures)


def test_every_rule_has_three_mutations() -> None:
    assert sorted(name for name, pairs in MUTATIONS.items() if len(pairs) >= 3) == sorted(RULES)

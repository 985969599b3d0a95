"""What rules say of torch, against torch: what it refuses, what resizing reads, what normalisation takes out."""

from __future__ import annotations

import warnings
from fractions import Fraction
from typing import Any

import pytest
from fixing import RULES, findings
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # torch complains where numpy is missing
    torch: Any = pytest.importorskip("torch")

torch.set_num_threads(1)
HEAD = "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n\n"
PROPERTY = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


def refused(text: str, size: int = 24, channels: int = 8) -> bool:
    """Whether torch raises when it builds ``layer`` or runs it on an input that is large enough for any window."""
    names: dict[str, Any] = {}
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        try:
            exec(HEAD + text, names)
            names["layer"](torch.zeros(2, channels, size, size))
        except (RuntimeError, ValueError, AssertionError, ZeroDivisionError):
            return True
    return False


def is_invalid(text: str) -> bool:
    return bool(findings(HEAD + text, ["invalid-layer"]))


PADDING = st.one_of(st.integers(-1, 2), st.sampled_from(["'same'", "'valid'", "'full'"]))
MODES = st.sampled_from(["'zeros'", "'zeros'", "'reflect'", "'circular'", "'mirror'"])


@PROPERTY
@given(st.integers(0, 4), st.integers(0, 3), PADDING, st.integers(0, 3), st.integers(1, 9), st.integers(1, 12), MODES)
@example(0, 1, 0, 1, 1, 8, "'zeros'")
@example(3, 1, -1, 1, 1, 8, "'zeros'")
@example(3, 1, 1, 0, 1, 8, "'zeros'")
def test_convolutions(k: int, s: int, p: object, d: int, groups: int, out: int, mode: str) -> None:
    more = f"dilation={d}, groups={groups}, padding_mode={mode}"
    text = f"layer = nn.Conv2d(8, {out}, {k}, stride={s}, padding={p}, {more})\n"
    assert is_invalid(text) == refused(text)


@PROPERTY
@given(
    st.integers(0, 4), st.integers(1, 3), st.integers(-1, 2), st.integers(-1, 4), st.integers(1, 3),
    st.sampled_from([1, 2, 3, 8]),
)  # fmt: skip
def test_transposed_convolutions(k: int, s: int, p: int, op: int, d: int, groups: int) -> None:
    text = f"layer = nn.ConvTranspose2d(8, 16, {k}, {s}, {p}, output_padding={op}, dilation={d}, groups={groups})\n"
    assert is_invalid(text) == refused(text)


@PROPERTY
@given(st.sampled_from(["Max", "Avg"]), st.integers(0, 5), st.integers(0, 3), st.integers(-1, 3), st.integers(0, 3))
@example("Max", 2, 2, 2, 2)
def test_pools(word: str, k: int, s: int, p: int, d: int) -> None:
    if word == "Max" and k // 2 < p <= (d * (k - 1) + 1) // 2:
        return  # the check of shapes allows it, the kernel for the CPU does not
    dilation = f", dilation={d}" if word == "Max" else ""
    text = f"layer = nn.{word}Pool2d({k}, stride={s}, padding={p}{dilation})\n"
    assert is_invalid(text) == refused(text)
    text = f"def layer(x):\n    return F.{word.lower()}_pool2d(x, {k}, stride={s}, padding={p}{dilation})\n"
    assert is_invalid(text) == refused(text)


@PROPERTY
@given(st.integers(1, 9), st.integers(1, 9), st.sampled_from(["BatchNorm2d", "Conv2d", "GroupNorm"]))
def test_neighbours(given_: int, wanted: int, kind: str) -> None:
    second = {"BatchNorm2d": f"({wanted})", "Conv2d": f"({wanted}, 4, 1)", "GroupNorm": f"(1, {wanted})"}[kind]
    text = f"layer = nn.Sequential(nn.Conv2d(8, {given_}, 1), nn.{kind}{second})\n"
    assert is_invalid(text) == refused(text) == (given_ != wanted)


@PROPERTY
@given(st.integers(1, 9), st.integers(1, 9), st.sampled_from(["", ", affine=True", ", track_running_stats=True"]))
def test_an_instance_norm_beside_a_convolution(given_: int, wanted: int, more: str) -> None:
    text = f"layer = nn.Sequential(nn.Conv2d(8, {given_}, 1), nn.InstanceNorm2d({wanted}{more}))\n"
    assert is_invalid(text) == refused(text) == (given_ != wanted and more != "")


@pytest.mark.parametrize("first", ["Linear(4, {})", "LayerNorm({})", "Embedding(4, {})"])
@pytest.mark.parametrize("second", ["Linear({}, 5)", "LayerNorm({})", "LayerNorm(({},))"])
@pytest.mark.parametrize(("given_", "wanted"), [(4, 4), (4, 6), (6, 4), (4, 1), (1, 4)])
def test_features_of_neighbours(first: str, second: str, given_: int, wanted: int) -> None:
    text = f"layer = nn.Sequential(nn.{first.format(given_)}, nn.{second.format(wanted)})\n"
    names: dict[str, Any] = {}
    exec(HEAD + text, names)
    last = given_ if "LayerNorm" in first else 4
    x = torch.zeros(2, 3, dtype=torch.long) if "Embedding" in first else torch.zeros(2, 3, last)
    try:
        names["layer"](x)
        raised = False
    except RuntimeError:
        raised = True
    assert raised == (given_ != wanted)
    assert is_invalid(text) == (raised and "((" not in second)


@pytest.mark.parametrize("first", ["Conv{}d(4, 4, 1)", "ConvTranspose{}d(4, 4, 1)"])
@pytest.mark.parametrize("second", ["BatchNorm{}d(4)", "Conv{}d(4, 4, 1)", "ConvTranspose{}d(4, 4, 1)"])
@pytest.mark.parametrize("axes", range(1, 4))
@pytest.mark.parametrize("wanted", range(1, 4))
def test_axes_of_neighbours(first: str, second: str, axes: int, wanted: int) -> None:
    text = f"layer = nn.Sequential(nn.{first.format(axes)}, nn.{second.format(wanted)})\n"
    names: dict[str, Any] = {}
    exec(HEAD + text, names)
    raised = []
    for batch in ((4,), (4, 4)):
        try:  # every size is the number of channels, so that these cannot disagree
            names["layer"](torch.zeros(*batch, *[4] * axes))
            raised.append(False)
        except (RuntimeError, ValueError):
            raised.append(True)
    assert is_invalid(text) == all(raised)


@pytest.mark.parametrize("sizes", ["3", "(3, 3)", "(3, 3, 3)", "(1, 1, 1, 1)", "[3, 3, 3]"])
@pytest.mark.parametrize("name", ["kernel_size", "stride", "padding", "dilation"])
@pytest.mark.parametrize("layer", ["Conv2d(8, 4, ", "ConvTranspose2d(8, 4, ", "MaxPool2d("])
def test_as_many_sizes_as_axes(layer: str, name: str, sizes: str) -> None:
    kernel = f"kernel_size={sizes}" if name == "kernel_size" else f"kernel_size=7, {name}={sizes}"
    text = f"layer = nn.{layer}{kernel})\n"
    assert is_invalid(text) == refused(text) == (sizes.count(",") > 1)


@PROPERTY
@given(st.integers(-1, 3), st.integers(-1, 3), st.integers(-1, 3), st.integers(-1, 3))
def test_unfolding(k: int, s: int, p: int, d: int) -> None:
    text = f"layer = nn.Unfold({k}, stride={s}, padding={p}, dilation={d})\n"
    assert is_invalid(text) == refused(text)


@PROPERTY
@given(st.integers(-1, 9), st.integers(1, 16))
@example(0, 8)
def test_groups_and_heads(parts: int, whole: int) -> None:
    text = f"layer = nn.GroupNorm({parts}, {whole})\n"
    assert is_invalid(text) == refused(text, channels=whole) == (parts < 1 or whole % parts > 0)
    built = HEAD + f"layer = nn.MultiheadAttention({whole}, {parts})\n"
    try:
        exec(built, {})
        raised = False
    except (AssertionError, ValueError):
        raised = True
    assert bool(findings(built, ["invalid-layer"])) == raised


@pytest.mark.parametrize("mode", ["linear", "bilinear", "bicubic", "trilinear", "nearest", "area", "cubic", "nearst"])
@pytest.mark.parametrize("axes", range(1, 4))
@pytest.mark.parametrize("size", range(1, 4))
def test_modes_and_scale_factors(mode: str, axes: int, size: int) -> None:
    text = f"def layer(x):\n    return F.interpolate(x, scale_factor={(2.0,) * size}, mode={mode!r})\n"
    names: dict[str, Any] = {}
    exec(HEAD + text, names)

    def raises(rank: int) -> bool:
        try:
            names["layer"](torch.zeros(1, 2, *[3] * rank))
        except (RuntimeError, ValueError):
            return True
        return False

    # One factor in a tuple is not told from one for all axes.
    assert is_invalid(text) == all(map(raises, range(1, 4))) or size == 1
    assert not is_invalid(text) or raises(axes)


@pytest.mark.parametrize("mode", ["nearest", "nearest-exact", "area", "bilinear", "bicubic"])
@pytest.mark.parametrize("corners", ["", ", align_corners=True", ", align_corners=False", ", align_corners=None"])
@pytest.mark.parametrize("antialias", ["", ", antialias=True", ", antialias=False"])
@pytest.mark.parametrize("size", ["scale_factor=2", "size=(5, 7)"])
def test_options_of_resizing(mode: str, corners: str, antialias: str, size: str) -> None:
    text = f"def layer(x):\n    return F.interpolate(x, {size}, mode={mode!r}{corners}{antialias})\n"
    assert is_invalid(text) == refused(text)
    if not antialias:
        text = f"layer = nn.Upsample({size}, mode={mode!r}{corners})\n"
        assert is_invalid(text) == refused(text)


@pytest.mark.parametrize("corners", ["", ", align_corners=True", ", align_corners=False"])
@pytest.mark.parametrize("antialias", ["", ", antialias=True", ", antialias=False"])
def test_options_of_lanczos(corners: str, antialias: str) -> None:
    text = f"def layer(x):\n    return F.interpolate(x, scale_factor=2, mode='lanczos'{corners}{antialias})\n"
    # Not given, antialias cannot be told from not known.
    assert is_invalid(text) == refused(text) or (antialias == "" and corners != ", align_corners=True")
    text = f"layer = nn.Upsample(scale_factor=2, mode='lanczos'{corners})\n"
    assert is_invalid(text)
    assert refused(text)


@PROPERTY
@given(st.integers(1, 40), st.integers(1, 4), st.sampled_from(["PixelShuffle", "ChannelShuffle"]))
def test_shuffled_channels(channels: int, factor: int, kind: str) -> None:
    text = f"layer = nn.Sequential(nn.Conv2d(8, {channels}, 1), nn.{kind}({factor}))\n"
    assert is_invalid(text) == refused(text)


def read_by(mode: str, factor: Fraction, antialias: bool = False) -> Fraction:
    """The part of one period, far from the borders, with any weight in ``interpolate`` of a long vector."""
    period = (1 / factor).numerator
    size = period * 12
    x = torch.zeros(1, 1, size, size, dtype=torch.float64, requires_grad=True)
    corners = None if mode.startswith("nearest") or mode == "area" else False
    y = torch.nn.functional.interpolate(
        x, scale_factor=float(factor), mode=mode, align_corners=corners, antialias=antialias
    )
    # Squared random weights, so that nothing cancels.
    gradient = torch.autograd.grad(y, x, torch.rand_like(y) + 1)[0][0, 0].abs().sum(0)
    inside = gradient[period * 4 : period * 8]
    return Fraction(int((inside > 1e-9).sum()), 4 * period)


@pytest.mark.parametrize("mode", ["nearest", "nearest-exact", "bilinear", "bicubic"])
@pytest.mark.parametrize(
    "factor",
    [*(Fraction(1, n) for n in range(2, 9)), *(Fraction(2, n) for n in (3, 5, 7)), Fraction(3, 4), Fraction(3, 10)],
)  # fmt: skip
def test_what_resizing_reads(mode: str, factor: Fraction) -> None:
    import sys

    read_share = sys.modules[type(RULES["interpolate-drops-pixels"]).__module__].read_share
    assert read_share(mode, factor) == read_by(mode, factor)


@pytest.mark.parametrize("factor", [Fraction(1, 3), Fraction(1, 4), Fraction(2, 7)])
def test_antialiasing_and_areas_read_everything(factor: Fraction) -> None:
    assert read_by("bilinear", factor, True) == read_by("bicubic", factor, True) == read_by("area", factor) == 1


@PROPERTY
@given(st.sampled_from(["bilinear", "bicubic"]), st.sampled_from([0.5, 0.4, 0.3333, 0.25, 0.2]), st.integers(8, 40))
def test_antialias_keeps_the_shape(mode: str, factor: float, size: int) -> None:
    from convlint.fixes.apply import apply_edits

    text = HEAD + f"def layer(x):\n    return F.interpolate(x, scale_factor={factor}, mode={mode!r})\n"
    for finding in findings(text, ["interpolate-drops-pixels"]):
        (fix,) = finding.fixes
        mended = apply_edits(text, fix.edits)
        assert findings(mended, ["interpolate-drops-pixels"]) == ()
        shapes = []
        for source in (text, mended):
            names: dict[str, Any] = {}
            exec(source, names)
            shapes.append(names["layer"](torch.zeros(1, 2, size, size + 3)).shape)
        assert shapes[0] == shapes[1]


@pytest.mark.parametrize("norm", ["nn.BatchNorm2d(6)", "nn.InstanceNorm2d(6)", "nn.GroupNorm(6, 6)"])
def test_normalisation_takes_the_bias_out(norm: str) -> None:
    from convlint.fixes.apply import apply_edits

    text = HEAD + f"layer = nn.Sequential(nn.Conv2d(4, 6, 3), {norm})\n"
    ((fix,),) = (finding.fixes for finding in findings(text, ["bias-before-norm"]))
    mended = apply_edits(text, fix.edits)
    assert "nn.Conv2d(4, 6, 3, bias=False)" in mended
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    exec(text, before)
    exec(mended, after)
    old, new = before["layer"], after["layer"]
    with torch.no_grad():
        new[0].weight.copy_(old[0].weight)
        x = torch.randn(5, 4, 9, 9)
        assert torch.allclose(old(x), new(x), atol=1e-5)


@pytest.mark.parametrize("norm", ["nn.GroupNorm(2, 6)", "nn.LayerNorm(7)"])
def test_other_normalisation_does_not(norm: str) -> None:
    assert findings(HEAD + f"layer = nn.Sequential(nn.Conv2d(4, 6, 3), {norm})\n", ["bias-before-norm"]) == ()


@pytest.mark.parametrize(
    "first", ["ReLU()", "ReLU6()", "Sigmoid()", "Hardsigmoid()", "Softmax(1)", "Tanh()", "LeakyReLU()", "GELU()"]
)
@pytest.mark.parametrize("second", ["ReLU()", "ReLU6()", "Sigmoid()", "LeakyReLU()"])
def test_activations_that_change_nothing(first: str, second: str) -> None:
    text = HEAD + f"layer = nn.Sequential(nn.{first}, nn.{second})\n"
    names: dict[str, Any] = {}
    exec(text, names)
    x = torch.randn(4, 3, 20) * 10
    same = torch.equal(names["layer"](x), names["layer"][0](x))
    found = bool(findings(text, ["repeated-activation"]))
    assert found == (same and second != "LeakyReLU()")


@PROPERTY
@given(st.integers(1, 20), st.integers(1, 20))
def test_samples_between_frames(hop: int, window: int) -> None:
    n_fft = 20
    x = torch.zeros(1, 200, dtype=torch.float64, requires_grad=True)
    y = torch.stft(x, n_fft, hop, window, window=torch.ones(window, dtype=torch.float64), return_complex=True)
    gradient = torch.autograd.grad(torch.view_as_real(y), x, torch.rand(*y.shape, 2, dtype=torch.float64) + 1)[0][0]
    unread = bool((gradient[60:140].abs() < 1e-12).any())
    text = HEAD + f"def f(x):\n    return torch.stft(x, {n_fft}, {hop}, {window}, return_complex=True)\n"
    assert bool(findings(text, ["hop-exceeds-window"])) == unread == (hop > window)


@PROPERTY
@given(
    st.sampled_from(["Conv2d(8, 4, ", "MaxPool2d(", "AvgPool2d("]),
    st.integers(1, 5),
    st.integers(1, 3),
    st.integers(0, 4),
    st.integers(1, 3),
    st.integers(1, 8),
    st.sampled_from(["zeros", "reflect", "circular"]),
)
@example("Conv2d(8, 4, ", 3, 1, 3, 1, 3, "reflect")
@example("Conv2d(8, 4, ", 3, 1, 3, 1, 3, "circular")
@example("MaxPool2d(", 2, 2, 0, 1, 1, "zeros")
def test_a_window_on_its_map(layer: str, k: int, s: int, p: int, d: int, n: int, mode: str) -> None:
    """On a map of known size: too small for the window, or for the padding that repeats it."""
    more = f", dilation={d}, padding_mode={mode!r}" if "Conv" in layer else f", dilation={d}" if "Max" in layer else ""
    text = f"layer = nn.{layer}{k}, {s}, {min(p, k // 2) if 'Pool' in layer else p}{more})\n"
    assert is_invalid(f"{text}layer(torch.zeros(2, 8, {n}, {n}))\n") == refused(text, size=n)


@PROPERTY
@given(
    st.sampled_from(
        ["InstanceNorm2d(8)", "InstanceNorm2d(8, track_running_stats=True)", "ReflectionPad2d({})", "CircularPad2d({})",
         "ReflectionPad2d((1, {}, 0, 2))", "PixelUnshuffle({})", "AdaptiveAvgPool2d({})"]
    ),
    st.integers(1, 4),
    st.integers(1, 6),
)  # fmt: skip
@example("InstanceNorm2d(8)", 1, 1)
@example("CircularPad2d({})", 3, 3)
@example("ReflectionPad2d({})", 3, 3)
def test_a_module_on_its_map(module: str, number: int, n: int) -> None:
    text = f"layer = nn.{module.format(number)}\n"
    if "track_running_stats" in module:
        text += "layer.eval()\n"  # in training, a batch of one position is refused
    assert is_invalid(f"{text}layer(torch.zeros(2, 8, {n}, {n}))\n") == refused(text, size=n)

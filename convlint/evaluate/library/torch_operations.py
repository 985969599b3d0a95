"""Calls of torch that compute something rules ask about beside sliding windows: resizing and framing."""

from __future__ import annotations

from typing import Any

from convlint.evaluate.environment import Arguments
from convlint.evaluate.library.torch_windows import constant
from convlint.evaluate.machine import Machine
from convlint.evaluate.paths import resolve
from convlint.evaluate.sizes.shapes import factors
from convlint.evaluate.tensors.readers import note
from convlint.evaluate.values import NONE, Builtin, Const, Span, Tensor, Value

_RESIZE = ("input", "size", "scale_factor", "mode", "align_corners", "recompute_scale_factor", "antialias")
_STFT = ("input", "n_fft", "hop_length", "win_length", "window", "center", "pad_mode", "normalized", "onesided")


def resizing(name: str) -> Builtin:
    """``torch.nn.functional.interpolate``, and ``upsample``, its older name."""

    def call(machine: Machine, args: Arguments, site: Span) -> Value:
        given = {**dict(zip(_RESIZE, args.positional, strict=False)), **args.keywords}
        mode = _value(machine, given.get("mode", Const("nearest")))
        scale = factors(_value(machine, given.get("scale_factor", NONE)))
        corners, antialias = (_value(machine, given.get(key, NONE)) for key in ("align_corners", "antialias"))
        if args.unknown is None and isinstance(mode, str) and (scale is not None or corners is not None or antialias):
            content = (f"torch.nn.functional.{name}", site, mode, scale, corners, antialias)
            machine.record.add(site, note("resize", site, content), machine.path)
        return Tensor()

    return Builtin(name, call)


def framing() -> Builtin:
    """``torch.stft``: the numbers meet where the hop and the window length come together."""

    def call(machine: Machine, args: Arguments, site: Span) -> Value:
        given = {**dict(zip(_STFT, args.positional, strict=False)), **args.keywords}
        n_fft, hop, win = (_value(machine, given.get(key, NONE)) for key in ("n_fft", "hop_length", "win_length"))
        if args.unknown is None and isinstance(n_fft, int):
            hop = n_fft // 4 if _is_none(machine, given.get("hop_length", NONE)) else hop
            win = n_fft if _is_none(machine, given.get("win_length", NONE)) else win
            content = tuple(number if isinstance(number, int) else None for number in (n_fft, hop, win))
            origins = [
                (role, value.origin)
                for role, names in (("kernel_size", ("win_length", "n_fft")), ("stride", ("hop_length",)))
                for value in [
                    next((v for v in (_const(machine, given.get(name)) for name in names) if v is not None), None)
                ]
                if value is not None and value.origin is not None
            ]
            machine.record.add(site, note("frames", site, content, tuple(origins)), machine.path)
        return Tensor()

    return Builtin("stft", call)


def _const(machine: Machine, value: Value | None) -> Const | None:
    found = resolve(value, machine.path) if value is not None else None
    return found if isinstance(found, Const) and found.value is not None else None


def _is_none(machine: Machine, value: Value) -> bool:
    found = resolve(value, machine.path)
    return isinstance(found, Const) and found.value is None


def _value(machine: Machine, value: Value) -> Any:
    """A plain value; None too where it is not known."""
    found = constant(resolve(value, machine.path))
    return found.value if found is not None else None

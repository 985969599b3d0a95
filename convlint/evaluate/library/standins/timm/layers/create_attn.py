"""Stands for timm.layers.create_attn of timm 1.0: attention layers by name."""

from functools import partial

# The others by name: convlint takes this for an unknown.
from . import attention_not_modelled
from .eca import EcaModule
from .selective_kernel import SelectiveKernel
from .split_attn import SplitAttn
from .squeeze_excite import EffectiveSEModule, SEModule

_BY_NAME = {
    "se": SEModule,
    "ese": EffectiveSEModule,
    "eca": EcaModule,
    "ecam": partial(EcaModule, use_mlp=True),
    "sk": SelectiveKernel,
    "splat": SplitAttn,
}


def get_attn(attn_type):
    if isinstance(attn_type, str) and attn_type:
        return _BY_NAME.get(attn_type.lower(), attention_not_modelled)
    if isinstance(attn_type, bool) or not attn_type:
        return SEModule if attn_type else None
    return attn_type


def create_attn(attn_type, channels, **kwargs):
    layer = get_attn(attn_type)
    return layer(channels, **kwargs) if layer is not None else None

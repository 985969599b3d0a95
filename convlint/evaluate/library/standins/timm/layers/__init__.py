"""Stands for timm.layers of timm 1.0."""

from .activations import GELU, GELUTanh, HardMish, HardSigmoid, HardSwish, Mish, PReLU, QuickGELU, Sigmoid, Swish, Tanh
from .adaptive_avgmax_pool import AdaptiveAvgMaxPool2d, SelectAdaptivePool2d, adaptive_avgmax_pool2d
from .blur_pool import BlurPool2d, create_aa
from .classifier import ClassifierHead, create_classifier
from .cond_conv2d import CondConv2d
from .conv2d_same import Conv2dSame, conv2d_same
from .conv_bn_act import ConvBnAct, ConvNormAct, ConvNormActAa
from .create_act import create_act_layer, get_act_layer
from .create_attn import create_attn, get_attn
from .create_conv2d import create_conv2d
from .create_norm import create_norm_layer, get_norm_layer
from .create_norm_act import create_norm_act_layer, get_norm_act_layer
from .drop import DropBlock2d, DropPath, calculate_drop_path_rates, drop_path
from .eca import EcaModule, EfficientChannelAttn
from .helpers import extend_tuple, make_divisible, to_2tuple, to_3tuple, to_4tuple, to_ntuple
from .layer_scale import LayerScale, LayerScale2d
from .linear import Linear
from .mixed_conv2d import MixedConv2d
from .mlp import ConvMlp, Mlp
from .norm import (
    GroupNorm,
    GroupNorm1,
    LayerNorm,
    LayerNorm2d,
    LayerNorm2dFp32,
    LayerNormFp32,
    RmsNorm,
    RmsNorm2d,
    SimpleNorm,
    SimpleNorm2d,
)
from .norm_act import (
    BatchNormAct2d,
    FrozenBatchNormAct2d,
    GroupNorm1Act,
    GroupNormAct,
    LayerNormAct,
    LayerNormAct2d,
    RmsNormAct,
    RmsNormAct2d,
)
from .padding import get_padding, get_same_padding, pad_same
from .patch_embed import PatchEmbed
from .pool2d_same import AvgPool2dSame, create_pool2d
from .selective_kernel import SelectiveKernel
from .separable_conv import SeparableConv2d, SeparableConvNormAct
from .split_attn import SplitAttn
from .squeeze_excite import EffectiveSEModule, EffectiveSqueezeExcite, SEModule, SqueezeExcite
from .std_conv import ScaledStdConv2d, ScaledStdConv2dSame, StdConv2d, StdConv2dSame
from .weight_init import (
    init_weight_jax,
    init_weight_vit,
    lecun_normal_,
    trunc_normal_,
    trunc_normal_tf_,
    variance_scaling_,
)

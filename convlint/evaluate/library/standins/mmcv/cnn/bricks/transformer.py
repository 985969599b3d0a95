"""Stands for mmcv.cnn.bricks.transformer of mmcv 2.2: patches, attention and what follows it, without whole layers."""

import math

import torch.nn as nn
import torch.nn.functional as F
from mmengine.model import BaseModule, Sequential
from mmengine.registry import MODELS
from mmengine.utils import to_2tuple

from .activation import build_activation_layer
from .conv import build_conv_layer
from .drop import build_dropout
from .norm import build_norm_layer
from .wrappers import Linear


def build_positional_encoding(cfg, default_args=None):
    return MODELS.build(cfg, default_args=default_args)


build_attention = build_feedforward_network = build_positional_encoding
build_transformer_layer = build_transformer_layer_sequence = build_positional_encoding


class AdaptivePadding(nn.Module):
    def __init__(self, kernel_size=1, stride=1, dilation=1, padding="corner"):
        super().__init__()
        self.padding = padding
        self.kernel_size, self.stride, self.dilation = to_2tuple(kernel_size), to_2tuple(stride), to_2tuple(dilation)

    def get_pad_shape(self, input_shape):
        axes = zip(input_shape, self.kernel_size, self.stride, self.dilation)
        return tuple([max((math.ceil(n / s) - 1) * s + (k - 1) * d + 1 - n, 0) for n, k, s, d in axes])

    def forward(self, x):
        down, right = self.get_pad_shape(x.size()[-2:])
        up, left = (0, 0) if self.padding == "corner" else (down // 2, right // 2)
        return F.pad(x, [left, right - left, up, down - up])


class _Patches(BaseModule):
    """What both classes share: sizes as pairs, and a padding by itself where its name is given."""

    def _sizes(self, kernel_size, stride, dilation, padding):
        sizes = [to_2tuple(size) for size in (kernel_size, stride or kernel_size, dilation)]
        self.adaptive_padding = AdaptivePadding(*sizes, padding) if isinstance(padding, str) else None
        return *sizes, to_2tuple(padding if self.adaptive_padding is None else 0)


class PatchEmbed(_Patches):
    def __init__(
        self,
        in_channels=3,
        embed_dims=768,
        conv_type="Conv2d",
        kernel_size=16,
        stride=16,
        padding="corner",
        dilation=1,
        bias=True,
        norm_cfg=None,
        input_size=None,
        init_cfg=None,
    ):
        super().__init__(init_cfg=init_cfg)
        self.embed_dims = embed_dims
        size, step, spread, pad = self._sizes(kernel_size, stride, dilation, padding)
        self.projection = build_conv_layer(
            {"type": conv_type},
            in_channels=in_channels,
            out_channels=embed_dims,
            kernel_size=size,
            stride=step,
            padding=pad,
            dilation=spread,
            bias=bias,
        )
        self.norm = build_norm_layer(norm_cfg, embed_dims)[1] if norm_cfg is not None else None
        self.init_input_size = self.init_out_size = None
        if input_size:
            self.init_input_size = shape = to_2tuple(input_size)
            if self.adaptive_padding:
                shape = tuple([n + more for n, more in zip(shape, self.adaptive_padding.get_pad_shape(shape))])
            axes = zip(shape, size, step, spread, pad)
            self.init_out_size = tuple([(n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, d, p in axes])

    def forward(self, x):
        x = self.projection(self.adaptive_padding(x) if self.adaptive_padding else x)
        size = (x.shape[2], x.shape[3])
        x = x.flatten(2).transpose(1, 2)
        return x if self.norm is None else self.norm(x), size


class PatchMerging(_Patches):
    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size=2,
        stride=None,
        padding="corner",
        dilation=1,
        bias=False,
        norm_cfg={"type": "LN"},
        init_cfg=None,
    ):
        super().__init__(init_cfg=init_cfg)
        self.in_channels, self.out_channels = in_channels, out_channels
        size, step, spread, pad = self._sizes(kernel_size, stride, dilation, padding)
        self.sampler = nn.Unfold(kernel_size=size, dilation=spread, padding=pad, stride=step)
        width = size[0] * size[1] * in_channels
        self.norm = build_norm_layer(norm_cfg, width)[1] if norm_cfg is not None else None
        self.reduction = nn.Linear(width, out_channels, bias=bias)

    def forward(self, x, input_size):
        x = self.sampler(x).transpose(1, 2)
        return self.reduction(x if self.norm is None else self.norm(x)), input_size


@MODELS.register_module()
class MultiheadAttention(BaseModule):
    def __init__(
        self,
        embed_dims,
        num_heads,
        attn_drop=0.0,
        proj_drop=0.0,
        dropout_layer={"type": "Dropout", "drop_prob": 0.0},
        init_cfg=None,
        batch_first=False,
        **kwargs,
    ):
        super().__init__(init_cfg)
        self.embed_dims, self.num_heads, self.batch_first = embed_dims, num_heads, batch_first
        self.proj_drop = nn.Dropout(proj_drop)
        self.dropout_layer = build_dropout(dropout_layer) if dropout_layer else nn.Identity()

    def forward(self, query, key=None, value=None, identity=None, query_pos=None, key_pos=None, **kwargs):
        return query


@MODELS.register_module()
class FFN(BaseModule):
    def __init__(
        self,
        embed_dims=256,
        feedforward_channels=1024,
        num_fcs=2,
        act_cfg={"type": "ReLU", "inplace": True},
        ffn_drop=0.0,
        dropout_layer=None,
        add_identity=True,
        init_cfg=None,
        layer_scale_init_value=0.0,
        **renamed,
    ):
        super().__init__(init_cfg)
        self.embed_dims, self.feedforward_channels = embed_dims, feedforward_channels
        self.num_fcs, self.add_identity = num_fcs, renamed.get("add_residual", add_identity)
        layers, width = [], embed_dims
        for _ in range(num_fcs - 1):
            hidden = Linear(width, feedforward_channels)
            layers.append(Sequential(hidden, build_activation_layer(act_cfg), nn.Dropout(ffn_drop)))
            width = feedforward_channels
        self.layers = Sequential(*layers, Linear(feedforward_channels, embed_dims), nn.Dropout(ffn_drop))
        self.dropout_layer = build_dropout(dropout_layer) if dropout_layer else nn.Identity()

    def forward(self, x, identity=None):
        x = self.dropout_layer(self.layers(x))
        return x if not self.add_identity else x + identity

"""Stands for timm.layers.norm_act of timm 1.0: normalisation and activation in one layer."""

import torch.nn as nn

from .create_act import create_act_layer


class _Activated(nn.Module):
    """What such layers share: the activation, and a drop layer before it."""

    def _add_act(self, apply_act, act_layer, act_kwargs, inplace, drop_layer):
        self.drop = drop_layer() if drop_layer is not None else nn.Identity()
        act = create_act_layer(act_layer, inplace=inplace, **(act_kwargs or {})) if apply_act and act_layer else None
        self.act = act or nn.Identity()


class BatchNormAct2d(nn.BatchNorm2d, _Activated):
    def __init__(
        self,
        num_features,
        eps=1e-5,
        momentum=0.1,
        affine=True,
        track_running_stats=True,
        apply_act=True,
        act_layer=nn.ReLU,
        act_kwargs=None,
        inplace=True,
        drop_layer=None,
        device=None,
        dtype=None,
    ):
        super().__init__(num_features, eps, momentum, affine, track_running_stats)
        self._add_act(apply_act, act_layer, act_kwargs, inplace, drop_layer)


class FrozenBatchNormAct2d(_Activated):
    def __init__(
        self,
        num_features,
        eps=1e-5,
        apply_act=True,
        act_layer=nn.ReLU,
        act_kwargs=None,
        inplace=True,
        drop_layer=None,
        device=None,
        dtype=None,
    ):
        super().__init__()
        self._add_act(apply_act, act_layer, act_kwargs, inplace, drop_layer)


class GroupNormAct(nn.GroupNorm, _Activated):
    def __init__(
        self,
        num_channels,
        num_groups=32,
        eps=1e-5,
        affine=True,
        group_size=None,
        apply_act=True,
        act_layer=nn.ReLU,
        act_kwargs=None,
        inplace=True,
        drop_layer=None,
        device=None,
        dtype=None,
    ):
        super().__init__(num_channels // group_size if group_size else num_groups, num_channels, eps, affine)
        self._add_act(apply_act, act_layer, act_kwargs, inplace, drop_layer)


class LayerNormAct(nn.LayerNorm, _Activated):
    def __init__(
        self,
        normalization_shape,
        eps=1e-5,
        affine=True,
        apply_act=True,
        act_layer=nn.ReLU,
        act_kwargs=None,
        inplace=True,
        drop_layer=None,
        **kwargs,
    ):
        super().__init__(normalization_shape, eps, affine)
        self._add_act(apply_act, act_layer, act_kwargs, inplace, drop_layer)


class GroupNorm1Act(LayerNormAct):
    pass


class LayerNormAct2d(LayerNormAct):
    pass


class RmsNormAct(LayerNormAct):
    pass


class RmsNormAct2d(LayerNormAct):
    pass

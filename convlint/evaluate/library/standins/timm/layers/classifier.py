"""Stands for timm.layers.classifier of timm 1.0: global pooling and a linear layer, or a 1x1 convolution."""

import torch.nn as nn

from .adaptive_avgmax_pool import SelectAdaptivePool2d


def create_classifier(
    num_features,
    num_classes,
    pool_type="avg",
    use_conv=False,
    input_fmt="NCHW",
    drop_rate=None,
    device=None,
    dtype=None,
):
    pool = SelectAdaptivePool2d(pool_type=pool_type, flatten=bool(pool_type) and not use_conv, input_fmt=input_fmt)
    features = num_features * pool.feat_mult()
    if num_classes <= 0:
        head = nn.Identity()
    else:
        head = nn.Conv2d(features, num_classes, 1, bias=True) if use_conv else nn.Linear(features, num_classes)
    return (pool, head) if drop_rate is None else (pool, nn.Dropout(drop_rate), head)


class ClassifierHead(nn.Module):
    def __init__(
        self,
        in_features,
        num_classes,
        pool_type="avg",
        drop_rate=0.0,
        use_conv=False,
        input_fmt="NCHW",
        device=None,
        dtype=None,
    ):
        super().__init__()
        self.in_features = in_features
        self.global_pool, self.fc = create_classifier(in_features, num_classes, pool_type, use_conv, input_fmt)
        self.num_features = in_features * self.global_pool.feat_mult()
        self.drop = nn.Dropout(drop_rate)
        self.flatten = nn.Flatten(1) if use_conv and pool_type else nn.Identity()

    def forward(self, x, pre_logits=False):
        x = self.drop(self.global_pool(x))
        return self.flatten(x if pre_logits else self.fc(x))

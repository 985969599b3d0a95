"""Stands for timm.models._builder of timm 1.0: a model is its class, called with what is left of the arguments."""


def build_model_with_cfg(
    model_cls,
    variant,
    pretrained,
    pretrained_cfg=None,
    pretrained_cfg_overlay=None,
    model_cfg=None,
    feature_cfg=None,
    pretrained_strict=True,
    pretrained_filter_fn=None,
    cache_dir=None,
    kwargs_filter=None,
    pretrained_model_args=None,
    **kwargs,
):
    kwargs.pop("pruned", False)
    for name in kwargs_filter or ():
        kwargs.pop(name, None)
    if kwargs.pop("features_only", False):
        kwargs.pop("out_indices", None)
        kwargs.pop("feature_cls", None)
    return model_cls(**kwargs) if model_cfg is None else model_cls(cfg=model_cfg, **kwargs)

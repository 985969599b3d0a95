"""Stands for huggingface_hub.utils of huggingface_hub 1.0."""


def validate_hf_hub_args(fn):
    return fn

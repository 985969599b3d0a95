"""Stands for transformers 5: what people derive their own configurations and networks from."""

from .configuration_utils import PreTrainedConfig, PretrainedConfig
from .hf_argparser import HfArgumentParser
from .modeling_utils import PreTrainedModel

"""Stands for transformers.modeling_utils of transformers 4 and 5: a module with a configuration; it loads nothing."""

import torch.nn as nn

# convlint takes it for an unknown: it lies beside the weights.
from . import configuration_of_a_checkpoint
from .configuration_utils import PreTrainedConfig


class AttentionInterface:
    def get_interface(self, attn_implementation, default):
        return default  # all of them compute the same

    def __getitem__(self, attn_implementation):
        from . import kind_of_attention

        return kind_of_attention


ALL_ATTENTION_FUNCTIONS = AttentionInterface()


class PreTrainedModel(nn.Module):
    config_class = None
    base_model_prefix = ""
    main_input_name = "input_ids"

    def __init__(self, config, *inputs, **kwargs):
        super().__init__()
        self.config = config

    def post_init(self):
        pass

    def init_weights(self):
        pass

    @property
    def base_model(self):
        return getattr(self, self.base_model_prefix, self)

    @classmethod
    def _from_config(cls, config, **kwargs):
        return cls(config)

    @classmethod
    def from_pretrained(cls, pretrained_model_name_or_path, *model_args, config=None, **kwargs):
        return cls(config if isinstance(config, PreTrainedConfig) else configuration_of_a_checkpoint, *model_args)

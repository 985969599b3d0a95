"""Stands for transformers.configuration_utils of transformers 4 and 5: attributes over the defaults of the class."""

# convlint takes them for unknowns: one lies beside the weights, the other is decided when the model runs.
from . import configuration_of_a_checkpoint, kind_of_attention


class SubConfigSpec:
    def __init__(self, config_class, model_type=None, init_kwargs=None, optional=False):
        self.init_kwargs = init_kwargs if init_kwargs is not None else {}
        self.config_class = config_class
        self.optional = optional
        self.model_type = model_type if model_type is not None else config_class.model_type

    def get_config_class(self, model_type=None):
        from transformers.models.auto.configuration_auto import CONFIG_MAPPING

        return CONFIG_MAPPING[model_type]

    def create_subconfig(self, key, subconfig=None, **kwargs):
        if isinstance(subconfig, PreTrainedConfig):
            return subconfig, kwargs
        given = dict(subconfig) if subconfig is not None else dict(self.init_kwargs)
        if issubclass(self.config_class, PreTrainedConfig):
            return self.config_class(**given), kwargs
        return self.get_config_class(given.pop("model_type", self.model_type))(**given), kwargs


class PreTrainedConfig:
    model_type = ""
    base_config_key = ""
    attribute_map = {}
    sub_configs_defaults = {}
    sub_configs = {}
    architectures = None
    output_hidden_states = False
    output_attentions = False
    return_dict = True
    dtype = None
    torch_dtype = None
    torchscript = False
    chunk_size_feed_forward = 0
    is_encoder_decoder = False
    is_decoder = False
    add_cross_attention = False
    pruned_heads = {}
    problem_type = None
    id2label = {0: "LABEL_0", 1: "LABEL_1"}
    label2id = {"LABEL_0": 0, "LABEL_1": 1}
    name_or_path = ""
    is_heterogeneous = False
    _attn_implementation = kind_of_attention
    _experts_implementation = kind_of_attention

    def __init__(self, **kwargs):
        names, more = dict(self.attribute_map), {}
        for name, value in kwargs.items():
            name = names.get(name, name)
            if hasattr(type(self), name) and not isinstance(getattr(type(self), name), property):
                setattr(self, name, value)
            else:
                more[name] = value
        self.__post_init__(**more)

    def __post_init__(self, **kwargs):
        for name, spec in self.sub_configs_defaults.items():
            spec = spec if isinstance(spec, SubConfigSpec) else SubConfigSpec(spec)
            part = getattr(self, name)
            if part is not None or not spec.optional:
                setattr(self, name, spec.create_subconfig(name, part)[0])
        names = dict(self.attribute_map)
        for name, value in kwargs.items():
            setattr(self, names.get(name, name), value)

    def __getattr__(self, name):
        names = dict(self.attribute_map)
        if name not in names:
            raise AttributeError(name)
        return getattr(self, names[name])

    @property
    def num_labels(self):
        return len(self.id2label)

    @num_labels.setter
    def num_labels(self, num_labels):
        self.id2label = {i: f"LABEL_{i}" for i in range(num_labels)}

    @property
    def use_return_dict(self):
        return self.return_dict

    def get_text_config(self, decoder=None, encoder=None):
        return getattr(self, "text_config", self)

    @classmethod
    def from_dict(cls, config_dict, **kwargs):
        return cls(**{**config_dict, **kwargs})

    @classmethod
    def get_config_dict(cls, pretrained_model_name_or_path, **kwargs):
        return configuration_of_a_checkpoint, kwargs

    @classmethod
    def from_pretrained(cls, pretrained_model_name_or_path, **kwargs):
        return configuration_of_a_checkpoint


PretrainedConfig = PreTrainedConfig

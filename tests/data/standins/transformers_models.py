"""Models derived from those of transformers. Each function's docstring states its layers; read as source, never
imported."""

import torch.nn as nn
from huggingface_hub import PyTorchModelHubMixin
from huggingface_hub.dataclasses import strict
from transformers import PretrainedConfig, PreTrainedConfig, PreTrainedModel
from transformers.configuration_utils import SubConfigSpec
from transformers.utils import auto_docstring


class StemConfig(PretrainedConfig):
    """No layer."""

    model_type = "stem"
    attribute_map = {"kernel_size": "patch_size"}

    def __init__(self, patch_size=1, **kwargs):
        self.patch_size = patch_size
        super().__init__(**kwargs)


class StemModel(PreTrainedModel):
    """Conv2d 3>8 k=1 s=2"""

    config_class = StemConfig

    def __init__(self, config: StemConfig):
        super().__init__(config)
        self.stem = nn.Conv2d(3, 8, config.kernel_size, stride=2)
        self.post_init()


@auto_docstring(checkpoint="none")
@strict
class FieldsConfig(PreTrainedConfig):
    """No layer."""

    model_type = "fields"
    sub_configs_defaults = {"stem": SubConfigSpec(StemConfig, init_kwargs={"patch_size": 3})}

    stem: dict | PreTrainedConfig | None = None
    stride: int = 2
    depths: tuple = (1, 1)

    def __post_init__(self, **kwargs):
        self.stages = len(self.depths)
        super().__post_init__(**kwargs)


class StagesConfig(PreTrainedConfig):
    """No layer."""

    depth: int = 4

    def __post_init__(self, **kwargs):
        self.stage_names = [f"stage{n}" for n in range(self.depth)]
        self.chosen = kwargs.pop("chosen", 0)
        super().__post_init__(**kwargs)

    @property
    def chosen(self):
        return self._chosen

    @chosen.setter
    def chosen(self, number):
        self._chosen = self.stage_names[number]


def stages():
    """Conv2d 3>8 k=1 s=6"""
    return nn.Conv2d(3, 8, 1, stride=len(StagesConfig(depth=2, chosen=1).chosen))


def labels():
    """Conv2d 3>5 k=1 s=4"""
    config = FieldsConfig(stride=4, num_labels=5, output_channels=8)
    return nn.Conv2d(3, config.num_labels, 1, config.stride)


def parts():
    """
    Conv2d 3>2 k=7 s=2
    Conv2d 3>8 k=3 s=2
    Conv2d 3>8 k=5 s=2
    """
    given = FieldsConfig(stem={"patch_size": 5})
    own = FieldsConfig(stem=StemConfig(7))
    return StemModel(FieldsConfig().stem), StemModel(given.stem), nn.Conv2d(3, own.stages, own.stem.patch_size, 2)


def loaded():
    """Conv2d 3>8 k=? s=2"""
    return StemModel.from_pretrained("someone/stem")


def given():
    """Conv2d 3>8 k=3 s=2"""
    return StemModel.from_pretrained("someone/stem", config=StemConfig(3))


class Shared(nn.Module, PyTorchModelHubMixin, repo_url="none"):
    """Conv2d 3>8 k=3 s=2"""

    def __init__(self, kernel_size=3):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, kernel_size, 2)


def shared():
    """Conv2d 3>8 k=? s=2"""
    return Shared.from_pretrained("someone/shared")

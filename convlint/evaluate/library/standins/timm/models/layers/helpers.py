"""Stands for timm.models.layers.helpers, which is timm.layers.helpers since timm 0.8."""

from timm.layers.helpers import *
from timm.layers.helpers import _ntuple

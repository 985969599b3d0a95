from .net import Stage

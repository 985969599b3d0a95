from torch import nn

from company.vision.blocks import conv1x1


class Stage(nn.Module):
    """Half the size, twice the channels."""

    def __init__(self, channels=64, stride=2):
        super().__init__()
        self.shortcut = conv1x1(channels, 2 * channels, stride)
        self.body = nn.Conv2d(channels, 2 * channels, 3, stride, padding=1)


def two_stages():
    return nn.Sequential(Stage(64), Stage(128))

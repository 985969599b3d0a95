from torch import nn


def conv1x1(channels_in, channels_out, stride=1):
    """A projection, as the shortcut of a residual block needs it."""
    return nn.Conv2d(channels_in, channels_out, kernel_size=1, stride=stride, bias=False)

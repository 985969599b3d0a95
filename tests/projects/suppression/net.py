from torch import nn

from blocks import conv1x1


def silenced_where_the_layer_is_built():
    return conv1x1(3, 8, stride=2)


def silenced_where_it_stands():
    return nn.Conv2d(3, 8, kernel_size=1, stride=2)  # convlint: ignore[sampling]


def silenced_inside_the_call():
    return nn.AvgPool2d(
        1,
        stride=2,  # convlint: ignore
    )


def not_silenced():
    return nn.Conv2d(3, 8, kernel_size=1, stride=2)


def nothing_to_silence():
    return nn.Conv2d(3, 8, kernel_size=2, stride=2)  # convlint: ignore[dead-pixels]


def misspelt():
    return nn.Conv2d(3, 8, kernel_size=2, stride=2)  # convlint: ignore[dead-pixel]

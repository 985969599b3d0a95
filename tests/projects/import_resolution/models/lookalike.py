class Conv2d:
    """Has the name of torch's layer, and nothing else of it."""

    def __init__(self, channels_in, channels_out, kernel_size, stride=1):
        self.stride = stride

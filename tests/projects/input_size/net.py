from torch import nn


class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)
        self.relu = nn.ReLU()
        self.down = nn.Conv2d(channels, 2 * channels, 1, stride=2)

    def forward(self, x):
        return self.down(self.relu(self.conv(x)))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 4, stride=2)
        self.block = Block(16)
        self.context = nn.Conv2d(32, 32, 3, padding=72, dilation=72)
        self.head = nn.Linear(32, 10)

    def forward(self, x):
        x = self.context(self.block(self.stem(x)))
        return self.head(x.mean((2, 3)))

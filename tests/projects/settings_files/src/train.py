"""A program of Hydra whose numbers stand in files beside it."""

import json
from pathlib import Path

import hydra
from torch import nn


class Net(nn.Module):
    def __init__(self, width, kernel, stride, pool):
        super().__init__()
        self.stem = nn.Conv2d(3, width, 3, padding=1)
        self.down = nn.Conv2d(width, width, kernel, stride)
        self.pool = nn.MaxPool2d(2, pool)

    def forward(self, x):
        return self.pool(self.down(self.stem(x)))


@hydra.main(version_base=None, config_path="../conf", config_name="config")
def main(cfg):
    pool = json.loads((Path(__file__).parent / "../conf/pool.json").read_text())["pool"]
    return Net(cfg.model.width, cfg.model.down.kernel, cfg.model.down.stride, pool["stride"])


if __name__ == "__main__":
    main()

"""Networks that read files from a server. Each function's docstring states its layers; read as source, never imported."""

import torch
import torch.nn as nn
from huggingface_hub import HfApi, hf_hub_download, snapshot_download
from huggingface_hub.file_download import try_to_load_from_cache


class Fetched(nn.Module):
    """Conv2d 3>8 k=1 s=2"""

    def __init__(self, name="zoo/small"):
        super().__init__()
        path = try_to_load_from_cache(name, "weights.bin") or hf_hub_download(name, filename="weights.bin")
        self.conv = nn.Conv2d(3, 8, 1, 2)
        self.load_state_dict(torch.load(path))


def listed():
    """Conv2d 3>8 k=? s=2"""
    api = HfApi()
    files = api.list_repo_files("zoo/small")
    snapshot_download("zoo/small")
    return nn.Conv2d(3, 8, len(files), 2)

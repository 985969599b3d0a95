"""The runtime proof: build a model, run it, and show which values nobody reads. The only part that imports torch.

This package itself imports nothing heavy: the modules that need torch are imported by the process that runs the model
(``worker.py``), never by the command line.
"""

from __future__ import annotations

"""Every limit of a run of somebody's model, each a named constant with a sentence."""

from __future__ import annotations

SECONDS = 300
"""A model may take so long, from its import to the end of its proof, unless ``--timeout`` says otherwise."""
MEMORY_GIB = 8.0
"""A model's process may take so much memory of its own, unless ``--memory`` says otherwise."""
THREADS = 0
"""Threads that torch computes with; 0 leaves the choice to torch."""
GRACE_SECONDS = 60
"""The process that starts models may be silent for so long beyond a model's time; then it is ended itself."""
MESSAGE_CHARACTERS = 300
"""What a model's exception says is cut to one line of at most so many characters."""
RESULT_BYTES = 256 << 20
"""What comes back about one model is at most so large."""
MAP_POSITIONS = 1 << 22
"""A heat map of a tensor with more positions is left out."""
GROUPS_WEIGHED = 64
"""The cost of so many skipped tensors is worked out one by one; the model's totals always count all."""
MODELS_PER_FINDING = 3
"""``--confirm`` builds at most so many entry points for one finding, until one of them contains its layer."""
MODELS_PER_RUN = 400
"""``--confirm`` builds at most so many entry points in one run."""
EXPANDED_TARGETS = 1000
"""A pattern such as ``package.models:*`` stands for at most so many models."""

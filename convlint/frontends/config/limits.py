"""Every limit of the config front end, named, each with the reason for its size. All are counted, none is timed."""

from __future__ import annotations

MAX_BYTES = 16_000_000
"""Size of a file that is read as a whole; the largest real plan or recipe is a hundredth of this."""

HEAD_BYTES = 1_000_000
"""How much of a larger file is looked at, to tell a config that cannot be read from data that need not be."""

MAX_NODES = 1_000_000
"""Scalars, sequences and mappings of one file; architectures have thousands."""

MAX_EXPANDED = 2_000_000
"""The same with every alias written out; an alias bomb has billions."""

MAX_NESTING = 500
"""Sequences and mappings inside each other; instantiated models nest about 20 deep."""

MAX_REFERENCES = 40
"""References (``${a}``, ``!ref <a>``, ``@a``) followed one after another for one value; a cycle ends here."""

MAX_BASES = 100
"""Files that one config takes in through ``_BASE_`` and its like, one after another or side by side."""

MAX_AXES = 3
"""Spatial axes of a layer."""

MAX_LAYERS = 20_000
"""Layers that one file may yield; the deepest real config has a few hundred."""

MAX_NUMBER_TEXT = 400
"""Characters of a string that is read as numbers, such as ``(2, 4, 4)`` or fairseq's list arithmetic."""

MAX_ANCHOR = 200
"""Characters in front of a scalar that are searched for an anchor; names of anchors are words."""

MAX_CALLS = 2_000
"""Instantiations (``_target_`` and its like) of one file that are evaluated."""

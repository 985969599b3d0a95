"""From the levels of what an operation wrote to the levels of what it read: one file for each family of operations."""

from __future__ import annotations

"""Stands for einops.layers of einops 0.8."""

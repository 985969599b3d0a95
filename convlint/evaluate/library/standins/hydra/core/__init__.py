"""Stands for hydra.core of hydra 1.3."""

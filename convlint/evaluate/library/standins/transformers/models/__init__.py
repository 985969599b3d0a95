"""Stands for transformers.models of transformers 5."""

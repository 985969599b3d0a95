"""Stands for transformers.models.auto of transformers 5."""

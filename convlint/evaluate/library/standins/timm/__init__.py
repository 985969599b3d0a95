"""Stands for timm 1.0: its layers. Its models and ``create_model`` are not modelled."""

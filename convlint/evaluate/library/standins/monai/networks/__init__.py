"""Stands for monai.networks of MONAI 1.6."""

"""Stands for yacs 0.1: settings in nested nodes."""

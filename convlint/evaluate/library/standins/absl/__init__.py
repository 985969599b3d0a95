"""Stands for absl 2.3: the flags of programs, and what runs them."""

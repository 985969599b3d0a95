"""Fixes: changes to layers become text edits, edits become new texts, and new texts become files."""

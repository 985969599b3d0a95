"""The evaluator: construction code, in; the layers that it would build, out. It runs and imports nothing of the user's."""

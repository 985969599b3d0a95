"""The evaluator: construction code in, the layers that it would build out. Nothing of the user's is run or imported."""

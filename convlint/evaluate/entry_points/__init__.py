"""Entry points: which functions, classes and calls are evaluated, with what, and how they are kept apart."""

"""convlint: a linter that understands neural networks."""

__version__ = "0.1.0"

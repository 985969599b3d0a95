"""Models of code that is not read as source: the built-ins, the standard library, torch."""

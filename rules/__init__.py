"""The built-in rules, one rule a file, found through the entry point ``convlint.rules``."""

"""``python -m convlint`` is ``convlint``."""

from __future__ import annotations

from convlint.cli import main

if __name__ == "__main__":
    main()

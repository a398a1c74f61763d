"""What MetaEditor would reject and a C++ compiler takes, and what bites at run time: `lint(paths)`."""

from mql5.lint.findings import Finding
from mql5.lint.run import lint

__all__ = ["Finding", "lint"]

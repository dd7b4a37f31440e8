"""Aboveboard: a promise about people's data that is kept, proved and owned up to.

The rooms and their direction are drawn in ``docs/architecture.md``.
"""

__version__ = "0.1.0"

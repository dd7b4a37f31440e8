"""A value that does not fit its kind: what was expected, never what was written."""

from __future__ import annotations


class Misfit(ValueError):
    """``code`` is stable; ``expected`` follows "is not": "a date written as 1984-05-31"."""

    def __init__(self, code: str, expected: str) -> None:
        super().__init__(expected)
        self.code = code
        self.expected = expected

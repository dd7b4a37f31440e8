"""One line of the table that ``make bench`` prints."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A figure and its floor, both in ``unit`` (more is better), from the same run;
    ``note`` says on what."""

    name: str
    figure: float
    unit: str
    floor: float
    note: str = ""

    @property
    def ratio(self) -> float:
        """The figure as a share of the floor: 1.0 is as fast as a program
        that does nothing else."""
        return self.figure / self.floor if self.floor else 0.0

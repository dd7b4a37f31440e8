"""The progress bar that long commands share."""

from __future__ import annotations

import time
from types import TracebackType


class Bar:
    """A progress bar on standard error, silent where nobody watches."""

    def __init__(self, title: str, total: int | None, *, quiet: bool, unit: str = "") -> None:
        """``unit`` is what is counted beside the bar, with its rate, when ``total`` counts
        something else (bytes, say)."""
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TaskProgressColumn,
            TextColumn,
            TimeRemainingColumn,
        )

        counted = (
            (TaskProgressColumn(), TextColumn("{task.fields[said]}"))
            if unit
            else (MofNCompleteColumn(),)
        )
        columns = (TextColumn("{task.description}"), BarColumn(), *counted, TimeRemainingColumn())
        self._progress = Progress(*columns, console=Console(stderr=True), disable=quiet)
        self._task = self._progress.add_task(title, total=total, said="")
        self._unit, self._began = unit, time.monotonic()

    def __enter__(self) -> Bar:
        """Start drawing."""
        self._progress.start()
        return self

    def __call__(self, done: int, counted: int = 0) -> None:
        """Say how far the work has come; ``counted`` is how many of the bar's
        unit since it was made."""
        rate = counted / max(time.monotonic() - self._began, 0.001)
        said = f"{counted:,} {self._unit}, {rate:,.0f}/s" if self._unit else ""
        self._progress.update(self._task, completed=done, said=said)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop drawing."""
        self._progress.stop()

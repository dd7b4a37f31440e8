"""The progress bar that long commands share."""

from __future__ import annotations

from types import TracebackType


class Bar:
    """A progress bar on standard error, silent where nobody watches."""

    def __init__(self, title: str, total: int, *, quiet: bool) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._progress = Progress(*columns, console=Console(stderr=True), disable=quiet)
        self._task = self._progress.add_task(title, total=total)

    def __enter__(self) -> Bar:
        """Start drawing."""
        self._progress.start()
        return self

    def __call__(self, done: int) -> None:
        """Say how far the work has come."""
        self._progress.update(self._task, completed=done)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop drawing."""
        self._progress.stop()

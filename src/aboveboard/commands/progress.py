"""Saying on standard error how far a long command has come; silent where nobody watches."""

from __future__ import annotations

import sys
import time
from types import TracebackType


class ProgressBar:
    """A progress bar."""

    def __init__(self, title: str, total: int | None, *, quiet: bool, unit: str = "") -> None:
        """``unit`` is what is counted beside the bar, with its rate, when ``total`` counts
        something else (bytes, say)."""
        # Imported here: rich is slow to load, and most commands draw no bar.
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TaskProgressColumn,
            TextColumn,
            TimeRemainingColumn,
        )

        middle = (
            (TaskProgressColumn(), TextColumn("{task.fields[counted]}"))
            if unit
            else (MofNCompleteColumn(),)
        )
        columns = (TextColumn("{task.description}"), BarColumn(), *middle, TimeRemainingColumn())
        # On standard error: standard output belongs to what the command answers, which may be JSON.
        self._progress = Progress(*columns, console=Console(stderr=True), disable=quiet)
        self._task = self._progress.add_task(title, total=total, counted="")
        self._unit, self._began = unit, time.monotonic()

    def __enter__(self) -> ProgressBar:
        """Start drawing."""
        self._progress.start()
        return self

    def __call__(self, done: int, counted: int = 0) -> None:
        """Say how far the work has come; ``counted`` is how many of the bar's
        unit since it was made."""
        # At the first call hardly any time has passed; without a floor the rate would be a division
        # by zero.
        rate = counted / max(time.monotonic() - self._began, 0.001)
        words = f"{counted:,} {self._unit}, {rate:,.0f}/s" if self._unit else ""
        self._progress.update(self._task, completed=done, counted=words)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop drawing."""
        self._progress.stop()


class ProgressSteps:
    """The name of each step of a backup or a restoration, then a bar where its total is known."""

    def __init__(self, verb: str, *, quiet: bool) -> None:
        self._verb = verb
        self._quiet = quiet or not sys.stderr.isatty()
        self._bar: ProgressBar | None = None
        self._what = ""

    def __enter__(self) -> ProgressSteps:
        return self

    def name(self, what: str) -> None:
        """Name the step that begins."""
        self._stop()
        if not self._quiet:
            sys.stderr.write(f"\r\x1b[K{self._verb} {what.replace('_', ' ')}")
            sys.stderr.flush()

    def __call__(self, what: str, done: int, total: int) -> None:
        """Say how far something has come."""
        if self._what != what:
            self._stop()
            self._what, self._bar = (
                what,
                ProgressBar(f"{self._verb} {what}", total, quiet=self._quiet).__enter__(),
            )
        if self._bar is not None:
            self._bar(done)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        if self._bar is not None:
            self._bar.__exit__(None, None, None)
        elif not self._quiet:
            sys.stderr.write("\r\x1b[K")
        self._bar, self._what = None, ""


def size_in_words(size: int) -> str:
    """Return a number of bytes as people write it."""
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:,.0f} {unit}" if unit == "bytes" else f"{size:,.1f} {unit}"
        size = size / 1000  # type: ignore[assignment]  # only shown
    return f"{size:,.1f} GB"

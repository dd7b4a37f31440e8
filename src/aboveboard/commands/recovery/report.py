"""Saying on standard error what a backup or a restoration is at."""

from __future__ import annotations

import sys
from types import TracebackType

from aboveboard.commands.progress import Bar


class Telling:
    """The name of what is being done, then bars where a total is known; silent
    where nobody watches."""

    def __init__(self, verb: str, *, quiet: bool) -> None:
        self._verb = verb
        self._quiet = quiet or not sys.stderr.isatty()
        self._bar: Bar | None = None
        self._what = ""

    def __enter__(self) -> Telling:
        return self

    def name(self, what: str) -> None:
        """Say what is begun."""
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
                Bar(f"{self._verb} {what}", total, quiet=self._quiet).__enter__(),
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


def told_size(size: int) -> str:
    """Return a number of bytes as people say it."""
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:,.0f} {unit}" if unit == "bytes" else f"{size:,.1f} {unit}"
        size = size / 1000  # type: ignore[assignment]  # only shown
    return f"{size:,.1f} GB"

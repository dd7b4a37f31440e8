"""A lock that lives exactly as long as who holds it: an ``flock`` on a file, which the kernel gives
back however a process ends.

A row that says "somebody is at it" outlives a killed process, and then needs a guess of how long to
believe it. This needs none. It works between threads too: each opening of the file is a holder of
its own.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of ``path`` inside the block, waiting for the present holder.

    The file is created, and stays: see :func:`remove`. Not reentrant: a thread that asks for it
    twice waits for itself.
    """
    handle = _acquire(path, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(handle)


@contextmanager
def try_lock(path: Path) -> Iterator[bool]:
    """Hold the lock of ``path`` inside the block if it is free; yield whether it is held."""
    try:
        handle = _acquire(path, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
        return
    try:
        yield True
    finally:
        os.close(handle)


def remove(path: Path) -> None:
    """Delete the file of a lock that the caller holds: whoever waits for it notices, and creates it
    again."""
    path.unlink(missing_ok=True)


def _acquire(path: Path, how: int) -> int:
    """Return an open handle that has the lock.

    Raises:
        BlockingIOError: ``how`` is not to wait, and somebody else has it.
    """
    while True:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        # Whoever sweeps took the folder away in between, before or after it was looked at: make it
        # again. Where a file has its name, that is an error.
        except FileExistsError:
            if path.parent.exists() and not path.parent.is_dir():
                raise
            continue
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(handle, how)
            # The file may have been deleted while this waited. A lock on a file without a name
            # keeps nobody out, since the next to come makes another of that name.
            if _is_same_file(handle, path):
                return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def _is_same_file(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False

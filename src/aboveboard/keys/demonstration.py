"""Whether this instance is a demonstration: its settings say so, and the demonstration made it.

A demonstration shows all mail to anybody and signs in without a second step. A line in a file of
settings, or in the settings of a backup, must not be enough for that on an instance with real
people: the command that makes a demonstration leaves a secret under the root key, which nobody can
put there who does not have it.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from aboveboard.basics import settings
from aboveboard.basics.errors import Misconfigured
from aboveboard.keys.queries import instance_secret, secret_names

_MARK: Final = "demonstration"


class NoDemonstration(Misconfigured):
    """`demo.enabled` is on, and this instance was not made by `aboveboard demo`."""

    code = "no_demonstration"
    next_step = (
        "It would show all mail to anybody. Take [demo] out of aboveboard.toml; to try the "
        "product, run: aboveboard demo"
    )


def mark_as_demonstration() -> None:
    """Leave the secret. Only ``aboveboard demo`` calls this, on the instance that it made."""
    instance_secret(_MARK)
    forget()


def check() -> None:
    """Refuse an instance that says it is a demonstration and is none.

    Raises:
        NoDemonstration: as it says.
        KeyUnwrapFailed, Unavailable: the root key does not open the secret.
    """
    if settings.current().demo.enabled and not _has_mark():
        raise NoDemonstration


def is_demonstration() -> bool:
    """Whether it is one: what every page and command asks that does something for one alone."""
    return settings.current().demo.enabled and _has_mark()


@cache
def _has_mark() -> bool:
    # By name first: that there is none is the answer of nearly every instance, and no error.
    if _MARK not in secret_names(_MARK):
        return False
    instance_secret(_MARK, make=False)  # opened, so that a row that anybody wrote is none
    return True


def forget() -> None:
    """Clear the cached answer, because the database behind this process is being replaced."""
    _has_mark.cache_clear()

"""What a command's exit code means. The only place that turns errors into exit codes."""

from __future__ import annotations

from typing import Final

from aboveboard.basics.errors import (
    AboveboardError,
    Conflict,
    Invalid,
    NotFound,
    RateLimited,
    Refused,
    Unavailable,
)
from aboveboard.basics.settings import NoInstance, WrongSetting

DONE: Final = 0
LOOK: Final = 1
WRONG_USE: Final = 2
NOT_FOUND: Final = 3
CONFLICT: Final = 4
NOT_ALLOWED: Final = 5
UNAVAILABLE: Final = 6
WRONG_SETTING: Final = 7
REFUSED: Final = 8
BROKEN: Final = 70
STOPPED: Final = 130

MEANINGS: Final = {
    DONE: "Done; nothing needs attention.",
    LOOK: (
        "Done, and something was found that needs attention: rows not loaded, a check that failed, "
        "a log that does not verify."
    ),
    WRONG_USE: "The command or what it was given cannot be understood. Nothing was done.",
    NOT_FOUND: "What was named does not exist, or there is no instance in that folder.",
    CONFLICT: "It cannot be done now, because of the state things are in.",
    NOT_ALLOWED: "It may not be done.",
    UNAVAILABLE: (
        "The database, the mail server or another part cannot be reached. Nothing was released or "
        "changed."
    ),
    WRONG_SETTING: "A setting is wrong; the message names it.",
    REFUSED: "It was refused for a reason of its own; the message and the error code say which.",
    BROKEN: "A fault in Aboveboard. The message says where.",
    STOPPED: "Stopped with Ctrl-C.",
}

_BY_KIND: Final[dict[type[AboveboardError], int]] = {
    WrongSetting: WRONG_SETTING,
    NoInstance: NOT_FOUND,
    Invalid: WRONG_USE,
    NotFound: NOT_FOUND,
    Conflict: CONFLICT,
    Refused: NOT_ALLOWED,
    RateLimited: CONFLICT,
    Unavailable: UNAVAILABLE,
}


def code_for(error: AboveboardError) -> int:
    """Return the exit code of ``error``; one outside the known kinds is ``REFUSED``."""
    return next((code for kind, code in _BY_KIND.items() if isinstance(error, kind)), REFUSED)

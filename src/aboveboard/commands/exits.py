"""What a command's exit code means. The only place that turns errors into exit codes."""

from __future__ import annotations

from typing import Final

from aboveboard.basics.errors import (
    AboveboardError,
    Conflict,
    Damaged,
    Invalid,
    Misconfigured,
    NotFound,
    RateLimited,
    Refused,
    Unavailable,
)

DONE: Final = 0
ATTENTION: Final = 1
INVALID: Final = 2
NOT_FOUND: Final = 3
CONFLICT: Final = 4
REFUSED: Final = 5
UNAVAILABLE: Final = 6
MISCONFIGURED: Final = 7
DAMAGED: Final = 8
# EX_SOFTWARE of BSD's sysexits, and below it 128 + SIGINT: shells and supervisors know both.
FAULT: Final = 70
STOPPED: Final = 130

MEANINGS: Final = {
    DONE: "Done. Nothing needs your attention.",
    ATTENTION: (
        "Done, but something needs your attention, such as rows that were not loaded, a check that "
        "failed or a log that does not verify."
    ),
    INVALID: "The command or its input is not valid. Nothing was changed.",
    NOT_FOUND: "What you named does not exist, or the folder holds no instance.",
    CONFLICT: "This cannot be done now. The message says why.",
    REFUSED: "You do not have permission to do this.",
    UNAVAILABLE: (
        "The database, the mail server or another service cannot be reached. Nothing was released "
        "or changed."
    ),
    MISCONFIGURED: "The installation is not set up correctly. The message names the setting.",
    DAMAGED: "Stored data cannot be read as it was written. The message says what to restore.",
    FAULT: "There is a fault in Aboveboard. The message says where.",
    STOPPED: "You stopped the command with Ctrl-C.",
}

_BY_FAMILY: Final[dict[type[AboveboardError], int]] = {
    Invalid: INVALID,
    NotFound: NOT_FOUND,
    Conflict: CONFLICT,  # before Refused, whose case it is
    Refused: REFUSED,
    RateLimited: CONFLICT,
    Unavailable: UNAVAILABLE,
    Misconfigured: MISCONFIGURED,
    Damaged: DAMAGED,
}


def code_for(error: AboveboardError) -> int:
    """Return the exit code of an error: that of its family."""
    return next((code for family, code in _BY_FAMILY.items() if isinstance(error, family)), FAULT)

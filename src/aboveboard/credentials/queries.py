"""A password judged by the settings of this instance, at whatever door it is set."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable

from aboveboard.basics import settings
from aboveboard.basics.errors import AboveboardError, NotFound
from aboveboard.credentials import limits
from aboveboard.credentials.breached import service
from aboveboard.credentials.breached.breached_list import BreachedList, digest_of
from aboveboard.credentials.policy import (
    PasswordJudgement,
    PasswordPolicy,
    context_words,
    judge,
    normal_form,
)
from aboveboard.credentials.strength import strength_of

_log = logging.getLogger(__name__)
_PREFIX = 5


class NoBreachedList(NotFound):
    """There is no list of breached passwords here, and no range service is set."""

    code = "no_breached_list"
    next_step = "Build one: aboveboard passwords build. Or set passwords.range_service."


def policy() -> PasswordPolicy:
    """Return the policy of this instance."""
    current = settings.current()
    own = (each.strip() for each in current.passwords.words.split(","))
    words = (current.organisation.name, *(each for each in own if each))
    return PasswordPolicy(
        current.passwords.length, current.passwords.length_with_second_factor, words
    )


def breached_list() -> BreachedList:
    """Return the list of this instance, which may not be there."""
    current = settings.current()
    return BreachedList(current.path(current.passwords.breached_list))


def judge_password(
    password: str, *, second_factor: bool, person: Iterable[str] = ()
) -> PasswordJudgement:
    """Judge a password as it was typed.

    Args:
        second_factor: whether a second factor is asked for besides.
        person: name, address and whatever else is known of whose it is to be.
    """
    # What nobody may have is judged by its beginning: to judge it costs work.
    typed = normal_form(password[: limits.LONGEST_PASSWORD + 1])
    rule = policy()
    words = context_words((*rule.words, *person))
    return judge(
        typed,
        least=rule.least(second_factor=second_factor),
        words=words,
        strength=strength_of(typed, words),
        breached=_breached(typed),
    )


def _breached(password: str) -> int | None:
    """Return in how many leaked accounts a password was, or None where nothing could tell."""
    try:
        here = breached_list()
        if here.exists:
            return here.count(password)
        digits = digest_of(password).hex().upper()
        return range_suffixes(digits[:_PREFIX]).get(digits[_PREFIX:], 0)
    except NoBreachedList:
        return None
    except AboveboardError as error:
        # The other rules stand, and doctor says it: nobody is kept from changing a password, which
        # may be known to others, because a disk or a service fails.
        _log.error("a password was not held against the breached ones: %s", error)
        return None


def range_suffixes(prefix: str) -> dict[str, int]:
    """Return the leaked passwords whose SHA-1 begins with five digits: the last 35 digits of each,
    and about how often it was met. From the list of this machine, else from the range service.

    Raises:
        NoBreachedList: there is neither.
        ListDamaged: the list is not as it was written.
        SystemUnavailable, SystemRefused, SystemAnswerUnreadable: the service does not answer.
    """
    here = breached_list()
    if here.exists:
        return here.suffixes(prefix)
    current = settings.current().passwords
    if not current.range_service:
        raise NoBreachedList
    return service.fetch_suffixes(current.range_service, prefix, networks=current.range_networks)


def padded_suffixes(prefix: str) -> dict[str, int]:
    """Return :func:`range_suffixes` with made-up rows, met 0 times, so that the size of the answer
    does not tell which prefix was asked for."""
    suffixes = range_suffixes(prefix)
    missing = -len(suffixes) % limits.PADDED_TO or (0 if suffixes else limits.PADDED_TO)
    # Among the others, in the order of their digits: where a row stands must not tell that it is
    # made up.
    padding = {secrets.token_hex(18)[1:].upper(): 0 for _ in range(missing)}
    return dict(sorted((padding | suffixes).items()))

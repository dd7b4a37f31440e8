"""How many guesses a password takes, by zxcvbn (Wheeler, USENIX Security 2016). Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from zxcvbn_rs_py import zxcvbn

from aboveboard.credentials import limits


@dataclass(frozen=True, slots=True)
class PasswordStrength:
    """How hard something is to guess.

    Attributes:
        score: 0 to 4, by zxcvbn's own steps.
        guesses_log10: the decimal logarithm of the number of guesses.
        warning: what makes it easy, a code of :data:`aboveboard.credentials.words.WARNINGS`, or "".
        suggestions: what to do, codes of :data:`aboveboard.credentials.words.SUGGESTIONS`; never
            empty where there are fewer than 10^8 guesses.
    """

    score: int
    guesses_log10: float
    warning: str = ""
    suggestions: tuple[str, ...] = ()


def strength_of(password: str, words: Collection[str]) -> PasswordStrength:
    """Return how hard a password is to guess for somebody who tries ``words`` first."""
    # Cut here as zxcvbn would: a longer one is no weaker for what follows.
    judged = zxcvbn(password[: limits.JUDGED_CHARACTERS], sorted(words))
    feedback = judged.feedback
    score = int(judged.score)
    if feedback is None:  # from score 3 on
        return PasswordStrength(score, judged.guesses_log10)
    warning = _name(feedback.warning) if feedback.warning else ""
    suggestions = tuple(map(_name, feedback.suggestions)) or ("AddAnotherWordOrTwo",)
    return PasswordStrength(score, judged.guesses_log10, warning, suggestions)


def _name(code: object) -> str:
    """Return what an enumeration of zxcvbn calls this: its own text is a sentence in English."""
    return repr(code).rpartition(".")[2]

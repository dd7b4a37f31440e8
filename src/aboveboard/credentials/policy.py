"""What may be a password. Pure.

NIST SP 800-63B-4, 3.1.1.2: length counts, each code point once; what is expected, common or
compromised is refused; nothing is asked about kinds of characters, and nobody must change a
password that is not known to others.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from aboveboard.credentials import limits
from aboveboard.credentials.strength import PasswordStrength


class PasswordProblem(StrEnum):
    """Why something may not be a password. The value is what a program reads."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    BREACHED = "breached"
    CONTEXT = "context"
    EASY = "easy_to_guess"


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """The rule of an organisation.

    Attributes:
        length: least length in code points where the password alone signs in.
        length_with_second_factor: the same where a second factor is asked for besides.
        words: words of the organisation that a password must not be made of.
    """

    length: int = 15
    length_with_second_factor: int = 8
    words: tuple[str, ...] = ()

    def least(self, *, second_factor: bool) -> int:
        """Return the least length."""
        return self.length_with_second_factor if second_factor else self.length


@dataclass(frozen=True, slots=True)
class PasswordJudgement:
    """What was found about a password. It holds nothing of it.

    Attributes:
        problems: why it may not be one; empty where it may.
        least: the least length that was asked of it.
        strength: how many guesses it takes, and why.
        breached: in how many leaked accounts it was; 0: in none; None: no list was asked.
    """

    problems: tuple[PasswordProblem, ...]
    least: int
    strength: PasswordStrength
    breached: int | None = None

    @property
    def allowed(self) -> bool:
        """Whether it may be a password."""
        return not self.problems


def normal_form(password: str) -> str:
    """Return a password as it is counted, judged and hashed: in Unicode's form C, so that one
    typed on two keyboards is one (NIST SP 800-63B-4, 3.1.1.2; UAX 15, 12.1)."""
    return unicodedata.normalize("NFC", password)


def length_problem(length: int, least: int) -> PasswordProblem | None:
    """Return what is wrong with a length in code points, or None."""
    if length < least:
        return PasswordProblem.TOO_SHORT
    return PasswordProblem.TOO_LONG if length > limits.LONGEST_PASSWORD else None


def context_words(texts: Iterable[str]) -> frozenset[str]:
    """Return the words that somebody who knows these texts tries first: each text whole and run
    together, and each word of it. A text is a name, an address, the name of the organisation."""
    words = set()
    for text in texts:
        folded = _folded(text)
        parts = re.findall(r"[^\W_]+", folded)
        words |= {folded.strip(), "".join(parts), *parts}
    return frozenset(word for word in words if len(word) > 2)


def remove_words(password: str, words: Collection[str]) -> str | None:
    """Return a password without those of ``words`` that stand in it, however they are written;
    None where none does."""
    left = folded = _unreplaced(_folded(password))
    # The longest first: what a shorter one would leave of it is no secret either.
    for word in sorted(words, key=len, reverse=True):
        if len(word) >= limits.CONTEXT_WORD:
            left = left.replace(_unreplaced(word), "")
    return None if left == folded else left


def is_easy(guesses_log10: float) -> bool:
    """Whether a password takes too few guesses."""
    # Eight characters by chance are estimated at 10^8 sharp, give or take what a logarithm loses.
    return guesses_log10 < limits.LEAST_GUESSES_LOG10 - 1e-6


def judge(
    password: str,
    *,
    least: int,
    words: Collection[str],
    strength: PasswordStrength,
    breached: int | None,
) -> PasswordJudgement:
    """Judge a password in its normal form.

    Args:
        least: the least length, in code points.
        words: what anybody tries first (:func:`context_words`).
        strength: of this password, with these words.
        breached: in how many leaked accounts it was, or None where no list was asked.
    """
    problems = []
    if problem := length_problem(len(password), least):
        problems.append(problem)
    if breached:
        problems.append(PasswordProblem.BREACHED)
    left = remove_words(password, words)
    if left is not None and len(left) < limits.LEFT_WITHOUT_CONTEXT:
        problems.append(PasswordProblem.CONTEXT)
    elif is_easy(strength.guesses_log10) and PasswordProblem.TOO_SHORT not in problems:
        # Of what is too short it would say the same again.
        problems.append(PasswordProblem.EASY)
    return PasswordJudgement(tuple(problems), least, strength, breached)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


_REPLACED = str.maketrans("0134578@$!|", "oleastbasli")


def _unreplaced(text: str) -> str:
    """Return a text with the letters for which signs and digits stand in passwords; one that may
    stand for two is taken for one of them in words and passwords alike."""
    return text.translate(_REPLACED).replace("i", "l")

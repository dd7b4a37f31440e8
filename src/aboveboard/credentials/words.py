"""What a judgement says to the person: never a score without what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from aboveboard.credentials import limits
from aboveboard.credentials.policy import PasswordJudgement, PasswordProblem

WARNINGS: Final[Mapping[str, str]] = {
    "StraightRowsOfKeysAreEasyToGuess": gettext_noop("Rows of keys are easy to guess."),
    "ShortKeyboardPatternsAreEasyToGuess": gettext_noop("Patterns of keys are easy to guess."),
    "RepeatsLikeAaaAreEasyToGuess": gettext_noop("Repeats such as “aaa” are easy to guess."),
    "RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess": gettext_noop(
        "Repeats such as “abcabc” are hardly harder to guess than “abc”."
    ),
    "ThisIsATop10Password": gettext_noop("This is one of the ten most common passwords."),
    "ThisIsATop100Password": gettext_noop("This is one of the most common passwords."),
    "ThisIsACommonPassword": gettext_noop("This is a common password."),
    "ThisIsSimilarToACommonlyUsedPassword": gettext_noop("This is like a common password."),
    "SequencesLikeAbcAreEasyToGuess": gettext_noop("Sequences such as “abc” are easy to guess."),
    "RecentYearsAreEasyToGuess": gettext_noop("Years are easy to guess."),
    "AWordByItselfIsEasyToGuess": gettext_noop("A single word is easy to guess."),
    "DatesAreOftenEasyToGuess": gettext_noop("Dates are easy to guess."),
    "NamesAndSurnamesByThemselvesAreEasyToGuess": gettext_noop("Names are easy to guess."),
    "CommonNamesAndSurnamesAreEasyToGuess": gettext_noop("Common names are easy to guess."),
}
"""What makes a password easy, by zxcvbn's code."""

SUGGESTIONS: Final[Mapping[str, str]] = {
    "UseAFewWordsAvoidCommonPhrases": gettext_noop("Use a few words that do not belong together."),
    "NoNeedForSymbolsDigitsOrUppercaseLetters": gettext_noop(
        "You need no signs, digits or capitals."
    ),
    "AddAnotherWordOrTwo": gettext_noop("Add a word or two that nobody expects."),
    "CapitalizationDoesntHelpVeryMuch": gettext_noop(
        "Capitals help little. Add another word instead."
    ),
    "AllUppercaseIsAlmostAsEasyToGuessAsAllLowercase": gettext_noop(
        "Capitals throughout help little. Add another word instead."
    ),
    "ReversedWordsArentMuchHarderToGuess": gettext_noop(
        "Words backwards help little. Add another word instead."
    ),
    "PredictableSubstitutionsDontHelpVeryMuch": gettext_noop(
        "Signs for letters, such as “@” for “a”, help little. Add another word instead."
    ),
    "UseALongerKeyboardPatternWithMoreTurns": gettext_noop("Use words instead of rows of keys."),
    "AvoidRepeatedWordsAndCharacters": gettext_noop("Do not repeat words or letters."),
    "AvoidSequences": gettext_noop("Leave out sequences such as “abc” or “6543”."),
    "AvoidRecentYears": gettext_noop("Leave out years."),
    "AvoidYearsThatAreAssociatedWithYou": gettext_noop("Leave out years that matter to you."),
    "AvoidDatesAndYearsThatAreAssociatedWithYou": gettext_noop(
        "Leave out dates that matter to you."
    ),
}
"""What to do, by zxcvbn's code."""


def problem_sentence(problem: PasswordProblem, least: int) -> str:
    """Return why something may not be a password, and what to do, in the language that is on.

    ``least``: the least length that is asked.
    """
    if problem is PasswordProblem.TOO_SHORT:
        return _(
            "Use at least %(length)d characters: three or four unrelated words are easy to "
            "remember."
        ) % {"length": least}
    if problem is PasswordProblem.TOO_LONG:
        return _("Use at most %(length)d characters.") % {"length": limits.LONGEST_PASSWORD}
    if problem is PasswordProblem.BREACHED:
        return _("This password was in a leak, and attackers try those first. Choose another one.")
    if problem is PasswordProblem.CONTEXT:
        return _(
            "This is made of your name, your address or the name of the organisation. Use other "
            "words."
        )
    return _("This is easy to guess.")


def sentences(judgement: PasswordJudgement) -> list[str]:
    """Return what to tell the person about a password, in the language that is on: first why it
    may not be one, then what to do; of a good one, that it is."""
    problems = [problem_sentence(each, judgement.least) for each in judgement.problems]
    if PasswordProblem.EASY in judgement.problems:
        problems += _advice(judgement)
    if problems:
        return problems
    if judgement.strength.guesses_log10 >= limits.STRONG_GUESSES_LOG10:
        return [_("This is a strong password.")]
    return [_("This password is good enough. Another word makes it stronger.")]


def _advice(judgement: PasswordJudgement) -> Iterator[str]:
    strength = judgement.strength
    if strength.warning in WARNINGS:
        yield _(WARNINGS[strength.warning])
    # Two are read; a list is not.
    for code in strength.suggestions[:2]:
        if code in SUGGESTIONS:
            yield _(SUGGESTIONS[code])

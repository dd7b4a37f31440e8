"""How soon, and in how many words, people are shown the uses of a purpose, and whom they may let in
themselves: what changed between two promises. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from aboveboard.promise.changes import ChangeDirection, PromiseChange
from aboveboard.promise.explain import period_in_words
from aboveboard.promise.model import DelayedWord, Purpose

_TELLS = {
    DelayedWord.NOTHING: "until then nothing is said of it",
    DelayedWord.COUNT: "until then only that there is one",
    DelayedWord.GROUND: "until then that there is one, and under which law",
}
_ORDER = list(DelayedWord)


def shown_changes(before: Purpose, after: Purpose) -> Iterator[PromiseChange]:
    """Yield what changed in how people are shown the uses of a purpose. To show less, or later, is
    more done with their data."""
    for less, sentence in _sentences(before, after):
        direction = ChangeDirection.WIDENED if less else ChangeDirection.NARROWED
        yield PromiseChange(direction, after.key, sentence)


def _sentences(before: Purpose, after: Purpose) -> Iterator[tuple[bool, str]]:
    title = f"“{after.title}”"
    if before.delay != after.delay:
        yield _shown_less(before, after), _delay_sentence(title, after)
    if (before.in_general is None) != (after.in_general is None):
        less = after.in_general is not None
        how = "in general words alone" if less else "as they were, and no longer in general words"
        yield less, f"Uses for {title} are now shown {how}."
    elif before.in_general != after.in_general:
        yield False, f"The general words for uses of {title} are others."
    if before.third_parties != after.third_parties:
        yield _opens_longer(before, after), _third_party_sentence(title, after)


def _opens_longer(before: Purpose, after: Purpose) -> bool:
    had, has = before.third_parties, after.third_parties
    if had is None or has is None:
        return has is not None
    return has.longest.longest() > had.longest.longest()


def _third_party_sentence(title: str, after: Purpose) -> str:
    if after.third_parties is None:
        return f"People can no longer let anybody in for {title}."
    period = period_in_words(after.third_parties.longest)
    return f"People can now let its recipients in for {title}, for {period} at most."


def _delay_sentence(title: str, after: Purpose) -> str:
    if after.delay is None:
        return f"Uses for {title} are now shown at once."
    period = period_in_words(after.delay.longest)
    return (
        f"Uses for {title} are now shown after {period} ({after.delay.law}); "
        f"{_TELLS[after.delay.tells]}."
    )


def _shown_less(before: Purpose, after: Purpose) -> bool:
    if before.delay is None or after.delay is None:
        return after.delay is not None
    had, has = before.delay.longest.longest(), after.delay.longest.longest()
    return has > had or _ORDER.index(after.delay.tells) < _ORDER.index(before.delay.tells)

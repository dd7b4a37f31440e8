"""What a promise says of uses that are shown late, or in general words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aboveboard.promise import loading
from aboveboard.promise.diff import ChangeDirection, compare
from aboveboard.promise.explain import purpose_in_words
from aboveboard.promise.loading.problems import PromiseRefused
from aboveboard.promise.model import DelayedWord, LawfulBasis, Promise, Purpose

TEXT = loading.SAMPLE.read_text("utf-8")
PURPOSE = next(line for line in TEXT.split("\n") if line.strip() == "basis: legal_obligation")
DELAY = "    delay: {law: POCA 2002 s 333A, longest: P6M, tells: count}\n"
GENERAL = "    shown_in_general: {who: Somebody who looks after wills, what: For somebody else}\n"


def promise(*more: str) -> Promise:
    whole = TEXT.replace(f"{PURPOSE}\n", "".join((f"{PURPOSE}\n", *more)), 1)
    return loading.load(whole.encode(), name="promise.yaml")


def sealed(of: Promise) -> Purpose:
    return next(each for each in of.purposes.values() if each.basis is LawfulBasis.LEGAL_OBLIGATION)


def test_a_delay_and_general_words_are_read_and_said_in_every_language() -> None:
    purpose = sealed(promise(DELAY, GENERAL))
    assert purpose.is_sealed
    assert purpose.delay is not None
    assert (purpose.delay.tells, str(purpose.delay.longest)) == (DelayedWord.COUNT, "P6M")
    for language, after in (("en", "six months"), ("fr", "six mois"), ("de", "sechs Monate")):
        words = purpose_in_words(promise(DELAY, GENERAL), purpose, language)
        assert after in words.delayed
        assert "POCA 2002 s 333A" in words.delayed
        assert words.in_general
    assert not sealed(promise()).is_sealed


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("    delay: {longest: P6M, tells: count}\n", "missing"),
        ("    delay: {law: X, tells: count}\n", "missing"),
        ("    delay: {law: X, longest: P6M}\n", "missing"),
        ("    delay: {law: X, longest: P0D, tells: count}\n", "wrong_value"),
        ("    delay: {law: X, longest: soon, tells: count}\n", "wrong_value"),
        ("    delay: {law: X, longest: P6M, tells: all}\n", "wrong_value"),
        ("    shown_in_general: {who: Somebody}\n", "missing"),
    ],
)
def test_half_of_a_delay_is_none(lines: str, code: str) -> None:
    with pytest.raises(PromiseRefused) as refused:
        promise(lines)
    assert {each.code for each in refused.value.problems} == {code}


def test_nothing_is_kept_from_people_without_a_law() -> None:
    whole = TEXT.replace("    basis: contract\n", f"    basis: contract\n{DELAY}", 1)
    with pytest.raises(PromiseRefused) as refused:
        loading.load(whole.encode(), name="promise.yaml")
    assert [each.code for each in refused.value.problems] == ["delay_without_law"]


def test_to_show_less_or_later_is_more_done_with_data() -> None:
    plain, both = promise(), promise(DELAY, GENERAL)
    assert [each.direction for each in compare(plain, both)] == [ChangeDirection.WIDENED] * 2
    assert [each.direction for each in compare(both, plain)] == [ChangeDirection.NARROWED] * 2
    shorter, silent = DELAY.replace("P6M", "P1M"), DELAY.replace("count", "nothing")
    (change,) = compare(promise(DELAY), promise(shorter))
    assert change.direction is ChangeDirection.NARROWED
    (change,) = compare(promise(DELAY), promise(silent))
    assert change.direction is ChangeDirection.WIDENED
    assert "nothing is said" in change.sentence
    other = promise(GENERAL.replace("wills", "letters"))
    (change,) = compare(promise(GENERAL), other)
    assert "others" in change.sentence
    assert compare(both, both) == ()
    assert replace(sealed(both), delay=None, in_general=None) == sealed(plain)

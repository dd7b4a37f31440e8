"""What may be a password (NIST SP 800-63B-4, 3.1.1.2)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password, get_hasher, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import translation
from zxcvbn_rs_py import Suggestion, Warning

from aboveboard.accounts.models import Account
from aboveboard.basics.actor import Role
from aboveboard.credentials.policy import PasswordPolicy, context_words, judge
from aboveboard.credentials.queries import judge_password
from aboveboard.credentials.strength import strength_of
from aboveboard.credentials.words import SUGGESTIONS, WARNINGS, sentences

ADA = Account(email="ada@staff.example", name="Ada Lovelace", team="Leeds shop", role=Role.ADVISER)


def problems(password: str, **known: Any) -> list[str]:
    words = context_words(("Adventure Works", "Ada Lovelace", "ada@staff.example"))
    given = {"least": 8, "words": words, "breached": 0} | known
    return [
        problem.value
        for problem in judge(password, strength=strength_of(password, words), **given).problems
    ]


@pytest.mark.parametrize(
    ("password", "wrong"),
    [
        ("Zq8#mX2", ["too_short"]),
        ("password1234", ["easy_to_guess"]),
        ("qwertyuiop[]", ["easy_to_guess"]),
        ("19.04.1984", ["easy_to_guess"]),
        ("AdventureWorks2026!", ["context"]),
        ("4dv3ntur3w0rk5", ["context"]),
        ("lovelace.1815", ["context"]),
        ("ada@staff.example", ["context"]),
        ("aaaaaaaaaaaaaaaa", ["easy_to_guess"]),
        ("x" * 4097, ["too_long", "easy_to_guess"]),
        # No rule about kinds of characters, and none is forbidden.
        ("blaue pferde tanzen laut", []),
        ("1948 0331 7725 6012 9", []),
        ("été brûlant, neige verte 🐎", []),
        ("adventureworks geht niemals allein baden", []),
        ("k" + "ümmel zopf birne" * 4, []),
    ],
)
def test_what_may_be_a_password(password: str, wrong: list[str]) -> None:
    assert problems(password) == wrong


def test_one_that_was_leaked_is_refused_however_strong() -> None:
    assert problems("blaue pferde tanzen laut", breached=1) == ["breached"]
    assert problems("blaue pferde tanzen laut", breached=None) == []


def test_length_is_counted_in_code_points_of_the_normal_form() -> None:
    decomposed = "e\u0301"  # é, as some keyboards send it
    assert judge_password(decomposed * 7, second_factor=True).problems[0] == "too_short"
    assert "too_short" not in judge_password(decomposed * 8, second_factor=True).problems
    # A code point beyond the first 65,536 counts once.
    assert "too_short" in judge_password("🐎" * 7, second_factor=True).problems


def test_fifteen_alone_and_eight_beside_a_second_step() -> None:
    rule = PasswordPolicy()
    assert (rule.least(second_factor=False), rule.least(second_factor=True)) == (15, 8)
    fourteen = "vT7#pLq2wRz9!k"
    assert judge_password(fourteen, second_factor=True).allowed
    assert [each.value for each in judge_password(fourteen, second_factor=False).problems] == [
        "too_short"
    ]


@pytest.mark.parametrize(
    ("user", "password", "wrong"),
    [
        (ADA, "leeds-shop-1", "Use other words"),
        (ADA, "vT7#pLq2", None),
        (None, "vT7#pLq2wRz9!k", "at least 15"),
    ],
)
def test_django_asks_the_policy_wherever_it_sets_a_password(
    user: Account | None, password: str, wrong: str | None
) -> None:
    if wrong is None:
        validate_password(password, user)
        return
    with pytest.raises(ValidationError, match=wrong):
        validate_password(password, user)


def test_a_password_is_the_same_on_every_keyboard() -> None:
    composed, decomposed = "caf\u00e9 am Fluss 7", "cafe\u0301 am Fluss 7"
    assert check_password(decomposed, make_password(composed))
    assert check_password(composed, make_password(decomposed))
    # A hash from before passwords were normalised, of who types it as they did then.
    hasher = get_hasher("default")
    before = super(type(hasher), hasher).encode(decomposed, "saltsaltsalt")
    assert check_password(decomposed, before)
    assert not check_password("cafe am Fluss 7", before)


@pytest.mark.parametrize("language", ["en", "fr", "de"])
def test_nobody_is_refused_without_what_to_do(language: str) -> None:
    with translation.override(language):
        for password in ("password", "aaaaaaaa", "qwertyui", "19.04.1984", "drowssap", "zebra"):
            shown = sentences(judge_password(password, second_factor=True))
            assert len(shown) >= 2 or "8" in shown[0], (password, shown)
            assert not re.search(r"\d/\d", " ".join(shown))  # no bare score


def test_every_hint_of_zxcvbn_has_our_words() -> None:
    for codes, texts in ((Warning, WARNINGS), (Suggestion, SUGGESTIONS)):
        known = {name for name in vars(codes) if name[0].isupper()}
        assert known == set(texts)

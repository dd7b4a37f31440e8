"""A passphrase opens what it sealed, asks where it should, and a changed line or costs
from outside are refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aboveboard.basics import settings as instance
from aboveboard.keys.limits import PASSPHRASE_MEMORY_KIB
from aboveboard.keys.providers import passphrase

TEXT = "ab" * 32 + "\n"
few = settings(max_examples=15)


@few
@given(
    st.text(alphabet=st.characters(codec="utf-8"), max_size=40),
    st.text(alphabet="0123456789abcdef\n", max_size=200),
)
def test_what_is_sealed_opens_with_the_same_words_alone(words: str, text: str) -> None:
    sealed = passphrase.seal(text, words, memory=64)
    assert passphrase.is_sealed(sealed)
    assert passphrase.unseal(sealed, words) == text
    with pytest.raises(passphrase.RootKeyUndecryptable, match="does not open"):
        passphrase.unseal(sealed, words + "x")


@few
@given(st.data())
def test_a_changed_character_is_refused(data: st.DataObject) -> None:
    sealed = passphrase.seal(TEXT, "words", memory=64)
    at = data.draw(st.integers(0, len(sealed) - 2))
    other = data.draw(
        st.sampled_from("0123456789abcdef xyz").filter(lambda mark: mark != sealed[at])
    )
    with pytest.raises(passphrase.RootKeyUndecryptable):
        passphrase.unseal(sealed[:at] + other + sealed[at + 1 :], "words")


def test_costs_that_would_exhaust_the_machine_are_refused_before_they_are_paid() -> None:
    mark, _, rest = passphrase.seal(TEXT, "words", memory=64).partition(" 64 ")
    with pytest.raises(passphrase.RootKeyUndecryptable, match="more memory"):
        passphrase.unseal(f"{mark} 9999999 {rest}", "words")


@pytest.mark.parametrize(
    ("memory", "passes", "lanes", "says"),
    [
        (8, 1, 1, "does not open"),
        (7, 1, 1, "more memory"),
        (128, 20, 16, "does not open"),
        (127, 20, 16, "more memory"),
        (128, 21, 16, "more memory"),
        (136, 20, 17, "more memory"),
        (64, 0, 1, "more memory"),
        (64, 1, 0, "more memory"),
        (4 * PASSPHRASE_MEMORY_KIB + 1, 1, 1, "more memory"),
    ],
)
def test_only_costs_that_argon2_and_this_machine_can_bear_are_paid(
    memory: int, passes: int, lanes: int, says: str
) -> None:
    """RFC 9106, section 3.1: at least 8 KiB a lane, at least one pass and one lane."""
    mark, salt_and_box = passphrase.seal(TEXT, "words", memory=64).split(" 64 3 4 ")
    changed = f"{mark} {memory} {passes} {lanes} {salt_and_box}"
    with pytest.raises(passphrase.RootKeyUndecryptable, match=says):
        passphrase.unseal(changed, "words")


def test_it_is_taken_from_a_file_before_the_environment_and_asked_for_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    current = instance.current()
    monkeypatch.delenv(passphrase.VARIABLE, raising=False)
    with pytest.raises(passphrase.RootKeyUndecryptable, match="nobody is there to be asked"):
        passphrase.get_passphrase(current)
    monkeypatch.setenv(passphrase.VARIABLE, "from the environment")
    assert passphrase.get_passphrase(current) == "from the environment"
    file = tmp_path / "words"
    file.write_text("from the file\n")
    named = replace(current, keys=replace(current.keys, passphrase_file=str(file)))
    assert passphrase.get_passphrase(named) == "from the file"
    file.unlink()
    with pytest.raises(passphrase.RootKeyUndecryptable, match="cannot be read"):
        passphrase.get_passphrase(named)


def test_a_terminal_is_asked_once_and_what_was_typed_is_handed_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    typed: list[str] = []
    monkeypatch.delenv(passphrase.VARIABLE, raising=False)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("getpass.getpass", lambda prompt: typed.append(prompt) or "typed")
    assert (
        passphrase.get_passphrase(instance.current())
        == passphrase.get_passphrase(instance.current())
        == "typed"
    )
    assert len(typed) == 1
    monkeypatch.delenv(passphrase.VARIABLE)


def test_a_new_one_is_typed_twice_and_long_enough() -> None:
    assert passphrase.passphrase_problem("correct horse battery", "correct horse battery") is None
    assert (
        passphrase.passphrase_problem("correct horse battery", "correct horse batterx")
        == "The two are not the same."
    )
    assert "15 characters" in str(passphrase.passphrase_problem("short", "short"))

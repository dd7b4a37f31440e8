"""A root key that the platform hands over: in a variable, or in a file that it keeps."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

import pytest

from aboveboard.keys.providers.provider import ProviderAway, RenewalRefused
from aboveboard.keys.providers.secret import SecretProvider, from_environment, from_file
from aboveboard.keys.wrapping import KeyUnwrapFailed, LocalKey

OLD, NEW = secrets.token_hex(32), secrets.token_hex(32)
KEY, CONTEXT = bytes(range(32)), b"context"
HandOver = Callable[[str | None], SecretProvider]


@pytest.fixture(params=["env", "secret"])
def hand_over(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> HandOver:
    """Let the platform hand over this text, or nothing."""
    file = tmp_path / "root"

    def hand(text: str | None) -> SecretProvider:
        if request.param == "env":
            monkeypatch.delenv("THE_ROOT_KEY", raising=False)
            if text is not None:
                monkeypatch.setenv("THE_ROOT_KEY", text)
            return from_environment("env:THE_ROOT_KEY", "THE_ROOT_KEY")
        file.unlink(missing_ok=True)
        if text is not None:
            file.write_text(text)
        return from_file("secret:/run/secrets/root", file)

    return hand


def test_what_it_wraps_it_opens_in_its_context_alone(hand_over: HandOver) -> None:
    ours = hand_over(OLD)
    wrapped = ours.wrap(KEY, CONTEXT)
    assert ours.unwrap(wrapped, CONTEXT) == KEY
    with pytest.raises(KeyUnwrapFailed):
        ours.unwrap(wrapped, b"another")
    with pytest.raises(KeyUnwrapFailed):
        hand_over(NEW).unwrap(wrapped, CONTEXT)


def test_a_new_key_is_handed_over_before_the_old_one_and_both_open(hand_over: HandOver) -> None:
    before = hand_over(OLD).wrap(KEY, CONTEXT)
    both = hand_over(f"{NEW} {OLD}")
    assert both.renew() == "The newest of the keys that were handed over is used from now on."
    assert both.settle(()).startswith(f"Take all keys but the first out of {both.name}")
    after = both.wrap(KEY, CONTEXT)
    assert [both.unwrap(wrapped, CONTEXT) for wrapped in (before, after)] == [KEY, KEY]
    alone = hand_over(NEW)
    assert alone.settle(()) == ""
    assert alone.unwrap(after, CONTEXT) == KEY
    with pytest.raises(KeyUnwrapFailed):
        alone.unwrap(before, CONTEXT)


def test_one_key_alone_is_not_renewed(hand_over: HandOver) -> None:
    with pytest.raises(RenewalRefused, match="only one key was handed over"):
        hand_over(OLD).renew()


@pytest.mark.parametrize("text", [None, "", "0b0b", "0b" * 31 + "zz"])
def test_without_a_key_it_says_what_to_hand_over(hand_over: HandOver, text: str | None) -> None:
    ours = hand_over(text)
    with pytest.raises(ProviderAway, match="64 hex digits"):
        ours.wrap(KEY, CONTEXT)


def test_the_root_key_itself_opens_what_the_first_version_wrapped_by_it(
    hand_over: HandOver,
) -> None:
    old = LocalKey(bytes.fromhex(OLD))
    root = hand_over(f"{NEW} {OLD}").local_key(old.id)
    assert root is not None
    assert root.unwrap(old.wrap(KEY, CONTEXT), CONTEXT) == KEY
    assert hand_over(NEW).local_key(old.id) is None

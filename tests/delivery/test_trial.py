"""A test message: what the mail server says of it is said, with what to do."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import replace

import pytest

from aboveboard.basics import settings
from aboveboard.delivery.trial import NoTestAddress, send_test
from tests.delivery.scripted import ScriptedServer

Sending = Callable[[int], None]


@pytest.fixture
def by(monkeypatch: pytest.MonkeyPatch) -> Sending:
    """Have mail leave by a port of this machine."""

    def use(port: int) -> None:
        current = settings.current()
        mail = replace(current.mail, url=f"smtp://127.0.0.1:{port}", sender="us@example.com")
        changed = replace(current, mail=mail)
        monkeypatch.setattr(settings, "current", lambda: changed)

    return use


def test_a_message_that_was_taken_has_arrived(by: Sending) -> None:
    with ScriptedServer() as server:
        by(server.port)
        trial = send_test("You@Example.com")
        assert (trial.is_taken, trial.reply) == (True, 250)
        ((to, message),) = server.kept
    assert to == "you@example.com"
    assert b"Subject: A test message from" in message
    assert "SPF" in trial.step


@pytest.mark.parametrize(
    ("address", "reply", "sentence", "step"),
    [
        ("refused@example.com", 550, "refused the message", "Check the address"),
        ("unwanted@example.com", 554, "refused the message", "Check the address"),
        ("later@example.com", 451, "put the message off", "Try again"),
        ("drop@example.com", 0, "connection was lost", "may have been taken"),
    ],
)
def test_what_the_server_said_of_the_message_is_told_apart(
    by: Sending, address: str, reply: int, sentence: str, step: str
) -> None:
    with ScriptedServer() as server:
        by(server.port)
        trial = send_test(address)
    assert (trial.is_taken, trial.reply) == (False, reply)
    assert sentence in trial.sentence
    assert step in trial.step


def test_a_sender_that_is_refused_is_named(by: Sending) -> None:
    with ScriptedServer(mail="550 not you") as server:
        by(server.port)
        trial = send_test("you@example.com")
    assert not trial.is_taken
    assert "mail.sender" in trial.sentence
    assert trial.reply == 550


def test_a_server_that_does_not_answer_is_said_to_be_away(by: Sending) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        by(nobody.getsockname()[1])
        trial = send_test("you@example.com")
    assert not trial.is_taken
    assert "does not answer" in trial.sentence
    assert "firewall" in trial.step


@pytest.mark.parametrize("address", ["nobody", "", "a@b@c", "you@example.com\r\nBcc: x@y.org"])
def test_what_is_no_address_is_refused_before_anything_is_asked(by: Sending, address: str) -> None:
    by(1)
    with pytest.raises(NoTestAddress):
        send_test(address)

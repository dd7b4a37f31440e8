"""No secret in an error, a log or on a page, however it got there."""

from __future__ import annotations

import logging
import secrets
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.basics import logs, redaction, settings
from aboveboard.basics.errors import AboveboardError, Invalid
from aboveboard.keys import shares

AGE = "AGE-SECRET-KEY-1QQPQZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQQPQZRY9X8GF2TVDWSLR4XJ9"
HEX = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
SECRETS = {
    "age key": AGE,
    "age key in small letters": AGE.lower(),
    "key in hex": HEX,
    "token": "ab_" + "Zk3mPq8R" * 5,
    "client secret": "abs_" + "Zk3mPq8R" * 5,
    "share": (
        "campus omit academic acid apart main mason expect deliver holy omit eclipse capture "
        "energy marvel hanger saver response vexed speak prune teacher cinema playoff therapy "
        "smell legend video beyond numb fluff glasses"
    ),
    "signing key": f"PRIVATE+KEY+trust.example/log+a1b2c3d4+{'Ab1+' * 11}",
    "vault token": "hvs.CAESIJ4Zk3mPq8RZk3mPq8R",
    "web token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.Zk3mPq8RZk3mPq8R",
    "database address": "postgresql://ab:Gr33nfieldMeadow@db.example/aboveboard",
    "mail address": "smtp+tls://ab:Gr33nf@eld/Me@dow@mail.example:587",
    "without slashes": "smtp:ab:Gr33nfieldMeadow@mail.example",
    "token as user": "https://Zk3mPq8RZk3mPq8RZk3mPq8RZk3mPq8R:x@vault.example",
    "DSN": "host=db password=Gr33nfieldMeadow dbname=ab",
    "random word": "Zk3mPq8RtZk3mPq8RtZk3mPq8Rt",
}
PARTS = {
    name: {
        "mail address": "Me@dow",
        "signing key": "a1b2c3d4+Ab1+Ab1+",
        "token as user": "Zk3mPq8RZk3mPq8R",
    }.get(name, "Gr33nfieldMeadow" if "Gr33nfield" in text else text)
    for name, text in SECRETS.items()
}
"""What of each must not be seen: all of it, or the password in it."""


def shows(text: str, secret: str) -> bool:
    """Whether eight characters of the secret, or all of a shorter one, stand in a text."""
    length = min(8, len(secret))
    return any(secret[at : at + length] in text for at in range(len(secret) - length + 1))


@pytest.mark.parametrize("name", SECRETS)
def test_what_was_typed_is_not_repeated_when_it_may_be_a_secret(name: str) -> None:
    for typed in (SECRETS[name], f" {SECRETS[name]}\n", f"key={SECRETS[name]}"):
        assert redaction.is_like_secret(typed)
        assert not shows(redaction.quote_input(typed), PARTS[name])


@pytest.mark.parametrize("name", sorted(set(SECRETS) - {"key in hex", "random word"}))
def test_a_secret_in_a_sentence_is_hidden_by_its_form(name: str) -> None:
    sentence = f"The file holds {SECRETS[name]} at line 3."
    assert not shows(redaction.redact(sentence), PARTS[name])
    assert redaction.redact(sentence).endswith("at line 3.")


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("cut", [1000, 70, 20])
def test_no_part_of_what_was_given_stays_in_a_sentence(name: str, cut: int) -> None:
    sentence = f"`{SECRETS[name][:cut]}` is nothing that this command takes."
    shown = redaction.remove_values(sentence, ["--key", SECRETS[name]])
    assert not shows(shown, PARTS[name][:cut])
    assert shown.endswith("is nothing that this command takes.")


@pytest.mark.parametrize(
    "text",
    [
        "leeds-shop",
        "incident-lead",
        "/srv/pytest-of-root/pytest-12/Zk3mPq8RtZk3mPq8Rt/customers.csv",
        "./backups/2026-11-28T100000Z",
        "backups/aboveboard-20261128T165652Z",
        "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kdgswq8qq5pq6tp",
        "https://trust.example/log",
        "postgresql://db.example/aboveboard",
        "ada.moss@example.org",
        "awskms:alias/aboveboard?region=eu-west-1",
        "2026-11-18T17:40+00:00",
        "We could not reach the mail server before the notices were due today",
    ],
)
def test_what_is_no_secret_is_repeated_as_it_was_typed(text: str) -> None:
    assert redaction.quote_input(text) == repr(text)
    assert redaction.redact(text) == text


def test_what_is_long_is_cut() -> None:
    assert redaction.quote_input("x " * 100) == repr("x " * 35 + "…")
    assert redaction.quote_input(["a"]) == "['a']"


@given(st.text(max_size=200))
def test_every_text_comes_back_whole_or_hidden(text: str) -> None:
    assert redaction.redact(redaction.redact(text)) == redaction.redact(text)
    assert redaction.remove_values(text, []) == redaction.redact(text)


class Repeats(AboveboardError):
    """The value {value} is wrong."""

    next_step = "Do not write {value}."


@pytest.mark.parametrize("name", sorted(set(SECRETS) - {"key in hex", "random word"}))
def test_no_error_holds_a_secret_whatever_its_details(name: str) -> None:
    for error in (Repeats(value=SECRETS[name]), Invalid(found=SECRETS[name], fix=SECRETS[name])):
        said = f"{error} {error.message} {error.step} {error.args} {logs.describe(error)}"
        assert not shows(said, PARTS[name])


@pytest.mark.parametrize("name", sorted(set(SECRETS) - {"key in hex", "random word"}))
@pytest.mark.parametrize("formatter", [logs.TextLines(), logs.JsonLines()])
def test_no_line_of_a_log_holds_a_secret(name: str, formatter: logging.Formatter) -> None:
    record = logging.makeLogRecord({"name": "x", "msg": "saw %s", "args": (SECRETS[name],)})
    record.where = SECRETS[name]
    assert not shows(formatter.format(record), PARTS[name])


TEXT_SETTINGS = [
    (section, name)
    for section, kind in settings.SECTIONS.items()
    for name in kind.__dataclass_fields__
]


@pytest.mark.slow
@pytest.mark.parametrize(("section", "name"), TEXT_SETTINGS)
@pytest.mark.parametrize("by", ["file", "environment"])
def test_no_setting_that_is_wrong_shows_a_secret(
    section: str, name: str, by: str, tmp_path: Path
) -> None:
    for kind, secret in SECRETS.items():
        environment = {}
        text = f'[{section}]\n{name} = """{secret}"""\n'
        if by == "environment":
            environment[f"ABOVEBOARD_{section}_{name}".upper()] = secret
            text = ""
        (tmp_path / settings.FILE_NAME).write_text(text)
        said = ""
        try:
            settings.load(tmp_path, environment)
        except settings.WrongSetting as error:
            said = str(error)
        assert not shows(said, PARTS[kind])


def test_a_random_key_of_ours_is_a_secret_in_each_of_its_forms() -> None:
    for _ in range(50):
        key = secrets.token_bytes(32)
        assert all(
            redaction.redact(share) == redaction.HIDDEN
            for share in shares.split(key, threshold=2, shares=3)
        )
        assert redaction.is_like_secret(key.hex())
        assert redaction.is_like_secret("ab_" + secrets.token_urlsafe(32))

"""Columns are guessed by name, else by content; whoever confirms sees no value of a stranger."""

from __future__ import annotations

import io

import pytest

from aboveboard.incidents.leaks import columns, passwords
from aboveboard.incidents.leaks.opening import look

BCRYPT = "$2b$12$" + "a" * 53
MD5 = "5f4dcc3b5aa765d61d8327deb882cf99"

GUESSES = [
    (
        "names in English",
        b"E-Mail,Phone Number,Password_Hash\na@x.io,1,2\n",
        ["email", "phone", "password"],
    ),
    (
        "names in French and German",
        b"courriel;Telefon;Passwort\na@x.io;1;2\n",
        ["email", "phone", "password"],
    ),
    (
        "names of a database dump",
        b"users.email,users.first_name,users.created_at\na@x.io,Ann,1\n",
        ["email", "first_name", "ignore"],
    ),
    ("an unknown name with content", b"kontakt,x\na@x.io,1\nb@x.io,2\n", ["email", "ignore"]),
    ("no header: address and MD5", f"a@x.io:{MD5}\nb@x.io:{MD5}\n".encode(), ["email", "password"]),
    (
        "no header: address and phone",
        b"a@x.io\t+44 20 7946 0018\nb@x.io\t020 7946 0018\n",
        ["email", "phone"],
    ),
    (
        "card numbers pass Luhn",
        b"a@x.io,4111111111111111\nb@x.io,5500005555555559\n",
        ["email", "card_number"],
    ),
    (
        "long numbers that do not are phones at most",
        b"a@x.io,4111111111111112\nb@x.io,4111111111111113\n",
        ["email", "phone"],
    ),
    ("birth dates", b"a@x.io,1966-04-08\nb@x.io,1970-01-01\n", ["email", "birth_date"]),
]


@pytest.mark.parametrize(
    ("content", "expected"), [story[1:] for story in GUESSES], ids=[story[0] for story in GUESSES]
)
def test_guesses(content: bytes, expected: list[str]) -> None:
    assert [guess.role for guess in look(io.BytesIO(content)).columns] == expected


def test_a_look_quotes_no_value() -> None:
    seen = look(io.BytesIO(b"secret@x.io:hunter2\nother@x.io:letmein\n"))
    assert "hunter2" not in repr(seen)
    assert "secret" not in repr(seen)


def test_confirmation_needs_something_to_match_by() -> None:
    with pytest.raises(columns.NothingToMatchBy):
        columns.check(["password", "ignore"])
    with pytest.raises(columns.NoSuchRole):
        columns.check(["email", "shoe_size"])


PASSWORDS = [
    ("plain", "hunter2", "plain", False),
    ("MD5", MD5, "hex", False),
    ("SHA-1", "a" * 40, "hex", False),
    ("SHA-256", "b" * 64, "hex", False),
    ("salted MD5", MD5 + ":salt", "salted-hex", False),
    ("md5crypt", "$1$saltsalt$" + "a" * 22, "md5-crypt", False),
    ("sha512crypt", "$6$saltsalt$" + "a" * 86, "sha-crypt", False),
    ("bcrypt", BCRYPT, "bcrypt", True),
    ("argon2id", "$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$" + "a" * 43, "argon2", True),
    ("Django's PBKDF2", "pbkdf2_sha256$600000$salt$" + "a" * 44, "pbkdf2", True),
    ("scrypt", "scrypt:32768:8:1$salt$" + "a" * 64, "scrypt", True),
    ("a bcrypt cut short is no bcrypt", BCRYPT[:-5], "plain", False),
]


@pytest.mark.parametrize(
    ("value", "form", "strong"),
    [story[1:] for story in PASSWORDS],
    ids=[story[0] for story in PASSWORDS],
)
def test_strong_hashes_are_told_from_readable_ones(value: str, form: str, strong: bool) -> None:
    assert (passwords.form(value), passwords.is_strong(value)) == (form, strong)

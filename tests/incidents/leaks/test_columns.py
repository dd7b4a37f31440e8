"""Columns are guessed by name, else by content; whoever confirms sees no value of a stranger."""

from __future__ import annotations

import io

import pytest

from aboveboard.incidents.leaks import columns
from aboveboard.incidents.leaks.opening import sample
from aboveboard.kinds import recognise

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
    assert [guess.role for guess in sample(io.BytesIO(content)).columns] == expected


def test_a_look_quotes_no_value() -> None:
    seen = sample(io.BytesIO(b"secret@x.io:hunter2\nother@x.io:letmein\n"))
    assert "hunter2" not in repr(seen)
    assert "secret" not in repr(seen)


def test_confirmation_needs_something_to_match_by() -> None:
    with pytest.raises(columns.NothingToMatchBy):
        columns.check(["password", "ignore"])
    with pytest.raises(columns.NoSuchRole):
        columns.check(["email", "shoe_size"])


def test_what_a_column_may_look_like_is_known() -> None:
    assert {role.content for role in columns.roles().values() if role.content} <= recognise.known()

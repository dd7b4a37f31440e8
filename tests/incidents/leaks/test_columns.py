"""Columns are guessed by name, else by content; whoever confirms sees no value of a stranger."""

from __future__ import annotations

import io

import pytest

from aboveboard.incidents.leaks import columns
from aboveboard.incidents.leaks.opening import sample
from aboveboard.kinds import recognise

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.one_database("how columns are guessed"),
]  # where our people live is asked, for their phones

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
        "long numbers that do not are nothing that we know, so they count as a secret",
        b"a@x.io,4111111111111112\nb@x.io,4111111111111113\n",
        ["email", "unknown"],
    ),
    (
        "a full column that nobody can name counts as a secret",
        b"a@x.io,Meadow\nb@x.io,Sunrise\n",
        ["email", "unknown"],
    ),
    (
        "the second half of a pair is a secret whatever it looks like",
        b"a@x.io:1234\nb@x.io:Meadow\n",
        ["email", "password"],
    ),
    (
        "a column that counts the rows is nobody's secret",
        b"1;a@x.io\n2;b@x.io\n3;c@x.io\n",
        ["ignore", "email"],
    ),
    (
        "numbers of one length beside a date of birth are no phones",
        b"295847280|a@x.io|1969-01-10\n295847281|b@x.io|1969-01-11\n",
        ["national_id", "email", "birth_date"],
    ),
    (
        "numbers that check are national numbers",
        b"a@x.io;295109912611193\nb@x.io;269054958815780\n",
        ["email", "national_id"],
    ),
    (
        "social security numbers are no phones",
        b"a@x.io;078-05-1120\nb@x.io;219-09-9999\n",
        ["email", "national_id"],
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


NAMELESS = [
    ("names of people", b"John,Smith\nJane,Doe\nNick,Ville\n"),
    ("names before addresses that came later", b"John;Smith\nJane;jane@x.io\n"),
    ("an object by name", b'{"John Smith": {"mail": "j@x.io"}, "Jane": {"mail": "d@x.io"}}'),
    ("an object by address", b'{"john@x.io": "secret", "jane@x.io": "secret"}'),
]


@pytest.mark.parametrize(
    "content", [story[1] for story in NAMELESS], ids=[story[0] for story in NAMELESS]
)
def test_nobody_s_name_is_shown_as_the_name_of_a_column(content: bytes) -> None:
    shown = " ".join(guess.header for guess in sample(io.BytesIO(content)).columns)
    assert not any(name in shown for name in ("John", "Jane", "Nick", "john", "jane"))


def test_confirmation_needs_something_to_match_by() -> None:
    with pytest.raises(columns.NothingToMatchBy):
        columns.check(["password", "ignore"])
    with pytest.raises(columns.NoSuchRole):
        columns.check(["email", "shoe_size"])


def test_what_a_column_may_look_like_is_known() -> None:
    assert {
        role.content for role in columns.roles().values() if role.content
    } <= recognise.known_names()

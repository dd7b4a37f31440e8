"""What a value looks like, without anybody saying what it is."""

import pytest

from aboveboard.kinds.recognise import known_names, matches, password_form

BCRYPT = "$2b$12$" + "a" * 53
MD5 = "5f4dcc3b5aa765d61d8327deb882cf99"

VALUES = {
    "email": (["a@x.io", "o'hara@mail.example.org"], ["a@x", "a b@x.io", "x.io"]),
    "phone": (["+44 20 7946 0018", "020 7946 0018"], ["12345", "call me"]),
    "date": (["1966-04-08", "8/4/1966", "08.04.1966"], ["08/04/66", "1866-04-08"]),
    "card_number": (
        ["4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111"],
        ["4111111111111112", "411111111111", "411111111111111x"],
    ),
    "card_expiry": (["04/27", "4/2027", "12/30"], ["13/27", "00/27"]),
    "ip_address": (["192.0.2.7", "2001:db8::1:2"], ["192.0.2", "example.org"]),
    "bank_account": (["GB33BUKB20201555555555", "DE89 3704 0044 0532 0130 00"], ["33BUKB2020"]),
    "national_id": (["078-05-1120"], ["078051120"]),
    "password_hash": ([BCRYPT, MD5], ["hunter2"]),
}


def test_every_value_has_its_examples() -> None:
    assert set(VALUES) == known_names()


@pytest.mark.parametrize("what", sorted(VALUES))
def test_what_matches_it_and_what_does_not(what: str) -> None:
    yes, no = VALUES[what]
    assert [value for value in yes if not matches(what, value)] == []
    assert [value for value in no if matches(what, value)] == []


def test_a_name_that_nobody_knows_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        matches("shoe_size", "44")


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
    found = password_form(value)
    assert (found.name, found.strong) == (form, strong)
    assert matches("password_hash", value) == (form != "plain")

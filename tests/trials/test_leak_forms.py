"""Leaked files of more forms, as people find them: everybody in them is found and nobody else,
every line is accounted for, and what leaked is named."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode

import pytest

from aboveboard.basics import clock
from aboveboard.commands import exits
from aboveboard.incidents import queries
from tests.trials.leak_files import xlsx
from tests.trials.test_leaks import (  # noqa: F401 - customers and opened are fixtures
    EVERYBODY,
    SECRETS,
    SIX,
    Opened,
    customers,
    numbers_in,
    opened,
)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.one_database("how a leak is read; tests/incidents counts on both"),
]

NAMES = ("Ada Moss", "Ben Hale", "Cleo Ng", "Dan O’Shea", "Eve Null", "Finn Roy", "S One", "S Two")
NUMBERS = (*(f"AW00{n}" for n in range(1, 7)), "ZZ007", "ZZ008")
PHONES = (*(f"44207946010{n}" for n in range(1, 7)), "442079460997", "442079460998")


def each(template: str, end: str = "\n") -> str:
    """A line for each of six customers and two strangers."""
    lines = []
    for n, (address, secret) in enumerate(zip(EVERYBODY, SECRETS, strict=True)):
        first, last = NAMES[n].split()
        raw = address.encode()
        lines.append(
            template.format(
                n=n,
                insert="INSERT",
                address=address,
                escaped=address.replace("@", "%2540"),
                local=address.split("@")[0],
                domain=address.split("@")[1],
                spelled=address.replace("@", " at ").replace(".", " dot "),
                secret=secret,
                first=first,
                last=last,
                number=NUMBERS[n],
                phone=PHONES[n],
                power=f"{PHONES[n][0]}.{PHONES[n][1:]}E+11",
                base64=b64encode(raw + b":" + secret.encode()).decode(),
                word=b64encode(f"{first} <{address}>".encode()).decode(),
                md5=hashlib.md5(raw, usedforsecurity=False).hexdigest(),
                sha1=hashlib.sha1(raw, usedforsecurity=False).hexdigest().upper(),
                sha256=b64encode(hashlib.sha256(raw).digest()).decode(),
                hashed=hashlib.md5(secret.encode(), usedforsecurity=False).hexdigest(),
                hexed=raw.hex(),
            )
        )
    return end.join(lines) + end


_PEOPLE = [
    {"email": address, "password": secret}
    for address, secret in zip(EVERYBODY, SECRETS, strict=True)
]
_BY_ADDRESS = {row["email"]: {"password": row["password"]} for row in _PEOPLE}

PAIR, TABLE = ("email", "password"), ("ignore", "email", "password")

FORMS: dict[str, tuple[str | bytes, tuple[str, ...]]] = {
    "a channel's words above pairs": (
        "====\n Join t.me/leaks \n====\n\n" + each("{address}:{secret}"), PAIR,
    ),
    "address, hash and salt": (each("{address}:{hashed}:x9{n}"), ("email", "password", "unknown")),
    "where from, and a pair": (each("https://a.example/in:{address}:{secret}"), ()),
    "a pair behind a link": (each("https://a.example/in {address}:{secret}"), ()),
    "bars with blanks": ("id | email | password\n" + each("{n} | {address} | {secret}"), TABLE),
    "tildes": ("id~email~password\n" + each("{n}~{address}~{secret}"), TABLE),
    "control signs": (each("{n}\x01{address}\x01{secret}"), ("ignore", "email", "unknown")),
    "empty signs between": (
        each("{n};\0{address}\0;{secret}\0\0"), ("ignore", "email", "unknown"),
    ),
    "a slash": (each("{address}/{secret}"), ()),
    "an arrow": (each("{address} => {secret}"), ()),
    "single quotes": ("'email','password'\n" + each("'{address}','{secret}'"), PAIR),
    "quotes behind a backslash": (
        "email,about,password\n" + each('"{address}","a \\"b\\", c","{secret}"'),
        ("email", "unknown", "password"),
    ),
    "lines within cells": (
        "email,about,password\n" + each('{address},"a\nb, {n}",{secret}'),
        ("email", "unknown", "password"),
    ),
    "amounts with commas": (
        "email;betrag;passwort\n" + each("{address};1.234,5{n};{secret}"),
        ("email", "unknown", "password"),
    ),
    "a name and words": ("customer,password\n" + each('"{first} <{address}>",{secret}'), ()),
    "names in Russian and an old encoding": (
        ("email;имя;password\n" + each("{address};Иван;{secret}")).encode("cp1251"),
        ("email", "unknown", "password"),
    ),
    "a Mac's line ends and letters": (
        ("email;name;password\r" + each("{address};Zoë;{secret}", "\r")).encode("mac_roman"),
        ("email", "name", "password"),
    ),
    "UTF-32": (("email;password\n" + each("{address};{secret}")).encode("utf-32"), PAIR),
    "JSON by address": (json.dumps(_BY_ADDRESS), PAIR),
    "JSON by address over lines": (json.dumps(_BY_ADDRESS, indent=1), PAIR),
    "JSON in a script": ("var users = " + json.dumps(_PEOPLE) + ";\n", PAIR),
    "JSON lines with commas": ("".join(json.dumps(row) + ",\n" for row in _PEOPLE), PAIR),
    "a shell's objects": (
        each('{{"_id" : ObjectId("5f{n}"), "email" : "{address}", "password" : "{secret}", }}'),
        ("ignore", *PAIR),
    ),
    "Python's objects": ("".join(f"{row!r}\n" for row in _PEOPLE), PAIR),
    "mongoexport": (
        each('{{"_id":{{"$oid":"5f{n}"}},"profile":{{"email":"{address}"}},"password":"{secret}"}}'),
        ("unknown", *PAIR),
    ),
    "a dump's values in hex": (
        "CREATE TABLE `u` (`email` varbinary(255), `password` text);\n"
        + each("{insert} INTO `u` VALUES (0x{hexed},'{secret}');"),
        PAIR,
    ),
    "a dump's values of bytes": (
        "SET standard_conforming_strings = on;\n"
        + each("{insert} INTO u (email, password) VALUES ('\\x{hexed}', '{secret}');"),
        PAIR,
    ),
    "a dump that converts": (
        each("INSERT [dbo].[A b] ([email], [password], [birth date]) VALUES "
             "(N'{address}', N'{secret}', CAST(N'1980-05-04' AS Date))\nGO"),
        (*PAIR, "birth_date"),
    ),
    "base64 in each line": (each("{base64}"), ()),
    "links within links": (each("GET /in?next=%2Fa%3Fmail%3D{escaped}&p={secret}"), ()),
    "spelled out": (each("{spelled} ; {secret}"), ()),
    "words of a message's head": (each("=?utf-8?B?{word}?= {secret}"), ()),
    "Facebook's": (
        each("{phone}:1000{n}:{first}:{last}:male:Leeds, UK::1/1/2019 12:00:00 AM:{address}:"),
        ("phone", "email"),
    ),
}  # fmt: skip

OTHERWISE: dict[str, tuple[str | bytes, tuple[str, ...]]] = {
    "MD5 of addresses": (each("{md5}"), ("email_digest",)),
    "MD5 of addresses, and secrets": (each("{md5}:{secret}"), ("email_digest", "unknown")),
    "SHA-1 in capitals": ("id,hashed_email\n" + each("{n},{sha1}"), ("email_digest",)),
    "SHA-256 in base64": ("email_sha256;ip\n" + each("{sha256};10.0.0.1"), ("email_digest",)),
    "MD5 with a prefix": ("hem\n" + each("0x{md5}"), ("email_digest",)),
    "numbers that a workbook keeps as text": (
        "customer_id,name\n" + each('="{number}",{first}'),
        ("customer_number", "name"),
    ),
    "numbers with words around": (
        "customer_id,name\n" + each("Customer no. {number},{first}"),
        ("customer_number", "name"),
    ),
    "numbers with blanks in small letters": (
        "kundennummer;x\n" + each("{number};1").replace("AW", "aw "),
        ("customer_number",),
    ),
    "phones in powers of ten": ("name,phone\n" + each("{first},{power}"), ("name", "phone")),
    "phones as numbers of a workbook": (
        xlsx({"A": [["phone"], *([int(phone)] for phone in PHONES)]}),
        ("phone",),
    ),
    "phones with zeros in front": ("tel\n" + each("00{phone}"), ("phone",)),
}


def check(facts: dict[str, object], columns: tuple[str, ...]) -> None:
    """What a file came to: every line accounted for, and the columns named."""
    assert facts["code"] == exits.DONE, facts
    assert facts["stranger_lines"] == 2
    evidence = queries.page(1, at=clock.now()).evidence
    assert evidence is not None
    assert [name for name in columns if name not in evidence.columns] == []


@pytest.mark.parametrize("name", FORMS)
def test_everybody_is_found_and_their_secrets_are_named(
    name: str,
    opened: Opened,  # noqa: F811 - the fixture
    customers: dict[str, int],  # noqa: F811 - the fixture
) -> None:
    content, columns = FORMS[name]
    facts = opened(content)
    check(facts, columns)
    assert numbers_in(facts, customers) == SIX
    assert facts["unread_lines"] == (3 if "above" in name else 0)
    people = queries.people(1, limit=9)
    assert all({"e-mail address", "password"} <= set(person.readable) for person in people)


@pytest.mark.parametrize("name", OTHERWISE)
def test_everybody_is_found_by_what_stands_for_them(
    name: str,
    opened: Opened,  # noqa: F811 - the fixture
    customers: dict[str, int],  # noqa: F811 - the fixture
) -> None:
    content, columns = OTHERWISE[name]
    facts = opened(content)
    check(facts, columns)
    assert numbers_in(facts, customers) == SIX
    assert facts["unread_lines"] == 0


BIRTHS = {
    "two columns": "first_name,last_name,birth_date\n" + each("{first},{last},1980-05-04"),
    "last name first": "Name;Geburtsdatum\n" + each('"{last}, {first}";04.05.1980'),
    "month first": "full name|dob\n" + each("{first} {last}|05/04/1980"),
    "in words": "name;date of birth\n" + each("{first} B. {last};4 May 1980"),
    "a day of a workbook": xlsx(
        {"A": [["first name", "last name", "dob"], *([*name.split(), 29345] for name in NAMES)]}
    ),
}


@pytest.mark.parametrize("name", BIRTHS)
def test_a_name_with_a_date_of_birth_may_be_somebodys(
    name: str,
    opened: Opened,  # noqa: F811 - the fixture
    customers: dict[str, int],  # noqa: F811 - the fixture
) -> None:
    facts = opened(BIRTHS[name])
    assert facts["code"] == exits.DONE, facts
    assert numbers_in(facts, customers) == SIX
    # Somebody else may have both, so each is in doubt until a person says.
    assert facts["ambiguous_lines"] == 6
    assert facts["stranger_lines"] == 2


def test_a_name_born_another_day_is_nobodys(
    opened: Opened,  # noqa: F811 - the fixture
    customers: dict[str, int],  # noqa: F811 - the fixture
) -> None:
    facts = opened("name,dob\nAda Moss,1980-05-05\nAda Hale,1980-05-04\n")
    assert numbers_in(facts, customers) == set()
    assert facts["stranger_lines"] == 2


def test_a_number_that_was_rounded_is_nobodys_and_listed(
    opened: Opened,  # noqa: F811 - the fixture
    customers: dict[str, int],  # noqa: F811 - the fixture
) -> None:
    facts = opened(f"name,phone\nAda,4.42E+11\nBen,+{PHONES[1]}\n")
    assert numbers_in(facts, customers) == {"AW002"}
    [line] = queries.unread_lines(1)
    assert line.reason == "rounded"


MAILBOXES = {
    "behind a plus": "ada.moss+shop@example.org",
    "in capitals behind a plus": "ADA.MOSS+x@EXAMPLE.ORG",
}


@pytest.mark.parametrize("name", MAILBOXES)
def test_an_address_that_reaches_the_same_mailbox_is_theirs(
    name: str,
    opened: Opened,  # noqa: F811 - the fixture
    customers: dict[str, int],  # noqa: F811 - the fixture
) -> None:
    facts = opened(f"{MAILBOXES[name]}:x\nben.hale@example.org:y\n")
    assert numbers_in(facts, customers) == {"AW001", "AW002"}

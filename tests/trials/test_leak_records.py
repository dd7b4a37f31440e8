"""Leaked records of a name and a value in each line: everybody in them is found with what stands in
the other lines of their record, and nobody else."""

from __future__ import annotations

from base64 import b64encode, encodebytes

import pytest

from aboveboard.commands import exits
from aboveboard.incidents import queries
from tests.trials.test_leak_forms import check, each
from tests.trials.test_leaks import (  # noqa: F401 - customers and opened are fixtures
    ADDRESSES,
    EVERYBODY,
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

_FOLDED = "".join(
    f"dn: ou={n},dc=example\nmail: {address[:6]}\n {address[6:]}\nuserPassword: x{n}\n\n"
    for n, address in enumerate(EVERYBODY)
)
_ENCODED = "".join(
    f"dn: ou={n},dc=example\nmail:: {b64encode(address.encode()).decode()}\nuserPassword: x\n\n"
    for n, address in enumerate(EVERYBODY)
)
_CARD = "BEGIN:VCARD\r\nVERSION:{}\r\n{}\r\nEND:VCARD\r\n"

WITH_SECRETS = {
    "a thief's program": each(
        "=====\nURL: https://a.example/in\nUsername: {address}\nPassword: {secret}"
    ),
    "a thief's program, with blank lines": "*** t.me/leaks ***\n\n"
    + each("SOFT:\tChrome\nHOST:\thttps://a.example/\nUSER:\t{address}\nPASS:\t{secret}\n"),
    "LDIF, folded": "version: 1\n\n" + _FOLDED,
    "LDIF in base64": "version: 1\n\n" + _ENCODED,
    "names before an equals sign": each("id={n}\nemail={address}\npassword={secret}\n"),
    "XML of a database": '<?xml version="1.0"?>\n<table>\n'
    + each(
        '<row>\n <field name="email">{address}</field>\n'
        ' <field name="password">{secret}</field>\n</row>'
    )
    + "</table>\n",
    "elements of XML": "<users>\n"
    + each("<user>\n <id>{n}</id>\n <email>{address}</email>\n <pwd>{secret}</pwd>\n</user>")
    + "</users>\n",
    "sections": each('[user {n}]\nemail = "{address}"\npassword = "{secret}"'),
    "YAML": "users:\n" + each("  - id: {n}\n    email: {address}\n    password: {secret}"),
    "rows one below the other": each(
        "********** {n}. row **********\n   id: {n}\n   email: {address}\npassword: {secret}"
    ),
}

CARDS = {
    "vCard": each(_CARD.format("3.0", "FN:{first} {last}\r\nEMAIL;TYPE=INTERNET:{address}")),
    "vCard, folded": "".join(
        _CARD.format("3.0", f"FN:X\r\nEMAIL;TYPE=WORK;TYPE=pref:{each_of[:8]}\r\n {each_of[8:]}")
        for each_of in EVERYBODY
    ),
    "vCard, quoted-printable": "".join(
        _CARD.format(
            "2.1",
            "EMAIL;ENCODING=QUOTED-PRINTABLE:"
            + "=\r\n".join((address[:5], address[5:].replace("@", "=40"))),
        )
        for address in EVERYBODY
    ),
    "vCard 4.0 of phones": each(_CARD.format("4.0", "FN:{first}\r\nTEL;VALUE=uri:tel:+{phone}")),
}

MESSAGES = {
    "whom it went to": "From: Shop <shop@stranger.example>\r\nTo: "
    + ",\r\n ".join(f'"Moss, A" <{address}>' for address in ADDRESSES[:3])
    + f"\r\nCc: {ADDRESSES[3]}\r\nBcc: {ADDRESSES[4]}, {ADDRESSES[5]}\r\n\r\nDear customers\r\n",
    "a list in it": "From: shop@stranger.example\nTo: a@stranger.example\nMIME-Version: 1.0\n"
    "Content-Transfer-Encoding: base64\n\n" + encodebytes(each("{address}").encode()).decode(),
}


@pytest.mark.parametrize("name", WITH_SECRETS)
def test_what_stands_in_other_lines_of_a_record_is_its_persons(
    name: str,
    opened: Opened,  # noqa: F811 - the fixture
    customers: dict[str, int],  # noqa: F811 - the fixture
) -> None:
    facts = opened(WITH_SECRETS[name])
    check(facts, ("password",))
    assert numbers_in(facts, customers) == SIX
    people = queries.people(1, limit=9)
    assert all({"e-mail address", "password"} <= set(person.readable) for person in people)


@pytest.mark.parametrize("name", CARDS)
def test_address_books_name_no_secret(
    name: str,
    opened: Opened,  # noqa: F811 - the fixture
    customers: dict[str, int],  # noqa: F811 - the fixture
) -> None:
    facts = opened(CARDS[name])
    check(facts, ("phone",) if "phones" in name else ("email",))
    assert numbers_in(facts, customers) == SIX
    assert facts["unread_lines"] == 0
    assert not any("password" in person.readable for person in queries.people(1, limit=9))


@pytest.mark.parametrize("name", MESSAGES)
def test_whoever_a_message_names_is_found(
    name: str,
    opened: Opened,  # noqa: F811 - the fixture
    customers: dict[str, int],  # noqa: F811 - the fixture
) -> None:
    facts = opened(MESSAGES[name])
    assert facts["code"] == exits.DONE, facts
    assert numbers_in(facts, customers) == SIX

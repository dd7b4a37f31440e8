"""People who are named in a leaked file by something else than their address as it is written: in
credentials of requests, as accounts of a messenger, in two columns."""

from __future__ import annotations

from base64 import b64encode

import pytest

from aboveboard.commands import exits
from tests.trials.test_leaks import (  # noqa: F401 - customers and opened are fixtures
    ADDRESSES,
    SECRETS,
    SIX,
    Opened,
    customers,
    numbers_in,
    opened,
    read_alike,
)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.one_database("how a leak is read; tests/incidents counts on both"),
]


def each(template: str) -> str:
    """A line for each of six customers."""
    lines = []
    for number, (address, secret) in enumerate(zip(ADDRESSES, SECRETS, strict=False), 1):
        user, _, domain = address.partition("@")
        lines.append(
            template.format(
                number=number,
                basic=b64encode(f"{address}:{secret}".encode()).decode(),
                numbered=b64encode(f"AW00{number}:{secret}".encode()).decode().rstrip("="),
                phone=f"44207946010{number}",
                user=user,
                domain=domain,
                secret=secret,
            )
        )
    return "\n".join(lines) + "\n"


SPELLINGS = {
    "credentials of requests": each('10.0.0.{number} "Authorization: Basic {basic}" 200'),
    "credentials in small letters": each("GET /me authorization=basic {basic}"),
    "a number in credentials": each("10.0.0.{number} Basic {numbered} 401"),
    "accounts of WhatsApp": each("2024-01-0{number} from {phone}@s.whatsapp.net: hello"),
    "a column of accounts": "jid,text\n" + each("{phone}@s.whatsapp.net,hello"),
    "accounts of the web": each('{{"id": "{phone}@c.us", "body": "hello"}}'),
    "accounts of a second device": each("{phone}:12@s.whatsapp.net|hello"),
    "name and domain in two columns": "user,domain,password\n" + each("{user},{domain},{secret}"),
    "domain and name, no header": each("{domain};{user};{secret}"),
    "a domain with its sign": each("{number}\t{user}\t@{domain}\t{secret}"),
}


@read_alike
@pytest.mark.parametrize("name", SPELLINGS)
def test_whoever_is_named_otherwise_is_counted_too(
    name: str,
    opened: Opened,  # noqa: F811 - the fixture
    customers: dict[str, int],  # noqa: F811 - the fixture
) -> None:
    facts = opened(SPELLINGS[name])
    assert facts["code"] == exits.DONE, facts
    assert numbers_in(facts, customers) == SIX


@read_alike
def test_a_name_beside_a_domain_adds_nobody_to_whoever_is_named_by_an_address(
    opened: Opened,  # noqa: F811 - the fixture
    customers: dict[str, int],  # noqa: F811 - the fixture
) -> None:
    facts = opened(f"email,user,site\n{ADDRESSES[0]},ben.hale,example.org\n")
    assert numbers_in(facts, customers) == {"AW001"}

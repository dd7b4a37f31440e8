"""Made-up customers with the columns of the sample file: for the demo, the tests and the benches.

The same seed always makes the same people, so a failing test can be run again.
"""

from __future__ import annotations

import csv
import random
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from aboveboard.basics import shipped

COLUMNS = (
    "customer_id",
    "title",
    "first_name",
    "last_name",
    "email",
    "phone",
    "address_line1",
    "address_line2",
    "city",
    "region",
    "postal_code",
    "country",
    "birth_date",
    "gender",
    "marital_status",
    "annual_income",
    "occupation",
    "children",
    "home_owner",
    "card_type",
    "card_number",
    "card_expiry",
)

_CARDS = ("ColonialVoice", "Distinguish", "SuperiorCard", "Vista")
_WORK = ("Professional", "Skilled Manual", "Management", "Clerical", "Manual")
_OLDEST = date(1940, 1, 1)


def people(count: int, *, seed: int = 2026) -> Iterator[dict[str, str]]:
    """Yield ``count`` made-up customers, each with an e-mail address and
    customer number of their own."""
    chance = random.Random(seed)  # noqa: S311 - made-up people, not secrets
    countries = _names()
    weights = [facts["share"] for facts in countries.values()]
    for number in range(count):
        country = chance.choices(list(countries), weights)[0]
        yield _person(number, country, countries[country], chance)


def write(file: Path, count: int, *, seed: int = 2026) -> None:
    """Write ``count`` made-up customers as a CSV file."""
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS)
        writer.writeheader()
        writer.writerows(people(count, seed=seed))


def _person(
    number: int, country: str, facts: dict[str, Any], chance: random.Random
) -> dict[str, str]:
    first, last = chance.choice(facts["first"]), chance.choice(facts["last"])
    city, region, postcode = chance.choice(facts["places"])
    gender = chance.choice("MF")
    return {
        "customer_id": f"AW{11_000 + number}",
        "title": "",  # no name in the list says how its bearer likes to be addressed
        "first_name": first,
        "last_name": last,
        "email": (
            f"{_ascii(first)}.{_ascii(last)}{number}@example.{chance.choice(('com', 'net', 'org'))}"
        ),
        "phone": "".join(
            str(chance.randrange(2, 10)) if mark == "N" else mark for mark in facts["phone"]
        ),
        "address_line1": f"{chance.randrange(1, 200)} {chance.choice(facts['streets'])}",
        "address_line2": "",
        "city": city,
        "region": region,
        "postal_code": postcode,
        "country": country,
        "birth_date": (_OLDEST + timedelta(days=chance.randrange(25_000))).isoformat(),
        "gender": gender,
        "marital_status": chance.choice("MS"),
        "annual_income": str(chance.randrange(1, 17) * 10_000),
        "occupation": chance.choice(_WORK),
        "children": str(chance.randrange(6)),
        "home_owner": chance.choice("YN"),
        "card_type": chance.choice(_CARDS),
        # No issuer has numbers that begin with 7777, so that nobody's card can be meant.
        "card_number": f"7777{chance.randrange(10**10):010d}",
        "card_expiry": f"{chance.randrange(1, 13):02d}/20{chance.randrange(27, 31)}",
    }


def _ascii(name: str) -> str:
    # NFKD takes accents apart; these two letters have no parts and would be lost.
    plain = unicodedata.normalize("NFKD", name.replace("ı", "i").replace("ß", "ss"))
    return "".join(mark for mark in plain if mark.isascii() and mark.isalnum()).lower()


@cache
def _names() -> dict[str, Any]:
    facts: dict[str, Any] = shipped.load(Path(__file__).with_name("names.yaml"))
    return facts

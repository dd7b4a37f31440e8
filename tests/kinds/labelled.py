"""Labelled texts, made from ``labelled.yaml``, and how found spans are scored against labels.

The scoring follows presidio-evaluator: by span, each label and each found span counted once. A
label counts as found where a span of its kind overlaps it; a span that overlaps no label of its
kind is false. Kinds that labels do not have are left out. Parts of an address, places and
nationalities are one kind, as the labels of that project's data mix them.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from stdnum import luhn
from stdnum.iso7064 import mod_97_10

from aboveboard.kinds.text import TextKind, find

GROUP = {
    TextKind.PLACE: "location",
    TextKind.ADDRESS: "location",
    TextKind.POSTCODE: "location",
    TextKind.NATIONALITY: "location",
    TextKind.DATE: "date",
    TextKind.DATE_OF_BIRTH: "date",
}
"""Kinds that are one for the score."""

PRESIDIO = {
    "PERSON": "person",
    "TITLE": "title",
    "ORGANIZATION": "organisation",
    "ADDRESS": "location",
    "STREET_ADDRESS": "location",
    "LOCATION": "location",
    "GPE": "location",
    "NRP": "location",
    "ZIP_CODE": "location",
    "EMAIL_ADDRESS": "email",
    "PHONE_NUMBER": "phone",
    "DOMAIN_NAME": "url",
    "URL": "url",
    "IP_ADDRESS": "ip_address",
    "CREDIT_CARD": "card_number",
    "IBAN_CODE": "iban",
    "US_SSN": "us_ssn",
    "US_DRIVER_LICENSE": "driving_licence",
    "DATE_TIME": "date",
    "AGE": "age",
}
"""The labels of presidio-research's data, as groups."""

_PART = re.compile(r"\{(\w+)\}")
_KINDS = {
    "first": "person", "surname": "person", "person": "person", "title": "title",
    "title_fr": "title", "frau": "title", "madame": "title",
    "town": "location", "country": "location", "nationality": "location",
    "street": "location", "street_de": "location", "street_fr": "location",
    "uk_postcode": "location", "plz": "location", "organisation": "organisation",
    "email": "email", "phone": "phone", "phone_de": "phone", "phone_fr": "phone",
    "card": "card_number",
    "iban": "iban", "ssn": "us_ssn", "ip": "ip_address", "url": "url", "date": "date",
    "date_de": "date", "dob": "date",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A text and its labels: start, end, group."""

    text: str
    labels: tuple[tuple[int, int, str], ...]


@dataclass(slots=True)
class Score:
    """How many labels were found and missed, and how many spans were false, for each group."""

    hits: Counter[str]
    missed: Counter[str]
    false: Counter[str]

    def precision(self, *groups: str) -> float:
        hits = _sum(self.hits, groups)
        return hits / max(1, hits + _sum(self.false, groups))

    def recall(self, *groups: str) -> float:
        hits = _sum(self.hits, groups)
        return hits / max(1, hits + _sum(self.missed, groups))


def _sum(counts: Counter[str], groups: Sequence[str]) -> int:
    return sum(count for group, count in counts.items() if not groups or group in groups)


def score(texts: Iterable[LabelledText]) -> Score:
    """Find in each text, and compare with its labels."""
    texts = list(texts)
    groups = {label[2] for each in texts for label in each.labels}
    result = Score(Counter(), Counter(), Counter())
    for each in texts:
        spans = [
            (span.start, span.end, GROUP.get(span.kind, span.kind.value))
            for span in find(each.text)
        ]
        for label in each.labels:
            counts = result.hits if any(_meet(label, span) for span in spans) else result.missed
            counts[label[2]] += 1
        for span in spans:
            if span[2] in groups and not any(_meet(label, span) for label in each.labels):
                result.false[span[2]] += 1
    return result


def _meet(label: tuple[int, int, str], span: tuple[int, int, str]) -> bool:
    return label[2] == span[2] and label[0] < span[1] and span[0] < label[1]


def written() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(
        Path(__file__).with_name("labelled.yaml").read_text("utf-8")
    )
    return data


def made(rounds: int, seed: int = 11) -> Iterator[LabelledText]:
    """Yield each template, filled in ``rounds`` times."""
    picks, data = random.Random(seed), written()
    for _ in range(rounds):
        for template in data["templates"]:
            yield _filled(template, picks, data)


def _filled(template: str, picks: random.Random, data: dict[str, Any]) -> LabelledText:
    text, labels, at = "", [], 0
    for part in _PART.finditer(template):
        text += template[at : part.start()]
        value = _value(part[1], picks, data)
        if part[1] in _KINDS:
            labels.append((len(text), len(text) + len(value), _KINDS[part[1]]))
        text += value
        at = part.end()
    return LabelledText(text + template[at:], tuple(labels))


def _value(name: str, picks: random.Random, data: dict[str, Any]) -> str:
    def digits(pattern: str) -> str:
        return re.sub("#", lambda _: str(picks.randrange(10)), pattern)

    def pick(key: str) -> str:
        return str(picks.choice(data[key]))

    made_here = {
        "first": lambda: pick("first_names"),
        "surname": lambda: pick("surnames"),
        "person": lambda: f"{pick('first_names')} {pick('surnames')}",
        "title": lambda: picks.choice(["Mr.", "Mrs.", "Ms.", "Dr."]),
        "frau": lambda: "Frau",
        "madame": lambda: "Madame",
        "title_fr": lambda: picks.choice(["Mme", "M."]),
        "town": lambda: pick("towns"),
        "country": lambda: pick("countries"),
        "nationality": lambda: pick("nationalities"),
        "organisation": lambda: pick("organisations"),
        "street": lambda: f"{picks.randrange(1, 240)} {pick('streets')}",
        "street_de": lambda: f"{pick('streets_de')} {picks.randrange(1, 90)}",
        "street_fr": lambda: f"{picks.randrange(1, 120)} {pick('streets_fr')}",
        "uk_postcode": lambda: picks.choice(["LS1 4DT", "SW1A 2AA", "BT9 5EE", "G12 8QQ"]),
        "plz": lambda: str(picks.randrange(10_000, 98_000)),
        "email": lambda: picks.choice(["z.quill@example.org", "info+7@mail.example.de"]),
        "phone": lambda: digits(
            picks.choice(["020 7946 0###", "+1-212-555-01##", "(415) 555-01##", "+44 7700 900###"])
        ),
        "phone_de": lambda: digits("030 2300####"),
        "phone_fr": lambda: digits("06 39 98 ## ##"),
        "card": lambda: _card(digits("4############" + "##")),
        "iban": lambda: _iban(digits("37040044##########")),
        "ssn": lambda: digits("23#-4#-1###"),
        "ip": lambda: digits("203.0.113.1##"),
        "url": lambda: "https://example.org/board/7",
        "date": lambda: picks.choice(["3 March 2025", "2025-03-03", "03/12/2024"]),
        "date_de": lambda: picks.choice(["3. März 2025", "03.12.2024"]),
        "dob": lambda: picks.choice(["1966-04-08", "8 April 1966", "04/08/1966"]),
        "n": lambda: digits("48###"),
    }
    return str(made_here[name]())


def _card(payload: str) -> str:
    return payload + luhn.calc_check_digit(payload)


def _iban(account: str) -> str:
    return f"DE{mod_97_10.calc_check_digits(account + 'DE')}{account}"

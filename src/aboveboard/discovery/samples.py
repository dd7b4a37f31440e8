"""What a few values of a column look like: which share has a form, and what their texts hold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from aboveboard.kinds import cards, recognise
from aboveboard.kinds.text import TextKind, find
from aboveboard.kinds.text.lexicon import WordUse, uses
from aboveboard.kinds.text.span import CATEGORIES

_TITLES: Final = re.compile(
    r"(?:mr|mrs|ms|miss|mx|dr|prof|sr|sra|herr|frau|mme|m|mlle|jr|ii|iii|iv|phd|md|esq)\.?", re.I
)
_POSTCODE: Final = re.compile(r"[A-Z0-9][A-Z0-9 -]{1,9}", re.IGNORECASE)
_PHONE: Final = re.compile(r"[\d +().x/-]{6,28}", re.IGNORECASE)
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d.*|\d\d?[./-]\d\d?[./-]\d{2,4}.*")

_FORMS: Final[Mapping[str, Callable[[str], bool]]] = {
    "email": lambda value: recognise.matches("email", value),
    "phone": lambda value: _PHONE.fullmatch(value) is not None,
    "date": lambda value: _DATE.fullmatch(value) is not None,
    "card": lambda value: value.replace(" ", "").isdigit(),
    "ip": lambda value: recognise.matches("ip_address", value),
    "postcode": lambda value: _POSTCODE.fullmatch(value) is not None,
    "titles": lambda value: _TITLES.fullmatch(value) is not None,
    "people": lambda value: any(
        uses().get(word.lower(), 0) & WordUse.NAME for word in value.split()[:4]
    ),
    "words": lambda value: any(mark.isalpha() for mark in value),
}

_STRONG: Final[tuple[tuple[str, str, Callable[[str], bool]], ...]] = (
    ("user.contact.email", "an e-mail address", _FORMS["email"]),
    ("user.financial.credit_card", "a card number", cards.is_number),
    (
        "user.financial.bank_account",
        "an IBAN",
        lambda value: recognise.matches("bank_account", value),
    ),
    ("user.device.ip_address", "an internet address", _FORMS["ip"]),
    (
        "user.government_id.national_identification_number",
        "a social security number",
        lambda value: recognise.matches("national_id", value),
    ),
)
"""Forms that tell by themselves what a value is."""

_OF_TEXTS: Final = frozenset(
    {TextKind.EMAIL, TextKind.PHONE, TextKind.CARD_NUMBER, TextKind.IBAN, TextKind.US_SSN}
    | {TextKind.NATIONAL_ID, TextKind.PASSPORT, TextKind.PERSON, TextKind.DATE_OF_BIRTH}
)
_SURE: Final = 0.75
_LEAST_WORDS: Final = 5
_LEAST_SHARE: Final = 0.2


def share_of_form(form: str, samples: Sequence[str]) -> float:
    """Return the share of samples that have a form of ``headers.yaml``.

    Raises:
        KeyError: there is no such form.
    """
    return sum(map(_FORMS[form], samples)) / len(samples)


def strongest_form(samples: Sequence[str]) -> tuple[str, str, float]:
    """Return the telling form that most samples have: category, what it is, share."""
    return max(
        (
            (category, name, sum(map(test, samples)) / len(samples))
            for category, name, test in _STRONG
        ),
        key=lambda row: row[2],
    )


def free_text_share(samples: Sequence[str]) -> tuple[str, float]:
    """Return the category that texts among the samples hold most, and in which share of them; ""
    where they are no texts, or hold nothing that is sure."""
    texts = [sample for sample in samples if len(sample.split()) >= _LEAST_WORDS]
    if not texts or len(texts) * 2 < len(samples):
        return "", 0.0
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(
            {
                CATEGORIES[span.kind]
                for span in find(text)
                if span.kind in _OF_TEXTS and span.confidence >= _SURE
            }
        )
    if not counts:
        return "", 0.0
    category, count = counts.most_common(1)[0]
    share = count / len(texts)
    return (category, share) if share >= _LEAST_SHARE else ("", 0.0)

"""A person's records for tests of the pack: a shop and a help desk, with somebody else in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from aboveboard.basics.canonical import Json
from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import Attachment, Record
from aboveboard.promise.loading import SAMPLE, load
from aboveboard.rights.pack import agefile, redacting
from aboveboard.rights.pack.building import RedactedSpool
from aboveboard.rights.pack.contents import PackFacts, PackSystem, SystemAnswer
from aboveboard.rights.pack.others import MentionFinder, OwnValues, ReviewDecisions

PROMISE = load(SAMPLE.read_text("utf-8"), name=SAMPLE.name)
AT = datetime(2027, 3, 1, 9, 30, tzinfo=UTC)
OWN = tuple(map(Personal, ("Mary", "Smith", "mary@example.com", "+44 20 7946 0958", "C-1001")))
PURPOSES = tuple(PROMISE.purposes)[:2]


@dataclass(frozen=True)
class FoundText:
    """What a finder finds."""

    start: int
    end: int
    kind: str


_PATTERNS = {
    "email": re.compile(r"[\w.]+@[\w.]+\w"),
    "phone": re.compile(r"\+?\d[\d ]{8,}\d"),
    "person": re.compile(r"\b[A-Z][a-z]+(?: [A-Z][a-z]+)+\b"),
}


def find(text: str) -> Iterable[FoundText]:
    """Find addresses, numbers, and words with capitals in a row: enough for these records."""
    for kind, pattern in _PATTERNS.items():
        for match in pattern.finditer(text):
            yield FoundText(match.start(), match.end(), kind)


def record(collection: str, others: Iterable[str] = (), **values: Json) -> Record:
    """Return a record with these values."""
    sealed = {name: Personal(value) for name, value in values.items()}
    return Record(collection, sealed, frozenset(others))


def facts(*systems: PackSystem, language: str = "en") -> PackFacts:
    """Return the facts of a pack of some systems, one shop where none is given."""
    shop = PackSystem("shop", "Web shop", "Where you order.", PURPOSES, "", asked_at=AT)
    return PackFacts(
        promise=PROMISE,
        language=language,
        request=7,
        received_on=date(2027, 2, 20),
        made_at=AT,
        authority="Information Commissioner's Office (ICO)",
        systems=systems or (shop,),
        contact=(
            ("user.name.first", Personal("Mary")),
            ("user.name.last", Personal("Smith; \\ née,\nDoe")),
            ("user.contact.email", Personal("mary@example.com")),
            ("user.contact.address.city", Personal("Bristol")),
        ),
        address=(Personal("Mary Smith"), Personal("1 Wheel Yard"), Personal("Bristol")),
    )


NOTHING = PackSystem("crm", "CRM", "", (), "", SystemAnswer.NOTHING, AT)


def redacted(
    folder: Path,
    items: Iterable[Record | Attachment],
    decisions: ReviewDecisions | None = None,
    system: str = "shop",
) -> RedactedSpool:
    """Return what may leave of one system's answer."""
    identity = agefile.new_identity()
    finder = MentionFinder(system, OwnValues(OWN), Personal("of the request"), find)
    out = folder / f"{system}.age"
    tally = redacting.redact_spool(items, out, identity, finder, decisions or ReviewDecisions())
    return RedactedSpool(out, identity, tally)


def file(name: str, content: bytes, media_type: str = "text/plain") -> Iterator[Attachment]:
    """Yield one file, whose bytes can be read once."""
    yield Attachment("files", Personal(name), media_type, [content])

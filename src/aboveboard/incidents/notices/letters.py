"""Notices as letters: open a name and an address for the post, put the lines in the order of the
country, and greet by name.

Each opening is a use with its ledger entry, through the channel ``post``. Whoever has no address
that a post office could go by is a row with that reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from aboveboard.access.actions import use_many
from aboveboard.access.use import UseRequest
from aboveboard.basics import clock, settings
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import NotFound
from aboveboard.basics.personal import Personal
from aboveboard.delivery.post.addresses import PostalAddress, envelope_lines
from aboveboard.delivery.post.print_house import sender
from aboveboard.delivery.post.printing import LetterToPrint, print_day, print_letters
from aboveboard.delivery.post.windows import window_of
from aboveboard.delivery.rendering import (
    DispatchItem,
    LetterSheet,
    RenderedNotice,
    SkippedNotice,
)
from aboveboard.engines.listing import ExposureRow
from aboveboard.incidents.notices.losses import PreparingNotices
from aboveboard.incidents.notices.models import NoticeBatch
from aboveboard.incidents.notices.queries import PURPOSE
from aboveboard.incidents.notices.review import commonest_notice
from aboveboard.kinds.kind import FieldKind
from aboveboard.law.categories import bitmap
from aboveboard.promise.model import Promise
from aboveboard.promise.queries import in_force

NO_ADDRESS = "no-postal-address"
"""The reason on a notice to somebody of whom no address is held that a post office could go by."""

AT_PRINT_HOUSE = "at-print-house"
"""The reason on a notice whose letter is sealed for the print house."""


@dataclass(frozen=True, slots=True)
class AddressFields:
    """The fields of a promise that make an address, by what each is; empty where none is."""

    names: tuple[str, ...]
    first_name: str
    streets: tuple[str, ...]
    city: str
    region: str
    postcode: str
    country: str

    @classmethod
    def of(cls, promise: Promise) -> AddressFields:
        """Return those that the purpose may open."""
        known = {key: promise.fields[key] for key in promise.purposes[PURPOSE].fields}

        def with_category(*categories: str) -> tuple[str, ...]:
            return tuple(key for key, field in known.items() if field.category in categories)

        def first(category: str) -> str:
            return next(iter(with_category(category)), "")

        street = "user.contact.address.street"
        whole = tuple(key for key, each in known.items() if each.kind is FieldKind.POSTAL_ADDRESS)
        return cls(
            names=with_category("user.name", "user.name.first", "user.name.last"),
            first_name=first("user.name.first"),
            streets=tuple(dict.fromkeys((*whole, *with_category(street)))),
            city=first("user.contact.address.city"),
            region=first("user.contact.address.state"),
            postcode=first("user.contact.address.postal_code"),
            country=first("user.contact.address.country"),
        )

    @property
    def asked(self) -> tuple[str, ...]:
        """All of them, each once."""
        parts = (self.city, self.region, self.postcode, self.country)
        return tuple(dict.fromkeys(filter(None, (*self.names, *self.streets, *parts))))

    def address(self, values: Mapping[str, str]) -> PostalAddress:
        """Return the address that a person's values make."""
        lines = [line for key in self.streets for line in values.get(key, "").splitlines()]
        return PostalAddress(
            name=" ".join(filter(None, (values.get(key, "").strip() for key in self.names))),
            street=tuple(filter(None, (line.strip() for line in lines))),
            city=values.get(self.city, ""),
            region=values.get(self.region, ""),
            postcode=values.get(self.postcode, ""),
            country=values.get(self.country, "").strip().upper(),
        )


def by_post(
    batch: NoticeBatch,
    by_person: Mapping[int, DispatchItem],
    exposed: Mapping[int, ExposureRow],
    prepared: PreparingNotices,
) -> Iterator[tuple[int, RenderedNotice | SkippedNotice]]:
    """Yield a letter, or the reason why there is none, for each of these people."""
    if not by_person:
        return
    promise = in_force().promise
    fields = AddressFields.of(promise)
    asked = UseRequest(SYSTEM, PURPOSE, fields.asked, "post", reference=batch.incident.reference)
    for person_id, result in use_many(asked, list(by_person), at=clock.now()):
        item = by_person[person_id]
        if not result.allowed:
            yield item.id, SkippedNotice(result.reasons[0].code.value.replace("_", "-"))
            continue
        values = {key: value.reveal() for key, value in result.values.items() if value}
        address = fields.address(values)
        if not address.deliverable:
            yield item.id, SkippedNotice(NO_ADDRESS)
            continue
        notice = prepared(exposed[person_id], item.language)
        called = values.get(fields.first_name, "")
        yield (
            item.id,
            RenderedNotice(
                Personal("\n".join(_lines(promise, address))),
                notice.notice.subject,
                notice.text_for(called),
                sheet=LetterSheet(
                    notice=notice.notice,
                    name=Personal(called),
                    country=address.country if len(address.country) == 2 else "",
                    purpose=PURPOSE,
                    fields=fields.asked,
                    categories=bitmap([promise.fields[key].category for key in values]),
                ),
                note=AT_PRINT_HOUSE,
            ),
        )


def _lines(promise: Promise, address: PostalAddress) -> Sequence[str]:
    return envelope_lines(
        address,
        sender_country=promise.organisation.country,
        language=settings.current().organisation.language,
    )


def specimen(batch_pk: int, country: str) -> bytes:
    """Return the letter that most people of a batch get as a PDF, to a made-up person in a country
    (ISO 3166-1): nobody's record is read, and nothing is written.

    Raises:
        NotFound: there is no such batch, or it tells nobody.
        NoChannel: the logo of the settings cannot be read.
    """
    notice = commonest_notice(batch_pk)
    if notice is None:
        raise NotFound(what="letter in this batch")
    address = PostalAddress(
        "Alex Example", ("1 Example Street",), "Exampleton", "", "EX1 1EX", country
    )
    letter = LetterToPrint.of(
        notice,
        name="Alex",
        address=_lines(in_force().promise, address),
        reference="0-1",
        day=print_day(clock.now(), notice.language, country),
    )
    return print_letters([letter], window_of(country), sender()).pdf

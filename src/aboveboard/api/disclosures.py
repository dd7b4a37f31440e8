"""What a recipient was given: the parcels that left for it, and the rows of each. Whose row it is
stands in the parcel alone, which the recipient has."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from msgspec import Struct

from aboveboard.accounts.clients.scope import RECIPIENT
from aboveboard.accounts.gate import client_of
from aboveboard.api import rate_limit
from aboveboard.api.description import AFTER, BEFORE, PARCEL
from aboveboard.api.endpoint import LOOK_UPS, as_json, get
from aboveboard.api.reading import BodyMalformed
from aboveboard.basics.errors import Refused
from aboveboard.basics.ids import parse_id
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.custody import disclosed
from aboveboard.custody.disclosed import DisclosedParcel
from aboveboard.promise.queries import in_force


class DisclosureOut(Struct):
    """A parcel that left for the recipient: when, for what, which fields, of how many people; the
    SHA-256 of the file in hex, the entry that proves it, and the agreements of the public register
    that it stands under."""

    id: int
    at: datetime
    purpose: str
    fields: list[str]
    people: int
    sha256: str
    entry: int | None
    agreements: list[int]


class DisclosureListOut(Struct):
    """A page of parcels, the newest first. ``next`` goes on; null at the end."""

    disclosures: list[DisclosureOut]
    next: int | None


class DisclosureRowOut(Struct):
    """A row of a parcel: its place among those who are in it, and the categories of data."""

    row: int
    categories: list[str]


class DisclosureRowsOut(Struct):
    """A page of rows. ``next`` goes on; null at the end."""

    rows: list[DisclosureRowOut]
    next: int | None


@get("List what this recipient was given", DisclosureListOut, statuses=LOOK_UPS,
     parameters=[BEFORE])  # fmt: skip
def get_disclosures(request: HttpRequest) -> HttpResponse:
    """Return a page of the parcels that left for the recipient whose client asks
    (`recipient:NAME` in its scope), the newest first. What others were given is not shown."""
    recipient = _recipient(request)
    before = _number(request, "before")
    parcels = disclosed.parcels_for(recipient, before=before, limit=PAGE_SIZE + 1)
    page = parcels[:PAGE_SIZE]
    more = page[-1].id if len(parcels) > PAGE_SIZE else None
    promised = in_force().promise
    known = promised.recipients.get(recipient)
    under = [each.number for each in disclosed.agreements_with([known.name if known else ""])]
    return as_json(DisclosureListOut([_parcel_out(each, under) for each in page], more))


@get("List the rows of a parcel", DisclosureRowsOut, statuses=LOOK_UPS, parameters=[PARCEL, AFTER])
def get_disclosure_rows(request: HttpRequest, parcel_id: int) -> HttpResponse:
    """Return a page of the rows of one parcel of the recipient's own. Who was asked for and is not
    in it is not told. Another's parcel is not there."""
    parcel = disclosed.parcel_for(_recipient(request), parcel_id)
    rows = disclosed.rows_of(parcel, after=_number(request, "after") or 0, limit=PAGE_SIZE + 1)
    page = rows[:PAGE_SIZE]
    more = page[-1].row if len(rows) > PAGE_SIZE else None
    listed = [DisclosureRowOut(each.row, list(each.categories)) for each in page]
    return as_json(DisclosureRowsOut(listed, more))


def _recipient(request: HttpRequest) -> str:
    client = client_of(request)
    rate_limit.take_tokens(client.id)
    if not client.scope.recipient:
        raise Refused(why=f"this client needs `{RECIPIENT}NAME` in its scope")
    return client.scope.recipient


def _number(request: HttpRequest, name: str) -> int | None:
    given = request.GET.get(name)
    number = None if given is None else parse_id(given)
    if given is not None and not number:
        raise BodyMalformed(errors=[{"at": name, "expected": "`next` of the page before"}])
    return number


def _parcel_out(parcel: DisclosedParcel, agreements: list[int]) -> DisclosureOut:
    return DisclosureOut(
        parcel.id,
        parcel.at,
        parcel.purpose,
        list(parcel.fields),
        parcel.people,
        parcel.digest,
        parcel.entry_id,
        agreements,
    )

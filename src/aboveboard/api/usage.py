"""The Estonian usage protocol 1.6 (e-gov/AJ, "Kasutusteabe esitamise protokoll", and its OpenAPI
description 2.1.0), by which one portal shows people the uses of several organisations.

Its three addresses are below ``/api/v1/usage/v2/``. What it adds to X-Road: a client's token, whose
scope says by which field it may name people (``usage:FIELD``) and whether it may ask for somebody
who is not signed in there (``usage:acting``).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from django.http import HttpRequest, HttpResponse
from django.utils.dateparse import parse_datetime
from msgspec import Meta, Struct

from aboveboard.access.usage import UsageQuestion, disclose_usage
from aboveboard.access.use import Subject, UseRecord
from aboveboard.accounts.clients.scope import USAGE
from aboveboard.accounts.gate import actor_of, client_of
from aboveboard.api import misses, rate_limit
from aboveboard.api.endpoint import LOOK_UPS, READS, as_json, get
from aboveboard.api.reading import BodyMalformed
from aboveboard.basics import clock
from aboveboard.basics.errors import NotFound, Refused
from aboveboard.group.shown import LINKED, linked_person
from aboveboard.ledger import queries as ledger
from aboveboard.promise.model import Promise
from aboveboard.promise.queries import in_force

ASKER: Final = "X-Road-UserId"
MOST: Final = 1_000
"""Uses in one answer; the protocol's default, and the most that is given here."""
ACTING: Final = f"{USAGE}acting"


class UsageOut(Struct, frozen=True, omit_defaults=True):
    """One use, in the protocol's words. ``proof``, which is ours: where it is asked for, a C2SP
    tlog-proof that it stands in the ledger; left out while it waits to be sealed."""

    logtime: datetime
    action: str
    receiverCode: str
    receiverName: str
    receiverSystem: str
    proof: str = ""


class FindUsageOut(Struct, frozen=True):
    """The uses, the newest first, and how many there are whatever ``limit`` and ``offset`` say."""

    totalUsages: int
    usages: list[UsageOut]


class UsagePeriodOut(Struct, frozen=True):
    """From when on uses are kept. There is no end: they can be asked for up to now."""

    periodStart: datetime


class HeartbeatOut(Struct, frozen=True):
    """Whether the list can be asked for now."""

    status: Literal["OK", "FAIL"]
    message: Annotated[str, Meta(max_length=200)]


def _query(name: str, schema: dict[str, Any], *, required: bool = False) -> dict[str, Any]:
    return {"in": "query", "name": name, "required": required, "schema": schema}


_MOMENT: Final = {"type": "string", "format": "date-time"}
PARAMETERS: Final = [
    {"in": "header", "name": ASKER, "required": True, "schema": {"type": "string", "minLength": 1}},
    _query("userCode", {"type": "string", "minLength": 1}, required=True),
    _query("periodStart", _MOMENT),
    _query("periodEnd", _MOMENT),
    _query("offset", {"type": "integer", "minimum": 0, "maximum": 2**31 - 1}),
    _query("limit", {"type": "integer", "minimum": 1, "maximum": MOST}),
    _query("proofs", {"type": "boolean"}),
]


@get("Find the uses of a person's data", FindUsageOut, statuses=LOOK_UPS, parameters=PARAMETERS)
def get_usage(request: HttpRequest) -> HttpResponse:
    """Return who used somebody's data, for a portal that shows them the lists of several
    organisations. That it was asked is written down about them. Somebody who is not held has an
    empty list. Uses that a law forbids to tell now are left out or say only that they are."""
    client = client_of(request)
    rate_limit.take_tokens(client.id)
    question = _question(request, client.scope.usage_kinds)
    if question.acting and ACTING not in client.scope.rights:
        raise Refused(why=f"to ask for somebody else, this client needs `{ACTING}` in its scope")
    misses.check_limit(client.id)
    promise, at = in_force().promise, clock.now()
    if question.subject.kind == LINKED:
        question = _linked(question, client.id, at)
    disclosed = disclose_usage(promise, question, by=actor_of(request), at=at)
    if not disclosed.is_known:
        misses.count_misses(client.id, 1)
    proved = request.GET.get("proofs") == "true"
    usages = [_usage(promise, record, proved=proved) for record in disclosed.uses]
    return as_json(FindUsageOut(disclosed.total, usages))


@get("From when on uses are kept", UsagePeriodOut, statuses=(*READS, 403, 404))
def get_usage_period(request: HttpRequest) -> HttpResponse:
    """Return the moment of the first entry of the ledger."""
    _check_scope(client_of(request).scope.usage_kinds)
    return as_json(UsagePeriodOut(ledger.entry_at(0).at))


@get("Whether uses can be asked for now", HeartbeatOut, statuses=(*READS, 403))
def get_heartbeat(request: HttpRequest) -> HttpResponse:
    """Return OK once the ledger has an entry."""
    _check_scope(client_of(request).scope.usage_kinds)
    try:
        ledger.entry_at(0)
    except NotFound:
        return as_json(HeartbeatOut("FAIL", "Nothing is in the ledger yet"))
    return as_json(HeartbeatOut("OK", "API is ready"))


def _check_scope(kinds: frozenset[str]) -> None:
    if not kinds:
        raise Refused(why=f"this client needs `{USAGE}FIELD` in its scope")


def _question(request: HttpRequest, kinds: frozenset[str]) -> UsageQuestion:
    _check_scope(kinds)
    given = request.GET
    asker, code = request.headers.get(ASKER, "").strip(), given.get("userCode", "").strip()
    for at, value in ((ASKER, asker), ("userCode", code)):
        if not 0 < len(value) <= 200:
            raise BodyMalformed(errors=[{"at": at, "expected": "who it is"}])
    # One field for each client: a portal knows people by one number.
    kind = min(kinds)
    return UsageQuestion(
        Subject(kind=kind, value=code),
        asker,
        _moment(given.get("periodStart"), "periodStart"),
        _moment(given.get("periodEnd"), "periodEnd"),
        _number(given.get("offset"), "offset", 0, 2**31 - 1, 0),
        _number(given.get("limit"), "limit", 1, MOST, MOST),
    )


def _linked(question: UsageQuestion, client: int, at: datetime) -> UsageQuestion:
    """Return the question about whom a portal means by the subject of a link. No part of it goes
    further: the entry says who asked, and nobody can ask with what stands there."""
    person_id = linked_person(client, question.subject.value, at=at)
    if person_id is None:
        misses.count_misses(client, 1)
        raise NotFound(what="link of a person with this portal")
    subject = Subject(person_id=person_id, value=LINKED)
    return replace(question, subject=subject, asker=LINKED)


def _moment(text: str | None, at: str) -> datetime | None:
    if text is None:
        return None
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        expected = "a moment with its time zone, such as 2026-01-31T10:20:30Z"
        raise BodyMalformed(errors=[{"at": at, "expected": expected}])
    return moment.astimezone(UTC)


def _number(text: str | None, at: str, least: int, most: int, otherwise: int) -> int:
    if text is None:
        return otherwise
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 11 else -1
    if not least <= number <= most:
        raise BodyMalformed(errors=[{"at": at, "expected": f"a number from {least} to {most}"}])
    return number


def _usage(promise: Promise, record: UseRecord, *, proved: bool) -> UsageOut:
    organisation = promise.organisation
    return UsageOut(
        logtime=record.at.replace(microsecond=0),
        action=_action(promise, record),
        receiverCode=organisation.legal_name or organisation.name,
        receiverName=organisation.name,
        receiverSystem=_system(promise, record),
        proof=_proof(record.entry_id) if proved else "",
    )


def _proof(entry_id: int) -> str:
    try:
        return ledger.proof(entry_id)
    except ledger.NotYet:
        return ""


def _action(promise: Promise, record: UseRecord) -> str:
    if record.general:
        return str(record.general.what)
    if record.withheld_until:
        words = f"A law forbids to say more before {record.withheld_until:%d %B %Y}"
        return f"{words}: {record.ground}" if record.ground else words
    purpose = promise.purposes.get(record.purpose)
    what = str(purpose.title) if purpose else record.purpose or "Not told"
    return what if record.granted else f"Refused: {what}"


def _system(promise: Promise, record: UseRecord) -> str:
    if record.general:
        return str(record.general.who)
    if record.is_sealed:
        return "Not told"
    role = promise.roles.get(record.actor.role)
    title = str(role.title) if role else record.actor.role
    title = title[:1].upper() + title[1:]
    return f"{title}, {record.actor.team}" if record.actor.team else title

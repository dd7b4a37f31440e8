"""The first page: what we hold about you, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from aboveboard.access.actions import use
from aboveboard.access.decision.personal import goes_on
from aboveboard.access.queries import indexed_uses, records_of
from aboveboard.access.use import Subject, UseRequest
from aboveboard.access.use_index.columns import IndexedUses, UseFilter
from aboveboard.accounts.gate import allow_customer, throttle
from aboveboard.basics.personal import Personal
from aboveboard.choices import queries as choices
from aboveboard.choices.boundaries import Boundaries, is_boundary
from aboveboard.choices.confirmation import is_confirmation
from aboveboard.choices.state import ChoiceRecord
from aboveboard.kinds import values
from aboveboard.kinds.kind import FieldKind
from aboveboard.portal import wording
from aboveboard.portal.page import CHANNEL, PortalCustomer, page_for
from aboveboard.portal.pages import notices
from aboveboard.promise import explain
from aboveboard.promise.model import Field, Promise, Purpose
from aboveboard.representation import queries as representation
from aboveboard.representation.terms import Power, RepresentationState
from aboveboard.retention import queries as retention
from aboveboard.rights import correction
from aboveboard.third_parties.queries import open_purposes
from aboveboard.vault import queries as vault

SHOW = "show-you-your-data"
"""The promise's key for showing people their own data: opening it is a use like any other."""

_RECENT_DAYS = 30
_LATEST = 50
"""Uses looked through for emergencies."""


@dataclass(frozen=True, slots=True)
class HeldDetail:
    """One thing held: its name, its value as the page shows it, where that comes from, and why the
    person cannot correct it: "" where they can."""

    field: Field
    shown: str
    origin: str
    bar: str

    @property
    def is_document(self) -> bool:
        """Whether it is a file to take away."""
        return self.field.kind is FieldKind.DOCUMENT


@allow_customer
@require_safe
@page_for(Power.SEE)
def home(request: HttpRequest, you: PortalCustomer) -> HttpResponse:
    """Show what is held, what for, who looked lately, and any loss that concerns this person."""
    # Each is a use, with its entry in the record for good.
    throttle(request, "own_use")
    show = you.promise.purposes.get(SHOW)
    # Without that purpose the use is asked all the same, and refused: the page says why and the log
    # holds it, where an empty page would say that nothing is held.
    fields = show.fields if show else tuple(you.promise.fields)
    asked = UseRequest(you.actor, SHOW, fields, CHANNEL, Subject(you.person_id), you.reference)
    result = use(asked, at=you.now)
    opened = result.values
    held = list(_details(you, opened))
    status = retention.retention_statuses([you.person_id], at=you.now).get(
        you.person_id, retention.NOTHING_OPEN
    )
    purposes = _purposes(you, {detail.field.key for detail in held})
    consent = choices.consent_state(you.person_id)
    waiting = consent.waiting
    context = {
        "name": _first_name(opened),
        "details": held,
        "usual": _usual_origin(held),
        "moves": len(correction.address_fields(you.promise)) > 1,
        "refused": ""
        if result.allowed
        else wording.refusal(reason.code for reason in result.reasons),
        "purposes": purposes,
        "in_short": _summary(len(held), sum(bool(row["in_use"]) for row in purposes)),
        "contact": you.promise.organisation.contact,
        "calls": notices.notice_summaries(you),
        "unconfirmed": [
            wording.topic_title(you.promise, topic)
            for topic in sorted(waiting)
            if not is_boundary(topic) and not is_confirmation(topic)
        ],
        "opened": _opened_in_spite(you, consent.boundaries),
        "held_by_law": status.held_by_law,
        "restricted": status.restricted,
        **_recent_uses(you),
        "represented": any(
            each.state(you.now) is RepresentationState.IN_FORCE
            for each in representation.of_person(you.person_id)
        ),
        "represents": you.acting is None
        and bool(representation.by_representative(you.person_id, at=you.now)),
    }
    return render(request, "portal/home.html", context)


def _details(
    you: PortalCustomer, opened: Mapping[str, Personal[str] | None]
) -> Iterator[HeldDetail]:
    origins = vault.provenance(you.person_id)
    for key, field in you.promise.fields.items():
        value = opened.get(key)
        # An empty text is what somebody left who moved: the second line of a street they had.
        if value is not None and value.reveal():
            bar = correction.correction_bar(field)
            come_from = wording.origin(you.promise, origins[key]) if key in origins else ""
            yield HeldDetail(
                field,
                display_value(field, value.reveal(), you.language),
                come_from,
                str(wording.CORRECTION_BARS[bar]) if bar else "",
            )


def _usual_origin(held: list[HeldDetail]) -> str:
    """Return where most of it comes from, so that the page says it once; nothing where
    no two things share it."""
    common = Counter(detail.origin for detail in held).most_common(1)
    return common[0][0] if common and common[0][1] > 1 else ""


def display_value(field: Field, value: str, language: str) -> str:
    """Return a value as the page shows it: of a card only the last four digits, a country by its
    name, a date in words."""
    if field.kind is FieldKind.CARD_NUMBER:
        return gettext("ending %(digits)s") % {"digits": value[-4:]}
    if field.kind is FieldKind.COUNTRY:
        return explain.country_in_words(value, language)
    if field.kind is FieldKind.DATE:
        return wording.written_day(value)
    return values.display(field.kind_and_format, value)


def _first_name(opened: Mapping[str, Personal[str] | None]) -> str:
    # From what this use opened and nowhere else: a greeting must not be a second use.
    value = opened.get("first_name")
    return value.reveal() if value is not None else ""


def _summary(details: int, purposes: int) -> str:
    """Return how much is held and for how many purposes, in one sentence."""
    numbers = {"details": details, "purposes": purposes}
    if purposes == 1:
        return (
            gettext("We hold %(details)d details about you and use them for one purpose.") % numbers
        )
    return (
        gettext("We hold %(details)d details about you and use them for %(purposes)d purposes.")
        % numbers
    )


def _purposes(you: PortalCustomer, held: set[str]) -> list[dict[str, object]]:
    """Return every purpose that uses something held, as the page shows it."""
    consent = choices.consent_state(you.person_id)
    in_force = wording.choices_in_force(consent, choices.history(you.person_id))
    let_in = open_purposes(consent, you.promise, at=you.now)
    rows: list[dict[str, object]] = []
    for purpose in you.promise.purposes.values():
        # Of what is held about this person alone: the whole promise is on the trust centre for
        # everybody.
        used = [key for key in purpose.fields if key in held]
        if used:
            words = explain.purpose_in_words(you.promise, purpose, you.language)
            rows.append(
                {
                    "purpose": purpose,
                    "words": replace(
                        words, held=explain.fields_in_words(you.promise, used, you.language)
                    ),
                    "state": _state(purpose, in_force, you.promise),
                    "in_use": goes_on(purpose, consent) or purpose.key in let_in,
                }
            )
    return rows


def _state(purpose: Purpose, in_force: Mapping[str, ChoiceRecord], promise: Promise) -> str:
    if purpose.third_parties is not None:
        return gettext("You decide whom you let in, and until when.")
    return wording.choice_in_short(purpose, in_force, promise) if purpose.leaves_choice else ""


def _opened_in_spite(you: PortalCustomer, boundaries: Boundaries) -> list[dict[str, object]]:
    """Return the emergencies of late in which somebody whom they keep out opened their record."""
    if not boundaries.kept_out:
        return []
    uses = (indexed_uses(you.person_id) or IndexedUses()).matching(
        UseFilter(since=you.now - timedelta(days=_RECENT_DAYS))
    )
    return [
        {"at": use.at, "who": wording.actor_of_use(you.promise, use)}
        for use in records_of(you.person_id, uses.page(None, _LATEST))
        if use.emergency and use.granted and boundaries.keep_out(use.actor.role, use.actor.team)
    ]


def _recent_uses(you: PortalCustomer) -> dict[str, object]:
    """Return how often others looked lately, and the latest time."""
    since = you.now - timedelta(days=_RECENT_DAYS)
    uses = (indexed_uses(you.person_id) or IndexedUses()).matching(UseFilter())
    records = records_of(you.person_id, uses.page(None, 1))
    latest = (
        {
            "granted": records[0].granted,
            "at": records[0].at,
            "who": wording.actor_of_use(you.promise, records[0]),
            "purpose": wording.purpose_of_use(you.promise, records[0]),
        }
        if records
        else None
    )
    return {
        "looks": len(uses.matching(UseFilter(since=since))),
        "looks_words": gettext("at your data in the last %(days)d days.") % {"days": _RECENT_DAYS},
        "latest": latest,
    }

"""What is added to the demonstration before it is photographed, and who walks through it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from aboveboard.access.actions import use
from aboveboard.access.concerns import actions as concerns
from aboveboard.access.concerns.queries import concerns_of_entries
from aboveboard.access.concerns.terms import Concern, ConcernVerdict
from aboveboard.access.emergency import actions as emergency
from aboveboard.access.emergency import review
from aboveboard.access.emergency.reasons import EmergencyGround, ReviewVerdict
from aboveboard.access.use import Subject, UseRequest
from aboveboard.accounts import actions as accounts
from aboveboard.accounts.queries import StaffMember, staff, staff_member
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, SYSTEM, Role
from aboveboard.choices.actions import choose
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.custody import actions as custody
from aboveboard.custody.terms import DeviceKind, EncryptionState
from aboveboard.identity.actions import merge
from aboveboard.identity.scanning import find_duplicates
from aboveboard.incidents import actions as incidents
from aboveboard.incidents.queries import page as incident_page
from aboveboard.intake.limits import HELD_BACK_KEPT
from aboveboard.intake.models import ErasedPerson, FieldNote, HeldBackRow, ImportRun
from aboveboard.keys.log_signing import sequence_now
from aboveboard.promise.queries import in_force
from aboveboard.representation import actions as representation
from aboveboard.representation.deaths import record_death
from aboveboard.representation.terms import Capacity, NewRepresentation, Power
from aboveboard.retention import actions as retention
from aboveboard.retention.erasing import ErasureReason, erase
from aboveboard.retention.reasons import HoldReason, RestrictionReason
from aboveboard.retention.sweep import reviewing
from aboveboard.vault import actions as vault
from aboveboard.vault import blind, queries
from aboveboard.vault.documents.actions import attach
from aboveboard.vault.origin import ValueOrigin

COLLEAGUE = "ben@adventure-works.example"
Row = Mapping[str, str]
PDF = b"%PDF-1.7 " + bytes(70_000)
_YEARS = timedelta(days=366)


def add(customer: Row, kept: Row, spare: Sequence[Row]) -> dict[str, str]:
    """Furnish the instance; return who walks, with the link that signs them in."""
    at = clock.now()
    colleague = accounts.add_staff(
        email=COLLEAGUE,
        name="Ben Achterberg",
        team="Shop, York",
        role=Role.ADVISER,
        by=SYSTEM,
        at=at - timedelta(days=20),
    )
    people = [person_of(row) for row in spare[:8]]
    _choices(person_of(customer), people, colleague)
    _documents(person_of(customer))
    _retention(person_of(kept), people, spare)
    _representation(person_of(customer), people)
    _emergencies(spare)
    _concerns(person_of(customer))
    _devices(colleague)
    _incident()
    sequence_now()
    walkers = {member.role_in_words.replace(" ", "-"): member.id for member in staff()}
    walkers["adviser"] = _member(Role.ADVISER).id
    links = {who: _link(account) for who, account in walkers.items() if account != colleague.id}
    for who, row in (("customer", customer), ("customer-restricted", kept)):
        links[who] = _link(accounts.customer_account(person_of(row), at=at).pk)
    links["new-colleague"] = _link(colleague.id, demo=False)
    return links


def link_of(role: str, *, used: bool = False, life: timedelta = timedelta(hours=1)) -> str:
    """Return a link that no longer signs anybody in."""
    member = staff_member(COLLEAGUE) if role == "colleague" else _member(Role(role))
    link = accounts.make_link(member.id, by=SYSTEM, at=clock.now(), life=life)
    if used:
        accounts.use_link(link.rstrip("/").rpartition("/")[2], at=clock.now())
    return link


def person_of(row: Row) -> int:
    """Return the id of the customer in a row of the file."""
    return queries.find("customer_number", row["customer_id"])[0]


def _link(account_id: int, *, demo: bool = True) -> str:
    return accounts.make_link(account_id, by=SYSTEM, at=clock.now(), demo=demo)


def _member(role: Role) -> StaffMember:
    return next(member for member in staff() if member.role == role and member.name[0] != "B")


def _choices(customer: int, people: Sequence[int], colleague: StaffMember) -> None:
    for person in (customer, people[0]):
        for answer, by, channel, days in (
            (ChoiceAnswer.NO, CUSTOMER, "portal", 9),
            (ChoiceAnswer.YES, colleague.actor, "phone", 2),
        ):
            choose(
                person,
                "personal-offers",
                answer,
                channel=channel,
                evidence=f"{channel}:417",
                by=by,
                at=clock.now() - timedelta(days=days),
            )


def _documents(person: int) -> None:
    adviser, at = _member(Role.ADVISER), clock.now() - timedelta(days=3)
    attach(
        person,
        "purchase_proof",
        [PDF],
        name="Receipt of 12 October.pdf",
        kinds=_kinds(),
        origin=ValueOrigin(in_force().serial, at, "shop", "answer-contact"),
        by=adviser.actor,
        at=at,
    )


def _representation(customer: int, people: Sequence[int]) -> None:
    """Somebody may act for the customer, who may act for another; one more waits, and a death."""
    adviser = _member(Role.ADVISER).actor
    at, system = clock.now(), {"by": SYSTEM, "at": clock.now()}
    for number, (person, acts) in enumerate(((customer, people[2]), (people[3], customer))):
        paper = NewRepresentation(
            person_id=person,
            representative_id=acts,
            capacity=Capacity.ATTORNEY,
            powers=frozenset({Power.CHOOSE, Power.ASK}),
            reference=f"lpa/7000-{number}",
            first_day=at.date(),
        )
        recorded = representation.record(paper, **system)
        representation.approve(recorded.id, by=adviser, at=at)
        representation.record(replace(paper, reference=f"lpa/8000-{number}"), **system)
    for person in people[4:6]:
        record_death(person, reference="dc/2026-4", **system)


def _retention(kept: int, people: Sequence[int], rows: Sequence[Row]) -> None:
    lead, at = _member(Role.PRIVACY_LEAD).actor, clock.now() - timedelta(days=1)
    for person in (kept, people[1]):
        retention.place_hold(
            person, HoldReason.CLAIM, reference=f"case/2026-{person}", until=None, by=lead, at=at
        )
        retention.restrict(
            person,
            RestrictionReason.ACCURACY_CONTESTED,
            reference="call/88",
            until=at + timedelta(days=30),
            by=lead,
            at=at,
        )
    # Two that look like one person, two that were made one, one who is gone.
    for person, row in ((people[3], rows[2]), (people[5], rows[4])):
        vault.correct(
            person,
            "email",
            row["email"],
            kinds=_kinds(),
            origin=ValueOrigin(in_force().serial, at, "phone", ""),
            by=lead,
            at=at,
        )
    merge(people[4], people[5], chosen={}, reference="call/91", by=lead, at=at)
    find_duplicates(at=at)
    erase(people[6], ErasureReason.ASKED, by=lead, at=at)
    FieldNote.objects.create(
        person_id=people[7], field="email", state="asked", digest=b"1", at=at, line=7
    )
    HeldBackRow.objects.create(
        digest=b"1",
        erased=ErasedPerson.objects.latest("pk"),
        kind=blind.KIND_NUMBERS["phone"],
        run=ImportRun.objects.latest("pk"),
        line=7,
        seen_at=at,
        ends_on=at.date() + HELD_BACK_KEPT,
    )
    reviewing.review(by=SYSTEM, at=at + 30 * _YEARS)


def _emergencies(rows: Sequence[Row]) -> None:
    adviser, lead = _member(Role.ADVISER).actor, _member(Role.PRIVACY_LEAD).actor
    at = clock.now()
    for row, hours in ((rows[0], 30), (rows[1], 2)):
        result = emergency.break_glass(
            Subject(kind="email", value=row["email"]),
            ("first_name", "phone", "city"),
            EmergencyGround.LIFE_IN_DANGER,
            reference="112/7",
            note="She fell while we spoke on the telephone, and did not answer any more.",
            by=adviser,
            at=at - timedelta(hours=hours),
        )
        if not result.allowed:
            raise SystemExit("The demonstration's adviser may not look in an emergency.")
    review.review(1, ReviewVerdict.JUSTIFIED, by=lead, at=at - timedelta(hours=1))


def _concerns(customer: int) -> None:
    """One that is answered, one that waits, and one that is late."""
    lead, at = _member(Role.PRIVACY_LEAD).actor, clock.now()
    asked = UseRequest(
        _member(Role.ADVISER).actor,
        "answer-contact",
        ("first_name", "email"),
        "phone",
        Subject(customer),
    )
    for concern, days, words in (
        (Concern.TOO_MUCH, 9, "I only asked when you open."),
        (Concern.NO_CONTACT, 2, "My neighbour works in your shop."),
        (Concern.UNKNOWN_TEAM, 40, ""),
    ):
        moment = at - timedelta(days=days)
        about = use(asked, at=moment).entry_id
        entry = concerns.raise_concern(
            customer, about, concern, words=words, by=CUSTOMER, at=moment
        )
        if concern is Concern.TOO_MUCH:
            (raised,) = concerns_of_entries([entry])
            concerns.take(raised.id, by=lead, at=at)
            sentence = (
                "We needed your name alone. Your e-mail address is no longer opened for this."
            )
            concerns.answer(raised.id, ConcernVerdict.WRONG, sentence, by=lead, at=at)


def _devices(colleague: StaffMember) -> None:
    administrator, at = _member(Role.ADMINISTRATOR).actor, clock.now()
    for number, (kind, name, state) in enumerate(
        (
            (DeviceKind.PHONE, "Shop telephone", EncryptionState.YES),
            (DeviceKind.STICK, "Blue stick", EncryptionState.UNKNOWN),
            (DeviceKind.PAPER, "Folder of forms", EncryptionState.NO),
        )
    ):
        device = custody.register_device(
            kind=kind,
            name=name,
            tag=f"AW-01{number}",
            encrypted=state,
            holder_id=(colleague.id, None, _member(Role.ADVISER).id)[number],
            by=administrator,
            at=at - timedelta(days=10),
        )
        if kind is DeviceKind.STICK:
            custody.report_missing(device.id, by=administrator, at=at - timedelta(days=2))
            custody.report_found(device.id, by=administrator, at=at - timedelta(days=1))


def _incident() -> None:
    lead, at = _member(Role.INCIDENT_LEAD).actor, clock.now() - timedelta(days=40)
    opened = incidents.open_other(
        title="Letters put into the wrong envelopes",
        note="Two letters of one batch went to each other's address.",
        by=lead,
        at=at,
    )
    incidents.contain(opened.number, by=lead, at=at + timedelta(hours=3))
    for duty in incident_page(opened.number, at=at).duties:
        if duty.due_at is not None:
            incidents.mark_done(duty.id, by=lead, at=at + timedelta(hours=5))


def _kinds() -> dict[str, str]:
    return {key: field.kind_and_format for key, field in in_force().promise.fields.items()}

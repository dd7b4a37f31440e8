"""Reading choices."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from aboveboard.basics import clock
from aboveboard.basics.actor import Actor
from aboveboard.basics.canonical import Json
from aboveboard.basics.combined import Select
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.basics.sealing import verify_text
from aboveboard.choices import addresses, asking
from aboveboard.choices.models import Choice, deciding_values
from aboveboard.choices.receipt import AddressProof, Receipt, ReceiptNotPossible, as_json_ld
from aboveboard.choices.signed_receipt import sign
from aboveboard.choices.state import (
    NO_CHOICES,
    UNPROVEN_CHOICES,
    ChoiceAnswer,
    ChoiceEvent,
    ChoiceRecord,
    ConsentState,
    can_confirm,
    fold,
    fold_merged,
    recorder_id,
)
from aboveboard.choices.topic import topic_of
from aboveboard.keys import queries as keys
from aboveboard.keys import rows
from aboveboard.keys.log_signing import signer
from aboveboard.law import categories
from aboveboard.ledger import queries as ledger
from aboveboard.promise import explain
from aboveboard.promise import queries as promise
from aboveboard.promise.model import Contact, Purpose
from aboveboard.vault import aliases, prepared
from aboveboard.vault.aliases import numbers_of

TABLE: Final = Choice._meta.db_table
"""The table of choices, for statements over everybody, to read only; its columns are those of the
model."""


def consent_states(person_ids: Collection[int]) -> dict[int, ConsentState]:
    """Return the consent state of each person, also of those who never chose, in one statement.

    What was said under a number that was merged into theirs counts too (``state.fold_merged``).
    """
    if not person_ids:
        return {}
    return read_states(prepared.ask(CHOICES.sql, person_ids, person_ids), person_ids)


def read_states(
    choice_rows: Iterable[tuple[Any, ...]], person_ids: Collection[int]
) -> dict[int, ConsentState]:
    """Return the consent state of each person, given the rows of :data:`CHOICES`."""
    events: dict[int, dict[int, list[ChoiceEvent]]] = {}
    merged_at: dict[int, datetime] = {}
    unproven: set[int] = set()
    for person_id, number, since, event in _choices_by_number(choice_rows):
        if event is None:
            # What this row said before is not known, nor about which purpose: it may have been a
            # no to any of them. So all of their answers are read as a no, whatever else stands.
            unproven.add(person_id)
            continue
        events.setdefault(person_id, {}).setdefault(number, []).append(event)
        # The latest merge decides: what was said before it may not have known of the other record.
        if since is not None:
            merged_at[person_id] = max(since, merged_at.get(person_id, since))
    return {
        person_id: UNPROVEN_CHOICES
        if person_id in unproven
        else _folded(events.get(person_id, {}), merged_at.get(person_id))
        for person_id in person_ids
    }


_SAID = f"""
    SELECT choice.person_id, choice.person_id, NULL, choice.at, choice.id, choice.purpose,
        choice.answer, choice.promise_serial, CAST(choice.actor AS text), choice.waits,
        choice.entry_id, choice.contact, choice.mac, NULL
    FROM {TABLE} AS choice WHERE choice.person_id {{some}}
    UNION ALL
    SELECT alias.person_id, alias.merged_id, alias.at, choice.at, choice.id, choice.purpose,
        choice.answer, choice.promise_serial, CAST(choice.actor AS text), choice.waits,
        choice.entry_id, choice.contact, choice.mac, alias.mac
    FROM {prepared.ALIAS} AS alias
    JOIN {TABLE} AS choice ON choice.person_id = alias.merged_id
    WHERE alias.person_id {{some}}
"""  # noqa: S608 - the tables are our own models'; ids are parameters
CHOICES: Final = Select(_SAID, "iimmittitfitbb")
"""The choices of people, for statements that read more of them: their ids, twice."""


def _choices_by_number(
    choice_rows: Iterable[tuple[Any, ...]],
) -> Iterator[tuple[int, int, datetime | None, ChoiceEvent | None]]:
    """Yield whose it is now, the number it was said under, since when that leads to them, and the
    choice; None for a row that this program did not write."""
    for row in choice_rows:
        person_id, number, since, at, choice_id, purpose, answer, serial, actor, *rest = row
        waits, entry_id, contact, mac, alias_mac = rest
        if since is not None and not aliases.is_authentic_alias(
            number, person_id, since, alias_mac
        ):
            continue  # somebody else's choice: the number does not lead here
        at, recorded_by = clock.from_database(at), json.loads(actor)
        # In the order of ``Choice.DECIDING``.
        columns = number, purpose, answer, at, serial, recorded_by, bool(waits), entry_id
        values = deciding_values(columns, contact)
        event = None
        if rows.is_authentic(Choice._meta.label, choice_id, values, mac):
            by = recorder_id(Actor.from_json(recorded_by))
            event = ChoiceEvent(
                at, choice_id, purpose, ChoiceAnswer(answer), by, bool(waits), contact, serial
            )
        else:
            rows.report_not_authentic(Choice._meta.label, choice_id)
        yield person_id, number, since and clock.from_database(since), event


def _folded(sources: Mapping[int, list[ChoiceEvent]], merged_at: datetime | None) -> ConsentState:
    if not sources:
        return NO_CHOICES
    if merged_at is None:
        return fold(event for events in sources.values() for event in events)
    return fold_merged(sources, merged_at)


def consent_state(person_id: int) -> ConsentState:
    """Return one person's consent state."""
    return consent_states([person_id])[person_id]


def may_ask_again(person_id: int, purpose: str, contact: str, at: datetime) -> bool:
    """Whether anybody may ask the person about a purpose, or one way of contact of it (empty: the
    whole), at a moment: no no of the last ``limits.NO_REMEMBERED`` stands. To be asked before a
    person is asked, by whoever and however."""
    return asking.may_ask_again(consent_state(person_id), purpose, at, contact)


def has_refusals() -> bool:
    """Whether anybody has ever refused anything."""
    return Choice.objects.filter(answer=ChoiceAnswer.NO).exists()


def history(person_id: int) -> list[ChoiceRecord]:
    """Return all of a person's choices, newest first; those made under a number that was merged
    into theirs too."""
    choices = Choice.objects.filter(person_id__in=numbers_of(person_id)).order_by("-at", "-id")
    return [record_of(row) for row in choices if row.authentic]


def choice_of(person_id: int, choice_id: int) -> ChoiceRecord | None:
    """Return one choice if it is this person's own."""
    row = Choice.objects.filter(person_id__in=numbers_of(person_id), id=choice_id).first()
    return record_of(row) if row is not None and row.authentic else None


def choice(choice_id: int) -> ChoiceRecord | None:
    """Return one choice by its number, whoever's it is."""
    row = Choice.objects.filter(id=choice_id).first()
    return record_of(row) if row is not None and row.authentic else None


def record_of(row: Choice) -> ChoiceRecord:
    """Return a row as others read it."""
    return ChoiceRecord(
        row.pk,
        row.person_id,
        row.purpose,
        ChoiceAnswer(row.answer),
        row.channel,
        row.evidence,
        row.at,
        row.promise_serial,
        Actor.from_json(row.actor),
        row.entry_id,
        row.waits,
        row.contact,
    )


def receipt_of(choice: ChoiceRecord, language: str = "en") -> Receipt:
    """Return what the receipt of a choice says, in the words of the promise that was in force when
    it was made.

    Raises:
        ReceiptNotPossible: that promise has no such purpose, or it is nobody's own answer.
    """
    # The words they read then, not today's: a receipt is evidence of what was asked (Art. 7(1)).
    version = promise.version(choice.promise_serial)
    spoken = version.promise.in_language(language)
    purpose = spoken.purposes.get(choice.purpose)
    is_answer = choice.answer is not ChoiceAnswer.MET
    if purpose is None or not purpose.leaves_choice or not is_answer:
        raise ReceiptNotPossible(what=f"choice {choice.id}")
    entry = ledger.entry(choice.entry_id)
    labels = [categories.get(key).label for key in spoken.categories_of(purpose.fields)]
    return Receipt(
        choice_id=choice.id,
        person=entry.handle or "",
        answer=choice.answer,
        waits=choice.waits,
        earlier=frozenset(
            other.answer
            for other in history(choice.person_id)
            if other.topic == choice.topic
            and not other.waits
            and (other.at, other.id) < (choice.at, choice.id)
        ),
        channel=choice.channel,
        way=choice.contact,
        evidence=choice.evidence,
        evidence_key=_evidence_key(choice, entry),
        at=choice.at,
        purpose=purpose.key,
        title=purpose.title,
        what=purpose.what,
        why=purpose.why,
        basis=purpose.basis,
        categories=tuple(label.get(language, label["en"]) for label in labels),
        recipients=tuple(spoken.recipients[key].title for key in purpose.recipients),
        kept=explain.retention_in_words(purpose.retention, language),
        promise_serial=version.serial,
        promise_digest=version.digest,
        controller=spoken.organisation.legal_name or spoken.organisation.name,
        contact=spoken.organisation.contact,
        # The entry may still wait to be put into the tree; the receipt says so by having no proof.
        proof=_proof(choice.entry_id),
        confirmation=_confirmation(choice, purpose),
    )


def _confirmation(choice: ChoiceRecord, purpose: Purpose) -> AddressProof | None:
    """Return whether the address is confirmed that a yes to e-mail needs, in the value held now."""
    field = purpose.must_confirm(choice.contact or Contact.EMAIL)
    if not field or choice.answer is not ChoiceAnswer.YES:
        return None
    person_id = aliases.current_number(choice.person_id)
    event = addresses.confirmed(person_id, field, consent_state(person_id))
    shown = choice_of(person_id, event.id) if event else None
    return AddressProof(
        field, shown.at if shown else None, _proof(shown.entry_id) if shown else None
    )


def _proof(entry_id: int) -> str | None:
    """Return the proof of an entry, or None while it waits to be put into the tree."""
    try:
        return ledger.proof(entry_id)
    except ledger.NotYet:
        return None


def signed_receipt_of(choice: ChoiceRecord, language: str = "en") -> dict[str, Json]:
    """Return the receipt of a choice as JSON-LD, signed with the key of the log.

    Raises:
        ReceiptNotPossible: as :func:`receipt_of`.
    """
    return sign(as_json_ld(receipt_of(choice, language)), signer())


def waiting_choices(*, confirmable_by: Actor, limit: int = PAGE_SIZE) -> list[ChoiceRecord]:
    """Return the yeses that still wait and that this member of staff may confirm, the oldest first:
    for each person and topic the newest."""
    records: list[ChoiceRecord] = []
    # Later as ``state.ChoiceEvent`` has it: of two machines the clock of one may be behind.
    after = Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), id__gt=OuterRef("id"))
    later = Choice.objects.filter(
        after,
        person_id=OuterRef("person_id"),
        purpose=OuterRef("purpose"),
        contact=OuterRef("contact"),
    )
    # Those that were answered since, or recorded once more, are left out in the statement: they
    # grow in number, and what still waits does not.
    unanswered = Choice.objects.filter(~Exists(later), waits=True)
    for row in unanswered.order_by("id").iterator():
        if len(records) == limit:
            break
        # Another number of the person may have an answer to it.
        if _is_waiting_for(row, confirmable_by):
            records.append(record_of(row))
    return records


def waiting_choice(choice_id: int, *, confirmable_by: Actor) -> ChoiceRecord | None:
    """Return one yes if it still waits and this member of staff may confirm it."""
    row = Choice.objects.filter(id=choice_id, waits=True).first()
    return record_of(row) if row is not None and _is_waiting_for(row, confirmable_by) else None


def _is_waiting_for(row: Choice, by: Actor) -> bool:
    state = consent_state(aliases.current_number(row.person_id))
    newest = state.waiting.get(topic_of(row.purpose, row.contact))
    if newest is None or newest.id != row.pk:
        return False
    return can_confirm(state, row.purpose, by, row.contact)


def _evidence_key(choice: ChoiceRecord, entry: ledger.LedgerEntry) -> str:
    """Return the key, in hex, that checks the evidence against its sealed form in the entry; empty
    where it stands there in clear, or was lost with the database that held it."""
    sealed = str(entry.facts["evidence"])
    for person in keys.handles(
        {choice.person_id, aliases.current_number(choice.person_id)}
    ).values():
        for key in person.keys_of(entry.handle, entry.facts).get("evidence", []):
            if verify_text(sealed, choice.evidence, bytes.fromhex(key)):
                return key
    return ""


def ever_consented(purpose: str, *, after: int, limit: int) -> list[int]:
    """Return the next people by id, after ``after``, who ever said yes to a purpose; some
    may have withdrawn since.

    What was said under a number that was merged into theirs counts too.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _SAID_YES, [after, purpose, ChoiceAnswer.YES, purpose, ChoiceAnswer.YES, limit]
        )
        return [person_id for (person_id,) in cursor.fetchall()]


_SAID_YES = f"""
    SELECT person.id FROM {prepared.PERSON} AS person
    WHERE person.id > %s AND (
        EXISTS (
            SELECT 1 FROM {TABLE} AS choice
            WHERE choice.person_id = person.id AND choice.purpose = %s AND choice.answer = %s
        ) OR EXISTS (
            SELECT 1 FROM {prepared.ALIAS} AS alias
            JOIN {TABLE} AS choice ON choice.person_id = alias.merged_id
            WHERE alias.person_id = person.id AND choice.purpose = %s AND choice.answer = %s
        )
    )
    ORDER BY person.id LIMIT %s
"""  # noqa: S608 - the tables are our own models'; values are parameters

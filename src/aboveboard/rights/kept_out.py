"""Telling somebody that a role or team they keep out opened their record in an emergency (decision
60): that it was opened, by whom, and where they see more. What was opened, and why, is read on
their own page alone.

Whoever is not to be written to, or is written to through somebody else, gets nothing: an emergency
may protect them from exactly those who read their post. That is a row with that reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from babel.dates import format_datetime
from django.db import transaction

from aboveboard.access.emergency.queries import emergency_person, emergency_use
from aboveboard.access.former import open_for_emergency
from aboveboard.basics import clock, settings, shipped
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import NotFound
from aboveboard.delivery import actions as delivery
from aboveboard.delivery.correspondence import instructions
from aboveboard.delivery.letters import LetterSection, Notice, as_html, as_text, fill_placeholders
from aboveboard.delivery.rendering import DispatchItem, RenderedNotice, SkippedNotice
from aboveboard.delivery.templates import language_of
from aboveboard.kinds.kind import FieldKind
from aboveboard.outbox.reference import Reference
from aboveboard.promise.model import Promise
from aboveboard.promise.queries import in_force
from aboveboard.vault import queries as vault

KIND: Final = "emergency.kept-out"
_PAGE: Final = "/you/who-has-looked/"


def queue_letter(ref: Reference) -> None:
    """Do the job ``emergency.kept-out``: queue the letter. Done again after a crash, it repeats one
    letter and no more."""
    number = int(str(ref["emergency"]))
    person_id = emergency_person(number)
    person = vault.person(person_id) if person_id is not None else None
    if person_id is None or person is None:
        return
    with transaction.atomic():
        at = clock.now()
        # Which emergency it is about travels with the recipient: a batch is read without its
        # reference where letters are made.
        batch = delivery.open_batch(KIND, {"emergency": number}, at=at)
        recipient = delivery.BatchRecipient(person_id, person.language, template=str(number))
        delivery.queue(batch, [recipient], at=at)


def render_letters(
    items: Sequence[DispatchItem],
) -> Iterator[tuple[int, RenderedNotice | SkippedNotice]]:
    """Yield the letter, or the reason why there is none, for each dispatch."""
    instructed = instructions([item.person_id for item in items])
    for item in items:
        instruction = instructed.get(item.person_id)
        if instruction is not None:
            yield item.id, SkippedNotice(instruction.skipped_for)
        else:
            yield item.id, _rendered(item)


def _rendered(item: DispatchItem) -> RenderedNotice | SkippedNotice:
    try:
        record = emergency_use(int(item.template))
    except NotFound:
        return SkippedNotice("erased")
    promised = in_force().promise
    emails = [key for key, each in promised.fields.items() if each.kind is FieldKind.EMAIL]
    to = open_for_emergency(item.person_id, emails, record.entry_id, at=clock.now())
    if to is None:
        return SkippedNotice("no-address")
    notice = kept_out_letter(promised, record.actor, record.at, language_of(item.language))
    return RenderedNotice(to, notice.subject, as_text(notice, ""), as_html(notice, ""))


def kept_out_letter(promised: Promise, actor: Actor, at: datetime, language: str) -> Notice:
    """Return the letter about an emergency use by somebody whom its reader keeps out. ``language``:
    one of ``delivery.templates.LANGUAGES``."""
    words = _words()[language]
    role = promised.roles.get(actor.role)
    who = str(role.title.say(language)) if role else actor.role
    origin = settings.current().server.origin.rstrip("/")
    local = at.astimezone(promised.organisation.zone)
    facts = {
        "organisation": promised.organisation.name,
        "contact": promised.organisation.contact,
        "who": f"{who} ({actor.team})" if actor.team else who,
        "when": format_datetime(local, "long", locale="en_GB" if language == "en" else language),
        "page": (origin if "://" in origin else f"https://{origin}") + _PAGE,
    }
    sentences = fill_placeholders(words["sentences"], facts)
    return Notice(
        subject=words["subject"],
        title=words["title"],
        language=language,
        greeting=words["greeting"],
        greeting_nameless=words["greeting"],
        sections=(LetterSection("emergency", words["heading"], sentences),),
        sender=promised.organisation.name,
    )


@cache
def _words() -> dict[str, dict[str, Any]]:
    words: dict[str, dict[str, Any]] = shipped.load(Path(__file__).with_name("kept_out.yaml"))
    return words

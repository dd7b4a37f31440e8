"""Writing to somebody of a third party that they let in: when it begins, before it ends, and when
it ended. Nothing of what it read stands in a letter.

Each step asks when its time comes whether it is still true: what was ended since is not reminded
of. Whoever is not to be written to, or is written to through somebody else, gets nothing: a row
with that reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from babel.dates import format_date
from django.db import transaction

from aboveboard.access.former import open_for_third_party
from aboveboard.basics import clock, settings, shipped
from aboveboard.choices.queries import choice as choice_by_number
from aboveboard.choices.queries import consent_state
from aboveboard.choices.state import ChoiceRecord
from aboveboard.choices.third_parties import party_and_purpose, third_party_choices
from aboveboard.delivery import actions as delivery
from aboveboard.delivery.correspondence import instructions
from aboveboard.delivery.letters import LetterSection, Notice, as_html, as_text, fill_placeholders
from aboveboard.delivery.rendering import DispatchItem, RenderedNotice, SkippedNotice
from aboveboard.delivery.templates import language_of
from aboveboard.kinds.kind import FieldKind
from aboveboard.outbox.reference import Reference
from aboveboard.promise.model import Promise
from aboveboard.promise.queries import in_force, version
from aboveboard.third_parties.queries import opened_with
from aboveboard.vault import queries as vault
from aboveboard.vault.aliases import current_number

KIND: Final = "third-party"
_PAGE: Final = "/you/third-parties/"


def queue_letter(ref: Reference) -> None:
    """Do the job ``third-party.letter``: queue the letter, if what it says is still true. Done
    again after a crash, it repeats one letter and no more."""
    number, step = int(str(ref["choice"])), str(ref["step"])
    choice = choice_by_number(number)
    person = vault.person(current_number(choice.person_id)) if choice is not None else None
    if choice is None or person is None or not _is_true(choice, person.id):
        return
    with transaction.atomic():
        at = clock.now()
        batch = delivery.open_batch(KIND, {"choice": number, "step": step}, at=at)
        recipient = delivery.BatchRecipient(person.id, person.language, template=f"{step}-{number}")
        delivery.queue(batch, [recipient], at=at)


def _is_true(choice: ChoiceRecord, person_id: int) -> bool:
    """Whether a choice is the last word still: the clock has come to the letter by itself."""
    newest = third_party_choices(consent_state(person_id))
    return any(each.event.id == choice.id for each in newest)


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
    step, _, number = item.template.rpartition("-")
    choice = choice_by_number(int(number))
    if choice is None:
        return SkippedNotice("erased")
    if not _is_true(choice, item.person_id):
        return SkippedNotice("superseded")
    promised = in_force().promise
    emails = [key for key, each in promised.fields.items() if each.kind is FieldKind.EMAIL]
    to = open_for_third_party(item.person_id, emails, choice.entry_id, at=clock.now())
    if to is None:
        return SkippedNotice("no-address")
    notice = third_party_letter(choice, step, language_of(item.language))
    return RenderedNotice(to, notice.subject, as_text(notice, ""), as_html(notice, ""))


def third_party_letter(choice: ChoiceRecord, step: str, language: str) -> Notice:
    """Return the letter about a choice, in the words of the promise that was shown then.
    ``language``: one of ``delivery.templates.LANGUAGES``."""
    shown = version(choice.promise_serial).promise.in_language(language)
    texts = _texts()[language]
    words, contact = texts[step], in_force().promise.organisation.contact
    facts = _facts(choice, shown, language) | {"contact": contact}
    return Notice(
        subject=words["subject"],
        title=words["title"],
        language=language,
        greeting=texts["greeting"],
        greeting_nameless=texts["greeting"],
        sections=(
            LetterSection(KIND, words["heading"], fill_placeholders(words["sentences"], facts)),
        ),
        sender=shown.organisation.name,
    )


def _facts(choice: ChoiceRecord, shown: Promise, language: str) -> dict[str, str]:
    party, purpose = party_and_purpose(choice.purpose)
    recipient, known = shown.recipients.get(party), shown.purposes.get(purpose)
    origin = settings.current().server.origin.rstrip("/")
    day = format_date(opened_with(choice), "long", locale="en_GB" if language == "en" else language)
    return {
        "organisation": shown.organisation.name,
        "who": recipient.name if recipient else party,
        "purpose": str(known.title) if known else purpose,
        "day": day,
        "page": (origin if "://" in origin else f"https://{origin}") + _PAGE,
    }


@cache
def _texts() -> dict[str, dict[str, Any]]:
    words: dict[str, dict[str, Any]] = shipped.load(Path(__file__).with_name("letters.yaml"))
    return words

"""Notices as text messages: one sentence, and the address of the page that says the rest.

Each opening of a number is a use with its ledger entry, through the channel ``sms``. Whoever has no
number that can be dialled from here is a row with that reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from aboveboard.access.actions import use_many
from aboveboard.access.use import UseRequest
from aboveboard.basics import clock, settings
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.personal import Personal
from aboveboard.delivery.channel_states import carried_channels
from aboveboard.delivery.rendering import DispatchItem, RenderedNotice, SkippedNotice
from aboveboard.delivery.sms.segments import SmsSize, size_of
from aboveboard.delivery.templates import language_of
from aboveboard.delivery.terms import Channel
from aboveboard.engines.listing import ExposureRow
from aboveboard.incidents.notices.losses import loss_details
from aboveboard.incidents.notices.models import NoticeBatch
from aboveboard.incidents.notices.queries import PURPOSE, find_batch
from aboveboard.incidents.notices.rendering import LossDetails, text_message
from aboveboard.kinds.kind import FieldKind
from aboveboard.kinds.normalise import phone
from aboveboard.promise.queries import in_force

NO_NUMBER: Final = "no-phone-number"
"""The reason on a notice to somebody of whom no number is held that can be dialled from here."""


def by_sms(
    batch: NoticeBatch, by_person: Mapping[int, DispatchItem], exposed: Mapping[int, ExposureRow]
) -> Iterator[tuple[int, RenderedNotice | SkippedNotice]]:
    """Yield a text message, or the reason why there is none, for each of these people."""
    if not by_person:
        return
    promise = in_force().promise
    numbers = [
        key
        for key in promise.purposes[PURPOSE].fields
        if promise.fields[key].kind is FieldKind.PHONE
    ]
    if not numbers:
        yield from ((item.id, SkippedNotice(NO_NUMBER)) for item in by_person.values())
        return
    loss = loss_details(batch)
    asked = UseRequest(SYSTEM, PURPOSE, tuple(numbers), "sms", reference=batch.incident.reference)
    for person_id, result in use_many(asked, list(by_person), at=clock.now()):
        item = by_person[person_id]
        if not result.allowed:
            yield item.id, SkippedNotice(result.reasons[0].code.value.replace("_", "-"))
            continue
        held = (result.values.get(key) for key in numbers)
        region = exposed[person_id].jurisdiction.split("-")[0] or None
        dialled = (phone(value.reveal(), region) for value in held if value is not None)
        number = next((each for each in dialled if each and each.startswith("+")), None)
        if number is None:
            yield item.id, SkippedNotice(NO_NUMBER)
            continue
        text = message_of(loss, item.language)
        yield item.id, RenderedNotice(Personal(number), "", text)


@dataclass(frozen=True, slots=True)
class TextMessageWords:
    """A text message as a second person reads it: in a language, and its size."""

    language: str
    words: str
    size: SmsSize


def text_messages(batch_pk: int, languages: Iterable[str]) -> tuple[TextMessageWords, ...]:
    """Return the text messages of a batch, one for each language of those whom it notifies; none
    where none would be sent.

    Raises:
        NotFound: there is no such batch.
    """
    if Channel.SMS not in carried_channels(notice_channels()):
        return ()
    loss = loss_details(find_batch(batch_pk))
    messages = []
    for language in sorted({language_of(each) for each in languages}):
        words = message_of(loss, language)
        messages.append(TextMessageWords(language, words, size_of(words)))
    return tuple(messages)


def notice_channels() -> list[Channel]:
    """Return the order of channels of the settings."""
    named = settings.current().notices.channels.split(",")
    return [Channel(part.strip()) for part in named if part.strip()]


def message_of(loss: LossDetails, language: str) -> str:
    """Return the text message in a language, as the settings of now let it be answered."""
    sender = settings.current().sms.sender
    return text_message(loss, language, can_answer=sender.startswith(("+", "MG")))

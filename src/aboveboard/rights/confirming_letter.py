"""The letter by which somebody confirms an address: what it asks, and one link. It says nothing of
them, for it may reach a stranger whose address somebody else gave."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.db import transaction

from aboveboard.access.former import open_for_confirmation
from aboveboard.accounts import links
from aboveboard.basics import clock, settings, shipped
from aboveboard.basics.personal import Personal
from aboveboard.delivery.correspondence import instructions
from aboveboard.delivery.letters import LetterSection, Notice, as_html, as_text, fill_placeholders
from aboveboard.delivery.rendering import DispatchItem, RenderedNotice, SkippedNotice
from aboveboard.delivery.templates import language_of
from aboveboard.keys.queries import instance_secret
from aboveboard.promise.model import Promise
from aboveboard.promise.queries import in_force
from aboveboard.rights import limits
from aboveboard.rights.models import AddressLetter

_PAGE: Final = "/trust/confirm-address/"
_DIGESTS: Final = "address-letters"
"""The name of the instance's secret under which digests of addresses are made."""


def render_letters(
    items: Sequence[DispatchItem],
) -> Iterator[tuple[int, RenderedNotice | SkippedNotice]]:
    """Yield the letter, or the reason why there is none, for each dispatch."""
    instructed = instructions([item.person_id for item in items])
    for item in items:
        instruction = instructed.get(item.person_id)
        if instruction is not None:
            # Somebody else cannot say that an address is this person's.
            yield item.id, SkippedNotice(instruction.skipped_for)
        else:
            yield item.id, _rendered(item)


def _rendered(item: DispatchItem) -> RenderedNotice | SkippedNotice:
    row = AddressLetter.objects.filter(pk=int(item.template), used_at=None).first()
    if row is None or not row.authentic:
        return SkippedNotice("erased")
    at = clock.now()
    to = open_for_confirmation(item.person_id, row.field, row.entry_id, at=at)
    if to is None:
        return SkippedNotice("no-address")
    token = _token(row, to)
    if token is None:
        return SkippedNotice("too-many-letters")
    promised = in_force().promise
    notice = confirming_letter(promised, row.field, token, language_of(item.language))
    return RenderedNotice(to, notice.subject, as_text(notice, ""), as_html(notice, ""))


def _token(row: AddressLetter, to: Personal[str]) -> str | None:
    """Return the token of the link, of which the row keeps a digest; None where as many letters
    went to this address as a day allows, whosever records they were about."""
    token, day = links.new_token(), timedelta(days=1)
    address = hmac.digest(instance_secret(_DIGESTS), to.reveal().encode(), "sha256")
    with transaction.atomic():
        earlier = AddressLetter.objects.filter(address=address, made_at__gt=row.made_at - day)
        if earlier.exclude(pk=row.pk).count() >= limits.ADDRESS_LETTERS_A_DAY:
            return None
        row.token_hash, row.address = links.digest(token), address
        row.save(update_fields=["token_hash", "address"])
    return token


def confirming_letter(promised: Promise, field: str, token: str, language: str) -> Notice:
    """Return the letter that asks to confirm the address in a field. ``language``: one of
    ``delivery.templates.LANGUAGES``."""
    words = _words()[language]
    origin = settings.current().server.origin.rstrip("/")
    facts = {
        "organisation": promised.organisation.name,
        "contact": promised.organisation.contact,
        "days": str(limits.ADDRESS_LINK_LIFE.days),
        "page": f"{origin if '://' in origin else f'https://{origin}'}{_PAGE}{token}/",
    }
    titles = [
        purpose.title.say(language)
        for purpose in promised.purposes.values()
        if purpose.confirmed_field == field
    ]
    return Notice(
        subject=words["subject"].format(**facts),
        title=words["title"],
        language=language,
        greeting=words["greeting"],
        greeting_nameless=words["greeting"],
        sections=(
            LetterSection(
                "confirm",
                words["heading"],
                fill_placeholders(words["sentences"], facts),
                tuple(titles),
                fill_placeholders(words["more"], facts),
            ),
        ),
        sender=promised.organisation.name,
    )


@cache
def _words() -> dict[str, dict[str, Any]]:
    words: dict[str, dict[str, Any]] = shipped.load(Path(__file__).with_name("confirming.yaml"))
    return words

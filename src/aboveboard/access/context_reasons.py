"""Why something stands on the card of somebody who is served: a reference for programs, a sentence
for the person, and the page of their own that explains it. Pure.

The sentences are data (``context_reasons.yaml``), in English, French and German.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

from babel.dates import format_date

from aboveboard.access.reasons import ReasonCode
from aboveboard.basics import shipped
from aboveboard.choices.state import ChoiceRecord
from aboveboard.promise.explain import basis_in_words, mid_sentence
from aboveboard.promise.model import Promise, Purpose
from aboveboard.vault.origin import IMPORT, ValueOrigin

_NO_YES: Final = frozenset({ReasonCode.NO_CONSENT, ReasonCode.YES_BY_ASKER})
_SAID_NO: Final = frozenset(
    {ReasonCode.CONSENT_WITHDRAWN, ReasonCode.OBJECTED, ReasonCode.KEPT_OUT}
)


@dataclass(frozen=True, slots=True)
class ContextReason:
    """Why one item is on the card.

    Attributes:
        reference: stable for programs: ``PURPOSE/FIELD``, ``PURPOSE/CHANNEL:CODE`` (``may``, or the
            first reason against it), ``choice:ENTRY``.
        sentence: for the person, in the language of the card.
        page: path of the person's own page, without the origin.
    """

    reference: str
    sentence: str
    page: str


@dataclass(frozen=True, slots=True)
class ReasonWording:
    """The promise in force in the ``language`` of the card, and that language."""

    promised: Promise
    language: str

    def of_field(self, purpose: Purpose, key: str, origin: ValueOrigin | None) -> ContextReason:
        """Return why a value of one field is shown: purpose, basis, and where it came from."""
        item = self.promised.fields[key].label.say(self.language)
        title = mid_sentence(purpose.title.say(self.language), self.language)
        sentence = self._say("field").format(
            item=item,
            purpose=title,
            basis=basis_in_words(purpose.basis, self.language),
            source=self._source(origin),
        )
        return ContextReason(f"{purpose.key}/{key}", sentence, f"/you/what-for/#{key}")

    def of_contact(
        self, purpose: Purpose, channel: str, against: Collection[ReasonCode]
    ) -> ContextReason:
        """Return why the person may, or may not, be contacted for a purpose through a channel."""
        if not against:
            key = "asked_and_yes" if purpose.needs_consent else "unless_no"
        elif _SAID_NO.intersection(against):
            key = "said_no"
        elif ReasonCode.ADDRESS_NOT_CONFIRMED in against:
            key = "not_confirmed"
        else:
            key = "no_yes" if _NO_YES.issuperset(against) else "not_now"
        basis = basis_in_words(purpose.basis, self.language)
        code = min(against).value if against else "may"
        return ContextReason(
            f"{purpose.key}/{channel}:{code}",
            self._say(key).format(basis=basis),
            f"/you/choices/#{purpose.key}",
        )

    def of_choice(self, choice: ChoiceRecord) -> ContextReason:
        """Return what the person chose, when and where."""
        sentence = self._say("choice").format(
            answer=self._say(f"{choice.answer.value}_word"),
            day=self._day(choice.at),
            channel=self._channel(choice.channel),
        )
        return ContextReason(
            f"choice:{choice.entry_id}", sentence, f"/you/choices/#{choice.purpose}"
        )

    def _source(self, origin: ValueOrigin | None) -> str:
        if origin is None or origin.collected_at is None:
            return self._say("not_recorded")
        day = self._day(origin.collected_at)
        if origin.channel == IMPORT:
            return self._say("from_file").format(day=day)
        return self._say("collected").format(day=day, channel=self._channel(origin.channel))

    def _channel(self, key: str) -> str:
        channel = self.promised.channels.get(key)
        return channel.title.say(self.language) if channel else key

    def _day(self, at: datetime) -> str:
        zone = self.promised.organisation.zone
        locale = "en_GB" if self._short == "en" else self._short
        return str(format_date(at.astimezone(zone), "long", locale=locale))

    def _say(self, key: str) -> str:
        return _sentences()[self._short][key]

    @property
    def _short(self) -> str:
        short = self.language.split("-")[0]
        return short if short in _sentences() else "en"


@cache
def _sentences() -> Mapping[str, Mapping[str, str]]:
    words: Mapping[str, Mapping[str, str]] = shipped.load(
        Path(__file__).with_name("context_reasons.yaml")
    )
    return words

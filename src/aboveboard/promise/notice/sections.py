"""The whole notice: a section for each of the sixteen things, and for what is personal. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aboveboard.law import bases, transfers
from aboveboard.law.rules import authorities
from aboveboard.promise.explain import (
    PurposeInWords,
    country_in_words,
    fields_in_words,
    join_words,
    mid_sentence,
    provision_in_words,
    purpose_in_words,
    retention_in_words,
    statute_in_words,
)
from aboveboard.promise.model import Organisation, Promise, Purpose
from aboveboard.promise.notice.items import ARTICLES, NoticeItem
from aboveboard.promise.notice.languages import NoticeWords

PERSONAL: Final = "personal"
"""The key of the section about what is chosen for a person; no law asks for it."""


@dataclass(frozen=True, slots=True)
class NoticePart:
    """What a section says about one purpose, field or program: ``key`` is its key."""

    key: str
    title: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoticeSection:
    """One of the things that a notice says: ``key`` of :class:`NoticeItem` or :data:`PERSONAL`;
    ``article`` of the GDPR that asks for it, or ""."""

    key: str
    heading: str
    article: str
    sentences: tuple[str, ...]
    parts: tuple[NoticePart, ...] = ()


_Said = tuple[Sequence[str], Sequence[NoticePart]]


def sections_of(promise: Promise, words: NoticeWords) -> tuple[NoticeSection, ...]:
    """Return the sections that have something to say, in the order of the list."""
    sections = []
    for key, said_by in _SAID.items():
        sentences, parts = said_by(promise, words)
        if sentences or parts:
            article = ARTICLES[NoticeItem(key)] if key in list(NoticeItem) else ""
            sections.append(
                NoticeSection(key, words.heading(key), article, tuple(sentences), tuple(parts))
            )
    return tuple(sections)


def complaint_authority(organisation: Organisation) -> str:
    """Return the name of the authority that the organisation answers to; "" where none is known
    for its country."""
    for place in (organisation.lead_authority, organisation.region, organisation.country):
        try:
            return authorities.authority_for(place, public_body=organisation.public_body).title
        except KeyError:
            continue
    return ""


def _controller(promise: Promise, words: NoticeWords) -> _Said:
    who = promise.organisation
    sentences = [words.say("controller", name=who.legal_name or who.name)]
    if who.address:
        sentences.append(words.say("address", address=who.address))
    return [*sentences, words.say("contact", contact=who.contact)], ()


def _representative(promise: Promise, words: NoticeWords) -> _Said:
    named = promise.organisation.representative
    return ([words.say("representative", representative=named)] if named else []), ()


def _dpo(promise: Promise, words: NoticeWords) -> _Said:
    who = promise.organisation
    if who.privacy_lead:
        return [words.say("dpo", dpo=who.privacy_lead)], ()
    return [words.say("no_dpo", contact=who.contact)], ()


def _of_purposes(
    words_of: Callable[[Promise, Purpose, PurposeInWords, NoticeWords], Sequence[str]],
) -> Callable[[Promise, NoticeWords], _Said]:
    def said(promise: Promise, words: NoticeWords) -> _Said:
        parts = []
        for key, purpose in promise.purposes.items():
            spoken = purpose_in_words(promise, purpose, words.language)
            sentences = tuple(filter(None, words_of(promise, purpose, spoken, words)))
            if sentences:
                parts.append(NoticePart(key, spoken.title, sentences))
        return [], parts

    return said


def _basis(
    promise: Promise, purpose: Purpose, spoken: PurposeInWords, words: NoticeWords
) -> Sequence[str]:
    article = bases.lawful_bases()[purpose.basis].article
    return (
        words.say("basis", basis=spoken.basis, article=article),
        statute_in_words(purpose, words.language),
        spoken.special,
    )


def _interest(
    promise: Promise, purpose: Purpose, spoken: PurposeInWords, words: NoticeWords
) -> Sequence[str]:
    interest = purpose.interest
    return [words.say("interest", interest=interest.say(words.language))] if interest else []


def _transfers(promise: Promise, words: NoticeWords) -> _Said:
    language = words.language
    parts = [
        NoticePart(
            key,
            recipient.title.say(language),
            (
                words.say(
                    "transfer",
                    whom=recipient.name,
                    country=country_in_words(recipient.country, language),
                    ground=transfers.grounds()[recipient.transfer.ground].say(language),
                ),
            ),
        )
        for key, recipient in promise.recipients.items()
        if recipient.third_country and recipient.transfer
    ]
    return ([] if parts else [words.say("no_transfers")]), parts


def _rights(promise: Promise, words: NoticeWords) -> _Said:
    return words.sentences("rights"), ()


def _withdraw(promise: Promise, words: NoticeWords) -> _Said:
    asked = [each for each in promise.purposes.values() if each.needs_consent]
    if not asked:
        return [words.say("no_consent")], ()
    return [words.say("withdraw"), words.say("withdraw_of", titles=_titles(asked, words))], ()


def _complain(promise: Promise, words: NoticeWords) -> _Said:
    authority = complaint_authority(promise.organisation)
    if not authority:
        return [words.say("complain_unknown")], ()
    return [words.say("complain", authority=authority)], ()


def _source(promise: Promise, words: NoticeWords) -> _Said:
    sentences = [words.say("origin_you")] if promise.collection or not promise.sources else []
    for source in promise.sources.values():
        key = "origin_public" if source.is_public else "origin"
        sentences += [
            words.say(
                key,
                field=promise.fields[field].label.say(words.language),
                source=source.title.say(words.language),
            )
            for field in source.fields
        ]
    return sentences, ()


def _obligation(promise: Promise, words: NoticeWords) -> _Said:
    _, parts = _of_purposes(
        lambda promise, purpose, spoken, words: [provision_in_words(purpose, words.language)]
    )(promise, words)
    return ([] if parts else [words.say("not_required")]), parts


def _automated(promise: Promise, words: NoticeWords) -> _Said:
    language = words.language
    parts = []
    for key, tool in promise.automated.items():
        sentences = (
            tool.logic.say(language),
            tool.consequences.say(language),
            words.say("alone" if tool.decides_alone else "not_alone"),
            tool.review.say(language) if tool.review else "",
        )
        parts.append(NoticePart(key, tool.title.say(language), tuple(filter(None, sentences))))
    return ([] if parts else [words.say("no_automated")]), parts


def _personal(promise: Promise, words: NoticeWords) -> _Said:
    chosen = [each for each in promise.purposes.values() if each.personalises]
    if not chosen:
        return [words.say("not_personal")], ()
    fields = dict.fromkeys(field for each in chosen for field in each.fields)
    data = fields_in_words(promise, fields, words.language)
    return [
        words.say("personal_by", titles=_titles(chosen, words)),
        words.say("personal_data", data=data),
    ], ()


def _titles(purposes: Sequence[Purpose], words: NoticeWords) -> str:
    titles = [mid_sentence(each.title.say(words.language), words.language) for each in purposes]
    return join_words(titles, words.language)


_SAID: Final[Mapping[str, Callable[[Promise, NoticeWords], _Said]]] = {
    NoticeItem.CONTROLLER: _controller,
    NoticeItem.REPRESENTATIVE: _representative,
    NoticeItem.DPO: _dpo,
    NoticeItem.PURPOSES: _of_purposes(lambda _, __, spoken, ___: (spoken.what, spoken.why)),
    NoticeItem.BASIS: _of_purposes(_basis),
    NoticeItem.INTEREST: _of_purposes(_interest),
    NoticeItem.CATEGORIES: _of_purposes(lambda _, __, spoken, ___: (spoken.held,)),
    NoticeItem.RECIPIENTS: _of_purposes(lambda _, __, spoken, ___: (spoken.shared,)),
    NoticeItem.TRANSFERS: _transfers,
    NoticeItem.RETENTION: _of_purposes(
        lambda _, purpose, __, words: (retention_in_words(purpose.retention, words.language),)
    ),
    NoticeItem.SOURCE: _source,
    NoticeItem.OBLIGATION: _obligation,
    NoticeItem.RIGHTS: _rights,
    NoticeItem.WITHDRAW: _withdraw,
    NoticeItem.COMPLAIN: _complain,
    NoticeItem.AUTOMATED: _automated,
    PERSONAL: _personal,
}
"""What says each section, in the order in which people read them."""

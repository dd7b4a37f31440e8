"""Turning facts into the words a customer reads. Pure but for the language that is switched on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from babel.dates import format_date
from django.utils import timezone
from django.utils.functional import Promise as Lazy
from django.utils.translation import get_language, gettext, gettext_lazy

from aboveboard.access.concerns.terms import ConcernVerdict
from aboveboard.access.emergency.reasons import EmergencyGround, ReviewVerdict
from aboveboard.access.reasons import ReasonCode
from aboveboard.access.use import UseRecord
from aboveboard.basics.actor import ActorKind
from aboveboard.choices.state import ChoiceAnswer, ChoiceRecord, ConsentState
from aboveboard.choices.topic import parts_of, topic_of
from aboveboard.group.asking import ReadFailure
from aboveboard.law import categories
from aboveboard.promise import explain
from aboveboard.promise.model import Promise, Purpose, RoleOrChannel
from aboveboard.representation.terms import Capacity
from aboveboard.rights.correction import CorrectionBar
from aboveboard.vault.origin import IMPORT, ValueOrigin

_LOCALES = {"en": "en_GB"}  # "3 March 2026"; American English would turn it round

_READ_FAILURES: dict[ReadFailure, Lazy | str] = {
    ReadFailure.AWAY: gettext_lazy("We cannot reach them now."),
    ReadFailure.REFUSED: gettext_lazy("They do not let this portal ask at the moment."),
    ReadFailure.UNREADABLE: gettext_lazy("We cannot read what they answer."),
    ReadFailure.UNLINKED: gettext_lazy("Your link with them has ended."),
    ReadFailure.EXPIRED: gettext_lazy("Our access to them has run out."),
}
REFUSED: dict[ReasonCode, Lazy | str] = {
    ReasonCode.PERSON_UNKNOWN: gettext_lazy("We did not hold anything about you."),
    ReasonCode.PURPOSE_UNKNOWN: gettext_lazy("This is not one of the uses we promised you."),
    ReasonCode.ROLE_NOT_ALLOWED: gettext_lazy("It is not part of their job."),
    ReasonCode.CHANNEL_NOT_ALLOWED: gettext_lazy("We do not do this through that channel."),
    ReasonCode.OUTSIDE_CLIENT_SCOPE: gettext_lazy("This program is not allowed to ask for it."),
    ReasonCode.FIELD_NOT_IN_PURPOSE: gettext_lazy("They asked for more than this needs."),
    ReasonCode.NO_FIELDS: gettext_lazy("They did not say what they needed to see."),
    ReasonCode.NO_CONSENT: gettext_lazy("You have not said yes to this."),
    ReasonCode.YES_BY_ASKER: gettext_lazy("Only they recorded that you said yes."),
    ReasonCode.CONSENT_WITHDRAWN: gettext_lazy("You said no to this."),
    ReasonCode.ADDRESS_NOT_CONFIRMED: gettext_lazy(
        "You said yes, and have not confirmed your e-mail address yet."
    ),
    ReasonCode.KEPT_OUT: gettext_lazy("You keep them out."),
    ReasonCode.OBJECTED: gettext_lazy("You objected to this."),
    ReasonCode.RETENTION_OVER: gettext_lazy(
        "We may no longer use it for this: the time limit has passed."
    ),
    ReasonCode.RESTRICTED: gettext_lazy("The use of your data is restricted."),
    ReasonCode.KEPT_FOR_CLAIM: gettext_lazy("We keep it only for a legal claim."),
    ReasonCode.NOT_IN_FORCE_THEN: gettext_lazy("They asked about a time before our promise began."),
    ReasonCode.NOT_YET_TIME: gettext_lazy("They asked about a time in the future."),
    ReasonCode.NOBODY_TO_SHOW: gettext_lazy("They were not told whether you are a customer."),
    ReasonCode.SEVERAL_TO_SHOW: gettext_lazy(
        "The details matched more than one person, so nobody was shown."
    ),
    ReasonCode.DECEASED: gettext_lazy("You are recorded as having died."),
    ReasonCode.THIRD_PARTY_NOT_PROMISED: gettext_lazy(
        "Our promise does not let you open this to them."
    ),
    ReasonCode.THIRD_PARTY_NOT_LET_IN: gettext_lazy("You have not let them in."),
    ReasonCode.THIRD_PARTY_ENDED: gettext_lazy("You ended their access."),
    ReasonCode.THIRD_PARTY_EXPIRED: gettext_lazy("The time for which you let them in is over."),
    ReasonCode.THIRD_PARTY_OTHER_PURPOSE: gettext_lazy("You let them in for something else."),
    ReasonCode.THIRD_PARTY_OTHER_FIELD: gettext_lazy(
        "They asked for more than you were shown when you let them in."
    ),
    ReasonCode.EMERGENCY_NOT_PROMISED: gettext_lazy("Our promise does not allow emergency access."),
    ReasonCode.EMERGENCY_NOT_STAFF: gettext_lazy("Only our staff can use emergency access."),
    ReasonCode.EMERGENCY_ROLE: gettext_lazy("Their role does not have emergency access."),
    ReasonCode.EMERGENCY_FIELD: gettext_lazy("They asked for more than emergency access shows."),
    ReasonCode.EMERGENCY_TOO_MANY: gettext_lazy("They used up their emergency access for the day."),
    ReasonCode.EMERGENCY_OVER: gettext_lazy("The emergency was over."),
}
"""Why a look was refused, said to the person it was about; one sentence for each code
of ``access.reasons``."""


EMERGENCIES: dict[EmergencyGround, Lazy | str] = {
    EmergencyGround.LIFE_IN_DANGER: gettext_lazy(
        "Emergency: someone’s life or health was in danger."
    ),
    EmergencyGround.EMERGENCY_SERVICES: gettext_lazy("Emergency: the emergency services asked."),
    EmergencyGround.MISSING_PERSON: gettext_lazy("Emergency: someone was missing."),
    EmergencyGround.VULNERABLE_PERSON: gettext_lazy(
        "Emergency: a vulnerable person needed protection."
    ),
}
"""Why somebody looked in an emergency, said to the person it was about."""


CONCERN_VERDICTS: dict[ConcernVerdict, Lazy | str] = {
    ConcernVerdict.RIGHT: gettext_lazy("We checked: it was in order."),
    ConcernVerdict.WRONG: gettext_lazy("We checked: it was wrong. We are sorry."),
    ConcernVerdict.UNCLEAR: gettext_lazy("We checked, and could not find out."),
}
"""What was found of a look that the person questioned, said to them."""


CORRECTION_BARS: dict[CorrectionBar, Lazy | str] = {
    CorrectionBar.ISSUED: gettext_lazy("We gave you this, so you cannot change it here."),
    CorrectionBar.PAYMENT: gettext_lazy(
        "Your bank or payment provider gave you this. Tell us if it has changed."
    ),
    CorrectionBar.PAPER: gettext_lazy("We need to see a document that shows it."),
    CorrectionBar.RECORD: gettext_lazy("Somebody must check this before it is changed."),
}
"""Why a detail cannot be corrected on these pages; whom to ask stands beside it."""


def emergency(code: str) -> str:
    """Return why somebody looked in an emergency."""
    return str(EMERGENCIES[EmergencyGround(code)])


def verdict(code: str) -> str:
    """Return what the review of an emergency look found, or that it is still to come."""
    if not code:
        return gettext("Someone else will check whether this was justified.")
    if code == ReviewVerdict.JUSTIFIED:
        return gettext("We checked: it was justified.")
    return gettext("We checked: it was not justified. We are sorry, and we are looking into it.")


def note_read() -> str:
    """Return why somebody read what was written about an emergency look."""
    return gettext("It was to check whether the emergency access was justified.")


def concern_verdict(verdict: ConcernVerdict) -> str:
    """Return what was found of a look that the person questioned."""
    return str(CONCERN_VERDICTS[verdict])


def fields_in_words(promise: Promise, fields: Sequence[str], language: str) -> str:
    """Return what the fields are, each kind once: "your name, your e-mail address
    and your phone number"."""
    known = [field for field in fields if field in promise.fields]
    labels = [categories.get(key).label for key in promise.categories_of(known)]
    words = [label.get(language, label["en"]) for label in labels]
    # A later promise may have dropped the field, and a refused use may have asked for one that
    # never was: there are no words for it.
    if len(known) < len(fields):
        words.append(gettext("something we do not hold"))
    sentence = explain.join_words(words, language)
    # "your name, your phone" tires the reader; other languages need the word for its gender.
    if language.startswith("en"):
        sentence = sentence.replace(", your ", ", ").replace(" and your ", " and ")
    return sentence


def capitalise(text: str) -> str:
    """Return the text with a capital first letter, as a sentence begins."""
    return text[:1].upper() + text[1:]


def day(moment: datetime) -> str:
    """Return the day in the time zone of the page: "3 March 2026"."""
    return format_date(timezone.localtime(moment).date(), "long", locale=locale_of_page())


def written_day(text: str) -> str:
    """Return an ISO date as people write it; what is no date stays as it is."""
    try:
        return format_date(date.fromisoformat(text), "long", locale=locale_of_page())
    except ValueError:
        return text


def actor_of_use(promise: Promise, use: UseRecord) -> str:
    """Return who looked, as the promise names them: "You", or "Shop adviser, Leeds"; in general
    words, where more would tell another person's secret or a law forbids it."""
    if use.general:
        return capitalise(use.general.who.say(get_language() or "en"))
    if use.is_sealed:
        return gettext("Somebody")
    return capitalise(actor(promise, use.actor.kind, use.actor.role, use.actor.team))


REPRESENTATIVES: Final = {
    Capacity.GUARDIAN.value: gettext_lazy("Your guardian"),
    Capacity.ATTORNEY.value: gettext_lazy("Your attorney"),
    Capacity.CARER.value: gettext_lazy("Your carer"),
    Capacity.EXECUTOR.value: gettext_lazy("Your executor"),
}
"""Who acts for somebody, as that person reads it."""


def actor(promise: Promise, kind: str, role: str, team: str) -> str:
    """Return an actor by role and team; a customer is never told the name of a member of staff."""
    if kind == ActorKind.PERSON:
        return gettext("You")
    if kind == ActorKind.REPRESENTATIVE:
        return str(REPRESENTATIVES.get(role, REPRESENTATIVES[Capacity.ATTORNEY.value]))
    # Role and team say who looked without handing an employee's name to a customer. The account's
    # number is in the entry, for whoever examines it.
    title = _title(promise.roles.get(role), role)
    return f"{title}, {team}" if team else title


def purpose_of_use(promise: Promise, use: UseRecord) -> str:
    """Return what a use was for, as far as it may be told: :func:`actor_of_use`."""
    if use.general:
        return use.general.what.say(get_language() or "en")
    if use.withheld_until:
        until = day(use.withheld_until)
        if use.ground:
            return gettext("A law forbids us to say more before %(day)s: %(law)s") % {
                "day": until,
                "law": use.ground,
            }
        return gettext("A law forbids us to say more before %(day)s.") % {"day": until}
    return gettext("We cannot say more.") if use.is_sealed else purpose(promise, use.purpose)


def channel(promise: Promise, key: str) -> str:
    """Return the channel's name on screens."""
    return _title(promise.channels.get(key), key)


def purpose(promise: Promise, key: str) -> str:
    """Return what the purpose is called, also when a later promise dropped it."""
    purpose = promise.purposes.get(key)
    return purpose.title if purpose else gettext("for something we no longer do")


def origin(promise: Promise, where: ValueOrigin) -> str:
    """Return where a value comes from: when, on which channel and for which purpose
    (GDPR Art. 15(1)(g))."""
    if where.collected_at is None:
        return gettext("We did not record where this came from.")
    facts = {"day": day(where.collected_at), "channel": channel(promise, where.channel)}
    if where.channel == IMPORT:
        sentence = gettext("Added from a file on %(day)s.") % facts
    else:
        sentence = gettext("Collected on %(day)s (%(channel)s).") % facts
    return f"{sentence} {purpose(promise, where.purpose)}." if where.purpose else sentence


def read_failure(failure: ReadFailure) -> str:
    """Return why the uses at another organisation cannot be shown now."""
    return str(_READ_FAILURES[failure])


def refusal(codes: Iterable[str]) -> str:
    """Return why a look was refused, in second person."""
    return " ".join(str(REFUSED[ReasonCode(code)]) for code in codes)


def choices_in_force(
    consent: ConsentState, history: Sequence[ChoiceRecord]
) -> dict[str, ChoiceRecord]:
    """Return the choice that stands about each topic: a purpose, or one way of contact of it."""
    records = {choice.id: choice for choice in history}
    return {
        topic: records[event.id] for topic, event in consent.last.items() if event.id in records
    }


def way(purpose: Purpose | None, contact: str, promise: Promise) -> str:
    """Return a way of contact as the promise calls it: "by e-mail"; empty for the whole."""
    for key, contact_of_channel in purpose.contacts if purpose else ():
        if contact_of_channel == contact:
            return channel(promise, key)
    return contact.replace("_", " ")


def topic_title(promise: Promise, topic: str) -> str:
    """Return what a choice is about: the purpose, and the way of contact where it is one."""
    key, contact = parts_of(topic)
    title = purpose(promise, key)
    if not contact:
        return title
    return gettext("%(purpose)s, only %(way)s") % {
        "purpose": title,
        "way": way(promise.purposes.get(key), contact, promise),
    }


def way_state(purpose: Purpose, own: ChoiceRecord | None, promise: Promise) -> str:
    """Return what the person decided about one way of contact; ``own`` is what they said of it."""
    return consent_state(purpose, own, promise) if own else gettext("As for the whole, above.")


def choice_in_short(
    purpose: Purpose, in_force: Mapping[str, ChoiceRecord], promise: Promise
) -> str:
    """Return what stands about a purpose, in one or two sentences: the whole, and each way of
    contact that they decided about apart."""
    whole = in_force.get(purpose.key)
    apart = {each: in_force.get(topic_of(purpose.key, each)) for each in purpose.contact_ways}
    parts = [
        (gettext("Yes %(way)s.") if own.answer is ChoiceAnswer.YES else gettext("No %(way)s."))
        % {"way": way(purpose, each, promise)}
        for each, own in apart.items()
        if own is not None
    ]
    agreed = any(own is not None and own.answer is ChoiceAnswer.YES for own in apart.values())
    if not (agreed and (whole is None or whole.answer is ChoiceAnswer.NO)):
        parts.insert(0, consent_state(purpose, whole, promise))
    return " ".join(parts)


def consent_state(purpose: Purpose, latest: ChoiceRecord | None, promise: Promise) -> str:
    """Return what the person decided about a purpose that leaves them a choice: one
    sentence."""
    if latest is None:
        if purpose.needs_consent:
            return gettext("You have not said yes, so we do not do it.")
        return gettext("You can object, and we will stop.")
    if latest.answer is ChoiceAnswer.MET:
        return gettext("You objected. We go on since %(day)s: our reasons are in your request.") % {
            "day": day(latest.at)
        }
    agreed = latest.answer == ChoiceAnswer.YES
    if purpose.needs_consent:
        text = (
            gettext("You said yes on %(day)s (%(channel)s).")
            if agreed
            else gettext("You said no on %(day)s (%(channel)s).")
        )
    elif agreed:
        text = gettext("You said on %(day)s (%(channel)s) that you do not object.")
    else:
        text = gettext("You objected on %(day)s (%(channel)s), and we stopped.")
    return text % {"day": day(latest.at), "channel": channel(promise, latest.channel)}


def answer_in_words(answer: ChoiceAnswer, *, objectable: bool) -> str:
    """Return a choice in two words, as in "You said yes"."""
    if answer is ChoiceAnswer.MET:
        return gettext("Your objection was answered, and we go on")
    if objectable:
        return (
            gettext("You said that you do not object")
            if answer is ChoiceAnswer.YES
            else gettext("You objected")
        )
    return gettext("You said yes") if answer is ChoiceAnswer.YES else gettext("You said no")


def _title(party: RoleOrChannel | None, key: str) -> str:
    return party.title if party else key.replace("-", " ").replace("_", " ")


def locale_of_page() -> str:
    """Return the locale of dates: the language that is switched on, in its European form."""
    language = get_language() or "en"
    return _LOCALES.get(language, language)

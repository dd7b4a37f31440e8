"""A promise in plain words: each purpose in three short sentences, and the whole
for reading aloud. Pure.

The words are data (``words.yaml``), in English, French and German; another language reads English.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from aboveboard.basics import shipped
from aboveboard.law import bases, transfers
from aboveboard.promise.model import LawfulBasis, Period, Promise, Purpose, Recipient, Retention


@dataclass(frozen=True, slots=True)
class PurposeInWords:
    """One purpose for a page. Each part is one or two sentences, except ``basis``:
    a few words for a label.

    ``held``: "Name, address, phone." ``shared``: "Shared with the courier." ``kept``: "Kept six
    years after your last order." ``line``: the three together. ``who``: the roles. ``choice``: what
    the person can do about it, or "". ``special``: about special-category data, or "".
    ``restricted``: why it goes on when they restrict the use of their data, or "". ``statute``: the
    law that asks for it or gives the power, or "". ``personal``: that it chooses what they see, or
    "". ``provision``: whether they must give the data and what follows if not, or "".
    """

    key: str
    title: str
    what: str
    why: str
    basis: str
    held: str
    shared: str
    kept: str
    who: str
    choice: str
    special: str
    restricted: str
    statute: str = ""
    personal: str = ""
    provision: str = ""
    delayed: str = ""
    in_general: str = ""

    @property
    def line(self) -> str:
        """Return what, with whom and how long, as one line."""
        return " ".join((self.held, self.shared, self.kept))


def purpose_in_words(promise: Promise, purpose: Purpose, language: str = "en") -> PurposeInWords:
    """Return a purpose of the promise in plain words."""
    say = _words(language)
    # For an opinion or an illness the law asks a ground of its own (GDPR Art. 9(2)), and customers
    # are told which.
    condition = (
        bases.special_conditions()[purpose.article9.condition].say(language)
        if purpose.article9
        else ""
    )
    roles = [promise.roles[role].title.say(language) for role in purpose.roles]
    return PurposeInWords(
        key=purpose.key,
        title=purpose.title.say(language),
        what=purpose.what.say(language),
        why=purpose.why.say(language),
        basis=basis_in_words(purpose.basis, language),
        held=fields_in_words(promise, purpose.fields, language),
        shared=shared_in_words([promise.recipients[key] for key in purpose.recipients], language),
        kept=retention_in_words(purpose.retention, language),
        who=say["who"].format(whom=join_words(roles, language)),
        choice=_choice_in_words(purpose, say),
        special=say["special"].format(condition=condition) if condition else "",
        restricted=say["restricted"][purpose.when_restricted] if purpose.when_restricted else "",
        statute=statute_in_words(purpose, language),
        personal=say["personal"] if purpose.personalises else "",
        provision=provision_in_words(purpose, language),
        delayed=say["delayed"].format(
            law=purpose.delay.law, period=period_in_words(purpose.delay.longest, language)
        )
        if purpose.delay
        else "",
        in_general=str(say["in_general"]) if purpose.in_general else "",
    )


def _choice_in_words(purpose: Purpose, say: Mapping[str, Any]) -> str:
    kind = "consent" if purpose.needs_consent else "objectable" if purpose.objectable else "none"
    choice = str(say["choice"][kind])
    return f"{choice} {say['confirmed']}" if purpose.confirmed_field else choice


def statute_in_words(purpose: Purpose, language: str = "en") -> str:
    """Return the law that asks for a purpose, or gives the power to it, as a sentence; "" where
    none is named."""
    if not purpose.law:
        return ""
    say = _words(language)["statute"]
    return str(say.get(purpose.basis, say["other"])).format(law=purpose.law)


def provision_in_words(purpose: Purpose, language: str = "en") -> str:
    """Return whether a person must give what a purpose uses, and what follows if they do not; ""
    where the promise does not say."""
    if purpose.provision is None:
        return ""
    must = _words(language)["provision"][purpose.provision.ground]
    return f"{must} {purpose.provision.otherwise.say(language)}"


def basis_in_words(basis: LawfulBasis, language: str = "en") -> str:
    """Return a lawful basis as a few words for a label: "needed for your contract"."""
    return bases.lawful_bases()[basis].say(language.split("-")[0])


def basis_for_staff(basis: LawfulBasis, language: str = "en") -> str:
    """Return a lawful basis as staff read it: "needed for the contract with the customer"."""
    return bases.lawful_bases()[basis].say_to_staff(language.split("-")[0])


def fields_in_words(promise: Promise, keys: Iterable[str], language: str = "en") -> str:
    """Return fields as one short sentence, several that people call one thing as that
    thing: "Name, address."."""
    language = _supported_language(language)
    left = list(dict.fromkeys(keys))
    named: dict[str, str] = {}
    for group in _file()["groups"]:
        inside = [
            key
            for key in left
            if promise.fields[key].category in (*group["of"], *group.get("takes", ()))
        ]
        # "Address" needs a street: a postcode or country alone is said as what it is.
        if any(promise.fields[key].category in group.get("needs", group["of"]) for key in inside):
            # At the place of the first of them, so that the order stays that of the promise.
            named[inside[0]] = group["words"][language]
            left = [key for key in left if key not in inside[1:]]
    words = [
        named.get(key) or mid_sentence(promise.fields[key].label.say(language), language)
        for key in left
    ]
    sentence = ", ".join(words)
    return f"{sentence[:1].upper()}{sentence[1:]}."


def shared_in_words(recipients: Sequence[Recipient], language: str = "en") -> str:
    """Return with whom data is shared, and what protects it where it leaves the
    country: one sentence."""
    say = _words(language)
    if not recipients:
        return str(say["not_shared"])
    return str(say["shared"]).format(
        whom=join_words([_recipient(recipient, language) for recipient in recipients], language)
    )


def retention_in_words(retention: Retention, language: str = "en") -> str:
    """Return how long data is kept as a sentence: the promise's own words, or some made
    from period and start."""
    if retention.text is not None:
        return retention.text.say(language)
    return str(_words(language)["kept"][retention.starts]).format(
        period=period_in_words(retention.keep, language)
    )


def period_in_words(period: Period, language: str = "en") -> str:
    """Return a period as people say it: "six years", "one year and six months", "72 hours"."""
    say = _words(language)
    parts = []
    for unit, forms in say["units"].items():
        count = getattr(period, unit)
        if count:
            number = say["numbers"][count] if count < len(say["numbers"]) else str(count)
            if unit in say.get("feminine_units", ()):
                number = say["feminine"].get(number, number)
            parts.append(f"{number} {forms[count > 1]}")
    return join_words(parts, language)


def country_in_words(country: str, language: str = "en") -> str:
    """Return the name of a country (ISO 3166-1 alpha-2), or its code if it has none."""
    from babel import Locale  # heavy, and only needed where a country is named

    return str(Locale.parse(_supported_language(language)).territories.get(country, country))


def join_words(parts: Sequence[str], language: str = "en") -> str:
    """Return some words as a list in a sentence: "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {_words(language)['and']} {parts[-1]}"


def as_text(promise: Promise, language: str = "en") -> str:
    """Return the whole promise as plain text, for a terminal or for reading
    aloud. Headings in English."""
    # Before anything is written: a text that has no translation is English everywhere, and not here
    # and there.
    # It builds its sentences with this module.
    from aboveboard.promise.organisation import agreement_in_words, declarations
    from aboveboard.promise.website_words import website_in_words

    spoken = promise.in_language(language)
    lines = [
        f"The promise of {promise.organisation.name}",
        "",
        f"Questions: {promise.organisation.contact}",
        *(f"{heading}: {words}" for heading, words in declarations(promise.organisation)),
        "",
    ]
    counted = f"{len(promise.fields)} things, {len(promise.purposes)} purposes"
    lines += [f"What is held, and for what ({counted})", ""]
    for purpose in promise.purposes.values():
        words = purpose_in_words(promise, purpose, language)
        lines += [f"{words.title} ({words.basis})"]
        lines += [f"  {part}" for part in _sentences(words) if part]
        lines += [""]
    lines += ["When data is lost", "", *(f"  {loss.text}" for loss in spoken.losses.values()), ""]
    if promise.notify:
        agreed = [f"  {agreement_in_words(notice)}" for notice in promise.notify.values()]
        lines += ["Told by agreement", "", *agreed, ""]
    if promise.website:
        lines += ["On our website", "", *(f"  {line}" for line in website_in_words(promise)), ""]
    if promise.break_glass:
        who = join_words(
            [promise.roles[role].title.say(language) for role in promise.break_glass.roles],
            language,
        )
        seen = fields_in_words(promise, promise.break_glass.fields, language)
        lines += [
            "In an emergency",
            "",
            f"  {_words(language)['emergency'].format(who=who, seen=seen)}",
            "",
        ]
    lines += ["How it is protected", "", *(f"  {measure}" for measure in spoken.security), ""]
    return "\n".join(lines)


def _sentences(words: PurposeInWords) -> tuple[str, ...]:
    """Return the sentences about a purpose in the order in which they are read."""
    return (
        words.what,
        words.why,
        words.line,
        words.who,
        words.choice,
        words.special,
        words.restricted,
        words.statute,
        words.personal,
        words.provision,
        words.delayed,
        words.in_general,
    )


def _recipient(recipient: Recipient, language: str) -> str:
    title = recipient.title.say(language)
    if recipient.transfer is None or not recipient.third_country:
        return title
    ground = transfers.grounds()[recipient.transfer.ground].say(_supported_language(language))
    return str(_words(language)["abroad"]).format(
        whom=title, country=country_in_words(recipient.country, language), ground=ground
    )


def mid_sentence(label: str, language: str = "en") -> str:
    """Return a label, or a title, as it stands in the middle of a sentence: German nouns keep
    their capital, and so do words like IBAN."""
    return label if language == "de" or label[1:2].isupper() else f"{label[:1].lower()}{label[1:]}"


def _supported_language(language: str) -> str:
    short = language.split("-")[0]
    return short if short in _file()["languages"] else "en"


def _words(language: str) -> Mapping[str, Any]:
    words: Mapping[str, Any] = _file()["languages"][_supported_language(language)]
    return words


@cache
def _file() -> Mapping[str, Any]:
    data: Mapping[str, Any] = shipped.load(Path(__file__).with_name("words.yaml"))
    return data

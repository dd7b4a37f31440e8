"""Who makes a promise, in words: where it is, what it is in law, what it does. That decides, when
something is lost, whom it must tell, on what law and by when. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from aboveboard.kinds.codes import zones_of
from aboveboard.kinds.kind import FieldKind
from aboveboard.law import organisation as declared
from aboveboard.promise.explain import country_in_words, join_words, period_in_words
from aboveboard.promise.model import (
    AgreedNotice,
    AgreementKind,
    Organisation,
    OrganisationRole,
    Promise,
)

ROLE_WORDS: Final[Mapping[OrganisationRole, str]] = {
    OrganisationRole.CONTROLLER: "decides over the data it holds (controller)",
    OrganisationRole.PROCESSOR: "holds data for others (processor)",
    OrganisationRole.JOINT_CONTROLLER: "decides together with others (joint controller)",
}


def declarations(organisation: Organisation) -> Sequence[tuple[str, str]]:
    """Return what decides whom the organisation must tell of a loss: a heading and words for each
    thing; what it has not declared says so."""
    zone = organisation.time_zone or _assumed_zone(organisation)
    rows = [
        ("Established in", place_list(organisation.established_in)),
        ("Time zone", zone),
        ("In law", join_words([ROLE_WORDS[role] for role in organisation.roles])),
        ("Public body", "Yes" if organisation.public_body else "No"),
        ("Sectors with duties of their own", sectors_in_words(organisation.sectors)),
    ]
    if organisation.lead_authority:
        rows.insert(1, ("Lead authority of", place_list((organisation.lead_authority,))))
    if organisation.domicile:
        rows.append(("Domicile as an insurer", place_list((organisation.domicile,))))
    return rows


def _assumed_zone(organisation: Organisation) -> str:
    zones = zones_of(organisation.country)
    if len(zones) == 1:
        return f"Not declared. Days end by {zones[0]}, the one of its country"
    return "Not declared. A day counts as over where it ends first in its country"


def sectors_in_words(keys: Sequence[str]) -> str:
    """Return sectors as people know them, or that none is declared; one that is no longer in the
    list by its key."""
    known = declared.sectors()
    return "; ".join(known.get(key, key) for key in keys) or "None declared"


def place_list(codes: Sequence[str], language: str = "en") -> str:
    """Return places as a list in a sentence: "Ireland and Bayern, Germany"."""
    return join_words([place_in_words(code, language) for code in codes], language)


def place_in_words(code: str, language: str = "en") -> str:
    """Return a country, or a part of one, by name: "Ireland", "Texas, United States"."""
    country, _, part = code.partition("-")
    name = country_in_words(country, language)
    if not part:
        return name
    named = declared.place_name(code)
    return f"{named}, {name}" if named != code else f"{name} ({part})"


_KINDS: Final[Mapping[AgreementKind, str]] = {
    AgreementKind.CONTRACT: "Contract",
    AgreementKind.INSURANCE: "Insurance",
    AgreementKind.CUSTOMER_AGREEMENT: "Customer agreement",
    AgreementKind.OTHER: "Agreement",
}


def agreement_in_words(notice: AgreedNotice) -> str:
    """Return what an agreement asks for: "Insurance: our insurer within 24 hours (Policy 8)."."""
    period = period_in_words(notice.within)
    if notice.working_days:
        period = period.replace(" day", " working day")
    return f"{kind_in_words(notice)}: {notice.tells} within {period} ({notice.source})."


def kind_in_words(notice: AgreedNotice) -> str:
    """Return what asks for a notice: "Insurance"."""
    return _KINDS[notice.kind]


def agreement_changes(old: Promise, new: Promise) -> list[str]:
    """Return a sentence for each notice by agreement that came, went or changed."""
    sentences = []
    for key, notice in new.notify.items():
        if key not in old.notify:
            sentences.append(f"We now also tell, by agreement. {agreement_in_words(notice)}")
        elif old.notify[key] != notice:
            sentences.append(f"A notice by agreement changed. {agreement_in_words(notice)}")
    return sentences + [
        f"No longer told by agreement. {agreement_in_words(notice)}"
        for key, notice in old.notify.items()
        if key not in new.notify
    ]


_CARD: Final = "user.financial.credit_card"
_PARTS: Final[Mapping[str, str]] = {
    "established_in": "Where we are established changed: {}.",
    "lead_authority": "The authority that leads for us changed: {}.",
    "roles": "What we are in law changed: {}.",
    "public_body": "Whether we are a public body changed: {}.",
    "sectors": "The sectors that we declare changed: {}.",
    "domicile": "Where we are domiciled as an insurer changed: {}.",
}


def declaration_changes(old: Organisation, new: Organisation) -> list[str]:
    """Return a sentence for each thing that changed of what decides whom we must tell of a loss."""
    sentences = []
    if old.zone.key != new.zone.key:
        sentences.append(
            f"Times are now shown in the time zone {new.zone.key}, not {old.zone.key}."
        )
    for name, sentence in _PARTS.items():
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            sentences.append(sentence.format(_part_in_words(name, after)))
    return sentences


def _part_in_words(name: str, value: str | bool | tuple[str, ...]) -> str:
    if isinstance(value, bool):
        return "we are one" if value else "we are none"
    codes = (value,) if isinstance(value, str) else value
    if not any(codes):
        return "it is no longer declared" if name != "sectors" else "we declare none"
    if name == "roles":
        return join_words([ROLE_WORDS[OrganisationRole(code)] for code in codes])
    return sectors_in_words(codes) if name == "sectors" else place_list(codes)


def contact_details(organisation: Organisation) -> tuple[object, ...]:
    """Return what of an organisation is name, address and reach, for comparing."""
    return (
        organisation.name,
        organisation.country,
        organisation.contact,
        organisation.trades_in,
        organisation.legal_name,
        organisation.address,
        organisation.privacy_lead,
        organisation.representative,
    )


def warnings(promise: Promise) -> tuple[str, ...]:
    """Return what a promise had better say, a sentence each with how: without it, a loss is judged
    by the strictest of what may be true."""
    organisation = promise.organisation
    country = country_in_words(organisation.country)
    sentences = []
    zones = zones_of(organisation.country)
    if not organisation.time_zone and len(zones) > 1:
        sentences.append(
            f"{country} has several time zones, and the promise does not say in which you are. A "
            "legal deadline then ends where its last day ends first. Add `time_zone:` to "
            f"`organisation:`, such as {zones[0]}."
        )
    if not organisation.region and declared.has_authority_for_each_part(organisation.country):
        sentences.append(
            f"Each part of {country} has an authority of its own, and the promise does not say in "
            "which you are. Add `region:` to `organisation:`, such as DE-BY."
        )
    return (*sentences, *_card_warnings(promise))


def _card_warnings(promise: Promise) -> Iterator[str]:
    # A promise from before these had categories of their own keeps its meaning until it says so.
    for key, field in promise.fields.items():
        if field.category == _CARD and field.kind is not FieldKind.CARD_NUMBER:
            yield (
                f"`{key}` is held under {_CARD}, so its loss counts as that of a card number that "
                "pays. If it is the kind of the card, its expiry or its last digits, write "
                "`category: user.financial.card_kind`, `card_expiry` or `card_last_digits`."
            )

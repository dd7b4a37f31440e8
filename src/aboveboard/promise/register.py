"""The register of processing activities (GDPR and UK GDPR Art. 30(1)), as rows,
CSV and DPV JSON-LD. Pure.

One row for each purpose, with the points of the article: (a) the controller, (b) the purpose,
(c) whose data and which, (d) recipients, (e) transfers to third countries, (f) time limits,
(g) security measures; and the lawful basis, which the article does not ask for but everyone does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass

from aboveboard.basics import spreadsheet
from aboveboard.basics.canonical import Json
from aboveboard.law import bases, categories, transfers
from aboveboard.promise.explain import country_in_words, retention_in_words
from aboveboard.promise.model import Promise, Purpose, Recipient, RecipientKind

COLUMNS: Mapping[str, str] = {
    "controller": "Controller (a)",
    "purpose": "Purpose (b)",
    "description": "What is done, and why (b)",
    "basis": "Lawful basis (Art. 6)",
    "people": "Data subjects (c)",
    "categories": "Categories of data (c)",
    "special": "Special categories (Art. 9)",
    "recipients": "Recipients (d)",
    "transfers": "Transfers to third countries, with safeguards (e)",
    "kept": "Time limit (f)",
    "security": "Security measures (g)",
}
"""The columns of the register, in order: the name in :class:`RegisterRow`, and the heading with
the point of Art. 30(1)."""


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One processing activity; see :data:`COLUMNS`. An empty text means that there is none."""

    controller: str
    purpose: str
    description: str
    basis: str
    people: str
    categories: str
    special: str
    recipients: str
    transfers: str
    kept: str
    security: str


def rows(promise: Promise, language: str = "en") -> tuple[RegisterRow, ...]:
    """Return the register, one row for each purpose, in the order of the promise."""
    return tuple(_row(promise, purpose, language) for purpose in promise.purposes.values())


def as_csv(promise: Promise, language: str = "en") -> str:
    """Return the register as CSV (RFC 4180), headings first.

    A cell that a spreadsheet would run as a formula starts with an apostrophe
    (:mod:`aboveboard.basics.spreadsheet`).
    """
    table = [tuple(COLUMNS.values()), *map(astuple, rows(promise, language))]
    return "".join(map(spreadsheet.csv_line, table))


def as_json_ld(promise: Promise) -> dict[str, Json]:
    """Return the register as JSON-LD in the words of the W3C Data Privacy Vocabulary 2.0."""
    return {
        "@context": {
            "dpv": "https://w3id.org/dpv#",
            "pd": "https://w3id.org/dpv/pd#",
            "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
            "dct": "http://purl.org/dc/terms/",
        },
        "@type": "dpv:ROPA",
        "dct:title": f"Register of processing activities of {promise.organisation.name}",
        "dpv:hasDataController": {
            "@type": "dpv:DataController",
            "dpv:hasName": promise.organisation.legal_name or promise.organisation.name,
            "dpv:hasAddress": promise.organisation.address,
            "dpv:hasContact": promise.organisation.contact,
            "dpv:hasDataProtectionOfficer": promise.organisation.privacy_lead,
            "dpv:hasRepresentative": promise.organisation.representative,
            "dpv:hasCountry": promise.organisation.country,
        },
        "dpv:hasPersonalDataProcess": [
            _process(promise, purpose) for purpose in promise.purposes.values()
        ],
        "dpv:hasTechnicalOrganisationalMeasure": [
            {"dct:description": _language_tagged(measure.translations)}
            for measure in promise.security
        ],
    }


def _row(promise: Promise, purpose: Purpose, language: str) -> RegisterRow:
    who = promise.organisation
    basis = bases.lawful_bases()[purpose.basis]
    keys = promise.categories_of(purpose.fields)
    data = [categories.get(key) for key in keys]
    recipients = [promise.recipients[key] for key in purpose.recipients]
    condition = bases.special_conditions()[purpose.article9.condition] if purpose.article9 else None
    contacts = (
        who.legal_name or who.name,
        who.address,
        who.contact,
        who.privacy_lead,
        who.representative,
    )
    trades_in = [country_in_words(country, language) for country in who.trades_in]
    return RegisterRow(
        controller="; ".join(dict.fromkeys(part for part in contacts if part)),
        purpose=purpose.title.say(language),
        description=f"{purpose.what.say(language)} {purpose.why.say(language)}",
        basis="; ".join(
            part
            for part in (f"{basis.article}: {basis.say(language)}", purpose.law, purpose.basis_note)
            if part
        ),
        people=f"Customers in {', '.join(trades_in)}",
        categories="; ".join(_data(category, language) for category in data),
        special=f"{condition.article}: {condition.say(language)}" if condition else "",
        recipients="; ".join(_recipient(recipient, language) for recipient in recipients),
        transfers="; ".join(
            _transfer(recipient, language) for recipient in recipients if recipient.third_country
        ),
        kept=retention_in_words(purpose.retention, language),
        security=" ".join(measure.say(language) for measure in promise.security),
    )


def _data(category: categories.Category, language: str) -> str:
    """Words for a category: a register in English speaks of customers, and not to one."""
    return category.noun if language == "en" else category.label.get(language, category.noun)


def _recipient(recipient: Recipient, language: str) -> str:
    kind = recipient.kind.replace("_", " ")
    country = country_in_words(recipient.country, language)
    return f"{recipient.title.say(language)} ({recipient.name}, {kind}, {country})"


def _transfer(recipient: Recipient, language: str) -> str:
    """Words for one transfer; a promise that was accepted has its ground, or it
    would not be in force."""
    country = country_in_words(recipient.country, language)
    if recipient.transfer is None:
        return f"{recipient.name}, {country}"
    ground = transfers.grounds()[recipient.transfer.ground]
    return (
        f"{recipient.name}, {country}: {ground.article}, {ground.say(language)}. "
        f"{recipient.transfer.note}"
    )


_ROLES = {
    RecipientKind.PROCESSOR: "dpv:DataProcessor",
    RecipientKind.CONTROLLER: "dpv:DataController",
    RecipientKind.JOINT_CONTROLLER: "dpv:JointDataControllers",
    RecipientKind.PUBLIC_AUTHORITY: "dpv:Authority",
}


def _process(promise: Promise, purpose: Purpose) -> dict[str, Json]:
    kept = retention_in_words(purpose.retention)
    process: dict[str, Json] = {
        "@type": "dpv:PersonalDataProcess",
        "dct:identifier": purpose.key,
        "dpv:hasPurpose": {
            "@type": "dpv:Purpose",
            "dct:title": _language_tagged(purpose.title.translations),
            "dct:description": _language_tagged(purpose.what.translations),
        },
        "dpv:hasJustification": _language_tagged(purpose.why.translations),
        "dpv:hasLegalBasis": {"@id": bases.lawful_bases()[purpose.basis].dpv},
        "dpv:hasDataSubject": {"@id": "dpv:Customer"},
        "dpv:hasPersonalData": [
            {"@type": categories.get(key).dpv, "dct:identifier": key}
            for key in promise.categories_of(purpose.fields)
        ],
        "dpv:hasRecipient": [_party(promise.recipients[key]) for key in purpose.recipients],
        "dpv:hasStorageCondition": {
            "@type": "dpv:StorageDuration",
            "dpv:hasDuration": str(purpose.retention.keep),
            "dct:description": kept,
        },
    }
    if purpose.article9:
        condition = bases.special_conditions()[purpose.article9.condition].dpv
        process["dpv:hasLegalBasis"] = [
            {"@id": bases.lawful_bases()[purpose.basis].dpv},
            {"@id": condition},
        ]
    return process


def _party(recipient: Recipient) -> dict[str, Json]:
    party: dict[str, Json] = {
        "@type": _ROLES[recipient.kind],
        "dpv:hasName": recipient.name,
        "dpv:hasCountry": recipient.country,
    }
    if recipient.third_country and recipient.transfer:
        party["@type"] = [_ROLES[recipient.kind], "dpv:DataImporter"]
        party["dpv:hasThirdCountry"] = recipient.country
        party["dpv:hasLegalBasis"] = {
            "@id": transfers.grounds()[recipient.transfer.ground].dpv,
            "dct:description": recipient.transfer.note,
        }
    return party


def _language_tagged(translations: Mapping[str, str]) -> list[Json]:
    """A text in all its languages, the JSON-LD way."""
    return [{"@value": words, "@language": language} for language, words in translations.items()]

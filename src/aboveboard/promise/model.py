"""What a promise is, once it has been read and found sound. Pure; everything here is frozen.

A :class:`Promise` is only made by :func:`aboveboard.promise.loading.load`, so whoever holds one may
rely on every rule there: each purpose has a lawful basis, a retention and fields that exist; each
field serves a purpose; whoever receives data abroad has a ground for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from zoneinfo import ZoneInfo

from aboveboard.kinds.kind import FieldKind
from aboveboard.law import categories
from aboveboard.promise.algorithms import AlgorithmicTool
from aboveboard.promise.collecting import (
    CollectionPoint,
    DataProvision,
    DataSource,
    ProvisionGround,
)
from aboveboard.promise.period import Period
from aboveboard.promise.purpose import (
    ConsentQuestion,
    Contact,
    DelayedWord,
    GeneralWords,
    LawfulBasis,
    LawfulDelay,
    Purpose,
    RestrictedUse,
    Retention,
    RetentionStart,
    SpecialCondition,
    StaffWords,
    ThirdPartyTerms,
)
from aboveboard.promise.text import TranslatedText, translate
from aboveboard.promise.website import ConsentSignal, Website, WebsitePart

__all__ = [
    "AgreedNotice",
    "AgreementKind",
    "AlgorithmicTool",
    "BreakGlass",
    "CollectionPoint",
    "ConsentQuestion",
    "ConsentSignal",
    "Contact",
    "DataProvision",
    "DataSource",
    "DelayedWord",
    "Field",
    "GeneralWords",
    "LawfulBasis",
    "LawfulDelay",
    "LossMeasure",
    "LossPromise",
    "Organisation",
    "OrganisationRole",
    "Period",
    "Promise",
    "PromisedChannel",
    "ProvisionGround",
    "Purpose",
    "Recipient",
    "RecipientKind",
    "RestrictedUse",
    "Retention",
    "RetentionStart",
    "RoleOrChannel",
    "SpecialCondition",
    "StaffWords",
    "ThirdPartyTerms",
    "Transfer",
    "TranslatedText",
    "Website",
    "WebsitePart",
]


class RecipientKind(StrEnum):
    """What a recipient is in law (GDPR Art. 4(7) to (9))."""

    PROCESSOR = "processor"
    CONTROLLER = "controller"
    JOINT_CONTROLLER = "joint_controller"
    PUBLIC_AUTHORITY = "public_authority"


class AgreementKind(StrEnum):
    """What asks for a notice besides the law."""

    CONTRACT = "contract"
    INSURANCE = "insurance"
    CUSTOMER_AGREEMENT = "customer_agreement"
    OTHER = "other"


class LossMeasure(StrEnum):
    """What is promised when something is lost, so that what happened can be compared with it.

    Each runs from the moment the organisation knew, save ``LESSONS_PUBLISHED``, which runs from
    the moment the incident was closed. ``EXPLAINED`` and ``REACHED`` are shares, in per cent, of
    the people who must be told.
    """

    PEOPLE_NOTIFIED = "people_told"
    AUTHORITY_NOTIFIED = "authority_told"
    PUBLISHED = "published"
    LESSONS_PUBLISHED = "lessons_published"
    EXPLAINED = "explained"
    REACHED = "reached"

    @property
    def is_share(self) -> bool:
        """Whether the measure is a share of people (``at_least``) rather
        than a time (``within``)."""
        return self in (LossMeasure.EXPLAINED, LossMeasure.REACHED)


class OrganisationRole(StrEnum):
    """What the organisation is in law to the data that it holds (GDPR Art. 4(7), 4(8), 26)."""

    CONTROLLER = "controller"
    PROCESSOR = "processor"
    JOINT_CONTROLLER = "joint_controller"


@dataclass(frozen=True, slots=True)
class Organisation:
    """Who makes the promise (GDPR Art. 30(1)(a)), and what decides whom it must tell of a loss.

    ``country`` decides what a third country is; ``region`` is the part of it (ISO 3166-2: "DE-BY"),
    where that decides the authority. ``establishments``: places, the main one in the EEA before
    others there; none means ``country`` alone. ``lead_authority``: the place in the EEA whose
    authority leads, where it is not that of the first there. ``sectors``: keys of
    :func:`aboveboard.law.organisation.sectors`. ``declares_sectors``: the
    promise says which, if only that there is none. ``domicile``: an insurer's home state ("US-OH").
    ``time_zone``: the IANA name of the zone in which times are shown and days end; empty where it
    is not said. What a record must say stays in UTC. ``customers_reveal``: what it says
    about somebody that they are a customer ("nothing", "health", "safety" ...); empty where that
    is not declared.
    """

    name: str
    country: str
    contact: str
    trades_in: tuple[str, ...]
    legal_name: str = ""
    address: str = ""
    privacy_lead: str = ""
    representative: str = ""
    customers_reveal: tuple[str, ...] = ()
    time_zone: str = ""
    region: str = ""
    establishments: tuple[str, ...] = ()
    lead_authority: str = ""
    roles: tuple[OrganisationRole, ...] = (OrganisationRole.CONTROLLER,)
    public_body: bool = False
    sectors: tuple[str, ...] = ()
    declares_sectors: bool = False
    domicile: str = ""

    @property
    def zone(self) -> ZoneInfo:
        """The time zone, for showing a moment."""
        return ZoneInfo(self.time_zone or "UTC")

    @property
    def established_in(self) -> tuple[str, ...]:
        """Every place where it is established, the part of its own country said where it is
        declared; never empty."""
        places = self.establishments or (self.country,)
        return tuple(self.region or place if place == self.country else place for place in places)


@dataclass(frozen=True, slots=True)
class Field:
    """One thing held about a person. ``category`` is a fideslang key;
    ``sensitive`` asks faces to mask it.

    ``format`` is a key of ``formats.yaml`` ("gb.nino") for kinds that have several, else empty.
    """

    key: str
    label: TranslatedText
    category: str
    kind: FieldKind
    sensitive: bool
    format: str = ""

    @property
    def kind_and_format(self) -> str:
        """The kind, with its format where it has one: ``date``, ``national_id:gb.nino``.
        ``kinds.values`` reads it."""
        return f"{self.kind}:{self.format}" if self.format else str(self.kind)


@dataclass(frozen=True, slots=True)
class RoleOrChannel:
    """A role or a channel: its key in decisions, and its name on screens."""

    key: str
    title: TranslatedText


@dataclass(frozen=True, slots=True)
class PromisedChannel(RoleOrChannel):
    """A channel. ``staffed``: whether customers reach a member of staff that way; not on their own
    pages, where only programs talk to each other, or where a file leaves. ``contact``: which way
    of reaching a person it is, None where it is none."""

    staffed: bool = True
    contact: Contact | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """Why data may go to a third country (GDPR Chapter V): a ground of
    ``law/transfers.yaml``, and details."""

    ground: str
    note: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """Someone outside who receives data. ``title`` reads after "shared with": "the courier"."""

    key: str
    title: TranslatedText
    name: str
    kind: RecipientKind
    country: str
    transfer: Transfer | None
    third_country: bool


@dataclass(frozen=True, slots=True)
class BreakGlass:
    """Who may, in an emergency, see which fields without a purpose that allows it (GDPR
    Art. 6(1)(d), 9(2)(c))."""

    roles: tuple[str, ...]
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LossPromise:
    """One thing promised for when data is lost: a time (``within``) or a share in
    per cent (``at_least``)."""

    key: str
    text: TranslatedText
    measure: LossMeasure
    within: Period | None
    at_least: int | None


@dataclass(frozen=True, slots=True)
class AgreedNotice:
    """Whom the organisation tells of a loss by an agreement, and by when.

    ``source``: where that is written. ``start``: the moment from which ``within`` runs, one of
    :data:`aboveboard.law.own.CLOCKS`. ``when``: for which losses, a key of
    :data:`aboveboard.law.own.HARM_TESTS`. ``places``: where the people live whom it is about, all
    where it is empty. ``at_least``: how many people it takes. ``working_days``: weekends and public
    holidays of where we are established are left out of the days of ``within``.
    """

    key: str
    tells: str
    kind: AgreementKind
    source: str
    within: Period
    start: str
    when: str
    places: tuple[str, ...]
    at_least: int
    working_days: bool = False


@dataclass(frozen=True, slots=True)
class Promise:
    """A whole promise: who makes it, what is held, what for, with whom, and what
    happens when it is lost.

    ``collection``: the moments at which people give data; ``sources``: where else it comes from;
    ``automated``: the algorithmic tools that decide, or help to decide, about them.
    """

    organisation: Organisation
    languages: tuple[str, ...]
    fields: Mapping[str, Field]
    roles: Mapping[str, RoleOrChannel]
    channels: Mapping[str, PromisedChannel]
    recipients: Mapping[str, Recipient]
    purposes: Mapping[str, Purpose]
    losses: Mapping[str, LossPromise]
    security: tuple[TranslatedText, ...]
    break_glass: BreakGlass | None = None
    notify: Mapping[str, AgreedNotice] = field(default_factory=dict)
    collection: Mapping[str, CollectionPoint] = field(default_factory=dict)
    sources: Mapping[str, DataSource] = field(default_factory=dict)
    automated: Mapping[str, AlgorithmicTool] = field(default_factory=dict)
    website: Website | None = None

    def purposes_of(self, field: str) -> tuple[Purpose, ...]:
        """Return the purposes that use a field, in the order of the promise; never
        empty for a field it has."""
        return tuple(purpose for purpose in self.purposes.values() if field in purpose.fields)

    def automated_for(self, purpose: str) -> tuple[AlgorithmicTool, ...]:
        """Return the algorithmic tools that serve a purpose, in the order of the promise."""
        return tuple(tool for tool in self.automated.values() if purpose in tool.purposes)

    def sources_of(self, field: str) -> tuple[DataSource, ...]:
        """Return where a field comes from besides the person, in the order of the promise."""
        return tuple(source for source in self.sources.values() if field in source.fields)

    def categories_of(self, keys: Iterable[str]) -> tuple[str, ...]:
        """Return the data categories of some fields, each once, in the
        order of ``categories.yaml``.

        Raises:
            KeyError: the promise has no such field.
        """
        return categories.from_bitmap(categories.bitmap(self.fields[key].category for key in keys))

    def in_language(self, language: str) -> Promise:
        """Return the same promise with every text printed in ``language``,
        English where it is missing."""
        return translate(self, language)

"""What a promise is, once it has been read and found sound. Pure; everything here is frozen.

A :class:`Promise` is only made by :func:`aboveboard.promise.loading.load`, so whoever holds one may
rely on every rule there: each purpose has a lawful basis, a retention and fields that exist; each
field serves a purpose; whoever receives data abroad has a ground for it.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from aboveboard.kinds.kind import FieldKind
from aboveboard.law import categories

_Any = TypeVar("_Any")


class Text(str):
    """A sentence for people: a ``str`` in English that also knows its translations.

    Equal and printed as its own words, so templates and tests treat it as text; :meth:`say` gives
    another language, English where there is no translation.
    """

    translations: Mapping[str, str]

    def __new__(cls, words: str, translations: Mapping[str, str] | None = None) -> Text:
        """Make a text: ``words`` are what it prints; ``translations`` has them by language."""
        text = super().__new__(cls, words)
        # A plain dict, so that a text can be copied.
        text.translations = dict(translations or {"en": words})
        return text

    def say(self, language: str) -> Text:
        """Return the same text, printed in ``language`` ("fr", or "fr-CA"), else in English."""
        words = (
            self.translations.get(language)
            or self.translations.get(language.split("-")[0])
            or self.translations.get("en", str(self))
        )
        return Text(words, self.translations)


_PERIOD = re.compile(
    r"P(?=[0-9T])(?:(?P<years>\d{1,3})Y)?(?:(?P<months>\d{1,4})M)?"
    r"(?:(?P<weeks>\d{1,4})W)?(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?=[0-9])(?:(?P<hours>\d{1,5})H)?(?:(?P<minutes>\d{1,6})M)?)?",
    re.ASCII,
)


_END_OF_TIME = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Period:
    """An ISO 8601 duration such as ``P6Y`` or ``PT72H``; calendar months
    and years, not averages."""

    years: int = 0
    months: int = 0
    weeks: int = 0
    days: int = 0
    hours: int = 0
    minutes: int = 0

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read ``P[nY][nM][nW][nD][T[nH][nM]]``, without fractions or seconds.

        Raises:
            ValueError: the text is not such a period, or is of no length.
        """
        match = _PERIOD.fullmatch(text)
        period = (
            cls(**{name: int(number) for name, number in match.groupdict().items() if number})
            if match
            else cls()
        )
        if period == cls():
            raise ValueError(f"{text!r} is not a period of some length")
        return period

    def __str__(self) -> str:
        date = [(self.years, "Y"), (self.months, "M"), (self.weeks, "W"), (self.days, "D")]
        time = [(self.hours, "H"), (self.minutes, "M")]
        clock = "".join(f"{number}{unit}" for number, unit in time if number)
        return (
            "P"
            + "".join(f"{number}{unit}" for number, unit in date if number)
            + (f"T{clock}" if clock else "")
        )

    def after(self, moment: datetime) -> datetime:
        """Return the moment this long after ``moment``; a day the month lacks
        becomes its last day."""
        month = moment.month - 1 + self.months
        year = moment.year + self.years + month // 12
        month = month % 12 + 1
        if year > _END_OF_TIME.year:
            return _END_OF_TIME
        day = min(moment.day, monthrange(year, month)[1])
        try:
            return moment.replace(year=year, month=month, day=day) + self._fixed()
        except OverflowError:
            return _END_OF_TIME

    def longest(self) -> timedelta:
        """Return an upper bound, for comparing two periods: years of 366 days, months of 31."""
        return timedelta(days=366 * self.years + 31 * self.months) + self._fixed()

    def shortest(self) -> timedelta:
        """Return a lower bound: years of 365 days, months of 28."""
        return timedelta(days=365 * self.years + 28 * self.months) + self._fixed()

    def _fixed(self) -> timedelta:
        return timedelta(weeks=self.weeks, days=self.days, hours=self.hours, minutes=self.minutes)


class LawfulBasis(StrEnum):
    """GDPR Art. 6(1)(a) to (f), in the order of the article."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    VITAL_INTERESTS = "vital_interests"
    PUBLIC_TASK = "public_task"
    LEGITIMATE_INTERESTS = "legitimate_interests"


class RetentionStart(StrEnum):
    """What starts the clock of a retention."""

    COLLECTION = "collection"
    LAST_ACTIVITY = "last_activity"
    CHOICE = "choice"


class RestrictedUse(StrEnum):
    """Why a purpose may go on with data whose use is restricted, without
    consent (GDPR Art. 18(2))."""

    LEGAL_CLAIMS = "legal_claims"
    PROTECT_OTHERS = "protect_others"
    PUBLIC_INTEREST = "public_interest"


class RecipientKind(StrEnum):
    """What a recipient is in law (GDPR Art. 4(7) to (9))."""

    PROCESSOR = "processor"
    CONTROLLER = "controller"
    JOINT_CONTROLLER = "joint_controller"
    PUBLIC_AUTHORITY = "public_authority"


class LossMeasure(StrEnum):
    """What is promised when something is lost, so that what happened can be compared with it.

    Each runs from the moment the organisation knew, save ``LESSONS_PUBLISHED``, which runs from
    the moment the incident was closed. ``EXPLAINED`` and ``REACHED`` are shares, in per cent, of
    the people who must be told.
    """

    PEOPLE_TOLD = "people_told"
    AUTHORITY_TOLD = "authority_told"
    PUBLISHED = "published"
    LESSONS_PUBLISHED = "lessons_published"
    EXPLAINED = "explained"
    REACHED = "reached"

    @property
    def is_share(self) -> bool:
        """Whether the measure is a share of people (``at_least``) rather
        than a time (``within``)."""
        return self in (LossMeasure.EXPLAINED, LossMeasure.REACHED)


@dataclass(frozen=True, slots=True)
class Organisation:
    """Who makes the promise (GDPR Art. 30(1)(a)); ``country`` decides what a third country is.

    ``time_zone``: the IANA name of the zone in which times are shown; what a record must say
    stays in UTC.
    """

    name: str
    country: str
    contact: str
    trades_in: tuple[str, ...]
    legal_name: str = ""
    address: str = ""
    privacy_lead: str = ""
    representative: str = ""
    time_zone: str = "UTC"

    @property
    def zone(self) -> ZoneInfo:
        """The time zone, for showing a moment."""
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True, slots=True)
class Field:
    """One thing held about a person. ``category`` is a fideslang key;
    ``sensitive`` asks faces to mask it.

    ``format`` is a key of ``formats.yaml`` ("gb.nino") for kinds that have several, else empty.
    """

    key: str
    label: Text
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
class Party:
    """A role or a channel: its key in decisions, and its name on screens."""

    key: str
    title: Text


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
    title: Text
    name: str
    kind: RecipientKind
    country: str
    transfer: Transfer | None
    third_country: bool


@dataclass(frozen=True, slots=True)
class Retention:
    """How long data is kept for a purpose, and from when. ``text`` overrides the
    words made from the two."""

    keep: Period
    starts: RetentionStart
    text: Text | None
    _surely: timedelta = field(init=False, repr=False, compare=False)
    """Within this nobody need look at the calendar: it is on the path of every use."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_surely", self.keep.shortest())

    def over(self, began: datetime, at: datetime) -> bool:
        """Whether what began to be kept then may no longer be used at ``at``."""
        return at - began > self._surely and at > self.keep.after(began)


@dataclass(frozen=True, slots=True)
class Question:
    """What a person is asked when a purpose rests on consent, and the fields
    that the question names."""

    asks: Text
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SpecialCondition:
    """The condition of GDPR Art. 9(2) for special-category data: a key of
    ``law/bases.yaml``, and why it holds."""

    condition: str
    note: str


@dataclass(frozen=True, slots=True)
class Purpose:
    """What data is used for. ``title`` reads "To deliver what you order"; ``what`` and
    ``why`` are plain sentences.

    ``when_restricted``: why it may go on when use is restricted, None when it stops.
    ``direct_marketing``: whether an objection to it stands whatever is weighed against it
    (GDPR Art. 21(2) and (3)).
    """

    key: str
    title: Text
    what: Text
    why: Text
    basis: LawfulBasis
    basis_note: str
    law: str
    fields: tuple[str, ...]
    roles: tuple[str, ...]
    channels: tuple[str, ...]
    recipients: tuple[str, ...]
    retention: Retention
    question: Question | None
    balancing: str
    article9: SpecialCondition | None
    when_restricted: RestrictedUse | None = None
    direct_marketing: bool = False

    @property
    def needs_consent(self) -> bool:
        """Whether nothing may be done until the person said yes (GDPR Art. 6(1)(a), 7)."""
        return self.basis is LawfulBasis.CONSENT

    @property
    def objectable(self) -> bool:
        """Whether the person may object, and it stops (GDPR Art. 21(1))."""
        return self.basis in (LawfulBasis.LEGITIMATE_INTERESTS, LawfulBasis.PUBLIC_TASK)


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
    text: Text
    measure: LossMeasure
    within: Period | None
    at_least: int | None


@dataclass(frozen=True, slots=True)
class Promise:
    """A whole promise: who makes it, what is held, what for, with whom, and what
    happens when it is lost."""

    organisation: Organisation
    languages: tuple[str, ...]
    fields: Mapping[str, Field]
    roles: Mapping[str, Party]
    channels: Mapping[str, Party]
    recipients: Mapping[str, Recipient]
    purposes: Mapping[str, Purpose]
    losses: Mapping[str, LossPromise]
    security: tuple[Text, ...]
    break_glass: BreakGlass | None = None

    def purposes_of(self, field: str) -> tuple[Purpose, ...]:
        """Return the purposes that use a field, in the order of the promise; never
        empty for a field it has."""
        return tuple(purpose for purpose in self.purposes.values() if field in purpose.fields)

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
        return _say(self, language)


def _say(value: _Any, language: str) -> _Any:
    """Rebuild frozen data with its texts in another language."""
    spoken: Any = value
    if isinstance(value, Text):
        spoken = value.say(language)
    elif isinstance(value, tuple):
        spoken = tuple(_say(item, language) for item in value)
    elif isinstance(value, Mapping):
        spoken = MappingProxyType({key: _say(item, language) for key, item in value.items()})
    elif is_dataclass(value) and not isinstance(value, type):
        spoken = replace(
            value,
            **{
                item.name: _say(getattr(value, item.name), language)
                for item in fields(value)
                if item.init
            },
        )
    return spoken  # type: ignore[no-any-return]

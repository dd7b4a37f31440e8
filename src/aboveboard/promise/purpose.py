"""A purpose: what data is used for, on which lawful basis, and for how long. Pure and frozen."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from aboveboard.promise.collecting import DataProvision
from aboveboard.promise.period import Period
from aboveboard.promise.text import TranslatedText


class LawfulBasis(StrEnum):
    """GDPR Art. 6(1)(a) to (f), in the order of the article."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    VITAL_INTERESTS = "vital_interests"
    PUBLIC_TASK = "public_task"
    LEGITIMATE_INTERESTS = "legitimate_interests"


class Contact(StrEnum):
    """A way in which a person is reached (ePrivacy Directive Art. 13: each has rules of its own,
    so that a person must be able to allow one and refuse another).

    A channel of the promise says which it is, where it is one (``contact: email``); what a purpose
    uses follows from its channels.
    """

    EMAIL = "email"
    SMS = "sms"
    POST = "post"
    PHONE = "phone"
    APP = "app"
    IN_PERSON = "in_person"


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


@dataclass(frozen=True, slots=True)
class Retention:
    """How long data is kept for a purpose, and from when. ``text`` overrides the
    words made from the two."""

    keep: Period
    starts: RetentionStart
    text: TranslatedText | None
    _surely: timedelta = field(init=False, repr=False, compare=False)
    """Within this nobody need look at the calendar: it is on the path of every use."""

    def __post_init__(self) -> None:
        # The class is frozen; this is the way that dataclasses themselves set a computed field.
        object.__setattr__(self, "_surely", self.keep.shortest())

    def is_over(self, began: datetime, at: datetime) -> bool:
        """Whether what began to be kept then may no longer be used at ``at``."""
        # The short comparison first: this is asked at every use, and nearly every
        # value is well within its time.
        return at - began > self._surely and at > self.keep.add_to(began)


@dataclass(frozen=True, slots=True)
class ConsentQuestion:
    """What a person is asked when a purpose rests on consent, and the fields
    that the question names."""

    asks: TranslatedText
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SpecialCondition:
    """The condition of GDPR Art. 9(2) for special-category data: a key of
    ``law/bases.yaml``, and why it holds."""

    condition: str
    note: str


@dataclass(frozen=True, slots=True)
class StaffWords:
    """A purpose in the words of whoever does it: ``title`` reads "To answer a customer"."""

    title: TranslatedText
    what: TranslatedText


class DelayedWord(StrEnum):
    """What a person may be told of a use that law forbids to show yet: nothing, that there is one,
    or that there is one and under which law."""

    NOTHING = "nothing"
    COUNT = "count"
    GROUND = "ground"


@dataclass(frozen=True, slots=True)
class LawfulDelay:
    """Uses of a purpose are shown only after a time, because a law says so (GDPR Art. 23):
    ``law`` its citation, ``longest`` after how long each is shown."""

    law: str
    longest: Period
    tells: DelayedWord


@dataclass(frozen=True, slots=True)
class GeneralWords:
    """How a person is told of a use in general words, so that it does not tell another person's
    secret: who it was ("Somebody who looks after wills"), and what it was for."""

    who: TranslatedText
    what: TranslatedText


@dataclass(frozen=True, slots=True)
class ThirdPartyTerms:
    """A person may let the recipients of a purpose read its fields themselves, each for ``longest``
    at most, and end it at any moment."""

    longest: Period


@dataclass(frozen=True, slots=True)
class Purpose:
    """What data is used for. ``title`` reads "To deliver what you order"; ``what`` and
    ``why`` are plain sentences to the customer.

    ``own_staff_words``: what staff read in place of ``title`` and ``what``, where the promise says
    it another way to them.

    ``when_restricted``: why it may go on when use is restricted, None when it stops.
    ``direct_marketing``: whether an objection to it stands whatever is weighed against it
    (GDPR Art. 21(2) and (3)).

    ``interest``: for legitimate interests, which, in words to the customer (GDPR Art. 13(1)(d)).
    ``personalises``: whether it chooses what a person is shown or sent. ``provision``: whether
    they must give its data (GDPR Art. 13(2)(e)); None where that is not said. ``contacts``: which
    of its channels is which way of contact.
    ``delay``: uses of it are shown later, because a law says so. ``in_general``: they are shown in
    general words alone. ``third_parties``: a person may let its recipients in themselves.
    ``confirmed_field``: the field whose address the person must have confirmed before a yes counts
    for e-mail (``double_opt_in: true``); empty where none.
    """

    key: str
    title: TranslatedText
    what: TranslatedText
    why: TranslatedText
    basis: LawfulBasis
    basis_note: str
    law: str
    fields: tuple[str, ...]
    roles: tuple[str, ...]
    channels: tuple[str, ...]
    recipients: tuple[str, ...]
    retention: Retention
    question: ConsentQuestion | None
    balancing: str
    article9: SpecialCondition | None
    when_restricted: RestrictedUse | None = None
    direct_marketing: bool = False
    own_staff_words: StaffWords | None = None
    interest: TranslatedText | None = None
    personalises: bool = False
    provision: DataProvision | None = None
    contacts: tuple[tuple[str, Contact], ...] = ()
    delay: LawfulDelay | None = None
    in_general: GeneralWords | None = None
    third_parties: ThirdPartyTerms | None = None
    confirmed_field: str = ""

    @property
    def is_sealed(self) -> bool:
        """Whether the log holds what its uses were only under the key of whom they are about."""
        return self.delay is not None or self.in_general is not None

    @property
    def for_staff(self) -> StaffWords:
        """Return what staff read of it."""
        return self.own_staff_words or StaffWords(self.title, self.what)

    @property
    def contact_ways(self) -> tuple[Contact, ...]:
        """Return the ways of contact that it uses, each once, in the order of its channels."""
        return tuple(dict.fromkeys(way for _, way in self.contacts))

    def contact_of(self, channel: str) -> str:
        """Return which way of contact a channel of it is; empty where it is none."""
        for key, way in self.contacts:
            if key == channel:
                return way
        return ""

    def opens_to(self, recipient: str) -> bool:
        """Whether a person may let this recipient read its fields themselves."""
        return self.third_parties is not None and recipient in self.recipients

    @property
    def needs_field_dates(self) -> bool:
        """Whether it depends on when each value was collected: how long it is kept, or whether
        just that value was confirmed."""
        return self.retention.starts is RetentionStart.COLLECTION or bool(self.confirmed_field)

    def must_confirm(self, contact: str) -> str:
        """Return the field whose address must be confirmed before the person is reached this way;
        empty where a yes is enough."""
        # Of a text message too, once something carries them: its field is one of phones.
        return self.confirmed_field if contact == Contact.EMAIL else ""

    @property
    def leaves_choice(self) -> bool:
        """Whether the person has a say in it: a yes to give, or an objection to make."""
        return self.needs_consent or self.objectable

    @property
    def has_one_answer(self) -> bool:
        """Whether the choice is one yes or no, and not whom they let in themselves."""
        return self.leaves_choice and self.third_parties is None

    @property
    def needs_consent(self) -> bool:
        """Whether nothing may be done until the person said yes (GDPR Art. 6(1)(a), 7)."""
        return self.basis is LawfulBasis.CONSENT

    @property
    def objectable(self) -> bool:
        """Whether the person may object, and it stops (GDPR Art. 21(1))."""
        return self.basis in (LawfulBasis.LEGITIMATE_INTERESTS, LawfulBasis.PUBLIC_TASK)

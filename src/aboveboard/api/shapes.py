"""What the API takes and gives, read, written and described by msgspec
(``docs/decisions/0027-one-validator.md``).

Unknown members of what it takes are refused, so that a misspelt one is not passed over.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from aboveboard.access.limits import USE_BATCH

Name = Annotated[str, Meta(min_length=1, max_length=64)]
Fields = Annotated[list[Name], Meta(min_length=1, max_length=64)]
Reference = Annotated[str, Meta(max_length=80)]
WORD = Meta(extra_json_schema={"type": "string"})
"""Of one of a few words: msgspec leaves out that it is a string."""


class PersonRef(Struct, forbid_unknown_fields=True, frozen=True):
    """Who it is about: looked up by something they told you, or by the ``reference`` that stands
    for them in our notifications. Exactly one person must have it."""

    kind: Annotated[Literal["email", "phone", "customer_number", "reference"], WORD]
    value: Annotated[str, Meta(min_length=3, max_length=254)]
    # In Python $ lets "GB\n" through, so the length is bounded too.
    country: Annotated[str, Meta(pattern="^[A-Z]{2}$", max_length=2)] | None = None


class UseIn(Struct, forbid_unknown_fields=True, frozen=True):
    """A use: whose data, for which purpose of the promise, which fields, through which channel."""

    person: PersonRef
    purpose: Name
    fields: Fields
    channel: Name
    reference: Reference = ""


class UseOut(Struct):
    """The fields that were allowed; null where nothing is held. ``entry`` is the ledger entry
    that proves the use."""

    values: dict[str, str | None]
    entry: int


class BatchIn(Struct, forbid_unknown_fields=True, frozen=True):
    """A use of many people's data: what is asked of each, and who they are."""

    people: Annotated[list[PersonRef], Meta(min_length=1, max_length=USE_BATCH)]
    purpose: Name
    fields: Fields
    channel: Name
    reference: Reference = ""


class ReasonOut(Struct):
    """One reason of a refusal."""

    code: str
    field: str | None
    sentence: str


class OutcomeOut(Struct):
    """What became of one person's use: ``values`` and ``entry``, or ``code`` and why not. Members
    that say nothing are left out."""

    values: dict[str, str | None] | None = None
    entry: int | None = None
    code: str | None = None
    reasons: list[ReasonOut] | None = None


class BatchOut(Struct):
    """The outcome of each, in the order in which they were named."""

    outcomes: list[OutcomeOut]


class DecisionOut(Struct):
    """Whether a use of these fields would be allowed now: ``fields`` are all of those asked for, or
    none, with every reason. ``entry`` is the ledger entry that proves that it was asked."""

    allowed: bool
    fields: list[str]
    reasons: list[ReasonOut]
    entry: int


class DecisionOutcomeOut(Struct):
    """The decision about one person (``allowed``, ``fields``, ``reasons``, ``entry``), or ``code``:
    why there is none. Members that say nothing are left out."""

    allowed: bool | None = None
    fields: list[str] | None = None
    reasons: list[ReasonOut] | None = None
    entry: int | None = None
    code: str | None = None


class DecisionBatchOut(Struct):
    """The decision about each, in the order in which they were named."""

    decisions: list[DecisionOutcomeOut]


class ContextIn(Struct, forbid_unknown_fields=True, frozen=True):
    """Who is served now, for which purpose, on which channel. ``fields`` leaves out what is not
    needed at this moment; without it the card has all that the purpose uses."""

    person: PersonRef
    purpose: Name
    channel: Name
    fields: Fields | None = None
    reference: Reference = ""


class ContextWhyOut(Struct):
    """Why something is on the card: a reference for programs, a sentence to show or read out, and
    the person's own page that explains it."""

    reference: str
    sentence: str
    page: str


class ContactOut(Struct):
    """Whether the person may be contacted for a purpose through a channel. ``contact`` is which way
    of contact the channel is, empty where it is none."""

    purpose: str
    title: str
    channel: str
    contact: str
    may: bool
    why: ContextWhyOut


class ContextChoiceOut(Struct):
    """What the person said last of a purpose, or of one way of contact of it: where and when."""

    purpose: str
    contact: str
    answer: str
    channel: str
    at: datetime
    why: ContextWhyOut


class ContextOut(Struct):
    """The card: what the purpose allows of their data and why each value is shown, the language to
    speak to them in, on which channels they may be contacted for what, and what they chose.
    ``entry`` proves the use."""

    values: dict[str, str | None]
    why: dict[str, ContextWhyOut]
    language: str
    contact: list[ContactOut]
    choices: list[ContextChoiceOut]
    entry: int


class StreamIn(Struct, forbid_unknown_fields=True, frozen=True):
    """The first line of a stream: what is asked of everyone who is named in the lines that
    follow."""

    purpose: Name
    fields: Fields
    channel: Name
    reference: Reference = ""


class ChoiceIn(Struct, forbid_unknown_fields=True, frozen=True):
    """A choice that the person made: ``evidence`` is a reference to where they said so.
    ``contact``: the one way of contact that it is about; without it, the purpose as a whole."""

    person: PersonRef
    purpose: Name
    answer: Annotated[Literal["yes", "no"], WORD]
    channel: Name
    evidence: Annotated[str, Meta(min_length=1, max_length=80)]
    contact: Literal["", "email", "sms", "post", "phone", "app", "in_person"] = ""


class ChoiceOut(Struct):
    """The recorded choice. ``entry`` is the ledger entry that proves it. ``waits``: it is a yes
    after the person's own no, and counts for nothing until it is confirmed."""

    choice: int
    entry: int
    waits: bool


class ErrorOut(Struct):
    """One thing in the body that is not as described: where, such as ``person.kind``, and what was
    expected there."""

    at: str
    expected: str


class ProblemDetails(Struct):
    """Problem details (RFC 9457).

    ``code`` is never reworded; at the addresses of the Data Rights Protocol it is the status, with
    ``message`` and ``fatal`` beside it, and the stable code is the end of ``type``. ``instance``
    names the request as the log does. ``reasons`` and ``entry`` come with a refused use (403),
    ``errors`` with a body that does not have the form described (422).
    """

    type: str
    title: str
    status: int
    code: str
    detail: str | None = None
    instance: str | None = None
    errors: list[ErrorOut] | None = None
    reasons: list[ReasonOut] | None = None
    entry: int | None = None
    message: str | None = None
    fatal: bool | None = None


class PurposeOut(Struct):
    """One purpose of the promise, as a client needs it. ``contacts``: the ways of contact that it
    uses, of each of which a person may say no alone."""

    key: str
    title: str
    basis: str
    fields: list[str]
    roles: list[str]
    channels: list[str]
    contacts: list[str]


class PromiseOut(Struct):
    """The promise in force."""

    serial: int
    digest: str
    purposes: list[PurposeOut]

"""What the API takes and gives. Unknown members are refused, so that a misspelt
one is not passed over."""

from __future__ import annotations

from typing import Annotated, Literal

from annotated_types import Len
from ninja import Schema
from pydantic import ConfigDict, StringConstraints

from aboveboard.access.limits import USE_BATCH

Word = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class Strict(Schema):
    """A body in which every member is known."""

    model_config = ConfigDict(extra="forbid")


class PersonRef(Strict):
    """Who it is about: looked up by something they told you. Exactly one person must have it."""

    kind: Literal["email", "phone", "customer_number"]
    value: Annotated[str, StringConstraints(min_length=3, max_length=254)]
    country: Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")] | None = None


class UseIn(Strict):
    """A use: whose data, for which purpose of the promise, which fields, through which channel."""

    person: PersonRef
    purpose: Word
    fields: Annotated[list[Word], Len(1, 64)]
    channel: Word
    reference: Annotated[str, StringConstraints(max_length=80)] = ""


class UseOut(Schema):
    """The fields that were allowed; null where nothing is held. ``entry`` is the ledger entry
    that proves the look."""

    values: dict[str, str | None]
    entry: int


class BatchIn(Strict):
    """A use of many people's data: what is asked of each, and who they are."""

    people: Annotated[list[PersonRef], Len(1, USE_BATCH)]
    purpose: Word
    fields: Annotated[list[Word], Len(1, 64)]
    channel: Word
    reference: Annotated[str, StringConstraints(max_length=80)] = ""


class ReasonOut(Schema):
    """One reason of a refusal."""

    code: str
    field: str | None
    sentence: str


class OutcomeOut(Schema):
    """What became of one person's use: ``values`` and ``entry``, or ``code`` and why not. Members
    that say nothing are left out."""

    values: dict[str, str | None] | None = None
    entry: int | None = None
    code: str | None = None
    reasons: list[ReasonOut] | None = None


class BatchOut(Schema):
    """The outcome of each, in the order in which they were named."""

    outcomes: list[OutcomeOut]


class StreamIn(Strict):
    """The first line of a stream: what is asked of everyone who is named in
    the lines that follow."""

    purpose: Word
    fields: Annotated[list[Word], Len(1, 64)]
    channel: Word
    reference: Annotated[str, StringConstraints(max_length=80)] = ""


class ChoiceIn(Strict):
    """A choice that the person made: ``evidence`` is a reference to where they said so."""

    person: PersonRef
    purpose: Word
    answer: Literal["yes", "no"]
    channel: Word
    evidence: Annotated[str, StringConstraints(min_length=1, max_length=80)]


class ChoiceOut(Schema):
    """The recorded choice. ``entry`` is the ledger entry that proves it."""

    choice: int
    entry: int


class ErrorOut(Schema):
    """One thing in the body that is not as described: where, such as ``person.kind``, and
    what was expected there."""

    at: str
    expected: str


class Problem(Schema):
    """Problem details (RFC 9457).

    ``code`` is never reworded. ``instance`` names the request as the log does. ``reasons``
    and ``entry`` come with a refused use (403), ``errors`` with a body that does not have
    the form described (422).
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


class PurposeOut(Schema):
    """One purpose of the promise, as a program needs it."""

    key: str
    title: str
    basis: str
    fields: list[str]
    roles: list[str]
    channels: list[str]


class PromiseOut(Schema):
    """The promise in force."""

    serial: int
    digest: str
    purposes: list[PurposeOut]

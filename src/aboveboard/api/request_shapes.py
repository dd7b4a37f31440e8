"""What the API takes and gives about requests of people (:mod:`aboveboard.api.shapes` about the
rest)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from aboveboard.api.shapes import WORD, Name, PersonRef
from aboveboard.rights.limits import WORDS

Kind = Annotated[
    Literal[
        "access",
        "correction",
        "erasure",
        "restriction",
        "portability",
        "objection",
        "stop_asking",
        "human_review",
    ],
    WORD,
]
ShortText = Annotated[str, Meta(max_length=200)]
Words = Annotated[str, Meta(max_length=WORDS)]


class NewRequestIn(Struct, forbid_unknown_fields=True, frozen=True):
    """What a person asks for. ``proof``: how this client proved who they are, where its scope lets
    it say so."""

    kind: Kind
    person: PersonRef
    asker: Annotated[Literal["self", "agent", "guardian", "executor"], WORD] = "self"
    proof: Annotated[Literal["signed_in", "knowledge", "document"], WORD] | None = None
    jurisdiction: Annotated[str, Meta(pattern="^([A-Z]{2}(-[A-Z0-9]{1,3})?)?$", max_length=6)] = ""
    language: Annotated[str, Meta(pattern="^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$", max_length=12)] = "en"
    name: ShortText = ""
    acting: ShortText = ""
    words: Words = ""
    corrections: Annotated[dict[Name, Words], Meta(max_length=64)] = field(default_factory=dict)
    purpose: Annotated[str, Meta(max_length=64)] = ""


class RequestReceiptOut(Struct):
    """The request was written down. ``entry`` is the ledger entry that proves it; ``code_sent``: a
    code went to the e-mail address that was given, and waits to be handed in."""

    id: int
    entry: int
    code_sent: bool


class RequestOut(Struct):
    """How far a request is. ``missing``: ``identity`` or ``authority``, while somebody still has to
    prove it. ``due_at`` is by when it is to be answered, null once it is closed."""

    id: int
    reference: str
    kind: str
    stage: str
    received_at: datetime
    due_at: datetime | None
    paused: bool
    missing: list[str]
    closed_at: datetime | None
    entry: int


class RequestListOut(Struct):
    """A page of requests, the newest first; ``next`` is what to send as ``before`` for the page
    after it, null where there is none."""

    requests: list[RequestOut]
    next: int | None


class ResendIn(Struct, forbid_unknown_fields=True, frozen=True):
    """Nothing: ``{}``."""


class CodeIn(Struct, forbid_unknown_fields=True, frozen=True):
    """The code, as the person typed it."""

    code: Annotated[str, Meta(min_length=1, max_length=40)]

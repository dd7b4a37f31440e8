"""What the API of Aboveboard 0.1.0 takes and gives.

Generated from the description of the API by scripts/clients.py. Do not edit.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict


class BatchIn(TypedDict):
    """A use of many people's data: what is asked of each, and who they are."""

    people: list[PersonRef]
    purpose: str
    fields: list[str]
    channel: str
    reference: NotRequired[str]


class BatchOut(TypedDict):
    """The outcome of each, in the order in which they were named."""

    outcomes: list[OutcomeOut]


class ChoiceIn(TypedDict):
    """A choice that the person made: ``evidence`` is a reference to where they said so.
    ``contact``: the one way of contact that it is about; without it, the purpose as a whole.
    """

    person: PersonRef
    purpose: str
    answer: Literal["no", "yes"]
    channel: str
    evidence: str
    contact: NotRequired[Literal["", "app", "email", "in_person", "phone", "post", "sms"]]


class ChoiceOut(TypedDict):
    """The recorded choice. ``entry`` is the ledger entry that proves it. ``waits``: it is a yes
    after the person's own no, and counts for nothing until it is confirmed.
    """

    choice: int
    entry: int
    waits: bool


class CodeIn(TypedDict):
    """The code, as the person typed it."""

    code: str


class ContactOut(TypedDict):
    """Whether the person may be contacted for a purpose through a channel. ``contact`` is which
    way of contact the channel is, empty where it is none.
    """

    purpose: str
    title: str
    channel: str
    contact: str
    may: bool
    why: ContextWhyOut


class ContextChoiceOut(TypedDict):
    """What the person said last of a purpose, or of one way of contact of it: where and when."""

    purpose: str
    contact: str
    answer: str
    channel: str
    at: str
    why: ContextWhyOut


class ContextIn(TypedDict):
    """Who is served now, for which purpose, on which channel. ``fields`` leaves out what is not
    needed at this moment; without it the card has all that the purpose uses.
    """

    person: PersonRef
    purpose: str
    channel: str
    fields: NotRequired[list[str] | None]
    reference: NotRequired[str]


class ContextOut(TypedDict):
    """The card: what the purpose allows of their data and why each value is shown, the language to
    speak to them in, on which channels they may be contacted for what, and what they chose.
    ``entry`` proves the use.
    """

    values: dict[str, str | None]
    why: dict[str, ContextWhyOut]
    language: str
    contact: list[ContactOut]
    choices: list[ContextChoiceOut]
    entry: int


class ContextWhyOut(TypedDict):
    """Why something is on the card: a reference for programs, a sentence to show or read out, and
    the person's own page that explains it.
    """

    reference: str
    sentence: str
    page: str


class DecisionBatchOut(TypedDict):
    """The decision about each, in the order in which they were named."""

    decisions: list[DecisionOutcomeOut]


class DecisionOut(TypedDict):
    """Whether a use of these fields would be allowed now: ``fields`` are all of those asked for,
    or none, with every reason. ``entry`` is the ledger entry that proves that it was asked.
    """

    allowed: bool
    fields: list[str]
    reasons: list[ReasonOut]
    entry: int


class DecisionOutcomeOut(TypedDict):
    """The decision about one person (``allowed``, ``fields``, ``reasons``, ``entry``), or
    ``code``: why there is none. Members that say nothing are left out.
    """

    allowed: NotRequired[bool | None]
    fields: NotRequired[list[str] | None]
    reasons: NotRequired[list[ReasonOut] | None]
    entry: NotRequired[int | None]
    code: NotRequired[str | None]


class DisclosureListOut(TypedDict):
    """A page of parcels, the newest first. ``next`` goes on; null at the end."""

    disclosures: list[DisclosureOut]
    next: int | None


class DisclosureOut(TypedDict):
    """A parcel that left for the recipient: when, for what, which fields, of how many people; the
    SHA-256 of the file in hex, the entry that proves it, and the agreements of the public
    register that it stands under.
    """

    id: int
    at: str
    purpose: str
    fields: list[str]
    people: int
    sha256: str
    entry: int | None
    agreements: list[int]


class DisclosureRowOut(TypedDict):
    """A row of a parcel: its place among those who are in it, and the categories of data."""

    row: int
    categories: list[str]


class DisclosureRowsOut(TypedDict):
    """A page of rows. ``next`` goes on; null at the end."""

    rows: list[DisclosureRowOut]
    next: int | None


class ErrorOut(TypedDict):
    """One thing in the body that is not as described: where, such as ``person.kind``, and what was
    expected there.
    """

    at: str
    expected: str


class FindUsageOut(TypedDict):
    """The uses, the newest first, and how many there are whatever ``limit`` and ``offset`` say."""

    totalUsages: int
    usages: list[UsageOut]


class HeartbeatOut(TypedDict):
    """Whether the list can be asked for now."""

    status: Literal["FAIL", "OK"]
    message: str


class NewRequestIn(TypedDict):
    """What a person asks for. ``proof``: how this client proved who they are, where its scope lets
    it say so.
    """

    kind: Literal[
        "access",
        "correction",
        "erasure",
        "human_review",
        "objection",
        "portability",
        "restriction",
        "stop_asking",
    ]
    person: PersonRef
    asker: NotRequired[Literal["agent", "executor", "guardian", "self"]]
    proof: NotRequired[Literal["document", "knowledge", "signed_in"] | None]
    jurisdiction: NotRequired[str]
    language: NotRequired[str]
    name: NotRequired[str]
    acting: NotRequired[str]
    words: NotRequired[str]
    corrections: NotRequired[dict[str, str]]
    purpose: NotRequired[str]


class OutcomeOut(TypedDict):
    """What became of one person's use: ``values`` and ``entry``, or ``code`` and why not. Members
    that say nothing are left out.
    """

    values: NotRequired[dict[str, str | None] | None]
    entry: NotRequired[int | None]
    code: NotRequired[str | None]
    reasons: NotRequired[list[ReasonOut] | None]


class PasswordCheckIn(TypedDict):
    """What may be told of a password: its ``length`` in code points of its normal form (NFC), the
    first five hexadecimal digits of the SHA-1 of that form's UTF-8 (``prefix``), and zxcvbn's
    estimate of the guesses. ``second_factor``: one is asked for besides. ``language``: of the
    sentences.
    """

    length: int
    prefix: str
    guesses_log10: NotRequired[float | None]
    second_factor: NotRequired[bool]
    language: NotRequired[Literal["de", "en", "fr"]]


class PasswordCheckOut(TypedDict):
    """Whether anything that was told is wrong. ``allowed`` is said of that alone: where the last
    35 digits are in ``suffixes`` with a number above 0, it may not be a password, and
    ``breached`` is the sentence to show. ``suffixes`` is null where no list of leaked passwords
    is there.
    """

    allowed: bool
    problems: list[PasswordProblemOut]
    suffixes: dict[str, int] | None
    breached: str


class PasswordPolicyOut(TypedDict):
    """What may be a password. ``words``: those that it must not be made of, beside the person's
    own. ``least_guesses_log10``: fewest guesses, by zxcvbn, as a decimal logarithm. Nothing is
    asked about kinds of characters, and no password runs out.
    """

    length: int
    length_with_second_factor: int
    longest: int
    least_guesses_log10: float
    words: list[str]
    normal_form: NotRequired[str]
    composition_rules: NotRequired[bool]
    expires: NotRequired[bool]


class PasswordProblemOut(TypedDict):
    """Why it may not be a password: a code, and a sentence to show to the person."""

    code: str
    sentence: str


class PasswordRangeOut(TypedDict):
    """The last 35 digits of each SHA-1 that begins with the prefix, with how many leaked accounts
    had it, about. A row with 0 is made up, so that the size of the answer tells nothing: pass
    over it.
    """

    prefix: str
    suffixes: dict[str, int]


class PersonRef(TypedDict):
    """Who it is about: looked up by something they told you, or by the ``reference`` that stands
    for them in our notifications. Exactly one person must have it.
    """

    kind: Literal["customer_number", "email", "phone", "reference"]
    value: str
    country: NotRequired[str | None]


class ProblemDetails(TypedDict):
    """Problem details (RFC 9457). ``code`` is never reworded; at the addresses of the Data Rights
    Protocol it is the status, with ``message`` and ``fatal`` beside it, and the stable code is
    the end of ``type``. ``instance`` names the request as the log does. ``reasons`` and
    ``entry`` come with a refused use (403), ``errors`` with a body that does not have the form
    described (422).
    """

    type: str
    title: str
    status: int
    code: str
    detail: NotRequired[str | None]
    instance: NotRequired[str | None]
    errors: NotRequired[list[ErrorOut] | None]
    reasons: NotRequired[list[ReasonOut] | None]
    entry: NotRequired[int | None]
    message: NotRequired[str | None]
    fatal: NotRequired[bool | None]


class PromiseOut(TypedDict):
    """The promise in force."""

    serial: int
    digest: str
    purposes: list[PurposeOut]


class PurposeOut(TypedDict):
    """One purpose of the promise, as a client needs it. ``contacts``: the ways of contact that it
    uses, of each of which a person may say no alone.
    """

    key: str
    title: str
    basis: str
    fields: list[str]
    roles: list[str]
    channels: list[str]
    contacts: list[str]


class ReasonOut(TypedDict):
    """One reason of a refusal."""

    code: str
    field: str | None
    sentence: str


class RequestListOut(TypedDict):
    """A page of requests, the newest first; ``next`` is what to send as ``before`` for the page
    after it, null where there is none.
    """

    requests: list[RequestOut]
    next: int | None


class RequestOut(TypedDict):
    """How far a request is. ``missing``: ``identity`` or ``authority``, while somebody still has
    to prove it. ``due_at`` is by when it is to be answered, null once it is closed.
    """

    id: int
    reference: str
    kind: str
    stage: str
    received_at: str
    due_at: str | None
    paused: bool
    missing: list[str]
    closed_at: str | None
    entry: int


class RequestReceiptOut(TypedDict):
    """The request was written down. ``entry`` is the ledger entry that proves it; ``code_sent``: a
    code went to the e-mail address that was given, and waits to be handed in.
    """

    id: int
    entry: int
    code_sent: bool


class ResendIn(TypedDict):
    """Nothing: ``{}``."""


class UsageOut(TypedDict):
    """One use, in the protocol's words. ``proof``, which is ours: where it is asked for, a C2SP
    tlog-proof that it stands in the ledger; left out while it waits to be sealed.
    """

    logtime: str
    action: str
    receiverCode: str
    receiverName: str
    receiverSystem: str
    proof: NotRequired[str]


class UsagePeriodOut(TypedDict):
    """From when on uses are kept. There is no end: they can be asked for up to now."""

    periodStart: str


class UseIn(TypedDict):
    """A use: whose data, for which purpose of the promise, which fields, through which channel."""

    person: PersonRef
    purpose: str
    fields: list[str]
    channel: str
    reference: NotRequired[str]


class UseOut(TypedDict):
    """The fields that were allowed; null where nothing is held. ``entry`` is the ledger entry that
    proves the use.
    """

    values: dict[str, str | None]
    entry: int

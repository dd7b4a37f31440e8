"""The words of requests: what can be asked, by whom, on which way, and how it is proved. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from aboveboard.basics.canonical import Json
from aboveboard.basics.errors import Conflict, Invalid, RateLimited, Refused
from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import Identifier

_NOTHING: Final = Personal("")


REMINDER: Final = "rights.reminder"
"""The message that has staff written to: a request waits for them, is due soon, or is late."""


class RequestKind(StrEnum):
    """What is asked for."""

    ACCESS = "access"
    """GDPR Art. 15."""
    CORRECTION = "correction"
    """Art. 16."""
    ERASURE = "erasure"
    """Art. 17."""
    RESTRICTION = "restriction"
    """Art. 18."""
    PORTABILITY = "portability"
    """Art. 20."""
    OBJECTION = "objection"
    """Art. 21(1)."""
    STOP_ASKING = "stop_asking"
    """Art. 21(2) and (3): no advertising, and no more asking for a yes."""
    HUMAN_REVIEW = "human_review"
    """Art. 22(3): a person looks at an automated decision."""


class Asker(StrEnum):
    """Who asks."""

    SELF = "self"
    AGENT = "agent"
    GUARDIAN = "guardian"
    EXECUTOR = "executor"


class RequestChannel(StrEnum):
    """On which way it came. What came by e-mail is proposed, and counts once a person confirmed
    it."""

    PORTAL = "portal"
    ADVISER = "adviser"
    API = "api"
    EMAIL = "email"
    POST = "post"


class ProofEvidence(StrEnum):
    """How somebody proved who they are (GDPR Art. 12(6))."""

    SIGNED_IN = "signed_in"
    CONTACT_CODE = "contact_code"
    """A one-time code came back that was sent to an address on record."""
    SHARED_CONTACT_CODE = "shared_contact_code"
    """The same, where several people have the address, or it was changed lately."""
    KNOWLEDGE = "knowledge"
    """They knew what is on record and not in what they would be given."""
    DOCUMENT = "document"
    """A document was looked at, and deleted after."""
    COUNTER_CODE = "counter_code"
    """Staff saw them, and gave them a one-time code."""
    AUTHORITY = "authority"
    """Papers that let somebody act for another: a signed permission, a court's order."""


class RequestEventKind(StrEnum):
    """What happens to a request, in the order of its life."""

    RECEIVED = "received"
    CONFIRMED = "confirmed"
    PERSON_NAMED = "person_named"
    """Whose request it is was settled: it was attached to somebody who is held."""
    PROVED = "proved"
    PLANNED = "planned"
    STEP_DONE = "step_done"
    STEP_NEEDS_PERSON = "step_needs_person"
    STEP_RETRIED = "step_retried"
    REVIEWED = "reviewed"
    PAUSED = "paused"
    RESUMED = "resumed"
    EXTENDED = "extended"
    REMINDED = "reminded"
    PACK_ORDERED = "pack_ordered"
    """Somebody had the copy of the data made, in the way of its code; the worker makes it."""
    PACK_MADE = "pack_made"
    """It was made once more, of a request that is answered."""
    PACK_FAILED = "pack_failed"
    """It could not be made, for the reason of its code; somebody has to see to it."""
    PART_ANSWERED = "part_answered"
    """What there was of the copy was given while systems are missing; the rest follows."""
    ANSWERED = "answered"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class StepVerb(StrEnum):
    """One piece of work at one system. ``DRY_RUN`` counts what an erasure would take."""

    FIND = "find"
    READ = "read"
    DRY_RUN = "dry_run"
    CORRECT = "correct"
    ERASE = "erase"
    RESTRICT = "restrict"


class NeedsPerson(StrEnum):
    """Why a step waits for a person."""

    NO_VERB = "no_verb"
    """The system cannot do it by itself."""
    GAVE_UP = "gave_up"
    """It was tried as often as may be."""
    SEVERAL = "several"
    """An identifier points at more than one person there."""
    NOT_DONE = "not_done"
    """The system says that it waits for somebody."""
    NO_IDENTIFIERS = "no_identifiers"
    """Nothing is known by which the system could be asked, as after a restore."""


class RefusalGround(StrEnum):
    """Why nothing, or not all, is done of what was asked; the person is told the words beside it,
    and where they can complain (Art. 12(4))."""

    NOT_PROVED = "not_proved"
    UNFOUNDED = "unfounded"
    """Manifestly unfounded (Art. 12(5))."""
    EXCESSIVE = "excessive"
    """The same again and again (Art. 12(5))."""
    COMPELLING_GROUNDS = "compelling_grounds"
    """Grounds that override the person's (Art. 21(1)); the words say them."""
    LEGAL_DUTY = "legal_duty"
    """Art. 17(3)(b)."""
    LEGAL_CLAIMS = "legal_claims"
    """Art. 17(3)(e)."""
    ACCURATE = "accurate"
    """What is held was found to be right (Art. 16)."""
    OTHERS_RIGHTS = "others_rights"
    """It would harm others (Art. 15(4))."""
    NOT_APPLICABLE = "not_applicable"
    """The law gives no such right here; the words say which."""


class PauseReason(StrEnum):
    """Why the clock stands, where the law lets it (UK DPA 2018 s. 45, Art. 12(6))."""

    IDENTITY = "identity"
    CLARIFICATION = "clarification"
    FEE = "fee"


class ExtensionReason(StrEnum):
    """Why it takes longer (Art. 12(3))."""

    COMPLEX = "complex"
    MANY_REQUESTS = "many_requests"


class Answer(StrEnum):
    """What the person is told at the end."""

    DONE = "done"
    PARTLY = "partly"
    """Done, but for what is kept or withheld on a ground that they are told."""
    NOTHING_HELD = "nothing_held"


@dataclass(frozen=True, slots=True)
class RequestDetails:
    """What is sealed of a request: what the asker said, and nothing that decides.

    Attributes:
        identifiers: by which systems are asked, as far as the asker gave them.
        contact: where letters go to somebody who has no account; an e-mail address, or "".
        name: what the asker calls the person, or "".
        acting: who acts for them: their name and address, or "".
        words: what they asked, in their words.
        corrections: of a correction, the new values by data category or field of the promise.
        purpose: of an objection or restriction, the purpose of the promise; "" for all.
        restriction: of a restriction, which of the cases of GDPR Art. 18(1) it is: a code of
            ``retention.reasons.RestrictionReason``; "" where nobody said.
        agent_request: what an authorised agent calls the request, or "".
        decision: of a human review, the key of what the promise declares to decide; "" where
            it is another, or nobody said.
    """

    identifiers: tuple[Identifier, ...] = ()
    contact: Personal[str] = _NOTHING
    name: Personal[str] = _NOTHING
    acting: Personal[str] = _NOTHING
    words: Personal[str] = _NOTHING
    corrections: Mapping[str, Personal[str]] = field(default_factory=dict)
    purpose: str = ""
    restriction: str = ""
    decision: str = ""
    agent_request: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRequest:
    """What somebody asks. ``person_id`` None: they have no account, or we may not hold them.

    ``jurisdiction``: where the person lives (ISO 3166, as the vault has it), which sets the clock.
    """

    kind: RequestKind
    channel: RequestChannel
    received_at: datetime
    person_id: int | None = None
    asker: Asker = Asker.SELF
    jurisdiction: str = ""
    language: str = "en"
    details: RequestDetails = field(default_factory=RequestDetails)


@dataclass(frozen=True, slots=True)
class RequestEvent:
    """One event, as the fold reads it. ``code``: its reason, evidence, ground or answer. ``facts``
    hold names of systems, codes and counts, and no personal data."""

    kind: RequestEventKind
    at: datetime
    code: str = ""
    system: str = ""
    verb: str = ""
    until: datetime | None = None
    facts: Mapping[str, Json] = field(default_factory=dict)


class RequestClosed(Conflict):
    """The request is closed: {why}."""

    code = "request_closed"
    next_step = "Look at the request: it says how it ended. A new one can be asked."


class NotInThisStage(Conflict):
    """The request is not at this point: {why}."""

    code = "not_in_this_stage"
    next_step = "Look at the request: it says what comes next."


class NotProved(Conflict):
    """Who asks is not proved, so nothing is erased or disclosed: {why}."""

    code = "not_proved"
    next_step = "Prove it first: aboveboard requests prove REQUEST --with EVIDENCE"


class WordsNeeded(Invalid):
    """The person must be told this in words, and there are none."""

    code = "words_needed"
    next_step = "Write the sentence that they will read."


class PlaceUnreadable(Invalid):
    """Where the person lives is not written as a country or a part of one."""

    code = "place_unreadable"
    next_step = "Give a code of ISO 3166, such as FR or US-CA, or leave it out."


class WordsTooMany(Invalid):
    """What was written is longer than {limit} characters."""

    code = "words_too_many"
    next_step = "Say it shorter, or send it as a document."


class CodeRefused(Refused):
    """The code is wrong, was used, or its time or its tries are over."""

    code = "code_refused"
    next_step = "Ask for a new code."


class TooManyRequests(RateLimited):
    """More was asked on this way than is taken in a day. Wait {seconds} seconds and try again."""

    code = "too_many_requests"

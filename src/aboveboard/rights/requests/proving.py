"""Proving who asks: one-time codes, what staff checked, documents.

A code is compared by its digest, in constant time, after its try was counted in one statement; it
proves once. A document is sealed under the request's key while somebody looks at it, and deleted
with the verdict, whichever it is.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import chain
from typing import Final

from django.db import transaction
from django.db.models import F

from aboveboard.basics.actor import Actor, ActorKind
from aboveboard.basics.errors import Invalid, NotFound
from aboveboard.keys.queries import instance_secret
from aboveboard.ledger.actions import append
from aboveboard.rights import limits
from aboveboard.rights.entries import ProofDocumentOpened
from aboveboard.rights.models import RequestCode
from aboveboard.rights.requests import files, sealing
from aboveboard.rights.requests.locking import LockedRequest, lock_request, read_request
from aboveboard.rights.requests.recording import NewEvent, handles_for, record
from aboveboard.rights.requests.state import RequestState
from aboveboard.rights.requests.terms import (
    CodeRefused,
    NotInThisStage,
    NotProved,
    ProofEvidence,
    RequestClosed,
    RequestEventKind,
    TooManyRequests,
)
from aboveboard.vault.documents import media

CODES_KEY: Final = "rights-codes"
"""The name of the instance's secret under which digests of codes are made."""
_DAY: Final = timedelta(days=1)
DOCUMENT: Final = "proof-document"
"""The name of the sealed file with a document of proof."""

BY_STAFF: Final = frozenset(
    {ProofEvidence.KNOWLEDGE, ProofEvidence.DOCUMENT, ProofEvidence.AUTHORITY}
)
"""What a member of staff may say that they checked. Codes prove themselves; being signed in is
known by the page that is signed in."""


class CodeUse(StrEnum):
    """What a code is for."""

    CONTACT = "contact"
    """It was sent to an address on record, and comes back."""
    COUNTER = "counter"
    """Staff saw the person, and gave it to them."""
    PACK = "pack"
    """It opens one set, once, at a counter or for whoever has the letter."""


_LIFE: Final = {
    CodeUse.CONTACT: limits.CODE_LIFE,
    CodeUse.COUNTER: limits.COUNTER_CODE_LIFE,
    CodeUse.PACK: limits.PACK_CODE_LIFE,
}


class NotYoursToProve(NotProved):
    """This evidence is not proved like that: {why}."""

    code = "not_yours_to_prove"
    next_step = "A member of staff says what they checked; a code is given back by the person."


class CodeMadeByYou(NotProved):
    """You made this code yourself, so it proves nothing when you give it back."""

    code = "code_made_by_you"
    next_step = "Let the person type it in the portal, or a colleague take it who did not make it."

    def __init__(self) -> None:
        super().__init__(why="two people see the person, or the person has it")


class ProofDocumentNotTaken(Invalid):
    """This file is none of PDF, PNG, JPEG or TIFF."""

    code = "proof_document_not_taken"
    next_step = "Make a picture or a scan of the document."


def make_code(
    request_id: int,
    use: CodeUse,
    *,
    evidence: ProofEvidence | None = None,
    shown: bool = False,
    life: timedelta | None = None,
    by: Actor,
    at: datetime,
) -> str:
    """Make a one-time code and return it: eight digits, of which only a digest is kept. A new one
    ends the earlier ones of its use.

    ``evidence``: what it will prove; None for a pack. The caller sends it to an address on record
    and never shows it, but for a counter's. ``shown``: whether the member of staff who makes it
    sees it (of a counter's always): they cannot give it back themselves. ``life``: how long it
    works, where not as long as others of its use.

    Raises:
        NotFound, RequestClosed: there is no such request, or it is closed (a pack's is not).
        NotProved: a pack's code for somebody who is not proved.
        NotYoursToProve: a counter's code that no member of staff asks for.
        TooManyRequests: as many were made as a day allows.
    """
    if use is CodeUse.COUNTER and by.kind is not ActorKind.STAFF:
        raise NotYoursToProve(why="a counter's code is given by staff")
    with transaction.atomic():
        locked = lock_request(request_id)
        if use is CodeUse.PACK:
            if not locked.state.proof.enough:
                raise NotProved(why="a set is opened for nobody else")
        elif locked.state.closed:
            raise RequestClosed(why=locked.state.stage.value)
        theirs = RequestCode.objects.filter(request_id=request_id)
        if theirs.filter(made_at__gt=at - _DAY).count() >= limits.CODES_A_DAY:
            raise TooManyRequests(seconds=int(_DAY.total_seconds()))
        theirs.filter(use=use.value, used_at=None).update(used_at=at)
        code = f"{secrets.randbelow(10**limits.CODE_DIGITS):0{limits.CODE_DIGITS}}"
        RequestCode.objects.create(
            request_id=request_id,
            use=use.value,
            strength="" if evidence is None else evidence.value,
            made_by=_hand(by) if shown or use is CodeUse.COUNTER else "",
            digest=_digest(request_id, use, code),
            made_at=at,
            expires_at=at + (life or _LIFE[use]),
        )
    return code


def redeem_code(
    request_id: int, use: CodeUse, code: str, *, by: Actor, at: datetime
) -> ProofEvidence | None:
    """Use up a code, and return what it proves; None for a pack's.

    Raises:
        CodeMadeByYou: whoever gives it back was shown it as it was made.
        CodeRefused: it is wrong, was used, or its time or its tries are over: nobody learns which.
    """
    # Counted before it is compared, and outside the caller's transaction if that is undone, so that
    # many guesses at once are no more than three.
    usable = RequestCode.objects.filter(
        request_id=request_id, use=use.value, used_at=None, expires_at__gt=at
    )
    row = usable.order_by("-id").first()
    given = _digest(request_id, use, code)
    if row is not None and row.made_by and row.made_by == _hand(by):
        raise CodeMadeByYou
    if row is None or not _count_try(row.pk):
        hmac.compare_digest(given, given)
        raise CodeRefused
    if not hmac.compare_digest(given, bytes(row.digest)):
        raise CodeRefused
    # Of two right answers at the same moment one proves.
    if RequestCode.objects.filter(pk=row.pk, used_at=None).update(used_at=at) != 1:
        raise CodeRefused
    return ProofEvidence(row.strength) if row.strength else None


def prove_by_code(
    request_id: int, use: CodeUse, code: str, *, by: Actor, at: datetime
) -> RequestState:
    """Let the person prove themselves by a code that they were given.

    Raises:
        CodeRefused, CodeMadeByYou: as :func:`redeem_code`.
        RequestClosed, NotInThisStage: as :func:`prove`.
    """
    evidence = redeem_code(request_id, use, code, by=by, at=at)
    if evidence is None:
        raise CodeRefused
    return _prove(request_id, evidence, by=by, at=at)


def prove(request_id: int, evidence: ProofEvidence, *, by: Actor, at: datetime) -> RequestState:
    """Record what a member of staff checked.

    Raises:
        NotYoursToProve: it is nothing that staff say, or nobody of staff says it.
        NotInThisStage: the same evidence is there already.
        RequestClosed: nothing more happens to the request.
    """
    if evidence not in BY_STAFF or by.kind not in (ActorKind.STAFF, ActorKind.SYSTEM):
        raise NotYoursToProve(why=evidence.value)
    return _prove(request_id, evidence, by=by, at=at)


def contact_evidence(
    people_with_it: int, on_record_since: datetime, *, at: datetime
) -> ProofEvidence:
    """Return what a code proves that was sent to an address: less where several people have it, or
    where it is new on record."""
    if people_with_it != 1 or at - on_record_since < limits.ADDRESS_SETTLED:
        return ProofEvidence.SHARED_CONTACT_CODE
    return ProofEvidence.CONTACT_CODE


def store_document(request_id: int, chunks: Iterable[bytes]) -> None:
    """Seal a document of proof; a second one replaces the first.

    Raises:
        NotFound: there is no such request.
        RequestClosed: it is closed, and nobody would look at it.
        RequestUnreadable: its key is destroyed.
        ProofDocumentNotTaken: its first bytes are of no kind that is taken.
        SealedFileTooLong: it is longer than ``limits.DOCUMENT_BYTES``.
    """
    whole = iter(chunks)
    first = next(whole, b"")
    if media.sniff_media_type(first) is None:
        raise ProofDocumentNotTaken
    seen = read_request(request_id)
    row, state = seen.row, seen.state
    if state.closed:
        raise RequestClosed(why=state.stage.value)
    files.write(
        row.pk,
        DOCUMENT,
        sealing.request_key(row),
        chain([first], whole),
        longest=limits.DOCUMENT_BYTES,
    )


def has_document(request_id: int) -> bool:
    """Whether a document of proof waits to be looked at."""
    return files.exists(request_id, DOCUMENT)


def open_document(request_id: int, *, by: Actor, at: datetime) -> Iterator[bytes]:
    """Write down that somebody looks at a document of proof, then return its bytes as a stream.

    Raises:
        NotFound: there is no such request, or no document.
        NotYoursToProve: nobody of staff asks for it.
        RequestUnreadable: its key is destroyed.
    """
    if by.kind is not ActorKind.STAFF:
        raise NotYoursToProve(why="a document is looked at by staff")
    with transaction.atomic():
        row = lock_request(request_id).row
        if not files.exists(request_id, DOCUMENT):
            raise NotFound(what="document")
        key = sealing.request_key(row)
        (handle,) = handles_for(row.person_id, 1)
        append(ProofDocumentOpened(row.entry_id), by=by, handle=handle, at=at)
    return files.read(request_id, DOCUMENT, key)


def judge_document(
    request_id: int, *, accepted: bool, by: Actor, at: datetime
) -> RequestState | None:
    """Say whether a document proves who asks, and delete it either way; return the state where it
    does.

    Raises:
        NotFound: there is no document.
        NotYoursToProve: nobody of staff says it.
    """
    if not files.exists(request_id, DOCUMENT):
        raise NotFound(what="document")
    # The verdict first: a document that is gone without one would have to be asked for again.
    state = prove(request_id, ProofEvidence.DOCUMENT, by=by, at=at) if accepted else None
    files.delete(request_id, DOCUMENT)
    return state


def delete_expired_codes(*, at: datetime) -> int:
    """Delete the codes whose time is over, and return how many."""
    deleted, _ = RequestCode.objects.filter(expires_at__lte=at - _DAY).delete()
    return deleted


def _prove(request_id: int, evidence: ProofEvidence, *, by: Actor, at: datetime) -> RequestState:
    def decide(locked: LockedRequest) -> NewEvent:
        if evidence in locked.state.evidence:
            raise NotInThisStage(why="this was proved already")
        return NewEvent(kind=RequestEventKind.PROVED, code=evidence.value)

    return record(request_id, decide, by=by, at=at)


def _hand(by: Actor) -> str:
    return f"{by.kind.value}:{by.id}"


def _count_try(code_id: int) -> bool:
    # One statement: of fifty at the same moment, three change the row.
    counted = RequestCode.objects.filter(
        pk=code_id, used_at=None, tries__lt=limits.CODE_TRIES
    ).update(tries=F("tries") + 1)
    return counted == 1


def _digest(request_id: int, use: CodeUse, code: str) -> bytes:
    # Normalised once, before every comparison: as somebody types it, with spaces or hyphens.
    digits = "".join(each for each in code if each.isascii() and each.isdigit())
    text = f"{request_id}/{use.value}/{digits}"
    return hmac.digest(instance_secret(CODES_KEY), text.encode(), "sha256")

"""Handing a pack over: one link that ends, a code at the counter, or paper; then destroying it.

1. Build: black out what nobody left, write the pack into an age file, keep its secret half sealed
   under the request's key, write the entry. Only then is the link told.
2. Open: the link or a code, and besides the link somebody who is signed in as the person or has a
   code. Count it and write the entry before the first byte leaves.
3. Destroy: after its time, or when all downloads are used; the file, the key, an entry.

The link opens nothing by itself.
"""

from __future__ import annotations

import secrets
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from django.db import transaction

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM, Actor
from aboveboard.basics.errors import NotFound
from aboveboard.basics.facts import Code
from aboveboard.basics.package import RecordedEntry
from aboveboard.basics.personal import Personal
from aboveboard.ledger.actions import append
from aboveboard.outbox.actions import post
from aboveboard.outbox.reference import Reference
from aboveboard.rights.models import RightsRequest
from aboveboard.rights.pack import agefile, building, limits
from aboveboard.rights.pack.building import RedactedSpool
from aboveboard.rights.pack.contents import PackFacts
from aboveboard.rights.pack.entries import PackDestroyed, PackMade, PackOpened
from aboveboard.rights.pack.kept import (
    LETTER,
    PACK,
    RELEASE,
    KeptRelease,
    PackWay,
    delete_pack,
    is_token,
    pack_offer,
    read_release,
    write_release,
)
from aboveboard.rights.pack.letter import print_letter, summary_letter
from aboveboard.rights.pack.progress import PackPhase, ProgressNote
from aboveboard.rights.pack.redacting import redact_spool
from aboveboard.rights.pack.reviewing import CollectedAnswers, decisions, finder_of, handle_of
from aboveboard.rights.pack.seal import PackKeys
from aboveboard.rights.pack.words import PackWords
from aboveboard.rights.requests import files, proving, sealing
from aboveboard.rights.requests.locking import (
    LockedRequest,
    lock_request,
)
from aboveboard.rights.requests.terms import NotProved

EXPIRY: Final = "pack.expiry"
"""The job that destroys a pack whose time is over."""


class PackEnd(StrEnum):
    """Why a pack was destroyed: a code, because it stands in the log."""

    EXPIRED = "expired"
    FETCHED = "fetched"
    WITHDRAWN = "withdrawn"


class PackLinkDead(NotFound):
    """There is nothing to open here."""

    code = "pack_link_dead"
    next_step = "Sign in and look at your request. If its time is over, ask again."


@dataclass(frozen=True, slots=True)
class OpenedPack:
    """A pack as it leaves: its name, and its bytes. ``sealed``: still an age file, for the person's
    own key."""

    file_name: str
    chunks: Iterator[bytes]
    sealed: bool


def build(
    request_id: int,
    facts: PackFacts,
    answers: CollectedAnswers,
    own: Iterable[Personal[str]],
    *,
    way: PackWay = PackWay.LINK,
    keys: PackKeys,
    by: Actor,
    at: datetime,
) -> Personal[str]:
    """Make the pack of a request and return the token of its link, which is told once. One made
    before ends. Whoever calls this holds the request's lock of the worker: what others left half
    made is deleted.

    Raises:
        NotFound: there is no such request.
        NotProved: who asked is not proved.
        RequestUnreadable: its key is destroyed.
        LetterNotPrinted: the PDF could not be set.
    """
    row, mark = _proved(request_id), secrets.token_hex(4)
    _delete_half_made(request_id)
    note = ProgressNote(row)
    sealed = files.folder(request_id) / f".{mark}.age"
    spools = _redacted(row, note.reading(PackPhase.REDACTING, answers), tuple(own), mark)
    try:
        # Outside the transaction: a million rows take a minute, and nobody else may wait for it.
        building.seal_pack(sealed, facts, spools, [keys.public], watch=note.writing)
        letter = _letter(facts, spools) if way is PackWay.PAPER else b""
        token = f"{request_id}.{secrets.token_urlsafe(32)}"
        release = KeptRelease(
            token=token,
            identity=keys.kept.reveal(),
            locked=keys.locked,
            expires_at=clock.to_text(at + limits.LINK_LIFE),
            downloads=limits.LINK_DOWNLOADS if way is PackWay.LINK else 1,
            tries=limits.CODE_TRIES,
            way=way.value,
        )
        with transaction.atomic():
            row = _proved(request_id)
            append(_entry_of_making(row, way, spools), by=by, handle=handle_of(row), at=at)
            post(EXPIRY, {"request": request_id}, due=at + limits.LINK_LIFE)
            delete_pack(request_id)
            sealed.replace(files.folder(request_id) / PACK)
            if letter:
                files.write(request_id, LETTER, sealing.request_key(row), [letter])
            # Last: without it the pack has no key, and a crash before leaves nothing to open.
            write_release(row, release)
    finally:
        for place in (sealed, *(each.file for each in spools.values())):
            place.unlink(missing_ok=True)
    return Personal(token)


def open_link(
    token: Personal[str],
    *,
    person_id: int | None = None,
    code: str = "",
    passphrase: Personal[str] | None = None,
    by: Actor,
    at: datetime,
) -> OpenedPack:
    """Open a pack by its link, for who is signed in as its person (``person_id``) or has its code.

    Raises:
        PackLinkDead: there is none, its time is over, or it is somebody else's: nobody learns
            which.
        CodeRefused: the code is not right.
        WrongPassphrase: it has one, and this is another.
    """
    return _open(request_of(token), token, person_id, code, passphrase, by=by, at=at)


def request_of(token: Personal[str]) -> int:
    """Return the number of the request that a link is for; 0 where it names none."""
    head, _, _ = token.reveal().partition(".")
    return int(head) if head.isascii() and head.isdigit() and len(head) < 19 else 0


def open_signed_in(
    request_id: int,
    person_id: int,
    *,
    passphrase: Personal[str] | None = None,
    by: Actor,
    at: datetime,
) -> OpenedPack:
    """Open a pack for who is signed in as its person, on the page of their request.

    Raises:
        PackLinkDead: there is none for them, its time is over, or it is handed over otherwise.
        WrongPassphrase: as :func:`open_link`.
    """
    offer = pack_offer(request_id, at=at)
    if offer is None or offer.way is not PackWay.LINK:
        raise PackLinkDead(what="pack")
    return _open(request_id, offer.link, person_id, "", passphrase, by=by, at=at)


def open_at_counter(
    request_id: int, code: str, *, passphrase: Personal[str] | None = None, by: Actor, at: datetime
) -> OpenedPack:
    """Open a pack by its one-time code alone, in front of a member of staff.

    Raises:
        PackLinkDead, CodeRefused, WrongPassphrase: as :func:`open_link`.
    """
    return _open(request_id, None, None, code, passphrase, by=by, at=at)


def letter_for_post(request_id: int, *, by: Actor, at: datetime) -> bytes:
    """Return the letter of a pack that goes by post, with its address, for the printer.

    Raises:
        PackLinkDead: there is none, or its time is over.
    """
    with transaction.atomic():
        locked, release = _locked(request_id)
        if release.is_over(at) or not files.exists(request_id, LETTER):
            raise PackLinkDead(what="letter")
        secret = sealing.request_key(locked.row)
        letter = b"".join(files.read(request_id, LETTER, secret))
        append(
            _entry_of_opening(locked.row, PackWay.PAPER), by=by, handle=handle_of(locked.row), at=at
        )
    return letter


def destroy(request_id: int, why: PackEnd, *, by: Actor, at: datetime) -> bool:
    """Destroy the pack of a request and its key; return whether there was one."""
    with transaction.atomic():
        row = lock_request(request_id).row
        if not files.exists(request_id, RELEASE):
            delete_pack(request_id)  # what a build that was killed left has no key
            return False
        append(PackDestroyed(row.entry_id, Code(why)), by=by, handle=handle_of(row), at=at)
    # After the entry is durable: a file that is gone without one would be a silence.
    delete_pack(request_id)
    return True


def expire(ref: Reference) -> None:
    """Do the job ``pack.expiry``: destroy the pack, unless a newer one was made."""
    request_id, at = int(str(ref["request"])), clock.now()
    row: RightsRequest | None = RightsRequest.objects.filter(pk=request_id).first()
    if row is None or not row.key:
        delete_pack(request_id)
        return
    if not files.exists(request_id, RELEASE) or read_release(row).is_over(at):
        destroy(request_id, PackEnd.EXPIRED, by=SYSTEM, at=at)


def repeat_destroyed(entry: RecordedEntry[PackDestroyed]) -> None:
    """Destroy a pack that a restored backup brought back. No entry is written: it is there."""
    row = RightsRequest.objects.filter(entry_id=entry.facts.request).first()
    if row is not None:
        delete_pack(row.pk)


def _open(
    request_id: int,
    token: Personal[str] | None,
    person_id: int | None,
    code: str,
    passphrase: Personal[str] | None,
    *,
    by: Actor,
    at: datetime,
) -> OpenedPack:
    with transaction.atomic():
        locked, release = _locked(request_id)
        row = locked.row
        right = token is None or is_token(token, release.token)
        signed_in = person_id is not None
        if not right or release.is_over(at) or (signed_in and person_id != row.person_id):
            raise PackLinkDead(what="pack")
    if not signed_in:
        # Outside the transaction: a try that fails stays counted.
        proving.redeem_code(request_id, proving.CodeUse.PACK, code, by=by, at=at)
    identity = _identity(request_id, release, passphrase)
    with transaction.atomic():
        locked, release = _locked(request_id)
        if release.is_over(at):
            raise PackLinkDead(what="pack")
        proof = "signed_in" if signed_in else "code"
        append(_entry_of_opening(row, proof), by=by, handle=handle_of(locked.row), at=at)
        write_release(locked.row, replace(release, downloads=release.downloads - 1))
    place = files.folder(request_id) / PACK
    if identity is None:
        return OpenedPack(f"request-{request_id}.zip.age", _as_it_is(request_id), sealed=True)
    chunks = agefile.open_chunks(place, identity)
    return OpenedPack(f"request-{request_id}.zip", chunks, sealed=False)


def _identity(
    request_id: int, release: KeptRelease, passphrase: Personal[str] | None
) -> Personal[str] | None:
    """Return the secret half of a pack's key; None where only the person has it."""
    if not release.identity:
        return None
    if not release.locked:
        return Personal(release.identity)
    with transaction.atomic():
        locked, current = _locked(request_id)
        if current.tries < 1:
            raise PackLinkDead(what="pack")
        # Counted first: a guess that is cut off was a guess.
        write_release(locked.row, replace(current, tries=current.tries - 1))
    given = passphrase or Personal("")
    return agefile.unlock_identity(b64decode(release.identity), given)


def _delete_half_made(request_id: int) -> None:
    """Delete what a making that was killed left: nobody has its keys."""
    for ending in ("age", "spool", "part"):
        for place in files.folder(request_id).glob(f".*.{ending}"):
            place.unlink(missing_ok=True)


def _proved(request_id: int) -> RightsRequest:
    with transaction.atomic():
        locked = lock_request(request_id)
    if not locked.state.proof.enough:
        raise NotProved(why="a pack is made for nobody else")
    return locked.row


def _redacted(
    row: RightsRequest, answers: CollectedAnswers, own: tuple[Personal[str], ...], mark: str
) -> dict[str, RedactedSpool]:
    folder = files.folder(row.pk)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    decided = decisions(row)
    spools: dict[str, RedactedSpool] = {}
    for number, (system, read) in enumerate(answers.items()):
        # A key in memory alone: what a build that is killed leaves, nobody opens.
        identity, out = agefile.new_identity(), folder / f".{mark}-{number}.spool"
        tally = redact_spool(read(), out, identity, finder_of(row, system, own), decided)
        if tally.collections or tally.withheld_files:
            spools[system] = RedactedSpool(out, identity, tally)
        else:
            out.unlink()
    return spools


def _entry_of_making(
    row: RightsRequest, way: PackWay, spools: Mapping[str, RedactedSpool]
) -> PackMade:
    tallies = [each.tally for each in spools.values()]
    counted = [each for tally in tallies for each in tally.collections.values()]
    return PackMade(
        request=row.entry_id,
        way=Code(way),
        systems=len(spools),
        records=sum(each.records for each in counted),
        files=sum(each.files for each in counted),
        blacked_out=sum(tally.blacked_out for tally in tallies),
        withheld=sum(sum(tally.withheld_files.values()) for tally in tallies),
    )


def _letter(facts: PackFacts, spools: Mapping[str, RedactedSpool]) -> bytes:
    words = PackWords(facts.language)
    return print_letter(summary_letter(facts, building.pack_parts(facts, spools), words), words)


def _entry_of_opening(row: RightsRequest, proof: str) -> PackOpened:
    return PackOpened(row.entry_id, Code(proof))


def _locked(request_id: int) -> tuple[LockedRequest, KeptRelease]:
    try:
        locked = lock_request(request_id)
    except NotFound:
        raise PackLinkDead(what="pack") from None
    if not locked.row.key or not files.exists(request_id, RELEASE):
        raise PackLinkDead(what="pack")
    return locked, read_release(locked.row)


def _as_it_is(request_id: int) -> Iterator[bytes]:
    with (files.folder(request_id) / PACK).open("rb") as sealed:
        while block := sealed.read(64 * 1024):
            yield block

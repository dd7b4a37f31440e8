"""Repeating in a restored database what the ledger says was done since, before anything serves it.

The procedure, numbered as in the code and in ``tests/recovery/test_restore.py``:

1. The entries since the backup are taken out of the published log
   (:mod:`aboveboard.ledger.ingest`).
2. Everybody whose erasure is among them is erased again, and everybody for whom the keys part,
   which may be newer than the records, has no key.
3. Keys of people who came after the backup, and have no record in it, are destroyed.
4. What else the packages say is repeated is repeated, in the order in which it was done.
5. Notices that were waiting are stopped: they may have been sent since, and nobody is notified
   twice. Records and look-ups of a key that was changed since are listed.
6. The restoration is finished, with a report, and that is written into the ledger (entry
   ``restore.done``).

Each step may be run again: whatever dies, ``restore --resume`` begins at 1 and changes nothing
twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Final

from django.db import transaction

from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict, NotFound
from aboveboard.basics.facts import Code, FactsMalformed
from aboveboard.delivery import actions as delivery
from aboveboard.delivery import queries as deliveries
from aboveboard.keys import counting
from aboveboard.keys.log_signing import sequence_now, signer
from aboveboard.ledger.actions import append
from aboveboard.ledger.format.note import Verifier
from aboveboard.ledger.ingest import LogHead, ingest, log_head
from aboveboard.ledger.published import log_folder
from aboveboard.ledger.queries import entries_from
from aboveboard.ledger.verify.sources import LogDirectory, LogSource
from aboveboard.recovery import backups
from aboveboard.recovery.entries import RestoreDone
from aboveboard.recovery.models import Restoration
from aboveboard.recovery.queries import RestoreReport, report_of, unfinished_row
from aboveboard.recovery.restoring.rules import ReplayOutcome, ReportLine, repeat, rule_for
from aboveboard.recovery.upgrading import authenticate_rows
from aboveboard.vault import actions as vault
from aboveboard.vault import blind
from aboveboard.vault import queries as people
from aboveboard.vault.sealed import RecordDamaged

Progress = Callable[[str, int, int], None]
"""Called with what is being done, and how much of how much."""
_PAGE: Final = 2_000
_ERASED: Final = "erasure.done"


class NothingToResume(Conflict):
    """There is no restoration to finish here."""

    code = "nothing_to_resume"


class LogNeeded(Conflict):
    """It is not known what was erased since the backup of {made_at}: there is no newer log here."""

    code = "log_needed"
    next_step = (
        "Nothing is served until then. Run: aboveboard restore --resume --log LOG (a folder, an "
        "address or a newer backup). If the log is lost too, add --without-log: "
        "everyone who was erased since then comes back."
    )


def replay(
    source: LogSource | None,
    *,
    named: str,
    without_log: bool = False,
    trusted: Sequence[str] = (),
    by: Actor,
    at: datetime,
    progress: Progress = lambda what, done, total: None,
) -> RestoreReport:
    """Finish the restoration that waits; return its report.

    ``source`` is the newest copy of the published log, ``named`` what it is called in the
    report; the log in the instance's own folder counts too. ``trusted`` are keys that the log
    was signed with since, if any.

    Raises:
        NothingToResume: none waits.
        LogNeeded: there is no log, and ``without_log`` does not say that there is none.
        LogRefused, LogContradicts: the log is older, damaged, or a fork.
    """
    restoration = unfinished_row()
    if restoration is None:
        raise NothingToResume(why="every restoration is finished")
    _ingest(restoration, source, named, without_log, trusted, at, progress)  # 1
    since = {entry.handle for entry in entries_from(restoration.entries) if entry.handle}
    # Of everybody in one pass: the handles of one person are found one after the other.
    person_ids, entries = people.resolve_handles(
        since, watch=lambda done, total: progress("people", done, total)
    )
    counting.advance(entries)
    lines = _erase_again(restoration, person_ids)  # 2
    lines += _destroy_spare_keys()  # 3
    lines += _repeat(restoration, person_ids)  # 4
    lines += _stop_notices(by, at)  # 5
    lines += _list_older_keys(restoration, progress)
    with transaction.atomic():  # 6
        restoration.report = [
            asdict(line) | {"outcome": line.outcome.value, "people": list(line.people)}
            for line in lines
        ]
        restoration.finished_at = at
        restoration.save(update_fields=["report", "finished_at"])
        counts = Counter(dict.fromkeys(ReplayOutcome, 0))
        for line in lines:
            counts[line.outcome] += line.count
        entry = RestoreDone(
            # Not what its folder is called: somebody may have renamed it, in words of their own.
            Code(backups.backup_name(restoration.backup_made_at)),
            restoration.entries,
            bool(restoration.log),
            counts[ReplayOutcome.REPEATED],
            counts[ReplayOutcome.NOTHING_TO_DO],
            counts[ReplayOutcome.NOT_REPEATED],
        )
        append(entry, by=by, handle=None, at=at)
    # Once in an instance's life, and a backup from before that has not seen it.
    authenticate_rows(by=by, at=at)
    sequence_now()
    return report_of(restoration)


def _ingest(
    restoration: Restoration,
    source: LogSource | None,
    named: str,
    without_log: bool,
    trusted: Sequence[str],
    at: datetime,
    progress: Progress,
) -> None:
    """Step 1."""
    keys = [
        Verifier.from_vkey(key)
        for key in dict.fromkeys([*trusted, *restoration.vkeys, signer().vkey])
    ]
    offered = [(source, named)] if source is not None else []
    offered.append((LogDirectory(log_folder().path), "the log in the instance's folder"))
    heads: list[tuple[LogHead, str]] = [
        (head, name) for copy, name in offered if (head := log_head(copy, keys)) is not None
    ]
    if not heads:
        if not without_log and restoration.ingested_at is None:
            raise LogNeeded(
                made_at=f"{restoration.backup_made_at:%Y-%m-%d %H:%M} UTC", why="there is no log"
            )
        return
    # The newest that proves itself; the others must be its beginnings, or the log was forked.
    newest, name = max(heads, key=lambda pair: pair[0].checkpoint.size)
    others = [head for head, _ in heads if head is not newest]
    with transaction.atomic():
        ingest(newest, others, at=at, progress=lambda done, total: progress("entries", done, total))
        restoration.ingested_at, restoration.log = at, name[:200]
        restoration.save(update_fields=["ingested_at", "log"])


def _erase_again(restoration: Restoration, known: Mapping[str, int]) -> list[ReportLine]:
    """Step 2. Before everything else: what is repeated for a person afterwards would bring back
    something of somebody who is to be erased."""
    since = entries_from(restoration.entries, [_ERASED])
    entries = {entry.handle: entry for entry in since if entry.handle}
    erased = set(entries)
    person_ids = {handle: known[handle] for handle in erased if handle in known}
    without_key = people.people_without_key()
    for handle, person_id in person_ids.items():
        entry = entries[handle]
        with transaction.atomic():
            # The backup is older than the erasure, and so than what is remembered of it.
            vault.notify_before_erasure(person_id, reason=str(entry.facts["reason"]), at=entry.at)
            vault.delete_person(person_id)
    for person_id in without_key:
        vault.delete_person(person_id)
    lines = []
    if person_ids:
        lines.append(
            ReportLine(_ERASED, ReplayOutcome.REPEATED, len(person_ids), rule_for(_ERASED)[1])
        )
    if gone := len(erased) - len(person_ids):
        reason = (
            "the person is not in what was restored: they came after the backup, or were known to "
            "be erased"
        )
        lines.append(ReportLine(_ERASED, ReplayOutcome.NOTHING_TO_DO, gone, reason))
    if without_key:
        reason = (
            "the keys are newer than the records, and hold no key for the person any more: erased "
            "since, or merged with another"
        )
        lines.append(
            ReportLine("person without a key", ReplayOutcome.REPEATED, len(without_key), reason)
        )
    return lines


def _destroy_spare_keys() -> list[ReportLine]:
    """Step 3."""
    spare = vault.destroy_keys_without_record()
    if not spare:
        return []
    reason = "they came after the backup, so their record is not in it: import them again"
    return [ReportLine("person without a record", ReplayOutcome.NOT_REPEATED, spare, reason)]


def _repeat(restoration: Restoration, person_ids: Mapping[str, int]) -> list[ReportLine]:
    """Step 4."""
    counts: Counter[tuple[str, ReplayOutcome, str]] = Counter()
    rule_of = cache(rule_for)  # there may be millions of entries, of a few kinds
    for entry in entries_from(restoration.entries):
        if entry.kind == _ERASED:
            # Step 2 did these, before everything else.
            continue
        outcome, reason = rule_of(entry.kind)
        if outcome is ReplayOutcome.REPEATED:
            try:
                repeat(entry, person_ids.get(entry.handle or ""))
            except (Conflict, NotFound, FactsMalformed, RecordDamaged) as error:
                outcome, reason = ReplayOutcome.NOT_REPEATED, error.message
        counts[entry.kind, outcome, reason] += 1
    return [
        ReportLine(kind, outcome, count, reason)
        for (kind, outcome, reason), count in sorted(counts.items())
    ]


def _list_older_keys(restoration: Restoration, progress: Progress) -> list[ReportLine]:
    """Where the keys part is newer than the records: what was sealed, or indexed, with a key that
    was changed in between."""
    if restoration.keys_made_at == restoration.backup_made_at:
        return []
    lines, total, done = [], people.people_count(), 0
    damaged: list[int] = []
    # In pages: an instance may have a hundred million records, and memory must not grow with it.
    remaining = iter(people.iter_person_ids())
    while page := list(islice(remaining, _PAGE)):
        damaged += people.unreadable(page)
        done += len(page)
        progress("records", done, total)
    if damaged:
        reason = (
            "their key was changed after these records were made, so they do not open: restore "
            "newer records"
        )
        lines.append(
            ReportLine(
                "record of an older key",
                ReplayOutcome.NOT_REPEATED,
                len(damaged),
                reason,
                tuple(damaged),
            )
        )
    if restoration.index != blind.check():
        reason = (
            "the index key was changed after these records were made, so nobody is found: run "
            "aboveboard keys rotate-index --from-values"
        )
        lines.append(ReportLine("look-ups", ReplayOutcome.NOT_REPEATED, total, reason))
    return lines


def _stop_notices(by: Actor, at: datetime) -> list[ReportLine]:
    """Step 5."""
    stopped = deliveries.unsent_batches()
    for batch in stopped:
        delivery.pause(batch, by=by, at=at)
    if not stopped:
        return []
    reason = (
        "batches of notices with some unsent are stopped: see who was notified since, then let "
        "them continue"
    )
    return [ReportLine("notices waiting", ReplayOutcome.NOT_REPEATED, len(stopped), reason)]

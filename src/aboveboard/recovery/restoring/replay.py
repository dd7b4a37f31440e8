"""Repeating in a restored database what the ledger says was done since, before anything serves it.

The procedure, numbered as in the code and in ``tests/recovery/test_restore.py``:

1. The entries since the backup are taken out of the published log
   (:mod:`aboveboard.ledger.ingest`).
2. Everybody whose erasure is among them is erased again, and everybody for whom the keys part,
   which may be newer than the records, has no key.
3. Keys of people who came after the backup, and have no record in it, are destroyed.
4. Choices, closed accounts, changed roles and stopped programs are repeated, in
   the order they were made.
5. Notices that were waiting are stopped: they may have been sent since, and nobody is told the same
   twice. Records and look-ups of a key that was changed since are listed.
6. The restoration is finished, with a report, and that is written into the ledger
   (entry ``restore.done``).

Each step may be run again: whatever dies, ``restore --resume`` begins at 1
and changes nothing twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import islice
from typing import Final

from django.db import transaction

from aboveboard.basics.actor import Actor
from aboveboard.basics.canonical import Json
from aboveboard.basics.errors import Conflict, NotFound
from aboveboard.basics.facts import FactsMalformed
from aboveboard.delivery import actions as delivery
from aboveboard.delivery import queries as deliveries
from aboveboard.keys.log_signing import sequence_now, signer
from aboveboard.ledger import ingest as ingesting
from aboveboard.ledger.actions import append
from aboveboard.ledger.format.entry import EntryBody
from aboveboard.ledger.format.note import Verifier
from aboveboard.ledger.published import log_folder
from aboveboard.ledger.queries import entries_from
from aboveboard.ledger.verify.sources import Folder, Source
from aboveboard.recovery import queries
from aboveboard.recovery.models import Restoration
from aboveboard.recovery.restoring import repeating
from aboveboard.recovery.restoring.rules import Line, Outcome, rule
from aboveboard.vault import actions as vault
from aboveboard.vault import blind
from aboveboard.vault import queries as people
from aboveboard.vault.sealed import RecordDamaged

Watch = Callable[[str, int, int], None]
_PAGE: Final = 2_000


class NothingToResume(Conflict):
    """No restoration waits to be finished here."""

    code = "nothing_to_resume"


class LogNeeded(Conflict):
    """Nobody knows yet what was erased since the backup of {made_at}: there is no
    log newer than it here."""

    code = "log_needed"
    next_step = (
        "Nothing serves before that. Run: aboveboard restore --resume --log LOG (a folder, an "
        "address or a newer backup). If the log is lost too, say so: --without-log. Whoever was "
        "erased since then comes back."
    )


def replay(
    source: Source | None,
    *,
    named: str,
    without_log: bool = False,
    trusted: Sequence[str] = (),
    by: Actor,
    at: datetime,
    watch: Watch = lambda what, done, total: None,
) -> Restoration:
    """Finish the restoration that waits; return it with its report.

    ``source`` is the newest copy of the published log, ``named`` what it is called in the
    report; the log in the instance's own folder counts too. ``trusted`` are keys that the log
    was signed with since, if any.

    Raises:
        NothingToResume: none waits.
        LogNeeded: there is no log, and ``without_log`` does not say that there is none.
        LogRefused, LogContradicts: the log is older, damaged, or a fork.
    """
    restoration = queries.unfinished()
    if restoration is None:
        raise NothingToResume(why="every restoration is finished")
    _ingest(restoration, source, named, without_log, trusted, at, watch)  # 1
    lines = _erase_again(restoration, watch)  # 2
    lines += _destroy_spare_keys()  # 3
    lines += _repeat(restoration)  # 4
    lines += _stop_notices(by, at)  # 5
    lines += _of_older_keys(restoration, watch)
    with transaction.atomic():  # 6
        restoration.report = [
            asdict(line) | {"outcome": line.outcome.value, "people": list(line.people)}
            for line in lines
        ]
        restoration.finished_at = at
        restoration.save(update_fields=["report", "finished_at"])
        counts = Counter(dict.fromkeys(Outcome, 0))
        for line in lines:
            counts[line.outcome] += line.count
        facts: dict[str, Json] = {
            "backup": restoration.backup,
            "entries": restoration.entries,
            "log": bool(restoration.log),
            **{outcome.value: counts[outcome] for outcome in Outcome},
        }
        append("restore.done", by=by, handle=None, facts=facts, at=at)
    sequence_now()
    return restoration


def _ingest(
    restoration: Restoration,
    source: Source | None,
    named: str,
    without_log: bool,
    trusted: Sequence[str],
    at: datetime,
    watch: Watch,
) -> None:
    """Step 1."""
    keys = [
        Verifier.from_vkey(key)
        for key in dict.fromkeys([*trusted, *restoration.vkeys, signer().vkey])
    ]
    offered = [(source, named)] if source is not None else []
    offered.append((Folder(log_folder().path), "the log in the instance's folder"))
    heads = [
        (head, name) for one, name in offered if (head := ingesting.head_of(one, keys)) is not None
    ]
    if not heads:
        if not without_log and restoration.ingested_at is None:
            raise LogNeeded(
                made_at=f"{restoration.backup_made_at:%Y-%m-%d %H:%M} UTC", why="there is no log"
            )
        return
    newest, name = max(heads, key=lambda pair: pair[0].checkpoint.size)
    others = [head for head, _ in heads if head is not newest]
    with transaction.atomic():
        ingesting.ingest(
            newest, others, at=at, watch=lambda done, total: watch("entries", done, total)
        )
        restoration.ingested_at, restoration.log = at, name[:200]
        restoration.save(update_fields=["ingested_at", "log"])


def _since(restoration: Restoration, *kinds: str) -> Iterator[EntryBody]:
    """Yield the entries since the backup in the order of the tree; those still
    waiting then are among them."""
    return entries_from(restoration.entries, kinds)


def _erase_again(restoration: Restoration, watch: Watch) -> list[Line]:
    """Step 2."""
    erased = {entry.handle for entry in _since(restoration, "erasure.done") if entry.handle}
    found = people.behind(erased, watch=lambda done, total: watch("people", done, total))
    keyless = people.keyless()
    for person_id in {*found.values(), *keyless}:
        vault.remove(person_id)
    lines = []
    if found:
        lines.append(Line("erasure.done", Outcome.REPEATED, len(found), rule("erasure.done")[1]))
    if gone := len(erased) - len(found):
        reason = (
            "the person is not in what was restored: they came after the backup, or were known to "
            "be erased"
        )
        lines.append(Line("erasure.done", Outcome.NOTHING_TO_DO, gone, reason))
    if keyless:
        reason = (
            "the keys are newer than the records, and hold no key for the person any more: erased "
            "since, or merged with another"
        )
        lines.append(Line("person without a key", Outcome.REPEATED, len(keyless), reason))
    return lines


def _destroy_spare_keys() -> list[Line]:
    """Step 3."""
    spare = vault.destroy_keys_without_record()
    if not spare:
        return []
    reason = "they came after the backup, so their record is not in it: import them again"
    return [Line("person without a record", Outcome.NOT_REPEATED, spare, reason)]


def _repeat(restoration: Restoration) -> list[Line]:
    """Step 4."""
    counts: Counter[tuple[str, Outcome, str]] = Counter()
    wanted = {
        entry.handle
        for entry in _since(restoration)
        if entry.handle and rule(entry.kind)[0] is Outcome.REPEATED
    }
    found = people.behind(wanted)
    for entry in _since(restoration):
        if entry.kind == "erasure.done":
            continue
        outcome, reason = rule(entry.kind)
        if outcome is Outcome.REPEATED:
            try:
                repeating.repeat(entry, found.get(entry.handle or ""))
            except (Conflict, NotFound, FactsMalformed, RecordDamaged) as error:
                outcome, reason = Outcome.NOT_REPEATED, error.message
        counts[entry.kind, outcome, reason] += 1
    return [
        Line(kind, outcome, count, reason)
        for (kind, outcome, reason), count in sorted(counts.items())
    ]


def _of_older_keys(restoration: Restoration, watch: Watch) -> list[Line]:
    """Where the keys part is newer than the records: what was sealed, or indexed, with a key that
    was changed in between."""
    if restoration.keys_made_at == restoration.backup_made_at:
        return []
    lines, total, done = [], people.people_count(), 0
    damaged: list[int] = []
    remaining = iter(people.all_ids())
    while some := list(islice(remaining, _PAGE)):
        damaged += people.unreadable(some)
        done += len(some)
        watch("records", done, total)
    if damaged:
        reason = (
            "their key was changed after these records were made, so they do not open: restore "
            "newer records"
        )
        lines.append(
            Line(
                "record of an older key", Outcome.NOT_REPEATED, len(damaged), reason, tuple(damaged)
            )
        )
    if restoration.index != blind.check():
        reason = (
            "the index key was changed after these records were made, so nobody is found: run "
            "aboveboard keys rotate-index --from-values"
        )
        lines.append(Line("look-ups", Outcome.NOT_REPEATED, total, reason))
    return lines


def _stop_notices(by: Actor, at: datetime) -> list[Line]:
    """Step 5."""
    stopped = deliveries.unsent_batches()
    for batch in stopped:
        delivery.pause(batch, by=by, at=at)
    if not stopped:
        return []
    reason = (
        "batches of notices with some unsent are stopped: see who was told since, then let them go "
        "on"
    )
    return [Line("notices waiting", Outcome.NOT_REPEATED, len(stopped), reason)]

"""Whether what is shown is new, and whether anyone else saw it: witnesses,
and the age of the head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aboveboard.basics import clock
from aboveboard.ledger.format import note as notes
from aboveboard.ledger.format.checkpoint import Checkpoint, CheckpointRefused, open_with
from aboveboard.ledger.format.cosignature import WitnessKey, cosigned
from aboveboard.ledger.format.note import NoteRefused, Verifier
from aboveboard.ledger.verify.findings import FindingKind, TrustedCosignature, VerificationReport
from aboveboard.ledger.verify.history import SeenCheckpoint, check_history
from aboveboard.ledger.verify.sources import LogSource
from aboveboard.ledger.verify.walk import LogWalk


@dataclass(frozen=True, slots=True)
class FreshnessPolicy:
    """What a verifier asks of a log besides being whole.

    ``quorum`` of ``witnesses`` must have cosigned it. ``max_age`` is the longest time since the
    last sign of life: the newest entry, or a cosignature of a witness that is trusted.
    """

    now: datetime
    witnesses: Sequence[WitnessKey] = ()
    quorum: int = 0
    max_age: timedelta | None = None


def check_demands(
    source: LogSource,
    trusted: Sequence[Verifier],
    note: str,
    head: Checkpoint,
    walk: LogWalk,
    demands: FreshnessPolicy,
    report: VerificationReport,
) -> None:
    """Report what the log lacks of what is demanded.

    A log that grows fast publishes its newest checkpoint before witnesses have seen it, and
    the newest one that they did see as ``witnessed``. That one counts where it is signed,
    and the log begins with it.
    """
    best: dict[str, tuple[int, TrustedCosignature]] = {}
    for candidate in (note, _witnessed(source, trusted, head, walk, demands, report)):
        if candidate is None:
            continue
        size = open_with(candidate, trusted).size
        for witness, at in cosigned(candidate, demands.witnesses).items():
            # Each witness counts once, by its latest word: a quorum of three is three witnesses,
            # not three lines.
            if witness.vkey not in best or best[witness.vkey][0] < at:
                best[witness.vkey] = (
                    at,
                    TrustedCosignature(
                        witness.name,
                        size,
                        clock.to_text(datetime.fromtimestamp(min(at, 2**37), UTC)),
                    ),
                )
    report.witnessed = [witnessed for _, witnessed in best.values()]
    if len(best) < demands.quorum:
        missing = ", ".join(
            witness.name for witness in demands.witnesses if witness.vkey not in best
        )
        sentence = (
            f"{len(best)} of the {demands.quorum} witnesses that are demanded cosigned the log; "
            f"not seen: {missing}."
        )
        report.add(FindingKind.NOT_WITNESSED, sentence)
    _check_age([at for at, _ in best.values()], demands, report)


def _witnessed(
    source: LogSource,
    trusted: Sequence[Verifier],
    head: Checkpoint,
    walk: LogWalk,
    demands: FreshnessPolicy,
    report: VerificationReport,
) -> str | None:
    data = source.read("witnessed") if demands.witnesses else None
    if data is None:
        return None
    try:
        note = notes.decode(data)
        checkpoint = open_with(note, trusted)
    except (NoteRefused, CheckpointRefused) as error:
        report.add(
            FindingKind.BAD_SIGNATURE,
            f"The checkpoint that was published as witnessed cannot be trusted: {error}",
        )
        return None
    # What contradicts the log is a finding, and must not count as a witness of it besides.
    count = len(report.findings)
    check_history([SeenCheckpoint(checkpoint, note)], head, walk, report)
    return note if len(report.findings) == count else None


def _check_age(
    cosigned_at: Sequence[int], demands: FreshnessPolicy, report: VerificationReport
) -> None:
    if demands.max_age is None:
        return
    # Bounded: a witness may write any 64-bit number, and datetime ends with the year 9999.
    signs = [datetime.fromtimestamp(min(at, 2**37), UTC) for at in cosigned_at]
    if report.newest_entry:
        signs.append(clock.from_text(report.newest_entry))
    newest = max(signs, default=None)
    if newest is None or demands.now - newest > demands.max_age:
        since = "there is none" if newest is None else f"the newest is of {clock.to_text(newest)}"
        sentence = (
            f"The log shows no sign of life within the time that is demanded: {since}. An old copy "
            "may be shown to you."
        )
        report.add(FindingKind.STALE, sentence)

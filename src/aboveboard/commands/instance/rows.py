"""What ``doctor`` says of the rows that decide: whether they are as the log says (design, invariant
11)."""

from __future__ import annotations

from itertools import islice
from typing import Final

from aboveboard.basics import clock, settings
from aboveboard.commands import limits
from aboveboard.commands.instance.surroundings import ACT, OK, WARN, HealthCheck

_FEW: Final = 5


def check_rows(_: settings.Settings) -> HealthCheck:
    """Compare every row that decides with its MAC and the log; where there are too many to wait
    for, say what the worker found last."""
    from aboveboard.recovery.comparing import compare_rows, row_count

    count = row_count()
    if count > limits.ROWS_COMPARED:
        return _last_worker_result(count)
    findings = list(islice(compare_rows(), _FEW))
    if findings:
        more = " (and more)" if len(findings) == _FEW else ""
        return _differing(" ".join(finding.sentence for finding in findings) + more)
    return HealthCheck("rows", OK, f"the {count:,} rows that decide are as the log says")


def _last_worker_result(count: int) -> HealthCheck:
    from aboveboard.recovery.limits import COMPARED_AGE
    from aboveboard.recovery.queries import last_comparison

    last = last_comparison()
    if last is None or clock.now() - last.at > COMPARED_AGE:
        since = "never" if last is None else f"not since {last.at:%Y-%m-%d %H:%M} UTC"
        return HealthCheck(
            "rows",
            WARN,
            f"{count:,} rows that decide were {since} compared with the log by a worker",
            "Let a worker run, or run: aboveboard ledger verify --instance",
        )
    if last.differing:
        more = " (and more)" if last.differing > _FEW else ""
        return _differing(" ".join(last.findings[:_FEW]) + more)
    message = (
        f"the {last.rows:,} rows that decide were as the log says on {last.at:%Y-%m-%d %H:%M} UTC"
    )
    return HealthCheck("rows", OK, message)


def _differing(what: str) -> HealthCheck:
    return HealthCheck(
        "rows",
        ACT,
        what,
        "Somebody may have written to the database directly. Run: aboveboard ledger verify "
        "--instance. Then restore the newest backup from before.",
    )

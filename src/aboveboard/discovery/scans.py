"""Looking at systems from a page: the worker does it, and the last look at each is kept a while.

What is kept are names of columns, categories and reasons, as text in the cache that all processes
share; no value of anybody, and nothing that decides. What a person decided stands in the
declaration of the system, and is compared with the look whenever it is shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from django.core.cache import cache
from django.db import transaction

from aboveboard.basics import clock
from aboveboard.basics.errors import NotFound
from aboveboard.connectors import registry
from aboveboard.connectors.queries import systems
from aboveboard.discovery.columns import ColumnProposal
from aboveboard.discovery.limits import SCAN_KEPT, SCAN_WAIT
from aboveboard.discovery.survey import (
    SystemScan,
    SystemSurvey,
    compare_with_declaration,
    scan_system,
)
from aboveboard.outbox import jobs
from aboveboard.outbox.reference import Reference

SCAN: Final = "discovery.scan"
"""The job that looks at one system, by its key."""


@dataclass(frozen=True, slots=True)
class SystemFindings:
    """What is known of one connected system.

    Attributes:
        key, name: of the system.
        version: of its declaration, with which the look is compared.
        scanned_at: when it was last looked at; None: never, or so long ago that it is forgotten.
        asked_at: when somebody asked for a look that is not done yet; None: nobody.
        overdue: whether that look should have been done by now.
        survey: None where there is no look.
    """

    key: str
    name: str
    version: int
    scanned_at: datetime | None
    asked_at: datetime | None
    overdue: bool
    survey: SystemSurvey | None


def begin(keys: Iterable[str] = (), *, at: datetime) -> list[str]:
    """Have the worker look at these systems, or at all that are connected; return their keys. One
    that waits for its look already is not asked for twice.

    Raises:
        NotFound: one of them is not connected.
    """
    chosen = list(keys)
    for key in chosen:
        registry.version(key)
    asked = []
    for key in chosen or [record.key for record in systems()]:
        waiting = _moment(cache.get(_wait_key(key)))
        if waiting is not None and at - waiting < SCAN_WAIT:
            continue
        with transaction.atomic():
            jobs.enqueue(SCAN, {"system": key})
            cache.set(_wait_key(key), clock.to_text(at), timeout=SCAN_KEPT.total_seconds())
        asked.append(key)
    return asked


def run(ref: Reference) -> None:
    """Do the job ``discovery.scan``: look at one system and keep what was seen."""
    key = str(ref["system"])
    try:
        connector = registry.connector(key)
    except NotFound:  # removed since
        cache.delete_many([_wait_key(key), _scan_key(key)])
        return
    keep(scan_system(connector), at=clock.now())
    cache.delete(_wait_key(key))


def keep(scan: SystemScan, *, at: datetime) -> None:
    """Keep a look for ``limits.SCAN_KEPT``."""
    kept = {
        "at": clock.to_text(at),
        "seen": sorted(scan.seen),
        "proposals": [asdict(proposal) for proposal in scan.proposals],
        "problem": scan.problem,
    }
    cache.set(_scan_key(scan.system), json.dumps(kept), timeout=SCAN_KEPT.total_seconds())


def findings(*, at: datetime) -> list[SystemFindings]:
    """Return what is known of every connected system, by key.

    Raises:
        SystemRowDamaged: a row of a system is not as this program wrote it.
    """
    records = systems()
    keys = [name(record.key) for record in records for name in (_scan_key, _wait_key)]
    kept: Mapping[str, str] = cache.get_many(keys)
    return [
        _findings_of(record.key, record.name, record.version, kept, at=at) for record in records
    ]


def findings_of(key: str, *, at: datetime) -> SystemFindings:
    """Return what is known of one.

    Raises:
        NotFound, SystemRowDamaged: as :func:`aboveboard.connectors.registry.connector`.
    """
    record = next((each for each in systems() if each.key == key), None)
    if record is None:
        raise NotFound(what="connected system")
    kept: Mapping[str, str] = cache.get_many([_scan_key(key), _wait_key(key)])
    return _findings_of(key, record.name, record.version, kept, at=at)


def _findings_of(
    key: str, name: str, version: int, kept: Mapping[str, str], *, at: datetime
) -> SystemFindings:
    asked_at = _moment(kept.get(_wait_key(key)))
    overdue = asked_at is not None and at - asked_at >= SCAN_WAIT
    text = kept.get(_scan_key(key))
    if text is None:
        return SystemFindings(key, name, version, None, asked_at, overdue, None)
    stored = json.loads(text)
    scan = SystemScan(
        key,
        frozenset((collection, path) for collection, path in stored["seen"]),
        tuple(
            ColumnProposal(**{**each, "evidence": tuple(each["evidence"])})
            for each in stored["proposals"]
        ),
        stored["problem"],
    )
    survey = compare_with_declaration(scan, registry.declaration(key))
    return SystemFindings(key, name, version, _moment(stored["at"]), asked_at, overdue, survey)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _scan_key(key: str) -> str:
    return f"discovery-seen:{key}"


def _wait_key(key: str) -> str:
    return f"discovery-asked:{key}"

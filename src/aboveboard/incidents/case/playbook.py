"""What there is to do after each kind of loss, by ``playbooks.yaml``: pure, and in our own words.

Further reading, which each names by its title: CERT Société Générale and CERT aDvens, Incident
Response Methodologies 2022 (22 sheets, CC BY 3.0), and NIST SP 800-61r3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from aboveboard.basics import shipped
from aboveboard.incidents.terms import CaseRole, LossKind

_FILE: Final = Path(__file__).with_name("playbooks.yaml")


@dataclass(frozen=True, slots=True)
class PlaybookTask:
    """One thing to do: what, why, who, and how long after we knew."""

    key: str
    title: str
    why: str
    role: CaseRole
    due: timedelta


@dataclass(frozen=True, slots=True)
class PlaybookSource:
    """What playbooks rest on: whose it is, under which licence, and where it stands."""

    name: str
    title: str
    publisher: str
    licence: str
    address: str


@dataclass(frozen=True, slots=True)
class Playbook:
    """What there is to do after a kind of loss, in the order in which to act. ``now``: what whoever
    reports it does at once; ``known``: the circumstances that the kind alone gives; ``sources``:
    the sheets and documents that it rests on, such as ``IRM-17``."""

    loss: LossKind
    now: str
    known: Mapping[str, str]
    tasks: tuple[PlaybookTask, ...]
    sources: tuple[str, ...]


@cache
def playbooks() -> Mapping[LossKind, Playbook]:
    """Return the playbook of each kind of loss."""
    table = _table()
    return {
        LossKind(loss): Playbook(
            LossKind(loss),
            row["now"],
            row.get("known", {}),
            tuple(_task(key, table["steps"][key]) for key in row["what"]),
            tuple(row["from"]),
        )
        for loss, row in table["playbooks"].items()
    }


def sources() -> tuple[PlaybookSource, ...]:
    """Return what the playbooks rest on."""
    return tuple(
        PlaybookSource(name, row["title"], row["of"], row["licence"], row["at"])
        for name, row in _table()["sources"].items()
    )


def _task(key: str, row: Mapping[str, Any]) -> PlaybookTask:
    due = timedelta(hours=row["due"])
    return PlaybookTask(key, row["title"], row["why"], CaseRole(row["role"]), due)


@cache
def _table() -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = shipped.load(_FILE)
    return loaded

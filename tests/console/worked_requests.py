"""Requests that the worker has been at, over systems in memory: for tests of the pages on which
somebody moves one on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER
from aboveboard.basics.personal import Personal
from aboveboard.connectors import registry
from aboveboard.outbox import jobs
from aboveboard.rights.requests import actions, queries
from aboveboard.rights.requests.terms import (
    NewRequest,
    ProofEvidence,
    RequestChannel,
    RequestDetails,
    RequestKind,
)
from tests.rights.memory_system import MemorySystem
from tests.world import load

LIST = "/console/requests/"
Connect = Callable[..., None]


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Connect:
    """Connect systems in memory instead of those that are declared."""

    def connected(*systems: MemorySystem) -> None:
        monkeypatch.setattr(registry, "active", lambda: list(systems))

    return connected


def ask(
    person_id: int | None,
    kind: RequestKind = RequestKind.ACCESS,
    *,
    proved: bool = True,
    channel: RequestChannel = RequestChannel.PORTAL,
) -> int:
    """Ask as a customer does, and return the request's number."""
    at = clock.now()
    new = NewRequest(
        kind=kind,
        channel=channel,
        received_at=at,
        person_id=person_id,
        jurisdiction="DE",
        details=RequestDetails(words=Personal("All of it, please")),
    )
    evidence = ProofEvidence.SIGNED_IN if proved else None
    return actions.ask(new, evidence=evidence, by=CUSTOMER, at=at)


def customer() -> tuple[int, str]:
    """A customer, and their e-mail address."""
    (person_id, row), *_ = load(1)
    return person_id, row["email"]


def work() -> None:
    """Have the worker do what it has to do now."""
    jobs.run_jobs_once(worker="test")


def states(number: int) -> dict[str, str]:
    """Return how far each step is: ``crm find`` to ``done``, or why it waits for somebody."""
    steps = queries.steps(queries.request(number))
    return {f"{step.system} {step.verb}": step.why or step.state for step in steps}

"""``/metrics``: a few numbers for Prometheus, for whoever has the token of the settings.

Numbers of the whole instance alone: none is about a person, none has a label that anybody wrote.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

import aboveboard
from aboveboard.accounts.gate import public
from aboveboard.basics import clock, settings

_MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""The text format of Prometheus."""
_BEARER = "Bearer "


@dataclass(frozen=True, slots=True)
class Metric:
    """A number: its name after ``aboveboard_``, what it is, and its value."""

    name: str
    help: str
    value: float


@public("a monitor shows the token of the settings; where none is set there is no such page")
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer with every number; 401 without the token, 404 where none is set."""
    token = settings.current().metrics.token
    if not token:
        raise Http404
    shown = request.headers.get("Authorization", "")
    if not secrets.compare_digest(shown.encode(), f"{_BEARER}{token}".encode()):
        refused = HttpResponse(
            "Send the token of metrics.token: Authorization: Bearer …\n", status=401
        )
        refused["WWW-Authenticate"] = "Bearer"
        refused["Content-Type"] = "text/plain; charset=utf-8"
        return refused
    answer = HttpResponse("".join(_lines()), content_type=_MEDIA_TYPE)
    answer["Cache-Control"] = "no-store"
    return answer


def _lines() -> Iterator[str]:
    yield "# HELP aboveboard_info The version that answers.\n# TYPE aboveboard_info gauge\n"
    yield f'aboveboard_info{{version="{aboveboard.__version__}"}} 1\n'
    for metric in measure():
        name = f"aboveboard_{metric.name}"
        yield f"# HELP {name} {metric.help}\n# TYPE {name} gauge\n{name} {metric.value:.15g}\n"


def measure() -> Iterator[Metric]:
    """Yield every number; one that there is not yet, such as of a first backup, is left out."""
    from aboveboard.delivery import queries as delivery
    from aboveboard.ledger import queries as ledger
    from aboveboard.ledger.witnessing import witness_states
    from aboveboard.outbox import queries as outbox
    from aboveboard.recovery import queries as recovery

    yield Metric("ledger_entries", "Entries in the tree of the log.", ledger.size())
    yield Metric(
        "ledger_waiting_entries", "Entries that are not in the tree yet.", ledger.count_waiting()
    )
    waiting = sum(outbox.waiting_counts().values())
    yield Metric("jobs_waiting", "Jobs and messages neither done nor failed.", waiting)
    yield Metric("jobs_failed", "Jobs and messages that were given up.", outbox.count_failed())
    late = outbox.oldest_age(clock.now())
    yield Metric(
        "jobs_late_seconds",
        "How long the oldest job that is due has been due.",
        late.total_seconds() if late else 0,
    )
    yield Metric(
        "notice_batches_unsent",
        "Batches in which somebody still waits for their notice.",
        len(delivery.unsent_batches()),
    )
    wrong = sum(bool(witness.problem) for witness in witness_states())
    yield Metric("witnesses_failing", "Witnesses that do not cosign the log.", wrong)
    if backup := recovery.last_backup():
        at = backup.made_at.timestamp()
        yield Metric("backup_timestamp_seconds", "When the newest backup was made.", at)
    if compared := recovery.last_comparison():
        at = compared.at.timestamp()
        yield Metric("rows_compared_timestamp_seconds", "When the rows were last compared.", at)
        yield Metric(
            "rows_differing", "Rows that do not say what the log says.", compared.differing
        )
    free = shutil.disk_usage(settings.current().home).free
    yield Metric("disk_free_bytes", "Free space under the instance folder.", free)

"""Traces for OpenTelemetry: how long a request or a job took, sent to the collector that the
settings name. Off unless they name one.

A span says a route and never an address, a kind and never a person: the same as the log. What an
error said stays out too, since its words may hold what somebody typed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

import aboveboard
from aboveboard.basics import settings
from aboveboard.basics.errors import Misconfigured

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer


class TelemetryMissing(Misconfigured):
    """telemetry.endpoint is set, but the packages that send traces are not installed."""

    code = "telemetry_missing"
    next_step = 'Install them, pip install "aboveboard[telemetry]", or take the setting out.'


class Measured:
    """What is told about a piece of work while it goes on; tells nobody while tracing is off."""

    def __init__(self, span: Span | None) -> None:
        self._span = span

    def tell(self, name: str, **facts: str | int) -> None:
        """Name the work, once its route or kind is known, and add facts: words of ours and
        numbers. The names are those of OpenTelemetry, with two underlines for each dot."""
        if self._span is not None:
            self._span.update_name(name)
            for key, value in facts.items():
                self._span.set_attribute(key.replace("__", "."), value)

    def fail(self) -> None:
        """Say that the work failed."""
        if self._span is not None:
            from opentelemetry.trace import Status, StatusCode

            self._span.set_status(Status(StatusCode.ERROR))


@contextmanager
def measure(name: str) -> Iterator[Measured]:
    """Measure a piece of work: ``with measure("job") as work``.

    Raises:
        TelemetryMissing: tracing is on, and its packages are missing.
    """
    tracer = _tracer()
    if tracer is None:
        yield Measured(None)
        return
    # The exception itself would be recorded with its message.
    with tracer.start_as_current_span(
        name, record_exception=False, set_status_on_exception=False
    ) as span:
        work = Measured(span)
        try:
            yield work
        except BaseException:
            work.fail()
            raise


@cache
def _tracer() -> Tracer | None:
    # Made when the first request or job comes: its thread would not live through the fork that
    # makes a server's processes.
    endpoint = settings.current().telemetry.endpoint
    if not endpoint:
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise TelemetryMissing from None
    provider = TracerProvider(
        resource=Resource.create(
            {"service.name": "aboveboard", "service.version": aboveboard.__version__}
        )
    )
    exporter = OTLPSpanExporter(endpoint=f"{endpoint}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider.get_tracer("aboveboard")

"""Exports: every file of people's data that left, to whom, how protected, and who is in it; and
those that were never made."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from aboveboard.accounts.gate import allow
from aboveboard.basics import limits
from aboveboard.console.incidents.page import LEADS, query_number
from aboveboard.custody import queries
from aboveboard.custody.queries import ExportRow
from aboveboard.custody.terms import ENCRYPTED
from aboveboard.incidents.queries import labels
from aboveboard.promise.explain import mid_sentence
from aboveboard.promise.model import Promise
from aboveboard.promise.queries import in_force


@dataclass(frozen=True, slots=True)
class ExportPill:
    """A short label and its tone."""

    words: str
    tone: str


@allow(*LEADS)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """List the newest files, those that were never made among them."""
    before = query_number(request, "before") or None
    exports = queries.newest_exports(before=before, limit=limits.PAGE_SIZE)
    promise = in_force().promise
    context = {
        "rows": [
            in_words(each, promise)
            | {"protection": protection(each), "to": _destination(each, promise)}
            for each in exports
        ],
        "older": f"?before={exports[-1].id}" if len(exports) == limits.PAGE_SIZE else "",
    }
    return render(request, "console/exports/exports.html", context)


@allow(*LEADS)
@require_safe
def export(request: HttpRequest, export_id: int) -> HttpResponse:
    """List the people of one file: its manifest, those refused with the reasons."""
    return manifest_page(request, queries.export(export_id))


def manifest_page(request: HttpRequest, export: ExportRow) -> HttpResponse:
    """Answer with a page of a manifest."""
    after = query_number(request, "after")
    people, promise = queries.export_people(export.id, after=after), in_force().promise
    context = {
        "device": {"id": export.device_id, "tag": export.device_tag} if export.device_id else None,
        "export": in_words(export, promise)
        | {"protection": protection(export), "to": _destination(export, promise)},
        "rows": [
            {"person": row.person_id, "held": labels(row.categories), "reasons": row.reasons}
            for row in people
        ],
        "older": f"?after={people[-1].person_id}" if len(people) == limits.PAGE_SIZE else "",
    }
    return render(request, "console/exports/export.html", context)


def protection(export: ExportRow) -> ExportPill:
    """Return how a file is kept from whoever finds it."""
    return ExportPill(
        # Not known counts as not encrypted, as it does when a lost file is scored.
        export.protection.label.lower(),
        "kept" if export.protection in ENCRYPTED else "act",
    )


def _destination(export: ExportRow, promise: Promise) -> str:
    if export.device_id is not None:
        return export.device_tag
    known = promise.recipients.get(export.recipient)
    return str(known.title) if known else export.recipient


def in_words(export: ExportRow, promise: Promise) -> dict[str, object]:
    """Return an export as a list shows it: its purpose and fields in the promise's words."""
    purpose = promise.purposes.get(export.purpose)
    fields = [
        mid_sentence(str(promise.fields[name].label)) if name in promise.fields else name
        for name in export.fields
    ]
    return {
        "row": export,
        "purpose": str(purpose.title) if purpose else export.purpose,
        "fields": fields,
    }

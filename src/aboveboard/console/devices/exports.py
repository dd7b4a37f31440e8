"""Exports: every file of people's data that left, to whom, how protected, and who is in it; and
those that were never made."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from aboveboard.access.reasons import SENTENCES, ReasonCode
from aboveboard.accounts.gate import allow
from aboveboard.basics import clock, limits
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.console.incidents.page import LEADS, query_number
from aboveboard.console.lists.asked import (
    AskedList,
    ColumnKind,
    ListColumn,
    ListFilter,
    ListShape,
)
from aboveboard.console.lists.page import ListPage, asked_of, csv_of, every_row, show_list
from aboveboard.custody import listing, queries
from aboveboard.custody.queries import ExportRow
from aboveboard.custody.terms import ENCRYPTED, ExportProtection
from aboveboard.incidents.sources.queries import labels
from aboveboard.promise.explain import mid_sentence
from aboveboard.promise.model import Promise
from aboveboard.promise.queries import in_force


@dataclass(frozen=True, slots=True)
class ExportPill:
    """A short label and its tone."""

    words: str
    tone: str


_COLUMNS: Final = (
    ListColumn("File", "file"),
    ListColumn("Begun", "begun", ColumnKind.MOMENT),
    ListColumn("To"),
    ListColumn("If it is lost"),
    ListColumn("People", "people", ColumnKind.NUMBER),
)
_HEADS: Final = (
    "File",
    "Purpose",
    "To",
    "If it is lost",
    "State",
    "Begun",
    "Left",
    "People",
    "Refused",
)
_STATES: Final = {"made": "Left", "never": "Never made"}


def list_shape(promise: Promise) -> ListShape:
    """Return what can be asked of the list of exports."""
    to = {key: _recipient(key, promise) for key in listing.recipients()}
    return ListShape(
        nouns=("file", "files"),
        columns=_COLUMNS,
        order="-begun",
        filters=(
            ListFilter("recipient", "To", {"-": "One of our devices", **to}),
            ListFilter("state", "State", _STATES),
            ListFilter("protection", "If it is lost", dict(ExportProtection.choices)),
        ),
        search="File or device",
    )


@allow(*LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def overview(request: HttpRequest) -> HttpResponseBase:
    """List the files that left, those that were never made among them."""
    promise = in_force().promise
    asked = asked_of(list_shape(promise), request)
    if asked.csv and not asked.errors:
        rows_of = every_row(partial(_page, asked))
        return csv_of("exports", _HEADS, (_cells(row, promise) for row in rows_of))
    rows, total = ([], 0) if asked.errors else _page(asked, start=asked.start)
    asked.check_page(total)
    context = {
        "rows": [
            in_words(each, promise)
            | {"protection": protection(each), "to": _destination(each, promise)}
            for each in rows
        ]
    }
    page = ListPage(asked, total=total)
    return show_list(request, "console/exports/exports.html", page, context)


def _page(asked: AskedList, *, start: int, limit: int = PAGE_SIZE) -> tuple[list[ExportRow], int]:
    state = asked.chosen.get("state")
    rows, total = listing.export_page(
        search=asked.search,
        recipient=asked.chosen.get("recipient", ""),
        made=None if state is None else state == "made",
        protection=asked.chosen.get("protection", ""),
        order=asked.order,
        start=start,
        limit=limit,
    )
    return list(rows), total


def _cells(row: ExportRow, promise: Promise) -> tuple[object, ...]:
    return (
        row.file_name,
        in_words(row, promise)["purpose"],
        _destination(row, promise),
        row.protection.label,
        _STATES["made" if row.made_at else "never"],
        clock.to_text(row.begun_at),
        clock.to_text(row.made_at) if row.made_at else "",
        row.people,
        row.refused,
    )


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
            {
                "person": row.person_id,
                "held": labels(row.categories),
                "reasons": refusal_in_words(row.reasons),
            }
            for row in people
        ],
        "older": f"?after={people[-1].person_id}" if len(people) == limits.PAGE_SIZE else "",
    }
    return render(request, "console/exports/export.html", context)


def refusal_in_words(codes: str) -> str:
    """Return why nothing of a person is in a file, in sentences; "" where something is."""
    return " ".join(map(_sentence_of, codes.split()))


def _sentence_of(code: str) -> str:
    sentence = SENTENCES.get(ReasonCode(code), "") if code in set(ReasonCode) else ""
    # A manifest keeps the code without what its sentence names, or a code that is no more.
    if not sentence or "{" in sentence:
        return f"{code.replace('_', ' ').capitalize()}."
    return sentence


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
    return _recipient(export.recipient, promise)


def _recipient(key: str, promise: Promise) -> str:
    known = promise.recipients.get(key)
    return str(known.title) if known else key


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

"""Documents of the person who was looked up: fetching one, and adding one, both under the
purpose of that look."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST

from aboveboard.access.actions import use_document
from aboveboard.access.use import Subject, UseRequest
from aboveboard.accounts.gate import actor_of
from aboveboard.basics import clock
from aboveboard.basics.bodies import takes_file
from aboveboard.console.forms import DocumentForm
from aboveboard.console.people import allow_look_up, read_note, reason_in_words, spoken_promise
from aboveboard.kinds.kind import FieldKind
from aboveboard.promise.model import Field, Promise, Purpose
from aboveboard.promise.queries import in_force
from aboveboard.vault.documents.actions import DocumentNotTaken, attach
from aboveboard.vault.documents.serving import as_download
from aboveboard.vault.limits import ATTACHMENT_BYTES
from aboveboard.vault.origin import ValueOrigin


@allow_look_up
@require_POST
def fetch(request: HttpRequest, field: str) -> HttpResponseBase:
    """Send one document; it is decided and written down anew, because seeing a title is
    not seeing the document."""
    promise, actor, note = spoken_promise(), actor_of(request), read_note(request)
    if note is None:
        return render(request, "console/people/expired.html", status=409)
    purpose, _ = _document_field(promise, note.get("purpose", ""), field)
    # Purpose and channel of the note, never of the form: the look was decided for these, and what a
    # browser sends could name others.
    asked = UseRequest(actor, purpose.key, (field,), note["channel"], Subject(note["person"]))
    result, opened = use_document(asked, at=clock.now())
    if not result.allowed:
        reasons = [reason_in_words(promise, asked, reason) for reason in result.reasons]
        context = {
            "purpose": purpose,
            "entry_id": result.entry_id,
            "channel": note["channel"],
            "reasons": reasons,
        }
        return render(request, "console/people/refused.html", context, status=403)
    if opened is None:
        raise Http404
    return as_download(opened)


@allow_look_up
@takes_file(ATTACHMENT_BYTES)
@require_POST
def add(request: HttpRequest, field: str) -> HttpResponseBase:
    """Ask for the file, and keep it as the value of the field; the one that
    was there is replaced."""
    adopted, actor, note = in_force(), actor_of(request), read_note(request)
    if note is None:
        return render(request, "console/people/expired.html", status=409)
    purpose, document = _document_field(spoken_promise(), note.get("purpose", ""), field)
    # The note says what they were shown; that their role may still act for it is asked again, since
    # a promise may have been adopted meanwhile.
    if actor.role not in purpose.roles:
        raise Http404
    # The button of the page before sends the note alone: that only asks for the form.
    form = DocumentForm(request.POST, request.FILES) if "sent" in request.POST else DocumentForm()
    context = {"form": form, "note": request.POST["note"], "field": document, "purpose": purpose}
    if form.is_valid():
        file, now = form.cleaned_data["file"], clock.now()
        kinds = {key: each.kind_and_format for key, each in adopted.promise.fields.items()}
        origin = ValueOrigin(adopted.serial, now, note["channel"], purpose.key)
        try:
            attach(
                note["person"],
                field,
                file.chunks(),
                name=file.name,
                kinds=kinds,
                origin=origin,
                by=actor,
                at=now,
            )
        except DocumentNotTaken as refused:
            form.add_error("file", str(refused))
        else:
            return render(request, "console/people/document_added.html", context)
    return render(
        request, "console/people/add_document.html", context, status=422 if form.errors else 200
    )


def _document_field(promise: Promise, purpose: str, field: str) -> tuple[Purpose, Field]:
    """Return the purpose of the look and the field of documents that it needs;
    404 for anything else."""
    needed_for, wanted = promise.purposes.get(purpose), promise.fields.get(field)
    if (
        needed_for is None
        or wanted is None
        or wanted.kind is not FieldKind.DOCUMENT
        or field not in needed_for.fields
    ):
        raise Http404
    return needed_for, wanted

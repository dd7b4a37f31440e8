"""Two records of one person: what agrees and differs, making them one, and undoing it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from aboveboard.accounts.gate import actor_of, allow
from aboveboard.basics import clock
from aboveboard.basics.errors import AboveboardError, NotFound
from aboveboard.console.retention.forms import MergeForm, UndoForm
from aboveboard.console.retention.people import KEEPER, ask_and_do
from aboveboard.identity import actions, limits, matching
from aboveboard.identity.choosing import FieldLikeness
from aboveboard.promise.queries import in_force

_LIKENESS = {
    FieldLikeness.DIFFERS: {"words": "differs", "tone": "look"},
    FieldLikeness.SAME: {"words": "the same", "tone": "kept"},
    FieldLikeness.ONLY_KEPT: {"words": "only in the record we keep", "tone": ""},
    FieldLikeness.ONLY_MERGED: {"words": "only in the other record", "tone": ""},
}


@allow(KEEPER)
@require_http_methods(["GET", "HEAD", "POST"])
def compare(request: HttpRequest, kept: int, merged: int) -> HttpResponse:
    """Show which fields of two records agree and differ, without a value; make them one when
    told which values stay."""
    compared = matching.preview(kept, merged)
    labels = {key: str(field.label) for key, field in in_force().promise.fields.items()}
    form = MergeForm(
        request.POST if request.method == "POST" else None, compared=compared, labels=labels
    )
    if form.is_valid():
        try:
            actions.merge(
                kept,
                merged,
                chosen=form.chosen(),
                reference=form.cleaned_data["reference"],
                by=actor_of(request),
                at=clock.now(),
            )
        except NotFound:
            raise
        except AboveboardError as error:
            form.add_error("reference", str(error))
        else:
            return HttpResponseRedirect(reverse("console:retention_person", args=[kept]))
    context = {
        "kept": kept,
        "merged": merged,
        "form": form,
        "days": limits.MERGE_UNDO_LIFE.days,
        "fields": [
            {"label": labels.get(pair.field, pair.field), **_LIKENESS[pair.likeness]}
            for pair in compared
        ],
    }
    return render(
        request, "console/retention/compare.html", context, status=422 if form.errors else 200
    )


@allow(KEEPER)
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest, merge_id: int) -> HttpResponse:
    """Undo a merge."""
    row, form = (
        matching.merge_of(merge_id),
        UndoForm(request.POST if request.method == "POST" else None),
    )
    # By the promise of today: what comes back is filed for look-ups by the kinds that look-ups ask
    # by now.
    kinds = {key: field.kind_and_format for key, field in in_force().promise.fields.items()}

    def do() -> None:
        actions.split(
            merge_id,
            kinds=kinds,
            reference=form.cleaned_data["reference"],
            by=actor_of(request),
            at=clock.now(),
        )

    lede = (
        "Each record gets back what it had. Later changes go to the record whose value they "
        "replaced."
    )
    return ask_and_do(
        request, form, do, row.person_id, "Why are they two people?", lede, "Undo the merge"
    )

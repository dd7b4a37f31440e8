"""What is promised: every purpose in plain words, how it changed, and the
register the law asks for."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from aboveboard.accounts.gate import public
from aboveboard.promise import diff, explain, queries, register
from aboveboard.promise.organisation import place_list


@public("anyone may read what is promised")
@require_safe
def promise(request: HttpRequest) -> HttpResponse:
    """Show the promise in force: purposes, fields, what happens when something is lost,
    and earlier versions."""
    adopted, language = queries.in_force(), get_language()
    promised = adopted.promise.in_language(language)
    context = {
        "adopted": adopted,
        "purposes": [
            explain.purpose_in_words(promised, purpose, language)
            for purpose in promised.purposes.values()
        ],
        "fields": [
            (field, [purpose.title for purpose in promised.purposes_of(key)])
            for key, field in promised.fields.items()
        ],
        "losses": promised.losses.values(),
        "security": promised.security,
        "organisation": promised.organisation,
        "places": place_list(promised.organisation.established_in, language),
        "versions": queries.versions(),
    }
    return render(request, "centre/promise.html", context)


@public("anyone may read what was promised")
@require_safe
def version(request: HttpRequest, serial: int) -> HttpResponse:
    """Show one version: what it changed, in words, and its source as it was adopted."""
    adopted = queries.version(serial)
    serials = [item.serial for item in queries.versions()]
    before = max((item for item in serials if item < serial), default=None)
    changes = (
        diff.compare(queries.version(before).promise, adopted.promise) if before is not None else ()
    )
    context = {
        "adopted": adopted,
        "before": before,
        "in_force": serial == max(serials),
        "changes": changes,
        # The text as it was adopted, byte for byte: its digest stands in the log, and anyone may
        # compare.
        "source": queries.source(serial),
    }
    return render(request, "centre/version.html", context)


@public("anyone may read what is held, and for what (GDPR Art. 30)")
@require_safe
def register_page(request: HttpRequest) -> HttpResponse:
    """Show the register of processing activities."""
    adopted = queries.in_force()
    return render(
        request,
        "centre/register.html",
        {"adopted": adopted, "rows": register.rows(adopted.promise, get_language())},
    )


@public("anyone may read what is held, and for what (GDPR Art. 30)")
@require_safe
def register_csv(request: HttpRequest) -> HttpResponse:
    """Give the register as CSV."""
    response = HttpResponse(
        register.as_csv(queries.in_force().promise), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="register.csv"'
    return response


@public("anyone may read what is held, and for what (GDPR Art. 30)")
@require_safe
def register_json_ld(request: HttpRequest) -> HttpResponse:
    """Give the register as JSON-LD in DPV's words."""
    document = register.as_json_ld(queries.in_force().promise)
    response = JsonResponse(document, json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Type"] = "application/ld+json; charset=utf-8"
    response["Content-Disposition"] = 'attachment; filename="register.jsonld"'
    return response

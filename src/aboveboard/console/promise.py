"""The promise that staff act under: in plain words, its versions, what
changed, and the register."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from aboveboard.accounts.gate import actor_of, allow_staff
from aboveboard.basics.actor import Role
from aboveboard.basics.reading_age import reading_age
from aboveboard.promise import diff, explain, organisation, queries, register
from aboveboard.promise.notice.building import NoticeSource, build_notice
from aboveboard.promise.notice.languages import notice_language, notice_languages
from aboveboard.promise.notice.review import review_notice


@allow_staff
@require_safe
def promise(request: HttpRequest) -> HttpResponse:
    """Show the promise in force; purposes of the reader's own role are marked."""
    adopted = queries.in_force()
    promised, role = adopted.promise, actor_of(request).role
    context = {
        "adopted": adopted,
        "purposes": [
            (explain.purpose_in_words(promised, purpose), role in purpose.roles)
            for purpose in promised.purposes.values()
        ],
        "losses": promised.losses.values(),
        "versions": queries.versions(),
        "problems": queries.problems_today(),
        "organisation": promised.organisation,
        "declarations": organisation.declarations(promised.organisation),
        "warnings": organisation.warnings(promised),
        "agreed": [organisation.agreement_in_words(each) for each in promised.notify.values()],
        "explains": role == Role.PRIVACY_LEAD,
        "writes": role in (Role.PRIVACY_LEAD, Role.ADMINISTRATOR),
    }
    return render(request, "console/promise/promise.html", context)


@allow_staff
@require_safe
def version(request: HttpRequest, serial: int) -> HttpResponse:
    """Show what one version changed, in words, and its text."""
    adopted = queries.version(serial)
    # The one before is the greatest smaller serial, not the next number: a row that this program
    # did not write is no version.
    serials = [item.serial for item in queries.versions()]
    before = max((item for item in serials if item < serial), default=None)
    context = {
        "adopted": adopted,
        "before": before,
        "is_in_force": serial == max(serials),
        "changes": diff.compare(queries.version(before).promise, adopted.promise)
        if before is not None
        else (),
        "source": queries.source(serial),
        "writes": actor_of(request).role in (Role.PRIVACY_LEAD, Role.ADMINISTRATOR),
    }
    return render(request, "console/promise/version.html", context)


@allow_staff
@require_safe
def notice(request: HttpRequest) -> HttpResponse:
    """Show whether the notice says all it must, how old its readers must be, and how it reads; in
    a language that nobody has reviewed yet too, for whoever is to do so."""
    adopted = queries.in_force()
    source = NoticeSource(adopted.serial, adopted.adopted_at)
    language = notice_language(request.GET.get("language", "en"), preview=True)
    rows = []
    for each in notice_languages().values():
        text = build_notice(adopted.promise, each).text if each.reviewed else ""
        rows.append({"language": each, "age": reading_age(text, each.code)})
    context = {
        "findings": review_notice(adopted.promise, queries.source(adopted.serial)),
        "languages": rows,
        "notice": build_notice(adopted.promise, language, source),
    }
    return render(request, "console/promise/notice.html", context)


@allow_staff
@require_safe
def register_page(request: HttpRequest) -> HttpResponse:
    """Show the register of processing activities."""
    rows = register.rows(queries.in_force().promise)
    return render(request, "console/promise/register.html", {"rows": rows})


@allow_staff
@require_safe
def register_csv(request: HttpRequest) -> HttpResponse:
    """Give the register as CSV."""
    response = HttpResponse(
        register.as_csv(queries.in_force().promise), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="register.csv"'
    return response

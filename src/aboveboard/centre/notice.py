"""The privacy notice that the promise makes: as a page, as a piece of HTML for another page, as a
PDF and as JSON; of the version in force or an earlier one, in the reader's language."""

from __future__ import annotations

from typing import Final

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from aboveboard.accounts.gate import public
from aboveboard.promise import queries
from aboveboard.promise.notice.building import NoticeSource, PrivacyNotice, build_notice
from aboveboard.promise.notice.document import as_json
from aboveboard.promise.notice.languages import notice_language
from aboveboard.rights.pack.letter import LetterText, PrintedSection, print_letter
from aboveboard.rights.pack.words import PackWords

_WHY: Final = "anyone may read how their data is used (GDPR Art. 13 and 14)"
_CACHED: Final = "public, max-age=300"
"""For what other sites embed. Our choice: a new version shows within five minutes."""


@public(_WHY)
@require_safe
def page(request: HttpRequest, serial: int | None = None) -> HttpResponse:
    """Show the notice of the promise in force, or of an earlier version."""
    adopted, notice = _notice(request, serial)
    context = {
        "notice": notice,
        "adopted": adopted,
        "is_in_force": adopted.serial == queries.last_serial(),
        "versions": queries.versions(),
    }
    return render(request, "centre/notice.html", context)


@public(_WHY)
@require_safe
def fragment(request: HttpRequest, layer: str, point: str = "") -> HttpResponse:
    """Give a layer as HTML to put into a page of the organisation's own: ``line`` of a moment of
    collection, ``short`` or ``full``."""
    _, notice = _notice(request, None)
    line = next((each for each in notice.lines if each.key == point), None)
    if layer not in ("short", "full") and line is None:
        raise Http404
    words = render_to_string(
        f"promise/notice_{layer}.html",
        {"notice": notice, "line": line, "address": request.build_absolute_uri("/trust/notice/")},
    )
    return _embedded(HttpResponse(words))


@public(_WHY)
@require_safe
def document(request: HttpRequest, serial: int | None = None) -> HttpResponse:
    """Give every layer as JSON."""
    _, notice = _notice(request, serial)
    options = {"indent": 2, "ensure_ascii": False}
    return _embedded(JsonResponse(as_json(notice), json_dumps_params=options))


@public(_WHY)
@require_safe
def printed(request: HttpRequest, serial: int | None = None) -> HttpResponse:
    """Give the whole notice as a PDF, tagged so that it can be read aloud."""
    adopted, notice = _notice(request, serial)
    words = PackWords(notice.language.code)
    sections = []
    for section in notice.sections:
        sections.append(PrintedSection(section.heading, section.sentences))
        sections += [
            PrintedSection(part.title, (" ".join(part.sentences),), 3) for part in section.parts
        ]
    letter = LetterText(
        title=notice.title,
        organisation=adopted.promise.organisation.name,
        language=notice.language.code,
        intro=(*notice.short, notice.version),
        sections=tuple(sections),
        footer=notice.title,
    )
    response = HttpResponse(print_letter(letter, words), content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="privacy-notice.pdf"'
    return response


def _notice(
    request: HttpRequest, serial: int | None
) -> tuple[queries.AdoptedPromise, PrivacyNotice]:
    adopted = queries.in_force() if serial is None else queries.version(serial)
    # A page that embeds it says its language itself: the browser's may be another.
    asked = request.GET.get("language", "") or get_language() or "en"
    source = NoticeSource(adopted.serial, adopted.adopted_at)
    return adopted, build_notice(adopted.promise, notice_language(asked), source)


def _embedded(response: HttpResponse) -> HttpResponse:
    """Let any site read it: it is public, and says nothing about who reads."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = _CACHED
    response["Vary"] = "Accept-Language"
    return response

"""The files that the organisation's pages load from here, and what we say of a browser's no.

Any site may load them: they hold nothing but the promise's own words. They set no cookie.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from functools import lru_cache
from typing import Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from aboveboard.accounts.gate import public
from aboveboard.banner import script
from aboveboard.banner.words import LANGUAGES
from aboveboard.banner.words import words as panel_words
from aboveboard.basics import settings
from aboveboard.promise import queries as promises

_FOR_EVER: Final = "public, max-age=31536000, immutable"
# What a page is told of a new promise is at most five minutes old: the address of the loader stands
# in pages that nobody changes for it.
_FRESH: Final = "public, max-age=300"
_SCRIPT: Final = "text/javascript; charset=utf-8"


@public("the organisation's pages load it, whoever reads them")
@require_safe
def loader(request: HttpRequest) -> HttpResponse:
    """Give the script for the head of each page."""
    adopted = promises.in_force()
    body = script.loader(adopted.promise, serial=adopted.serial, digest=adopted.digest)
    return _file(request, body, _SCRIPT, _FRESH)


@public("the organisation's pages load it, whoever reads them")
@require_safe
def panel(request: HttpRequest) -> HttpResponse:
    """Give the script of the panel."""
    return _file(
        request,
        script.panel(),
        _SCRIPT,
        _cache_control(request, script.panel_address().partition("=")[2]),
    )


@public("the organisation's pages load it, whoever reads them")
@require_safe
def sheet(request: HttpRequest) -> HttpResponse:
    """Give the panel's style sheet."""
    kept = _cache_control(request, script.version("panel.css"))
    return _file(request, script.sheet(), "text/css; charset=utf-8", kept)


@public("the organisation's pages load it, whoever reads them")
@require_safe
def words(request: HttpRequest) -> HttpResponse:
    """Give the panel's words in a language (``?language=fr``), else in English."""
    adopted = promises.in_force()
    asked = request.GET.get("language", "")
    language = asked if asked in LANGUAGES else "en"
    origin = settings.current().server.origin.rstrip("/")
    body = json.dumps(panel_words(adopted.promise, language, origin=origin)).encode()
    named = script.configuration(adopted.promise, adopted.serial, adopted.digest)["words"]
    return _file(request, body, "application/json", _cache_control(request, named))


@public("browsers and their makers look here for our support")
@require_safe
def gpc_support(request: HttpRequest) -> JsonResponse:
    """Say whether we abide by Global Privacy Control, and since which day this is our word (W3C
    Global Privacy Control, section 4): yes where the promise says what it refuses."""
    adopted = promises.in_force()
    website = adopted.promise.website
    answer = JsonResponse(
        {
            "gpc": bool(website and website.refused_by_gpc),
            "lastUpdate": adopted.adopted_at.date().isoformat(),
        }
    )
    answer["Cache-Control"] = _FRESH
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


def _cache_control(request: HttpRequest, version: str) -> str:
    # An address with another version in it is answered, but never kept under it.
    return _FOR_EVER if request.GET.get("v") == version else _FRESH


@lru_cache(maxsize=32)
def _zipped(body: bytes) -> bytes:
    return gzip.compress(body, 9, mtime=0)


def _file(request: HttpRequest, body: bytes, content_type: str, kept: str) -> HttpResponse:
    tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    if request.headers.get("If-None-Match") == tag:
        answer = HttpResponse(status=304)
    elif "gzip" in request.headers.get("Accept-Encoding", ""):
        answer = HttpResponse(_zipped(body), content_type=content_type)
        answer["Content-Encoding"] = "gzip"
    else:
        answer = HttpResponse(body, content_type=content_type)
    patch_vary_headers(answer, ["Accept-Encoding"])
    answer["ETag"] = tag
    answer["Cache-Control"] = kept
    # With ``integrity`` a browser asks as CORS does; no cookie comes along.
    answer["Access-Control-Allow-Origin"] = "*"
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer

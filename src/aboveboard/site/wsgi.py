"""The WSGI application that Granian serves."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import get_resolver

from aboveboard.site.limits import GARBAGE_SEARCH

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aboveboard.site.settings")
_django = get_wsgi_application()
_ = get_resolver().url_patterns  # every view is imported now, and not at the first request

# What a start makes stays for good: the garbage collector need not walk through all of it again and
# again while a batch is answered. It took a third of a batch's time; nearly all that a request
# makes is freed without it, by counting references.
gc.collect()
gc.freeze()
gc.set_threshold(*GARBAGE_SEARCH)


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer by Django. A whole answer goes out in one piece; Granian would send what it must ask
    piece by piece in chunks."""
    response = _django(environ, start_response)
    if not isinstance(response, HttpResponse):
        return response
    try:
        return [response.content]
    finally:
        response.close()

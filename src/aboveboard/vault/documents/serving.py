"""Sending a document to a browser: as a file to keep, never as a page that could run.

What a scan holds is not ours, so it is never shown in place: ``attachment``, no sniffing,
and no copy in a cache. Should a browser show it all the same, the content policy of every
answer lets it load nothing.
"""

from __future__ import annotations

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from aboveboard.vault.documents import media
from aboveboard.vault.documents.queries import Document


def _name(document: Document) -> str:
    # Once more: those kept by earlier versions have the name that they came with.
    return media.safe_name(document.name.reveal(), document.media_type)


def as_download(document: Document) -> StreamingHttpResponse:
    """Return the response; if a chunk is damaged it ends short of its length, which the
    browser reports as failed."""
    response = StreamingHttpResponse(document.content, content_type=document.media_type)
    response.headers["Content-Length"] = str(document.size)
    response.headers["Content-Disposition"] = (
        content_disposition_header(True, _name(document)) or "attachment"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response

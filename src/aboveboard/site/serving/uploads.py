"""Files that people send: only where a route declares one, only after its gate, sealed as they are
written, so that no plaintext of an upload is ever on the disk."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from aboveboard.accounts.gate import GateVerdict, gate_of, verdict, visitor_of
from aboveboard.basics.bodies import file_limit
from aboveboard.site import faces
from aboveboard.site.serving.sealed import SealedFile


class FileNotTaken(RequestDataTooBig):
    """A file was sent where none is taken, or one larger than the route takes."""


class SealedUpload(UploadedFile):  # type: ignore[type-arg]  # generic for the checker alone
    """An uploaded file. Its ``name`` is what the sender called it; nothing is stored under that
    name."""

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Yield the bytes of the file, from its beginning."""
        self.seek(0)
        while piece := self.read(chunk_size or self.DEFAULT_CHUNK_SIZE):
            yield piece


class SealedUploadHandler(FileUploadHandler):
    """Django's hook for files in forms. It is not asked before the view is known: the gate stands
    before all that reads a form (``settings.MIDDLEWARE``)."""

    def new_file(self, *arguments: Any, **more: Any) -> None:
        """Begin a file.

        Raises:
            FileNotTaken: the view takes none.
        """
        super().new_file(*arguments, **more)
        match = self.request.resolver_match if self.request is not None else None
        limit = file_limit(match.func) if match is not None else None
        if limit is None:
            raise FileNotTaken("a file where none is taken")
        self._limit, self._file = limit, SealedFile()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Seal a piece.

        Raises:
            FileNotTaken: it is larger than the view takes.
        """
        if start + len(raw_data) > self._limit:
            self._file.close()
            raise FileNotTaken("a file larger than is taken here")
        self._file.append(raw_data)

    def file_complete(self, file_size: int) -> SealedUpload:
        """Return the file, ready to be read."""
        self._file.complete()
        return SealedUpload(
            file=io.BufferedReader(self._file, 64 * 1024),
            name=self.file_name,
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )

    def upload_interrupted(self) -> None:
        """Forget what came of a file that did not come whole."""
        if (file := getattr(self, "_file", None)) is not None:
            file.close()


def sender_of(environ: Mapping[str, Any]) -> int | None:
    """Return the number of the account that sends a request, if the gate lets it in, or None; asked
    before the request's file is read.

    The same rule is asked again by the middleware, once the file is there: this one only spares
    reading what would be refused.
    """
    request = WSGIRequest({**environ, "wsgi.input": io.BytesIO(), "CONTENT_LENGTH": "0"})
    faces.PagesSession(_empty_response).process_request(request)
    faces.PagesAccount(_empty_response).process_request(request)
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return None
    gate = gate_of(match.func, name=match.view_name, path=request.path)
    may = verdict(gate, visitor_of(request)) is GateVerdict.ENTER
    # A program has no account, and sends no files: all of them together are one.
    return (request.user.pk or 0) if may else None


def _empty_response(request: HttpRequest) -> HttpResponse:
    return HttpResponse()

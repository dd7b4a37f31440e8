"""From the head of a request as ASGI gives it to what Django reads (WSGI, PEP 3333)."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any, Final
from urllib.parse import unquote_to_bytes

_BASE: Final[dict[str, Any]] = {
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
}
_names: Final[dict[bytes, str]] = {}
_NAMES_KEPT: Final = 256


def environ_of(scope: Mapping[str, Any]) -> dict[str, Any]:
    """Return the WSGI environ of a request, still without its body (``wsgi.input``)."""
    server, client = scope["server"], scope["client"]
    environ = _BASE | {
        "REQUEST_METHOD": scope["method"],
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": client[0],
        "wsgi.url_scheme": scope["scheme"],
    }
    _add_headers(environ, scope["headers"])
    return environ


def attach_body(environ: MutableMapping[str, Any], body: io.BufferedIOBase, length: int) -> None:
    """Give Django a body that is all there."""
    environ["wsgi.input"] = body
    if not length:
        # What is not there has no kind, and Django would choose a decoder by it all the same.
        environ.pop("CONTENT_TYPE", None)
    if environ.pop("HTTP_TRANSFER_ENCODING", None) is not None or "CONTENT_LENGTH" in environ:
        environ["CONTENT_LENGTH"] = str(length)


def _add_headers(environ: dict[str, Any], headers: Iterable[tuple[bytes, bytes]]) -> None:
    for raw, value in headers:
        if not (name := _names.get(raw) or _name(raw)):
            continue
        text = value.decode("latin-1")
        if name in environ:
            # RFC 9110, 5.3; cookies are the exception (RFC 9113, 8.2.3).
            text = f"{environ[name]}{'; ' if name == 'HTTP_COOKIE' else ','}{text}"
        environ[name] = text


def _name(raw: bytes) -> str:
    """Return the environ's name of a header; "" for one to leave out.

    WSGI writes ``-`` and ``_`` alike, so ``X_Forwarded_For`` would pass for ``X-Forwarded-For``,
    which a proxy sets and no sender may. No header that anyone needs is spelt with ``_``.
    """
    name = "" if b"_" in raw else raw.decode("latin-1").upper().replace("-", "_")
    if name and name not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        name = f"HTTP_{name}"
    # Only so many are remembered: senders may make up names without end.
    if name and len(_names) < _NAMES_KEPT:
        _names[raw] = name
    return name

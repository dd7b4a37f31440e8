"""What a body says of itself decides how it is read, so it is judged before anything reads it."""

from __future__ import annotations

import io
import logging
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler

from aboveboard.site.serving import answering
from aboveboard.site.serving.bodies import is_readable, rule_for

READABLE = [
    "",
    "application/json",
    "application/json; charset=UTF-8",
    'application/json;charset="utf-8"',
    "application/x-www-form-urlencoded;",
    "multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW",
    "multipart/form-data; boundary=------------------------d74496d66958873e",
    'multipart/form-data; boundary="gc0p4Jq0M2Yt08j34c0p=:/()"',
    "application/x-ndjson",
]
UNREADABLE = [
    *(
        f"multipart/form-data; boundary=B; charset={name}"
        for name in ("rot13", "idna", "zip", "hex", "undefined", "punycode", "utf-16", "latin-1")
    ),
    'text/html; charset="rot13"',
    "text/html;CHARSET=rot13",
    "text/html; charset=utf-8; charset=rot13",
    "application/json; charset*=idna''x",
    "application/json; charset*0=rot; charset*1=13",
    "multipart/form-data; boundary*=rot13''B",
    "multipart/form-data; boundary=\xff",
    "rot13",
    "text/html; charset",
    'text/html; charset="utf-8\\"',
]


@pytest.mark.parametrize("content_type", READABLE)
def test_what_senders_say_of_bodies_is_read(content_type: str) -> None:
    assert is_readable(content_type)


@pytest.mark.parametrize("content_type", UNREADABLE)
def test_another_encoding_than_ours_is_refused_before_anything_is_decoded(
    content_type: str,
) -> None:
    assert not is_readable(content_type)
    environ = {"CONTENT_LENGTH": "2", "CONTENT_TYPE": content_type, "PATH_INFO": "/accounts/login/"}
    with pytest.raises(ValueError, match="no kind"):
        rule_for(environ)


@pytest.mark.django_db  # Django looks after its connections at the start of each request
def test_a_request_that_cannot_be_read_is_answered_by_us_and_not_repeated_in_the_log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Past the rule above, as a later fault of the same kind would be."""
    # A logger of its own: others may have turned the program's away.
    seen = logging.Logger("seen")
    seen.addHandler(caplog.handler)
    monkeypatch.setattr(answering, "log", seen)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/trust/",
        "QUERY_STRING": "a=Mike.Victim%ff",
        "CONTENT_TYPE": "text/html; charset=rot13",
        "HTTP_COOKIE": "a=Mike.Victim",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
    }
    reply = answering.answer(WSGIHandler(), environ)
    assert reply.status == 400
    assert b"content-security-policy" in dict(reply.headers)
    assert "a request could not be read" in caplog.text
    assert "Mike.Victim" not in "".join(record.getMessage() for record in caplog.records)

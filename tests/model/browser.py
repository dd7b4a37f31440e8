"""Somebody's browser, as far as forms go; and what a mail server and an app for codes show them."""

from __future__ import annotations

import base64
import email
import email.policy
import hmac
import html
import re
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import requests
from requests.cookies import RequestsCookieJar

PATIENCE = 120


class Failed(AssertionError):
    """Something ended in a way that nobody expected."""


class Browser:
    """One person's cookies, and the page that they see."""

    def __init__(self, address: str, cookies: RequestsCookieJar | None = None) -> None:
        self._address, self._session = address, requests.Session()
        self._session.cookies.update(cookies or {})
        self.at, self.page, self.status, self._token = "/", "", 0, ""

    @property
    def cookies(self) -> RequestsCookieJar:
        return self._session.cookies

    def get(self, path: str, *, statuses: Iterable[int] = (200,)) -> str:
        """Open a page; return its text."""
        return self._opened(self._session.get(self._address + path, timeout=PATIENCE), statuses)

    def post(
        self,
        path: str,
        form: Mapping[str, Any],
        *,
        page: str = "",
        statuses: Iterable[int] = (200,),
    ) -> str:
        """Send a form from its page, with the token against forged ones; return the page after."""
        if page or not self._token:
            self.get(page or path)
        answer = self._session.post(
            self._address + path,
            {**form, "csrfmiddlewaretoken": self._token},
            headers={"Referer": self._address + path},
            timeout=PATIENCE,
        )
        return self._opened(answer, statuses)

    def hidden(self, name: str) -> str:
        """Return what a hidden field of the page holds."""
        return html.unescape(_hidden(self.page, name))

    def shows(self, words: str) -> bool:
        """Whether the page shows these words."""
        return words in html.unescape(self.page)

    def _opened(self, answer: requests.Response, statuses: Iterable[int]) -> str:
        self.at, self.page = answer.url.removeprefix(self._address), answer.text
        self.status = answer.status_code
        self._token = _hidden(self.page, "csrfmiddlewaretoken") or self._token
        if answer.status_code not in statuses:
            raise Failed(f"{answer.url}: {answer.status_code}\n{in_words(answer.text)}")
        return self.page


def in_words(page: str) -> str:
    """Return what a page says, without its markup."""
    _, _, main = page.partition("<main")
    text = html.unescape(re.sub(r"<[^>]*>", " ", main or page))
    return re.sub(r"\s+", " ", text)[:2_000]


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    return found[1] if found else ""


def letters(folder: Path, address: str) -> list[str]:
    """Return the text of each mail to this address, oldest first."""
    texts = []
    for file in sorted(folder.glob("*.eml")):  # named by the moment
        letter = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        body = letter.get_body(preferencelist=("plain",))
        if str(letter["To"]) == address and body is not None:
            texts.append(str(body.get_content()))
    return texts


def code_in(letter: str) -> str:
    """Return the code for signing in, or for proving an address, that a letter holds."""
    code = re.search(r"\b(\d{4}-\d{4}|\d{6})\b", letter)
    if code is None:
        raise Failed(f"no code in: {letter}")
    return code[0]


def one_time_code(secret: str) -> str:
    """Return the code that an app shows now for this key (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, int(time.time() // 30).to_bytes(8), "sha1")
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF) % 1_000_000:06}"


def until(what: str, check: Any, *, seconds: float = PATIENCE, every: float = 0.05) -> None:
    """Wait until that is so, asking ``every`` so many seconds: seldom where to ask takes a command.

    Raises:
        Failed: it was not so in time.
    """
    end = time.monotonic() + seconds
    while not check():
        if time.monotonic() > end:
            raise Failed(f"{what}: not within {seconds} seconds")
        time.sleep(every)

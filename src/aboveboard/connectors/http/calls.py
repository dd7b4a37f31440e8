"""Making the calls of a declaration: from names and values to an address and a body, and from an
answer to what it means. Nothing that an API answers becomes part of an error.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urljoin, urlsplit

import msgspec

from aboveboard.basics.canonical import Json
from aboveboard.basics.errors import Misconfigured
from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import (
    SystemAnswerUnreadable,
    SystemRefused,
    SystemUnavailable,
)
from aboveboard.connectors.http import placeholders
from aboveboard.connectors.http.paths import as_text
from aboveboard.connectors.http.placeholders import PlaceholderValueRefused, Scope
from aboveboard.connectors.http.shape import ApiHost, ApiShape, DeclaredCall
from aboveboard.connectors.http.signing import Prover
from aboveboard.connectors.outgoing.addresses import OutgoingRules, read_destination
from aboveboard.connectors.outgoing.client import OutgoingAnswer, OutgoingCall, OutgoingClient
from aboveboard.connectors.outgoing.retries import keep_rate

BUILT_IN: Final = ("today", "month_ago", "month_ahead", "now")
"""Names that every call knows: days as 2026-11-30, and the moment as RFC 3339, in UTC."""

_REASONS: Final[Mapping[int, str]] = {
    400: "it does not understand the call (400)",
    401: "it does not know us (401): the secret is wrong or has ended",
    403: "our account there may not do this (403)",
    404: "it has nothing at that address (404)",
    409: "it says that this cannot be done in the present state (409)",
    422: "it does not accept what was sent (422)",
}


@dataclass(frozen=True, slots=True)
class ApiAnswer:
    """An answer: its JSON, and the headers by names in lower case."""

    json: Json
    headers: Mapping[str, str]
    address: Personal[str]


class ApiCaller:
    """Makes the calls of one API, for one piece of work."""

    def __init__(
        self,
        system: str,
        shape: ApiShape,
        settings: Scope,
        secrets: Callable[[str], str],
        client: OutgoingClient,
        rules: OutgoingRules,
        *,
        clock: Callable[[], float] = time.time,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self.system, self._shape, self._client, self._rules = system, shape, client, rules
        self._clock, self._wait = clock, wait
        moment = datetime.fromtimestamp(clock(), UTC)
        self._settings = {
            **settings,
            "today": moment.date().isoformat(),
            "month_ago": (moment.date() - timedelta(days=31)).isoformat(),
            "month_ahead": (moment.date() + timedelta(days=31)).isoformat(),
            "now": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        try:
            known = {name: secrets(name) for name in shape.secrets}
            scope = {**self._settings, **known}
            hosts = {"": ApiHost(shape.base, shape.auth), **shape.hosts}
            self._bases = {
                name: host.base.filled(self._settings).rstrip("/") for name, host in hosts.items()
            }
            self._provers = {
                name: Prover(f"{system}/{name}" if name else system, host.auth, scope, client)
                for name, host in hosts.items()
            }
        except Misconfigured as error:
            raise SystemRefused(system=system, reason=f"no secret to show it. {error}") from None
        except PlaceholderValueRefused:
            raise SystemRefused(
                system=system, reason="a secret or setting has a line break in it"
            ) from None

    def close(self) -> None:
        """Close what is open."""
        self._client.close()

    def ask(
        self,
        call: DeclaredCall,
        scope: Scope,
        *,
        query: Mapping[str, str] | None = None,
        body: Callable[[Json], Json] | None = None,
        link: str = "",
    ) -> ApiAnswer | None:
        """Make a call and return its answer, or None where it says that there is nothing.

        ``query`` and ``body`` add the place of a page; ``link`` is the whole of the next call.

        Raises:
            SystemUnavailable, SystemRefused, SystemAnswerUnreadable
        """
        answer = self._make_call(call, scope, query or {}, body, link)
        if answer is None:
            return None
        try:
            value: Json = msgspec.json.decode(answer.body) if answer.body.strip() else {}
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError, ValueError):
            raise self._unreadable(call, "no JSON") from None
        return None if self._has_failed(value) else ApiAnswer(value, answer.headers, answer.address)

    def change(self, call: DeclaredCall, scope: Scope, json: Json = None) -> bool:
        """Make a call that changes something; whether there was something to change. ``json`` or a
        form is merged into the declared body. Errors as of :meth:`ask`."""
        merge = (lambda declared: _merged(declared, json)) if json else None
        answer = self._make_call(call, scope, {}, merge, "")
        if answer is None:
            return False
        if self._shape.failures is None:
            return True
        try:
            return not self._has_failed(msgspec.json.decode(answer.body))
        except (msgspec.DecodeError, RecursionError, ValueError):
            raise self._unreadable(call, "no JSON") from None

    def _make_call(
        self,
        call: DeclaredCall,
        scope: Scope,
        query: Mapping[str, str],
        change_body: Callable[[Json], Json] | None,
        link: str,
    ) -> OutgoingAnswer | None:
        scope = {**self._settings, **scope}
        try:
            address = self._address(call, scope, query, link)
            headers, body = self._body(call, scope, change_body)
        except PlaceholderValueRefused:
            raise SystemRefused(
                system=self.system,
                reason="a value cannot stand where the declaration puts it",
            ) from None
        except KeyError as missing:
            raise self._unreadable(call, f"no {missing.args[0]}") from None
        answer = self._send(call, address, headers, body)
        if answer.status == 401 and self._provers[call.at].forget():
            answer = self._send(call, address, headers, body)
        return self._judged(call, answer)

    def _send(
        self, call: DeclaredCall, address: str, headers: dict[str, str], body: bytes | None
    ) -> OutgoingAnswer:
        keep_rate(self.system, self._shape.rate, time.monotonic, self._wait)
        proof = self._provers[call.at].proof(call.method, address, body, now=self._clock())
        more = "&".join(
            f"{placeholders.in_query(name)}={placeholders.in_query(value)}"
            for name, value in proof.query.items()
        )
        if more:
            address += ("&" if urlsplit(address).query else "?") + more
        return self._client.send(
            OutgoingCall(
                call.method,
                Personal(address),
                headers,
                proof.headers,
                body,
                repeatable=call.repeatable,
            )
        )

    def _judged(self, call: DeclaredCall, answer: OutgoingAnswer) -> OutgoingAnswer | None:
        if answer.status in call.absent:
            return None
        if answer.status >= 500 or answer.status == 408:
            raise SystemUnavailable(system=self.system, status=answer.status)
        if answer.status >= 300 or answer.status < 200:
            reason = _REASONS.get(answer.status, f"it answers {answer.status}")
            raise SystemRefused(system=self.system, reason=reason)
        return answer

    def _has_failed(self, value: Json) -> bool:
        """Whether an answer of status 200 says that there is nothing.

        Raises:
            SystemRefused: it says that something else went wrong.
        """
        failures = self._shape.failures
        if failures is None:
            return False
        is_ok = failures.ok is None or failures.ok.first(value) is True
        if is_ok and not any(path.first(value) for path in failures.wrong):
            return False
        if failures.code and as_text(failures.code.first(value)) in failures.absent:
            return True
        raise SystemRefused(system=self.system, reason="it answers that the call failed")

    def _address(
        self, call: DeclaredCall, scope: Scope, query: Mapping[str, str], link: str
    ) -> str:
        base = self._bases[call.at]
        if link:
            address = urljoin(base + "/", link)
            origins = {
                read_destination(self.system, text, self._rules).origin for text in (base, address)
            }
            if len(origins) > 1:
                raise SystemRefused(system=self.system, reason="its next page is at another host")
            return address
        address = base + call.path.filled(scope, placeholders.in_path)
        pairs = {name: template.filled(scope) for name, template in call.query.items()}
        pairs.update(query)
        text = "&".join(
            f"{placeholders.in_query(name)}={placeholders.in_query(value)}"
            for name, value in pairs.items()
        )
        return f"{address}?{text}" if text else address

    def _body(
        self, call: DeclaredCall, scope: Scope, change: Callable[[Json], Json] | None
    ) -> tuple[dict[str, str], bytes | None]:
        headers = {
            name: template.filled(scope)
            for name, template in {**self._shape.headers, **call.headers}.items()
        }
        headers.setdefault("Accept", "application/json")
        declared = call.form if call.form is not None else call.json
        if declared is None and change is None:
            return headers, None
        value = placeholders.filled_body(declared, scope)
        value = change(value) if change else value
        if call.form is not None:
            headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
            return headers, "&".join(_form(value)).encode()
        headers.setdefault("Content-Type", "application/json")
        return headers, msgspec.json.encode(value)

    def _unreadable(self, call: DeclaredCall, what: str) -> SystemAnswerUnreadable:
        path = "".join(p if isinstance(p, str) else f"<{p.name}>" for p in call.path.pieces)
        return SystemAnswerUnreadable(system=self.system, where=f"{call.method} {path}: {what}")


def _merged(declared: Json, more: Json) -> Json:
    """Return an object with the members of another, at every depth."""
    if isinstance(declared, Mapping) and isinstance(more, Mapping):
        whole = {**declared, **more}
        for name in declared.keys() & more.keys():
            whole[name] = _merged(declared[name], more[name])
        return whole
    return more


def _form(value: Json, name: str = "") -> Iterator[str]:
    """Yield the pairs of a form; what is below a name goes in brackets, as PHP, Rails and Stripe
    read it."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _form(each, f"{name}[{key}]" if name else key)
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from _form(each, f"{name}[{place}]")
    else:
        text = "" if value is None else str(value)
        text = text.lower() if isinstance(value, bool) else text
        yield f"{placeholders.in_query(name)}={placeholders.in_query(text)}"

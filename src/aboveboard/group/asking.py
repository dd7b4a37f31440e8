"""Asking one organisation for somebody's uses there, through the one door outwards.

1. Our client gets a token, which is used until a minute before its end (RFC 6749, 4.4).
2. The newest uses are asked for, with their proofs where it gives them (Estonian usage protocol
   1.6, ``findUsage``; ``proofs`` is ours).
3. Each proof is held against the key of its ledger and against the checkpoint that it publishes.

Nothing of it is kept but the token, in this process.
"""

from __future__ import annotations

import base64
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final
from urllib.parse import quote, urlencode

import msgspec

from aboveboard.basics.errors import AboveboardError
from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import SystemRefused, SystemUnavailable
from aboveboard.connectors.outgoing.client import OutgoingAnswer, OutgoingCall, OutgoingClient
from aboveboard.connectors.secrets import SecretText
from aboveboard.group import limits
from aboveboard.group.organisations import OrganisationRecord
from aboveboard.group.proofs import ProofVerdict, PublishedLog

_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}


class ReadFailure(StrEnum):
    """Why an organisation could not be asked."""

    AWAY = "away"
    """It cannot be reached."""
    REFUSED = "refused"
    """It does not let our client ask."""
    UNREADABLE = "unreadable"
    """What it answered is not of the protocol."""
    UNLINKED = "unlinked"
    """It knows nobody by this link: the person ended it there, or it is over."""
    EXPIRED = "expired"
    """The secret of our client has ended."""


@dataclass(frozen=True, slots=True)
class OtherUse:
    """One use at another organisation, in its own words: when, for what, by whom. ``proof``:
    whether its proof holds."""

    at: datetime
    action: str
    receiver: str
    system: str
    proof: ProofVerdict


@dataclass(frozen=True, slots=True)
class OtherUses:
    """What an organisation answered: its newest uses, and how many there are in all; or why it
    could not be asked."""

    uses: tuple[OtherUse, ...] = ()
    total: int = 0
    failure: ReadFailure | None = None


class _UsageIn(msgspec.Struct, frozen=True):
    logtime: datetime
    action: str
    receiverName: str
    receiverSystem: str = ""
    receiverCode: str = ""
    proof: str = ""


class _UsagesIn(msgspec.Struct, frozen=True):
    totalUsages: int
    usages: list[_UsageIn]


class _TokenIn(msgspec.Struct, frozen=True):
    access_token: str
    expires_in: int = 60


@dataclass(slots=True)
class _Tokens:
    """The tokens of this process: by organisation and client, until when (``time.monotonic``)."""

    kept: dict[tuple[int, str], tuple[str, float]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


_tokens: Final = _Tokens()


def forget() -> None:
    """Clear the tokens, because the database of this process is being replaced."""
    with _tokens.lock:
        _tokens.kept.clear()


def ask_uses(
    organisation: OrganisationRecord, secret: SecretText, subject: Personal[str]
) -> OtherUses:
    """Return somebody's uses at an organisation. What goes wrong is in the answer."""
    client = OutgoingClient(
        organisation.key,
        organisation.rules,
        wait=_no_patience,
        call_seconds=limits.CALL_SECONDS,
    )
    try:
        return _Asking(organisation, secret, client).uses(subject)
    except SystemUnavailable:
        return OtherUses(failure=ReadFailure.AWAY)
    except SystemRefused:
        return OtherUses(failure=ReadFailure.REFUSED)
    except (AboveboardError, msgspec.DecodeError, UnicodeDecodeError):
        return OtherUses(failure=ReadFailure.UNREADABLE)
    finally:
        client.close()


def check_connection(organisation: OrganisationRecord, secret: SecretText) -> ReadFailure | None:
    """Return why an organisation cannot be asked, asking for nobody; None where it can."""
    client = OutgoingClient(organisation.key, organisation.rules, wait=_no_patience)
    try:
        asking = _Asking(organisation, secret, client)
        answer = asking.get("/api/v1/usage/v2/heartbeat", "group-check")
        if answer.status == 200 and msgspec.json.decode(answer.body)["status"] == "OK":
            asking.published_log()
            return None
        refused = answer.status in (401, 403)
        return ReadFailure.REFUSED if refused else ReadFailure.UNREADABLE
    except SystemUnavailable:
        return ReadFailure.AWAY
    except SystemRefused:
        return ReadFailure.REFUSED
    except (AboveboardError, msgspec.DecodeError, KeyError, TypeError):
        return ReadFailure.UNREADABLE
    finally:
        client.close()


@dataclass(frozen=True, slots=True)
class _Asking:
    organisation: OrganisationRecord
    secret: SecretText
    client: OutgoingClient

    def uses(self, subject: Personal[str]) -> OtherUses:
        code = subject.reveal()
        query = {"userCode": code, "limit": limits.NEWEST, "proofs": "true"}
        answer = self.get(f"/api/v1/usage/v2/findUsage?{urlencode(query)}", code)
        if answer.status == 404:
            return OtherUses(failure=ReadFailure.UNLINKED)
        if answer.status in (401, 403):
            return OtherUses(failure=ReadFailure.REFUSED)
        if answer.status != 200:
            away = answer.status >= 500 or answer.status == 429
            return OtherUses(failure=ReadFailure.AWAY if away else ReadFailure.UNREADABLE)
        answered = msgspec.json.decode(answer.body, type=_UsagesIn)
        usages = answered.usages[: limits.NEWEST]
        log = self.published_log() if any(each.proof for each in usages) else None
        return OtherUses(tuple(_use(each, log) for each in usages), answered.totalUsages)

    def published_log(self) -> PublishedLog:
        """Return the log of the organisation as it publishes it now."""
        answer = self.client.send(
            OutgoingCall("GET", Personal(f"{self.organisation.address}/log/checkpoint")),
            most=limits.ANSWER_BYTES,
        )
        note = answer.body.decode() if answer.status == 200 else ""
        return PublishedLog.read(self.organisation.verifier, note)

    def get(self, place: str, asker: str) -> OutgoingAnswer:
        answer = self._get(place, asker, self._token())
        if answer.status == 401:
            # A token that was revoked since: once more with a new one.
            with _tokens.lock:
                _tokens.kept.pop(self._token_key, None)
            answer = self._get(place, asker, self._token())
        return answer

    def _get(self, place: str, asker: str, token: str) -> OutgoingAnswer:
        # The address names a person where only the two of us see it: it is never logged here, and
        # the other side logs none.
        call = OutgoingCall(
            "GET",
            Personal(self.organisation.address + place),
            headers={"Accept": "application/json"},
            credentials={"Authorization": f"Bearer {token}", "X-Road-UserId": quote(asker)},
        )
        return self.client.send(call, most=limits.ANSWER_BYTES)

    @property
    def _token_key(self) -> tuple[int, str]:
        return (self.organisation.serial, self.organisation.client_id)

    def _token(self) -> str:
        with _tokens.lock:
            token, until = _tokens.kept.get(self._token_key, ("", 0.0))
        if token and time.monotonic() < until:
            return token
        pair = f"{quote(self.organisation.client_id)}:{quote(self.secret.reveal())}"
        basic = base64.b64encode(pair.encode()).decode()
        call = OutgoingCall(
            "POST",
            Personal(f"{self.organisation.address}/oauth/token"),
            headers=_FORM,
            credentials={"Authorization": f"Basic {basic}"},
            body=b"grant_type=client_credentials",
        )
        answer = self.client.send(call, most=limits.ANSWER_BYTES)
        if answer.status in (400, 401, 403):
            raise SystemRefused(
                system=self.organisation.key, reason="it does not know our client, or its secret"
            )
        if answer.status != 200:
            raise SystemUnavailable(system=self.organisation.key)
        made = msgspec.json.decode(answer.body, type=_TokenIn)
        with _tokens.lock:
            life = max(made.expires_in - 60, 0)
            _tokens.kept[self._token_key] = (made.access_token, time.monotonic() + life)
        return made.access_token


def _use(each: _UsageIn, log: PublishedLog | None) -> OtherUse:
    verdict = log.verdict(each.proof, each.logtime) if log else ProofVerdict.NONE
    words = (each.action[:300], each.receiverName[:200], each.receiverSystem[:200])
    return OtherUse(each.logtime, *words, verdict)


def _no_patience(seconds: float) -> None:
    """Wait for nothing: a page waits for the answer, and shows the organisation as away."""
    raise SystemUnavailable(system="organisation")

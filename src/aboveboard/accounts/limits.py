"""The limits of this package: each with its unit, its default and its source."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

SIGN_IN_LINK_LIFE: Final = timedelta(hours=12)
"""How long a sign-in link that a command printed works. Used once. Our choice."""

INVITATION_LIFE: Final = timedelta(days=3)
"""How long a sign-in link that was mailed to a member of staff works. Used once. Our choice: over a
weekend. Whoever reads that mail could ask for a code by mail as well."""

TEAM_DIGITS: Final = 4
"""Digits that the name of a team may have: it stands in the public log. Our choice."""

CLIENT_SECRET_LIFE: Final = timedelta(days=365)
"""How long a client's secret works before it must be changed for a new one. Our choice."""

CLIENT_SECRET_OVERLAP: Final = timedelta(hours=24)
"""How long the old secrets of a client work beside a new one. Our choice: a day to
bring it to every machine."""

ACCESS_TOKEN_LIFE: Final = timedelta(minutes=10)
"""How long a client's access token works (RFC 6750, 5.3: an hour or less). Our choice:
six requests an hour."""

AGENT_KEY_LIFE: Final = timedelta(days=365)
"""How long the key of an authorised agent works before it is registered anew. Our choice: as long
as a client's secret."""

AGENT_TOKEN_LIFE: Final = timedelta(days=30)
"""How long the token of an authorised agent works. Our choice: the Data Rights Protocol names no
time, and gives an agent a page to ask whether it still does."""

AGENT_MESSAGE_LIFE: Final = timedelta(hours=1)
"""Longest time between issued-at and expires-at of a signed message (Data Rights Protocol 1.0,
2.01: ten minutes recommended). Shorter than ``IDEMPOTENCY_KEY_LIFE``, so that none comes twice."""

TOKEN_MEMORY: Final = timedelta(seconds=1)
"""How long a process trusts a token that it found to work; a token revoked in another process works
here for as long. Our choice: at 1,200 uses a second one statement in 1,200 looks it up."""

IDEMPOTENCY_KEY_LIFE: Final = timedelta(hours=24)
"""How long a change that a client sent with an Idempotency-Key is known again. Our choice:
retries end within a day."""

CLIENT_FAILED_WAIT: Final = timedelta(minutes=1)
"""What a client that gave too many wrong secrets must wait: the time that
``client_failed`` below counts in."""

SESSION_IDLE_CUSTOMER: Final = timedelta(minutes=30)
"""A customer's session ends after this long without a click (OWASP ASVS 5.0, 7.3.1)."""

SESSION_IDLE_STAFF: Final = timedelta(hours=8)
"""A member of staff's session ends after a working day (OWASP ASVS 5.0, 7.3.2)."""

SESSION_LIFE_CUSTOMER: Final = timedelta(hours=12)
"""A customer's session ends this long after they signed in, however busy it is
(OWASP ASVS 5.0, 7.3.2)."""

SESSION_LIFE_STAFF: Final = timedelta(hours=16)
"""A member of staff's session ends this long after they signed in: the longest day's work
(OWASP ASVS 5.0, 7.3.2)."""

SESSION_TOUCH: Final = timedelta(minutes=1)
"""A session in use is saved at most this often; its end is counted from the
last save. Our choice."""

SIGN_IN_CODE_LIFE: Final = timedelta(minutes=10)
"""How long an e-mailed sign-in code works (NIST SP 800-63B-4, 3.1.3.2: at most ten minutes)."""

SIGN_IN_CODE_DIGITS: Final = 8
"""Digits of an e-mailed sign-in code (OWASP ASVS 5.0, 6.5.4 asks for 20 bits: six; two
more cost nobody much)."""

SIGN_IN_CODE_TRIES: Final = 3
"""Wrong codes before a new one must be asked for: one guess in 33 million. Our choice."""

RECENT_SIGN_IN: Final = timedelta(minutes=5)
"""How long after signing in somebody may change the address that they sign in with. Our choice, and
django-allauth's: time for one form."""

SIGN_IN_RATES: Final = {
    "login": "30/m/ip",
    "request_login_code": "20/m/ip,3/m/key,10/h/key",
    "login_failed": "10/m/ip,5/5m/key",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
    "sign_in_link": "20/m/ip",
    "client_failed": "60/m/ip,10/m/key",
    "agent_setup": "30/m/ip,10/m/key",
    "look_up": "60/m/key",
    "prove_address": "3/m/key",
    "campaign": "20/h/key",
    "confirm_address": "30/h/ip",
    "ask_rights": "20/h/key",
    "public_ask": "20/h/ip,5/h/key",
    "outside_report": "5/h/ip,300/h/key",
    "own_change": "60/h/key",
    "visitor_choice": "120/m/key,2000/h/key",
    "own_use": "60/m/key",
}
"""Tries in a time, by address of the network (ip), by what was typed (key) or by account (user).
Our choice: a person never meets them, a guesser does."""

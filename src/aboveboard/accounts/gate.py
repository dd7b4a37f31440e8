"""Who may call a view. Every view says so beside its name; one that does not is
refused (design, invariant 10).

    @allow(Role.INCIDENT_LEAD)          these roles of staff, with their second factor
    @allow_staff                        any member of staff, with their second factor
    @allow_customer                     a signed-in customer
    @service                            a client with a token
    @signed_in("why")                   any account, staff even before their second factor
    @public("why")                      anyone

Views that are not ours are declared in a table: :func:`declare` a view's name, or a path prefix.
:func:`verdict` is the rule; the middleware only carries it out.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlencode

from allauth.core.internal.ratelimit import consume, parse_rates
from django.contrib.auth import logout
from django.contrib.sessions.backends.base import SessionBase
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import render
from django.urls import reverse

from aboveboard.accounts import limits, open_sessions, queries
from aboveboard.accounts.clients.tokens import AuthenticatedClient, client_for_token
from aboveboard.accounts.models import Account
from aboveboard.basics import clock, problems
from aboveboard.basics.actor import CUSTOMER, Actor, ActorKind, Role
from aboveboard.basics.errors import RateLimited, Refused
from aboveboard.basics.logs import REQUEST_ID

log = logging.getLogger(__name__)

PORTAL = "/you/"
CONSOLE = "/console/"
API = "/api/"
SECOND_FACTOR = "second_factor"
"""Session key: the id of the account that proved its second factor in this session."""
BEGAN = "began"
"""Session key: when its owner signed in, in seconds since 1970."""
_SEEN = "seen"


class GateKind(StrEnum):
    """What a view asks of its caller."""

    PUBLIC = "public"
    SIGNED_IN = "signed-in"
    CUSTOMER = "customer"
    STAFF = "staff"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Gate:
    """A view's declaration. ``roles`` narrows ``STAFF``; empty means any. ``why`` is owed by
    PUBLIC and SIGNED_IN.

    ``promised``: beside ``roles``, every role of the promise's own is let in.
    ``before_second_factor``: for staff who have no second factor yet. ``proves``: here one proves
    the second factor that one has.
    """

    kind: GateKind
    roles: frozenset[Role] = frozenset()
    why: str = ""
    before_second_factor: bool = False
    proves: bool = False
    promised: bool = False


@dataclass(frozen=True, slots=True)
class Visitor:
    """The caller: ``kind`` is None for nobody in particular. ``second_factor``: whether they
    proved one in this session; ``has_factor``: whether they have set one up."""

    kind: ActorKind | None = None
    role: str = ""
    second_factor: bool = False
    has_factor: bool = False


class GateVerdict(StrEnum):
    """What happens at the gate."""

    ENTER = "enter"
    SIGN_IN = "sign-in"
    SET_UP = "set-up"
    REFUSE = "refuse"


def verdict(gate: Gate | None, visitor: Visitor) -> GateVerdict:
    """Return what happens when ``visitor`` calls a view with this ``gate``; no gate, no entry."""
    if gate is None:
        return GateVerdict.REFUSE
    if gate.kind is GateKind.PUBLIC:
        return GateVerdict.ENTER
    if gate.kind is GateKind.SERVICE:
        return GateVerdict.ENTER if visitor.kind is ActorKind.SERVICE else GateVerdict.SIGN_IN
    if visitor.kind not in (ActorKind.PERSON, ActorKind.STAFF):
        return GateVerdict.SIGN_IN
    if gate.kind is GateKind.CUSTOMER:
        return GateVerdict.ENTER if visitor.kind is ActorKind.PERSON else GateVerdict.REFUSE
    if visitor.kind is not ActorKind.STAFF:
        return GateVerdict.ENTER if gate.kind is GateKind.SIGNED_IN else GateVerdict.REFUSE
    if not visitor.second_factor and not gate.proves:
        # Staff who have a second factor show it before anything else, before a page that would add
        # another one above all: the first factor alone must never be enough to get a second.
        early = gate.before_second_factor or gate.kind is GateKind.SIGNED_IN
        if visitor.has_factor or not early:
            return GateVerdict.SET_UP
    listed = not gate.roles or visitor.role in gate.roles
    promised = gate.promised and visitor.role not in set(Role)
    return GateVerdict.ENTER if listed or promised else GateVerdict.REFUSE


V = TypeVar("V")


def _declare_gate(gate: Gate) -> Callable[[V], V]:
    def mark(view: V) -> V:
        view.gate = gate  # type: ignore[attr-defined]  # functions and view classes both take it
        return view

    return mark


def allow(*roles: Role, promised: bool = False) -> Callable[[V], V]:
    """Declare that only these roles of staff may call the view, and with ``promised`` those that
    the promise names besides the ones of this program."""
    return _declare_gate(Gate(GateKind.STAFF, frozenset(roles), promised=promised))


def allow_staff(view: V) -> V:
    """Declare that any member of staff may call the view."""
    return _declare_gate(Gate(GateKind.STAFF))(view)


def allow_customer(view: V) -> V:
    """Declare that only a signed-in customer may call the view; they see their own data only."""
    return _declare_gate(Gate(GateKind.CUSTOMER))(view)


def service(view: V) -> V:
    """Declare that only a client with a token may call the view."""
    return _declare_gate(Gate(GateKind.SERVICE))(view)


def signed_in(why: str) -> Callable[[V], V]:
    """Declare that anyone signed in may call the view, staff even before their
    second factor, and why."""
    return _declare_gate(Gate(GateKind.SIGNED_IN, why=why))


def public(why: str) -> Callable[[V], V]:
    """Declare that anyone may call the view, and why."""
    return _declare_gate(Gate(GateKind.PUBLIC, why=why))


_by_name: dict[str, Gate] = {}
_by_prefix: dict[str, Gate] = {}


def declare(name_or_prefix: str, gate: Gate) -> None:
    """Declare a view that is not ours: by its route name, or by a path prefix
    that starts with ``/``."""
    (_by_prefix if name_or_prefix.startswith("/") else _by_name)[name_or_prefix] = gate


def gate_of(view: Callable[..., object], *, name: str | None, path: str) -> Gate | None:
    """Return the declaration of ``view``: its own, else by route name, else by
    the longest path prefix."""
    own = getattr(view, "gate", None) or getattr(getattr(view, "view_class", None), "gate", None)
    # The view's own word comes first: a table that lags behind must not open what its code closes.
    if isinstance(own, Gate):
        return own
    if name and name in _by_name:
        return _by_name[name]
    prefixes = [prefix for prefix in _by_prefix if path.startswith(prefix)]
    return _by_prefix[max(prefixes, key=len)] if prefixes else None


def visitor_of(request: HttpRequest) -> Visitor:
    """Return who calls, by token or by session."""
    if _client(request) is not None:
        return Visitor(ActorKind.SERVICE)
    user = request.user
    if not isinstance(user, Account) or not user.is_active or _is_expired(request.session, user):
        return Visitor()
    if user.is_customer:
        return Visitor(ActorKind.PERSON, Role.CUSTOMER)
    proved = has_second_factor(request.session, user)
    # Asked only of those who have not proved it: one statement less on every other page.
    return Visitor(
        ActorKind.STAFF, user.role, proved, has_factor=proved or queries.has_second_factor(user)
    )


def _is_expired(session: SessionBase, account: Account) -> bool:
    """Whether this session has lasted as long as one may, however busy it is."""
    life = limits.SESSION_LIFE_CUSTOMER if account.is_customer else limits.SESSION_LIFE_STAFF
    return clock.now().timestamp() - float(session.get(BEGAN, 0)) > life.total_seconds()


def has_second_factor(session: SessionBase, account: Account) -> bool:
    """Whether this account proved a second factor in this session (or a demo link waived it)."""
    return session.get(SECOND_FACTOR) == account.pk


def actor_of(request: HttpRequest) -> Actor:
    """Return who acts, for the ledger.

    Raises:
        Refused: nobody is signed in.
    """
    client = _client(request)
    if client is not None:
        return client.actor
    user = request.user
    if not isinstance(user, Account) or not user.is_active:
        raise Refused(why="nobody is signed in")
    return CUSTOMER if user.is_customer else queries.actor_for(user)


def person_of(request: HttpRequest) -> int:
    """Return the ``person_id`` of the signed-in customer.

    Raises:
        Refused: the caller is not a customer.
    """
    user = request.user
    if not isinstance(user, Account) or not user.is_active or user.person_id is None:
        raise Refused(why="this is for the customer themselves")
    return user.person_id


def client_of(request: HttpRequest) -> AuthenticatedClient:
    """Return the client whose token came with the request, and what the token is for.

    Raises:
        Refused: no token, or one that is wrong, expired or revoked.
    """
    client = _client(request)
    if client is None:
        raise Refused(why="no token that works came with the request")
    return client


def is_still_allowed(request: HttpRequest) -> bool:
    """Whether the client's token still works: asked again and again while an answer to
    it is being streamed."""
    token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")[2].strip()
    return client_for_token(token, at=clock.now()) is not None


_UNREAD = object()


def _client(request: HttpRequest) -> AuthenticatedClient | None:
    # Once a request: the verdict, the actor and the scope must all be of the same token, even if it
    # is revoked in between.
    client: Any = getattr(request, "service_client", _UNREAD)
    if client is _UNREAD:
        # Not by ``headers``, which reads every header of the request for one.
        scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        client = (
            client_for_token(token.strip(), at=clock.now()) if scheme.lower() == "bearer" else None
        )
        request.service_client = client  # type: ignore[attr-defined]  # looked up once a request
    authenticated: AuthenticatedClient | None = client
    return authenticated


class GateMiddleware:
    """Enforces every view's declaration, and keeps a used session from ending while it is used."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on; the work is in :meth:`process_view`."""
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., object],
        args: tuple[object, ...],
        kwargs: dict[str, object],
    ) -> HttpResponseBase | None:
        """Return the refusal, or None to let the request in."""
        if request.method == "TRACE":  # it repeats what was sent, tokens too (RFC 9110, 9.3.8)
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        name = request.resolver_match.view_name if request.resolver_match else None
        gate = gate_of(view, name=name, path=request.path)
        if gate is None:
            log.error(
                "a view has no gate and was refused: %s (%s)",
                getattr(view, "__qualname__", "?"),
                name,
            )
        # Before the session is read: a public page costs no statement, and sets no cookie.
        if gate is not None and gate.kind is GateKind.PUBLIC:
            return None
        match verdict(gate, visitor_of(request)):
            case GateVerdict.ENTER:
                _keep_alive(request)
                return None
            case GateVerdict.SIGN_IN:
                if request.user.is_authenticated:
                    # Closed, or over: what its cookie names must be worth nothing afterwards.
                    logout(request)
                return _ask_to_sign_in(request, gate)
            case GateVerdict.SET_UP:
                return HttpResponseRedirect(
                    _with_return_path(reverse("accounts_second_factor"), request)
                )
            case GateVerdict.REFUSE:
                return _refuse(request, gate)


def throttle(request: HttpRequest, action: str, key: str = "") -> None:
    """Count one ``action`` of the caller, against ``limits.SIGN_IN_RATES``: look-ups of people, for
    one. ``key``: what somebody typed who is not signed in.

    Raises:
        RateLimited: more than the limit in its time.
    """
    if not key:
        actor = actor_of(request)
        key = f"{actor.kind}:{actor.id or person_of(request)}"
    if not consume(request, app="allauth.account", action=action, key=key, limit_get=True):
        rates = parse_rates(limits.SIGN_IN_RATES[action])
        raise RateLimited(seconds=int(max(rate.duration for rate in rates)))


def _keep_alive(request: HttpRequest) -> None:
    """Note that the session is used, at most once per ``limits.SESSION_TOUCH``:
    saving it moves its end."""
    if not request.user.is_authenticated:
        return
    now = clock.now().timestamp()
    if now - float(request.session.get(_SEEN, 0)) > limits.SESSION_TOUCH.total_seconds():
        request.session[_SEEN] = now
        open_sessions.note(request, request.user, began=request.session.get(BEGAN, now))


def _ask_to_sign_in(request: HttpRequest, gate: Gate | None) -> HttpResponseBase:
    if request.path.startswith(API) or (gate and gate.kind is GateKind.SERVICE):
        problem = _problem(401, "sign_in_needed", "A token that works must come with the request.")
        # RFC 6750, 3: only a caller who showed a token learns that it is the token.
        problem["WWW-Authenticate"] = 'Bearer realm="aboveboard"' + (
            ', error="invalid_token"' if "Authorization" in request.headers else ""
        )
        return problem
    # Whoever calls a page of the console is sent to the door of staff, whatever the page asks.
    staff = (gate and gate.kind is GateKind.STAFF) or request.path.startswith(CONSOLE)
    return HttpResponseRedirect(
        _with_return_path(reverse("accounts_staff" if staff else "account_login"), request)
    )


def _refuse(request: HttpRequest, gate: Gate | None) -> HttpResponse:
    if request.path.startswith(API):
        return _problem(403, "refused", "You may not do this.")
    context = {
        "for_staff": bool(gate and gate.kind is GateKind.STAFF),
        "for_customers": bool(gate and gate.kind is GateKind.CUSTOMER),
    }
    if gate is not None:
        context["roles"] = sorted(role.value.replace("-", " ") for role in gate.roles)  # type: ignore[assignment]
    return render(request, "accounts/refused.html", context, status=403)


def _problem(status: int, code: str, sentence: str) -> JsonResponse:
    """Return an RFC 9457 problem."""
    body = problems.problem(status, code, sentence, request_id=REQUEST_ID.get())
    return JsonResponse(body, status=status, content_type=problems.MEDIA_TYPE)


def _with_return_path(address: str, request: HttpRequest) -> str:
    """Return ``address`` with the way back; only a page that can be asked
    for again is a way back."""
    if request.method not in ("GET", "HEAD"):
        return address
    return f"{address}?{urlencode({'next': request.get_full_path()})}"

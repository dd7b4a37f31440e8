"""The protocol of tokens, by authlib: client credentials (RFC 6749, 4.4), revocation (RFC
7009), metadata (RFC 8414).

Here authlib meets our tables; nothing of the protocol itself is written here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from authlib.oauth2 import AuthorizationServer, OAuth2Request
from authlib.oauth2.rfc6749 import ClientMixin, InvalidClientError, OAuth2Payload
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict

from aboveboard.accounts import limits, links
from aboveboard.accounts.clients import tokens
from aboveboard.accounts.clients.scope import ClientScope
from aboveboard.accounts.models import AccessToken, ServiceClient
from aboveboard.basics import clock

WAYS = ("client_secret_basic", "client_secret_post")
"""How a client proves itself at the endpoints (RFC 8414, 2)."""
_CLIENT_ID = re.compile(r"[0-9A-Za-z._-]{1,40}")


class OAuthClient(ClientMixin):  # type: ignore[misc]  # authlib publishes no types
    """A client as authlib asks about it. ``row`` is None for one that is not there: it fails
    like a wrong secret does."""

    def __init__(self, row: ServiceClient | None) -> None:
        self.row = row
        self._secret = ""

    def check_client_secret(self, client_secret: str) -> bool:
        """Whether the secret is right and works now."""
        self._secret = client_secret
        return self.row is not None and tokens.is_secret_of(self.row, client_secret, at=clock.now())

    def store_token(self, token: str, scope: ClientScope) -> None:
        """Make the token work, with the client's row locked: one that is revoked, or given another
        secret because this one leaked, must not get a token for the old one in between.

        Raises:
            InvalidClientError: the secret does not work any more.
        """
        with transaction.atomic():
            locked = ServiceClient.objects.select_for_update()
            row = locked.filter(pk=self.row.pk).first() if self.row is not None else None
            if row is None or not tokens.is_secret_of(row, self._secret, at=clock.now()):
                raise InvalidClientError(status_code=401)
            tokens.store(token, row, scope, at=clock.now())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Whether a client may prove itself in this way."""
        return method in WAYS

    def check_grant_type(self, grant_type: str) -> bool:
        """Whether a client may get tokens in this way."""
        return bool(grant_type == ClientCredentialsGrant.GRANT_TYPE)

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """Return the scope that is granted: what was asked for, or None where that is more
        than the client's own."""
        narrowed = tokens.scope_of(self.row).narrow(scope) if self.row is not None else None
        return None if narrowed is None else narrowed.as_scope()


class _Form(OAuth2Payload):  # type: ignore[misc]  # authlib publishes no types
    def __init__(self, form: QueryDict) -> None:
        self._form = form

    @property
    def data(self) -> dict[str, str]:
        return {name: str(value) for name, value in self._form.items()}

    @property
    def datalist(self) -> defaultdict[str, list[str]]:
        return defaultdict(
            list, {name: [str(value) for value in self._form.getlist(name)] for name in self._form}
        )


class _Request(OAuth2Request):  # type: ignore[misc]  # authlib publishes no types
    """What authlib reads of a request: the form alone, never the address, which
    logs and proxies keep."""

    def __init__(self, request: HttpRequest) -> None:
        # TLS ends at the proxy, and `server.origin` says whether there is one. authlib would
        # refuse 127.0.0.1 without it.
        super().__init__(
            request.method or "",
            f"https://{request.get_host()}{request.path}",
            headers=request.headers,
        )
        self._form = request.POST
        self.payload = _Form(request.POST)

    @property
    def args(self) -> Mapping[str, str]:
        return {}

    @property
    def form(self) -> QueryDict:
        return self._form


# authlib publishes no types.
class _ClientCredentials(ClientCredentialsGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = list(WAYS)


class _Revocation(RevocationEndpoint):  # type: ignore[misc]  # authlib publishes no types
    CLIENT_AUTH_METHODS = list(WAYS)

    def query_token(self, token_string: str, token_type_hint: str | None) -> _TokenRow | None:
        # Revoked and expired ones too: ending one of those again is no error (RFC 7009, 2.2).
        row = AccessToken.objects.filter(token_hash=links.digest(token_string)).first()
        return None if row is None else _TokenRow(row)

    def revoke_token(self, token: _TokenRow, request: object) -> None:
        tokens.revoke([token.row.pk], at=clock.now())


class _TokenRow:
    def __init__(self, row: AccessToken) -> None:
        self.row = row

    def check_client(self, client: OAuthClient) -> bool:
        # RFC 7009, 2.1: a client may end its own tokens and nobody else's.
        return client.row is not None and self.row.client == client.row


class OAuthServer(AuthorizationServer):  # type: ignore[misc]  # authlib publishes no types
    """authlib's authorization server over our tables."""

    def __init__(self) -> None:
        super().__init__()
        life = int(limits.ACCESS_TOKEN_LIFE.total_seconds())
        self.register_token_generator(
            "default",
            BearerTokenGenerator(lambda **_: links.new_token(links.TOKEN_PREFIX), None, life),
        )
        self.register_grant(_ClientCredentials)
        self.register_endpoint(_Revocation)

    def query_client(self, client_id: str) -> OAuthClient:
        """Return the client of that id, or one that proves nothing."""
        known = _CLIENT_ID.fullmatch(client_id)  # before the database, which takes no NUL
        return OAuthClient(
            ServiceClient.objects.filter(client_id=client_id, revoked_at=None).first()
            if known
            else None
        )

    def save_token(self, token: Mapping[str, Any], request: Any) -> None:
        """Keep the token's hash."""
        row: ServiceClient = request.client.row
        scope = tokens.scope_of(row).narrow(token["scope"])
        # authlib asked get_allowed_scope before; a token for more must not be kept even if it did
        # not.
        if scope is None:
            raise RuntimeError("a token was made for a scope that was not allowed")
        request.client.store_token(token["access_token"], scope)

    def create_oauth2_request(self, request: HttpRequest) -> _Request:
        """Return what authlib reads."""
        return _Request(request)

    def handle_response(
        self, status: int, body: object, headers: list[tuple[str, str]]
    ) -> HttpResponse:
        """Return the answer."""
        response = JsonResponse(body if isinstance(body, dict) else {}, status=status)
        for name, value in headers:
            response[name] = value
        return response

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody listens: what follows from a token is done where it is done."""


def metadata(origin: str) -> dict[str, Any]:
    """Return what RFC 8414 has a server say of itself. ``origin``: where clients reach it."""
    described = AuthorizationServerMetadata(
        issuer=origin,
        token_endpoint=f"{origin}/oauth/token",
        revocation_endpoint=f"{origin}/oauth/revoke",
        response_types_supported=[],
        grant_types_supported=[ClientCredentialsGrant.GRANT_TYPE],
        token_endpoint_auth_methods_supported=list(WAYS),
        revocation_endpoint_auth_methods_supported=list(WAYS),
    )
    return dict(described)

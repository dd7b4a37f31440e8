"""Reading the calls of a declaration: paths, queries, bodies, pages, and who we say that we are.

Every placeholder must be a name that is known where it stands; a secret is known to ``auth`` alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from aboveboard.basics.canonical import Json
from aboveboard.connectors.http.calls import BUILT_IN
from aboveboard.connectors.http.paths import JsonPath
from aboveboard.connectors.http.placeholders import WRITINGS, PlaceholderText, templates_in
from aboveboard.connectors.http.shape import (
    AuthKind,
    DeclaredAuth,
    DeclaredCall,
    DeclaredListing,
    DeclaredPages,
    PageKind,
)
from aboveboard.connectors.reading import DeclarationPart, quoted_word

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
_REPEATABLE: Final = ("GET", "PUT", "DELETE")
_MOST_PAGE: Final = 100_000
_OVER: Final = ("method", "path", "time", "body")
_WORDS: Final = {
    "token": "the token",
    "user": "the user",
    "password": "the password",
    "token_address": "where a token is asked for",
    "client": "the client's id",
    "secret": "the secret",
    "scope": "what the token should allow",
    "refresh": "the refresh token",
    "issuer": "who signs: the account's address or id",
    "key": "the private key in PEM",
    "subject": "for whom it is asked",
    "audience": "whom the signed token is for",
    "header": "the header that takes the signature",
    "time_header": "the header that takes the time",
}
_TEXTS: Final[Mapping[AuthKind, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    AuthKind.NONE: ((), ()),
    AuthKind.HEADER: ((), ()),
    AuthKind.QUERY: ((), ()),
    AuthKind.BASIC: (("user",), ("password",)),
    AuthKind.BEARER: (("token",), ()),
    AuthKind.CLIENT_CREDENTIALS: (("token_address", "client", "secret"), ("scope",)),
    AuthKind.REFRESH_TOKEN: (("token_address", "client", "refresh"), ("secret", "scope")),
    AuthKind.SERVICE_ACCOUNT: (
        ("token_address", "issuer", "key"),
        ("scope", "subject", "audience"),
    ),
    AuthKind.SIGNED: (("secret", "header"), ("time_header",)),
}
"""What each kind needs, and what it may have."""


class CallReader:
    """Reads calls. ``names``: what every call of this API knows (its settings)."""

    def __init__(self, settings: Collection[str], hosts: Collection[str] = ()) -> None:
        self._settings, self._hosts = frozenset((*settings, *BUILT_IN)), tuple(hosts)

    def template(
        self, part: DeclarationPart, key: str, expected: str, names: Collection[str], **more: bool
    ) -> PlaceholderText:
        """Return the words under a key, whose placeholders must be among ``names``."""
        text = part.text(key, expected, required=more.get("required", False))
        return self.checked(part, key, text, names)

    def checked(
        self, part: DeclarationPart, key: str, text: str, names: Collection[str]
    ) -> PlaceholderText:
        """Return words as a template; what is wrong with its placeholders is reported."""
        template = PlaceholderText.parse(text)
        if template is None:
            part.problem(
                key,
                f"`{part.name}.{key}`: an angle bracket is part of no placeholder.",
                "Write <name>, or <name as LANGUAGE>: "
                + ", ".join(word for word in WRITINGS if word)
                + ".",
            )
            return PlaceholderText(())
        known = self._settings | frozenset(names)
        for name in template.names():
            if name not in known:
                part.problem(
                    key,
                    f"`{part.name}.{key}` names {quoted_word(name)}, which nothing gives it.",
                    f"Known here: {', '.join(sorted(known))}.",
                    code="unknown_name",
                )
        return template

    def templates(
        self, part: DeclarationPart, key: str, expected: str, names: Collection[str]
    ) -> dict[str, PlaceholderText]:
        """Return words by name, each a template."""
        pairs = part.pairs(key, expected)
        for name, text in pairs.items():
            if any(mark < " " or mark == "\x7f" for mark in name + text):
                part.problem(key, f"`{part.name}.{key}` has a line break in it.", "Take it out.")
        return {name: self.checked(part, key, text, names) for name, text in pairs.items()}

    def call(
        self, part: DeclarationPart, names: Collection[str], *, method: str = "GET"
    ) -> DeclaredCall:
        """Return one call."""
        method = part.text("method", "the method", default=method, choices=METHODS)
        path = self.template(part, "path", "the path, from its first slash", names, required=True)
        if path.pieces and not str(path.pieces[0]).startswith("/"):
            part.problem("path", f"`{part.name}.path` has no slash in front.", "Begin with /.")
        absent = [
            part_text
            for part_text in part.words("absent", "statuses that mean that there is nothing")
            if part_text.isdigit()
        ]
        return DeclaredCall(
            method,
            path,
            self.templates(part, "query", "parameters of the query, by name", names),
            self.templates(part, "headers", "headers, by name", names),
            self._body(part, "json", names),
            self._body(part, "form", names),
            part.flag(
                "repeatable",
                "true where the call may be made twice",
                default=method in _REPEATABLE,
            ),
            frozenset(map(int, absent)) or frozenset((404, 410)),
            part.text("at", "the name of another host", choices=self._hosts or ("",)),
        )

    def _body(self, part: DeclarationPart, key: str, names: Collection[str]) -> Json:
        if not part.has(key):
            part.data(key, "the body")
            return None
        value = part.data(key, "the body")
        for text in templates_in(value):
            self.checked(part, key, text, names)
        return value

    def listing(
        self, part: DeclarationPart, names: Collection[str], kinds: Collection[str] = ()
    ) -> DeclaredListing:
        """Return a call with items. ``kinds``: the identifiers that ``same`` may name."""
        call = self.call(part, names)
        items = path(part, "items", "where the answer has the items") or JsonPath(".", ())
        same = paths(part, "same", "where an item has the identifier, by its kind")
        for kind in same:
            if kinds and kind not in kinds:
                part.problem(
                    "same", f"`{part.name}.same` names {quoted_word(kind)}.", "Not asked here."
                )
        pages = part.part("pages", "how the next page is asked for")
        return DeclaredListing(
            call,
            items,
            self._pages(pages) if pages.present else None,
            same,
            part.flag("may_miss", "true where an answer without items means that there are none"),
        )

    def _pages(self, part: DeclarationPart) -> DeclaredPages:
        kind = PageKind(
            part.text(
                "kind",
                "cursor, link or number",
                required=True,
                default="cursor",
                choices=list(PageKind),
            )
        )
        if kind is PageKind.LINK:
            return DeclaredPages(
                kind,
                at=path(part, "at", "where the answer has the link; else the header Link"),
                more=path(part, "more", "where the answer says whether there are more"),
            )
        into = part.text("into", "the parameter that takes the place", required=True)
        at = path(part, "at", "where the answer has the cursor")
        of_last = path(part, "of_last", "where the last item has the cursor")
        if kind is PageKind.CURSOR and (at is None) == (of_last is None):
            part.problem("at", f"`{part.name}` needs `at` or `of_last`.", "Name one of them.")
        return DeclaredPages(
            kind,
            into,
            part.flag("in_body", "true where the parameter is part of the body"),
            at,
            of_last,
            path(part, "more", "where the answer says whether there are more"),
            part.number("start", "the first number", default=1, least=0, most=1),
            part.number("step", "how far the next is", default=1, least=1, most=_MOST_PAGE),
            part.number("size", "items of a whole page", default=0, least=0, most=_MOST_PAGE),
        )

    def auth(self, part: DeclarationPart, secrets: Collection[str]) -> DeclaredAuth:
        """Return how the API is told who asks."""
        kind = AuthKind(
            part.text("kind", "the kind", default="none", required=True, choices=list(AuthKind))
        )
        needed, allowed = _TEXTS[kind]
        texts = {
            name: self.template(part, name, _WORDS[name], secrets, required=name in needed)
            for name in (*needed, *allowed)
            if name in needed or part.has(name)
        }
        headers = self.templates(part, "headers", "headers, by name", secrets)
        query = self.templates(part, "query", "parameters of the query, by name", secrets)
        if (kind is AuthKind.HEADER and not headers) or (kind is AuthKind.QUERY and not query):
            part.problem("kind", f"`{part.name}` has nothing to send.", "Name what is sent.")
        over = (
            part.words("over", "what is signed", choices=_OVER) if kind is AuthKind.SIGNED else ()
        )
        return DeclaredAuth(
            kind,
            texts,
            headers,
            query,
            self.templates(part, "more", "further words of the call for a token", secrets),
            part.flag("in_form", "true where client and secret go in the form"),
            over or (("method", "path", "time", "body") if kind is AuthKind.SIGNED else ()),
        )


def path(part: DeclarationPart, key: str, expected: str) -> JsonPath | None:
    """Return the way into an answer under a key, or None."""
    text = part.text(key, f"{expected}, such as data or paging.next")
    return way_of(part, key, text) if text else None


def paths(part: DeclarationPart, key: str, expected: str) -> dict[str, JsonPath]:
    """Return ways by name."""
    pairs = part.pairs(key, expected)
    return {name: way for name, text in pairs.items() if (way := way_of(part, key, text))}


def way_of(part: DeclarationPart, key: str, text: str) -> JsonPath | None:
    """Return a text under a key as a way into an answer; what is none is reported."""
    way = JsonPath.parse(text)
    if way is None:
        part.problem(
            key,
            f"`{part.name}.{key}`: {quoted_word(text)} is no way into an answer.",
            'Write names with dots, [0] or [*], and quotes around a name with a dot: a."b.c"[*].',
        )
    return way

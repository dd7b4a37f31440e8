"""Going through the pages of a listing, one in memory at a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from aboveboard.basics.canonical import Json
from aboveboard.connectors.contract import Identifier, SystemAnswerUnreadable
from aboveboard.connectors.http.calls import ApiAnswer, ApiCaller
from aboveboard.connectors.http.limits import PAGES
from aboveboard.connectors.http.paths import EACH, JsonPath, as_text, items, merged_at
from aboveboard.connectors.http.placeholders import Scope
from aboveboard.connectors.http.shape import DeclaredListing, DeclaredPages, PageKind
from aboveboard.kinds import normalise

_LINK = re.compile(r'<([^<>]*)>((?:\s*;\s*[^\s;,=]+\s*=\s*(?:"[^"]*"|[^\s;,"]+))*)')
_REL = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _NextPage:
    """Where the next page is: the arguments of :meth:`ApiCaller.ask`."""

    query: Mapping[str, str] = field(default_factory=dict)
    body: Callable[[Json], Json] | None = None
    link: str = ""
    name: str = ""


def listed(caller: ApiCaller, listing: DeclaredListing, scope: Scope) -> Iterator[Json]:
    """Yield the items of a listing, through all its pages.

    Raises:
        SystemAnswerUnreadable: the answer has no items where they should be: that is no proof that
            there are none; or its pages lead back to themselves, or never end.
        SystemUnavailable, SystemRefused
    """
    pages = listing.pages
    number = pages.start if pages else 0
    place = _numbered(pages, number) if pages and pages.kind is PageKind.NUMBER else _NextPage()
    been: set[int] = set()
    for _ in range(PAGES):
        answer = caller.ask(
            listing.call, scope, query=place.query, body=place.body, link=place.link
        )
        if answer is None:
            return
        page = _items(caller, listing, answer)
        yield from page
        if pages is None:
            return
        number += pages.step
        following = _next(caller, pages, answer, page, number)
        if following is None:
            return
        if hash(following.name) in been:
            raise SystemAnswerUnreadable(
                system=caller.system, where="pages that lead back to themselves"
            )
        been.add(hash(following.name))
        place = following
    raise SystemAnswerUnreadable(system=caller.system, where="pages without end")


def is_theirs(item: Json, listing: DeclaredListing, identifier: Identifier) -> bool:
    """Whether an item has the identifier where the declaration says that it must be. Searches find
    what is like it as well."""
    path = listing.same.get(identifier.kind)
    if path is None:
        return True
    wanted = _normal(identifier.kind, identifier.value.reveal())
    return any(
        (text := as_text(value)) is not None and _normal(identifier.kind, text) == wanted
        for value in path.values(item)
    )


def _normal(kind: str, text: str) -> str:
    if kind == "email":
        return normalise.email(text) or text
    if kind == "phone":
        return normalise.digits(text)
    return text


def _items(caller: ApiCaller, listing: DeclaredListing, answer: ApiAnswer) -> list[Json]:
    values = list(listing.items.values(answer.json))
    if not values and not listing.may_miss and EACH not in listing.items.steps:
        raise SystemAnswerUnreadable(
            system=caller.system, where=f"no {listing.items.text} in the answer"
        )
    for value in values:
        if not isinstance(value, list | Mapping) and not (value is None and listing.may_miss):
            raise SystemAnswerUnreadable(
                system=caller.system, where=f"{listing.items.text} is no list"
            )
    return [item for value in values for item in items(value) if item not in ({}, None)]


def _next(
    caller: ApiCaller, pages: DeclaredPages, answer: ApiAnswer, page: list[Json], number: int
) -> _NextPage | None:
    more = pages.more.first(answer.json) if pages.more else None
    if pages.more and more in (None, False, 0, "", "false"):
        return None
    if pages.kind is PageKind.NUMBER:
        # Without a word of whether there are more, a page that is not whole is the last one.
        ended = not page or (pages.more is None and pages.size and len(page) < pages.size)
        return None if ended else _numbered(pages, number)
    if pages.kind is PageKind.LINK:
        link = (
            as_text(pages.at.first(answer.json))
            if pages.at
            else next_link(answer.headers.get("link", ""))
        )
        return _NextPage(link=link, name=link) if link else None
    if pages.of_last:
        # A page without items has no last one, and no next one.
        cursor = as_text(pages.of_last.first(page[-1])) if page else None
        if pages.more is None and pages.size and len(page) < pages.size:
            return None
    else:
        cursor = as_text(pages.at.first(answer.json)) if pages.at else None
    if cursor is None:
        if pages.more and page:
            raise SystemAnswerUnreadable(
                system=caller.system, where="there are more pages, and nothing says where"
            )
        return None
    return _page_at(pages, cursor, cursor)


def _numbered(pages: DeclaredPages, number: int) -> _NextPage:
    return _page_at(pages, str(number), number)


def _page_at(pages: DeclaredPages, text: str, value: Json) -> _NextPage:
    if not pages.in_body:
        return _NextPage(query={pages.into: text}, name=text)
    way = JsonPath.parse(pages.into)

    def into_body(body: Json) -> Json:
        whole = dict(body) if isinstance(body, Mapping) else {}
        if way is not None:
            merged_at(way, value, whole)
        return whole

    return _NextPage(body=into_body, name=text)


def next_link(header: str) -> str | None:
    """Return the address with ``rel="next"`` of a header Link (RFC 8288, 3), or None."""
    for target, parameters in _LINK.findall(header):
        rel = _REL.search(parameters)
        if rel and "next" in (rel[1] or rel[2] or "").lower().split():
            return str(target)
    return None

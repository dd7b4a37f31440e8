"""What a declaration says of an API: its address, how we prove who we are, and the calls for what
it holds. Data alone; ``reading`` makes it from YAML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from aboveboard.basics.canonical import Json
from aboveboard.connectors.declaration import DeclaredCollection
from aboveboard.connectors.http.paths import JsonPath
from aboveboard.connectors.http.placeholders import PlaceholderText
from aboveboard.connectors.outgoing.retries import CallRate


class AuthKind(StrEnum):
    """How an API is told who asks."""

    NONE = "none"
    HEADER = "header"
    QUERY = "query"
    BASIC = "basic"
    BEARER = "bearer"
    CLIENT_CREDENTIALS = "client_credentials"
    """OAuth 2, RFC 6749, 4.4."""
    REFRESH_TOKEN = "refresh_token"  # noqa: S105  # the name of a grant: RFC 6749, 6
    SERVICE_ACCOUNT = "service_account"
    """A JSON Web Token signed with RS256, given for an access token: RFC 7523, 2.1."""
    SIGNED = "signed"
    """An HMAC with SHA-256 over the request, in a header."""


@dataclass(frozen=True, slots=True)
class DeclaredAuth:
    """How an API is told who asks. ``texts``, ``headers``, ``query`` and ``more`` may name secrets;
    nothing else of a declaration may."""

    kind: AuthKind = AuthKind.NONE
    texts: Mapping[str, PlaceholderText] = field(default_factory=dict)
    headers: Mapping[str, PlaceholderText] = field(default_factory=dict)
    query: Mapping[str, PlaceholderText] = field(default_factory=dict)
    more: Mapping[str, PlaceholderText] = field(default_factory=dict)
    in_form: bool = False
    """Whether client and secret go in the form, and not by HTTP Basic (RFC 6749, 2.3.1)."""
    over: tuple[str, ...] = ()
    """What is signed, joined by line feeds: ``method``, ``path``, ``time``, ``body``."""


@dataclass(frozen=True, slots=True)
class DeclaredCall:
    """One call.

    Attributes:
        path: below the base; begins with a slash.
        json, form: the body, or None.
        repeatable: whether it may be made twice without another effect.
        absent: statuses that mean that there is nothing, which is no error.
        at: the name of another host of the same system; "" for its base.
    """

    method: str
    path: PlaceholderText
    query: Mapping[str, PlaceholderText] = field(default_factory=dict)
    headers: Mapping[str, PlaceholderText] = field(default_factory=dict)
    json: Json = None
    form: Json = None
    repeatable: bool = True
    absent: frozenset[int] = frozenset((404, 410))
    at: str = ""


class PageKind(StrEnum):
    """How an API gives the next page."""

    CURSOR = "cursor"
    LINK = "link"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class DeclaredPages:
    """How the next page is asked for.

    Attributes:
        into: the parameter of the query that takes the cursor or number; with ``in_body`` the way
            into the JSON body.
        at: where the answer has the cursor or the link; None: the link is in the header Link
            (RFC 8288).
        of_last: where the last item of the page has the cursor.
        more: where the answer says whether there are more; None: it does not.
        start, step: the first number, and how far the next one is.
        size: how many items a whole page has; 0: unknown, and the end is an empty page.
    """

    kind: PageKind
    into: str = ""
    in_body: bool = False
    at: JsonPath | None = None
    of_last: JsonPath | None = None
    more: JsonPath | None = None
    start: int = 1
    step: int = 1
    size: int = 0


@dataclass(frozen=True, slots=True)
class DeclaredListing:
    """A call whose answer has items. ``same``: what each must have to be the person's, by path: the
    kind of identifier; an item that has another value is somebody else's, and left."""

    call: DeclaredCall
    items: JsonPath
    pages: DeclaredPages | None = None
    same: Mapping[str, JsonPath] = field(default_factory=dict)
    may_miss: bool = False
    """Whether an answer without the items means that there are none. Otherwise it is unreadable."""


@dataclass(frozen=True, slots=True)
class DeclaredFailures:
    """How an API says with a status of 200 that a call failed: ``ok`` is not true, or something
    stands at one of ``wrong``. A ``code`` in ``absent`` means that there is nothing."""

    ok: JsonPath | None = None
    wrong: tuple[JsonPath, ...] = ()
    code: JsonPath | None = None
    absent: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DeclaredWait:
    """How a system says that it erases later.

    Attributes:
        message: the sentence for whoever waits.
        pending: lists the erasures of this person that were asked for; None: it cannot be asked.
        state: where such an erasure has its state.
        open: the states in which it is not done yet.
    """

    message: str
    pending: DeclaredListing | None = None
    state: JsonPath | None = None
    open: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DeclaredErasure:
    """The calls that erase, in order. ``once``: for all items of a part together."""

    calls: tuple[DeclaredCall, ...]
    once: bool = False
    wait: DeclaredWait | None = None


@dataclass(frozen=True, slots=True)
class DeclaredCorrection:
    """A call that sets values: at ``fields``' paths of its body, by data category. ``held``: where
    the record that is read has the same."""

    call: DeclaredCall
    fields: Mapping[str, JsonPath]
    held: Mapping[str, JsonPath]


@dataclass(frozen=True, slots=True)
class ApiPart:
    """What hangs on a record: invoices of a customer, comments of a ticket.

    Attributes:
        about: name, explanation and fields, for people.
        read: None where the record that was found is all.
        key: the names by which further calls know an item, and where it has them.
        values: where an item has what it tells, if that is not the item itself.
        keeps: why its items stay when the person is erased; "" where they go.
        with_parent: whether they go with what they hang on, without a call of their own.
    """

    about: DeclaredCollection
    read: DeclaredListing | None = None
    key: Mapping[str, JsonPath] = field(default_factory=dict)
    values: JsonPath | None = None
    parts: tuple[ApiPart, ...] = ()
    erase: DeclaredErasure | None = None
    keeps: str = ""
    with_parent: bool = False

    @property
    def name(self) -> str:
        """The name of the collection."""
        return self.about.name

    def with_parts(self) -> Iterator[ApiPart]:
        """Yield it and all that hangs on it."""
        yield self
        for part in self.parts:
            yield from part.with_parts()


@dataclass(frozen=True, slots=True)
class ApiCollection(ApiPart):
    """Where a person is found.

    Attributes:
        find: the listing for each kind of identifier.
        learns: what a record tells of the person, by the kind of identifier.
        list: lists anybody's records, for discovery.
        many: whether one person has many of it (tickets, messages). Where not, a second one may be
            somebody else, and a person decides.
    """

    find: Mapping[str, DeclaredListing] = field(default_factory=dict)
    learns: Mapping[str, JsonPath] = field(default_factory=dict)
    list: DeclaredListing | None = None
    many: bool = False
    correct: DeclaredCorrection | None = None
    restrict: Mapping[str, DeclaredCall] = field(default_factory=dict)
    """Calls by the use that they end; ``all`` ends every one."""


@dataclass(frozen=True, slots=True)
class SettingDeclared:
    """What an organisation says of its own account: a subdomain, a region. ``default``: "" where it
    must say it."""

    about: str
    default: str = ""


@dataclass(frozen=True, slots=True)
class ApiHost:
    """Another host of the same system, with its own way to be told who asks."""

    base: PlaceholderText
    auth: DeclaredAuth


@dataclass(frozen=True, slots=True)
class ApiShape:
    """An API.

    Attributes:
        base: its address, with settings as placeholders.
        references: addresses of its public reference.
        secrets: names of its secrets, and what each is.
        cannot: what stays that no call reaches, and why, as sentences that the person reads.
    """

    name: str
    base: PlaceholderText
    auth: DeclaredAuth
    collections: Mapping[str, ApiCollection]
    references: tuple[str, ...] = ()
    checked: str = ""
    settings: Mapping[str, SettingDeclared] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, PlaceholderText] = field(default_factory=dict)
    test: DeclaredCall | None = None
    rate: CallRate | None = None
    failures: DeclaredFailures | None = None
    hosts: Mapping[str, ApiHost] = field(default_factory=dict)
    data_uses: tuple[str, ...] = ()
    data_subjects: tuple[str, ...] = ()
    cannot: tuple[str, ...] = ()

    def parts(self) -> Iterator[ApiPart]:
        """Yield every collection and what hangs on it."""
        for collection in self.collections.values():
            yield from collection.with_parts()

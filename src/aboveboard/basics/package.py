"""What each package declares, typed, in its ``apps.py``; gathered once, when first asked for.

A package's app config has a method ``package()`` that returns a :class:`Package`. Whoever needs to
ask every package something (the erasure of a person, a backup, the worker, the navigation) reads
:func:`gathered`, and so needs to know none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

from aboveboard.basics.actor import Actor
from aboveboard.basics.canonical import Json
from aboveboard.basics.errors import Misconfigured, NotFound
from aboveboard.basics.facts import Facts

F = TypeVar("F", bound=Facts)


@dataclass(frozen=True, slots=True)
class RecordedEntry(Generic[F]):
    """An entry read back: its number, when, who acted, what it says, and whom it is about."""

    id: int
    at: datetime
    by: Actor
    facts: F
    person_id: int | None


class NotHeld(NotFound):
    """The {what} that it is about is not in what was restored: it came after the backup, or was
    erased since."""

    code = "not_held"


@dataclass(frozen=True, slots=True)
class NotNeeded:
    """Nothing is to be done with these rows for this, and ``why`` says the reason."""

    why: str


Numbers = Sequence[int]
"""Every number of one person: their own first, then those of records merged into it."""
Merge = Callable[[int, int], Json]
"""``merge(kept, merged)``: inside the merge's transaction, let what is kept about ``merged`` be
about ``kept``; return what is needed to undo it, which is stored in the clear: ids and codes."""
Split = Callable[[int, int, Json], None]
"""``split(kept, merged, state)``: undo it."""
ReEncrypt = Callable[[int, Any, Any], object]
"""``re_encrypt(person_id, old, new)``: inside the transaction that changes the person's key, seal
again under the cipher ``new`` what was sealed under ``old``."""
EraseFields = Callable[[Numbers, Collection[str]], object]
"""``erase_fields(numbers, fields)``: inside the transaction that erases some fields of a person's
record, after their key was changed: erase the same fields from copies of their values."""


@dataclass(frozen=True, slots=True)
class SealedCopy:
    """A record in the vault's byte format that another package keeps: whose key seals it, whose
    number its boxes are bound to, and its bytes."""

    key_of: int
    bound_to: int
    record: bytes


SealedCopies = Callable[[Collection[int]], Iterable[SealedCopy]]
"""``sealed_copies(person_ids)``: copies of values of these people, so that they can be filed under
another key of the blind index."""
BeforeErasure = Callable[[Numbers, str, datetime], object]
"""``before_erasure(numbers, reason, at)``: inside the transaction that erases a person, while their
key still opens their record: what is kept of them so that the erasure is not undone."""
InUse = Callable[[Collection[int], datetime], Mapping[int, str]]
"""``in_use(person_ids, at)``: who of a whole batch is still needed, and the code of why: a
retention sweep leaves them."""


FIRST_MACS: Final = "accounts.0009_row_macs"
"""The migration that gave the last of the tables that had MACs first their column."""

SpeaksOf = Mapping[type[Facts], Callable[[RecordedEntry[Any]], tuple[str, int] | None]]
"""Of each kind of entry, which row it speaks of: the name of a column, and its value there; None
where this entry of the kind speaks of none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidingTable:
    """A table whose rows decide who may do what, and how its rows are compared with the log.

    The columns that decide stand on the model (``keys.rows.DecidingRow.DECIDING``), under the MAC
    of each row.

    Attributes:
        table: the Django label (``"choices.Choice"``).
        speaks_of: for each kind of entry about these rows, which row it speaks of: the name of a
            column, and the value that it has there. Or why the log has no entry about them.
        named_in: the columns in which a row names its entries, the first made first.
        differs: given a row and an entry that it names, the name of a column that is not as the
            entry says, or "".
        twice: each change has two entries, one for either of two people, and the row names the
            first.
        may_be_unnamed: whether a row may name no entry.
        named_before: whether an entry is the one that made a row, for rows from before they named
            their entries; where ``speaks_of`` tells it already, this is not needed.
        ends: the kinds of entry after which there is no row.
        check: yields a sentence for whatever else in these rows cannot be.
        upgraded: what else is to be done once rows from before there were MACs have theirs.
        since: the migration that gave the table its MACs.
    """

    table: str
    speaks_of: SpeaksOf | NotNeeded
    named_in: tuple[str, ...] = ("entry_id",)
    differs: Callable[[Any, RecordedEntry[Any]], str] = lambda row, entry: ""
    twice: bool = False
    may_be_unnamed: Callable[[Any], bool] = lambda row: False
    named_before: Callable[[Any, RecordedEntry[Any]], bool] | None = None
    ends: frozenset[type[Facts]] = frozenset()
    check: Callable[[], Iterable[str]] = tuple
    upgraded: Callable[[], object] = tuple
    since: str = FIRST_MACS


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalData:
    """What one table or kind of file holds of people, and what becomes of it with them.

    Every question is answered: with a function, or with :class:`NotNeeded` and the reason.

    Attributes:
        name: what it is called in the person's own copy (``export``): snake_case, plural.
        tables: Django labels (``"choices.Choice"``) of the tables; every table that names a person
            is in exactly one declaration (``tests/house/test_packages.py``).
        files: folders below the instance, where it is kept in files.
        export: given every number of a person, yields what is held about them as JSON. What is
            sealed is opened by ``access`` alone; here it is named, not shown.
        erase: given every number of a person who is being erased, deletes it, inside the erasure's
            transaction. Must bear to be run again: a restored backup repeats erasures.
        merge, split: what happens when two records are found to be of one person, and back.
        re_encrypt: what happens when the person gets a new key.
        in_use: whether somebody still needs it, so that a retention sweep must wait.
        in_use_words: each code that ``in_use`` gives, with the sentence that staff read.
        erase_fields: what happens when single fields of the person's record are erased; only a
            copy of their values needs to answer.
        sealed_copies: the records in the vault's format that are kept outside the vault.
        export_by: columns (``"choices.Choice.person_id"``) of which one has a row for everybody of
            whom ``export`` yields anything, or tables of which it yields nothing while they are
            empty (``"incidents.Incident"``): so that it is not asked in vain. Empty: always asked.
    """

    name: str
    tables: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    export: Callable[[Numbers], Iterable[Mapping[str, Json]]] | NotNeeded
    erase: Callable[[Numbers], object] | NotNeeded
    merge: Merge | NotNeeded
    split: Split | NotNeeded
    re_encrypt: ReEncrypt | NotNeeded
    in_use: InUse | NotNeeded
    in_use_words: Mapping[str, str] = field(default_factory=dict)
    erase_fields: EraseFields | NotNeeded = NotNeeded("it holds no copy of a field's value")
    sealed_copies: SealedCopies | None = None
    export_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """Work that the worker does.

    ``run`` gets the job's reference, outside any transaction, and must bear to be run again after
    a crash.
    """

    kind: str
    run: Callable[[Mapping[str, Any]], object]


@dataclass(frozen=True, slots=True)
class Letter:
    """A kind of message to people. ``render`` gets dispatches of one batch and yields a message, or
    the reason why there is none, for each (:mod:`aboveboard.delivery.rendering`).
    """

    kind: str
    render: Callable[[Sequence[Any]], Iterable[Any]]


class EventAbout(StrEnum):
    """Whom an event is about: a person, one who was just erased, or nobody in particular."""

    PERSON = "person"
    ERASED = "erased"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType:
    """A kind of event that other systems are notified of (``delivery.webhooks``).

    Everything that such a notice says is in the ledger entry of the change, which holds no personal
    data: whoever writes rows past this program cannot make it say something else.

    Attributes:
        name: words of small letters with full stops between (Standard Webhooks, event types).
        says: what happened, as one sentence.
        about: whom it is about.
        fields: each member of its data, with what it means.
        data: makes them of the facts of the entry.
        example: facts of such an entry, for the reference page. Its class is the kind of entry that
            the event comes with.
        fits: whether facts are those of such an event, where several come with one kind of entry.
        command: it is addressed to one endpoint, and asks it to do something.
    """

    name: str
    says: str
    about: EventAbout
    fields: Mapping[str, str]
    data: Callable[[Any], Mapping[str, Json]]
    example: Facts
    fits: Callable[[Any], bool] = lambda facts: True
    command: bool = False


class Face(StrEnum):
    """Where an entry of the navigation stands."""

    PORTAL = "portal"
    CONSOLE = "console"
    CENTRE = "centre"


@dataclass(frozen=True, slots=True)
class NavEntry:
    """One entry of a face's navigation, in the order of ``place``.

    Entries with the same ``group`` share one entry of the main navigation, which is called so and
    leads to the first of them that the reader is offered; the others stand in a second row, shown
    while one of them is open. ``label`` and ``group`` are shown through gettext.

    ``roles`` empty: everyone of that face is offered it; ``promised``: so are, beside ``roles``,
    the roles that the promise names and this program does not. The gate decides who may enter, not
    this.

    ``covers``: where addresses start that belong to it too, and are not below its own.
    """

    face: Face
    place: int
    label: str
    href: str
    roles: frozenset[str] = frozenset()
    group: str = ""
    promised: bool = False
    covers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """All that one package declares.

    Attributes:
        name: the package's name below ``aboveboard``.
        public: the modules that others may import; everything else, ``models`` first, is its own.
            ``tests/house/test_packages.py`` holds the protected contracts to this.
        entries: the kinds of ledger entry that it writes.
        repeats: how each entry whose ``on_restore`` is ``RepeatOnRestore`` is repeated after a
            restore. Must bear to be run again; raises :class:`NotHeld` where what it changes is
            not there. An entry about a person comes here only if they are held: ``person_id`` is
            set.
        personal_data: what it holds of people.
        events: the kinds of event that other systems are notified of.
        deciding: the tables whose rows decide; none is believed without its MAC and its entry.
        customers_by_email: which people have this e-mail address, as it was typed: a customer
            signs in by it. At most one package declares it.
        lock_customer: locks a person until the transaction ends, and returns their number as it is
            then; raises ``NotFound`` where nobody has it. Declared beside ``customers_by_email``.
        forgets: what makes this process forget what it remembers of the database, such as keys and
            tokens: a restoration puts another one in its place.
        not_backed_up: tables whose rows are left out of a backup, and why.
        before_erasure: what is kept of somebody who is being erased so that it is not undone, such
            as by the next import. Asked again when a restored backup repeats the erasure.
        needs_index_key: given the check of a new key of the blind index
            (``vault.blind.check``), returns the names of what still matches by the old key alone;
            the old one is not destroyed before.
    """

    name: str
    public: tuple[str, ...] = ()
    entries: tuple[type[Facts], ...] = ()
    repeats: Mapping[type[Facts], Callable[[RecordedEntry[Any]], object]] = field(
        default_factory=dict
    )
    personal_data: tuple[PersonalData, ...] = ()
    jobs: tuple[Job, ...] = ()
    letters: tuple[Letter, ...] = ()
    events: tuple[EventType, ...] = ()
    navigation: tuple[NavEntry, ...] = ()
    deciding: tuple[DecidingTable, ...] = ()
    customers_by_email: Callable[[str], Sequence[int]] | None = None
    lock_customer: Callable[[int], int] | None = None
    forgets: tuple[Callable[[], object], ...] = ()
    not_backed_up: Mapping[str, str] = field(default_factory=dict)
    before_erasure: BeforeErasure | None = None
    needs_index_key: Callable[[str], Sequence[str]] | None = None


class NotGathered(Misconfigured):
    """The packages have not been gathered yet, so nobody can be asked."""

    code = "not_gathered"
    next_step = "Start through aboveboard.site, whose app config gathers them."


Declaration = Callable[[], Package]

_declarations: Final[list[Declaration]] = []
_gathered: Final[list[Package]] = []


def gather(declarations: Iterable[Declaration]) -> None:
    """Take what makes each package's declaration, in the order in which they are asked.

    ``site`` calls it once, when Django is ready.
    """
    _declarations[:] = declarations
    _gathered.clear()


def gathered() -> Sequence[Package]:
    """Return every package's declaration.

    Raises:
        NotGathered: ``site`` has not said where they come from.
    """
    # Made when first asked for: a declaration imports nearly all of its package, which takes half
    # as long again as everything else that a command does, and most commands ask for none.
    if not _gathered:
        if not _declarations:
            raise NotGathered
        _gathered[:] = [declaration() for declaration in _declarations]
    return tuple(_gathered)


def forget_database() -> None:
    """Let this process forget what any package remembers of the database."""
    for package in gathered():
        for forget in package.forgets:
            forget()


def personal_data() -> Iterator[tuple[Package, PersonalData]]:
    """Yield every declaration of personal data, with its package."""
    for package in gathered():
        for data in package.personal_data:
            yield package, data

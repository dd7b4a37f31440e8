"""What goes into the pack of a request, gathered from the request: what each system is and
answered, where the person can complain, and what of all of it is their own.

Their own values were opened once, for this request, when Aboveboard's own part was read
(``running.own``: the entry, then the Grant). They are read again from what that sealed, so that a
review opens nothing more, and they go with the request's key. What somebody only says of
themselves, such as a name on a form, is not among them: it would let them read about somebody else.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from aboveboard.basics.errors import NotFound
from aboveboard.basics.personal import Personal
from aboveboard.connectors import registry
from aboveboard.connectors.contract import Record
from aboveboard.connectors.declaration import SystemDeclaration
from aboveboard.connectors.own import KEY, RECORD
from aboveboard.kinds.kind import FieldKind
from aboveboard.promise.explain import country_in_words
from aboveboard.promise.model import Field, Promise
from aboveboard.promise.queries import in_force
from aboveboard.rights.models import RightsRequest
from aboveboard.rights.pack.contents import (
    AutomatedDecision,
    PackFacts,
    PackRecord,
    PackSystem,
    SystemAnswer,
    complaint_authority,
)
from aboveboard.rights.pack.portable import (
    LeftOut,
    PortableRule,
    declared_rule,
    own_rule,
    portable_contact,
)
from aboveboard.rights.pack.redacting import CollectedItem
from aboveboard.rights.pack.reviewing import CollectedAnswers
from aboveboard.rights.pack.words import PackWords
from aboveboard.rights.requests import sealing
from aboveboard.rights.requests.queries import RequestRecord, details
from aboveboard.rights.requests.state import FIRST, RequestState
from aboveboard.rights.requests.terms import RequestKind, StepVerb
from aboveboard.rights.running.collected import collected, read_systems
from aboveboard.rights.running.memory import read_memories

_CONTACT: Final = ("user.name", "user.contact")
"""Data categories (fideslang) by which somebody is called and reached."""
_NO_NAMES: Final = frozenset(
    {FieldKind.TEXT, FieldKind.DATE, FieldKind.COUNTRY, FieldKind.REGION, FieldKind.DOCUMENT}
)
"""Kinds of field by whose values nobody is told from others, or that may name anybody: free text
says who somebody is only where its category does."""
_STREET: Final = "user.contact.address.street"
_TOWN: Final = ("user.contact.address.postal_code", "user.contact.address.city")
_STATE: Final = "user.contact.address.state"
_COUNTRY: Final = "user.contact.address.country"


@dataclass(frozen=True, slots=True)
class OwnRecord:
    """The person's record as it was opened for the request: values by field of the promise."""

    values: tuple[tuple[Field, Personal[str]], ...] = ()

    @property
    def contact(self) -> tuple[tuple[str, Personal[str]], ...]:
        """Their own details by data category, for an address book."""
        return tuple((field.category, value) for field, value in self.values if _is_contact(field))

    @property
    def names(self) -> tuple[Personal[str], ...]:
        """What they are called and reached by, so that text about them is told from text about
        others."""
        return tuple(
            value
            for field, value in self.values
            if field.kind not in _NO_NAMES or _is_contact(field)
        )

    def address(self, language: str) -> tuple[Personal[str], ...]:
        """Return the lines of their postal address, first who it is for."""
        called = " ".join([*self._of("user.name.first"), *self._of("user.name.last")])
        name = called or next(iter(self._of("user.name")), "")
        printed = [v.reveal() for f, v in self.values if f.kind is FieldKind.POSTAL_ADDRESS]
        town = " ".join(part for category in _TOWN for part in self._of(category))
        countries = [country_in_words(each, language) for each in self._of(_COUNTRY)]
        parts = [*self._of(_STREET), town, *self._of(_STATE), *countries]
        lines = printed[0].splitlines() if printed else parts
        return tuple(map(Personal, filter(None, (name, *lines))))

    def _of(self, category: str) -> list[str]:
        return [value.reveal() for field, value in self.values if field.category == category]


def collected_answers(request_id: int) -> CollectedAnswers:
    """Return what every system answered, read anew at each call.

    Raises:
        NotFound: there is no such request.
        RequestUnreadable: its key is destroyed.
        CollectedMissing: a system was read, and what it gave is not here any more.
    """
    return {each.system: partial(_items, each.contents) for each in collected(request_id)}


def pack_answers(record: RequestRecord) -> CollectedAnswers:
    """Return what of the answers goes into the pack of a request: all of it, or what may be taken
    elsewhere.

    Raises: as :func:`collected_answers`.
    """
    answers = collected_answers(record.id)
    if record.kind is not RequestKind.PORTABILITY:
        return answers
    promise = in_force().promise
    return {
        system: partial(_portable_items, portable_rule(system, promise), read)
        for system, read in answers.items()
    }


def portable_rule(system: str, promise: Promise) -> PortableRule:
    """Return what of a system may be taken elsewhere; of one that is connected no more, nothing is
    known but that it holds something: all of it."""
    if system == KEY:
        return own_rule(KEY, promise)
    try:
        return declared_rule(registry.declaration(system), promise)
    except NotFound:
        return PortableRule(system)


def own_record(request_id: int) -> OwnRecord:
    """Return the person's own record as it was collected; empty where nobody is held.

    Raises: as :func:`collected_answers`.
    """
    read = collected_answers(request_id).get(KEY)
    fields = in_force().promise.fields
    return OwnRecord(
        tuple(
            (fields[name], Personal(str(value.reveal())))
            for item in (read() if read else ())
            if isinstance(item, Record) and item.collection == RECORD
            for name, value in item.values.items()
            if name in fields and value.reveal()
        )
    )


def own_values(request_id: int) -> tuple[Personal[str], ...]:
    """Return the person's own names, addresses and numbers, as we and the systems have them.

    Raises: as :func:`collected_answers`.
    """
    row = RightsRequest.objects.filter(pk=request_id).first()
    if row is None:
        raise NotFound(what="request")
    memories = read_memories(row, sealing.request_key(row)).values()
    asked_by = (Personal(value) for memory in memories for _, value in sorted(memory.asked))
    learned = (
        identifier.value
        for memory in memories
        for match in memory.matches
        if not match.several
        for identifier in match.learned
    )
    # An address that a code came back from is theirs, whether it is on record or not.
    contact = details(request_id).contact
    return (*own_record(request_id).names, contact, *asked_by, *learned)


def pack_facts(
    record: RequestRecord, own: OwnRecord, *, for_post: bool = False, at: datetime
) -> PackFacts:
    """Return what the pack, or the statement, of a request says besides the records. ``for_post``:
    with the lines of the postal address."""
    adopted, words = in_force().promise, PackWords(record.language)
    promise = adopted.in_language(words.language)
    portable = record.kind is RequestKind.PORTABILITY
    categories = {key: field.category for key, field in promise.fields.items()}
    contact = own.contact
    if portable:
        contact = portable_contact(contact, categories, portable_rule(KEY, promise))
    return PackFacts(
        promise=promise,
        language=words.language,
        request=record.id,
        received_on=record.received_at.astimezone(promise.organisation.zone).date(),
        made_at=at,
        authority=complaint_authority(record.jurisdiction),
        systems=pack_systems(record, own, promise, words),
        contact=contact,
        automated=automated_decisions(promise),
        portable=portable,
        left_out=tuple(_left_out(record.state, promise)) if portable else (),
        address=own.address(words.language) if for_post else (),
    )


def automated_decisions(promise: Promise) -> tuple[AutomatedDecision, ...]:
    """Return what the promise declares that decides, or helps to decide, in its words (GDPR Arts
    13(2)(f), 15(1)(h))."""
    return tuple(
        AutomatedDecision(
            str(tool.title),
            str(tool.logic),
            str(tool.consequences),
            tool.decides_alone,
            str(tool.review or ""),
        )
        for tool in promise.automated.values()
    )


def _left_out(state: RequestState, promise: Promise) -> Iterator[LeftOut]:
    for system, event in sorted(read_systems(state), key=lambda each: each[0]):
        collections = event.facts.get("collections")
        held = collections if isinstance(collections, Mapping) else {}
        yield from portable_rule(system, promise).left_out(held)


def system_name(key: str, language: str) -> str:
    """Return what a system is called: by its declaration, or after its key where it is connected
    no more ("shop_db" reads "Shop db")."""
    if key == KEY:
        return PackWords(language).say("own_name")
    try:
        return registry.declaration(key).name
    except NotFound:
        return key.replace("_", " ").replace("-", " ").replace(".", " ").capitalize()


def pack_systems(
    record: RequestRecord, own: OwnRecord, promise: Promise, words: PackWords
) -> tuple[PackSystem, ...]:
    """Return every system that was asked, Aboveboard itself first, as its declaration describes
    it; by its key alone where it is connected no more."""
    state = record.state
    keys = {system for system, _ in (*state.steps, *state.open_steps)}
    held = tuple(dict.fromkeys(field.key for field, _ in own.values))
    systems = []
    for key in sorted(keys, key=lambda each: (each != KEY, each)):
        if key == KEY:
            systems.append(_own_system(state, held, promise, words))
        else:
            systems.append(_declared_system(key, state, promise, words))
    return tuple(systems)


def _own_system(
    state: RequestState, held: Collection[str], promise: Promise, words: PackWords
) -> PackSystem:
    purposes = promise.purposes.values()
    return PackSystem(
        KEY,
        words.say("own_name"),
        words.say("own_what"),
        tuple(each.key for each in purposes if not held or not set(held).isdisjoint(each.fields)),
        answer=_answer(KEY, state),
        asked_at=_asked_at(KEY, state),
        fields=tuple(held),
    )


def _declared_system(
    key: str, state: RequestState, promise: Promise, words: PackWords
) -> PackSystem:
    answer, asked_at, note = _answer(key, state), _asked_at(key, state), ""
    search = state.steps.get((key, StepVerb.FIND))
    if answer is SystemAnswer.NOTHING and search is not None and search.facts.get("by_hand"):
        note = words.say("by_hand")
    try:
        declared = registry.declaration(key)
    except NotFound:
        name = system_name(key, words.language)
        return PackSystem(key, name, answer=answer, asked_at=asked_at, note=note)
    return PackSystem(
        key,
        declared.name,
        " ".join(each.about for each in declared.collections.values() if each.about),
        # Those that it names alone: what the promise says of other systems may be untrue of it.
        tuple(each for each in declared.data_uses if each in promise.purposes),
        declared.source,
        answer,
        asked_at,
        note,
        declared.why,
        _fields(declared, promise),
    )


def _fields(declared: SystemDeclaration, promise: Promise) -> tuple[str, ...]:
    """Return the fields of the promise whose data categories a system holds."""
    categories = {
        field.category for each in declared.collections.values() for field in each.fields.values()
    }
    return tuple(key for key, field in promise.fields.items() if field.category in categories)


def _answer(key: str, state: RequestState) -> SystemAnswer:
    search = state.steps.get((key, StepVerb.FIND))
    if search is None:
        return SystemAnswer.MISSING
    if not search.facts.get("records"):
        return SystemAnswer.NOTHING
    read = state.steps.get((key, StepVerb.READ))
    if StepVerb.READ in FIRST[state.kind] and read is None:
        return SystemAnswer.MISSING
    return SystemAnswer.BY_HAND if read and read.facts.get("by_hand") else SystemAnswer.HELD


def _asked_at(key: str, state: RequestState) -> datetime | None:
    search = state.steps.get((key, StepVerb.FIND))
    return None if search is None else search.at


def _is_contact(field: Field) -> bool:
    return field.category.startswith(_CONTACT)


def _items(contents: Iterable[CollectedItem]) -> Iterator[CollectedItem]:
    yield from contents


def _portable_items(
    rule: PortableRule, read: Callable[[], Iterator[CollectedItem]]
) -> Iterator[CollectedItem]:
    # What a system gave is blacked out later: here it is as it came.
    yield from rule.keep(item for item in read() if not isinstance(item, PackRecord))

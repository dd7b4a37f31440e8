"""Telling everybody whom a new version of the promise concerns, and asking again whose yes was to
something else: each once, and on from where it stopped.

1. Somebody has a version told. That is an entry in the ledger, a batch of letters and a job.
2. The job goes through everybody held. Whoever said yes to a purpose that now does more is asked
   again: their yes ends, with the version as evidence. Whoever is concerned is queued.
3. Delivery has each letter made when it is sent: then the address is opened, with its entry first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import F

from aboveboard.access.former import open_for_change
from aboveboard.adoption import limits
from aboveboard.adoption.concerned import ChangeMeans, ConcerningChange, concerning_changes
from aboveboard.adoption.entries import ChangeAnnounced
from aboveboard.adoption.letter import change_letter
from aboveboard.adoption.models import Announcement
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM, Actor
from aboveboard.basics.errors import Conflict, NotFound
from aboveboard.choices import queries as choices
from aboveboard.choices.actions import choose
from aboveboard.choices.state import ChoiceAnswer, ConsentState
from aboveboard.delivery import actions as delivery
from aboveboard.delivery import correspondence
from aboveboard.delivery.letters import PreparedNotice, prepare
from aboveboard.delivery.rendering import DispatchItem, RenderedNotice, SkippedNotice
from aboveboard.delivery.templates import language_of
from aboveboard.kinds.kind import FieldKind
from aboveboard.ledger.actions import append
from aboveboard.outbox import jobs
from aboveboard.outbox.reference import Reference
from aboveboard.promise import queries as promise
from aboveboard.promise.model import Promise
from aboveboard.promise.queries import AdoptedPromise
from aboveboard.vault import queries as vault

JOB: Final = "adoption.tell"
KIND: Final = "promise.change"


class NobodyConcerned(Conflict):
    """Version {serial} of the promise changes nothing that people must be told of."""

    code = "nobody_concerned"
    next_step = "Nothing is to be done."


class NotInForce(Conflict):
    """Version {serial} is not the promise in force, so it is told to nobody."""

    code = "not_in_force"
    next_step = "Tell people of the version in force."


def changes_of(serial: int) -> tuple[int, tuple[ConcerningChange, ...]]:
    """Return the version before, 0 for none, and by which purposes a version concerns people.

    Raises:
        NotFound: there is no such version.
    """
    adopted = promise.version(serial)
    before = max((each.serial for each in promise.versions() if each.serial < serial), default=0)
    if not before:
        return 0, ()
    return before, concerning_changes(promise.version(before).promise, adopted.promise)


def tell(serial: int, *, by: Actor, at: datetime) -> None:
    """Have everybody told whom the version in force concerns. Asked again, it changes nothing.

    Raises:
        NotInForce: it is not the version in force.
        NobodyConcerned: nobody has to be told.
    """
    if promise.last_serial() != serial:
        raise NotInForce(serial=serial)
    before, changes = changes_of(serial)
    if not changes:
        raise NobodyConcerned(serial=serial)
    with transaction.atomic():
        if Announcement.objects.select_for_update().filter(serial=serial).exists():
            return
        batch = delivery.open_batch(KIND, {"promise": serial}, at=at)
        Announcement.objects.create(
            serial=serial, before=before, at=at, actor=by.as_json(), batch=batch
        )
        append(ChangeAnnounced(serial, before), by=by, handle=None, at=at)
        jobs.enqueue(JOB, {"promise": serial})


def run(ref: Reference) -> None:
    """Do the job ``adoption.tell``. Done again after a crash it passes over whom it reached."""
    serial = int(str(ref["promise"]))
    row = Announcement.objects.filter(serial=serial, finished_at=None).first()
    if row is None or promise.last_serial() != serial:
        return
    adopted, (_, changes) = promise.in_force(), changes_of(serial)
    after = -1
    while person_ids := vault.ids_after(after, limit=limits.NOTIFIED_AT_ONCE):
        states = choices.consent_states(person_ids)
        languages = vault.people(person_ids)
        codes = {each: _queue_code(changes, states[each]) for each in person_ids}
        recipients = [
            delivery.BatchRecipient(each, languages[each].language, template=codes[each])
            for each in person_ids
            if codes[each] and each in languages
        ]
        # Queued before their yes ends: done again after a crash, whoever is asked again must
        # still be known by it.
        delivery.queue(row.batch, recipients, at=clock.now())
        ended = sum(_ask_again(each, states[each], adopted, changes) for each in person_ids)
        after = person_ids[-1]
        Announcement.objects.filter(pk=row.pk).update(
            reviewed=F("reviewed") + len(person_ids), asked_again=F("asked_again") + ended
        )
    Announcement.objects.filter(pk=row.pk).update(
        reviewed=vault.people_count(), finished_at=clock.now()
    )


def _queue_code(changes: Sequence[ConcerningChange], state: ConsentState) -> str:
    """Return by which changes a person is concerned, as a code for their letter: "0-2"."""
    return "-".join(
        str(place) for place, change in enumerate(changes) if _is_concerned(change, state)
    )


def _is_concerned(change: ConcerningChange, state: ConsentState) -> bool:
    return change.means is ChangeMeans.TELL or bool(_yeses(change.purpose, state))


def _yeses(purpose: str, state: ConsentState) -> list[str]:
    """Return what of a purpose somebody said yes to: the whole, or ways of contact."""
    return [
        topic
        for topic, event in state.last.items()
        if topic.partition("/")[0] == purpose and event.answer is ChoiceAnswer.YES
    ]


def _ask_again(
    person_id: int,
    state: ConsentState,
    adopted: AdoptedPromise,
    changes: Iterable[ConcerningChange],
) -> int:
    """End each yes of a person that was to something else; return how many. The person's own hand
    may say yes again at once: the no is ours."""
    ended = 0
    for change in changes:
        if change.means is not ChangeMeans.ASK_AGAIN or not _yeses(change.purpose, state):
            continue
        channels = adopted.promise.channels
        ours = adopted.promise.purposes[change.purpose].channels
        try:
            choose(
                person_id,
                change.purpose,
                ChoiceAnswer.NO,
                channel="email" if "email" in channels else ours[0],
                evidence=f"promise:{adopted.serial}",
                by=SYSTEM,
                at=clock.now(),
            )
        except NotFound:
            continue  # erased meanwhile: nothing is held that a yes could allow
        ended += 1
    return ended


def render_letters(
    items: Sequence[DispatchItem],
) -> Iterator[tuple[int, RenderedNotice | SkippedNotice]]:
    """Yield a letter, or the reason why there is none, for each dispatch of one batch."""
    row = Announcement.objects.filter(batch=items[0].batch_id).first()
    if row is None or promise.last_serial() != row.serial:
        # A later version says more, and is told by itself.
        yield from ((item.id, SkippedNotice("superseded")) for item in items)
        return
    letters = _Letters(row)
    instructions = correspondence.instructions([item.person_id for item in items])
    writable = {}
    for item in items:
        instruction = instructions.get(item.person_id)
        if instruction is not None and not instruction.instead:
            yield item.id, SkippedNotice(instruction.skipped_for)
        else:
            writable[item.person_id] = item
    address, name = _fields(letters.new)
    opened = open_for_change(
        list(writable), [each for each in (address, name) if each], row.serial, at=clock.now()
    )
    for person_id, item in writable.items():
        values = opened.get(person_id, {})
        to, called, note = values.get(address), values.get(name), ""
        if person_id in instructions:
            to = instructions[person_id].open(at=clock.now())
            note = correspondence.WRITTEN_INSTEAD
        if to is None:
            yield item.id, SkippedNotice("no-address")
            continue
        letter = letters.letter(item)
        first_name = called.reveal() if called else ""
        text, html = letter.text_for(first_name), letter.html_for(first_name)
        yield item.id, RenderedNotice(to, letter.notice.subject, text, html, note=note)


class _Letters:
    """The different letters of an announcement, each made once."""

    def __init__(self, row: Announcement) -> None:
        self.new = promise.version(row.serial).promise
        self._at = promise.version(row.serial).adopted_at
        self._changes: Sequence[ConcerningChange] = changes_of(row.serial)[1]
        self._made: dict[tuple[str, str], PreparedNotice] = {}

    def letter(self, item: DispatchItem) -> PreparedNotice:
        """Return the letter for one dispatch."""
        language = language_of(item.language)
        key = (item.template, language)
        if key not in self._made:
            places = [int(each) for each in item.template.split("-") if each.isdigit()]
            concerned = [self._changes[each] for each in places if each < len(self._changes)]
            self._made[key] = prepare(
                change_letter(self.new, concerned or self._changes, language, self._at)
            )
        return self._made[key]


def _fields(promised: Promise) -> tuple[str, str]:
    """Return the fields of the e-mail address and of the first name; "" for one nobody keeps."""
    fields: Mapping[str, FieldKind] = {key: each.kind for key, each in promised.fields.items()}
    address = next((key for key, kind in fields.items() if kind is FieldKind.EMAIL), "")
    name = next(
        (key for key, each in promised.fields.items() if each.category == "user.name.first"), ""
    )
    return address, name

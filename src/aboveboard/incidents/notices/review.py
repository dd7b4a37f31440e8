"""What a second person reads before approving: which texts there are, who gets each, and where.

The index has a row for each place, language, form, reader and channel; its numbers add up to the
batch's, whoever is not written to included.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from aboveboard.basics import limits
from aboveboard.delivery import correspondence
from aboveboard.delivery.letters import Notice
from aboveboard.delivery.templates import language_of
from aboveboard.delivery.terms import Channel, CorrespondenceReason
from aboveboard.engines import listing
from aboveboard.engines.listing import ExposureRow
from aboveboard.incidents.limits import SAMPLE_PEOPLE
from aboveboard.incidents.notices.differences import NoticeDifference, compare_notices
from aboveboard.incidents.notices.losses import loss_details
from aboveboard.incidents.notices.models import NoticeBatch
from aboveboard.incidents.notices.queries import find_batch
from aboveboard.incidents.notices.recipients import recipient_cells, recipients_file
from aboveboard.incidents.notices.rendering import (
    LossDetails,
    PersonalExposure,
    layout_of,
    render,
)


class NoticeReader(StrEnum):
    """Who reads a notice."""

    THEMSELVES = "themselves"
    GUARDIAN = "guardian"
    REPRESENTATIVE = "representative"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class IndexRow:
    """How many people of a place and language get a form of notice in a way. ``channel``: email,
    post, or "" where nobody is written to. ``texts``: the numbers of the texts, of those that are
    shown."""

    jurisdiction: str
    language: str
    layout: str
    reader: NoticeReader
    channel: str
    people: int
    texts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NoticeText:
    """One of the different texts. ``number``: from 1, the one that most people get. ``places``:
    where they live, most first. ``base``: the number of the text that it is compared with, None
    where it stands in full alone, the first of its language and form. ``person_ids``: a few who get
    it."""

    number: int
    people: int
    places: tuple[str, ...]
    language: str
    layout: str
    notice: Notice
    base: int | None
    difference: NoticeDifference | None
    person_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """The index and the texts of a batch; ``unread``: people whose text is not among them."""

    rows: tuple[IndexRow, ...]
    texts: tuple[NoticeText, ...]
    unread: int


_Place = tuple[str, str, str, str, NoticeReader]
"""Jurisdiction, language of the notice, form, channel, reader."""


def review(batch_pk: int, *, limit: int = limits.PAGE_SIZE) -> Review:
    """Return the index and the ``limit`` texts that most people get.

    Raises:
        NotFound: there is no such batch.
    """
    batch = find_batch(batch_pk)
    loss = loss_details(batch)
    people: Counter[Notice] = Counter()
    places: dict[Notice, Counter[str]] = {}
    index: Counter[_Place] = Counter()
    read_in: dict[tuple[str, str], set[Notice]] = {}
    for cell in _cells(batch):
        notice = _notice(loss, cell)
        # By the finished words and not by what they are made of: many combinations give the same
        # letter, and it need be read once.
        people[notice] += cell.people
        places.setdefault(notice, Counter())[cell.jurisdiction] += cell.people
        read_in.setdefault((cell.jurisdiction, notice.language), set()).add(notice)
        index[_place(cell.jurisdiction, notice.language, cell.channel)] += cell.people
    _read_by_others(batch, index)
    shown = sorted(people, key=lambda notice: (-people[notice], notice.language, notice.title))
    numbers = {notice: number for number, notice in enumerate(shown[:limit], start=1)}
    samples = _samples(batch, loss, numbers)
    # Whoever gets the same words gets the same form: the form is part of the words.
    layouts = {notice: layout_of(next(iter(places[notice]))) for notice in numbers}
    return Review(
        tuple(_rows(index, read_in, numbers)),
        tuple(
            _text(notice, numbers, people[notice], places[notice], layouts, samples)
            for notice in numbers
        ),
        sum(people[notice] for notice in shown[limit:]),
    )


def gets_notice(batch_pk: int, person_id: int) -> bool:
    """Whether a batch tells a person, by this number.

    Raises:
        NotFound: there is no such batch.
    """
    batch = find_batch(batch_pk)
    row = listing.person(recipients_file(batch), person_id)
    return row is not None and row.severity >= batch.least_severity


def commonest_notice(batch_pk: int) -> Notice | None:
    """Return the text that most people of a batch get.

    Raises:
        NotFound: there is no such batch.
    """
    batch = find_batch(batch_pk)
    loss, people = loss_details(batch), Counter[Notice]()
    for cell in _cells(batch):
        people[_notice(loss, cell)] += cell.people
    return max(people, key=lambda notice: people[notice], default=None)


def _cells(batch: NoticeBatch) -> Iterator[listing.ExposureCell]:
    return (cell for cell in recipient_cells(batch) if cell.severity >= batch.least_severity)


def _notice(loss: LossDetails, alike: listing.ExposureCell | listing.SamplePeople) -> Notice:
    return render(
        loss,
        PersonalExposure(
            alike.categories, alike.protected, alike.jurisdiction, language_of(alike.language)
        ),
    )


def _place(jurisdiction: str, language: str, channel: str) -> _Place:
    by = Channel.EMAIL if channel == "email" else Channel.POST
    return jurisdiction, language, layout_of(jurisdiction), by.value, NoticeReader.THEMSELVES


def _read_by_others(batch: NoticeBatch, index: Counter[_Place]) -> None:
    """Move everybody instead of whom another is written to, or nobody, to a row of their own."""
    numbers = correspondence.instructed_numbers()
    exposed: Mapping[int, ExposureRow] = listing.people(recipients_file(batch), numbers)
    affected = [number for number, row in exposed.items() if row.severity >= batch.least_severity]
    for number, instruction in correspondence.instructions(affected).items():
        row = exposed[number]
        place = _place(row.jurisdiction, language_of(row.language), row.channel)
        reader = _reader(instruction)
        channel = "" if reader is NoticeReader.NOBODY else Channel.EMAIL.value
        index[place] -= 1
        index[(*place[:3], channel, reader)] += 1


def _reader(instruction: correspondence.WritingInstruction) -> NoticeReader:
    if not instruction.instead:
        return NoticeReader.NOBODY
    child = instruction.why is CorrespondenceReason.CHILD
    return NoticeReader.GUARDIAN if child else NoticeReader.REPRESENTATIVE


def _rows(
    index: Mapping[_Place, int],
    read_in: Mapping[tuple[str, str], set[Notice]],
    numbers: Mapping[Notice, int],
) -> list[IndexRow]:
    rows = [
        IndexRow(
            jurisdiction,
            language,
            layout,
            reader,
            channel,
            count,
            tuple(
                sorted(
                    numbers[notice]
                    for notice in read_in[jurisdiction, language]
                    if notice in numbers
                )
            ),
        )
        for (jurisdiction, language, layout, channel, reader), count in index.items()
        if count
    ]
    return sorted(rows, key=lambda row: (-row.people, row.jurisdiction, row.language, row.channel))


def _text(
    notice: Notice,
    numbers: Mapping[Notice, int],
    people: int,
    places: Counter[str],
    layouts: Mapping[Notice, str],
    samples: Mapping[Notice, Sequence[int]],
) -> NoticeText:
    # Against the first of its language and form: compared with another all of it differs.
    layout = layouts[notice]
    base = next(
        each for each in numbers if each.language == notice.language and layouts[each] == layout
    )
    return NoticeText(
        number=numbers[notice],
        people=people,
        places=tuple(place for place, _ in places.most_common()),
        language=notice.language,
        layout=layout,
        notice=notice,
        base=None if base is notice else numbers[base],
        difference=None if base is notice else compare_notices(base, notice),
        person_ids=tuple(samples.get(notice, ())),
    )


def _samples(
    batch: NoticeBatch, loss: LossDetails, shown: Mapping[Notice, int]
) -> dict[Notice, list[int]]:
    """Return a few of those who get each text that is shown."""
    samples: dict[Notice, list[int]] = {}
    for alike in listing.sample_people(
        recipients_file(batch), severity=batch.least_severity, most=SAMPLE_PEOPLE
    ):
        notice = _notice(loss, alike)
        if notice in shown:
            samples.setdefault(notice, []).extend(alike.person_ids)
    return {notice: sorted(numbers)[:SAMPLE_PEOPLE] for notice, numbers in samples.items()}

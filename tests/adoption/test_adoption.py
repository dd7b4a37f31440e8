"""A promise is written, proposed by one, adopted by another, and told to whom it concerns."""

from __future__ import annotations

import pytest

from aboveboard.adoption import adopting, drafting, notifying, queries, weighing
from aboveboard.adoption.models import Announcement
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, Actor, ActorKind, Role
from aboveboard.choices.actions import choose
from aboveboard.choices.queries import consent_states
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.delivery.models import Dispatch
from aboveboard.delivery.rendering import DispatchItem, RenderedNotice, SkippedNotice
from aboveboard.ledger.models import Entry
from aboveboard.outbox import jobs
from aboveboard.promise.loading import PromiseRefused
from aboveboard.promise.queries import in_force, last_serial
from tests.promise import edited
from tests.world import PROMISE_FILE, load

pytestmark = pytest.mark.django_db
ONE = Actor(ActorKind.STAFF, "900101", Role.PRIVACY_LEAD, "Privacy")
TWO = Actor(ActorKind.STAFF, "900102", Role.ADMINISTRATOR, "Office")
SOURCE = PROMISE_FILE.read_text("utf-8")
OFFERS = "fields: [first_name, last_name, email, phone, country, birth_date]"
MORE = edited(
    (OFFERS, OFFERS.replace("country,", "country, city,")),
    (f"    {OFFERS}\n", f"    {OFFERS}\n".replace("country,", "country, city,")),
    ("keep: P6Y\n      starts: last_activity", "keep: P7Y\n      starts: last_activity"),
    base=SOURCE,
)


def test_a_draft_keeps_each_text_and_goes_back() -> None:
    at = clock.now()
    draft_id = drafting.start(SOURCE, name="promise.yaml", by=ONE, at=at)
    assert drafting.keep_text(draft_id, "promise: 1\n", by=ONE, at=at) == 2
    assert drafting.keep_text(draft_id, "promise: 1\n", by=ONE, at=at) == 2  # said again
    with pytest.raises(PromiseRefused):
        drafting.propose(draft_id, by=ONE, at=at)
    assert drafting.go_back(draft_id, 1, by=TWO, at=at) == 3
    assert queries.draft(draft_id).source == SOURCE
    assert [each.number for each in queries.revisions(draft_id)] == [3, 2, 1]
    drafting.give_up(draft_id, at=at)
    with pytest.raises(drafting.DraftClosed):
        drafting.keep_text(draft_id, SOURCE, by=ONE, at=at)


def test_what_one_proposes_another_adopts_and_those_concerned_are_told_once() -> None:
    people = sorted(person for person, _ in load(6))
    at, before = clock.now(), last_serial()
    for person in people[:2]:
        _say_yes(person, "form:1")
    draft_id = drafting.start(MORE, name="promise.yaml", by=ONE, at=at)
    with pytest.raises(adopting.NotProposed):
        adopting.adopt(draft_id, against=before, by=TWO, at=at)
    proposed = drafting.propose(draft_id, by=ONE, at=at)
    assert drafting.propose(draft_id, by=ONE, at=at) == proposed
    with pytest.raises(adopting.AdopterIsProposer):
        adopting.adopt(draft_id, against=before, by=ONE, at=at)
    with pytest.raises(adopting.PromiseMoved):
        adopting.adopt(draft_id, against=None, by=TWO, at=at)
    # What was changed after it was proposed is not what was proposed.
    drafting.keep_text(draft_id, f"{MORE}\n", by=TWO, at=at)
    with pytest.raises(adopting.NotProposed):
        adopting.adopt(draft_id, against=before, by=TWO, at=at)
    drafting.go_back(draft_id, 1, by=ONE, at=at)

    weighing.weigh(draft_id, at=at)
    jobs.run_jobs_once(worker="w")
    weighed = queries.last_weighing(draft_id)
    assert weighed is not None
    assert (weighed.done, weighed.total, weighed.counts["people"]) == (6, 6, 6)
    assert {cell["purpose"] for cell in weighed.counts["uses"]} == {"personal-offers"}

    adopted = adopting.adopt(draft_id, against=before, by=TWO, at=at)
    assert in_force().serial == adopted.serial
    assert queries.draft(draft_id).adopted_serial == adopted.serial

    notifying.tell(adopted.serial, by=TWO, at=at)
    notifying.tell(adopted.serial, by=ONE, at=at)  # said again
    notifying.run({"promise": adopted.serial})
    # The worker died before it could say that it was done.
    Announcement.objects.update(finished_at=None)
    notifying.run({"promise": adopted.serial})
    progress = queries.announcement(adopted.serial)
    assert progress is not None
    assert (progress.reviewed, progress.asked_again, progress.letters.total) == (6, 2, 6)
    assert progress.finished_at is not None

    # Whose yes was to less is asked again, and may say it at once with their own hand.
    states = consent_states(people)
    assert states[people[0]].answer("personal-offers") is ChoiceAnswer.NO
    _say_yes(people[0], "form:2")
    assert consent_states(people)[people[0]].answer("personal-offers") is ChoiceAnswer.YES
    kinds = list(Entry.objects.order_by("id").values_list("kind", flat=True))
    assert kinds.index("promise.proposed") < kinds.index("promise.announced")
    _letters_say_what_concerns_each(people)


def _say_yes(person: int, evidence: str) -> None:
    choose(
        person,
        "personal-offers",
        ChoiceAnswer.YES,
        channel="portal",
        evidence=evidence,
        by=CUSTOMER,
        at=clock.now(),
    )


def _letters_say_what_concerns_each(people: list[int]) -> None:
    rows = Dispatch.objects.order_by("person_id")
    items = [
        DispatchItem(row.id, row.batch_id, row.person_id, row.template, language, row.channel)
        for row, language in zip(rows, ("en", "fr", "de", "en", "en", "en"), strict=True)
    ]
    letters = dict(notifying.render_letters(items))
    assert not [each for each in letters.values() if isinstance(each, SkippedNotice)]
    texts = []
    for item in items:
        letter = letters[item.id]
        assert isinstance(letter, RenderedNotice)
        text = letter.text
        texts.append(text if isinstance(text, str) else text.joined())
    assert "You said yes to this, and it now goes further." in texts[0]
    assert "Hierzu hatten Sie Ja gesagt" not in texts[2]  # they never did
    assert "Ceci se fait maintenant autrement" in texts[1]
    assert "Das geschieht jetzt anders" in texts[2]
    opened = Entry.objects.filter(kind="promise.told")
    assert opened.count() == len(people)


def test_a_version_that_concerns_nobody_is_told_to_nobody() -> None:
    load(1)
    at = clock.now()
    draft_id = drafting.start(f"{SOURCE}# read again\n", name="promise.yaml", by=ONE, at=at)
    drafting.propose(draft_id, by=ONE, at=at)
    adopted = adopting.adopt(draft_id, against=last_serial(), by=TWO, at=at)
    with pytest.raises(notifying.NobodyConcerned):
        notifying.tell(adopted.serial, by=TWO, at=at)
    with pytest.raises(notifying.NotInForce):
        notifying.tell(adopted.serial - 1, by=TWO, at=at)

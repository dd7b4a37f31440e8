"""Other systems are notified of what happened: signed, at least once, never of what did not happen,
and never inside our own network by mistake."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction

from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER
from aboveboard.basics.errors import Conflict, Invalid
from aboveboard.choices.boundaries import Boundary, BoundaryKind
from aboveboard.choices.bounding import set_boundary
from aboveboard.choices.events import GIVEN
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.delivery import limits
from aboveboard.delivery.terms import EndpointPause, FailureReason, WebhookState
from aboveboard.delivery.webhooks import actions, queries, sending
from aboveboard.keys.rows import RowNotAuthentic
from aboveboard.ledger import queries as ledger
from aboveboard.outbox import queries as outbox
from aboveboard.outbox.events import announce
from aboveboard.promise.queries import in_force
from aboveboard.recovery.comparing import compare_rows
from aboveboard.vault import actions as vault
from aboveboard.vault.references import find_by_reference
from tests.delivery.receiver import (
    ADMINISTRATOR,
    Receiver,
    add_endpoint,
    newest_state,
    receiving,
    say,
    send,
)
from tests.world import load

pytestmark = pytest.mark.django_db


def test_a_withdrawal_arrives_signed_and_says_whose_it_is_to_nobody_else(
    crm: Receiver, person: int
) -> None:
    secret = add_endpoint(crm)
    assert secret.startswith("whsec_")
    say(person)
    assert send() == 1
    (notice,) = crm.verified
    entry = ledger.entry(notice["data"]["entry"])
    assert notice["type"] == "choice.withdrawn"
    assert notice["timestamp"] == clock.to_text(entry.at)
    assert (entry.kind, entry.facts["answer"]) == ("choice.made", "no")
    assert notice["data"] == {
        "person": notice["data"]["person"],
        "entry": entry.id,
        "purpose": "personal-offers",
        "contact": None,
        "channel": "portal",
        "promise": in_force().serial,
    }
    assert find_by_reference(notice["data"]["person"]) == [person]
    assert str(person) not in str(notice)
    assert crm.ids == [f"evt_{queries.deliveries()[0].event_id}"]
    assert abs(crm.stamps[0] - clock.now().timestamp()) < 5
    delivery, attempts = queries.delivery(queries.deliveries()[0].id)
    assert (delivery.state, [each.status for each in attempts]) == (WebhookState.SENT, [204])
    assert send() == 0


def test_two_recipients_know_a_person_by_two_names_and_each_by_one(
    crm: Receiver, person: int
) -> None:
    with receiving() as shop:
        add_endpoint(crm)
        add_endpoint(shop, "Shop")
        say(person)
        say(person, ChoiceAnswer.YES)
        assert send() == 4
    by_crm = {notice["data"]["person"] for notice in crm.verified}
    by_shop = {notice["data"]["person"] for notice in shop.verified}
    assert (len(by_crm), len(by_shop)) == (1, 1)
    assert by_crm != by_shop
    assert {notice["type"] for notice in crm.verified} == {"choice.given", "choice.withdrawn"}


def test_who_does_not_listen_for_an_event_hears_nothing_of_it(crm: Receiver, person: int) -> None:
    add_endpoint(crm, events=("promise.adopted",))
    say(person)
    set_boundary(
        person,
        Boundary(BoundaryKind.ROLE, "adviser"),
        channel="portal",
        evidence="test:1",
        by=CUSTOMER,
        at=clock.now(),
    )
    assert (send(), outbox.waiting_counts().get("event", 0)) == (0, 0)
    assert crm.ids == []


def test_what_is_undone_is_not_announced(crm: Receiver, person: int) -> None:
    add_endpoint(crm)
    with transaction.atomic():
        say(person)
        transaction.set_rollback(True)
    assert send() == 0


def test_an_erasure_is_the_last_that_is_heard_of_somebody(crm: Receiver, person: int) -> None:
    add_endpoint(crm)
    say(person, ChoiceAnswer.YES)
    send()
    crm.statuses = [500, 204]
    say(person)
    send()
    vault.erase(person, reason="asked", by=ADMINISTRATOR, at=clock.now())
    send()
    given, _, erased = crm.verified
    assert erased["type"] == "person.erased"
    assert erased["data"]["reason"] == "asked"
    assert erased["data"]["person"] == given["data"]["person"]
    assert find_by_reference(erased["data"]["person"]) == []
    withdrawn = next(each for each in queries.deliveries() if each.type == "choice.withdrawn")
    assert (withdrawn.state, withdrawn.reason) == (WebhookState.SKIPPED, FailureReason.ERASED)
    assert actions.replay([withdrawn.id], at=clock.now()) == 0


def test_a_failure_is_tried_again_with_the_same_id_as_the_standard_says(
    crm: Receiver, person: int
) -> None:
    add_endpoint(crm)
    crm.statuses = [500]
    say(person)
    hours = [5 / 3600, 5 / 60, 0.5, 2, 5, 10, 14, 20, 24]
    passed = timedelta(0)
    assert send() == 1
    for wait in hours:
        assert send(passed + timedelta(hours=wait) - timedelta(seconds=1)) == 0
        passed += timedelta(hours=wait) * (1 + limits.WEBHOOK_JITTER) + timedelta(seconds=1)
        assert send(passed) == 1
    assert newest_state() == (WebhookState.FAILED, FailureReason.STATUS)
    assert (len(crm.ids), len(set(crm.ids))) == (10, 1)
    crm.statuses = [200]
    assert actions.replay([queries.deliveries()[0].id], at=clock.now()) == 1
    assert send() == 1
    assert (newest_state()[0], len(set(crm.ids))) == (WebhookState.SENT, 1)


def test_an_endpoint_that_asks_for_patience_is_given_it(crm: Receiver, person: int) -> None:
    add_endpoint(crm)
    crm.statuses, crm.headers = [429], {"retry-after": "3600"}
    say(person)
    send()
    assert send(timedelta(minutes=59)) == 0
    assert send(timedelta(minutes=73)) == 1


def test_who_answers_gone_is_paused_and_staff_hear_of_it(crm: Receiver, person: int) -> None:
    add_endpoint(crm)
    crm.statuses = [410]
    say(person)
    send()
    assert newest_state() == (WebhookState.FAILED, FailureReason.GONE)
    assert queries.endpoint("CRM").paused_why is EndpointPause.GONE
    assert [each.kind for each in outbox.waiting("webhook.paused")] == ["webhook.paused"]
    say(person, ChoiceAnswer.YES)
    assert send(timedelta(days=1)) == 0
    crm.statuses = [204]
    actions.resume("CRM", by=ADMINISTRATOR, at=clock.now())
    assert send() == 1, "what happened in the pause is sent when it ends"


def test_an_endpoint_that_takes_nothing_for_days_is_paused(crm: Receiver, person: int) -> None:
    add_endpoint(crm)
    crm.statuses = [500]
    say(person)
    send()
    say(person, ChoiceAnswer.YES)
    send(limits.WEBHOOK_FAILING + timedelta(seconds=5))
    assert queries.endpoint("CRM").paused_why is EndpointPause.FAILING
    assert list(compare_rows()) == []


def test_who_is_silent_is_cut_off_and_rests_and_others_are_served(
    crm: Receiver, person: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "WEBHOOK_CALL", timedelta(seconds=0.3))
    monkeypatch.setattr(limits, "WEBHOOK_SLOW", timedelta(seconds=0.2))
    with receiving() as silent:
        silent.silent = 1.0
        add_endpoint(silent, "Silent")
        add_endpoint(crm)
        say(person)
        say(person, ChoiceAnswer.YES)
        assert send() == 3, "after one slow failure the rest of that endpoint waits"
        assert len(crm.verified) == 2
        reasons = {each.reason for each in queries.deliveries() if each.endpoint == "Silent"}
        assert reasons == {None, FailureReason.UNREACHABLE}
        assert send(timedelta(seconds=20)) == 0, "it rests"


def test_after_a_rotation_both_secrets_sign_until_the_overlap_ends(
    crm: Receiver, person: int
) -> None:
    old = add_endpoint(crm)
    _, new = actions.rotate("CRM", by=ADMINISTRATOR, at=clock.now())
    for secret in (old, new):
        crm.secrets = [secret]
        say(person)
        say(person, ChoiceAnswer.YES)
        assert send() == 2
    assert (len(crm.verified), crm.refused) == (4, 0)
    rotated = clock.now() - limits.WEBHOOK_OVERLAP
    _, newest = actions.rotate("CRM", by=ADMINISTRATOR, at=rotated)
    for secret, verified in ((new, 4), (newest, 5)):
        crm.secrets = [secret]
        say(person, ChoiceAnswer.NO if secret == new else ChoiceAnswer.YES)
        send()
        assert len(crm.verified) == verified
    with pytest.raises(Invalid):
        actions.rotate("CRM", overlap=timedelta(days=31), by=ADMINISTRATOR, at=clock.now())


def test_a_row_that_was_changed_past_the_program_is_sent_nothing(
    crm: Receiver, person: int
) -> None:
    with receiving() as thief:
        add_endpoint(crm)
        say(person)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE delivery_webhookendpoint SET url = %s", [thief.url])
        send()
        say(person, ChoiceAnswer.YES)
        send()
        assert (thief.ids, crm.ids) == ([], [])
        assert [found.table for found in compare_rows()][:1] == ["delivery.WebhookEndpoint"]
        with pytest.raises(RowNotAuthentic):
            actions.pause("CRM", by=ADMINISTRATOR, at=clock.now())


def test_a_message_that_was_made_up_is_not_signed(crm: Receiver, person: int) -> None:
    add_endpoint(crm)
    say(person)
    send()
    actions.replay([queries.deliveries()[0].id], at=clock.now())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE delivery_webhookmessage SET type = 'choice.given'")
    assert send() == 0
    assert newest_state() == (WebhookState.FAILED, FailureReason.NOT_AUTHENTIC)


@pytest.mark.parametrize("whose", ["mine", "another's"])
def test_an_event_that_the_log_does_not_bear_out_is_parked(
    crm: Receiver, person: int, whose: str
) -> None:
    add_endpoint(crm)
    say(person)
    send()
    entry = crm.verified[0]["data"]["entry"]
    other = load(2, seed=7)[1][0]
    with transaction.atomic():
        if whose == "mine":  # a yes, where the entry says no
            announce(GIVEN, entry=entry, person=person)
        else:
            announce(GIVEN, entry=entry, person=other)
    assert send() == 0
    assert [each.reason for each in outbox.waiting("event")] == ["event_differs"]


def test_a_worker_that_is_killed_in_the_midst_sends_again_with_the_same_id(
    crm: Receiver, person: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_endpoint(crm)
    say(person)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(sending, "_record", killed)
        with pytest.raises(KeyboardInterrupt):
            send()
    assert len(crm.ids) == 1
    assert send(limits.WEBHOOK_LEASE - timedelta(minutes=1)) == 0, "it may be still at it"
    assert send(limits.WEBHOOK_LEASE) == 1
    assert crm.ids[0] == crm.ids[1]


def test_a_span_is_replayed_and_nothing_around_it(crm: Receiver, person: int) -> None:
    add_endpoint(crm)
    moments: list[datetime] = []
    for answer in (ChoiceAnswer.NO, ChoiceAnswer.YES, ChoiceAnswer.NO):
        moments.append(clock.now())
        say(person, answer)
    send()
    replayed = actions.replay_span("CRM", moments[1], moments[2], at=clock.now())
    assert (replayed, send()) == (1, 1)
    assert crm.verified[-1]["type"] == "choice.given"
    assert len(set(crm.ids)) == 3


def test_a_test_arrives_whatever_the_endpoint_listens_for(crm: Receiver) -> None:
    add_endpoint(crm, events=("promise.adopted",))
    number = actions.test("CRM", at=clock.now())
    send()
    assert [notice["type"] for notice in crm.verified] == ["webhook.test"]
    assert queries.delivery(number)[0].state is WebhookState.SENT


def test_what_is_removed_gets_nothing_and_its_name_is_free(crm: Receiver, person: int) -> None:
    add_endpoint(crm)
    with pytest.raises(Conflict):
        add_endpoint(crm)
    say(person)
    actions.remove("CRM", by=ADMINISTRATOR, at=clock.now())
    assert send() == 0
    assert (crm.ids, queries.endpoints()) == ([], [])
    add_endpoint(crm)
    assert list(compare_rows()) == []


def test_old_messages_are_swept_and_what_waits_is_not(crm: Receiver, person: int) -> None:
    add_endpoint(crm)
    say(person)
    send()
    crm.statuses = [500]
    say(person, ChoiceAnswer.YES)
    send()
    later = clock.now() + limits.WEBHOOK_KEPT + timedelta(minutes=1)
    assert actions.sweep(at=later) == 1
    assert [each.type for each in queries.deliveries()] == ["choice.given"]


def test_what_is_paused_or_not_is_written_once(crm: Receiver) -> None:
    add_endpoint(crm)
    for change in (actions.pause, actions.resume):
        first = change("CRM", by=ADMINISTRATOR, at=clock.now())
        assert change("CRM", by=ADMINISTRATOR, at=clock.now()) == first
    changes = [entry.facts["change"] for entry in ledger.entries_of(["webhook.set"])]
    assert changes == ["added", "paused", "resumed"]

"""The third part of ``once.py``: a promise that two people put in force, letters to whoever it
concerns, visitors of the website, agreements to share, and questions about uses."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from aboveboard.access import actions as access
from aboveboard.access.contactable import asking
from aboveboard.access.usage import UsageQuestion, disclose_usage
from aboveboard.access.use import Subject, UseRequest
from aboveboard.adoption import adopting, drafting, notifying, weighing
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, SYSTEM, Actor, ActorKind
from aboveboard.basics.personal import Personal
from aboveboard.choices.actions import choose, meet_objection
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.custody import sharing
from aboveboard.delivery import actions as delivery
from aboveboard.keys.log_signing import sequence_now
from aboveboard.ledger.committing import commit_handles
from aboveboard.promise.queries import in_force
from aboveboard.representation.actions import end
from aboveboard.representation.deaths import approve_death, record_death, take_back_death
from aboveboard.rights.requests.terms import StepVerb
from aboveboard.rights.running import by_hand
from aboveboard.website import actions as website
from aboveboard.website.visit import read
from tests import loss, world
from tests.banner.test_choices import SITE, sent
from tests.centre.sharing_sample import REGISTER
from tests.delivery.scripted import ScriptedServer
from tests.promise import edited
from tests.recovery import files
from tests.representation.made import COLLEAGUE, LEAD, approved

if TYPE_CHECKING:
    from tests.recovery.once import Once

LAW = "law: Companies Act 2006 s. 388; Value Added Tax Act 1994 Sch. 11 para. 6\n"
DELAYED = "    delay: {law: 'Proceeds of Crime Act 2002, s 333A', longest: P6M, tells: count}\n"
BOOKKEEPER = Actor(ActorKind.SERVICE, "9", "finance", "Head office")


def promise(once: Once) -> None:
    """A draft is written, weighed, proposed by one and adopted by another; letters tell of it."""
    text = edited(
        ("keep: P6Y\n      starts: last_activity", "keep: P7Y\n      starts: last_activity"),
        (LAW, LAW + DELAYED),
        base=world.PROMISE_FILE.read_text("utf-8") + f"\n# again, {once.number}\n",
    )
    lead, second = ({"by": by, "at": once.now} for by in (loss.LEAD, loss.SECOND))
    against = in_force().serial
    draft = drafting.start(text, name="promise.yaml", **lead)
    weighing.weigh(draft, at=once.now)
    drafting.propose(draft, **lead)
    adopted = adopting.adopt(draft, against=against, **second)
    notifying.tell(adopted.serial, **second)
    once.work()
    with ScriptedServer() as server, files.mail_to(once.patch, server.port):
        assert delivery.drain(worker="test", at=clock.now()).sent


def visitors(once: Once) -> None:
    """A visitor of the website chooses, and an hour later that is under an entry."""
    visit = read(json.dumps(sent(f"{once.number:032x}")).encode())
    website.record(visit, site=SITE, at=once.now - timedelta(hours=2))
    assert website.seal_batch(at=once.now) == 1


def agreements(once: Once) -> None:
    """The register of agreements to share data is taken in."""
    register = REGISTER.replace(b"Debt", f"Debt {once.number}".encode())
    assert sharing.take_in(register, **once.said) == 2


def questions(once: Once) -> None:
    """A use is delayed by a law; others are asked for, and who may be contacted."""
    ada, row = once.ids[25], once.rows[25]
    use = partial(access.use, at=once.now)
    assert use(UseRequest(BOOKKEEPER, "tax-accounts", ("city",), "office", Subject(ada))).allowed
    ask = partial(UseRequest, world.ADVISER, "answer-contact", ("email",), "phone")
    assert use(ask(Subject(ada), opens=False)).allowed
    folder = once.folder / f"contactable-{once.number}"
    folder.mkdir()
    assert asking.ask(ask(), folder, **once.said).people
    subject = Subject(kind="email", value=row["email"])
    question = UsageQuestion(subject, "a guardian", None, None, offset=0, limit=10)
    assert disclose_usage(in_force().promise, question, **once.said).is_known


def objection(once: Once) -> None:
    """Somebody objects, and compelling grounds outweigh it."""
    no = {"answer": ChoiceAnswer.NO, "channel": "portal", "evidence": "portal:2"}
    choose(once.ids[1], "improve-shops", **no, by=CUSTOMER, at=once.now)
    assert meet_objection(once.ids[1], "improve-shops", evidence="REQ-1", **once.said)


def evidence(once: Once, request: int) -> None:
    """A step of a request is done by hand, with evidence that is looked at."""
    step = (request, f"cabinet-{once.number}", StepVerb.FIND)
    scan = by_hand.EvidenceDocument(Personal("scan.pdf"), "application/pdf", [b"%PDF-1"])
    by_hand.answer_step(
        *step, by_hand.HandAnswer(records=0, words="Nothing there", document=scan), **once.said
    )
    assert b"".join(by_hand.open_evidence(*step, **once.said)) == b"%PDF-1"


def representation(once: Once) -> None:
    """Somebody may act for another, as two record it, and gives that up."""
    record = approved(once.ids[1], once.ids[25], reference=f"lpa/{once.number}")
    end(record.id, by=record.actor, at=once.now)
    death = record_death(once.ids[1], reference=f"dc/{once.number}", by=LEAD, at=once.now)
    approve_death(death.id, by=COLLEAGUE, at=once.now)
    take_back_death(death.id, by=LEAD, at=once.now)


def commitment() -> None:
    """The log says which of its entries have which handle."""
    sequence_now()
    assert commit_handles(by=SYSTEM, at=clock.now())

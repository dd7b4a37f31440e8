"""The second half of ``once.py``: losses, leaks and keys."""

from __future__ import annotations

import io
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from aboveboard.basics import clock, settings
from aboveboard.basics.actor import CUSTOMER, SYSTEM
from aboveboard.basics.personal import Personal
from aboveboard.custody import actions as custody
from aboveboard.custody.terms import DeviceDisposal, EncryptionState
from aboveboard.delivery import actions as delivery
from aboveboard.delivery import contact_limits, correspondence
from aboveboard.delivery.post import actions as post
from aboveboard.delivery.post import queries as posted
from aboveboard.delivery.post import reports
from aboveboard.delivery.terms import Channel, CorrespondenceReason
from aboveboard.identity import distinct, scanning
from aboveboard.incidents import actions as incidents
from aboveboard.incidents import affected, not_notifying
from aboveboard.incidents import queries as incident_queries
from aboveboard.incidents.case import freeze, outside, tasks
from aboveboard.incidents.exposure import counting, settling
from aboveboard.incidents.leaks.opening import open_from_leak, sample
from aboveboard.incidents.models import DutyRecord
from aboveboard.incidents.notices import actions as notices
from aboveboard.incidents.notices import changes
from aboveboard.keys import log_signing
from aboveboard.keys.providers.places import provider_at
from aboveboard.keys.rotation import ceremony, root
from aboveboard.ledger.format.cosignature import ED25519
from aboveboard.ledger.witness.state import make
from aboveboard.ledger.witnessing import ask_witnesses
from aboveboard.promise.actions import adopt_promise
from aboveboard.promise.queries import in_force, source
from aboveboard.rights.pack import release, reviewing
from aboveboard.rights.pack.others import MentionVerdict
from aboveboard.rights.pack.seal import NO_SEAL, make_keys
from aboveboard.rights.requests import actions as rights
from aboveboard.rights.requests import proving
from aboveboard.rights.requests.terms import (
    NewRequest,
    ProofEvidence,
    RequestChannel,
    RequestDetails,
    RequestKind,
)
from aboveboard.vault import actions as vault
from aboveboard.vault import queries as vaulted
from aboveboard.vault.rekeying import index
from aboveboard.vault.rekeying import people as rekeying
from tests import letters as by_post
from tests import loss
from tests.delivery.scripted import ScriptedServer
from tests.incidents.conftest import leak_bytes
from tests.ledger.witnesses import serving
from tests.recovery import files, questions
from tests.rights.pack_samples import OWN, facts, record

if TYPE_CHECKING:
    from tests.recovery.once import Once


def devices(once: Once) -> None:
    """A device is handed over, missing, found, seen to be encrypted; another is retired."""
    made, said = once.made, once.said
    custody.hand_over(made.device, to=made.staff.pk, **said)
    custody.report_missing(made.device, **said)
    custody.report_found(made.device, **said)
    custody.record_encryption(made.device, EncryptionState.YES, **said)
    custody.retire(made.old_device, how=next(iter(DeviceDisposal)), **said)


def requests(once: Once) -> None:
    """Somebody asks what is held of them, and every system answers."""
    asked = NewRequest(
        kind=RequestKind.ACCESS,
        channel=RequestChannel.PORTAL,
        received_at=once.now,
        person_id=once.ids[17],
        details=RequestDetails(words=Personal("All of it, please.")),
    )
    number = rights.ask(asked, evidence=ProofEvidence.SIGNED_IN, by=CUSTOMER, at=once.now)
    proving.make_code(
        number, proving.CodeUse.COUNTER, evidence=ProofEvidence.COUNTER_CODE, **once.said
    )
    proving.store_document(number, [b"%PDF-1.7 a passport"])
    assert b"".join(proving.open_document(number, **once.said))
    once.work()
    questions.evidence(once, number)


def packs(once: Once) -> None:
    """A pack is reviewed, made, fetched and destroyed."""
    ada = once.ids[16]
    asked = NewRequest(
        kind=RequestKind.ACCESS, channel=RequestChannel.PORTAL, received_at=once.now, person_id=ada
    )
    number = rights.ask(asked, evidence=ProofEvidence.SIGNED_IN, by=CUSTOMER, at=once.now)
    row = record("tickets", text="Mary wrote to bob.other@example.org")
    answers: reviewing.CollectedAnswers = {"shop": lambda: iter([row])}
    (listed,), _ = reviewing.list_others(number, answers, OWN)
    purposes = in_force().promise.purposes.values()
    purpose = next(each.key for each in purposes if once.said["by"].role in each.roles)
    reviewing.show(number, purpose, **once.said)
    blacked_out = [
        reviewing.MentionDecision(group.place, MentionVerdict.BLACK_OUT)
        for group in listed.mentions.groups.values()
    ]
    reviewing.decide(number, blacked_out, **once.said)
    token = release.build(number, facts(), answers, OWN, keys=make_keys(NO_SEAL), **once.said)
    opened = release.open_link(token, person_id=ada, by=CUSTOMER, at=once.now)
    assert b"".join(opened.chunks)
    assert release.destroy(number, release.PackEnd.FETCHED, **once.said)


def letters(once: Once) -> None:
    """Letters are sealed for a print house: one parcel is acknowledged, one withdrawn."""
    home = once.folder / f"posted-{once.number}"
    home.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        by_post.PrintHouse(patch, home)
        before = source(in_force().serial)
        by_post.adopt(before, at=once.now)
        for place, row in enumerate(by_post.made_up(2)):
            number = f"POST{once.number}{place}"
            once.load([row | {"customer_id": number, "email": "", "phone": ""}], at=once.now)
            person = vaulted.find("customer_number", number)[0]
            tag = f"POST-{once.number}-{place}"
            lost = loss.lost_laptop([person], home, at=clock.now(), tag=tag)
            loss.approved(lost, at=clock.now())
            once.work()
        made = [each.number for each in posted.parcels()]
        delivery.drain(worker="once", at=clock.now())
        known, withdrawn = [each for each in posted.parcels() if each.number not in made]
        report = f"letter,state,date\n{known.number}-1,printed,{clock.now().date()}\n"
        reports.take_report(report.encode(), by=SYSTEM, at=clock.now())
        post.acknowledge(known.number, known.sha256, by=SYSTEM, at=clock.now())
        post.withdraw(withdrawn.number, by=SYSTEM, at=clock.now())
        delivery.drain(worker="once", at=clock.now())
        adopt_promise(before, name="promise.yaml", by=SYSTEM, at=once.now)
        once.work()


def losses(once: Once) -> None:
    said = once.said
    write = partial(correspondence.instruct, **said)
    write(once.ids[18], CorrespondenceReason.REPRESENTED, instead="guardian@example.org")
    write(once.ids[19], CorrespondenceReason.DECEASED, instead=None)
    write(once.ids[20], CorrespondenceReason.DECEASED, instead=None)
    correspondence.end(once.ids[20], **said)
    contact_limits.protect(once.ids[18], [Channel.SMS], reason="At home.", **said)
    contact_limits.bar(once.ids[19], Channel.SMS, **said)
    contact_limits.unbar(once.ids[19], Channel.SMS, **said)
    vault.correct(
        once.ids[21],
        "email",
        "refused@example.org",
        kinds=once.kinds,
        origin=once.origin,
        **said,
    )
    lost = loss.lost_laptop(once.ids[18:24], once.folder, at=once.now, tag=f"LT-{once.number}")
    incidents.change(lost.number, title="A laptop", **said)
    todo, other, *_ = tasks.tasks(lost.number, at=once.now)
    tasks.drop_task(lost.number, todo.id, "It came back.", **said)
    tasks.finish_task(lost.number, other.id, **said)
    outside.receive_report(Personal("A list lay there."), Personal(""), at=once.now)
    outside.join_report(outside.outside_reports()[-1].id, lost.number, **said)
    freeze.freeze_communications(lost.number, "Counsel asks.", **said)
    freeze.lift_freeze(lost.number, "Counsel agrees.", by=loss.SECOND, at=once.now)
    first = notices.prepare(lost.number, by=loss.LEAD, at=once.now).id
    changes.request_changes(first, "Say when.", by=loss.SECOND, at=once.now)
    changes.answer(first, "I prepare them anew.", by=loss.LEAD, at=once.now)
    notices.send_back(first, note="", by=loss.LEAD, at=once.now)
    loss.approved(lost, at=once.now)
    once.work()
    with ScriptedServer() as server, files.mail_to(once.patch, server.port):
        totals = delivery.drain(worker="test", at=clock.now())
    assert (totals.sent >= 3, totals.failed) == (True, 1), totals
    duty = DutyRecord.objects.filter(done=None, dropped_at=None).order_by("-pk").first()
    assert duty is not None
    not_notifying.decide_not_to_notify(duty.pk, reason="Nobody read it.", **said)
    not_notifying.take_back_decision(duty.pk, **said)
    incidents.mark_done(duty.pk, reference="mail/1", words="By letter.", **said)


def duplicates(once: Once) -> None:
    """Two who live in one place, with one placeholder, and are not one person."""
    alike = {"address_line1": "1 Same Street", "postal_code": "AB1 2CD", "phone": "+1 212 555 0123"}
    for person_id in once.ids[22:24]:
        for field, value in alike.items():
            vault.correct(
                person_id, field, value, kinds=once.kinds, origin=once.origin, **once.said
            )
    distinct.distinguish(*once.ids[22:24], **once.said)
    scanning.find_duplicates(at=once.now)


def leak(once: Once) -> None:
    """A leaked file: a line that points at two people, one that nobody can read."""
    found = leak_bytes(once.rows[24:27]).replace(
        once.rows[24]["phone"].encode(), once.rows[27]["phone"].encode()
    )
    seen = sample(io.BytesIO(found))
    incident = open_from_leak(
        io.BytesIO(found),
        seen.form,
        [guess.role for guess in seen.columns],
        file_name="forum-dump.csv",
        by=loss.LEAD,
        at=once.now,
    )
    counting.count(incident.number, by=SYSTEM, at=once.now)
    once.work()
    (doubt, *_) = incident_queries.doubts(incident.number)
    settling.settle(incident.number, [doubt.line], [], by=loss.LEAD, at=once.now)
    letter = incidents.open_other(title="A letter", by=loss.LEAD, at=once.now).number
    affected.add_list(letter, [once.rows[28]["email"]], ["user.name"], by=loss.LEAD, at=once.now)
    affected.add_estimate(letter, "FR", 12, ["user.name"], by=loss.LEAD, at=once.now)
    counting.count(letter, by=SYSTEM, at=once.now)


def keys(once: Once) -> None:
    said = {"by": SYSTEM, "at": clock.now()}
    _, shares = ceremony.split(threshold=2, of=3, **said)
    ceremony.recover(shares[:2], **said)
    rekeying.rotate_all(**said)
    index.resume(index.begin(**said), drop_stale=True, by=SYSTEM)
    other = settings.current().path("other.key")
    other.write_text("ab" * 31 + f"{once.number:02x}\n")
    other.chmod(0o600)
    to = provider_at("file:other.key", settings.current())
    root.resume(root.begin(to=to, **said), by=SYSTEM, pause=0)
    assert root.remove_other_providers(**said) == 1
    log_signing.rotate_key(by=SYSTEM)
    witness = make(once.folder / f"w{once.number}", f"witness.example/w{once.number}", ED25519)
    witness.add_log(log_signing.signer().verifier)
    with serving(witness) as url, once.patch.context() as inside:
        current = settings.current()
        changed = replace(current.ledger, witnesses=f"{witness.key.vkey} {url}")
        inside.setattr(settings, "current", lambda: replace(current, ledger=changed))
        assert ask_witnesses(at=clock.now())

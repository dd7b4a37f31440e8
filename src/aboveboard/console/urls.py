"""The addresses under ``/console/``. Each view says who may call it."""

from __future__ import annotations

from django.urls import path, register_converter

from aboveboard.console import (
    acting,
    confirming,
    correct,
    documents,
    home,
    people,
    promise,
    report_loss,
    settings,
    third_party,
)
from aboveboard.console.campaigns import pages as campaigns
from aboveboard.console.case import evidence, outside, tasks, veris
from aboveboard.console.case import people as case
from aboveboard.console.concerns import page as concerns
from aboveboard.console.concerns import queue
from aboveboard.console.devices import exports, inventory, pages
from aboveboard.console.devices import overview as devices
from aboveboard.console.drafts import notifying as notifying_of_changes
from aboveboard.console.drafts import pages as drafts
from aboveboard.console.emergency import ask, review
from aboveboard.console.explain import pages as explain
from aboveboard.console.incidents import (
    affected,
    circumstances,
    dispatches,
    duty,
    groups,
    joining,
    law_questions,
    leak,
    letters,
    lines,
    logins,
    moving,
    notices,
    pack,
    page,
    report,
    reviewing,
    sources,
    versions,
)
from aboveboard.console.incidents import overview as incidents
from aboveboard.console.incidents import people as exposed
from aboveboard.console.person_numbers import PersonConverter
from aboveboard.console.requests import asking, handing_over, identity, matches, others
from aboveboard.console.requests import by_hand as request_steps
from aboveboard.console.requests import changes as request_changes
from aboveboard.console.requests import page as request_page
from aboveboard.console.requests import queue as requests
from aboveboard.console.requests import record as recording
from aboveboard.console.retention import differences, duplicates, erasing, held_back, merges, sweeps
from aboveboard.console.retention import people as retention
from aboveboard.console.staff import changes
from aboveboard.console.staff import pages as staff
from aboveboard.console.systems import found
from aboveboard.console.systems import pages as systems
from aboveboard.console.webhooks import changes as webhook_changes
from aboveboard.console.webhooks import pages as webhooks

app_name = "console"
register_converter(PersonConverter, "person")

_INCIDENT = "incidents/<int:number>/"
_TASK = f"{_INCIDENT}tasks/<int:task_id>/"
_CONCERN = "concerns/<int:number>/"
_PERSON = "retention/people/<person:person_id>/"
_REQUEST = "requests/<int:number>/"
_STEP = f"{_REQUEST}systems/<slug:system>/<slug:step>/"
_BATCH = f"{_INCIDENT}notices/<int:batch_id>/"
_GROUP = "retention/duplicates/groups/<int:group_id>/"

urlpatterns = [
    path("", home.home, name="home"),
    path("people/", people.purposes, name="people"),
    path("people/correct/", correct.correct, name="correct"),
    path("people/choice/", people.record_choice, name="record_choice"),
    path("people/third-party/", third_party.record, name="third_party"),
    path("people/choices-to-confirm/", confirming.overview, name="confirm_choices"),
    path("people/choices-to-confirm/<int:choice_id>/", confirming.confirm, name="confirm_choice"),
    path("people/addresses/<slug:field>/link/", confirming.send_link, name="send_address_link"),
    path("people/documents/<slug:field>/", documents.fetch, name="fetch_document"),
    path("people/documents/<slug:field>/add/", documents.add, name="add_document"),
    path("people/request/", recording.record, name="record_request"),
    path("people/request/code/", recording.counter, name="counter_code"),
    path("people/request/document/", recording.document, name="counter_document"),
    path("people/request/new/", asking.ask, name="ask_for_somebody"),
    path("people/<slug:purpose>/", people.look_up, name="look_up"),
    path("acting/", acting.overview, name="acting"),
    path("acting/<int:number>/", acting.approve, name="approve_acting"),
    path(f"{_PERSON}acting/", acting.record, name="record_acting"),
    path(f"{_PERSON}acting/<int:number>/end/", acting.end, name="end_acting"),
    path("acting/deaths/<int:number>/", acting.approve_death, name="approve_death"),
    path(f"{_PERSON}death/", acting.record_death, name="record_death"),
    path(f"{_PERSON}death/<int:number>/take-back/", acting.take_back_death, name="take_back_death"),
    path("emergency/", ask.ask, name="emergency"),
    path("emergency/<int:emergency_id>/", ask.record, name="emergency_record"),
    path("emergencies/", review.overview, name="emergencies"),
    path("emergencies/<int:emergency_id>/", review.review, name="emergency_review"),
    path("emergencies/<int:emergency_id>/read/", review.read, name="read_emergency_note"),
    path("concerns/", queue.overview, name="concerns"),
    path(_CONCERN, concerns.concern, name="concern"),
    path(f"{_CONCERN}take/", concerns.take, name="take_concern"),
    path(f"{_CONCERN}hand-over/", concerns.hand_over, name="hand_over_concern"),
    path(f"{_CONCERN}read/<slug:purpose>/", concerns.read, name="read_concern"),
    path("requests/", requests.overview, name="requests"),
    path(_REQUEST, request_page.show, name="request"),
    path(f"{_REQUEST}read/", request_page.read, name="read_request"),
    path(f"{_REQUEST}code/", request_changes.counter_code, name="request_counter_code"),
    path(f"{_REQUEST}pack/", handing_over.make, name="make_pack"),
    path(f"{_REQUEST}pack/code/", handing_over.code, name="pack_code"),
    path(f"{_REQUEST}pack/open/", handing_over.open_pack, name="open_pack"),
    path(f"{_REQUEST}pack/letter/", handing_over.letter, name="pack_letter"),
    path(f"{_REQUEST}document/", identity.put_in, name="request_document"),
    path(f"{_REQUEST}document/fetch/", identity.fetch, name="fetch_request_document"),
    path(f"{_REQUEST}others/", others.others, name="request_others"),
    path(f"{_REQUEST}matches/<slug:system>/", matches.matches, name="request_matches"),
    path(_STEP, request_steps.step, name="request_step"),
    path(f"{_STEP}again/", request_steps.again, name="retry_request_step"),
    path(f"{_STEP}evidence/", request_steps.evidence, name="request_evidence"),
    path(f"{_REQUEST}<slug:change>/", request_changes.change, name="change_request"),
    path("report-a-loss/", report_loss.report, name="report"),
    path("report-a-loss/<int:number>/", report_loss.reported, name="reported"),
    path("report-a-loss/<slug:step>/", report_loss.report, name="report_step"),
    path("devices/", devices.overview, name="devices"),
    path("devices/add/", pages.add, name="add_device"),
    path("devices/inventory/", inventory.take_in_file, name="take_in_inventory"),
    path("devices/<int:device_id>/", pages.device, name="device"),
    path("devices/<int:device_id>/exports/<int:export_id>/", pages.export, name="device_export"),
    path("devices/<int:device_id>/<slug:change>/", pages.change, name="change_device"),
    path("exports/", exports.overview, name="exports"),
    path("campaigns/", campaigns.overview, name="campaigns"),
    path("campaigns/new/<slug:purpose>/", campaigns.new, name="new_campaign"),
    path("campaigns/<int:number>/", campaigns.campaign, name="campaign"),
    path("campaigns/<int:number>/parcel/", campaigns.parcel, name="campaign_parcel"),
    path("campaigns/<int:number>/left-out.csv", campaigns.left_out, name="campaign_left_out"),
    path("campaigns/<int:number>/<slug:change>/", campaigns.change, name="change_campaign"),
    path("exports/<int:export_id>/", exports.export, name="export"),
    path("incidents/", incidents.overview, name="incidents"),
    path("incidents/outside/", outside.overview, name="outside_reports"),
    path("incidents/outside/<int:report_id>/", outside.report, name="outside_report"),
    path("incidents/new/leak/", leak.leak, name="leak"),
    path("incidents/new/leak/columns/", leak.columns, name="leak_columns"),
    path(_INCIDENT, page.incident, name="incident"),
    path(f"{_INCIDENT}people/", exposed.people, name="exposed"),
    path(f"{_INCIDENT}affected/", affected.overview, name="affected"),
    path(f"{_INCIDENT}affected/from/<slug:way>/", sources.add, name="add_source"),
    path(f"{_INCIDENT}affected/<slug:how>/", affected.add, name="add_affected"),
    path(
        f"{_INCIDENT}affected/<int:source_id>/unknown/",
        sources.unknown_lines,
        name="unknown_lines",
    ),
    path(
        f"{_INCIDENT}affected/<slug:how>/<int:row_id>/take-back/",
        affected.withdraw,
        name="withdraw_affected",
    ),
    path(f"{_INCIDENT}affected/<int:list_id>/acts/", logins.acts, name="login_acts"),
    path(f"{_INCIDENT}versions/", versions.overview, name="versions"),
    path(f"{_INCIDENT}versions/changes/", versions.differences, name="version_changes"),
    path(f"{_INCIDENT}lines/<slug:outcome>/", lines.lines, name="lines"),
    path(f"{_INCIDENT}timeline/", page.timeline, name="timeline"),
    path(f"{_INCIDENT}circumstances/", circumstances.overview, name="circumstances"),
    path(f"{_INCIDENT}groups/", groups.overview, name="groups"),
    path(f"{_INCIDENT}circumstances/<slug:key>/", circumstances.question, name="circumstance"),
    path(f"{_INCIDENT}duties/<int:duty_id>/", duty.duty, name="duty"),
    path(
        f"{_INCIDENT}duties/<int:duty_id>/take-back/",
        moving.take_back_done,
        name="take_back_duty",
    ),
    path(
        f"{_INCIDENT}duties/<int:duty_id>/not-notified/",
        duty.not_notify,
        name="not_notify",
    ),
    path(
        f"{_INCIDENT}duties/<int:duty_id>/not-notified/take-back/",
        duty.notify_after_all,
        name="notify_after_all",
    ),
    path(f"{_INCIDENT}roles/", case.role_list, name="case_roles"),
    path(f"{_INCIDENT}decisions/", case.decision_list, name="case_decisions"),
    path(f"{_INCIDENT}decisions/<int:decision_id>/approve/", case.approve, name="approve_decision"),
    path(f"{_INCIDENT}communications/", case.communications, name="communications"),
    path(f"{_INCIDENT}join/", joining.join_to, name="join_incident"),
    path(f"{_INCIDENT}evidence/", evidence.overview, name="case_evidence"),
    path(f"{_INCIDENT}evidence/<int:evidence_id>/", evidence.custody, name="evidence_custody"),
    path(f"{_INCIDENT}pack/", pack.pack, name="incident_pack"),
    path(f"{_INCIDENT}veris/", veris.page, name="incident_veris"),
    path(f"{_INCIDENT}veris.json", veris.document, name="incident_veris_json"),
    path(f"{_INCIDENT}tasks/", tasks.overview, name="case_tasks"),
    path(_TASK, tasks.task, name="case_task"),
    path(f"{_TASK}not-needed/", tasks.not_needed, name="task_not_needed"),
    path(f"{_TASK}<slug:how>/", tasks.change, name="change_task"),
    path(f"{_INCIDENT}sectors/", law_questions.sectors, name="incident_sectors"),
    path(f"{_INCIDENT}moments/", law_questions.moments, name="incident_moments"),
    path(f"{_INCIDENT}report/", report.authority_report, name="authority_report"),
    path(f"{_INCIDENT}report.json", report.authority_report_json, name="authority_report_json"),
    path(f"{_INCIDENT}state/<slug:state>/", moving.move, name="move"),
    path(f"{_INCIDENT}state/<slug:state>/take-back/", moving.take_back, name="take_back_state"),
    path(f"{_INCIDENT}notices/", notices.prepare, name="prepare"),
    path(f"{_INCIDENT}notices/new/<slug:news>/", notices.prepare_new, name="prepare_new"),
    path(_BATCH, notices.notices_page, name="notices"),
    path(f"{_BATCH}approve/", notices.approve, name="approve"),
    path(f"{_BATCH}change/<slug:change>/", notices.change, name="change_batch"),
    path(f"{_BATCH}changes/", reviewing.request_changes, name="request_changes"),
    path(f"{_BATCH}changes/answer/", reviewing.answer_changes, name="answer_changes"),
    path(f"{_BATCH}changes/withdraw/", reviewing.withdraw_changes, name="withdraw_changes"),
    path(f"{_BATCH}open/", reviewing.open_sample, name="open_sample"),
    path(f"{_BATCH}letters/", letters.letters_page, name="letters"),
    path(f"{_BATCH}letters/list/", letters.letters_list, name="letters_list"),
    path(f"{_BATCH}letters/test/<slug:country>/", letters.test_letter, name="test_letter"),
    path("letters/<int:parcel>/", letters.parcel, name="parcel"),
    path("letters/<int:parcel>/file/", letters.parcel_file, name="parcel_file"),
    path("letters/<int:parcel>/withdraw/", letters.withdraw, name="withdraw_parcel"),
    path(f"{_BATCH}people/", dispatches.notices_of_batch, name="notice_people"),
    path("retention/", retention.overview, name="retention"),
    path("retention/sweeps/<int:sweep_id>/", sweeps.sweep, name="sweep"),
    path("retention/duplicates/", duplicates.overview, name="duplicates"),
    path("retention/duplicates/scan/", duplicates.scan, name="scan_duplicates"),
    path("retention/duplicates/placeholders/", duplicates.shared, name="shared_values"),
    path(_GROUP, duplicates.group, name="duplicate_group"),
    path(f"{_GROUP}<slug:how>/", duplicates.tell_apart, name="tell_apart"),
    path("retention/duplicates/<person:kept>/<person:merged>/", merges.compare, name="compare"),
    path("retention/merges/<int:merge_id>/undo/", merges.undo, name="undo_merge"),
    path("retention/differences/", differences.overview, name="differences"),
    path("retention/differences/<int:number>/", differences.decide, name="difference"),
    path("retention/held-back/", held_back.overview, name="held_back"),
    path("retention/held-back/<int:number>/", held_back.decide, name="held_back_row"),
    path("retention/held-back/<int:number>/undo/", held_back.undo, name="undo_held_back"),
    path("retention/let-in/", held_back.let_in, name="let_in"),
    path("retention/let-in/<int:number>/undo/", held_back.undo_let_in, name="undo_let_in"),
    path(f"{_PERSON}safe-contact/", retention.safe_contact, name="safe_contact"),
    path(f"{_PERSON}any-contact/", retention.any_contact, name="any_contact"),
    path(f"{_PERSON}write-to/", retention.write_to, name="write_to"),
    path(f"{_PERSON}write-to-them/", retention.write_to_them, name="write_to_them"),
    path(f"{_PERSON}erase/", erasing.erase, name="erase_person"),
    path(_PERSON, retention.person, name="retention_person"),
    path(f"{_PERSON}hold/", retention.hold, name="place_hold"),
    path(f"{_PERSON}restrict/", retention.restrict, name="restrict"),
    path(f"{_PERSON}holds/<int:row_id>/", retention.release, name="release_hold"),
    path(f"{_PERSON}restrictions/<int:row_id>/", retention.lift, name="lift_restriction"),
    path("promise/", promise.promise, name="promise"),
    path("promise/explain/", explain.field, name="explain"),
    path("promise/explain/entry/", explain.entry, name="explain_entry"),
    path("promise/explain/allowed/", explain.allowed, name="explain_allowed"),
    path("promise/notice/", promise.notice, name="privacy_notice"),
    path("promise/drafts/", drafts.overview, name="drafts"),
    path("promise/drafts/<int:draft_id>/", drafts.draft, name="draft"),
    path("promise/drafts/<int:draft_id>/check/", drafts.check, name="check_draft"),
    path("promise/drafts/<int:draft_id>/<slug:step>/", drafts.change, name="change_draft"),
    path("promise/<int:serial>/tell/", notifying_of_changes.tell, name="tell_change"),
    path("promise/register/", promise.register_page, name="register"),
    path("promise/register.csv", promise.register_csv, name="register_csv"),
    path("promise/<int:serial>/", promise.version, name="version"),
    path("systems/", systems.overview, name="systems"),
    path("systems/<slug:key>/", systems.system, name="system"),
    path("systems/<slug:key>/test/", systems.test, name="test_system"),
    path("systems/<slug:key>/remove/", systems.remove, name="remove_system"),
    path("personal-data/", found.overview, name="found"),
    path("personal-data/scan/", found.scan, name="scan_systems"),
    path("personal-data/in/<slug:key>/", found.system, name="found_in"),
    path("settings/", settings.page, name="settings"),
    path("webhooks/", webhooks.overview, name="webhooks"),
    path("webhooks/add/", webhooks.add, name="add_webhook"),
    path("webhooks/<int:serial>/", webhooks.endpoint, name="webhook"),
    path(
        "webhooks/<int:serial>/messages/<int:message>/",
        webhooks.notification,
        name="webhook_message",
    ),
    path("webhooks/<int:serial>/<slug:change>/", webhook_changes.change, name="change_webhook"),
    path("staff/", staff.overview, name="staff"),
    path("staff/invite/", staff.invite, name="invite_staff"),
    path("staff/<int:account_id>/", staff.member, name="staff_member"),
    path("staff/<int:account_id>/<slug:change>/", changes.change, name="change_staff"),
]

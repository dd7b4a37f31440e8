"""The addresses under ``/console/``. Each view says who may call it."""

from __future__ import annotations

from django.urls import path

from aboveboard.console import documents, home, people, promise, settings
from aboveboard.console import report_loss as reporting
from aboveboard.console.devices import exports, pages
from aboveboard.console.emergency import ask, review
from aboveboard.console.explain import pages as explaining
from aboveboard.console.incidents import leak, notices, page, report
from aboveboard.console.incidents import people as exposed
from aboveboard.console.retention import merges, sweeps
from aboveboard.console.retention import people as standing

app_name = "console"

_ONE = "incidents/<int:number>/"
_PERSON = "keep/people/<int:person_id>/"
_BATCH = f"{_ONE}notices/<int:batch_id>/"

urlpatterns = [
    path("", home.home, name="home"),
    path("people/", people.purposes, name="people"),
    path("people/choice/", people.record_choice, name="record_choice"),
    path("people/documents/<slug:field>/", documents.fetch, name="fetch_document"),
    path("people/documents/<slug:field>/add/", documents.add, name="add_document"),
    path("people/<slug:purpose>/", people.look_up, name="look_up"),
    path("emergency/", ask.ask, name="emergency"),
    path("emergency/<int:look_id>/", ask.look, name="emergency_look"),
    path("emergencies/", review.overview, name="emergencies"),
    path("emergencies/<int:look_id>/", review.one, name="emergency_review"),
    path("report/", reporting.report, name="report"),
    path("report/<int:number>/", reporting.reported, name="reported"),
    path("devices/", pages.overview, name="devices"),
    path("devices/new/", pages.register, name="register_device"),
    path("devices/<int:device_id>/", pages.one, name="device"),
    path("devices/<int:device_id>/exports/<int:export_id>/", pages.export, name="export"),
    path("devices/<int:device_id>/<slug:way>/", pages.turn, name="turn_device"),
    path("handed-over/", exports.overview, name="handed"),
    path("handed-over/<int:export_id>/", exports.one, name="handed_one"),
    path("incidents/", page.overview, name="incidents"),
    path("incidents/new/leak/", leak.leak, name="leak"),
    path("incidents/new/leak/columns/", leak.columns, name="leak_columns"),
    path(_ONE, page.one, name="incident"),
    path(f"{_ONE}people/", exposed.people, name="exposed"),
    path(f"{_ONE}lines/<slug:outcome>/", exposed.lines, name="lines"),
    path(f"{_ONE}timeline/", page.timeline, name="timeline"),
    path(f"{_ONE}known/", page.circumstances, name="circumstances"),
    path(f"{_ONE}duties/<int:duty_id>/", page.duty, name="duty"),
    path(f"{_ONE}report/", report.authority_report, name="authority_report"),
    path(f"{_ONE}report.json", report.authority_report_json, name="authority_report_json"),
    path(f"{_ONE}state/<slug:state>/", page.move, name="move"),
    path(f"{_ONE}notices/", notices.prepare, name="prepare"),
    path(_BATCH, notices.one, name="notices"),
    path(f"{_BATCH}approve/", notices.approve, name="approve"),
    path(f"{_BATCH}turn/<slug:way>/", notices.turn, name="turn"),
    path(f"{_BATCH}told/<slug:state>/", notices.rows, name="told"),
    path("keep/", standing.overview, name="standing"),
    path("keep/sweeps/<int:sweep_id>/", sweeps.sweep, name="sweep"),
    path("keep/twice/", merges.candidates, name="candidates"),
    path("keep/twice/<int:kept>/<int:merged>/", merges.pair, name="pair"),
    path("keep/merges/<int:merge_id>/undo/", merges.undo, name="undo_merge"),
    path(_PERSON, standing.one, name="standing_person"),
    path(f"{_PERSON}hold/", standing.hold, name="place_hold"),
    path(f"{_PERSON}restrict/", standing.restrict, name="restrict"),
    path(f"{_PERSON}holds/<int:row_id>/", standing.release, name="release_hold"),
    path(f"{_PERSON}restrictions/<int:row_id>/", standing.lift, name="lift_restriction"),
    path("promise/", promise.promise, name="promise"),
    path("promise/explain/", explaining.field, name="explain"),
    path("promise/explain/entry/", explaining.entry, name="explain_entry"),
    path("promise/explain/allowed/", explaining.allowed, name="explain_allowed"),
    path("promise/register/", promise.register_page, name="register"),
    path("promise/register.csv", promise.register_csv, name="register_csv"),
    path("promise/<int:serial>/", promise.version, name="version"),
    path("settings/", settings.page, name="settings"),
]

"""What incidents hold of people: who was in a loss, in files of the incident's folder."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from aboveboard.basics import clock
from aboveboard.basics.canonical import Json
from aboveboard.basics.package import NotNeeded, Numbers, PersonalData
from aboveboard.engines import listing
from aboveboard.incidents.exposure.counts import current_count, in_open_incidents
from aboveboard.incidents.exposure.folders import exposure_file
from aboveboard.incidents.models import AffectedPerson, Incident, SettledLine
from aboveboard.law.categories import from_bitmap

IN_OPEN_INCIDENT = "incident"


def _export(numbers: Numbers) -> Iterator[Mapping[str, Json]]:
    for incident in Incident.objects.order_by("id"):
        counted = current_count(incident)
        if counted is None:
            continue
        exposed = listing.people(exposure_file(counted), list(numbers))
        for row in exposed.values():
            yield {
                "incident": incident.reference,
                "known_since": clock.to_text(incident.aware_at),
                "counted_at": clock.to_text(counted.counted_at),
                "categories": sorted(from_bitmap(row.categories)),
                "unreadable": sorted(from_bitmap(row.protected)),
                "severity": row.severity,
            }
    lists = AffectedPerson.objects.filter(person_id__in=numbers)
    for listed in lists.select_related("affected_list__incident").order_by("id"):
        yield {
            "incident": listed.affected_list.incident.reference,
            "listed_as_affected_at": clock.to_text(listed.affected_list.at),
            "categories": sorted(from_bitmap(listed.affected_list.categories)),
        }
    settled = SettledLine.objects.filter(person_id__in=numbers).select_related("incident")
    for line in settled.order_by("incident_id", "line"):
        yield {
            "incident": line.incident.reference,
            "settled_line": line.line,
            "settled_at": clock.to_text(line.at),
        }


def _in_use(person_ids: Collection[int], at: datetime) -> Mapping[int, str]:
    return dict.fromkeys(in_open_incidents(person_ids), IN_OPEN_INCIDENT)


EXPOSURES = PersonalData(
    name="losses",
    tables=("incidents.SettledLine", "incidents.AffectedPerson"),
    files=("incidents",),
    export=_export,
    # Whoever is exposed stands in files: of those it is only known that there are none.
    export_by=(
        "incidents.Incident",
        "incidents.AffectedPerson.person_id",
        "incidents.SettledLine.person_id",
    ),
    erase=NotNeeded(
        "a count shows whom a loss concerned, and is evidence that is never changed (GDPR Art. "
        "33(5)); it holds a number, which leads to nobody once the person's key is destroyed"
    ),
    merge=NotNeeded(
        "a count says who was known at its moment and is never changed; before anybody is told, "
        "one is made in which whoever was two records is one row, and what reads it asks for every "
        "number of a person"
    ),
    split=NotNeeded("a merge changes nothing here"),
    re_encrypt=NotNeeded("a count holds numbers and categories, and no value of anybody"),
    in_use=_in_use,
    in_use_words={IN_OPEN_INCIDENT: "an incident that is still open concerns them"},
)

_NOBODY_KNOWN = NotNeeded(
    "nobody knows whose rows they are: an upload is sealed under a key of its own and deleted "
    "within hours, and of a file that was read only blind digests are left, until it is counted; "
    "of an address that an e-mail showed they stay: whose it is must be told"
)

LEAKED_FILES = PersonalData(
    name="leaked_files",
    files=("incidents/staged", "incidents"),
    export=_NOBODY_KNOWN,
    erase=_NOBODY_KNOWN,
    merge=_NOBODY_KNOWN,
    split=_NOBODY_KNOWN,
    re_encrypt=NotNeeded("the seal of an upload is not of any person's key"),
    in_use=NotNeeded("matching a file needs no record to be kept: who is erased is not found"),
)

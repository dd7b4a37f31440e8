"""What ``incidents`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Job, Letter, Package

_PUBLIC = (
    "actions",
    "affected",
    "assessment.asking",
    "assessment.circumstances",
    "assessment.inquiry",
    "case.closing",
    "case.decisions",
    "case.evidence",
    "case.freeze",
    "case.freezing",
    "case.outside",
    "case.playbook",
    "case.roles",
    "case.sealing",
    "case.tasks",
    "exposure.counting",
    "exposure.settling",
    "exposure.versions",
    "entries",
    "groups",
    "incident_list",
    "law_questions",
    "leaks",
    "leaks.columns",
    "leaks.form",
    "leaks.opening",
    "leaks.packed",
    "leaks.reading",
    "leaks.staging",
    "limits",
    "logins.queries",
    "logins.stating",
    "logins.terms",
    "not_notifying",
    "notices.actions",
    "notices.changes",
    "notices.differences",
    "notices.letters",
    "notices.queries",
    "notices.recipients",
    "notices.review",
    "notices.texting",
    "pack.checking",
    "pack.making",
    "people_list",
    "public",
    "queries",
    "reports",
    "sources.joining",
    "sources.mails",
    "sources.queries",
    "sources.recording",
    "sources.suppliers",
    "sources.systems",
    "sources.views",
    "taking_back",
    "terms",
    "veris",
    "views",
)


class IncidentsConfig(AppConfig):
    """App config of ``incidents``."""

    name = "aboveboard.incidents"
    label = "incidents"

    def package(self) -> Package:
        """Return what this package declares."""
        from aboveboard.incidents import entries, events
        from aboveboard.incidents.deciding import DECIDING
        from aboveboard.incidents.exposure import counting
        from aboveboard.incidents.leaks import index_keys
        from aboveboard.incidents.notices import actions, sending
        from aboveboard.incidents.personal_data import EXPOSURES, LEAKED_FILES

        return Package(
            name="incidents",
            public=_PUBLIC,
            entries=(
                entries.IncidentOpened,
                entries.IncidentCounted,
                entries.IncidentChanged,
                entries.OutsideReported,
                entries.DutyFulfilled,
                entries.NoticesApproved,
            ),
            events=(events.OPENED, events.RELEASED),
            personal_data=(EXPOSURES, LEAKED_FILES),
            deciding=DECIDING,
            jobs=(Job(counting.JOB, counting.run_job), Job(actions.JOB, actions.run_job)),
            letters=(Letter(actions.KIND, sending.render_notices),),
            needs_index_key=index_keys.incidents_to_count,
        )

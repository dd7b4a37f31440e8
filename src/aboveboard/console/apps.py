"""What ``console`` declares."""

from django.apps import AppConfig

from aboveboard.basics.actor import Role
from aboveboard.basics.package import Face, Job, NavEntry, Package

_LEADS = frozenset({Role.INCIDENT_LEAD, Role.PRIVACY_LEAD, Role.ADMINISTRATOR})
_PRIVACY = frozenset({Role.PRIVACY_LEAD})
_ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
_NAVIGATION = (
    NavEntry(
        Face.CONSOLE,
        1,
        "People",
        "/console/people/",
        frozenset({Role.ADVISER, Role.PRIVACY_LEAD}),
        "People",
        promised=True,
    ),
    NavEntry(Face.CONSOLE, 2, "Incidents", "/console/incidents/", _LEADS),
    NavEntry(Face.CONSOLE, 3, "Report a loss", "/console/report-a-loss/"),
    NavEntry(Face.CONSOLE, 4, "Devices", "/console/devices/", group="Devices"),
    NavEntry(Face.CONSOLE, 5, "Exports", "/console/exports/", _LEADS, "Devices"),
    NavEntry(Face.CONSOLE, 6, "Holds and sweeps", "/console/retention/", _PRIVACY, "Retention"),
    NavEntry(
        Face.CONSOLE,
        7,
        "Possible duplicates",
        "/console/retention/duplicates/",
        _PRIVACY,
        "Retention",
    ),
    NavEntry(
        Face.CONSOLE,
        8,
        "Values that differ",
        "/console/retention/differences/",
        _PRIVACY,
        "Retention",
    ),
    NavEntry(
        Face.CONSOLE,
        8,
        "Rows held back",
        "/console/retention/held-back/",
        _PRIVACY,
        "Retention",
    ),
    NavEntry(Face.CONSOLE, 9, "Emergency access", "/console/emergencies/", _PRIVACY, "Retention"),
    NavEntry(Face.CONSOLE, 10, "Promise", "/console/promise/", group="Organisation"),
    NavEntry(Face.CONSOLE, 11, "Register", "/console/promise/register/", group="Organisation"),
    NavEntry(Face.CONSOLE, 12, "Explain", "/console/promise/explain/", _PRIVACY, "Organisation"),
    NavEntry(Face.CONSOLE, 13, "Staff", "/console/staff/", _ADMINISTRATORS, "Organisation"),
    NavEntry(
        Face.CONSOLE,
        14,
        "Settings",
        "/console/settings/",
        _ADMINISTRATORS,
        "Organisation",
    ),
    NavEntry(Face.CONSOLE, 14, "Concerns", "/console/concerns/", _PRIVACY, "People"),
)


class ConsoleConfig(AppConfig):
    """App config of ``console``."""

    name = "aboveboard.console"
    label = "console"

    def package(self) -> Package:
        """Return what this package declares."""
        from aboveboard.access.concerns import terms
        from aboveboard.access.emergency import actions
        from aboveboard.console.concerns import notify as concerns
        from aboveboard.console.emergency import notify
        from aboveboard.console.incidents import notify as notices
        from aboveboard.incidents.notices import changes

        return Package(
            name="console",
            jobs=(
                Job(actions.OPENED, notify.notify_privacy_lead),
                Job(terms.KIND, concerns.notify_privacy_lead),
                Job(terms.ASSIGNED, concerns.notify_owner),
                Job(changes.REQUESTED, notices.notify_preparer),
                Job(changes.CLOSED, notices.notify_asker),
            ),
            navigation=_NAVIGATION,
        )

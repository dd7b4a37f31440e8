"""What ``console`` declares."""

from django.apps import AppConfig
from django.utils.translation import gettext_noop

from aboveboard.basics.actor import Role
from aboveboard.basics.package import Face, Job, NavEntry, Package

_LEADS = frozenset({Role.INCIDENT_LEAD, Role.PRIVACY_LEAD, Role.ADMINISTRATOR})
_PRIVACY = frozenset({Role.PRIVACY_LEAD})
_KEEPERS = frozenset({Role.PRIVACY_LEAD, Role.ADMINISTRATOR})
_ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
_RETENTION, _ORGANISATION = gettext_noop("Retention"), gettext_noop("Organisation")
_NAVIGATION = (
    NavEntry(
        Face.CONSOLE,
        1,
        gettext_noop("People"),
        "/console/people/",
        frozenset({Role.ADVISER, Role.PRIVACY_LEAD}),
        "People",
        promised=True,
    ),
    NavEntry(Face.CONSOLE, 2, gettext_noop("Incidents"), "/console/incidents/", _LEADS),
    NavEntry(Face.CONSOLE, 3, gettext_noop("Report a loss"), "/console/report-a-loss/"),
    NavEntry(Face.CONSOLE, 4, gettext_noop("Devices"), "/console/devices/", group="Devices"),
    NavEntry(
        Face.CONSOLE,
        5,
        gettext_noop("Exports"),
        "/console/exports/",
        _LEADS,
        gettext_noop("Devices"),
    ),
    NavEntry(
        Face.CONSOLE,
        5,
        gettext_noop("Campaigns"),
        "/console/campaigns/",
        frozenset({Role.ADVISER, Role.PRIVACY_LEAD}),
        promised=True,
    ),
    NavEntry(
        Face.CONSOLE,
        6,
        gettext_noop("Holds and sweeps"),
        "/console/retention/",
        _PRIVACY,
        _RETENTION,
    ),
    NavEntry(
        Face.CONSOLE,
        7,
        gettext_noop("Possible duplicates"),
        "/console/retention/duplicates/",
        _PRIVACY,
        _RETENTION,
    ),
    NavEntry(
        Face.CONSOLE,
        8,
        gettext_noop("Values that differ"),
        "/console/retention/differences/",
        _PRIVACY,
        _RETENTION,
    ),
    NavEntry(
        Face.CONSOLE,
        8,
        gettext_noop("Rows held back"),
        "/console/retention/held-back/",
        _PRIVACY,
        _RETENTION,
    ),
    NavEntry(
        Face.CONSOLE,
        9,
        gettext_noop("Emergency access"),
        "/console/emergencies/",
        _PRIVACY,
        _RETENTION,
    ),
    NavEntry(
        Face.CONSOLE,
        10,
        gettext_noop("Promise"),
        "/console/promise/",
        group=_ORGANISATION,
    ),
    NavEntry(
        Face.CONSOLE,
        11,
        gettext_noop("Register"),
        "/console/promise/register/",
        group=_ORGANISATION,
    ),
    NavEntry(
        Face.CONSOLE,
        12,
        gettext_noop("Explain"),
        "/console/promise/explain/",
        _PRIVACY,
        _ORGANISATION,
    ),
    NavEntry(
        Face.CONSOLE,
        13,
        gettext_noop("Systems"),
        "/console/systems/",
        _KEEPERS,
        _ORGANISATION,
    ),
    NavEntry(
        Face.CONSOLE,
        13,
        gettext_noop("Notified systems"),
        "/console/webhooks/",
        _KEEPERS,
        _ORGANISATION,
    ),
    NavEntry(
        Face.CONSOLE,
        13,
        gettext_noop("Personal data found"),
        "/console/personal-data/",
        _KEEPERS,
        _ORGANISATION,
    ),
    NavEntry(
        Face.CONSOLE,
        13,
        gettext_noop("Staff"),
        "/console/staff/",
        _ADMINISTRATORS,
        _ORGANISATION,
    ),
    NavEntry(
        Face.CONSOLE,
        14,
        gettext_noop("Settings"),
        "/console/settings/",
        _ADMINISTRATORS,
        _ORGANISATION,
    ),
    NavEntry(
        Face.CONSOLE,
        14,
        gettext_noop("Requests"),
        "/console/requests/",
        _PRIVACY,
        gettext_noop("People"),
    ),
    NavEntry(
        Face.CONSOLE,
        15,
        gettext_noop("Who acts for whom"),
        "/console/acting/",
        frozenset({Role.ADVISER, Role.PRIVACY_LEAD}),
        gettext_noop("People"),
    ),
    NavEntry(
        Face.CONSOLE,
        15,
        gettext_noop("Concerns"),
        "/console/concerns/",
        _PRIVACY,
        gettext_noop("People"),
    ),
)


class ConsoleConfig(AppConfig):
    """App config of ``console``."""

    name = "aboveboard.console"
    label = "console"

    def package(self) -> Package:
        """Return what this package declares."""
        from aboveboard.access.concerns import terms
        from aboveboard.access.emergency import actions
        from aboveboard.console.case import notify as cases
        from aboveboard.console.concerns import notify as concerns
        from aboveboard.console.emergency import notify
        from aboveboard.console.incidents import notify as notices
        from aboveboard.console.requests import notify as requests
        from aboveboard.console.webhooks import notify as systems
        from aboveboard.delivery.webhooks import actions as webhooks
        from aboveboard.incidents.case import outside, roles
        from aboveboard.incidents.notices import changes
        from aboveboard.rights.requests import terms as request_terms

        return Package(
            name="console",
            jobs=(
                Job(actions.OPENED, notify.notify_privacy_lead),
                Job(terms.KIND, concerns.notify_privacy_lead),
                Job(terms.ASSIGNED, concerns.notify_owner),
                Job(outside.RECEIVED, cases.notify_organisation),
                Job(roles.HANDED_OVER, cases.notify_holder),
                Job(changes.REQUESTED, notices.notify_preparer),
                Job(changes.CLOSED, notices.notify_asker),
                Job(request_terms.REMINDER, requests.notify_privacy_lead),
                Job(webhooks.PAUSED, systems.notify_contact),
            ),
            navigation=_NAVIGATION,
        )

"""What ``incidents`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Package


class IncidentsConfig(AppConfig):
    """App config of ``incidents``."""

    name = "aboveboard.incidents"
    label = "incidents"

    def package(self) -> Package:
        """Return what this package declares."""
        return Package(name="incidents")

    def ready(self) -> None:
        """Register the two jobs, the renderer of notices, whose data a sweep must leave, and which
        leaks need the index key."""
        from aboveboard.delivery import rendering
        from aboveboard.incidents import counting
        from aboveboard.incidents.exposure.counts import in_open_incidents
        from aboveboard.incidents.leaks import keyed
        from aboveboard.incidents.notices import actions, sending
        from aboveboard.outbox import jobs
        from aboveboard.retention.sweep import suspending
        from aboveboard.vault.rekeying import index

        jobs.handler(counting.JOB)(counting.run_job)
        jobs.handler(actions.JOB)(actions.run_job)
        rendering.renderer(actions.KIND)(sending.render_notices)
        index.waits("incidents")(keyed.waiting)
        suspending.suspends("incident")(in_open_incidents)

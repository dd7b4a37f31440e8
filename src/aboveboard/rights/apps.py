"""What ``rights`` declares."""

from typing import Final

from django.apps import AppConfig

from aboveboard.basics.package import Job, Letter, Package

_PACK: Final = (
    "pack.agefile",
    "pack.assembling",
    "pack.building",
    "pack.contents",
    "pack.fetching",
    "pack.kept",
    "pack.letter",
    "pack.limits",
    "pack.making",
    "pack.mentions",
    "pack.order",
    "pack.others",
    "pack.portable",
    "pack.preparing",
    "pack.progress",
    "pack.redacting",
    "pack.release",
    "pack.reviewing",
    "pack.seal",
    "pack.serving",
    "pack.spool",
    "pack.statement",
    "pack.stating",
    "pack.words",
)
_REQUESTS: Final = (
    "requests.actions",
    "requests.at_systems",
    "requests.clock",
    "requests.figures",
    "requests.files",
    "requests.listing",
    "requests.mailbox",
    "requests.programs",
    "requests.proving",
    "requests.published",
    "requests.queries",
    "requests.state",
    "requests.terms",
    "requests.visitors",
)
_RUNNING: Final = (
    "running.advance",
    "running.by_hand",
    "running.collected",
    "running.due",
    "running.known",
)


class RightsConfig(AppConfig):
    """App config of ``rights``."""

    name = "aboveboard.rights"
    label = "rights"

    def package(self) -> Package:
        """Return what this package declares."""
        from aboveboard.access.concerns import terms as concerns
        from aboveboard.access.emergency import actions as emergency
        from aboveboard.choices import addresses
        from aboveboard.intake import former
        from aboveboard.rights import (
            answering,
            confirming,
            confirming_letter,
            entries,
            kept_out,
            notifying,
            replay,
        )
        from aboveboard.rights.deciding import DECIDING
        from aboveboard.rights.pack import entries as pack_entries
        from aboveboard.rights.pack import release
        from aboveboard.rights.personal_data import PERSONAL_DATA
        from aboveboard.rights.requests import events, letters, recording
        from aboveboard.rights.requests.recording import RUN
        from aboveboard.rights.running import advance

        return Package(
            name="rights",
            public=("confirming", "correction", "limits", *_PACK, "proof", *_REQUESTS, *_RUNNING),
            entries=(*entries.ENTRIES, *pack_entries.ENTRIES),
            repeats={
                entries.RequestReceived: replay.repeat_received,
                entries.RequestAdvanced: replay.repeat_advanced,
                pack_entries.PackDestroyed: release.repeat_destroyed,
            },
            events=(events.RECEIVED, events.CLOSED),
            personal_data=PERSONAL_DATA,
            deciding=DECIDING,
            jobs=(
                Job(former.ADDRESS_CHANGED, notifying.notify),
                Job(addresses.UNCONFIRMED, confirming.ask_first),
                Job(confirming.REMINDER, confirming.remind),
                Job(concerns.ANSWERED, answering.notify),
                Job(emergency.KEPT_OUT, kept_out.queue_letter),
                Job(recording.LETTER, letters.send),
                Job(RUN, advance.run_request),
                Job(release.EXPIRY, release.expire),
            ),
            letters=(
                Letter(kept_out.KIND, kept_out.render_letters),
                Letter(confirming.KIND, confirming_letter.render_letters),
            ),
        )

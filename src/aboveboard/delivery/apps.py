"""What ``delivery`` declares."""

from typing import Final

from django.apps import AppConfig

from aboveboard.basics.package import Job, Package

PUBLIC: Final = (
    "actions",
    "catcher",
    "channel_states",
    "channels",
    "contact_limits",
    "correspondence",
    "entries",
    "fallback",
    "letters",
    "limits",
    "post.addresses",
    "post.actions",
    "post.print_house",
    "post.printing",
    "post.queries",
    "post.reports",
    "post.windows",
    "queries",
    "providers.carrier",
    "providers.services",
    "receipts",
    "rendering",
    "sms.accounts",
    "sms.provider",
    "sms.segments",
    "sms.trial",
    "sms.twilio",
    "templates",
    "terms",
    "trial",
    "webhooks.actions",
    "webhooks.payload",
    "webhooks.queries",
    "webhooks.sending",
)


class DeliveryConfig(AppConfig):
    """App config of ``delivery``."""

    name = "aboveboard.delivery"
    label = "delivery"

    def package(self) -> Package:
        """Return what this package declares."""
        from aboveboard.delivery import actions, entries
        from aboveboard.delivery.deciding import DECIDING
        from aboveboard.delivery.personal_data import (
            CONTACT_LIMITS,
            CORRESPONDENCE,
            LETTERS,
            NOTICES,
            WEBHOOKS,
        )
        from aboveboard.delivery.post import states
        from aboveboard.delivery.webhooks import taking
        from aboveboard.outbox.events import EVENT

        return Package(
            name="delivery",
            public=PUBLIC,
            entries=(
                entries.NoticeSent,
                entries.NoticeFailed,
                entries.LetterReported,
                entries.ParcelAcknowledged,
                entries.ParcelWithdrawn,
                entries.CorrespondenceSet,
                entries.CorrespondenceEnded,
                entries.ContactLimited,
                entries.ContactLimitEnded,
                entries.ChannelSet,
                entries.WebhookSet,
            ),
            jobs=(Job(EVENT, taking.take_event),),
            events=(entries.TESTED,),
            repeats={
                entries.NoticeSent: actions.repeat_sent,
                entries.LetterReported: states.repeat_reported,
            },
            personal_data=(NOTICES, LETTERS, CORRESPONDENCE, CONTACT_LIMITS, WEBHOOKS),
            deciding=DECIDING,
        )
